"""The BBP prediction against simulation: symmetric and rectangular, above and below the threshold."""

import numpy as np
import pytest

from intruders.theory.bbp import predict, strength_at, threshold
from intruders.theory.ensembles import goe, iid_rectangular, unit_vector
from intruders.theory.laws import Semicircle, SingularValueLaw

DRAWS = 60


def symmetric(n, theta, sigma, rng):
    u = unit_vector(n, rng)
    values, vectors = np.linalg.eigh(goe(n, rng, sigma) + theta * np.outer(u, u))
    return values[-1], (u @ vectors[:, -1]) ** 2


def rectangular(n, m, theta, sigma, rng):
    u, v = unit_vector(n, rng), unit_vector(m, rng)
    U, s, Vt = np.linalg.svd(iid_rectangular(n, m, rng, sigma) + theta * np.outer(u, v), full_matrices=False)
    return s[0], (u @ U[:, 0]) ** 2, (Vt[0] @ v) ** 2


def agrees(samples, value, n) -> bool:
    """Mean within four standard errors and the O(1/n) bias of these laws, taken as 6/n away from the threshold."""
    error = np.std(samples, ddof=1) / np.sqrt(len(samples))
    return abs(np.mean(samples) - value) < 4 * error + 6 / n


@pytest.mark.parametrize(("theta", "sigma"), [(2.0, 1.0), (1.6, 0.8)])
def test_symmetric_spike(theta, sigma):
    rng = np.random.default_rng(3)
    n = 300
    position, overlap = np.transpose([symmetric(n, theta, sigma, rng) for _ in range(DRAWS)])
    law = predict(theta, Semicircle(sigma))
    assert agrees(position, law.position, n)
    assert agrees(overlap, law.left_overlap, n)
    assert law.left_overlap == law.right_overlap
    wrong = predict(theta, Semicircle(sigma * 1.1))
    assert not agrees(position, wrong.position, n)
    assert not agrees(overlap, wrong.left_overlap, n)
    assert not agrees(overlap, 1 - sigma / theta, n), "the cosine, not squared, is another law"


@pytest.mark.parametrize(("n", "m", "theta"), [(200, 400, 1.5), (400, 200, 2.2), (300, 300, 2.0)])
def test_rectangular_spike(n, m, theta):
    rng = np.random.default_rng(4)
    position, left, right = np.transpose([rectangular(n, m, theta, 1.0, rng) for _ in range(DRAWS)])
    law = predict(theta, SingularValueLaw(n / m))
    size = min(n, m)
    assert agrees(position, law.position, size)
    assert agrees(left, law.left_overlap, size)
    assert agrees(right, law.right_overlap, size)
    if n != m:
        turned = predict(theta, SingularValueLaw(m / n))
        assert not agrees(position, turned.position, size), "c for 1/c"
        assert not agrees(left, law.right_overlap, size), "left for right"


def test_bias_shrinks_with_size():
    """The stated O(1/n) bias, seen on three sizes."""
    rng = np.random.default_rng(5)
    law = predict(2.0, Semicircle())
    for n in (100, 200, 400):
        position, overlap = np.transpose([symmetric(n, 2.0, 1.0, rng) for _ in range(DRAWS)])
        assert agrees(position, law.position, n)
        assert agrees(overlap, law.left_overlap, n)


def test_below_the_threshold_nothing_leaves_the_bulk():
    rng = np.random.default_rng(6)
    law = predict(0.7, Semicircle())
    assert (law.exists, law.position, law.left_overlap) == (False, 2.0, 0.0)
    position, overlap = np.transpose([symmetric(400, 0.7, 1.0, rng) for _ in range(20)])
    assert np.mean(position) < 2 + 4 * 400 ** (-2 / 3)
    assert np.mean(overlap) < 0.05
    position, overlap = np.transpose([symmetric(400, 1.3, 1.0, rng) for _ in range(20)])
    assert np.mean(overlap) > 0.05, "a spike between sigma and sqrt(2) sigma is not below the threshold"


@pytest.mark.parametrize("bulk", [Semicircle(1.3), SingularValueLaw(0.25, 0.7), SingularValueLaw(4.0)])
def test_strength_at_inverts_predict(bulk):
    for excess in (1.01, 1.5, 4.0):
        theta = excess * threshold(bulk)
        assert strength_at(predict(theta, bulk).position, bulk) == pytest.approx(theta)
    edge = bulk.support[1]
    assert strength_at(0.9 * edge, bulk) == threshold(bulk)
    assert strength_at(np.nextafter(edge, np.inf), bulk) == pytest.approx(threshold(bulk))


def test_position_meets_the_edge_at_the_threshold():
    for bulk in (Semicircle(1.3), SingularValueLaw(0.25, 0.7), SingularValueLaw(4.0)):
        assert predict(threshold(bulk) * (1 + 1e-9), bulk).position == pytest.approx(bulk.support[1])


@pytest.mark.parametrize("theta", [0, -1, np.nan, np.inf])
def test_a_spike_must_be_positive(theta):
    with pytest.raises(ValueError, match="theta must be positive and finite, got"):
        predict(theta, Semicircle())
