"""The other BBP model: a spike of the population covariance, which multiplies the noise instead of joining it."""

import numpy as np

from intruders.theory.bbp.prediction import Prediction
from intruders.theory.laws import MarchenkoPastur


def covariance_threshold(bulk: MarchenkoPastur) -> float:
    """The population eigenvalue ell = 1 + sqrt c, in units of sigma^2, above which a sample eigenvalue detaches."""
    return float(1 + np.sqrt(bulk.c))


def predict_covariance(ell: float, bulk: MarchenkoPastur) -> Prediction:
    """Top eigenvalue of (1/m) X X', the m columns of X with covariance sigma^2 (I + (ell - 1) u u'), c = n/m.

    Above ell = 1 + sqrt c it tends to sigma^2 ell (1 + c/(ell - 1)), and the squared cosine of its vector with u to
    (1 - c/(ell - 1)^2)/(1 + c/(ell - 1)) (Baik, Ben Arous & Péché 2005 for complex data; Baik & Silverstein 2006; Paul
    2007). ell - 1 plays the part that theta^2/sigma^2 plays for an additive spike: the threshold is the same
    (theta/sigma)^4 = c, and 1 + sqrt c is a threshold for ell alone. Raises ValueError unless ell > 0.
    """
    if not 0 < ell < np.inf:
        raise ValueError(f"ell must be positive and finite, got {ell}")
    if ell <= covariance_threshold(bulk):
        return Prediction(ell, bulk, False, float(bulk.support[1]), 0.0, 0.0)
    ratio = bulk.c / (ell - 1)
    overlap = (1 - ratio / (ell - 1)) / (1 + ratio)
    return Prediction(ell, bulk, True, bulk.sigma**2 * ell * (1 + ratio), overlap, overlap)
