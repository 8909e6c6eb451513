"""Random matrices, always drawn from a `numpy.random.Generator`.

Symmetric and Hermitian ensembles are scaled so that the bulk of their eigenvalues fills [-2 sigma, 2 sigma]; the
entries of an n x m matrix have variance sigma^2/m. Every function raises ValueError for a size below 1 and for a sigma
that is not positive and finite.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import Generator

from intruders.theory.arguments import positive, size

Entries = Callable[[Generator, tuple[int, ...]], np.ndarray]
"""A sampler of independent entries of mean 0 and variance 1: entries(rng, shape) -> array."""


def gaussian(rng: Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Entries N(0, 1): fourth moment 3."""
    return rng.normal(size=shape)


def rademacher(rng: Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Entries 1 or -1 with probability 1/2 each: fourth moment 1, the smallest there is."""
    return 2.0 * rng.integers(0, 2, size=shape) - 1


def student(df: float) -> Entries:
    """Student's t with `df` > 2 degrees of freedom, divided by its standard deviation sqrt(df/(df - 2)).

    P(|x| > t) falls like t^-df: the fourth moment, 3 (df - 2)/(df - 4), is finite for df > 4 only. Raises ValueError
    for df <= 2, where the variance is infinite.
    """
    if not 2 < df < np.inf:
        raise ValueError(f"df must be finite and above 2, where the variance is finite, got {df}")
    return lambda rng, shape: rng.standard_t(df, size=shape) * np.sqrt((df - 2) / df)


def sparse(p: float) -> Entries:
    """Entries 0 with probability 1 - p, else 1/sqrt(p) or -1/sqrt(p): fourth moment 1/p.

    A signed random graph in which a vertex of n has about p n neighbours. Raises ValueError unless 0 < p <= 1.
    """
    if not 0 < p <= 1:
        raise ValueError(f"p must be a share in (0, 1], got {p}")
    return lambda rng, shape: (rng.random(size=shape) < p) * rademacher(rng, shape) / np.sqrt(p)


def goe(n: int, rng: Generator, sigma: float = 1.0) -> np.ndarray:
    """Gaussian orthogonal ensemble: the n x n symmetric matrix W = (X + X')/sqrt(2) with X_ij ~ N(0, sigma^2/n).

    Off the diagonal E W_ij^2 = sigma^2/n, on it 2 sigma^2/n; the law is invariant under rotations and the spectrum
    fills [-2 sigma, 2 sigma] (Wigner 1958).
    """
    X = iid_rectangular(n, n, rng, sigma)
    return (X + X.T) / np.sqrt(2)


def gue(n: int, rng: Generator, sigma: float = 1.0) -> np.ndarray:
    """Gaussian unitary ensemble: the n x n Hermitian W = (Z + Z*)/sqrt(2), Z complex with E |Z_ij|^2 = sigma^2/n.

    E |W_ij|^2 = sigma^2/n everywhere; off the diagonal E W_ij^2 = 0, on it W_ii is real. The law is invariant under
    unitary changes of basis (Mehta 2004, chapter 2).
    """
    Z = ginibre(n, rng, sigma)
    return (Z + Z.conj().T) / np.sqrt(2)


def gse(n: int, rng: Generator, sigma: float = 1.0) -> np.ndarray:
    """Gaussian symplectic ensemble: n x n self-dual quaternions, written as the 2n x 2n Hermitian [[A, B], [-B̄, Ā]].

    A = A* and B = -B' with E |A_ij|^2 = E |B_ij|^2 = sigma^2/(2n), so that a quaternion entry a + b j has
    E |a|^2 + |b|^2 = sigma^2/n. The n distinct eigenvalues come in equal pairs (Mehta 2004, chapter 2).
    """
    Z, Y = (ginibre(n, rng, sigma) / np.sqrt(2) for _ in range(2))
    A, B = (Z + Z.conj().T) / np.sqrt(2), (Y - Y.T) / np.sqrt(2)
    return np.block([[A, B], [-B.conj(), A.conj()]])


def wigner(n: int, rng: Generator, sigma: float = 1.0, entries: Entries = gaussian) -> np.ndarray:
    """Wigner matrix: n x n symmetric, independent entries of variance sigma^2/n on and above the diagonal.

    The semicircle law needs the variance only, the largest eigenvalue a fourth moment (Bai & Yin 1988).
    """
    positive("sigma", sigma)
    size("n", n)
    upper = np.triu(entries(rng, (n, n))) * (sigma / np.sqrt(n))
    return upper + np.triu(upper, 1).T


def iid_rectangular(n: int, m: int, rng: Generator, sigma: float = 1.0, entries: Entries = gaussian) -> np.ndarray:
    """The n x m matrix of independent entries of variance sigma^2/m: the noise model of a weight with m inputs.

    Its squared singular values follow Marchenko-Pastur with c = n/m; with a finite fourth moment the largest singular
    value tends to sigma (1 + sqrt c) (Bai & Yin 1988 for the symmetric case; Yin, Bai & Krishnaiah 1988).
    """
    positive("sigma", sigma)
    size("n", n)
    size("m", m)
    return entries(rng, (n, m)) * (sigma / np.sqrt(m))


def wishart(n: int, m: int, rng: Generator, sigma: float = 1.0) -> np.ndarray:
    """Wishart matrix: the n x n product X X', X of size n x m with entries N(0, sigma^2/m).

    E X X' = sigma^2 I; the rank is min(n, m) (Marchenko & Pastur 1967).
    """
    X = iid_rectangular(n, m, rng, sigma)
    return X @ X.T


def ginibre(n: int, rng: Generator, sigma: float = 1.0) -> np.ndarray:
    """Complex Ginibre ensemble: n x n independent complex Gaussian entries with E |W_ij|^2 = sigma^2/n.

    The eigenvalues fill the disc of radius sigma, and their moduli, unordered, have exactly the law of n independent
    sigma sqrt(Gamma(k)/n), k = 1, ..., n (Ginibre 1965; Kostlan 1992). The real one is `iid_rectangular(n, n, rng)`.
    """
    return (iid_rectangular(n, n, rng, sigma) + 1j * iid_rectangular(n, n, rng, sigma)) / np.sqrt(2)


def haar_frame(n: int, r: int, rng: Generator) -> np.ndarray:
    """r orthonormal columns in R^n, uniformly distributed: the first r columns of a Haar orthogonal matrix.

    X = Q R of a Gaussian n x r matrix X, with the signs of R's diagonal moved to Q: without that Q is not uniform,
    because Householder's method fixes those signs (Mezzadri 2007). Raises ValueError for r > n.
    """
    size("n", n)
    size("r", r)
    if r > n:
        raise ValueError(f"r: expected at most n = {n} orthonormal columns, got {r}")
    Q, R = np.linalg.qr(rng.normal(size=(n, r)))
    return Q * np.sign(np.diag(R))


def haar_orthogonal(n: int, rng: Generator) -> np.ndarray:
    """A uniformly distributed rotation or reflection of R^n: E tr Q = 0 and E (tr Q)^2 = 1 (Mezzadri 2007)."""
    return haar_frame(n, n, rng)


def haar_unitary(n: int, rng: Generator) -> np.ndarray:
    """A uniformly distributed n x n unitary matrix: Q of Z = Q R, Z Ginibre, times the phases of R's diagonal.

    Without the phases the eigenvalues do not spread evenly over the unit circle (Mezzadri 2007).
    """
    Q, R = np.linalg.qr(ginibre(n, rng))
    phases = np.diag(R) / np.abs(np.diag(R))
    return Q * phases


def unit_vector(n: int, rng: Generator) -> np.ndarray:
    """A vector of length 1, uniform on the sphere of R^n; its largest |coordinate| is about sqrt(2 ln(n)/n)."""
    size("n", n)
    x = rng.normal(size=n)
    return x / np.linalg.norm(x)


def spiked_symmetric(
    n: int, strengths: Sequence[float], rng: Generator, sigma: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """M = W + sum_k theta_k u_k u_k', W from the GOE, and U: the u_k are the columns of a uniform n x r frame.

    strengths    theta_1, ..., theta_r, of any sign

    Raises ValueError unless `strengths` is a list of at least 1 and at most n finite numbers.
    """
    theta = _strengths(strengths, n)
    U = haar_frame(n, len(theta), rng)
    return goe(n, rng, sigma) + (U * theta) @ U.T, U


def spiked_rectangular(
    n: int, m: int, strengths: Sequence[float], rng: Generator, sigma: float = 1.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """M = W + sum_k theta_k u_k v_k', U and V: W is n x m with entries N(0, sigma^2/m), U and V uniform frames.

    Raises ValueError unless `strengths` is a list of at least 1 and at most min(n, m) finite numbers.
    """
    theta = _strengths(strengths, min(n, m))
    U, V = haar_frame(n, len(theta), rng), haar_frame(m, len(theta), rng)
    return iid_rectangular(n, m, rng, sigma) + (U * theta) @ V.T, U, V


def _strengths(strengths: Sequence[float], most: int) -> np.ndarray:
    theta = np.asarray(strengths, dtype=float)
    if not (theta.ndim == 1 and 1 <= len(theta) <= most and np.isfinite(theta).all()):
        raise ValueError(f"strengths: expected a list of 1 to {most} finite numbers, got {strengths!r}")
    return theta
