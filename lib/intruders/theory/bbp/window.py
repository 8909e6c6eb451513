"""The critical window: how much less often a spike is an intruder there than far above the threshold.

Inside the window the top of the old spectrum fluctuates as much as the outlier, and no closed form is known to us. The
factor is a fit to exact draws, `data/intruder-crossing`; `intruders.theory.bbp.crossing.fit` makes its coefficients
again from the table, and chapter 5 shows its error on shapes and sizes that were held out.
"""

import numpy as np
from scipy.special import ndtr

CENTRE = (2.1959, 0.1725, -3.2517, 1.2643)
SPREAD = (0.5185, 0.6194)


def factor(w: float, eps: np.ndarray, omega: float) -> np.ndarray:
    """Phi((w - a)/s) with a = a_0 + a_1/eps + a_2 eps + a_3 omega/eps^2 and s = s_0 + s_1 eps.

    w = (theta/theta_c - 1)/omega is the critical variable and omega the `critical_width`. Fitted for eps from .3 to .9,
    w from -2 to 8, min(n, m) from 128 to 2048 and c from 1/4 to 4; on the shapes up to 4096 that were held out the
    probability is off by .02 (root mean square; the table's own sampling error is .01) and the strength at which it is
    one half by at most 2.5 %.
    """
    return ndtr((w - centre(CENTRE, eps, omega)) / spread(SPREAD, eps))


def centre(coefficients, eps, omega):
    """The w at which the factor is one half."""
    constant, inverse, linear, size = coefficients
    return constant + inverse / eps + linear * eps + size * omega / eps**2


def spread(coefficients, eps):
    constant, linear = coefficients
    return constant + linear * eps
