"""The BBP transition: what low-rank spikes do to a bulk, in the limit and at finite size."""

from intruders.theory.bbp.prediction import Prediction, predict, strength_at, threshold

__all__ = ["Prediction", "predict", "strength_at", "threshold"]
