"""The Wigner surmise against 2 x 2 matrices, where it is exact, and against the bulk of large ones, where it is not."""

import numpy as np
import pytest
from scipy.interpolate import make_interp_spline
from scipy.special import erf, gamma, roots_legendre

from intruders.theory.ensembles import goe, gse, gue, rademacher, wigner
from intruders.theory.laws import Law, Semicircle, WignerSurmise
from intruders.theory.tridiagonal import beta_hermite, eigenvalues

BETAS = (1, 2, 4)
ENSEMBLES = {1: goe, 2: gue, 4: gse}


def distance(sample, cdf) -> float:
    n = len(sample)
    F = cdf(np.sort(sample))
    return max(np.max(np.arange(1, n + 1) / n - F), np.max(F - np.arange(n) / n))


@pytest.mark.parametrize("beta", BETAS)
def test_density_is_the_printed_one(beta):
    s = np.linspace(0, 4, 41)
    printed = {
        1: np.pi / 2 * s * np.exp(-np.pi * s**2 / 4),
        2: 32 / np.pi**2 * s**2 * np.exp(-4 * s**2 / np.pi),
        4: 2**18 / (3**6 * np.pi**3) * s**4 * np.exp(-64 * s**2 / (9 * np.pi)),
    }
    assert np.allclose(WignerSurmise(beta).pdf(s), printed[beta], rtol=1e-12)
    assert not np.allclose(WignerSurmise({1: 2, 2: 4, 4: 1}[beta]).pdf(s), printed[beta], atol=0.1)
    assert WignerSurmise(beta).moment(1) == pytest.approx(1)


@pytest.mark.parametrize("beta", BETAS)
def test_it_is_exact_for_two_eigenvalues(beta):
    """The gap of the 2 x 2 matrix is sigma sqrt(2/beta) times a chi variable with beta + 1 degrees of freedom."""
    rng = np.random.default_rng(beta)
    draws = 6000
    gaps = np.array([np.ptp(np.linalg.eigvalsh(ENSEMBLES[beta](2, rng, 0.7))) for _ in range(draws)])
    mean = 0.7 * np.sqrt(2 / beta) * {1: np.sqrt(np.pi / 2), 2: np.sqrt(8 / np.pi), 4: 8 / 3 * np.sqrt(2 / np.pi)}[beta]
    level = 1.63 / np.sqrt(draws)  # 1 % of Kolmogorov-Smirnov: the draws are independent
    assert distance(gaps / mean, WignerSurmise(beta).cdf) < level
    assert distance(gaps / mean * 1.05, WignerSurmise(beta).cdf) > level
    for other in set(BETAS) - {beta}:
        assert distance(gaps / mean, WignerSurmise(other).cdf) > level


def limits():
    """Cdfs of bulk spacings from the sine kernel on (0, s), even and odd functions apart (Mehta 2004, chapter 6)."""
    t, w = roots_legendre(40)
    s = np.arange(0, 12, 0.05)
    even, odd = np.empty((2, len(s)))
    for k, length in enumerate(s):
        x, root = length * t / 2, np.sqrt(length * w / 2)
        minus, plus = np.sinc(np.subtract.outer(x, x)), np.sinc(np.add.outer(x, x))
        even[k], odd[k] = (
            np.linalg.det(np.eye(40) - root[:, None] * K / 2 * root) for K in (minus + plus, minus - plus)
        )
    gaps = {1: (s, even), 2: (s, even * odd), 4: (s / 2, (even + odd) / 2)}
    return {beta: make_interp_spline(*gap, k=9).derivative() for beta, gap in gaps.items()}


@pytest.mark.parametrize(("beta", "stated"), [(1, 0.0066), (2, 0.0016), (4, 0.0005)])
def test_distance_from_the_limit_is_the_stated_one(beta, stated):
    s = np.linspace(0, 4, 801)
    off = np.max(np.abs(WignerSurmise(beta).cdf(s) - 1 - limits()[beta](s)))
    assert off == pytest.approx(stated, abs=5e-5)


def bulk_spacings(matrices, n) -> np.ndarray:
    """Spacings of the middle third, in units of the local mean 1/(n f)."""
    law, gaps = Semicircle(), []
    for values in matrices:
        middle = law.cdf(np.sort(values)[n // 3 : 2 * n // 3])
        gaps.append(n * np.diff(middle))
    return np.concatenate(gaps)


@pytest.mark.parametrize("beta", BETAS)
def test_spacings_in_the_bulk(beta):
    """Spacings of one matrix repel each other: the level is the largest of ten other samples of the ensemble."""
    rng = np.random.default_rng(10 + beta)
    n, law = 300, WignerSurmise(beta)

    def sample():
        return bulk_spacings((eigenvalues(*beta_hermite(n, beta, rng)) for _ in range(20)), n)

    samples = [sample() for _ in range(15)]
    level = max(distance(x, law.cdf) for x in samples[:10])
    assert np.median([distance(x, law.cdf) for x in samples[10:]]) < level < 0.05
    for other in set(BETAS) - {beta}:
        assert distance(samples[0], WignerSurmise(other).cdf) > level
    assert distance(samples[0], lambda s: 1 - np.exp(-s)) > 0.1, "independent levels would not repel"
    assert distance(samples[0] * 1.1, law.cdf) > level


def test_spacings_are_universal():
    rng = np.random.default_rng(20)
    n = 300
    signs = bulk_spacings((np.linalg.eigvalsh(wigner(n, rng, entries=rademacher)) for _ in range(20)), n)
    assert distance(signs, WignerSurmise(1).cdf) < 0.0066 + 1.63 / np.sqrt(len(signs))
    assert distance(signs, WignerSurmise(2).cdf) > 0.05


@pytest.mark.parametrize("beta", [0.5, 3, 7.2])
def test_it_is_exact_for_the_two_rows_of_any_beta(beta):
    """d_1 - d_2 and 2 e have the same scale: the gap is its length, a chi variable with beta + 1 degrees of freedom."""
    rng = np.random.default_rng(int(10 * beta))
    draws, law = 6000, WignerSurmise(beta)
    gaps = np.array([np.ptp(eigenvalues(*beta_hermite(2, beta, rng, 0.7))) for _ in range(draws)])
    mean = 0.7 * 2 / np.sqrt(beta) * gamma(beta / 2 + 1) / gamma((beta + 1) / 2)
    level = 1.63 / np.sqrt(draws)
    assert distance(gaps / mean, law.cdf) < level
    for near_miss in (2 * beta, beta / 2):
        assert distance(gaps / mean, WignerSurmise(near_miss).cdf) > level
    assert law.moment(1) == pytest.approx(1)
    assert law.expect(np.square) == pytest.approx(law.moment(2), rel=1e-9)
    assert Law.cdf(law, 0.8) == pytest.approx(law.cdf(0.8), abs=1e-9)


def test_little_repulsion_is_not_independence():
    """For beta near 0 the gap is half a Gaussian, which does not vanish at 0; independent points have exp(-s)."""
    s = np.linspace(0, 4, 41)
    assert np.allclose(WignerSurmise(1e-9).cdf(s), erf(s / np.sqrt(np.pi)), atol=1e-8)
    assert not np.allclose(WignerSurmise(1e-9).cdf(s), 1 - np.exp(-s), atol=0.05)


@pytest.mark.parametrize("beta", [0, -1, np.nan, np.inf])
def test_beta_must_be_positive(beta):
    with pytest.raises(ValueError, match="beta must be positive and finite, got"):
        WignerSurmise(beta)
