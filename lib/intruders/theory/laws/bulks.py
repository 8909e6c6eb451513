"""The bulks of the book: eigenvalues of a Wigner matrix, eigenvalues of W W', singular values of W."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import comb
from typing import ClassVar

import numpy as np

from intruders.theory.arguments import positive
from intruders.theory.laws.base import Law, SingularValues


@dataclass(frozen=True)
class Semicircle(Law):
    """Semicircle law of a Wigner matrix whose off-diagonal entries have variance sigma^2/n (Wigner 1958).

    Density sqrt(4 sigma^2 - x^2) / (2 pi sigma^2) on [-2 sigma, 2 sigma]; even moments Catalan(k) sigma^(2k).
    """

    sigma: float = 1.0
    c: ClassVar[float] = 1.0  # as many rows as columns

    def __post_init__(self):
        positive("sigma", self.sigma)

    @property
    def support(self) -> tuple[float, float]:
        return -2 * self.sigma, 2 * self.sigma

    def pdf(self, x):
        return np.sqrt(np.clip(4 * self.sigma**2 - np.square(x), 0, None)) / (2 * np.pi * self.sigma**2)

    def cdf(self, x):
        x = np.clip(x, *self.support)
        return 0.5 + (x / 2 * self.pdf(x)) + np.arcsin(x / (2 * self.sigma)) / np.pi

    def moment(self, k: int) -> float:
        return 0.0 if k % 2 else comb(k, k // 2) / (k // 2 + 1) * self.sigma**k

    def stieltjes(self, z):
        """g(z) = (z - sqrt(z - 2 sigma) sqrt(z + 2 sigma)) / (2 sigma^2), the root of sigma^2 g^2 - z g + 1 = 0.

        Two square roots: the root of the product z^2 - 4 sigma^2 takes the wrong branch for Re z < 0. Written as a
        quotient, it keeps its digits for large z. On the real axis inside the support it is g(x + i0).
        """
        z = np.asarray(z, dtype=complex)
        return 2 / (z + np.sqrt(z - 2 * self.sigma) * np.sqrt(z + 2 * self.sigma))


@dataclass(frozen=True)
class MarchenkoPastur(Law):
    """Law of the n eigenvalues of W W', W an n x m matrix of independent entries of variance sigma^2/m, c = n/m > 0.

    Density sqrt((b - x)(x - a)) / (2 pi c sigma^2 x) on [a, b] = sigma^2 [(1 - sqrt c)^2, (1 + sqrt c)^2]; for c > 1
    an atom of mass 1 - 1/c at 0, the n - m directions that W does not reach (Marchenko & Pastur 1967).
    """

    c: float
    sigma: float = 1.0

    def __post_init__(self):
        positive("c", self.c)
        positive("sigma", self.sigma)

    @property
    def support(self) -> tuple[float, float]:
        root = np.sqrt(self.c)
        return (self.sigma * (1 - root)) ** 2, (self.sigma * (1 + root)) ** 2

    @property
    def atoms(self) -> dict[float, float]:
        return {0.0: 1 - 1 / self.c} if self.c > 1 else {}

    def pdf(self, x):
        a, b = self.support
        x = np.asarray(x, dtype=float)
        inside = (x > a) & (x < b)
        y = np.where(inside, x, b)
        root = np.sqrt(np.clip((b - y) * (y - a), 0, None))
        return root / (2 * np.pi * self.c * self.sigma**2 * y)

    def cdf(self, x):
        x = np.asarray(x, dtype=float)
        return self._below(x) + sum(mass * (x >= position) for position, mass in self.atoms.items())

    def _below(self, x):
        """Integral of the density up to x: an elementary function."""
        a, b = self.support
        y = np.clip(x, a, b)
        root = np.sqrt(np.clip((b - y) * (y - a), 0, None))
        first = 2 * np.arctan2(np.sqrt(y - a), np.sqrt(b - y))
        second = 2 * np.arctan2(np.sqrt(b * (y - a)), np.sqrt(a * (b - y)))
        return (root + (a + b) / 2 * first - np.sqrt(a * b) * second) / (2 * np.pi * self.c * self.sigma**2)

    def moment(self, k: int) -> float:
        """sigma^(2k) sum over r < k of c^r/(r + 1) binom(k, r) binom(k - 1, r): the Narayana numbers."""
        if k == 0:
            return 1.0
        terms = (self.c**r * comb(k, r) * comb(k - 1, r) / (r + 1) for r in range(k))
        return self.sigma ** (2 * k) * sum(terms)

    def stieltjes(self, z):
        """g(z) = (z - sigma^2 (1 - c) - sqrt(z - a) sqrt(z - b)) / (2 c sigma^2 z), with two square roots.

        The root of c sigma^2 z g^2 - (z - sigma^2 (1 - c)) g + 1 = 0 that behaves as 1/z, written as a quotient.
        """
        a, b = self.support
        z = np.asarray(z, dtype=complex)
        return 2 / (z - self.sigma**2 * (1 - self.c) + np.sqrt(z - a) * np.sqrt(z - b))


@lru_cache(maxsize=64)
def _angles(c: float) -> tuple[np.ndarray, np.ndarray]:
    """A grid of angles and the distribution function there, for any sigma."""
    law, phi = SingularValueLaw(c), np.linspace(0, np.pi, 513)
    a, b = law.support
    return phi, law.cdf((a + b) / 2 - (b - a) / 2 * np.cos(phi))


@dataclass(frozen=True)
class SingularValueLaw(SingularValues):
    """Law of the min(n, m) singular values of an n x m matrix with independent entries of variance sigma^2/m, c = n/m.

    Density sqrt((b^2 - x^2)(x^2 - a^2)) / (pi min(c, 1) sigma^2 x) on [a, b] = sigma [|1 - sqrt c|, 1 + sqrt c]. The
    squares follow Marchenko-Pastur (1967); at c = 1 it is the quarter circle. The n - m zeros of W W' when c > 1 are
    no singular values and are not counted.
    """

    c: float
    sigma: float = 1.0

    def __post_init__(self):
        positive("c", self.c)
        positive("sigma", self.sigma)

    @property
    def support(self) -> tuple[float, float]:
        root = np.sqrt(self.c)
        return self.sigma * abs(1 - root), self.sigma * (1 + root)

    def pdf(self, x):
        a, b = self.support
        x = np.asarray(x, dtype=float)
        inside = (x > a) & (x < b)
        y = np.where(inside, x, 1.0)
        root = np.sqrt(np.clip((b**2 - y**2) * (y**2 - a**2), 0, None))
        return np.where(inside, root / (np.pi * min(self.c, 1) * self.sigma**2 * y), 0)

    def cdf(self, x):
        return self._squares._below(np.clip(x, 0, None) ** 2) * max(self.c, 1)

    def traces(self, z):
        """phi_1 = z g(z^2) and phi_2 = c phi_1 + (1 - c)/z, with g the Marchenko-Pastur transform of W W'."""
        z = np.asarray(z, dtype=complex)
        first = z * self._squares.stieltjes(z**2)
        return first, self.c * first + (1 - self.c) / z

    def ppf(self, q):
        """By Newton's method in the angle of `Law`, from a table of the distribution function."""
        q = np.asarray(q, dtype=float)
        phi, table = _angles(self.c)
        cell = np.clip(np.searchsorted(table, q), 1, len(phi) - 1)
        low, high = phi[cell - 1], phi[cell]
        if not np.all((q >= 0) & (q <= 1)) or np.any((cell == 1) | (cell == len(phi) - 1)):
            return super().ppf(q)
        a, b = self.support
        angle = np.interp(q, table, phi)
        for _ in range(4):
            x = (a + b) / 2 - (b - a) / 2 * np.cos(angle)
            step = (self.cdf(x) - q) / (self.pdf(x) * (b - a) / 2 * np.sin(angle))
            angle = np.clip(angle - step, low, high)
        return (a + b) / 2 - (b - a) / 2 * np.cos(angle)

    @cached_property
    def _squares(self) -> MarchenkoPastur:
        return MarchenkoPastur(self.c, self.sigma)

    @property
    def median(self) -> float:
        return float(self.ppf(0.5))

    @classmethod
    def fit(cls, singular_values: np.ndarray, shape: tuple[int, int]) -> "SingularValueLaw":
        """The law whose median is that of the measured singular values of an n x m matrix.

        The outliers of a trained matrix move the median far less than they move the standard deviation of its entries
        (Gavish & Donoho 2014 scale noise in this way). It is biased upwards by their share of the values.
        """
        n, m = shape
        if np.shape(singular_values) != (min(n, m),):
            got = np.shape(singular_values)
            raise ValueError(f"singular_values: expected {min(n, m)} values for shape {shape}, got {got}")
        unit = cls(n / m)
        return cls(n / m, float(np.median(singular_values)) / unit.median)
