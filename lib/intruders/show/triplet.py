"""The explorable of chapter 9: what scaling the outlier of a spike does to the size of the update."""

import numpy as np
from matplotlib.figure import Figure

from intruders.show import figures
from intruders.show.explore import Explorable, Frame, dot
from intruders.theory.bbp import predict
from intruders.theory.laws import SingularValueLaw

_SPIKES = np.round(np.arange(1.05, 4.0001, 0.05), 2)
_FACTORS = np.linspace(0, 1.25, 126)
_NOISE = SingularValueLaw(1)


def _growth(theta: float, factor) -> np.ndarray:
    """Of ||dW||^2, sigma = 1: 2 (lambda - 1) s (s - a) + (lambda - 1)^2 s^2 with s - a = theta sqrt(o_L o_R)."""
    found = predict(theta, _NOISE)
    own = theta * np.sqrt(found.left_overlap * found.right_overlap)
    return 2 * (factor - 1) * found.position * own + (factor - 1) ** 2 * found.position**2


def _best(theta: float) -> float:
    return 2 / (theta**2 + 1)


def _draw() -> Figure:
    fig, (size, best) = figures.subplots(2, height=3.3, width_ratios=[1.5, 1])
    size.axhline(0, **figures.LIMIT)
    size.plot([], [], color=figures.THEORY, gid="growth")
    for name in ("deleted", "smallest"):
        size.plot([], [], color=figures.SPIKE, linewidth=7, solid_capstyle="round", gid=name, clip_on=False)
    size.set(xlim=(0, 1.25), ylim=(-15, 5), xlabel=r"factor $\lambda$ on the outlier")
    size.set_yticks([-15, -10, -5, 0, 5])
    size.set_ylabel(r"change of $\Vert\Delta W\Vert_F^2/\sigma^2$")
    best.axvline(np.sqrt(3), **figures.LIMIT)
    best.text(np.sqrt(3) + 0.1, 0.95, r"$\sqrt{3}$", va="top")
    best.plot(_SPIKES, [_best(theta) for theta in _SPIKES], color=figures.THEORY)
    best.plot([], [], color=figures.SPIKE, linewidth=7, solid_capstyle="round", gid="best", clip_on=False)
    best.set(xlim=(1, 4), ylim=(0, 1), xlabel=r"strength $\theta/\sigma$", ylabel=r"best factor $\lambda^*$")
    return fig


def _frame(theta: float) -> Frame:
    best, deleted = _best(theta), float(_growth(theta, 0))
    change = f"deletion changes the square by {deleted:+.2f} \u03c3\u00b2"
    return Frame(
        f"\u03b8 = {theta:.2f} \u03c3: smallest at \u03bb = {best:.2f}, {change}",
        {
            "growth": (_FACTORS, _growth(theta, _FACTORS)),
            "deleted": dot(0, deleted),
            "smallest": dot(best, float(_growth(theta, best))),
            "best": dot(theta, best),
        },
    )


triplet = Explorable(
    name="triplet",
    label="spike \u03b8/\u03c3",
    values=_SPIKES,
    start=1.5,
    draw=_draw,
    frame=_frame,
    alt=(
        "Left, a parabola of the change of the squared size against the factor, zero at one, with a red dot at its "
        "lowest point and one at zero, the deletion, which is above the dotted line for weak spikes and below it for "
        "strong ones. Right, the falling curve of the best factor against the spike, with a dot at the present spike "
        "and a dotted line at root three."
    ),
    caption=(
        "One spike in square noise; its outlier is multiplied by \u03bb. Left: the change of the squared size of the "
        "update; dots, its minimum and deletion. Right: where the minimum is; dotted, the spike above which deletion "
        "makes the update smaller."
    ),
)
