"""The Stieltjes transform of measured eigenvalues, and the way back from any transform to its density."""

from collections.abc import Callable

import numpy as np

from intruders.theory.arguments import positive

_MOST_HALVINGS = 60
_COLUMNS = 12


def sample_stieltjes(z, eigenvalues):
    """g_N(z) = (1/N) sum over i of 1/(z - lambda_i): the transform of one matrix's own spectrum, exact.

    z: number or array, no eigenvalue; eigenvalues: all N of them. Raises ValueError for an empty or non-finite list.
    """
    eigenvalues = np.asarray(eigenvalues, dtype=float)
    if eigenvalues.ndim != 1 or eigenvalues.size == 0 or not np.isfinite(eigenvalues).all():
        raise ValueError(f"eigenvalues must be a list of finite numbers, got shape {eigenvalues.shape}")
    return np.mean(1 / (np.asarray(z)[..., None] - eigenvalues), axis=-1)


def invert(g: Callable, x, tolerance: float = 1e-8, height: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Density at x of the law whose Stieltjes transform is g, and an estimate of its error.

    Stieltjes-Perron: the density is the limit of -Im g(x + i eta)/pi as eta falls to 0. The values at eta = height,
    height/2, height/4 ... are extrapolated to 0 as a polynomial in eta (Neville); where the density is analytic this
    converges much faster than the values do. The estimate adds up the differences still to come, taken as a geometric
    series, mistrusts one that is small by accident, and is four times the result. eta is halved until every estimate
    meets the tolerance, at most 60 times, or until g raises ArithmeticError; the best value of each x is returned.

    At an edge that vanishes like a square root the values converge like sqrt(eta) and the estimate says so. At an atom,
    or where the density diverges, they do not converge: the estimate is then inf, or so large that the density means
    nothing, but nothing is raised. Compare it with the tolerance.

    g: function of complex arrays, called above the real axis only; x: number or array; height: a length of the order
    of the law's width. Raises ValueError for a tolerance or height that is not positive and finite.
    """
    positive("tolerance", tolerance)
    positive("height", height)
    x = np.asarray(x, dtype=float)
    best, error = np.full(x.shape, np.nan), np.full(x.shape, np.inf)
    row, value, step = [], None, np.full(x.shape, np.inf)
    for halvings in range(_MOST_HALVINGS):
        try:
            transform = np.asarray(g(x + 1j * height * 0.5**halvings))
        except ArithmeticError:  # a transform by quadrature, too close to the axis
            break
        row = _neville(row, -transform.imag / np.pi)
        previous, last, value = value, step, row[-1]
        if previous is None:
            continue
        step = np.abs(value - previous)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(step == 0, 0, step / last)
            ahead = np.where(ratio < 1, step * np.maximum(1, ratio / (1 - ratio)), np.inf)
        estimate = 4 * np.maximum(ahead, last / 2) + 5e-14 * np.abs(transform)
        better = (estimate < error) & (halvings >= 6)
        best, error = np.where(better, value, best), np.where(better, estimate, error)
        if np.all(error <= tolerance):
            break
    return best, error


def _neville(row: list, value) -> list:
    """The next row of the tableau that extrapolates values at eta, eta/2, eta/4 ... to eta = 0."""
    new = [value]
    for order, left in enumerate(row[: _COLUMNS - 1], 1):
        new.append(new[-1] + (new[-1] - left) / (2**order - 1))
    return new
