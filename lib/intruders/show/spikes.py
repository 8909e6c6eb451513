"""The explorable of chapter 5: four spikes of different strength leave the bulk one after the other."""

from functools import cache

import numpy as np

from intruders.show import figures
from intruders.show.explore import FORETOLD, MEASURED, Explorable, Frame, dot
from intruders.theory.bbp import predict, threshold
from intruders.theory.ensembles import haar_frame, iid_rectangular
from intruders.theory.laws import SingularValueLaw

_SHAPE = (200, 400)
_LAW = SingularValueLaw(0.5)
_SHARES = np.array([1, 0.75, 0.5, 0.25])
_X = np.linspace(*_LAW.support, 161)


@cache
def _matrix():
    rng = np.random.default_rng(0)
    n, m = _SHAPE
    return iid_rectangular(n, m, rng), haar_frame(n, 4, rng), haar_frame(m, 4, rng)


def _draw():
    fig, (spectrum, overlap) = figures.subplots(2, height=3.0, width_ratios=[1.6, 1])
    spectrum.fill_between(_X, _LAW.pdf(_X), color=figures.BULK, alpha=0.35, linewidth=0)
    for k in range(4):
        spectrum.plot([], [], **MEASURED, linewidth=7, gid=f"value{k}")
    for k in range(4):
        spectrum.plot([], [], color=figures.THEORY, gid=f"atom{k}")
    spectrum.set(xlim=(0.2, 4.5), ylim=(0, 1.1), xlabel=r"singular value $s/\sigma$", ylabel="density, left overlap")
    strengths = np.linspace(0.05, 4, 200)
    overlap.axvline(threshold(_LAW), **figures.LIMIT)
    overlap.plot(strengths, [predict(s, _LAW).left_overlap for s in strengths], color=figures.THEORY)
    for k in range(4):
        overlap.plot([], [], **MEASURED, linewidth=10, gid=f"measured{k}")
    for k in range(4):
        overlap.plot([], [], **FORETOLD, linewidth=5, gid=f"overlap{k}")
    overlap.set(
        xlim=(0, 4),
        ylim=(0, 1),
        xlabel=r"strength $\theta_k/\sigma$",
        ylabel=r"left overlap $\langle u_k, \hat u_k\rangle^2$",
    )
    return fig


def _frame(scale):
    W, P, Q = _matrix()
    U, values, _ = np.linalg.svd(W + (P * scale * _SHARES) @ Q.T, full_matrices=False)
    curves, out = {}, 0
    for k, strength in enumerate(scale * _SHARES):
        law = predict(strength, _LAW)
        out += law.exists
        measured = (P[:, k] @ U[:, k]) ** 2
        curves |= {
            f"atom{k}": (np.full(2, law.position), np.array([0, law.left_overlap])),
            f"value{k}": (np.full(2, values[k]), np.array([0, measured])),
            f"overlap{k}": dot(strength, law.left_overlap),
            f"measured{k}": dot(strength, measured),
        }
    outside = int(np.sum(values > _LAW.support[1]))
    return Frame(
        f"strongest spike {scale:.2f} σ: {out} of 4 spikes above the threshold; "
        f"one matrix: {outside} values beyond the edge",
        curves,
    )


family = Explorable(
    name="spikes",
    label="strength of the strongest of four spikes",
    values=np.round(np.arange(0.1, 4.001, 0.1), 2),
    start=2.0,
    draw=_draw,
    frame=_frame,
    alt=(
        "Left, the law of the singular values of the noise as a grey area, and up to four upright lines outside of it, "
        "one for every spike above the threshold, each with a thick red bar of nearly the same place and height. "
        "Right, the left overlap against the strength as a line, zero up to 0.84 and rising after it, with four small "
        "dots on the line and four large red ones close to them."
    ),
    caption=(
        "Four spikes of strengths 1 : 3/4 : 1/2 : 1/4 in a 200 × 400 matrix. Grey area: the law of the noise's "
        "singular values. Lines and small dots, the theory: the outliers, as high as their left overlap, and the "
        "overlap. Red, measured on one matrix, always with the same noise: thick bars at its four largest singular "
        "values, as high as their left overlaps, and large dots at these overlaps. Dotted: the threshold."
    ),
)
