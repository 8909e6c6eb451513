"""The largest of many cosines: a unit vector against an orthonormal basis, its components independent and Gaussian."""

import numpy as np
from scipy.special import erf


def max_cosine_cdf(eps, variances: np.ndarray):
    """P(max_i |x_i| ≤ eps), x_i independent, centred Gaussian of the given variances: Π_i erf(eps/√(2 Var_i)).

    The cosines of a delocalised unit vector with an orthonormal basis, in the limit of many of them. `variances` has
    the coordinates on its last axis; eps broadcasts against the others.
    """
    return np.prod(erf(np.asarray(eps)[..., None] / np.sqrt(2 * np.asarray(variances))), axis=-1)


def median_max_cosine(variances: np.ndarray):
    """The eps in [0, 1] with `max_cosine_cdf` = 1/2, one for each row of variances, by bisection."""
    variances = np.asarray(variances, dtype=float)
    if not np.all((variances > 0) & (variances < np.inf)):
        raise ValueError(f"variances must be positive and finite, got {np.min(variances)} to {np.max(variances)}")
    low, high = np.zeros(variances.shape[:-1]), np.ones(variances.shape[:-1])
    for _ in range(40):
        middle = (low + high) / 2
        above = max_cosine_cdf(middle, variances) >= 0.5
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return (low + high) / 2
