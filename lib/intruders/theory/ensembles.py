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


def spiked_tridiagonal(
    n: int, theta: float, rng: np.random.Generator, sigma: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Diagonal and off-diagonal of a tridiagonal matrix with the law of GOE + theta u u' seen from the spike.

    Householder reflections that fix the spike bring W + theta u u' to this form, so the eigenvalues and the first
    components of the eigenvectors, which are the overlaps' square roots, have exactly the law of the dense matrix:
    diagonal N(0, 2 sigma^2/n), plus theta in the corner; k-th off-diagonal sigma/sqrt(n) times a chi variable with
    n - k degrees of freedom (Dumitriu & Edelman 2002, Theorem 2.12 at beta = 1). O(n) entries instead of O(n^2).
    """
    diagonal = rng.normal(scale=sigma * np.sqrt(2 / n), size=n)
    diagonal[0] += theta
    return diagonal, sigma * np.sqrt(rng.chisquare(np.arange(n - 1, 0, -1)) / n)
