"""The explorable of chapter 1 about shape: Marchenko-Pastur and the singular values as c = n/m grows."""

from functools import cache

import numpy as np

from intruders.show import figures
from intruders.show.explore import Explorable, Frame
from intruders.show.histograms import density, outline
from intruders.theory.laws import MarchenkoPastur, SingularValueLaw
from intruders.theory.tridiagonal import beta_laguerre, singular_values

_COLUMNS = 400
_SQUARES = np.linspace(0, 6.8, 41)
_VALUES = np.linspace(0, 2.7, 37)


@cache
def _measured(c: float) -> np.ndarray:
    return singular_values(*beta_laguerre(round(c * _COLUMNS), _COLUMNS, 1, np.random.default_rng(0)))


def _draw():
    fig, (squares, values) = figures.subplots(2, height=2.9)
    for ax, name in ((squares, "squares"), (values, "values")):
        ax.plot([], [], color=figures.BULK, label="measured", gid=f"{name}-measured")
        ax.plot([], [], color=figures.THEORY, label="law", gid=f"{name}-density")
    squares.plot([], [], color=figures.THEORY, linewidth=5, solid_capstyle="butt", gid="atom")
    squares.set(xlim=(-0.1, 6.8), ylim=(0, 1.2), ylabel="density, mass of the atom")
    squares.set_xlabel(r"eigenvalue $\lambda/\sigma^2$ of $WW^{\mathsf{T}}$")
    values.set(xlim=(0, 2.7), ylim=(0, 2.1), xlabel=r"singular value $s/\sigma$", ylabel="density")
    squares.legend()
    return fig


def _frame(c):
    s, law = _measured(c), MarchenkoPastur(c)
    rows = round(c * _COLUMNS)
    mass = law.atoms.get(0.0, 0.0)
    squares = np.histogram(s**2, _SQUARES)[0] / rows / np.diff(_SQUARES)
    values = np.histogram(s, _VALUES)[0] / len(s) / np.diff(_VALUES)
    return Frame(
        f"c = {c:.2f}: bulk of W W' from {law.support[0]:.2f} to {law.support[1]:.2f}, atom at 0 of mass {mass:.2f}; "
        f"{rows} × {_COLUMNS} matrix: {s[-1] ** 2:.2f} to {s[0] ** 2:.2f}, {rows - len(s)} zeros",
        {
            "squares-measured": outline(squares, _SQUARES),
            "squares-density": density(law),
            "atom": (np.full(2, 0.0 if mass else np.nan), np.array([0, mass])),
            "values-measured": outline(values, _VALUES),
            "values-density": density(SingularValueLaw(c)),
        },
    )


shape = Explorable(
    name="shape",
    label="aspect ratio c = n/m",
    values=np.round(np.arange(0.1, 2.501, 0.05), 2),
    start=0.5,
    draw=_draw,
    frame=_frame,
    alt=(
        "Left, the eigenvalues of W W transposed as a grey outline that a curve follows: a narrow hump around one "
        "for small c, which widens, diverges at zero when c is one, and then leaves a thick bar, the atom, behind "
        "at zero. Right, the singular values: a hump that becomes a quarter circle at c equal to one."
    ),
    caption=(
        "A Gaussian matrix with 400 columns and more and more rows, drawn anew for every shape. Left: the eigenvalues "
        "of W W', steps, the density of Marchenko and Pastur, the smooth line, and its atom at 0, the bar, whose "
        "height is its mass. Right: the singular values of the same matrix and their law."
    ),
)
