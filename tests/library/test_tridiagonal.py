"""Tridiagonal and bidiagonal models against exact moments and dense matrices; each beside a planted near miss."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import eigh_tridiagonal

from intruders.theory.ensembles import goe, gse, gue, iid_rectangular
from intruders.theory.laws import Semicircle, SingularValueLaw
from intruders.theory.tridiagonal import (
    beta_hermite,
    beta_laguerre,
    eigenvalue_counts,
    eigenvalues,
    singular_values,
    spiked_tridiagonal,
)

small = settings(deadline=None, derandomize=True, max_examples=25)
seeds = st.integers(0, 2**16)


def dense(diagonal, off_diagonal):
    return np.diag(diagonal) + np.diag(off_diagonal, 1) + np.diag(off_diagonal, -1)


def bidiagonal(diagonal, below):
    return np.diag(diagonal) + np.diag(below, -1)


def agrees(samples, expected) -> bool:
    """Whether the means of the columns are within four standard errors of the exact values."""
    samples = np.asarray(samples, dtype=float)
    error = samples.std(axis=0, ddof=1) / np.sqrt(len(samples))
    return bool((np.abs(samples.mean(axis=0) - expected) < 4 * error).all())


def same_means(a, b) -> bool:
    a, b = np.array(a), np.array(b)
    error = np.sqrt(a.var(axis=0, ddof=1) / len(a) + b.var(axis=0, ddof=1) / len(b))
    return bool((np.abs(a.mean(axis=0) - b.mean(axis=0)) < 4 * error).all())


# Solvers against dense ones


@small
@given(st.integers(1, 30), seeds)
def test_solvers_agree_with_dense_ones(n, seed):
    rng = np.random.default_rng(seed)
    d, e = rng.normal(size=n), rng.normal(size=n - 1)
    assert np.allclose(eigenvalues(d, e), np.linalg.eigvalsh(dense(d, e)), atol=1e-12)
    oracle = np.linalg.svd(bidiagonal(d, e), compute_uv=False)
    assert np.allclose(singular_values(d, e) ** 2, oracle**2, atol=1e-12)
    upper = np.linalg.svd(bidiagonal(d, e).T, compute_uv=False)
    assert np.allclose(upper, oracle, atol=1e-12), "upper or lower bidiagonal: the same values"


@small
@given(st.integers(1, 30), seeds, st.integers(1, 12))
def test_counts_agree_with_dense_eigenvalues(n, seed, bins):
    rng = np.random.default_rng(seed)
    d, e = rng.normal(size=n), rng.normal(size=n - 1)
    edges = np.sort(rng.normal(scale=2, size=bins + 1))
    assert np.array_equal(eigenvalue_counts(d, e, edges), np.histogram(np.linalg.eigvalsh(dense(d, e)), edges)[0])


def test_counts_where_a_pivot_vanishes():
    """Off-diagonal zeros, equal eigenvalues, and an eigenvalue on an edge: a bin holds its upper edge."""
    d, e = np.array([1.0, 1.0, 2.0, 0.0]), np.array([0.0, 0.0, 0.0])
    assert eigenvalue_counts(d, e, [-1, 0, 0.5, 1.5, 2, 3]).tolist() == [1, 0, 2, 1, 0]


def test_a_million_eigenvalues_are_counted_in_seconds():
    started = time.monotonic()
    edges = np.linspace(-2, 2, 9)
    counts = eigenvalue_counts(*beta_hermite(10**6, 2, np.random.default_rng(0)), edges)
    assert time.monotonic() - started < 30
    exact = 1e6 * np.diff(Semicircle(1.0).cdf(edges))
    assert np.abs(counts - exact).max() < 10, "rigid: an independent sample would be some hundreds off"
    wider = 1e6 * np.diff(Semicircle(1.0001).cdf(edges))
    assert np.abs(counts - wider).max() > 10, "sigma a ten-thousandth off"


# Exact laws at small n


def hermite_moments(n, beta):
    """E sum l^2 and E sum l^4 at sigma = 1, a = 2/beta (Dumitriu & Edelman 2002)."""
    a = 2 / beta
    return n - 1 + a, (2 * n**3 + 5 * (a - 1) * n**2 + (3 - 5 * a + 3 * a**2) * n) / n**2


def power_sums(values):
    return np.sum(values**2), np.sum(values**4)


def hermite_draws(n, beta, sigma=1.0, count=5000):
    rng = np.random.default_rng(0)
    return np.array([power_sums(eigenvalues(*beta_hermite(n, beta, rng, sigma))) for _ in range(count)])


@pytest.mark.parametrize("beta", [0.5, 1, 2, 4, 7.3])
def test_beta_hermite_has_its_exact_moments(beta):
    samples = hermite_draws(6, beta, sigma=1.5) / [1.5**2, 1.5**4]
    assert agrees(samples, hermite_moments(6, beta))
    assert not agrees(samples, hermite_moments(6, beta * 1.2)), "another beta"
    assert not agrees(samples * [1.02**2, 1.02**4], hermite_moments(6, beta)), "sigma 2 % off"


def test_beta_hermite_with_one_degree_of_freedom_too_many_is_rejected():
    rng, n = np.random.default_rng(0), 6
    shifted = [
        power_sums(eigenvalues(rng.normal(scale=np.sqrt(2 / n), size=n), np.sqrt(rng.chisquare(range(n, 1, -1)) / n)))
        for _ in range(5000)
    ]
    assert not agrees(shifted, hermite_moments(n, 1))


def extremes(values):
    return values[0], values[-1], values[len(values) // 2]


@pytest.mark.parametrize(("beta", "ensemble"), [(1, goe), (2, gue), (4, gse)])
def test_beta_hermite_has_the_extremes_of_the_dense_ensemble(beta, ensemble):
    n, rng, step = 8, np.random.default_rng(1), 2 if beta == 4 else 1
    oracle = [extremes(np.linalg.eigvalsh(ensemble(n, rng))[::step]) for _ in range(3000)]

    def drawn(b):
        return [extremes(eigenvalues(*beta_hermite(n, b, rng))) for _ in range(3000)]

    assert same_means(oracle, drawn(beta))
    assert not same_means(oracle, drawn(2 if beta == 1 else 1)), "another beta"


def laguerre_moments(n, m, beta):
    """E sum s^2 and E sum s^4 at sigma = 1: m^2 E tr (W W')^2 = n m (n + m - 1 + 2/beta)."""
    return n, n * (n + m - 1 + 2 / beta) / m


SHAPES = [(4, 9), (9, 4), (5, 5)]


@pytest.mark.parametrize("beta", [0.5, 1, 2, 4])
@pytest.mark.parametrize(("n", "m"), SHAPES)
def test_beta_laguerre_has_its_exact_moments(n, m, beta):
    def drawn(rows, columns):
        rng = np.random.default_rng(2)
        return [power_sums(singular_values(*beta_laguerre(rows, columns, beta, rng))) for _ in range(3000)]

    samples = np.array(drawn(n, m))
    assert agrees(samples, laguerre_moments(n, m, beta))
    assert not agrees(samples * [1.02**2, 1.02**4], laguerre_moments(n, m, beta)), "sigma 2 % off"
    assert not agrees(drawn(n + 1, m), laguerre_moments(n, m, beta)), "one row too many"
    if n != m:
        assert not agrees(drawn(m, n), laguerre_moments(n, m, beta)), "c for 1/c"
    assert not agrees(samples, laguerre_moments(n, m, 3 * beta)), "another beta"


@pytest.mark.parametrize(("n", "m"), SHAPES)
@pytest.mark.parametrize(("beta", "kind"), [(1, "real"), (2, "complex")])
def test_beta_laguerre_has_the_extremes_of_the_dense_matrix(n, m, beta, kind):
    rng = np.random.default_rng(3)

    def oracle():
        W = iid_rectangular(n, m, rng, 1.3)
        if kind == "complex":
            W = (W + 1j * iid_rectangular(n, m, rng, 1.3)) / np.sqrt(2)
        return extremes(np.linalg.svd(W, compute_uv=False))

    def drawn(b):
        return [extremes(singular_values(*beta_laguerre(n, m, b, rng, 1.3))) for _ in range(4000)]

    measured = [oracle() for _ in range(4000)]
    assert same_means(measured, drawn(beta))
    assert not same_means(measured, drawn(3 - beta)), "the other field"


def test_smallest_singular_value_of_a_square_complex_matrix_is_exponential():
    """n^2 s_n^2/sigma^2 is exponential of mean 1 at beta = 2, exactly at every n (Edelman 1988)."""
    rng, n = np.random.default_rng(4), 12
    smallest = np.array([singular_values(*beta_laguerre(n, n, 2, rng, 0.5))[-1] for _ in range(4000)])
    scaled = (n * smallest / 0.5) ** 2
    moments = np.column_stack([scaled, scaled**2])
    assert agrees(moments, [1, 2])
    assert not agrees(moments * 1.1, [1, 2])


# Large n: the bulk against a null from the same ensemble


def distance(values, law):
    """Kolmogorov-Smirnov distance of a sample from a law."""
    ranks = (np.arange(len(values)) + 0.5) / len(values)
    return np.abs(law.cdf(np.sort(values)) - ranks).max()


@pytest.mark.parametrize(("n", "m"), [(600, 600), (300, 900), (900, 300)])
def test_large_spectra_follow_their_laws_and_not_those_two_percent_wider(n, m):
    rng = np.random.default_rng(5)

    def null(sample, law):
        return max(distance(sample(), law) for _ in range(20))

    def hermite():
        return eigenvalues(*beta_hermite(n, 1, rng, 1.5))

    def laguerre():
        return singular_values(*beta_laguerre(n, m, 1, rng, 1.5))

    for sample, law, wider in (
        (hermite, Semicircle(1.5), Semicircle(1.53)),
        (laguerre, SingularValueLaw(n / m, 1.5), SingularValueLaw(n / m, 1.53)),
    ):
        limit = null(sample, law)
        assert limit < 1.36 / np.sqrt(min(n, m)) / 2, "far below the critical value of an independent sample"
        assert np.median([distance(sample(), law) for _ in range(9)]) < limit
        assert np.median([distance(sample(), wider) for _ in range(9)]) > limit


# The spike


def top(values, vectors):
    return values[-1], vectors[0, -1] ** 2, values[len(values) // 2]


def spiked_dense(n, theta, rng):
    M = goe(n, rng)
    M[0, 0] += theta
    return top(*np.linalg.eigh(M))


def test_tridiagonal_route_has_the_law_of_the_dense_spiked_matrix():
    """At a size where the limit laws are still far off: the two agree exactly in law, not only in the limit."""
    rng, n = np.random.default_rng(3), 20

    def tridiagonal(size, theta):
        return [top(*eigh_tridiagonal(*spiked_tridiagonal(size, theta, rng))) for _ in range(4000)]

    oracle = [spiked_dense(n, 1.5, rng) for _ in range(4000)]
    assert same_means(oracle, tridiagonal(n, 1.5))
    assert not same_means(oracle, tridiagonal(n, 1.55)), "a spike 3 % off"
    assert not same_means(oracle, tridiagonal(n - 2, 1.5)), "another size"


# Properties and refusals


@small
@given(st.integers(1, 9), st.integers(1, 9), st.floats(0.1, 8), seeds, st.floats(0.01, 100))
def test_sigma_is_a_scale(n, m, beta, seed, sigma):
    for model in (beta_hermite, lambda n, *rest: beta_laguerre(n, m, *rest)):
        one, other = (model(n, beta, np.random.default_rng(seed), s) for s in (1.0, sigma))
        for a, b in zip(one, other, strict=True):
            assert np.allclose(b, sigma * a, rtol=1e-12, atol=0)


@small
@given(st.integers(1, 9), st.integers(1, 9), st.floats(0.1, 8), seeds)
def test_transposing_changes_the_unit_alone(n, m, beta, seed):
    """W' has entries of variance sigma^2/m where an m x n matrix has sigma^2/n."""
    wide, tall = (
        singular_values(*beta_laguerre(rows, columns, beta, np.random.default_rng(seed)))
        for rows, columns in ((n, m), (m, n))
    )
    assert len(wide) == min(n, m)
    assert np.allclose(wide * np.sqrt(m), tall * np.sqrt(n), rtol=1e-9, atol=1e-7)


RNG = np.random.default_rng(0)
BAD = {
    "beta": (lambda: beta_hermite(3, 0, RNG), "beta must be positive and finite, got 0"),
    "beta NaN": (lambda: beta_laguerre(3, 3, np.nan, RNG), "beta must be positive and finite, got nan"),
    "n": (lambda: beta_hermite(0, 1, RNG), "n must be a positive integer, got 0"),
    "m": (lambda: beta_laguerre(3, 0.5, 1, RNG), "m must be a positive integer, got 0.5"),
    "sigma": (lambda: beta_laguerre(3, 3, 1, RNG, -1), "sigma must be positive and finite, got -1"),
    "theta": (lambda: spiked_tridiagonal(3, np.inf, RNG), "theta must be finite, got inf"),
    "one edge": (lambda: eigenvalue_counts(*beta_hermite(3, 1, RNG), [1.0]), "expected at least two rising finite"),
    "falling": (lambda: eigenvalue_counts(*beta_hermite(3, 1, RNG), [1.0, 0.0]), "expected at least two rising"),
}


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD)
def test_impossible_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
