"""The explorable of chapter 4: a spike leaves the bulk as its strength grows."""

from functools import cache

import numpy as np

from intruders.show import figures
from intruders.show.explore import Explorable, Frame, dot
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
    spectrum.plot([], [], color=figures.SPIKE, gid="measure")
    spectrum.plot([], [], color=figures.SPIKE, linewidth=4, gid="atom")
    spectrum.plot([], [], color=figures.THEORY, linewidth=7, solid_capstyle="round", gid="eigenvalue", clip_on=False)
    spectrum.set(xlim=(-2.2, 3.5), ylim=(0, 1), xlabel=r"eigenvalue $x/\sigma$", ylabel="density, mass of the atom")
    strengths = np.linspace(0.05, 3, 200)
    overlap.plot(strengths, [predict(s, _BULK).left_overlap for s in strengths], color=figures.BULK)
    overlap.plot([], [], color=figures.SPIKE, linewidth=9, solid_capstyle="round", gid="overlap")
    overlap.plot([], [], color=figures.THEORY, linewidth=7, solid_capstyle="round", gid="measured", clip_on=False)
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
            "eigenvalue": dot(top, 0),
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
        "Left, the semicircle of the bulk in grey and, in red, how the spike is spread over the eigenvalues: a curve "
        "inside the bulk and, above the threshold, an atom outside it. Right, the overlap against the strength, zero "
        "up to one and rising after it, with a red dot at the present strength. Black dots: one matrix."
    ),
    caption=(
        "The spike drains out of the bulk. Grey: the eigenvalues of the noise; red: the spectral measure at the spike "
        "and, as a bar, its atom at the outlier; black dots: the largest eigenvalue and the overlap of one matrix of "
        "size 400, always with the same noise."
    ),
)
