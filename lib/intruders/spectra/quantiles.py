"""All singular values of a matrix of which a Krylov space knows the leading ones: the others are estimated."""

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.linalg import eigh_tridiagonal

from intruders.spectra.krylov import KrylovSpace


def estimated_values(space: KrylovSpace, known: int, size: int) -> np.ndarray:
    """`size` = min(n, m) singular values, falling: the first `known` of the space, then quantiles of what is left.

    With a random start the weights of the space estimate how many singular values lie next to each of its values
    (stochastic Lanczos quadrature: Ubaru, Chen & Saad 2017). Gauss quadrature with as many nodes as the space has
    steps, less one, keeps of them what the steps determine, and a monotone cubic runs through its cumulated weights.
    The m - n zeros of W'W for n < m come last and are cut off.
    """
    values, weights = space.values[known:].astype(float), space.weights[known:].astype(float)
    weights *= (space.dimension - known) / weights.sum()
    nodes, shares = _gauss(values**2, weights, max(2, space.steps - 1))
    places = np.cumsum(shares) - shares / 2
    below = values[-1] if space.dimension == size else 0.0
    x = np.concatenate([[0], places, [space.dimension - known]])
    y = np.minimum.accumulate(np.concatenate([[values[0]], np.sqrt(np.maximum(nodes, 0)), [below]]))
    apart = np.append(True, np.diff(x) > 1e-9 * x[-1])
    curve = PchipInterpolator(x[apart], y[apart])
    rest = np.clip(curve(np.arange(size - known) + 0.5), 0, space.values[:known].min(initial=np.inf))
    return np.concatenate([space.values[:known], rest]).astype(float)


def _gauss(x: np.ndarray, weights: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes, falling, and weights of Gauss quadrature for point masses, by Lanczos on diag(x)."""
    basis = [np.sqrt(weights / weights.sum())]
    diagonal, off = [], []
    while True:
        step = x * basis[-1]
        diagonal.append(basis[-1] @ step)
        for _ in range(2):
            for vector in basis:
                step -= (vector @ step) * vector
        norm = np.linalg.norm(step)
        if len(diagonal) == count or norm <= 1e-10 * np.abs(x).max():
            break
        off.append(norm)
        basis.append(step / norm)
    nodes, S = eigh_tridiagonal(diagonal, off)
    return nodes[::-1], (S[0] ** 2)[::-1] * weights.sum()
