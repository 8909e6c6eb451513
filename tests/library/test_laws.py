"""Every law against its own normalisation, quadrature and draws; the bulks against simulation. Near misses beside.

Tracy-Widom and the Wigner surmise have more in files of their own.
"""

from dataclasses import replace
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gammainc

from intruders.theory.ensembles import ginibre, goe, iid_rectangular
from intruders.theory.laws import (
    CircularLaw,
    Law,
    MarchenkoPastur,
    Semicircle,
    SingularValueLaw,
    SpikeMeasure,
    TracyWidom,
    WignerSurmise,
)
from intruders.theory.laws.base import SingularValues
from intruders.theory.tridiagonal import spiked_tridiagonal

RATIOS = (0.25, 0.5, 1.0, 2.0, 4.0)
SCALED = [
    Semicircle(1.0),
    Semicircle(2.5),
    CircularLaw(0.8),
    SpikeMeasure(0.4),
    SpikeMeasure(1.5, 0.7),
    SpikeMeasure(-3.0, 2.0),
    *(MarchenkoPastur(c, sigma) for c, sigma in zip(RATIOS, (1.0, 0.6, 1.3, 1.0, 1.7), strict=True)),
    *(SingularValueLaw(c, sigma) for c, sigma in zip(RATIOS, (1.7, 1.0, 1.0, 1.2, 0.6), strict=True)),
]
LAWS = [*SCALED, *(kind(beta) for kind in (WignerSurmise, TracyWidom) for beta in (1, 2, 4))]
BULKS = [law for law in SCALED if not isinstance(law, CircularLaw | SingularValueLaw)]  # with a closed transform

every = pytest.mark.parametrize("law", LAWS, ids=repr)


def integral(law, f, upper=None) -> float:
    """Of f and the density up to `upper` by QUADPACK: substituted, so that a diverging edge does it no harm."""
    a, b = law.window
    end = b if upper is None else np.clip(upper, a, b)
    angle = np.arccos((a + b - 2 * end) / (b - a))

    def integrand(phi):
        x = (a + b) / 2 - (b - a) / 2 * np.cos(phi)
        return law.pdf(x) * f(x) * (b - a) / 2 * np.sin(phi)

    return quad(integrand, 0, angle, epsabs=1e-11, epsrel=1e-11, limit=400)[0]


@every
def test_mass_is_one(law):
    assert integral(law, np.ones_like) + sum(law.atoms.values()) == pytest.approx(1, abs=1e-10)
    assert law.moment(0) == pytest.approx(1, abs=1e-10)


@pytest.mark.parametrize("c", [0.25, 4.0])
def test_masses_in_print_that_are_not_one(c):
    """The sources drop 1/sigma^2, or 1/c, and write the spike's density for sigma = 1 with the atom for any sigma."""
    law = MarchenkoPastur(c, 2.0)
    smooth = integral(law, np.ones_like)
    assert abs(smooth * 4 + sum(law.atoms.values()) - 1) > 0.1, "1/sigma^2 missing"
    assert abs(smooth * c + sum(law.atoms.values()) - 1) > 0.1, "1/c missing"
    mixed = integral(SpikeMeasure(1.5, 1.0), np.ones_like) + sum(SpikeMeasure(1.5, 0.7).atoms.values())
    assert abs(mixed - 1) > 0.1


@every
def test_cdf_is_the_integral_of_the_density(law):
    a, b = law.window
    points = a + (b - a) * np.array([0.01, 0.2, 0.5, 0.77, 0.99])
    expected = [
        integral(law, np.ones_like, x) + sum(mass for place, mass in law.atoms.items() if x >= place) for x in points
    ]
    assert np.allclose(law.cdf(points), expected, rtol=0, atol=1e-10)
    ends = [a, b, *law.atoms]
    assert law.cdf(min(ends) - 1e-9) == pytest.approx(0, abs=1e-10)
    assert law.cdf(max(ends)) == pytest.approx(1, abs=1e-10)
    for place, mass in law.atoms.items():
        assert law.cdf(place) - law.cdf(place - 1e-9) == pytest.approx(mass, abs=1e-7)


