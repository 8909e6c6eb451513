"""Averages over a spectrum, and functions of a matrix, by integrals around the spectrum."""

from collections.abc import Callable

import numpy as np

_MOST_POINTS = 2**12


def linear_statistic(f: Callable, g: Callable, interval: tuple[float, float], rho: float = 2.0) -> complex:
    """E f(X) = (1/(2 pi i)) integral of f(z) g(z) dz, once around the spectrum, counterclockwise.

    With the transform m = -g of other texts the sign in front is minus. For g of a matrix it is (1/N) tr f(M).

    f: analytic on and inside the contour; g: the Stieltjes transform of the law of X; both functions of complex arrays.
    interval: holds the support. rho > 1: see `ellipse`; so near 1 that the singularities of f stay outside.
    Raises ValueError for an empty interval or rho <= 1, ArithmeticError where the rule does not converge, where the
    contour leaves out some of the mass or where it encloses a residue of f.
    """
    return complex(_around(f, lambda z: np.asarray(g(z))[:, None, None], interval, rho).item())


def matrix_function(f: Callable, M, interval: tuple[float, float], rho: float = 2.0) -> np.ndarray:
    """f(M) = (1/(2 pi i)) integral of f(z) (z - M)^-1 dz, for a Hermitian M with its eigenvalues in the interval.

    One inverse for every point of the contour. Arguments and errors as in `linear_statistic`; ValueError also for a
    matrix that is not Hermitian.
    """
    M = np.asarray(M)
    if M.ndim != 2 or M.shape[0] != M.shape[1] or not np.allclose(M, M.conj().T, rtol=0, atol=1e-12 * np.abs(M).max()):
        raise ValueError(f"M must be a Hermitian matrix, got one of shape {M.shape} that is not")
    identity = np.eye(len(M))
    return _around(f, lambda z: np.linalg.inv(z[:, None, None] * identity - M), interval, rho)


def ellipse(interval: tuple[float, float], rho: float, points: int) -> tuple[np.ndarray, np.ndarray]:
    """Points z on an ellipse around the interval [a, b], and weights w with sum w f(z) ~ (1/(2 pi i)) integral f dz.

    z = (a + b)/2 + (b - a)/4 (rho e^(i phi) + e^(-i phi)/rho): its foci are a and b, its semi-axes (b - a)/4 times
    rho + 1/rho and rho - 1/rho. The trapezoidal rule in phi converges geometrically, like rho^-points for a singularity
    on the interval (Trefethen & Weideman 2014).
    """
    a, b = interval
    if not (np.isfinite([a, b]).all() and a < b):
        raise ValueError(f"interval must be (a, b) with a < b, got {interval}")
    if not 1 < rho < np.inf:
        raise ValueError(f"rho must be finite and above 1, got {rho}")
    turn = np.exp(2j * np.pi * (np.arange(points) + 0.5) / points)
    outer, inner = (b - a) / 4 * rho * turn, (b - a) / 4 / (rho * turn)
    return (a + b) / 2 + outer + inner, (outer - inner) / points


def _around(f, resolvent, interval, rho) -> np.ndarray:
    """The integral of f(z) times a resolvent of shape (points, n, n), the points doubled until it stands still."""
    previous, points = None, 16
    while points <= _MOST_POINTS:
        z, weights = ellipse(interval, rho, points)
        values, G = f(z) + 0 * z, resolvent(z)
        size = np.abs(values).max()
        result = np.tensordot(weights * values, G, axes=1)
        mass = np.trace(np.tensordot(weights, G, axes=1)) / len(result)
        error = np.inf if previous is None else max(np.abs(result - previous[0]).max() / size, abs(mass - previous[1]))
        if error <= 1e-12:
            if abs(mass - 1) > 1e-9:
                raise ArithmeticError(f"the contour around {interval} encloses the mass {mass.real:.6g}, expected 1")
            if abs(weights @ values) > 1e-9 * size * (interval[1] - interval[0]):
                raise ArithmeticError(f"f is not analytic inside the contour around {interval} with rho = {rho}")
            return result
        previous, points = (result, mass), 2 * points
    raise ArithmeticError(
        f"the integral around {interval} with rho = {rho} did not converge with {_MOST_POINTS} points"
    )
