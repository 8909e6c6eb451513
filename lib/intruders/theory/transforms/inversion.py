"""The way back from a Stieltjes transform to its density."""

from collections.abc import Callable

import numpy as np

from intruders.theory.arguments import positive

_MOST_HALVINGS = 60
_COLUMNS = 12


def invert(g: Callable, x, tolerance: float = 1e-8, height: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Density at x of the law whose Stieltjes transform is g, and an estimate of its error.

    Stieltjes-Perron: the density is the limit of -Im g(x + i eta)/pi as eta falls to 0. eta is halved, from `height`
    on, until every estimate meets the tolerance, at most 60 times, or until g raises ArithmeticError; the best value of
    each x is returned. Where the density is analytic, the values at last approach their limit like eta or faster: two
    halvings in a row that show it let them be extrapolated as a polynomial in eta (Neville), the error being six times
    the last changes, summed as a geometric series. At an edge they approach it like sqrt(eta): they are taken as they
    are, the error being eight times their last change but one, and fewer digits are reached. At an atom, or where the
    density diverges, they do neither: the density is then NaN and its error inf.

    g: function of complex arrays, called above the real axis only; x: number or array; height: a length of the order
    of the law's width. Raises ValueError for a tolerance or height that is not positive and finite.
    """
    positive("tolerance", tolerance)
    positive("height", height)
    x = np.asarray(x, dtype=float)
    best, error = np.full(x.shape, np.nan), np.full(x.shape, np.inf)
    rows: list[list] = []
    for halvings in range(_MOST_HALVINGS):
        try:
            transform = np.asarray(g(x + 1j * height * 0.5**halvings))
        except ArithmeticError:  # a transform by quadrature, too close to the axis
            break
        rows = [*rows[-3:], _neville(rows[-1] if rows else [], -transform.imag / np.pi)]
        if halvings < 3:
            continue
        value, estimate = _best(rows, 5e-14 * np.abs(transform))
        better = estimate < error
        best, error = np.where(better, value, best), np.where(better, estimate, error)
        if np.all(error <= tolerance):
            break
    return best, error


def _best(rows: list, rounding):
    """The last value of the tableau that may be trusted, extrapolated or not, and its error."""
    with np.errstate(divide="ignore", invalid="ignore"):
        plain = np.abs(np.diff([row[0] for row in rows], axis=0)) + rounding
        first, second = plain[0] / plain[1], plain[1] / plain[2]
        before, last = np.abs(np.diff([row[-1] for row in rows[1:]], axis=0)) + rounding
        ratio = last / before
        ahead = np.where(ratio < 1, last * np.maximum(1, ratio / (1 - ratio)), np.inf)
    analytic = (np.minimum(first, second) > 1.8) & (np.maximum(first, second) < 4.5) | (plain[2] <= 2 * rounding)
    extrapolated = np.where(analytic, 6 * np.maximum(ahead, before / 2), np.inf)
    like_root = (np.minimum(first, second) > 1.3) & (np.maximum(first, second) < 1.55)
    slow = np.where(like_root, 8 * plain[1], np.inf)
    return np.where(extrapolated < slow, rows[-1][-1], rows[-1][0]), np.minimum(extrapolated, slow) + rounding


def _neville(row: list, value) -> list:
    """The next row of the tableau that extrapolates values at eta, eta/2, eta/4 ... to eta = 0."""
    new = [value]
    for order, left in enumerate(row[: _COLUMNS - 1], 1):
        new.append(new[-1] + (new[-1] - left) / (2**order - 1))
    return new
