"""The explorable of chapter 8b: how strong updates get at a learning rate, and what the matrices can take."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from intruders.show import figures
from intruders.show.explore import Explorable, Frame

_RATES = np.round(np.arange(2e-4, 8.0001e-3, 2e-4), 4)
_RANKS = 2 ** np.linspace(0, 6, 61)
_TOLD = 30  # of _RANKS: r = 8
# The factor in front of B A at rank r; dashes as in the chapter.
_SCALES = {
    "double": (r"$\alpha=2r$", "-", np.full(len(_RANKS), 2.0)),
    "fixed": (r"$\alpha=16$", "--", 16 / _RANKS),
    "root": (r"$\alpha=16$, rsLoRA", ":", 16 / np.sqrt(_RANKS)),
}


def rate(law: Sequence[float], limits: Sequence[float]) -> Explorable:
    """The strength exp(law[0]) (scale sqrt r)^law[1] rate^law[2] at every rank, for three scalings of LoRA.

    limits: of each matrix that is adapted, its visibility over the factor by which it exceeds the law.
    """
    limits = np.sort(np.asarray(limits, dtype=float))

    def strengths(scale: np.ndarray, eta: float) -> np.ndarray:
        return np.exp(law[0]) * (scale * np.sqrt(_RANKS)) ** law[1] * eta ** law[2]

    def draw() -> Figure:
        fig, (left, right) = figures.subplots(2, height=3.4)
        left.axhspan(limits[0], limits[-1], color=figures.BULK, alpha=0.25, linewidth=0)
        left.axhline(np.median(limits), **figures.LIMIT)
        for ax, part in ((left, "strength"), (right, "passed")):
            for name, (label, line, _) in _SCALES.items():
                ax.plot([], [], line, color=figures.THEORY, label=label, gid=f"{name}-{part}")
            ax.set(xscale="log", xlim=(1, 64), xlabel="rank $r$")
            ax.set_xticks([1, 2, 4, 8, 16, 64], [1, 2, 4, 8, 16, 64])
            ax.minorticks_off()
        left.set(yscale="log", ylim=(0.1, 30), ylabel=r"strength $\theta$ foretold")
        left.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
        right.set(ylim=(-0.5, len(limits) + 0.5), ylabel=f"matrices passed, of {len(limits)}")
        fig.legend(*right.get_legend_handles_labels(), loc="outside upper center", ncols=3)
        return fig

    def frame(eta: float) -> Frame:
        curves, told = {}, {}
        for name, (_, _, scale) in _SCALES.items():
            theta = strengths(scale, eta)
            passed = np.searchsorted(limits, theta)
            curves |= {f"{name}-strength": (_RANKS, theta), f"{name}-passed": (_RANKS, passed)}
            told[name] = f"strength {theta[_TOLD]:.2f}, {passed[_TOLD]} matrices"
        return Frame(f"\u03b7 = {eta:.4f}, r = 8: \u03b1 = 16 {told['fixed']}; rsLoRA {told['root']}", curves)

    return Explorable(
        name="rate",
        label="learning rate \u03b7",
        values=_RATES,
        start=2e-3,
        draw=draw,
        frame=frame,
        alt=(
            "Left, three straight lines of strength against rank on logarithmic axes, one falling, one rising, one "
            "level, which move up with the rate through a grey band, what the matrices can take. Right, for each "
            "of them, the number of matrices whose threshold is passed, in steps."
        ),
        caption=(
            "Left: the strength that the law gives at each rank for three scalings; grey band, what the matrices can "
            "take, from the least to the most, with the median dotted: their visibility over their own factor in the "
            "law. Right: in how many of them the strength exceeds it."
        ),
    )
