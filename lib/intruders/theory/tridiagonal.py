"""Random tridiagonal and bidiagonal matrices that have the spectra of dense ones: O(n) numbers instead of O(n^2).

Householder reflections bring a Gaussian matrix to this form and leave its entries independent, so that the reduced
matrix can be drawn directly (Silverstein 1985; Dumitriu & Edelman 2002). A matrix is its pair (diagonal, off_diagonal)
of lengths n and n - 1. Every model raises ValueError for a size below 1 and for a beta or sigma that is not positive
and finite.
"""

from itertools import pairwise

import numpy as np
from numpy.random import Generator
from scipy.linalg import eigvalsh_tridiagonal

from intruders.theory.arguments import positive, size

Pair = tuple[np.ndarray, np.ndarray]


def beta_hermite(n: int, beta: float, rng: Generator, sigma: float = 1.0) -> Pair:
    """Symmetric tridiagonal matrix with the eigenvalues of the Gaussian ensemble: GOE, GUE, GSE at beta = 1, 2, 4.

    Diagonal N(0, 2 sigma^2/(beta n)); k-th off-diagonal sigma/sqrt(beta n) times a chi variable with beta (n - k)
    degrees of freedom. For every beta > 0 the n eigenvalues have exactly the joint density
    prod_{i<j} |l_i - l_j|^beta exp(-beta n sum_i l_i^2/(4 sigma^2)), up to a constant, and fill
    [-2 sigma, 2 sigma] (Dumitriu & Edelman 2002, Theorem 2.12).
    """
    size("n", n)
    positive("beta", beta)
    positive("sigma", sigma)
    diagonal = rng.normal(scale=sigma * np.sqrt(2 / (beta * n)), size=n)
    return diagonal, sigma * np.sqrt(rng.chisquare(beta * np.arange(n - 1, 0, -1)) / (beta * n))


def beta_laguerre(n: int, m: int, beta: float, rng: Generator, sigma: float = 1.0) -> Pair:
    """Lower bidiagonal matrix with the singular values of an n x m Gaussian one, entries of variance sigma^2/m.

    With p = min(n, m) and q = max(n, m), in units of sigma/sqrt(beta m): the k-th diagonal entry is a chi variable
    with beta (q - k + 1) degrees of freedom, the k-th below the diagonal one with beta (p - k). At beta = 1 the
    singular values have exactly the law of those of a real matrix, at 2 of a complex one with E |W_ij|^2 = sigma^2/m.
    For n > m it is the transpose that is reduced: the m singular values are the same, and the n - m zeros of W W' are
    not among them. The joint density of the x_i = m s_i^2/sigma^2 is, up to a constant,
    prod_{i<j} |x_i - x_j|^beta prod_i x_i^(beta (q - p + 1)/2 - 1) exp(-beta x_i/2)
    (Silverstein 1985 at beta = 1; Dumitriu & Edelman 2002, Theorem 3.4).
    """
    size("n", n)
    size("m", m)
    positive("beta", beta)
    positive("sigma", sigma)
    p, q = min(n, m), max(n, m)
    diagonal, below = (rng.chisquare(beta * np.arange(top, top - k, -1)) for top, k in ((q, p), (p - 1, p - 1)))
    return sigma * np.sqrt(diagonal / (beta * m)), sigma * np.sqrt(below / (beta * m))


def spiked_tridiagonal(n: int, theta: float, rng: Generator, sigma: float = 1.0) -> Pair:
    """The tridiagonal matrix with the law of GOE + theta u u' seen from the spike.

    Householder reflections that fix the spike bring W + theta u u' to this form, so the eigenvalues and the first
    components of the eigenvectors, which are the overlaps' square roots, have exactly the law of the dense matrix:
    that of `beta_hermite` at beta = 1 with theta added in the corner. Raises ValueError unless theta is finite.
    """
    if not np.isfinite(theta):
        raise ValueError(f"theta must be finite, got {theta}")
    diagonal, off_diagonal = beta_hermite(n, 1, rng, sigma)
    diagonal[0] += theta
    return diagonal, off_diagonal


def eigenvalues(diagonal: np.ndarray, off_diagonal: np.ndarray) -> np.ndarray:
    """All n eigenvalues of a symmetric tridiagonal matrix, rising: O(n^2) time, O(n) memory.

    The root-free QR iteration of LAPACK's dsterf, with an absolute error of order 1e-16 times the largest modulus.
    """
    return eigvalsh_tridiagonal(diagonal, off_diagonal, lapack_driver="sterf")


def singular_values(diagonal: np.ndarray, off_diagonal: np.ndarray) -> np.ndarray:
    """All singular values of a bidiagonal matrix B, falling: the square roots of the eigenvalues of B B'.

    O(n^2) time and O(n) memory. The squares have an absolute error of order 1e-16 b^2, b the largest value, so that a
    singular value s has one of 1e-16 b^2/s.
    """
    squares = np.square(diagonal)
    squares[1:] += off_diagonal**2
    return np.sqrt(np.clip(eigenvalues(squares, diagonal[:-1] * off_diagonal), 0, None))[::-1]


def eigenvalue_counts(diagonal: np.ndarray, off_diagonal: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """How many eigenvalues of a symmetric tridiagonal matrix lie in each bin (edges[k], edges[k + 1]].

    No eigenvalue is computed. The number below x is the number of negative pivots of the elimination of T - x (Sturm;
    Golub & Van Loan 2013, section 8.4): O(n) a bin and O(n) memory. LAPACK's dstebz counts in this way at both ends of
    an interval before it refines; a tolerance wider than the interval spares the refinement.

    Raises ValueError unless the edges are finite and rising.
    """
    edges = np.asarray(edges, dtype=float)
    if not (edges.ndim == 1 and len(edges) > 1 and np.isfinite(edges).all() and (np.diff(edges) > 0).all()):
        raise ValueError(f"edges: expected at least two rising finite numbers, got {edges}")
    options = {"select": "v", "lapack_driver": "stebz", "tol": 2 * (edges[-1] - edges[0])}
    inside = (eigvalsh_tridiagonal(diagonal, off_diagonal, select_range=bin, **options) for bin in pairwise(edges))
    return np.array([len(values) for values in inside])
