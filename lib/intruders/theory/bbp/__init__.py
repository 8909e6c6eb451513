"""The BBP transition: what low-rank spikes do to a bulk, in the limit and at finite size."""

from intruders.theory.bbp.covariance import CovariancePrediction, covariance_threshold, predict_covariance
from intruders.theory.bbp.edge import critical_width, strength_at, threshold, top_of_noise
from intruders.theory.bbp.planted import Spikes, outlier_cosines, outliers
from intruders.theory.bbp.prediction import Prediction, far_probability, half_probability, predict
from intruders.theory.bbp.secular import singular_values_above, top_singular_triplets

__all__ = [
    "CovariancePrediction",
    "Prediction",
    "Spikes",
    "covariance_threshold",
    "critical_width",
    "far_probability",
    "half_probability",
    "outlier_cosines",
    "outliers",
    "predict",
    "predict_covariance",
    "singular_values_above",
    "strength_at",
    "threshold",
    "top_of_noise",
    "top_singular_triplets",
]
