"""The bulk fitted to a measured matrix: noise is met, outliers are set aside, other bulks are not forced into noise."""

import numpy as np
import pytest

from intruders.theory.bbp import critical_width, predict, strength_at, threshold
from intruders.theory.ensembles import iid_rectangular
from intruders.theory.laws import Empirical, Law, SingularValueLaw

SIGMA = 0.7


def spiked(n, m, rng, strengths=(6.0, 4.0, 3.0, 2.0)):
    P = np.linalg.qr(rng.normal(size=(n, len(strengths))))[0]
    Q = np.linalg.qr(rng.normal(size=(m, len(strengths))))[0]
    theta = np.array(strengths) * SIGMA * (n / m) ** 0.25
    return np.linalg.svd(iid_rectangular(n, m, rng, SIGMA) + (P * theta) @ Q.T, compute_uv=False)


@pytest.mark.parametrize("c", [0.25, 1.0, 4.0])
def test_noise_is_recovered_with_an_error_that_shrinks(c):
    """Edge and threshold within 10/N, on three sizes; noise 5 % stronger is not met."""
    rng = np.random.default_rng(0)
    for N in (100, 200, 400):
        n, m = round(N * max(1, c)), round(N * max(1, 1 / c))
        law = SingularValueLaw(c, SIGMA)
        fits = [Empirical(spiked(n, m, rng), (n, m)) for _ in range(6)]
        edge = np.mean([fit.support[1] for fit in fits]) / law.support[1]
        strength = np.mean([threshold(fit) for fit in fits]) / threshold(law)
        assert abs(edge - 1) < 5 / N and abs(strength - 1) < 6 / N
    assert abs(edge / 1.05 - 1) > 5 / N and abs(strength / 1.05 - 1) > 6 / N
    assert critical_width(fits[0], n) == pytest.approx(critical_width(law, n), rel=0.05)
    assert predict(3 * SIGMA, fits[0]).left_overlap == pytest.approx(predict(3 * SIGMA, law).left_overlap, abs=0.02)


def test_outliers_are_set_aside():
    rng = np.random.default_rng(1)
    values = spiked(400, 600, rng)
    fit = Empirical(rng.permutation(values), (400, 600))
    assert 4 <= len(fit.outliers) <= 5
    assert np.array_equal(fit.outliers[:4], values[:4])


def test_rows_of_unequal_noise():
    """The median fit misses the edge of such a bulk by a fifth; the quantile fit by a few per cent."""
    rng = np.random.default_rng(2)
    n, m = 400, 600
    W = np.linspace(0.5, 1.5, n)[:, None] * iid_rectangular(n, m, rng)
    values = np.linalg.svd(W, compute_uv=False)
    fit = Empirical(values, (n, m))
    assert abs(fit.support[1] / values[0] - 1) < 0.08
    assert SingularValueLaw.fit(values, (n, m)).support[1] / values[0] < 0.85
    assert len(fit.outliers) <= 1


@pytest.mark.parametrize(("n", "m"), [(150, 150), (100, 250), (250, 100)])
def test_is_a_law(n, m):
    law = Empirical(spiked(n, m, np.random.default_rng(3)), (n, m))
    x = np.linspace(*law.support, 41)
    assert law.expect(np.ones_like) == pytest.approx(1, abs=1e-10)
    assert Law.expect(law, lambda s: s**2) == pytest.approx(law.moment(2), abs=1e-8)
    assert np.allclose(law.cdf(x), Law.cdf(law, x), atol=1e-8)
    assert np.allclose(law.cdf(law.ppf([0.1, 0.5, 0.9])), [0.1, 0.5, 0.9])
    assert law.pdf(law.support[1] + 0.1) == 0
    outside = law.support[1] * 1.5
    assert strength_at(outside, law) > threshold(law) > 0
    assert predict(strength_at(outside, law), law).position == pytest.approx(outside)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.ones(4), r"expected 3 values for shape \(3, 5\), got shape \(4,\)"),
        (np.array([1, np.nan, 2]), "singular_values must be finite and not negative"),
        (np.array([1.0, -1, 2]), "singular_values must be finite and not negative"),
    ],
)
def test_bad_values(values, message):
    with pytest.raises(ValueError, match=message):
        Empirical(values, (3, 5))


def test_an_edge_steeper_than_that_of_noise_is_not_peeled():
    law = SingularValueLaw(1.0)
    r = law.ppf((np.arange(384) + 0.5) / 384)
    steep = Empirical(r - 0.25 * r**3 / (3 * law.support[1] ** 2), (384, 384))
    assert len(steep.outliers) == 0
    assert 0.8 < threshold(steep) < 1
    soft = Empirical(r + 0.25 * r**3 / law.support[1] ** 2, (384, 384))
    assert soft.support[1] == pytest.approx(1.25 * law.support[1], rel=1e-6)


@pytest.mark.parametrize("c", [0.5, 1.0, 4.0])
def test_next_to_the_threshold_it_answers_as_the_closed_form_does(c):
    """As near as numbers get, where the quadrature does not converge; a strength off by a thousandth is told apart."""
    law = SingularValueLaw(c, SIGMA)
    n, m = (round(400 * max(1, one)) for one in (c, 1 / c))
    fit = Empirical(law.ppf((np.arange(400) + 0.5) / 400), (n, m))
    for excess in (5e-3, 1.9e-3, 4e-4, 1e-5, 1e-9):
        ours, exact = (predict(threshold(bulk) * (1 + excess), bulk) for bulk in (fit, law))
        assert ours.exists and ours.position >= fit.support[1]
        beyond, expected = ours.position - fit.support[1], exact.position - law.support[1]
        assert beyond == pytest.approx(expected, rel=1e-4, abs=1e-14)
        for name in ("left_overlap", "right_overlap"):
            assert getattr(ours, name) == pytest.approx(getattr(exact, name), rel=1e-4)
        assert ours.standard_deviation(n) == pytest.approx(exact.standard_deviation(n), rel=1e-4)
        outliers = fit.support[1] * np.array([1.2, 1.001])
        assert 0 <= ours.intruder_probability(n, outliers=outliers) <= 1
        off = predict(threshold(fit) * (1 + 1.001 * excess), fit).left_overlap
        assert off != pytest.approx(exact.left_overlap, rel=1e-4)
    for excess in (1e-5, 1e-9, 1e-11, 1e-15, 0):
        ours, exact = (strength_at(bulk.support[1] * (1 + excess), bulk) for bulk in (fit, law))
        assert ours == pytest.approx(exact, rel=3e-5)
