"""The disc that the eigenvalues of a matrix without symmetry fill."""

from dataclasses import dataclass

import numpy as np

from intruders.theory.arguments import positive
from intruders.theory.laws.base import Law


@dataclass(frozen=True)
class CircularLaw(Law):
    """Law of the modulus |lambda| of the eigenvalues of an N x N matrix of independent entries of variance sigma^2/N.

    The eigenvalues fill the disc of radius sigma uniformly (Ginibre 1965; Tao & Vu 2010: a finite variance is enough),
    so the modulus r has density 2 r/sigma^2 on [0, sigma] and E r^k = 2 sigma^k/(k + 2). The singular values of the
    same matrix follow `SingularValueLaw(1, sigma)` and reach twice as far.
    """

    sigma: float = 1.0

    def __post_init__(self):
        positive("sigma", self.sigma)

    @property
    def support(self) -> tuple[float, float]:
        return 0.0, self.sigma

    def pdf(self, x):
        x = np.asarray(x, dtype=float)
        return np.where((x >= 0) & (x <= self.sigma), 2 * x / self.sigma**2, 0)

    def cdf(self, x):
        return np.clip(np.asarray(x, dtype=float) / self.sigma, 0, 1) ** 2

    def moment(self, k: int) -> float:
        return 2 * self.sigma**k / (k + 2)
