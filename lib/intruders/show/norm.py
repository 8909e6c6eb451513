"""The explorable of chapter 10: one Frobenius norm, spent on few directions or on many."""

import numpy as np
from matplotlib.figure import Figure

from intruders.show import figures
from intruders.show.explore import Explorable, Frame, dot
from intruders.show.histograms import density
from intruders.theory.bbp import predict
from intruders.theory.laws import SingularValueLaw

_SIZE = 6.0
_RANKS = np.arange(1, 65)
_NOISE = SingularValueLaw(1)
_TICKS = [1, 4, 12, 36]


def _strength(r):
    return _SIZE / np.sqrt(r)


def _draw() -> Figure:
    fig, (spectrum, strengths) = figures.subplots(2, height=3.1, width_ratios=[1.5, 1])
    fig.get_layout_engine().set(wspace=0.06)
    spectrum.plot(*density(_NOISE), color=figures.BULK)
    spectrum.set(xlim=(0, 6.5), ylim=(0, 0.84), xlabel=r"singular value $s/\sigma$", ylabel="density of the bulk")
    spectrum.set_yticks([0, 0.2, 0.4, 0.6, 0.8])
    counts = spectrum.twinx()
    counts.plot([], [], color=figures.SPIKE, linewidth=3, gid="outlier")
    counts.spines["right"].set_visible(True)
    counts.set(ylim=(0, 42), ylabel="number of outliers")
    counts.set_yticks([0, 10, 20, 30, 40])
    strengths.plot(_RANKS, _strength(_RANKS), color=figures.THEORY)
    strengths.axhline(1, **figures.LIMIT)
    strengths.text(1, 0.97, r"$\theta_c=\sigma$", va="top")
    strengths.plot([], [], color=figures.SPIKE, linewidth=7, solid_capstyle="round", gid="strength")
    strengths.set(xscale="log", yscale="log", xlim=(0.9, 70), ylim=(0.6, 8), xlabel="directions $r$")
    strengths.set_ylabel(r"strength of each $\theta/\sigma$")
    strengths.set_xticks(_TICKS, _TICKS)
    strengths.set_yticks([1, 2, 4, 6], [1, 2, 4, 6])
    strengths.minorticks_off()
    return fig


def _frame(r: float) -> Frame:
    theta, count = _strength(r), round(r)
    found = predict(theta, _NOISE)
    height = r if found.exists else np.nan
    words = (
        f"{count} {'outlier' if count == 1 else 'outliers'} at {found.position:.2f} \u03c3, squared cosine with the "
        f"spike {found.left_overlap:.2f}"
        if found.exists
        else "no outlier"
    )
    return Frame(
        f"r = {count}: spikes of {theta:.2f} \u03c3, {words}",
        {
            "outlier": (np.full(2, found.position), np.array([0.0, height])),
            "strength": dot(r, theta),
        },
    )


norm = Explorable(
    name="norm",
    label="directions r",
    values=_RANKS.astype(float),
    start=8.0,
    draw=_draw,
    frame=_frame,
    alt=(
        "Left, the quarter circle of the bulk in grey and a red line at the place of the outliers, as high as their "
        "number, which grows and moves towards the bulk as r grows, and disappears at r = 36. Right, the falling "
        "strength of each spike against r on logarithmic axes, with a dot at the present r and a dotted line at the "
        "threshold."
    ),
    caption=(
        "An update of size 6 \u03c3 spread evenly over r random directions of a large square noise matrix. Left: the "
        "bulk, and the place of the r outliers; the height of the line is their number, on the scale at its right. "
        "Right: the strength of each; dotted, the threshold."
    ),
)
