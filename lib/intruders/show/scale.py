"""The explorable of chapter 1 about scale: what of a noise matrix follows sigma, and what does not."""

from functools import cache

import numpy as np

from intruders.show import figures
from intruders.show.explore import Explorable, Frame, dot
from intruders.show.histograms import density, outline
from intruders.theory.ensembles import iid_rectangular
from intruders.theory.laws import MarchenkoPastur, SingularValueLaw

_SHAPE = (300, 600)
_BINS = np.linspace(0, 7, 43)
_SIGMAS = np.round(np.arange(0.5, 1.5001, 0.025), 3)
_LAW = SingularValueLaw(0.5)
_MEAN = _LAW.moment(1)


@cache
def _measured() -> np.ndarray:
    return np.linalg.svd(iid_rectangular(*_SHAPE, np.random.default_rng(0)), compute_uv=False)


def _draw():
    fig, (squares, values) = figures.subplots(2, height=2.9, width_ratios=[1.5, 1])
    squares.plot([], [], color=figures.BULK, label="measured", gid="measured")
    squares.plot([], [], color=figures.THEORY, label="Marchenko–Pastur", gid="density")
    squares.plot([], [], color=figures.CONTRAST, linestyle="--", label=r"without $1/\sigma^2$", gid="wrong")
    squares.set(xlim=(0, 7), ylim=(0, 2), xlabel=r"eigenvalue $\lambda$ of $WW^{\mathsf{T}}$", ylabel="density")
    squares.legend()
    low, high = _LAW.support
    values.fill_between(
        _SIGMAS, low * _SIGMAS, high * _SIGMAS, color=figures.BULK, alpha=0.3, linewidth=0, label="bulk"
    )
    values.plot(_SIGMAS, _MEAN * _SIGMAS, color=figures.THEORY, label="its mean")
    for name in ("largest", "mean", "smallest"):
        values.plot([], [], color=figures.BULK, linewidth=7, solid_capstyle="round", gid=name)
    values.plot([], [], "o", color=figures.BULK, markersize=7, label="this matrix")
    values.set(xlim=(0.5, 1.5), ylim=(0, 3.4), xlabel=r"scale $\sigma$", ylabel="singular value $s$")
    values.legend(loc="upper left", handlelength=1.5)
    return fig


def _frame(sigma):
    s, law = sigma * _measured(), MarchenkoPastur(0.5, sigma)
    x, y = density(law)
    heights = np.histogram(s**2, _BINS)[0] / len(s) / np.diff(_BINS)
    return Frame(
        f"σ = {sigma:.3f}: singular values {s[-1]:.2f} to {s[0]:.2f}, in units of σ {s[-1] / sigma:.2f} to "
        f"{s[0] / sigma:.2f}; mass of the density 1.00, without 1/σ² {sigma**2:.2f}",
        {
            "measured": outline(heights, _BINS),
            "density": (x, y),
            "wrong": (x, sigma**2 * y),
            "largest": dot(sigma, s[0]),
            "mean": dot(sigma, s.mean()),
            "smallest": dot(sigma, s[-1]),
        },
    )


scale = Explorable(
    name="scale",
    label="scale σ of the noise",
    values=_SIGMAS,
    start=1.25,
    draw=_draw,
    frame=_frame,
    alt=(
        "Left, the eigenvalues of W W transposed as a grey outline, a curve that follows it at every sigma, and a "
        "dashed curve that does so at sigma equal to one only. Right, a grey wedge between the lower and upper "
        "edge of the singular values, proportional to sigma, with dots of one matrix on its edges and its mean."
    ),
    caption=(
        "One matrix of shape 300 × 600, multiplied by σ. Left: its squared singular values, steps, the density of "
        "Marchenko and Pastur, smooth, and the density printed without 1/σ², dashed. Right: the bulk of the singular "
        "values, shaded, and its mean, with this matrix's smallest, mean and largest value as dots."
    ),
)
