"""How a spike is spread over the eigenvectors of the matrix that it was added to."""

from dataclasses import dataclass

import numpy as np

from intruders.theory.arguments import positive
from intruders.theory.laws.base import Law
from intruders.theory.laws.bulks import Semicircle

_SMALL = 0.1  # of |theta|/sigma


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

    def cdf(self, x):
        """In closed form. With t = theta/sigma and x = 2 sigma cos(phi), so that phi is 0 at the right edge, it is

        [(1 + t^2) (pi - phi) - 2 t sin(phi) - 2 |1 - t^2| psi] / (2 pi t^2), tan(psi) = |1 - t|/(|1 + t| tan(phi/2)),

        plus the atom. By quadrature for |t| < .1, where the quotient would lose digits.
        """
        t, x = self.theta / self.sigma, np.asarray(x, dtype=float)
        if abs(t) < _SMALL:
            return super().cdf(x)
        phi = np.arccos(np.clip(x / (2 * self.sigma), -1, 1))
        psi = np.arctan2(abs(1 - t) * np.cos(phi / 2), abs(1 + t) * np.sin(phi / 2))
        smooth = ((1 + t**2) * (np.pi - phi) - 2 * t * np.sin(phi) - 2 * abs(1 - t**2) * psi) / (2 * np.pi * t**2)
        return smooth + sum(mass * (x >= position) for position, mass in self.atoms.items())

    @property
    def atoms(self) -> dict[float, float]:
        """The outlier's share; empty below the threshold."""
        θ, σ = self.theta, self.sigma
        return {θ + σ**2 / θ: 1 - (σ / θ) ** 2} if abs(θ) > σ else {}

    def stieltjes(self, z):
        """g/(1 - theta g), g the transform of the semicircle: the resolvent of the noise after Sherman-Morrison."""
        g = Semicircle(self.sigma).stieltjes(z)
        return g / (1 - self.theta * g)
