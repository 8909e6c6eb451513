"""The BBP transition: where a spike of strength theta sends the top of a bulk, and how much of its vector survives.

Symmetric, W + theta u u': Baik, Ben Arous & Péché 2005; Benaych-Georges & Nadakuditi 2011. Rectangular, W + theta u v':
Benaych-Georges & Nadakuditi 2012. An overlap is the squared cosine between the spike's vector and the top vector.
"""

from dataclasses import dataclass

import numpy as np

from intruders.theory.laws import Semicircle, SingularValueLaw


@dataclass(frozen=True)
class Prediction:
    """The top of bulk + spike as n -> infinity: whether it leaves the bulk, where it stands, and its overlaps."""

    exists: bool
    position: float
    left_overlap: float
    right_overlap: float


def threshold(bulk: Semicircle | SingularValueLaw) -> float:
    """The strength above which a spike detaches: sigma for a Wigner matrix, sigma c^(1/4) for an n x m one, c = n/m."""
    return bulk.sigma * bulk.c**0.25


def predict(theta: float, bulk: Semicircle | SingularValueLaw) -> Prediction:
    """Outlier of a spike theta > 0 in units of the bulk; t = theta/sigma and c = n/m (c = 1 for a Wigner matrix).

    position  sqrt((theta^2 + sigma^2)(theta^2 + c sigma^2))/theta, that is theta + sigma^2/theta at c = 1
    left      (t^4 - c)/(t^2 (t^2 + c)), right (t^4 - c)/(t^2 (t^2 + 1)), that is 1 - 1/t^2 at c = 1

    Below the threshold the position is the edge of the bulk and both overlaps are 0.
    """
    if not theta > 0:
        raise ValueError(f"theta must be positive, got {theta}")
    if theta <= threshold(bulk):
        return Prediction(False, float(bulk.support[1]), 0.0, 0.0)
    c, t2 = bulk.c, (theta / bulk.sigma) ** 2
    position = bulk.sigma * np.sqrt((t2 + 1) * (t2 + c) / t2)
    return Prediction(True, float(position), (t2**2 - c) / (t2 * (t2 + c)), (t2**2 - c) / (t2 * (t2 + 1)))


def strength_at(position: float, bulk: Semicircle | SingularValueLaw) -> float:
    """The spike whose outlier stands at `position`: the inverse of `predict`, at least `threshold(bulk)`.

    With s = position/sigma, t^2 is the larger root of t^4 - (s^2 - 1 - c) t^2 + c = 0.
    """
    if position <= bulk.support[1]:
        return threshold(bulk)
    c, s2 = bulk.c, (position / bulk.sigma) ** 2
    half = (s2 - 1 - c) / 2
    return float(bulk.sigma * np.sqrt(half + np.sqrt(max(half**2 - c, 0.0))))
