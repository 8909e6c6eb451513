"""The explorable of chapter 4: a spike leaves the bulk as its strength grows."""

from functools import cache

import numpy as np

from intruders.show import figures
from intruders.show.explore import FORETOLD, MEASURED, Explorable, Frame, dot
from intruders.theory.bbp import predict
from intruders.theory.ensembles import goe, unit_vector
from intruders.theory.laws import Semicircle, SpikeMeasure

_BULK = Semicircle(1.0)
_X = 2 * np.sin(np.linspace(-np.pi / 2, np.pi / 2, 121))
_SIZE = 400


@cache
def _matrix():
    rng = np.random.default_rng(0)
    return goe(_SIZE, rng), unit_vector(_SIZE, rng)


def _draw():
    fig, (spectrum, overlap) = figures.subplots(2, height=3.0, width_ratios=[1.6, 1])
    spectrum.fill_between(_X, _BULK.pdf(_X), color=figures.BULK, alpha=0.35, linewidth=0)
    spectrum.plot([], [], **MEASURED, linewidth=7, gid="eigenvalue")
    spectrum.plot([], [], color=figures.THEORY, gid="measure")
    spectrum.plot([], [], color=figures.THEORY, gid="atom")
    spectrum.set(
        xlim=(-2.2, 3.5), ylim=(0, 1), xlabel=r"eigenvalue $\lambda/\sigma$", ylabel="density, mass of the atom"
    )
    strengths = np.linspace(0.05, 3, 200)
    overlap.axvline(1, **figures.LIMIT)
    overlap.plot(strengths, [predict(s, _BULK).left_overlap for s in strengths], color=figures.THEORY)
    overlap.plot([], [], **MEASURED, linewidth=10, gid="measured")
    overlap.plot([], [], **FORETOLD, linewidth=5, gid="overlap")
    overlap.set(
        xlim=(0, 3), ylim=(0, 1), xlabel=r"strength $\theta/\sigma$", ylabel=r"overlap $\langle u, \hat u\rangle^2$"
    )
    return fig


def _frame(theta):
    W, u = _matrix()
    values, vectors = np.linalg.eigh(W + theta * np.outer(u, u))
    top, measured = values[-1], (u @ vectors[:, -1]) ** 2
    law = predict(theta, _BULK)
    if law.exists:
        says = f"θ = {theta:.2f} σ: outlier at {law.position:.2f} σ, overlap {law.left_overlap:.2f}"
    else:
        says = f"θ = {theta:.2f} σ: no outlier, overlap 0"
    return Frame(
        f"{says}. One matrix: {top:.2f} σ, {measured:.2f}",
        {
            "measure": (_X, SpikeMeasure(theta).pdf(_X)),
            "atom": (np.full(2, law.position), np.array([0, law.left_overlap])),
            "eigenvalue": (np.full(2, top), np.array([0, measured])),
            "overlap": dot(theta, law.left_overlap),
            "measured": dot(theta, measured),
        },
    )


transition = Explorable(
    name="bbp",
    label="strength θ of the spike",
    values=np.round(np.arange(0.05, 3.001, 0.05), 2),
    start=1.5,
    draw=_draw,
    frame=_frame,
    alt=(
        "Left, the semicircle of the bulk as a grey area and, as a line, how the spike is spread over the eigenvalues: "
        "a curve inside the bulk and, above the threshold, an upright line outside it, beside which stands a thick red "
        "bar, the largest eigenvalue of one matrix. Right, the overlap against the strength as a line, zero up to one "
        "and rising after it, with a small dot at the present strength and a large red one near it, that of the matrix."
    ),
    caption=(
        "The spike drains out of the bulk. Grey area: the law of the noise's eigenvalues. Lines and small dot, the "
        "theory: the spectral measure at the spike with its atom at the outlier, and the overlap. Red, measured on one "
        "matrix of size 400, always with the same noise: a thick bar at its largest eigenvalue, as high as its "
        "overlap, and a large dot at this overlap. Dotted: the threshold."
    ),
)
