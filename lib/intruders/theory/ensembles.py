"""Random matrices, always drawn from a `numpy.random.Generator`."""

import numpy as np


def goe(n: int, rng: np.random.Generator, sigma: float = 1.0) -> np.ndarray:
    """Gaussian orthogonal ensemble: the n x n symmetric matrix W = (X + X')/sqrt(2) with X_ij ~ N(0, sigma^2/n).

    Off the diagonal E W_ij^2 = sigma^2/n, on it 2 sigma^2/n; the law is invariant under rotations and the spectrum
    fills [-2 sigma, 2 sigma] (Wigner 1958).
    """
    X = rng.normal(scale=sigma / np.sqrt(n), size=(n, n))
    return (X + X.T) / np.sqrt(2)


def unit_vector(n: int, rng: np.random.Generator) -> np.ndarray:
    """A vector of length 1, uniform on the sphere of R^n."""
    x = rng.normal(size=n)
    return x / np.linalg.norm(x)


def iid_rectangular(n: int, m: int, rng: np.random.Generator, sigma: float = 1.0) -> np.ndarray:
    """The n x m matrix of independent N(0, sigma^2/m) entries: the noise model of a weight with m inputs.

    Its squared singular values follow Marchenko-Pastur with c = n/m; the largest tends to sigma (1 + sqrt c).
    """
    return rng.normal(scale=sigma / np.sqrt(m), size=(n, m))
