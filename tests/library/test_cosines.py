"""The largest cosine of a random vector with a basis."""

import numpy as np
import pytest

from intruders.theory.cosines import max_cosine_cdf, median_max_cosine
from intruders.theory.ensembles import unit_vector


def test_largest_cosine_of_a_random_vector():
    """Equal variances 1/n: a delocalised vector against a basis. The wrong root, variance for deviation, is far off."""
    rng = np.random.default_rng(3)
    n = 500
    largest = [np.abs(unit_vector(n, rng)).max() for _ in range(800)]
    predicted = median_max_cosine(np.full(n, 1 / n))
    share = np.mean(largest < predicted)
    assert abs(share - 0.5) < 4 * 0.5 / np.sqrt(800) + 0.03, "four standard errors, and room for the fixed length"
    assert max_cosine_cdf(predicted, np.full(n, 1 / n)) == pytest.approx(0.5, abs=1e-6)
    assert abs(np.mean(np.array(largest) < median_max_cosine(np.full(n, 1 / n**2))) - 0.5) > 0.4
    assert median_max_cosine(np.full((3, n), 1 / n)).shape == (3,)


def test_eps_and_variances_broadcast():
    """One eps for each row of variances, and many eps for one row."""
    variances = np.array([[0.1, 0.2, 0.3], [0.3, 0.1, 0.05]])
    both = max_cosine_cdf(np.array([0.4, 0.6]), variances)
    assert np.allclose(both, [max_cosine_cdf(eps, row) for eps, row in zip((0.4, 0.6), variances, strict=True)])
    assert np.allclose(max_cosine_cdf(np.array([0.4, 0.6]), variances[0])[1], max_cosine_cdf(0.6, variances[0]))


def test_impossible_arguments_are_named():
    with pytest.raises(ValueError, match=r"variances must be positive and finite, got 0.0 to 0.1"):
        median_max_cosine(np.array([0.1, 0.0]))
