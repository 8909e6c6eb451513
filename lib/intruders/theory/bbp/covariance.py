"""The other BBP model: a spike of the population covariance. For ell > 1 it is an additive spike of random strength."""

from dataclasses import dataclass

import numpy as np

from intruders.theory.laws import MarchenkoPastur


@dataclass(frozen=True)
class CovariancePrediction:
    """Limits for the top sample eigenvalue: whether it leaves the bulk, its place, and its vector's squared cosine."""

    ell: float
    exists: bool
    position: float
    overlap: float


def covariance_threshold(bulk: MarchenkoPastur) -> float:
    """The population eigenvalue ell = 1 + sqrt c, in units of sigma^2, above which a sample eigenvalue detaches."""
    return float(1 + np.sqrt(bulk.c))


def predict_covariance(ell: float, bulk: MarchenkoPastur) -> CovariancePrediction:
    """Top eigenvalue of (1/m) X X', the m columns of X with covariance sigma^2 (I + (ell - 1) u u'), c = n/m.

    Above ell = 1 + sqrt c it tends to sigma^2 ell (1 + c/(ell - 1)), and the squared cosine of its vector with u to
    (1 - c/(ell - 1)^2)/(1 + c/(ell - 1)) (Baik, Ben Arous & Péché 2005 for complex data; Baik & Silverstein 2006; Paul
    2007). For ell > 1, X/sqrt m = noise + theta u v' with theta = sigma sqrt(ell - 1) |g|/sqrt m and v = g/|g| for a
    Gaussian g in R^m: place and overlap are the position^2 and the left overlap of that additive spike, and 1 + sqrt c
    is a threshold for ell alone. The random strength adds to the spread, m Var -> 2 sigma^4 ell^2 (1 - c/(ell - 1)^2)
    (Paul 2007). Raises ValueError unless ell > 0.
    """
    if not 0 < ell < np.inf:
        raise ValueError(f"ell must be positive and finite, got {ell}")
    if ell <= covariance_threshold(bulk):
        return CovariancePrediction(ell, False, float(bulk.support[1]), 0.0)
    ratio = bulk.c / (ell - 1)
    overlap = (1 - ratio / (ell - 1)) / (1 + ratio)
    return CovariancePrediction(ell, True, bulk.sigma**2 * ell * (1 + ratio), overlap)