@every
def test_ppf_inverts_cdf(law):
    q = np.array([0.003, 0.2, 0.5, 0.81, 0.997])
    x = law.ppf(q)
    assert np.all(law.cdf(x) >= q - 1e-10)
    inside = ~np.isclose(x[:, None], list(law.atoms) or np.nan, atol=1e-6).any(axis=1)
    assert np.allclose(law.cdf(x)[inside], q[inside], rtol=0, atol=1e-9)
    assert np.all(np.diff(x) >= 0)
    for bad in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match=r"q must lie in \[0, 1\], got"):
            law.ppf(bad)


def test_ppf_of_an_atom():
    """A share 1 - 1/c of W W' is zero: so are all quantiles below it."""
    law = MarchenkoPastur(4.0)
    assert np.allclose(law.ppf([0.1, 0.5, 0.7499]), 0, atol=1e-12)
    assert law.ppf(0.7501) > law.support[0]


@every
def test_moments_are_integrals(law):
    for k in range(1, 7):
        direct = integral(law, lambda x, k=k: x**k) + sum(mass * x**k for x, mass in law.atoms.items())
        assert law.moment(k) == pytest.approx(direct, rel=1e-8, abs=1e-9)
        assert Law.moment(law, k) == pytest.approx(direct, rel=1e-8, abs=1e-9)


def test_moments_count():
    """Catalan numbers 1, 2, 5, 14; Narayana polynomials 1, 1 + c, 1 + 3c + c^2, 1 + 6c + 6c^2 + c^3."""
    assert [Semicircle().moment(2 * k) for k in range(6)] == [comb(2 * k, k) / (k + 1) for k in range(6)]
    assert [Semicircle().moment(2 * k + 1) for k in range(4)] == [0] * 4
    for c in RATIOS:
        narayana = [1, 1, 1 + c, 1 + 3 * c + c**2, 1 + 6 * c + 6 * c**2 + c**3]
        assert [MarchenkoPastur(c).moment(k) for k in range(5)] == pytest.approx(narayana)
        assert MarchenkoPastur(c, 2.0).moment(3) == pytest.approx(64 * narayana[3])
    assert [MarchenkoPastur(1.0).moment(k) for k in range(6)] == [Semicircle().moment(2 * k) for k in range(6)]


@pytest.mark.parametrize("law", BULKS, ids=repr)
def test_stieltjes_transform_is_the_integral(law):
    a, b = law.support
    z = np.array([b + 2, b + 5 + 1j, a + 0.3 * (b - a) + 0.6j, a - 0.5 - 0.2j, -(b + 3) + 0j, 50.0])
    assert np.allclose(law.stieltjes(z), Law.stieltjes(law, z), rtol=0, atol=1e-10)
    assert not np.allclose(law.stieltjes(z), -Law.stieltjes(law, z), atol=1e-3), "the other sign convention"


@pytest.mark.parametrize("law", BULKS, ids=repr)
def test_stieltjes_transform_inverts_to_the_density(law):
    a, b = law.support
    x = a + (b - a) * np.linspace(0.01, 0.99, 41)
    assert np.allclose(-law.stieltjes(x + 1e-12j).imag / np.pi, law.pdf(x), rtol=1e-6, atol=1e-8)


def test_the_root_of_the_product_takes_the_wrong_branch():
    z = -3.0 + 0j
    wrong = (z - np.sqrt(z * z - 4)) / 2
    assert abs(Semicircle(1.0).stieltjes(z) - wrong) > 1


@pytest.mark.parametrize("c", RATIOS)
def test_traces_of_the_singular_value_law(c):
    law = SingularValueLaw(c, 1.3)
    z = np.array([law.support[1] + 0.1, law.support[1] + 4, 1 + 1j, -1 + 0.5j])
    closed, quadrature = law.traces(z), SingularValues.traces(law, z)
    assert np.allclose(closed, quadrature, rtol=0, atol=1e-10)
    if c != 1:
        turned = SingularValueLaw(1 / c, 1.3 * np.sqrt(c)).traces(z)  # the same singular values, sides exchanged
        assert np.allclose(closed, turned[::-1], rtol=0, atol=1e-10)
        assert not np.allclose(closed, turned, atol=0.01)


