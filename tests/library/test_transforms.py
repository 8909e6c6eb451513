"""Transforms against closed forms, quadrature, eigenvalues and simulation; each beside a planted near miss."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intruders.theory.ensembles import goe, haar_orthogonal, iid_rectangular, wishart
from intruders.theory.laws import Law, MarchenkoPastur, Semicircle, SingularValueLaw, SpikeMeasure
from intruders.theory.transforms import (
    FreeSum,
    Spectrum,
    d_derivative,
    d_transform,
    derivative,
    ellipse,
    invert,
    iterate,
    linear_statistic,
    marchenko_pastur_iteration,
    matrix_function,
    sample_stieltjes,
    semicircle_iteration,
)

ASPECTS = [0.25, 0.5, 1.0, 2.0, 4.0]


class ByQuadrature(Law):
    """A law that knows nothing but its density: every answer takes the general route."""

    def __init__(self, law):
        self.law = law

    @property
    def support(self):
        return self.law.support

    @property
    def atoms(self):
        return self.law.atoms

    def pdf(self, x):
        return self.law.pdf(x)


class DilatedByQuadrature(ByQuadrature):
    """Singular values of an n x m matrix: (1/n) tr z (z^2 - W W')^-1 over the density and the zeros of W W'."""

    def traces(self, z):
        z, c = np.asarray(z, dtype=complex), self.law.c
        share = min(1, 1 / c)
        first = share * self.expect(lambda s: z[..., None] / (z[..., None] ** 2 - s**2)) + (1 - share) / z
        return first, c * first + (1 - c) / z


COIN = Spectrum(np.array([-1.0, 1.0]))  # of a symmetric orthogonal matrix


class Uniform(Law):
    """The uniform law on [0, 1]: hard edges of finite height."""

    support = (0.0, 1.0)

    def pdf(self, x):
        return np.where((x > 0) & (x < 1), 1.0, 0.0)


# D


@pytest.mark.parametrize("sigma", [0.6, 1.0, 1.7])
@pytest.mark.parametrize("c", ASPECTS)
def test_d_of_singular_values_is_that_of_their_density(c, sigma):
    law = SingularValueLaw(c, sigma)
    z = law.support[1] * np.array([1.001, 1.1, 2.0, 10.0])
    general = DilatedByQuadrature(law)
    assert np.allclose(d_transform(z, law), d_transform(z, general), rtol=1e-8, atol=0)
    assert np.allclose(d_derivative(z, law), d_derivative(z, general), rtol=1e-8, atol=0)
    for near_miss in (SingularValueLaw(c, 1.02 * sigma), SingularValueLaw(1 / c, sigma)):
        if near_miss != law:
            assert not np.allclose(d_transform(z, near_miss), d_transform(z, general), rtol=1e-3, atol=0)
    if c != 1:
        first = law.traces(z)[0]
        assert not np.allclose(first**2, d_transform(z, general), rtol=1e-3, atol=0), "phi_2 is not phi_1"


@pytest.mark.parametrize("sigma", [0.6, 1.7])
@pytest.mark.parametrize("c", ASPECTS)
def test_d_of_eigenvalues_is_the_square_of_the_transform(c, sigma):
    for law in (Semicircle(sigma), MarchenkoPastur(c, sigma)):
        z = np.append(law.support[1] * np.array([1.001, 1.1, 3.0]), [-3 * sigma**2 - 3, 1 + 0.5j, -1 - 0.5j])
        general = ByQuadrature(law)
        assert np.allclose(d_transform(z, law), law.stieltjes(z) ** 2, rtol=1e-12)
        assert np.allclose(d_transform(z, law), d_transform(z, general), rtol=1e-8, atol=0)
        assert np.allclose(d_derivative(z, law), d_derivative(z, general), rtol=1e-8, atol=0)


def test_slope_of_d_is_exact_up_to_the_edge_and_in_a_gap():
    sigma = 1.3
    law = Semicircle(sigma)
    z = 2 * sigma * np.array([-4.0, -1.0001, 1.0001, 1.01, 3.0])
    g = law.stieltjes(z)
    slope = 2 * g * (-(g**2) / (1 - sigma**2 * g**2))  # of g = 1/(z - sigma^2 g)
    assert np.allclose(d_derivative(z, law), slope, rtol=1e-10)
    assert not np.allclose(d_derivative(z, law), slope / (2 * g), rtol=1e-3), "the slope of g is not that of g^2"
    below = MarchenkoPastur(4.0, 0.8)  # z between the atom at 0 and the bulk
    z = below.support[0] / 2
    assert d_derivative(z, below) == pytest.approx(derivative(lambda w: d_transform(w, below), z, z / 10), rel=1e-10)


def test_d_derivative_refuses_the_bulk():
    with pytest.raises(ValueError, match=r"z must lie outside the support \[-2, 2\], got 1"):
        d_derivative(np.array([3.0, 1.0]), Semicircle())


@given(st.complex_numbers(max_magnitude=3), st.floats(0.01, 2))
@settings(deadline=None, derandomize=True, max_examples=40)
def test_derivative_of_an_entire_function(z, radius):
    assert derivative(np.exp, z, radius) == pytest.approx(np.exp(z), rel=1e-9, abs=1e-10)


def test_derivative_sees_a_pole_and_a_bad_radius():
    assert derivative(lambda w: 1 / w, 1.0, 0.5) == pytest.approx(-1)
    with pytest.raises(ArithmeticError, match=r"not analytic in a disc of radius 1\.5"):
        derivative(lambda w: 1 / w, 1.0, 1.5)
    with pytest.raises(ArithmeticError, match="not analytic"):
        derivative(lambda w: 1 / w, 1.0, 1.0001)
    with pytest.raises(ValueError, match="radius must be positive, got 0"):
        derivative(np.exp, 1.0, 0.0)


# The way back to the density


@given(
    law=st.sampled_from(
        [
            Semicircle(1.0),
            MarchenkoPastur(0.25, 1.7),
            MarchenkoPastur(1.0, 0.6),
            MarchenkoPastur(4.0),
            SpikeMeasure(1.2),
        ]
    ),
    share=st.floats(-0.5, 1.5),
    tolerance=st.sampled_from([1e-2, 1e-4, 1e-6, 1e-8]),
    height=st.floats(0.3, 3.0),
)
@settings(deadline=None, derandomize=True, max_examples=200)
def test_true_error_is_below_the_estimate(law, share, tolerance, height):
    a, b = law.support
    x = a + share * (b - a)
    density, error = invert(law.stieltjes, x, tolerance, height * (b - a))
    if np.isfinite(error):
        assert abs(density - law.pdf(x)) <= error
    if min(abs(share), abs(1 - share)) > 1e-6 and all(abs(x - place) > 1e-3 for place in law.atoms):
        assert error <= tolerance
        assert abs(-density - law.pdf(x)) > error or law.pdf(x) < error, "with the sign of m the test must fail"


def test_error_is_honest_at_edges_and_atoms():
    edge, error = invert(Semicircle().stieltjes, 2.0, 1e-12)
    assert 1e-12 < error < 1e-6, "the square root: fewer digits than asked, and it says so"
    assert edge <= error
    for law, place in ((MarchenkoPastur(1.0), 0.0), (MarchenkoPastur(4.0), 0.0), (SpikeMeasure(2.0), 2.5)):
        assert invert(law.stieltjes, place)[1] == np.inf, "an atom, or an infinite density"
    eigenvalues = np.array([0.0, 1.0])
    density, error = invert(lambda z: sample_stieltjes(z, eigenvalues), np.array([0.5, 1.0]))
    assert density[0] == pytest.approx(0, abs=1e-8)
    assert error[0] < 1e-8 and error[1] == np.inf, "a finite matrix has gaps and atoms only"


def test_a_transform_by_quadrature_inverts_as_far_as_it_goes():
    law = MarchenkoPastur(0.25, 1.7)
    a, b = law.support
    x = np.linspace(a, b, 22)[1:-1]
    density, error = invert(ByQuadrature(law).stieltjes, x, 1e-10, b - a)
    reached = np.isfinite(error)
    assert reached.mean() > 0.7, "the rest are near an edge, which quadrature cannot approach"
    assert np.all(np.abs(density - law.pdf(x))[reached] <= error[reached])
    assert np.median(error[reached]) < 1e-3


@pytest.mark.parametrize(("name", "value"), [("tolerance", 0.0), ("height", -1.0), ("height", np.nan)])
def test_invert_refuses(name, value):
    with pytest.raises(ValueError, match=f"{name} must be positive"):
        invert(Semicircle().stieltjes, 0.0, **{name: value})


def test_sample_stieltjes_is_the_trace_of_the_resolvent_and_tends_to_the_law():
    """Off the axis the distance to the limit is O(1/N) for eigenvalues: their fluctuations are rigid."""
    rng = np.random.default_rng(0)
    z = np.array([0.3 + 0.5j, -1.0 - 0.4j, 3.0])
    W = goe(50, rng)
    values = np.linalg.eigvalsh(W)
    exact = [np.trace(np.linalg.inv(w * np.eye(50) - W)) / 50 for w in z]
    assert np.allclose(sample_stieltjes(z, values), exact, atol=1e-10)
    assert not np.allclose(-sample_stieltjes(z, values), exact, atol=1e-2), "the sign of m"
    for n in (100, 200, 400):
        distance = [
            np.abs(sample_stieltjes(z, np.linalg.eigvalsh(goe(n, rng))) - Semicircle().stieltjes(z)) for _ in range(4)
        ]
        assert np.max(distance) < 6 / n
        assert np.abs(Semicircle().stieltjes(z) - Semicircle(1.1).stieltjes(z)).max() > 6 / n


@pytest.mark.parametrize("bad", [[], [[1.0, 2.0]], [0.0, np.nan]])
def test_sample_stieltjes_refuses(bad):
    with pytest.raises(ValueError, match="eigenvalues must be a list of finite numbers, got shape"):
        sample_stieltjes(1j, bad)


# Contours


@pytest.mark.parametrize("f", [np.exp, np.cos, lambda z: z**4, lambda z: 1 / (z + 2), np.ones_like], ids=range(5))
@pytest.mark.parametrize(
    "law", [Semicircle(0.8), MarchenkoPastur(0.5, 1.2), MarchenkoPastur(3.0), SpikeMeasure(1.6, 0.7)]
)
def test_linear_statistic_is_the_average_over_the_density(f, law):
    ends = [*law.support, *law.atoms]
    interval = min(ends), max(ends)
    rho = 1.4
    expected = law.expect(f)
    assert linear_statistic(f, law.stieltjes, interval, rho) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    z, w = ellipse(interval, rho, 2048)
    transposed = -law.stieltjes(z)  # m = integral of mu(dx)/(x - z), the convention of other texts
    assert -(w @ (f(z) * transposed)) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert abs(w @ (f(z) * transposed) - expected) > 0.1, "their transform with our sign"


def test_linear_statistic_with_a_singularity_near_the_bulk():
    law = MarchenkoPastur(0.25)
    assert linear_statistic(np.log, law.stieltjes, law.support, 1.5) == pytest.approx(law.expect(np.log), abs=1e-10)
    for f, rho in ((np.log, 4.0), (lambda z: 1 / z, 4.0)):
        with pytest.raises(ArithmeticError):
            linear_statistic(f, law.stieltjes, law.support, rho)


def test_linear_statistic_of_a_matrix_is_a_trace():
    values = np.linalg.eigvalsh(goe(30, np.random.default_rng(0)))
    interval = values[0], values[-1]
    result = linear_statistic(np.exp, lambda z: sample_stieltjes(z, values), interval)
    assert result == pytest.approx(np.exp(values).mean(), abs=1e-12)
    values[-1] += 2
    with pytest.raises(ArithmeticError, match=r"encloses the mass 0\.966667, expected 1"):
        linear_statistic(np.exp, lambda z: sample_stieltjes(z, values), interval, 1.2)


@pytest.mark.parametrize("complex_entries", [False, True])
def test_matrix_function_is_that_of_the_eigenvalues(complex_entries):
    rng = np.random.default_rng(1)
    M = rng.normal(size=(12, 12)) + 1j * complex_entries * rng.normal(size=(12, 12))
    M = (M + M.conj().T) / 8
    values, vectors = np.linalg.eigh(M)
    interval = values[0], values[-1]
    expected = (vectors * np.exp(values)) @ vectors.conj().T
    assert np.allclose(matrix_function(np.exp, M, interval), expected, atol=1e-11)
    assert not np.allclose(matrix_function(np.exp, -M, (-values[-1], -values[0])), expected, atol=0.1)
    with pytest.raises(ArithmeticError, match="expected 1"):
        matrix_function(np.exp, M, (values[2], values[-3]), 1.05)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: matrix_function(np.exp, np.triu(np.ones((3, 3))), (0, 1)), r"M must be a Hermitian matrix.*\(3, 3\)"),
        (lambda: matrix_function(np.exp, np.ones((2, 3)), (0, 1)), r"M must be a Hermitian matrix.*\(2, 3\)"),
        (lambda: ellipse((1, 1), 2.0, 8), "interval must be"),
        (lambda: ellipse((0, np.nan), 2.0, 8), "interval must be"),
        (lambda: ellipse((0, 1), 1.0, 8), "rho must be finite and above 1, got 1.0"),
    ],
)
def test_contours_refuse(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# Fixed points


@given(st.floats(-5, 5), st.floats(0.02, 3), st.floats(0.2, 5), st.floats(0.3, 2))
@settings(deadline=None, derandomize=True, max_examples=60)
def test_iterations_reach_the_closed_forms(x, eta, c, sigma):
    z = sigma * (x + 1j * eta)
    assert semicircle_iteration(z, sigma)[0] == pytest.approx(Semicircle(sigma).stieltjes(z), rel=1e-9)
    z = sigma * z
    expected = MarchenkoPastur(c, sigma).stieltjes(z)
    found, _ = marchenko_pastur_iteration(z, c, sigma)
    assert found == pytest.approx(expected, rel=1e-9)
    assert found != pytest.approx(MarchenkoPastur(c, 1.02 * sigma).stieltjes(z), rel=1e-9)


def test_semicircle_is_not_marchenko_pastur_but_its_dilation():
    z = np.array([1.0 + 0.3j, 2.5 + 0.01j])
    semicircle, _ = semicircle_iteration(z, 0.9)
    squares, _ = marchenko_pastur_iteration(z**2, 1.0, 0.9)
    assert np.allclose(z * squares, semicircle, rtol=1e-10)
    assert not np.allclose(marchenko_pastur_iteration(z, 1.0, 0.9)[0], semicircle, rtol=0.1)


def test_another_form_of_the_equation_finds_the_other_root():
    """The slope c z g^2 of g <- 1/(z - (1 - c) - c z g) is the ratio of the two roots: it finds the smaller one."""
    z = np.array(-1 + 0.1j)
    for c, right in ((0.25, True), (4.0, False)):
        naive, _ = iterate(lambda g, z, c=c: 1 / (z - (1 - c) - c * z * g), z)
        assert (abs(naive - MarchenkoPastur(c).stieltjes(z)) < 1e-9) == right


def test_steps_grow_towards_the_axis_and_their_end_is_reported():
    steps = [semicircle_iteration(0.5 + 1j * eta)[1] for eta in (1.0, 0.1, 0.01)]
    assert steps[0] < 40 < steps[1] < 400 < steps[2] < 4000
    with pytest.raises(ArithmeticError, match="no fixed point after 20000 steps; Im z is as small as 1e-09"):
        semicircle_iteration(0.5 + 1e-9j)
    with pytest.raises(ValueError, match="z must lie above the real axis"):
        iterate(lambda g, z: 1 / (z - g), np.array([1j, 1.0]))
    with pytest.raises(ValueError, match="sigma must be positive"):
        marchenko_pastur_iteration(1j, 0.5, -1.0)


# Free sums


def test_semicircles_add_their_variances():
    total, exact = FreeSum(Semicircle(0.8), Semicircle(0.6)), Semicircle(1.0)
    assert np.allclose(total.support, exact.support, atol=1e-12)
    x = np.linspace(-2.2, 2.2, 89)
    z = np.concatenate([x + 0.1j, x - 1e-3j, [2.001, -2.001, 30.0]])
    assert np.allclose(total.stieltjes(z), exact.stieltjes(z), rtol=0, atol=1e-10)
    assert np.allclose(total.pdf(x), exact.pdf(x), rtol=0, atol=1e-8)
    for k in range(7):
        assert total.moment(k) == pytest.approx(exact.moment(k), abs=1e-10)
    for near_miss in (Semicircle(1.4), Semicircle(1.02), Semicircle(0.8)):  # scales added, 2 % off, noise forgotten
        assert not np.allclose(total.pdf(x), near_miss.pdf(x), rtol=0, atol=1e-3)
        assert abs(total.support[1] - near_miss.support[1]) > 1e-2
    assert total.cdf(0.5) == pytest.approx(exact.cdf(0.5), abs=1e-10)
    assert total.stieltjes(3j).shape == ()


@pytest.mark.parametrize("c", [0.5, 1.0, 2.0])
def test_marchenko_pastur_adds_its_columns(c):
    """[W_1 W_2] has twice the columns: c is halved, and sigma^2/m stays where m is doubled."""
    sigma = 1.3
    total = FreeSum(MarchenkoPastur(c, sigma), MarchenkoPastur(c, sigma))
    exact = MarchenkoPastur(c / 2, sigma * np.sqrt(2))
    assert np.allclose(total.support, exact.support, atol=1e-10)
    x = np.linspace(*exact.support, 41)[1:-1]
    assert np.allclose(total.pdf(x), exact.pdf(x), rtol=0, atol=1e-8)
    assert not np.allclose(total.pdf(x), MarchenkoPastur(c, sigma * np.sqrt(2)).pdf(x), rtol=0, atol=1e-3)


def test_an_atom_survives_where_the_masses_exceed_one():
    total, exact = FreeSum(MarchenkoPastur(4.0), MarchenkoPastur(4.0)), MarchenkoPastur(2.0, np.sqrt(2))
    assert total.atoms == pytest.approx(exact.atoms)
    z = np.array([1 + 0.1j, 4.0, -1.0, 0.02 + 0.01j])
    assert np.allclose(total.stieltjes(z), exact.stieltjes(z), atol=1e-10)
    with pytest.raises(ArithmeticError, match="an atom of the sum stands at its end 0"):
        _ = total.support
    assert FreeSum(MarchenkoPastur(4.0), Semicircle(0.1)).atoms == {}


def test_two_coins_make_the_arcsine_law():
    """Two free coins: density 1/(pi sqrt(4 - x^2)); two independent ones: -2, 0, 2."""
    total = FreeSum(COIN, COIN)
    x = np.linspace(-1.9, 1.9, 20)
    z = x + 0.05j
    assert np.allclose(total.stieltjes(z), 1 / (np.sqrt(z - 2) * np.sqrt(z + 2)), atol=1e-8)
    classical = (0.25 / (z - 2) + 0.5 / z + 0.25 / (z + 2), "independent numbers")
    assert not np.allclose(total.stieltjes(z), classical[0], atol=0.05)
    with pytest.raises(ArithmeticError, match="every omega solves the equation at z = 0"):
        total.pdf(np.array([0.0]))
    assert total.moment(4) == pytest.approx(6, abs=1e-9)  # 1 + 1 + 4, against 1 + 1 + 6 of independent coins


@pytest.mark.parametrize("tau", [0.3, 0.8, 1.5])
def test_noise_on_a_coin(tau):
    """g = h(z - tau^2 g) is a cubic; the variances add; the gap around 0 closes at tau = 1."""
    total = FreeSum(Semicircle(tau), COIN)
    z = np.array([0.2 + 0.3j, -1.0 + 0.02j, 5.0])
    g = total.stieltjes(z)
    inner = z - tau**2 * g
    assert np.allclose(g, inner / (inner**2 - 1), atol=1e-10)
    assert np.all(g[:2].imag < 0), "the other roots of the cubic are no transforms"
    assert total.moment(2) == pytest.approx(1 + tau**2)
    assert (total.pdf(np.array([0.0]))[0] > 1e-6) == (tau > 1)
    edge = total.support[1]
    assert total.pdf(np.array([edge * (1 - 1e-4)]))[0] > 1e-4
    assert -total.stieltjes(edge * (1 + 1e-4) + 0j).imag < 1e-8
    assert total.support[0] == pytest.approx(-edge)


def test_the_general_route_gives_the_same_sum():
    exact = FreeSum(Semicircle(0.7), MarchenkoPastur(0.5))
    general = FreeSum(ByQuadrature(Semicircle(0.7)), ByQuadrature(MarchenkoPastur(0.5)))
    assert np.allclose(general.support, exact.support, atol=1e-8)
    x = np.linspace(*exact.support, 21)
    assert np.allclose(general.pdf(x), exact.pdf(x), rtol=0, atol=1e-8)
    hard = FreeSum(Semicircle(0.5), Uniform())
    assert hard.expect(np.ones_like) == pytest.approx(1, abs=1e-9)
    assert hard.moment(1) == pytest.approx(0.5)
    assert hard.moment(2) - 0.25 == pytest.approx(0.25 + 1 / 12)
    assert FreeSum(Uniform(), Semicircle(0.5)).support == pytest.approx(hard.support, abs=1e-9)


def moments_agree(samples, law) -> bool:
    """Second to fourth moment of the eigenvalues, each within four standard errors and a bias of 4/n."""
    samples = np.asarray(samples)
    for k in (2, 3, 4):
        means = np.mean(samples**k, axis=1)
        error = np.std(means, ddof=1) / np.sqrt(len(means))
        if abs(means.mean() - law.moment(k)) > 4 * error + 4 / samples.shape[1]:
            return False
    return True


class Classical(Law):
    """The moments of a sum of two independent numbers."""

    support = (0.0, 0.0)

    def __init__(self, first, second):
        self.laws = first, second

    def pdf(self, x):
        raise NotImplementedError

    def moment(self, k):
        first, second = self.laws
        choose = np.cumprod([1.0, *((k - i) / (i + 1) for i in range(k))])
        return sum(choose[i] * first.moment(i) * second.moment(k - i) for i in range(k + 1))


def test_noise_on_a_wishart_matrix():
    rng = np.random.default_rng(2)
    n = 300
    samples = [np.linalg.eigvalsh(wishart(n, 2 * n, rng) + goe(n, rng, 0.8)) for _ in range(12)]
    bulk = MarchenkoPastur(0.5)
    assert moments_agree(samples, FreeSum(bulk, Semicircle(0.8)))
    assert not moments_agree(samples, FreeSum(bulk, Semicircle(0.8 * 1.02)))
    assert not moments_agree(samples, FreeSum(MarchenkoPastur(2.0), Semicircle(0.8))), "c for 1/c"
    assert not moments_agree(samples, Classical(bulk, Semicircle(0.8)))
    top = np.mean([values[-1] for values in samples])
    edge = FreeSum(bulk, Semicircle(0.8)).support[1]
    assert abs(top - edge) < 3 * n ** (-2 / 3) < abs(top - bulk.support[1])


def test_two_rotated_matrices():
    rng = np.random.default_rng(3)
    n = 200
    signs = np.repeat([-1.0, 1.0], n // 2)
    samples = []
    for _ in range(12):
        rotation = haar_orthogonal(n, rng)
        samples.append(np.linalg.eigvalsh(wishart(n, n, rng) + (rotation * signs) @ rotation.T))
    assert moments_agree(samples, FreeSum(MarchenkoPastur(1.0), COIN))
    assert not moments_agree(samples, Classical(MarchenkoPastur(1.0), COIN))


def test_noise_on_a_square_weight():
    """Singular values of W + noise, from those of W and its dilation: shares of the bins and the edge."""
    rng = np.random.default_rng(4)
    n, tau = 100, 0.7
    values = np.linspace(0, 2, n) ** 2
    weight = haar_orthogonal(n, rng) * values
    samples = [np.linalg.svd(weight + iid_rectangular(n, n, rng, tau), compute_uv=False) for _ in range(10)]
    dilation = Spectrum(np.concatenate([values, -values]))
    law = FreeSum(dilation, Semicircle(tau))
    bins = np.linspace(0, law.support[1], 9)
    measured = np.mean([np.histogram(s, bins)[0] / n for s in samples], axis=0)
    assert np.abs(measured - 2 * np.diff(law.cdf(bins))).max() < 1 / n
    for near_miss in (dilation, FreeSum(dilation, Semicircle(1.15 * tau)), FreeSum(Spectrum(values), Semicircle(tau))):
        assert np.abs(measured - 2 * np.diff(near_miss.cdf(bins))).max() > 1 / n
    top = np.mean([s[0] for s in samples])
    assert abs(top - law.support[1]) < 2 * n ** (-2 / 3) < abs(top - values[-1])


def test_spectrum_is_its_eigenvalues():
    rng = np.random.default_rng(5)
    law = Spectrum(np.array([1.0, 2.0, 2.0, 5.0]))
    assert law.atoms == {1.0: 0.25, 2.0: 0.5, 5.0: 0.25}
    assert law.moment(2) == pytest.approx(8.5)
    assert law.cdf([0.0, 2.0, 4.0]) == pytest.approx([0, 0.75, 0.75])
    assert set(law.rvs(50, rng).round(9)) <= set(law.atoms)
    assert np.isnan(invert(law.stieltjes, 2.0)[0])
    with pytest.raises(ValueError, match="eigenvalues must be a list of finite numbers"):
        Spectrum(np.array([np.nan]))
