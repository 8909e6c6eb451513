"""Limit laws of spectra as objects: they answer the same questions, so that a prediction takes any of them."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq


def _positive(name: str, value: float) -> None:
    if not value > 0:
        raise ValueError(f"{name} must be positive, got {value}")


@dataclass(frozen=True)
class Semicircle:
    """Semicircle law of a Wigner matrix whose off-diagonal entries have variance sigma^2/n (Wigner 1958).

    Density sqrt(4 sigma^2 - x^2) / (2 pi sigma^2) on [-2 sigma, 2 sigma].
    """

    sigma: float = 1.0
    c: ClassVar[float] = 1.0  # as many rows as columns

    def __post_init__(self):
        _positive("sigma", self.sigma)

    @property
    def support(self) -> tuple[float, float]:
        return -2 * self.sigma, 2 * self.sigma

    def pdf(self, x):
        return np.sqrt(np.clip(4 * self.sigma**2 - np.square(x), 0, None)) / (2 * np.pi * self.sigma**2)

    def stieltjes(self, z):
        """g(z) = integral mu(dx)/(z - x) = (z - sqrt(z - 2 sigma) sqrt(z + 2 sigma)) / (2 sigma^2).

        Two square roots: the root of the product z^2 - 4 sigma^2 takes the wrong branch for Re z < 0.
        """
        z = np.asarray(z, dtype=complex)
        return (z - np.sqrt(z - 2 * self.sigma) * np.sqrt(z + 2 * self.sigma)) / (2 * self.sigma**2)


@dataclass(frozen=True)
class SpikeMeasure:
    """Spectral measure of W + theta u u' at the spike's own vector u, W a Wigner matrix (Noiry 2019).

    How the length of u is spread over the eigenvectors: density
    sqrt(4 sigma^2 - x^2) / (2 pi (theta^2 + sigma^2 - theta x)) on [-2 sigma, 2 sigma] and, when |theta| > sigma,
    an atom of mass 1 - sigma^2/theta^2 at theta + sigma^2/theta. It is not the histogram of the eigenvalues,
    which stays a semicircle.
    """

    theta: float
    sigma: float = 1.0

    def __post_init__(self):
        _positive("sigma", self.sigma)

    @property
    def support(self) -> tuple[float, float]:
        return Semicircle(self.sigma).support

    def pdf(self, x):
        θ, σ = self.theta, self.sigma
        x = np.asarray(x, dtype=float)
        inside = np.abs(x) < 2 * σ
        root = np.sqrt(np.where(inside, 4 * σ**2 - x**2, 0))
        return root / np.where(inside, 2 * np.pi * (θ**2 + σ**2 - θ * x), 1)

    @property
    def atoms(self) -> dict[float, float]:
        """Position -> mass of the outlier's share, empty below the threshold."""
        θ, σ = self.theta, self.sigma
        return {θ + σ**2 / θ: 1 - (σ / θ) ** 2} if abs(θ) > σ else {}


@dataclass(frozen=True)
class SingularValueLaw:
    """Law of the min(n, m) singular values of an n x m matrix with independent entries of variance sigma^2/m, c = n/m.

    Squared, they follow Marchenko-Pastur (1967); at c = 1 it is the quarter circle. The n - m zeros of W W' when c > 1
    are no singular values and are not counted.
    """

    c: float
    sigma: float = 1.0

    def __post_init__(self):
        _positive("c", self.c)
        _positive("sigma", self.sigma)

    @property
    def support(self) -> tuple[float, float]:
        root = np.sqrt(self.c)
        return self.sigma * abs(1 - root), self.sigma * (1 + root)

    def pdf(self, x):
        """sqrt((b^2 - x^2)(x^2 - a^2)) / (pi min(c, 1) sigma^2 x) on [a, b] = sigma [|1 - sqrt c|, 1 + sqrt c]."""
        a, b = self.support
        x = np.asarray(x, dtype=float)
        inside = (x > a) & (x < b)
        y = np.where(inside, x, 1.0)
        root = np.sqrt(np.clip((b**2 - y**2) * (y**2 - a**2), 0, None))
        return np.where(inside, root / (np.pi * min(self.c, 1) * self.sigma**2 * y), 0)

    @cached_property
    def median(self) -> float:
        a, b = self.support
        return brentq(lambda x: quad(self.pdf, a, x)[0] - 0.5, a, b)

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