@pytest.mark.parametrize("c", RATIOS)
def test_singular_values_are_the_roots_of_marchenko_pastur(c):
    """The push-forward by the square root, without the atom, and not Marchenko-Pastur itself."""
    values, squares = SingularValueLaw(c, 1.4), MarchenkoPastur(c, 1.4)
    x = np.linspace(*values.support, 33)[1:-1]
    assert np.allclose(values.pdf(x), 2 * x * squares.pdf(x**2) * max(c, 1), rtol=1e-10)
    zeros = sum(squares.atoms.values())
    assert np.allclose(values.cdf(x), (squares.cdf(x**2) - zeros) / (1 - zeros), rtol=0, atol=1e-12)
    assert not np.allclose(values.cdf(x), squares.cdf(x), atol=0.1)
    assert values.moment(2) == pytest.approx(squares.moment(1) / (1 - zeros))
    assert values.median == pytest.approx(float(values.ppf(0.5)))


def test_quarter_circle():
    """c = 1: density sqrt(4 sigma^2 - x^2)/(pi sigma^2), mean 8 sigma/(3 pi)."""
    law = SingularValueLaw(1.0, 1.5)
    x = np.linspace(0.01, 2.99, 50)
    assert np.allclose(law.pdf(x), np.sqrt(9 - x**2) / (np.pi * 2.25))
    assert law.moment(1) == pytest.approx(8 * 1.5 / (3 * np.pi))


def distance(sample, law) -> float:
    """Kolmogorov's distance to a law that may have atoms."""
    x, n = np.sort(sample), len(sample)
    ranks = np.arange(n + 1) / n
    first, last = np.searchsorted(x, x, "left"), np.searchsorted(x, x, "right")
    return max(
        np.max(np.abs(ranks[last] - law.cdf(x))), np.max(np.abs(ranks[first] - law.cdf(np.nextafter(x, -np.inf))))
    )


@every
def test_draws_follow_the_law(law):
    """The draws are independent, so Kolmogorov-Smirnov applies; its 1 % level rejects a law half as wide again."""
    draws = law.rvs(4000, np.random.default_rng(0))
    level = 1.63 / np.sqrt(len(draws))
    for place in law.atoms:
        draws = np.where(np.isclose(draws, place, rtol=0, atol=1e-12), place, draws)
    assert distance(draws, law) < level
    assert distance(draws * 1.5, law) > level
    assert law.rvs((2, 3), np.random.default_rng(1)).shape == (2, 3)


@settings(deadline=None, derandomize=True, max_examples=30)
@given(index=st.integers(0, len(SCALED) - 1), factor=st.floats(0.05, 20), place=st.floats(-0.1, 1.1))
def test_sigma_is_a_scale(index, factor, place):
    """The law of k X is the law with k sigma (k^2 for Marchenko-Pastur, k theta too for a spike)."""
    law = SCALED[index]
    k = factor**2 if isinstance(law, MarchenkoPastur) else factor
    strength = {"theta": law.theta * factor} if isinstance(law, SpikeMeasure) else {}
    wider = replace(law, sigma=law.sigma * factor, **strength)
    a, b = law.support
    x = a + (b - a) * place
    assert np.allclose(wider.support, np.multiply(k, law.support))
    assert wider.cdf(k * x) == pytest.approx(law.cdf(x), abs=1e-9)
    assert wider.pdf(k * x) * k == pytest.approx(law.pdf(x), rel=1e-6, abs=1e-9)
    assert wider.moment(3) == pytest.approx(k**3 * law.moment(3), rel=1e-8, abs=1e-9 * k**3)
    assert wider.stieltjes(k * (b + 1)) * k == pytest.approx(law.stieltjes(b + 1), rel=1e-9)


def follows(sample, law, wrong: dict) -> None:
    """Eigenvalues are rigid: the level is the largest distance among ten other samples of the same ensemble."""
    distances = [distance(sample(), law) for _ in range(20)]
    level, fresh = max(distances[:10]), sample()
    assert np.median(distances[10:]) < level
    for name, near_miss in wrong.items():
        assert distance(fresh, near_miss) > level, name


