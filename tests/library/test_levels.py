"""A spike's outlier next to one that the old matrix has: how often it is still an intruder, against exact draws."""

import numpy as np
import pytest

from intruders.theory.bbp import predict, top_singular_triplets
from intruders.theory.ensembles import unit_vector
from intruders.theory.laws import SingularValueLaw
from intruders.theory.tridiagonal import beta_laguerre, singular_values

SIZE = 256
DRAWS = 120
OLD = 3.0


def share_of_intruders(strength: float, eps: float, rng) -> float:
    """Of draws with the old outlier at its predicted place: how often the vector nearest to the spike is an intruder.

    Singular values of the noise from a bidiagonal matrix, the spike's coordinates Haar, the vectors from the secular
    equation: exact in law for a given old outlier.
    """
    place = predict(OLD, SingularValueLaw(1.0)).position
    hits = 0
    for _ in range(DRAWS):
        values = np.append(singular_values(*beta_laguerre(SIZE - 1, SIZE - 1, 1, rng)), place)
        u, v = unit_vector(SIZE, rng)[:, None], unit_vector(SIZE, rng)[:, None]
        _, left, _ = top_singular_triplets(values, u, v, [strength], 2)
        nearest = np.abs(left.T @ u).argmax()
        hits += np.abs(left[:, nearest]).max() < eps
    return hits / DRAWS


@pytest.mark.parametrize(("ratio", "eps"), [(0.95, 0.5), (1.0, 0.5), (1.05, 0.5), (1.3, 0.5), (1.0, 0.3)])
def test_two_levels_mix(ratio, eps):
    bulk = SingularValueLaw(1.0)
    prediction = predict(OLD * ratio, bulk)
    outliers = np.array([predict(OLD, bulk).position])
    predicted = prediction.intruder_probability(SIZE, eps, outliers=outliers)
    measured = share_of_intruders(OLD * ratio, eps, np.random.default_rng([round(100 * ratio), round(10 * eps)]))
    allowed = 4 * np.sqrt(0.25 / DRAWS)
    assert measured == pytest.approx(predicted, abs=allowed)
    if ratio <= 1.05:
        assert prediction.intruder_probability(SIZE, eps) - measured > allowed, (
            "without the outlier the law is rejected"
        )


def test_far_or_unseen_outliers_change_nothing():
    prediction = predict(OLD, SingularValueLaw(1.0))
    alone = prediction.intruder_probability(SIZE)
    assert prediction.intruder_probability(SIZE, outliers=np.array([50.0])) == pytest.approx(alone, abs=1e-3)
    assert prediction.intruder_probability(SIZE, outliers=np.array([])) == alone
    at_the_place = np.array([prediction.position])
    assert prediction.intruder_probability(SIZE, 0.8, outliers=at_the_place) == prediction.intruder_probability(
        SIZE, 0.8
    )
