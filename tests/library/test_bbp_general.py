"""The general route to an outlier, by the D-transform, against the closed forms, and the spread against exact draws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intruders.theory.bbp import Prediction, predict, predict_covariance, threshold, top_singular_triplets
from intruders.theory.ensembles import unit_vector
from intruders.theory.laws import Law, MarchenkoPastur, Semicircle, SingularValueLaw, SingularValues
from intruders.theory.tridiagonal import beta_laguerre, singular_values, spiked_tridiagonal

ASPECTS = [0.25, 0.5, 1.0, 2.0, 4.0]


class Plain(SingularValues):
    """The same law, by its density alone: every route is the general one."""

    def __init__(self, law):
        self.law, self.c, self.support = law, law.c, law.support

    support = None

    def pdf(self, x):
        return self.law.pdf(x)


class PlainSymmetric(Law):
    support = None

    def __init__(self, law):
        self.law, self.support = law, law.support

    def pdf(self, x):
        return self.law.pdf(x)


def differences(a: Prediction, b: Prediction) -> float:
    names = ("position", "left_overlap", "right_overlap")
    return max(abs(getattr(a, name) - getattr(b, name)) for name in names)


@pytest.mark.parametrize("excess", [1.03, 1.5, 6.0])
@pytest.mark.parametrize("c", ASPECTS)
def test_closed_form_is_the_general_route(c, excess):
    law = SingularValueLaw(c, 1.3)
    theta = excess * threshold(law)
    plain = predict(theta, Plain(law))
    assert threshold(Plain(law)) == pytest.approx(1.3 * c**0.25, abs=1e-8)
    assert differences(predict(theta, law), plain) < 1e-8
    assert differences(predict(theta, SingularValueLaw(c, 1.3 * 1.02)), plain) > 1e-3, "sigma 2 % off"
    if c != 1:
        assert differences(predict(theta, SingularValueLaw(1 / c, 1.3)), plain) > 1e-3, "c for 1/c"


@settings(deadline=None, derandomize=True, max_examples=50)
@given(
    c=st.floats(0.05, 20),
    sigma=st.floats(0.1, 10),
    excess=st.floats(0.2, 20),
    unit=st.floats(0.01, 100),
    n=st.integers(50, 500),
)
def test_units_and_transposition_change_nothing(c, sigma, excess, unit, n):
    """Units scale positions and nothing else; the transpose has noise sigma sqrt c and its sides exchanged."""
    theta = excess * sigma * c**0.25
    law = predict(theta, SingularValueLaw(c, sigma))
    scaled = predict(unit * theta, SingularValueLaw(c, unit * sigma))
    turned = predict(theta, SingularValueLaw(1 / c, sigma * np.sqrt(c)))
    assert scaled.position == pytest.approx(unit * law.position, rel=1e-10)
    assert turned.position == pytest.approx(law.position, rel=1e-10)
    assert (turned.right_overlap, turned.left_overlap) == pytest.approx((law.left_overlap, law.right_overlap), abs=1e-8)
    assert (scaled.left_overlap, scaled.right_overlap) == pytest.approx((law.left_overlap, law.right_overlap), abs=1e-8)
    if law.exists and excess > 1.01:
        spread = law.standard_deviation(n)
        assert scaled.standard_deviation(n) == pytest.approx(unit * spread, rel=1e-6)
        assert turned.standard_deviation(n / c) == pytest.approx(spread, rel=1e-6)
        assert law.position > law.bulk.support[1] and 0 < law.left_overlap < 1 and 0 < law.right_overlap < 1


@pytest.mark.parametrize("excess", [1.03, 1.5, 6.0])
def test_closed_form_is_the_general_route_of_a_symmetric_bulk(excess):
    law = Semicircle(0.7)
    plain = PlainSymmetric(law)
    assert threshold(plain) == pytest.approx(0.7, abs=1e-8)
    assert differences(predict(0.7 * excess, law), predict(0.7 * excess, plain)) < 1e-8


class Uniform(SingularValues):
    """Singular values uniform on [0, 1]: the density does not vanish at the edge."""

    c, support = 1.0, (0.0, 1.0)

    def pdf(self, x):
        return np.where((x > 0) & (x < 1), 1.0, 0.0)

    def traces(self, z):
        with np.errstate(divide="ignore", invalid="ignore"):
            phi = np.log((z + 1) / np.subtract(z, 1, dtype=complex)) / 2
        return phi, phi


@pytest.mark.parametrize("theta", [0.3, 1.0, 2.5])
def test_a_bulk_that_does_not_vanish_at_its_edge_has_no_threshold(theta):
    law = predict(theta, Uniform())
    assert threshold(Uniform()) == 0
    assert law.position == pytest.approx(1 / np.tanh(1 / theta), abs=1e-8)
    assert law.left_overlap == pytest.approx((theta * np.sinh(1 / theta)) ** -2, abs=1e-8)
    assert abs(law.position - predict(theta * 1.02, Uniform()).position) > 1e-5
    with pytest.raises(ValueError, match="bulk: expected a density that vanishes at its edge"):
        law.intruder_probability(100)


class Orthogonal(SingularValues):
    """An orthogonal matrix: all singular values are 1."""

    c, support = 1.0, (1.0, 1.0)

    def pdf(self, x):
        return np.zeros_like(x)

    def traces(self, z):
        with np.errstate(divide="ignore", invalid="ignore"):
            phi = z / np.subtract(np.square(z), 1, dtype=complex)
        return phi, phi


def test_an_orthogonal_matrix():
    rng = np.random.default_rng(0)
    law = predict(0.8, Orthogonal())
    assert law.position == pytest.approx((0.8 + np.sqrt(0.8**2 + 4)) / 2, abs=1e-8)
    n = 400
    tops = [np.linalg.norm(np.eye(n) + 0.8 * np.outer(unit_vector(n, rng), unit_vector(n, rng)), 2) for _ in range(20)]
    assert abs(np.mean(tops) - law.position) < 4 * np.std(tops) / np.sqrt(20) + 6 / n


def exact_outliers(theta, n, m, sigma, draws, rng) -> np.ndarray:
    """Position, left and right overlap of exact draws."""
    rows = np.empty((draws, 3))
    for row in rows:
        values = singular_values(*beta_laguerre(n, m, 1, rng, sigma))
        u, v = unit_vector(n, rng)[:, None], unit_vector(m, rng)[:, None]
        top, left, right = top_singular_triplets(values, u, v, [theta])
        row[:] = top[0], (u[:, 0] @ left[:, 0]) ** 2, (v[:, 0] @ right[:, 0]) ** 2
    return rows


@pytest.mark.parametrize("c", ASPECTS)
def test_limits_are_approached_like_one_over_n(c):
    """Means within four standard errors and 3 sigma/N of the limits on three sizes; 1.5 times the threshold."""
    rng = np.random.default_rng(5)
    sigma, draws = 0.8, 250
    law = SingularValueLaw(c, sigma)
    theta = 1.5 * threshold(law)
    for N in (60, 120, 240):
        rows = exact_outliers(theta, round(N * max(1, c)), round(N * max(1, 1 / c)), sigma, draws, rng)
        errors = 4 * rows.std(axis=0) / np.sqrt(draws) + 3 * sigma / N

        def agrees(law, rows=rows, errors=errors):
            prediction = predict(theta, law)
            limits = prediction.position, prediction.left_overlap, prediction.right_overlap
            return bool((np.abs(rows.mean(axis=0) - limits) < errors).all())

        assert agrees(law)
    assert not agrees(SingularValueLaw(c, sigma * 1.05)), "sigma 5 % off"
    assert not agrees(SingularValueLaw(c, sigma**2)), "a power of sigma too many"
    if c != 1:
        assert not agrees(SingularValueLaw(1 / c, sigma)), "c for 1/c"


@pytest.mark.parametrize(("n", "m"), [(400, 400), (200, 800), (800, 200)])
def test_spread_of_a_rectangular_outlier(n, m):
    """log of a sample standard deviation has standard error (2 draws)^(-1/2); the bias at this size is below 3 %."""
    rng = np.random.default_rng(n)
    draws, sigma = 600, 0.8
    theta = 2 * threshold(SingularValueLaw(n / m, sigma))
    tops = exact_outliers(theta, n, m, sigma, draws, rng)[:, 0]
    prediction = predict(theta, SingularValueLaw(n / m, sigma))

    def agrees(value):
        return abs(np.log(np.std(tops, ddof=1) / value)) < 4 / np.sqrt(2 * draws) + 0.03

    assert agrees(prediction.standard_deviation(n))
    assert not agrees(prediction.standard_deviation(n) * np.sqrt(2)), "complex for real"
    assert not agrees(prediction.standard_deviation(n) * sigma), "a factor sigma too many"
    plain = Prediction(theta, Plain(prediction.bulk), True, prediction.position, 0, 0)
    assert plain.standard_deviation(n) == pytest.approx(prediction.standard_deviation(n), rel=1e-8)


@pytest.mark.parametrize("c", ASPECTS)
def test_spread_has_its_gaussian_closed_form(c):
    law = SingularValueLaw(c, 1.3)
    for t in np.array([1.05, 2.0, 5.0]) * c**0.25:
        polynomial = (t**4 - c) * (2 * t**2 + 1 + c) / (2 * t**2 * (t**2 + 1) * (t**2 + c))
        closed = 1.3 * np.sqrt(polynomial * c / 100)
        assert predict(1.3 * t, law).standard_deviation(100) == pytest.approx(closed, rel=1e-8)


def test_spread_of_a_symmetric_outlier():
    rng = np.random.default_rng(2)
    n, draws = 300, 400
    tops = [np.linalg.eigvalsh(_dense(*spiked_tridiagonal(n, 2.0, rng)))[-1] for _ in range(draws)]
    value = predict(2.0, Semicircle()).standard_deviation(n)
    assert value == pytest.approx(np.sqrt(2 / n * (1 - 1 / 4)), rel=1e-8)
    error = 4 / np.sqrt(2 * draws) + 0.03
    assert abs(np.log(np.std(tops) / value)) < error
    assert abs(np.log(np.std(tops) / (value / np.sqrt(2)))) > error, "beta = 2 for beta = 1"


def _dense(diagonal, off_diagonal):
    return np.diag(diagonal) + np.diag(off_diagonal, 1) + np.diag(off_diagonal, -1)


def test_no_spread_below_the_threshold():
    with pytest.raises(ValueError, match=r"theta: 0.5 makes no outlier, the threshold is 1"):
        predict(0.5, Semicircle()).standard_deviation(100)


def test_eigenvalue_and_singular_value_of_an_asymmetric_matrix_are_different_things():
    """The outlier singular value does not care about the angle of u and v; the eigenvalue is theta u.v or nothing."""
    rng = np.random.default_rng(3)
    n, theta = 500, 2.0
    law = predict(theta, SingularValueLaw(1.0))
    W = rng.normal(size=(n, n)) / np.sqrt(n)
    u, w = np.linalg.qr(rng.normal(size=(n, 2)))[0].T
    allowed = 4 * law.standard_deviation(n) + 6 / n
    tops = {}
    for name, v in (("parallel", u), ("perpendicular", w)):
        M = W + theta * np.outer(u, v)
        tops[name] = np.abs(np.linalg.eigvals(M)).max(), np.linalg.norm(M, 2)
    assert abs(tops["parallel"][1] - law.position) < allowed
    assert abs(tops["perpendicular"][1] - law.position) < allowed
    assert abs(tops["parallel"][0] - theta) < 4 / np.sqrt(n)
    assert abs(tops["parallel"][0] - law.position) > allowed, "the eigenvalue is not pushed by sigma^2/theta"
    assert tops["perpendicular"][0] < 1.1


@pytest.mark.parametrize("c", [0.5, 2.0])
def test_covariance_spike(c):
    rng = np.random.default_rng(4)
    n, ell, sigma, draws = 300, 4.0, 0.7, 30
    m = round(n / c)
    law = predict_covariance(ell, MarchenkoPastur(c, sigma))
    tops, overlaps = [], []
    for _ in range(draws):
        X = sigma * rng.normal(size=(n, m))
        X[0] *= np.sqrt(ell)
        U, s, _ = np.linalg.svd(X, full_matrices=False)
        tops.append(s[0] ** 2 / m)
        overlaps.append(U[0, 0] ** 2)

    def agrees(samples, value):
        return abs(np.mean(samples) - value) < 4 * np.std(samples) / np.sqrt(draws) + 6 / n

    assert agrees(tops, law.position) and agrees(overlaps, law.overlap)
    additive = predict(sigma * np.sqrt(ell - 1), SingularValueLaw(c, sigma))
    assert (law.position, law.overlap) == pytest.approx((additive.position**2, additive.left_overlap), abs=1e-10)
    assert not agrees(overlaps, additive.right_overlap), "left for right"
    assert not agrees(tops, additive.position), "a singular value for an eigenvalue"
    assert not agrees(tops, predict_covariance(ell, MarchenkoPastur(1 / c, sigma)).position), "c for 1/c"


def test_covariance_threshold_is_one_plus_root_c():
    bulk = MarchenkoPastur(0.25, 2.0)
    assert not predict_covariance(1.49, bulk).exists
    just = predict_covariance(1.5 + 1e-9, bulk)
    assert just.exists and just.position == pytest.approx(bulk.support[1])
    with pytest.raises(ValueError, match="ell must be positive"):
        predict_covariance(0, bulk)