class Times:
    """A cdf multiplied by a factor that its density lacks: no law, but found in print."""

    def __init__(self, law, factor):
        self.law, self.factor = law, factor

    def cdf(self, x):
        zeros = sum(mass * (x >= place) for place, mass in self.law.atoms.items())
        return self.factor * (self.law.cdf(x) - zeros) + zeros


@pytest.mark.parametrize("sigma", [1.0, 1.5])
def test_goe_follows_the_semicircle(sigma):
    rng = np.random.default_rng(0)
    wrong = {
        "two per cent wider": Semicircle(sigma * 1.02),
        "two per cent narrower": Semicircle(sigma * 0.98),
        "the squares' law": MarchenkoPastur(1.0, sigma),
    }
    follows(lambda: np.linalg.eigvalsh(goe(300, rng, sigma)), Semicircle(sigma), wrong)


@pytest.mark.parametrize("shape", [(100, 400), (150, 300), (250, 250), (300, 150), (400, 100)])
def test_squares_follow_marchenko_pastur(shape):
    """All n eigenvalues of W W', zeros and atom included, for c from 1/4 to 4."""
    (n, m), sigma = shape, 1.3
    rng = np.random.default_rng(1)
    c, law = n / m, MarchenkoPastur(n / m, sigma)
    wrong = {
        "sigma two per cent up": MarchenkoPastur(c, sigma * 1.02),
        "sigma two per cent down": MarchenkoPastur(c, sigma * 0.98),
        "1/sigma^2 missing": Times(law, sigma**2),
        "singular values": SingularValueLaw(c, sigma),
    }
    if n != m:
        wrong |= {"c for 1/c": MarchenkoPastur(1 / c, sigma), "1/c missing": Times(law, c)}
    if n > m:
        wrong["no atom"] = Times(law, c)

    def sample():
        squares = np.linalg.svd(iid_rectangular(n, m, rng, sigma), compute_uv=False) ** 2
        return np.concatenate([squares, np.zeros(n - len(squares))])

    follows(sample, law, wrong)


@pytest.mark.parametrize("shape", [(250, 250), (150, 300), (300, 150), (100, 400), (400, 100)])
def test_singular_values_follow_their_law(shape):
    (n, m), rng = shape, np.random.default_rng(2)
    wrong = {
        "two per cent wider": SingularValueLaw(n / m, 1.02),
        "two per cent narrower": SingularValueLaw(n / m, 0.98),
        "the law of the squares": MarchenkoPastur(n / m),
    }
    if n != m:
        wrong["c for 1/c"] = SingularValueLaw(m / n)
    follows(
        lambda: np.linalg.svd(iid_rectangular(n, m, rng), compute_uv=False),
        SingularValueLaw(n / m),
        wrong,
    )


def test_moduli_follow_the_circular_law():
    """The edge is soft over n^(-1/2), so that a matrix of size 300 sees five per cent and not two."""
    rng = np.random.default_rng(3)
    wrong = {
        "five per cent wider": CircularLaw(1.05),
        "five per cent narrower": CircularLaw(0.95),
        "uniform radius": Times(CircularLaw(), 2),
        "singular values": SingularValueLaw(1.0),
    }
    follows(lambda: np.abs(np.linalg.eigvals(ginibre(300, rng))), CircularLaw(), wrong)


def test_bias_of_the_circular_law():
    """The n moduli are independent roots of Gamma(k)/n (Kostlan 1992): their mean cdf is off by (2 pi n)^(-1/2)."""
    r = np.linspace(0.9, 1.1, 2001)
    for n in (100, 400, 1600):
        exact = gammainc(np.arange(1, n + 1), n * r[:, None] ** 2).mean(axis=1)
        off = np.max(np.abs(exact - CircularLaw().cdf(r)))
        assert off == pytest.approx((2 * np.pi * n) ** -0.5, rel=0.01)


