"""The explorable of chapter 1 about repulsion: spacings of neighbouring eigenvalues as beta grows."""

from functools import cache

import numpy as np

from intruders.show import figures
from intruders.show.explore import Explorable, Frame
from intruders.show.histograms import outline
from intruders.theory.laws import Semicircle, WignerSurmise
from intruders.theory.tridiagonal import beta_hermite, eigenvalues

_BULK = Semicircle(1.0)
_SIZE, _DRAWS, _LEVELS = 500, 8, 20
_S = np.linspace(0, 3.5, 57)
_BINS = np.linspace(0, 3.5, 29)


@cache
def _unfolded(beta: float) -> np.ndarray:
    """The middle 80 % of the eigenvalues of each matrix, in units of the mean spacing."""
    rng = np.random.default_rng(0)
    values = [eigenvalues(*beta_hermite(_SIZE, beta, rng)) for _ in range(_DRAWS)]
    return _SIZE * _BULK.cdf(np.array(values))[:, _SIZE // 10 : -_SIZE // 10]


def _draw():
    fig, (density, levels) = figures.subplots(2, height=2.9, width_ratios=[1.6, 1])
    density.plot([], [], color=figures.BULK, label="measured", gid="histogram")
    density.plot([], [], color=figures.THEORY, label="surmise", gid="surmise")
    density.plot(_S, np.exp(-_S), color=figures.CONTRAST, linestyle="--", label="independent points")
    density.set(xlim=(0, 3.5), ylim=(0, 1.4), xlabel="spacing $s$, in mean spacings", ylabel="density of $s$")
    density.legend(loc="upper right")
    levels.plot([], [], color=figures.BULK, linewidth=1.2, gid="levels")
    levels.set(xlim=(0, 1), ylim=(0, _LEVELS), xticks=[], yticks=range(0, _LEVELS + 1, 5))
    levels.set_ylabel("eigenvalue, in mean spacings")
    levels.spines["bottom"].set_visible(False)
    return fig


def _frame(beta):
    unfolded = _unfolded(beta)
    gaps = np.diff(unfolded, axis=1).ravel()
    heights = np.histogram(gaps, _BINS)[0] / len(gaps) / np.diff(_BINS)
    rungs = unfolded[0, 150:] - unfolded[0, 150]
    rungs = np.pad(rungs[rungs < _LEVELS], (0, 30), constant_values=np.nan)[:30]
    close = np.mean(gaps < 0.1)
    return Frame(
        f"β = {beta:.1f}: {100 * close:.1f} % of the spacings are below a tenth of the mean, standard deviation "
        f"{np.std(gaps):.2f}; of independent points 9.5 % and 1.00",
        {
            "histogram": outline(heights, _BINS),
            "surmise": (_S, WignerSurmise(beta).pdf(_S)),
            "levels": (np.tile([0.0, 1.0, np.nan], len(rungs)), np.repeat(rungs, 3)),
        },
    )


repulsion = Explorable(
    name="spacings",
    label="repulsion β",
    values=np.round(np.arange(0.1, 4.001, 0.1), 1),
    start=1.0,
    draw=_draw,
    frame=_frame,
    alt=(
        "Left, the histogram of spacings as a grey outline with a curve on it, and a dashed falling exponential. As "
        "beta grows the histogram leaves the exponential, empties near zero and gathers around one. Right, a ladder of "
        "eigenvalues whose rungs become more and more even."
    ),
    caption=(
        "Repulsion makes a ladder. Left, steps: spacings of eight tridiagonal matrices of size 500; smooth line: the "
        "law of two eigenvalues, the surmise; dashed: independent points. Right: neighbouring eigenvalues of one "
        "matrix, counted from one in the middle."
    ),
)
