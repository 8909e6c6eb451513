"""The explorable of the first page: a newcomer leaves the bulk, and its direction resembles nothing old."""

from functools import cache

import numpy as np

from intruders.show import figures
from intruders.show.explore import Explorable, Frame, dot
from intruders.theory.bbp import predict, threshold
from intruders.theory.bbp.windows import leading_cosines
from intruders.theory.ensembles import iid_rectangular, unit_vector
from intruders.theory.laws import SingularValueLaw

SIZE, WINDOW, EPS = 400, 10, 0.5
_BULK = SingularValueLaw(1.0)
_VALUES = np.round(np.arange(0.05, 3.001, 0.05), 2)


@cache
def _spectra():
    """At every strength: the leading singular values, and the largest cosine of each direction with an old one."""
    rng = np.random.default_rng(0)
    s = np.linalg.svd(iid_rectangular(SIZE, SIZE, rng), compute_uv=False)
    u, v = (np.repeat(unit_vector(SIZE, rng)[:, None], len(_VALUES), axis=1) for _ in range(2))
    values, left, _ = leading_cosines(s, u, v, _VALUES, WINDOW)
    return values, np.abs(left).max(axis=-1)


def _draw():
    _, cosines = _spectra()
    fig, (spectrum, cosine) = figures.subplots(2, height=3.1, width_ratios=[1.25, 1])
    x = np.linspace(0, 2, 200)
    spectrum.fill_between(x, _BULK.pdf(x), color=figures.BULK, alpha=0.35, linewidth=0)
    for j in reversed(range(WINDOW)):
        spectrum.plot([], [], color=figures.BULK, linewidth=1.4, gid=f"old{j}")
        spectrum.plot([], [], color=figures.SPIKE, linewidth=3, gid=f"new{j}")
    spectrum.plot([], [], color=figures.THEORY, linewidth=7, solid_capstyle="round", gid="predicted", clip_on=False)
    spectrum.set(xlim=(1, 3.5), ylim=(0, 0.65), yticks=[])
    spectrum.set(xlabel=r"singular values of $W_0+\theta uv^{\mathsf{T}}$", ylabel="density")
    beyond = _VALUES[_VALUES > 1]
    cosine.plot(beyond, [predict(theta, _BULK).max_cosine(SIZE) for theta in beyond], color=figures.THEORY)
    cosine.plot(_VALUES, cosines[:, 0], color=figures.SPIKE, linewidth=1)
    cosine.axhline(EPS, **figures.LIMIT)
    cosine.axvline(threshold(_BULK), **figures.LIMIT)
    cosine.plot([], [], color=figures.SPIKE, linewidth=9, solid_capstyle="round", gid="leading", clip_on=False)
    cosine.set(xlim=(0, 3), ylim=(0, 1.02), xlabel=r"strength $\theta$", ylabel="largest cosine with an old one")
    return fig


def _frame(theta: float) -> Frame:
    row = int(np.argmin(np.abs(_VALUES - theta)))
    values, cosines = (part[row] for part in _spectra())
    law, nothing = predict(theta, _BULK), (np.full(2, np.nan), np.full(2, np.nan))
    new = cosines < EPS
    curves = {"predicted": dot(law.position, 0) if law.exists else nothing}
    for j in range(WINDOW):
        stick = np.full(2, values[j]), np.array([0, 0.3 if new[j] else 0.12])
        curves[f"old{j}"], curves[f"new{j}"] = (nothing, stick) if new[j] else (stick, nothing)
    curves["leading"] = dot(theta, cosines[0])
    kind = "an intruder" if new[0] else "recognised"
    return Frame(
        f"strength {theta:.2f}: largest singular value {values[0]:.2f}, its direction has the cosine {cosines[0]:.2f} "
        f"with the nearest old one: {kind}",
        curves,
    )


newcomer = Explorable(
    name="newcomer",
    label="strength θ of the update",
    values=_VALUES,
    start=1.6,
    draw=_draw,
    frame=_frame,
    alt=(
        "Left, the density of the old singular values, grey, ends at two, with sticks for the ten largest new ones: "
        "beyond strength one a red stick leaves the grey region. Right, the largest cosine of the "
        "leading direction with an old one falls from one to a fifth as the strength grows; it passes one half a "
        "little beyond the dotted vertical line at one, and earlier than the line of the theory does."
    ),
    caption=(
        "An update of rank one is added to a matrix of noise, 400 by 400. Left: the law of the old singular values as "
        "a grey area, the ten leading new ones as sticks, grey and short where the direction is recognised, red and "
        "tall where it is an intruder, and as a dot on the axis the place that theory foretells. "
        "Right: the largest cosine of the leading direction with any old one, measured on this matrix (thin, red, with "
        "a dot) and foretold (thick line); dotted: the BBP threshold, across, and the cosine below which a direction "
        "is an intruder, upwards."
    ),
)