@pytest.mark.parametrize("theta", [0.7, 1.5])
def test_spike_measure_is_seen_at_the_spike(theta):
    """Mean weight of the eigenvectors below x, four standard errors and 2/n; a sign and the histogram are rejected."""
    rng = np.random.default_rng(4)
    n, draws, x = 200, 200, np.array([-1.0, 0.0, 1.0, 1.8])
    shares = np.empty((draws, len(x)))
    for k in range(draws):
        d, e = spiked_tridiagonal(n, theta, rng)
        values, vectors = np.linalg.eigh(np.diag(d) + np.diag(e, 1) + np.diag(e, -1))
        shares[k] = vectors[0] ** 2 @ (values[:, None] <= x)
    error = shares.std(axis=0, ddof=1) / np.sqrt(draws)

    def agrees(law):
        return np.all(np.abs(shares.mean(axis=0) - law.cdf(x)) < 4 * error + 2 / n)

    assert agrees(SpikeMeasure(theta))
    for wrong in (SpikeMeasure(-theta), Semicircle(), SpikeMeasure(theta * 1.1)):
        assert not agrees(wrong)


@pytest.mark.parametrize("theta", [0.0, 1e-6, -0.09, 0.11, -0.6, 0.97, 1.0, 1.03, 2.5, -40.0])
def test_cdf_of_the_spike_measure_is_elementary(theta):
    """The closed form against quadrature, on both sides of the switch, of the threshold and of zero."""
    law = SpikeMeasure(0.7 * theta, 0.7)
    outlier = theta + 1 / theta if theta else 0
    x = 0.7 * np.array([-2.1, -2, -1.9999, -1.3, 0, 0.4, 1.7, 1.9999, 2, 2.1, outlier - 1e-9, outlier])
    assert np.allclose(law.cdf(x), Law.cdf(law, x), rtol=0, atol=1e-12)
    assert not np.allclose(law.cdf(x), Law.cdf(SpikeMeasure(0.7 * theta + 1e-4, 0.7), x), rtol=0, atol=1e-6)
    mirror = SpikeMeasure(-0.7 * theta, 0.7)
    assert np.allclose(mirror.cdf(-x[:9]), 1 - law.cdf(x[:9]), rtol=0, atol=1e-12), "the other sign is the mirror image"


def test_moments_of_the_spike_measure():
    """u'Mu and u'M^2 u: mean theta, variance sigma^2, on both sides of the threshold."""
    for theta, sigma in ((0.4, 1.0), (1.5, 0.7), (-3.0, 2.0)):
        law = SpikeMeasure(theta, sigma)
        assert law.moment(1) == pytest.approx(theta)
        assert law.moment(2) == pytest.approx(theta**2 + sigma**2)


@pytest.mark.parametrize("shape", [(300, 300), (200, 400), (400, 200)])
def test_fit_recovers_sigma_despite_outliers(shape):
    rng = np.random.default_rng(5)
    n, m = shape
    estimates = []
    for _ in range(20):
        values = np.linalg.svd(iid_rectangular(n, m, rng, sigma=0.8), compute_uv=False)
        values[:5] += 10
        estimates.append(SingularValueLaw.fit(values, shape).sigma)
    error = np.std(estimates) / np.sqrt(len(estimates))
    assert abs(np.mean(estimates) - 0.8) < 4 * error + 0.8 * 0.01  # five shifted values move the median by O(1/n)
    assert abs(np.mean(estimates) - 0.8 * 1.05) > 4 * error + 0.8 * 0.01


@pytest.mark.parametrize("bad", [0, -1, np.nan, np.inf])
@pytest.mark.parametrize(
    "make", [Semicircle, CircularLaw, MarchenkoPastur, SingularValueLaw, lambda s: SpikeMeasure(1.0, s)]
)
def test_a_scale_must_be_positive(make, bad):
    with pytest.raises(ValueError, match=r"(sigma|c) must be positive and finite, got"):
        make(bad)


@pytest.mark.parametrize("make", [MarchenkoPastur, SingularValueLaw])
def test_sigma_is_named(make):
    with pytest.raises(ValueError, match="sigma must be positive and finite, got -2"):
        make(1.0, -2)


def test_a_strength_must_be_finite():
    with pytest.raises(ValueError, match="theta must be finite, got nan"):
        SpikeMeasure(np.nan)


def test_fit_refuses_a_wrong_number_of_values():
    with pytest.raises(ValueError, match=r"expected 3 values for shape \(3, 5\), got \(4,\)"):
        SingularValueLaw.fit(np.ones(4), (3, 5))
