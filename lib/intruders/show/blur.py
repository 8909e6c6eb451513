"""The explorable of chapter 2: one matrix's spectrum seen from a height above the real axis, from a blur to spikes."""

from functools import cache

import numpy as np

from intruders.show import figures
from intruders.show.explore import Explorable, Frame, dot
from intruders.theory.ensembles import goe
from intruders.theory.laws import Semicircle
from intruders.theory.transforms import sample_stieltjes

_LAW = Semicircle(1.0)
_SIZE = 60
_HEIGHTS = np.round(np.arange(-2.5, 0.5001, 0.05), 2)
_GRID = np.linspace(-3, 3, 101)
_FINE = np.linspace(-2, 2, 4001)


@cache
def _eigenvalues() -> np.ndarray:
    return np.linalg.eigvalsh(goe(_SIZE, np.random.default_rng(0)))


def _seen(transform, x, eta):
    return -transform(x + 1j * eta).imag / np.pi


def _matrix(z):
    return sample_stieltjes(z, _eigenvalues())


@cache
def _distance(transform, log_eta: float) -> float:
    """Half of the integral of |seen - density|: what the density has more of, on its own support."""
    excess = _LAW.pdf(_FINE) - _seen(transform, _FINE, 10**log_eta)
    return float(np.trapezoid(np.clip(excess, 0, None), _FINE))


def _draw():
    fig, (view, distance) = figures.subplots(2, height=3.0, width_ratios=[1.7, 1])
    x = np.linspace(*_LAW.support, 101)
    view.fill_between(x, _LAW.pdf(x), color=figures.BULK, alpha=0.25, linewidth=0)
    view.plot(x, _LAW.pdf(x), color=figures.THEORY, linewidth=0.8)
    view.plot([], [], color=figures.BULK, linewidth=1.2, gid="matrix")
    view.plot([], [], color=figures.THEORY, linestyle="--", linewidth=1.5, gid="law")
    view.set(xlim=(-3, 3), ylim=(0, 0.7), xlabel="position $x$", ylabel=r"$-\operatorname{Im}\, g(x + i\eta)/\pi$")
    distance.plot(_HEIGHTS, [_distance(_matrix, h) for h in _HEIGHTS], color=figures.BULK, label="one matrix")
    law = [_distance(_LAW.stieltjes, h) for h in _HEIGHTS]
    distance.plot(_HEIGHTS, law, color=figures.THEORY, linestyle="--", label="blurred law")
    for name, colour, size in (("measured", figures.BULK, 9), ("blur", figures.THEORY, 5)):
        distance.plot([], [], color=colour, linewidth=size, solid_capstyle="round", gid=name, clip_on=False)
    distance.set(xlim=(-2.5, 0.5), ylim=(0, 1), xlabel=r"height $\log_{10}\eta$", ylabel="distance from the density")
    distance.legend(loc="upper center")
    return fig


def _frame(log_eta):
    eta = 10**log_eta
    spikes = _eigenvalues()[:, None] + np.array([-0.01, 0, 0.01])
    x = np.sort(np.concatenate([_GRID, spikes.ravel()]))
    matrix, law = _distance(_matrix, log_eta), _distance(_LAW.stieltjes, log_eta)
    return Frame(
        f"η = {eta:.3g}, Nη = {_SIZE * eta:.2g}: distance of the matrix {matrix:.2f}, of the blurred law {law:.2f}",
        {
            "matrix": (x, _seen(_matrix, x, eta)),
            "law": (_GRID, _seen(_LAW.stieltjes, _GRID, eta)),
            "measured": dot(log_eta, matrix),
            "blur": dot(log_eta, law),
        },
    )


blur = Explorable(
    name="blur",
    label="height log₁₀ η above the axis",
    values=_HEIGHTS,
    start=-0.7,
    draw=_draw,
    frame=_frame,
    alt=(
        "Left, a grey curve, the spectrum of one matrix seen from a height above the axis, with a dashed curve, "
        "the law seen from the same height, over the half disc of the law itself. High up both are one low bump, close "
        "to the axis the grey curve breaks into spikes. Right, the distance of both from the half disc against the "
        "height: the dashed curve falls all the way towards small heights, the grey one falls and then rises again."
    ),
    caption=(
        "One matrix of size 60 from a height. Shaded: the semicircle; solid line: the matrix; dashed: the law from the "
        "same height. Right: half the area between each curve and the semicircle; the slider moves the dots."
    ),
)
