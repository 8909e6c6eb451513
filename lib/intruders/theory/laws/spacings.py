"""The distance between neighbouring eigenvalues."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import gamma, gammainc, gammainccinv

from intruders.theory.arguments import positive
from intruders.theory.laws.base import Law


@dataclass(frozen=True)
class WignerSurmise(Law):
    """Spacing of the two eigenvalues of the 2 x 2 beta-Hermite matrix, beta > 0, in units of its mean.

    Density proportional to s^beta exp(-b s^2) on s > 0, b = [Gamma(beta/2 + 1)/Gamma((beta + 1)/2)]^2, which makes the
    mean 1: b s^2 is a Gamma variable of shape (beta + 1)/2. The matrix is that of Dumitriu & Edelman 2002; at beta = 1,
    2 and 4 its spacing is that of a 2 x 2 GOE, GUE and GSE matrix, so pi/2 s exp(-pi s^2/4) at beta = 1. For beta near
    0 it is half a Gaussian, and not the exponential law of independent points.

    Exact for 2 x 2. For spacings in the bulk of a large matrix, divided by their local mean, it is no limit law: its
    cdf is off by at most .0066, .0016 and .0005 at beta = 1, 2 and 4 (by the determinants of the sine kernel, Mehta
    2004). Raises ValueError unless beta is positive and finite.
    """

    beta: float

    def __post_init__(self):
        positive("beta", self.beta)

    @property
    def support(self) -> tuple[float, float]:
        return 0.0, np.inf

    @property
    def window(self) -> tuple[float, float]:
        return 0.0, float(np.sqrt(gammainccinv((self.beta + 1) / 2, 1e-18) / self._b))

    @cached_property
    def _b(self) -> float:
        return float(gamma(self.beta / 2 + 1) / gamma((self.beta + 1) / 2)) ** 2

    def pdf(self, x):
        s = np.clip(x, 0, None)
        k = (self.beta + 1) / 2
        return 2 * self._b**k / gamma(k) * s**self.beta * np.exp(-self._b * s**2)

    def cdf(self, x):
        return gammainc((self.beta + 1) / 2, self._b * np.clip(x, 0, None) ** 2)

    def moment(self, k: int) -> float:
        half = (self.beta + 1) / 2
        return float(gamma(half + k / 2) / gamma(half) / self._b ** (k / 2))
