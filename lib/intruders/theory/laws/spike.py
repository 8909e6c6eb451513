"""How a spike is spread over the eigenvectors of the matrix that it was added to."""

from dataclasses import dataclass

import numpy as np

from intruders.theory.arguments import positive
from intruders.theory.laws.base import Law
from intruders.theory.laws.bulks import Semicircle


@dataclass(frozen=True)
class SpikeMeasure(Law):
    """Spectral measure of W + theta u u' at the spike's own vector u, W a Wigner matrix (Noiry 2019).

    How the length of u is spread over the eigenvectors: density
    sqrt(4 sigma^2 - x^2) / (2 pi (theta^2 + sigma^2 - theta x)) on [-2 sigma, 2 sigma] and, when |theta| > sigma,
    an atom of mass 1 - sigma^2/theta^2 at theta + sigma^2/theta. It is not the histogram of the eigenvalues,
    which stays a semicircle.
    """

    theta: float
    sigma: float = 1.0

    def __post_init__(self):
        positive("sigma", self.sigma)
        if not np.isfinite(self.theta):
            raise ValueError(f"theta must be finite, got {self.theta}")

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
        """The outlier's share; empty below the threshold."""
        θ, σ = self.theta, self.sigma
        return {θ + σ**2 / θ: 1 - (σ / θ) ** 2} if abs(θ) > σ else {}

    def stieltjes(self, z):
        """g/(1 - theta g), g the transform of the semicircle: the resolvent of the noise after Sherman-Morrison."""
        g = Semicircle(self.sigma).stieltjes(z)
        return g / (1 - self.theta * g)
