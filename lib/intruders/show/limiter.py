"""The explorable of chapter 11b: spikes cut at a ceiling, beside the same update turned down as a whole."""

import numpy as np
from matplotlib.figure import Figure

from intruders.show import figures
from intruders.show.explore import Explorable, Frame, dot

_SPIKES = 2.8 * 0.72 ** np.arange(8)  # over visibility
_CEILINGS = np.linspace(0.2, 3.0, 57)


def _cut(ceiling: float) -> np.ndarray:
    return np.minimum(_SPIKES, ceiling)


def _turned_down(ceiling: float) -> np.ndarray:
    return _SPIKES * min(1.0, ceiling / _SPIKES[0])


def _kept(spikes: np.ndarray) -> float:
    """The share of the update's Frobenius norm."""
    return float(np.linalg.norm(spikes) / np.linalg.norm(_SPIKES))


def _stems(heights: np.ndarray, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """Upright strokes from zero in one curve, beside the places 1 to 8: NaN lifts the pen between them."""
    places = np.arange(1.0, len(heights) + 1) + shift
    x = np.column_stack([places, places, np.full(len(heights), np.nan)]).ravel()
    return x, np.column_stack([0 * heights, heights, np.full(len(heights), np.nan)]).ravel()


def _draw() -> Figure:
    fig, (spikes, norms) = figures.subplots(2, height=3.1, width_ratios=[1.4, 1])
    wide = {"linewidth": 6, "solid_capstyle": "butt"}
    spikes.plot(*_stems(_SPIKES, -0.25), color=figures.BULK, label="trained", **wide)
    spikes.plot([], [], color=figures.SPIKE, label="cut", gid="cut", **wide)
    spikes.plot([], [], color=figures.CONTRAST, label="turned down", gid="turned", **wide)
    spikes.axhline(1, **figures.LIMIT)
    spikes.set(xlim=(0.4, 8.6), ylim=(0, 3), xlabel="number $j$ of the spike", ylabel=r"strength $\theta_j/\tau$")
    spikes.legend(handlelength=1)
    for left, colour, line in ((_cut, figures.SPIKE, "-"), (_turned_down, figures.CONTRAST, "--")):
        norms.plot(_CEILINGS, [_kept(left(ceiling)) for ceiling in _CEILINGS], line, color=colour)
        norms.plot([], [], color=colour, linewidth=8, solid_capstyle="round", gid=f"kept{left.__name__}")
    norms.set(xlim=(0, 3.05), ylim=(0, 1.05), xlabel=r"ceiling $\kappa$", ylabel="share of the norm left")
    return fig


def _frame(ceiling: float) -> Frame:
    cut, turned = _cut(ceiling), _turned_down(ceiling)
    strongest = _kept(cut) * _SPIKES[0]
    return Frame(
        f"\u03ba = {ceiling:.2f}: the cut leaves {_kept(cut):.2f} of the norm, the knob {_kept(turned):.2f}; "
        f"the knob at the norm of the cut has its strongest spike at {strongest:.2f}",
        {
            "cut": _stems(cut, 0.0),
            "turned": _stems(turned, 0.25),
            "kept_cut": dot(ceiling, _kept(cut)),
            "kept_turned_down": dot(ceiling, _kept(turned)),
        },
    )


limiter = Explorable(
    name="limiter",
    label="ceiling \u03ba",
    values=np.round(_CEILINGS, 3),
    start=1.0,
    draw=_draw,
    frame=_frame,
    alt=(
        "Left, eight grey strokes that fall from 2.8 to 0.3, right of each a red one that is cut at the ceiling and a "
        "violet one that is lower in proportion, and a dotted line at one. Right, the share of the norm left against "
        "the ceiling: the curve of the cut rises fast and is concave, that of the knob is a dashed straight line below."
    ),
    caption=(
        "An update of eight spikes with strengths that fall by a factor of 0.72. Left: the spikes over visibility as "
        "trained, cut at the ceiling, and turned down by one factor so that the strongest meets the ceiling; dotted, "
        "visibility. Right: the share of the Frobenius norm that the cut (line) and the knob (dashed) leave."
    ),
)
