"""Ensembles against their definitions, and the tridiagonal route against the dense matrix."""

import numpy as np
import pytest
from scipy.linalg import eigh_tridiagonal

from intruders.theory.ensembles import goe, iid_rectangular, spiked_tridiagonal, unit_vector


def test_goe_is_symmetric_with_twice_the_variance_on_the_diagonal():
    W = goe(600, np.random.default_rng(0), sigma=1.5)
    assert np.array_equal(W, W.T)
    off = W[np.triu_indices(600, 1)]
    assert np.var(off) * 600 / 1.5**2 == pytest.approx(1, abs=4 * np.sqrt(2 / len(off)))
    assert np.var(np.diag(W)) * 600 / 1.5**2 == pytest.approx(2, abs=4 * 2 * np.sqrt(2 / 600))


def test_rectangular_noise_is_scaled_by_its_inputs():
    W = iid_rectangular(100, 400, np.random.default_rng(1), sigma=0.5)
    assert W.shape == (100, 400)
    assert np.var(W) * 400 / 0.25 == pytest.approx(1, abs=4 * np.sqrt(2 / W.size))


def test_unit_vector_has_length_one():
    assert np.linalg.norm(unit_vector(50, np.random.default_rng(2))) == pytest.approx(1)


def dense(n, theta, rng):
    M = goe(n, rng)
    M[0, 0] += theta
    values, vectors = np.linalg.eigh(M)
    return values[-1], vectors[0, -1] ** 2, values[n // 2]


def tridiagonal(n, theta, rng):
    values, vectors = eigh_tridiagonal(*spiked_tridiagonal(n, theta, rng))
    return values[-1], vectors[0, -1] ** 2, values[n // 2]


def same_means(a, b) -> bool:
    a, b = np.array(a), np.array(b)
    error = np.sqrt(a.var(axis=0, ddof=1) / len(a) + b.var(axis=0, ddof=1) / len(b))
    return bool((np.abs(a.mean(axis=0) - b.mean(axis=0)) < 4 * error).all())


def test_tridiagonal_route_has_the_law_of_the_dense_matrix():
    """At a size where the limit laws are still far off: the two agree exactly in law, not only in the limit."""
    rng = np.random.default_rng(3)
    n = 20
    oracle = [dense(n, 1.5, rng) for _ in range(4000)]
    assert same_means(oracle, [tridiagonal(n, 1.5, rng) for _ in range(4000)])
    assert not same_means(oracle, [tridiagonal(n, 1.55, rng) for _ in range(4000)]), "a spike 3 % off"
    assert not same_means(oracle, [tridiagonal(n - 2, 1.5, rng) for _ in range(4000)]), "another size"
