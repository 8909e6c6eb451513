"""Tracy-Widom: against Painlevé II, the Airy kernel, the published moments, and tridiagonal matrices."""

import numpy as np
import pytest
from painleve import tracy_widom
from scipy.linalg import eigh_tridiagonal
from scipy.special import airy, roots_legendre

from intruders.theory.laws import TracyWidom
from intruders.theory.tridiagonal import beta_hermite

BETAS = (1, 2, 4)
POINTS = np.linspace(-8.7, 11.3, 81)
MEAN = {1: -1.2065335745820, 2: -1.7710868074116, 4: -2.3068848932410}  # Bornemann 2010, arXiv 0904.1581
VARIANCE = {1: 1.6077810345810, 2: 0.8131947928329, 4: 0.5177237207726}


@pytest.mark.parametrize("beta", BETAS)
def test_determinants_agree_with_painleve(beta):
    oracle = tracy_widom(beta, POINTS)
    F, density = np.array([oracle[s] for s in POINTS]).T
    law = TracyWidom(beta)
    assert np.max(np.abs(law.cdf(POINTS) - F)) < 1e-12
    assert np.max(np.abs(law.pdf(POINTS) - density)) < 1e-10


def test_painleve_rejects_the_other_scales_of_beta_4():
    s = np.linspace(-5, 1, 13)
    oracle = tracy_widom(4, s)
    F = np.array([oracle[x][0] for x in s])
    assert np.max(np.abs(TracyWidom(4).cdf(s) - F)) < 1e-12
    assert np.max(np.abs(TracyWidom(4).cdf(s / np.sqrt(2)) - F)) > 0.1
    assert np.max(np.abs(TracyWidom(4).cdf(s * 2 ** (1 / 6)) - F)) > 0.05


def test_beta_2_is_the_determinant_of_the_airy_kernel():
    """One determinant on L2(s, oo) instead of the product of two."""
    t, w = roots_legendre(60)
    for s in (-6.0, -4.0, -2.0, 0.0, 1.5):
        x, w2 = s + (12 - s) * (t + 1) / 2, np.sqrt((12 - s) * w / 2)
        ai, slope, _, _ = airy(x)
        gap = np.subtract.outer(x, x) + np.eye(60)
        kernel = (np.outer(ai, slope) - np.outer(slope, ai)) / gap + np.diag(slope**2 - x * ai**2)
        determinant = np.linalg.det(np.eye(60) - w2[:, None] * kernel * w2)
        assert abs(TracyWidom(2).cdf(s) - determinant) < 1e-12
        assert abs(TracyWidom(1).cdf(s) ** 2 - determinant) > 1e-9, "F_1 is not the root of F_2"


@pytest.mark.parametrize("beta", BETAS)
def test_moments_are_the_published_ones(beta):
    law = TracyWidom(beta)
    assert law.moment(0) == pytest.approx(1, abs=1e-11)
    assert law.moment(1) == pytest.approx(MEAN[beta], abs=1e-10)
    assert law.moment(2) - law.moment(1) ** 2 == pytest.approx(VARIANCE[beta], abs=1e-10)


@pytest.mark.parametrize("beta", BETAS)
def test_it_is_a_law_on_the_whole_line(beta):
    law = TracyWidom(beta)
    s = np.concatenate([[-np.inf, -1e9], np.linspace(-14, 18, 2001), [1e9, np.inf]])
    F, density = law.cdf(s), law.pdf(s)
    assert F[0] == 0
    assert F[-1] == 1
    assert np.all(np.diff(F) > -1e-14)
    assert density[0] == density[-1] == 0
    assert np.all(density >= 0)
    q = np.array([1e-6, 0.01, 0.3, 0.5, 0.9, 0.999999])
    assert np.allclose(law.cdf(law.ppf(q)), q, rtol=0, atol=1e-13)
    assert law.ppf(0.5) == pytest.approx(float(np.interp(0.5, F, s)), abs=1e-4)


@pytest.mark.parametrize("beta", BETAS)
def test_draws_follow_the_law_and_not_its_neighbour(beta):
    draws = TracyWidom(beta).rvs(4000, np.random.default_rng(beta))
    assert distance(draws, TracyWidom(beta)) < 0.0257  # 1 % level of Kolmogorov-Smirnov: the draws are independent
    assert distance(draws * 1.05, TracyWidom(beta)) > 0.0257, "five per cent wider"
    assert distance(draws, TracyWidom({1: 2, 2: 4, 4: 2}[beta])) > 0.1


def distance(sample, law) -> float:
    n = len(sample)
    return np.max(np.abs(np.arange(0.5, n) / n - law.cdf(np.sort(sample)))) + 0.5 / n


def edge(n, beta, draws, rng) -> np.ndarray:
    """sqrt n times the largest eigenvalue, which the leading 10 n^(1/3) rows decide."""
    k = min(n, 5 + int(10 * n ** (1 / 3)))
    top = {"eigvals_only": True, "select": "i", "select_range": (k - 1, k - 1)}
    matrices = (beta_hermite(n, beta, rng) for _ in range(draws))
    return np.sqrt(n) * np.array([eigh_tridiagonal(d[:k], e[: k - 1], **top)[0] for d, e in matrices])


def test_the_leading_rows_decide_the_edge():
    d, e = beta_hermite(400, 1, np.random.default_rng(0))
    whole = np.linalg.eigvalsh(np.diag(d) + np.diag(e, 1) + np.diag(e, -1))[-1]
    assert edge(400, 1, 1, np.random.default_rng(0))[0] / 20 == pytest.approx(whole, abs=1e-10)


FACTOR = {1: 1, 2: 1, 4: 2 ** (1 / 6)}


@pytest.mark.parametrize("beta", BETAS)
def test_the_edge_of_the_ensemble(beta):
    """With the centre shifted the bias of the mean is below N^(-2/3), on three sizes; then the near misses."""
    rng = np.random.default_rng(beta)
    law, draws = TracyWidom(beta), 3000
    error = np.sqrt(VARIANCE[beta] / draws)

    def agrees(sample, n):
        return abs(np.mean(sample) - MEAN[beta]) < 4 * error + n ** (-2 / 3)

    for n in (50, 200, 800):
        values = edge(n, beta, draws, rng)
        M = n + 0.5 - 1 / beta
        scaled = FACTOR[beta] * M ** (1 / 6) * (values - 2 * np.sqrt(M))
        assert agrees(scaled, n)
    level = 0.0297 + n ** (-2 / 3)  # 1 % level of Kolmogorov-Smirnov, and the bias
    assert distance(scaled, law) < level

    for wrong in (2 ** (1 / 6), 2 ** (-1 / 6), np.sqrt(2), np.sqrt(0.5)):  # the other scales of beta = 4 among them
        assert not agrees(wrong * scaled, n)
        assert distance(wrong * scaled, law) > level
    assert not agrees(scaled + 0.3, n)
    if beta != 2:
        unshifted = FACTOR[beta] * n ** (1 / 6) * (values - 2 * np.sqrt(n))
        assert abs(np.mean(unshifted) - MEAN[beta]) > 2 * abs(np.mean(scaled) - MEAN[beta])


@pytest.mark.parametrize("beta", [0, 3, -1, 2.5, np.nan])
def test_only_three_betas(beta):
    with pytest.raises(ValueError, match="beta must be 1, 2 or 4, got"):
        TracyWidom(beta)
