"""Overlaps after a dense perturbation: exact normalisations, the closed form at c = 1, and simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intruders.theory.ensembles import goe, iid_rectangular, unit_vector
from intruders.theory.laws import Semicircle, SingularValueLaw
from intruders.theory.perturbation import (
    bulk_max_cosine,
    eigenvector_overlap,
    half_width,
    isolated_overlaps,
    singular_vector_overlaps,
)

TAU = 0.4


def louder(bulk, tau):
    return type(bulk)(**{**vars_of(bulk), "sigma": bulk.sigma * np.sqrt(1 + tau**2)})


def vars_of(bulk):
    return {"c": bulk.c} if isinstance(bulk, SingularValueLaw) else {}


def levels(law, n):
    """Quantiles of a law in falling order: where n levels stand."""
    return law.ppf((np.arange(n)[::-1] + 0.5) / n)


@pytest.mark.parametrize("c", [0.25, 0.7, 1.0, 4.0])
@pytest.mark.parametrize("at", [0.05, 0.5, 0.95])
def test_every_vector_has_length_one(c, at):
    """Over all old vectors of a new one's shares, kernel included, and over all new ones of an old one's."""
    bulk = SingularValueLaw(c, 1.3)
    new = louder(bulk, TAU)
    position, s = new.ppf(at), bulk.ppf(at)
    overlaps = [singular_vector_overlaps(0.0, position, TAU, bulk)[side] for side in (0, 1)]
    inside = [
        bulk.expect(lambda s, side=side: singular_vector_overlaps(s, position, TAU, bulk)[side]) for side in (0, 1)
    ]
    kernel = [max(c, 1) - 1, max(1 / c, 1) - 1]
    assert np.allclose(np.add(inside, np.multiply(kernel, overlaps)), 1, atol=1e-9)
    short = 0 if c <= 1 else 1
    clipped = (new.support[0] + 1e-9, new.support[1] - 1e-9)
    total = new.expect(lambda x: singular_vector_overlaps(s, np.clip(x, *clipped), TAU, bulk)[short])
    assert total == pytest.approx(1, abs=1e-5)
    if c != 1:
        swapped = np.add(inside[::-1], np.multiply(kernel, overlaps[::-1]))
        assert not np.allclose(swapped, 1, atol=1e-3), "left for right"


@pytest.mark.parametrize("x", [-1.5, 0.2, 1.9])
def test_symmetric_profile_is_a_lorentzian_of_mean_one(x):
    bulk = Semicircle(1.3)
    assert bulk.expect(lambda old: eigenvector_overlap(old, x, TAU, bulk)) == pytest.approx(1, abs=1e-9)
    width = np.pi * (TAU * 1.3) ** 2 * louder(bulk, TAU).pdf(x)
    centre = x - (TAU * 1.3) ** 2 * louder(bulk, TAU).stieltjes(x).real
    peak = eigenvector_overlap(centre, x, TAU, bulk)
    assert eigenvector_overlap(centre + width, x, TAU, bulk) == pytest.approx(peak / 2, abs=1e-12)
    assert bulk.expect(lambda old: TAU / TAU**2 * eigenvector_overlap(old, x, TAU, bulk)) != pytest.approx(1, abs=1e-2)


def test_square_singular_vectors_are_two_lorentzians():
    """At c = 1 the singular values are a semicircle folded at 0: half the profile at s and half at -s."""
    s = np.linspace(0.1, 1.9, 7)
    left, right = singular_vector_overlaps(s, 1.1, TAU, SingularValueLaw(1.0))
    folded = (eigenvector_overlap(s, 1.1, TAU, Semicircle()) + eigenvector_overlap(-s, 1.1, TAU, Semicircle())) / 2
    assert np.allclose(left, folded, atol=1e-12)
    assert np.allclose(right, folded, atol=1e-12)


def test_turning_the_matrix_swaps_the_sides():
    """W' has c -> 1/c and sigma -> sigma sqrt(c), its columns being the rows of W."""
    s, position = 0.8, 1.2
    left, right = singular_vector_overlaps(s, position, TAU, SingularValueLaw(0.25, 1.0))
    other = singular_vector_overlaps(s, position, TAU, SingularValueLaw(4.0, 0.5))
    assert np.allclose([left, right], other[::-1], atol=1e-12)


@settings(deadline=None, derandomize=True, max_examples=30)
@given(st.floats(0.1, 10), st.floats(0.2, 5), st.floats(0.05, 2), st.floats(0.01, 0.99))
def test_overlaps_have_no_unit(scale, c, tau, at):
    one, two = SingularValueLaw(c), SingularValueLaw(c, scale)
    s, position = one.ppf(at), louder(one, tau).ppf(at)
    assert np.allclose(
        singular_vector_overlaps(s, position, tau, one),
        singular_vector_overlaps(scale * s, scale * position, tau, two),
        rtol=1e-6,
    )
    theta = 2 * np.sqrt(1 + c)
    assert np.allclose(isolated_overlaps(theta, tau, one), isolated_overlaps(scale * theta, tau, two))


def bands(squares, offsets, middle):
    """Means of n cos² along the diagonals i - j = offset, new vectors from the middle of the bulk."""
    return [np.mean(np.diag(squares, -offset)[middle]) for offset in offsets]


@pytest.mark.parametrize(("n", "m"), [(50, 200), (100, 400), (200, 800), (200, 200), (400, 100)])
def test_bulk_profile_against_simulation(n, m):
    rng = np.random.default_rng(0)
    k, draws, tau = min(n, m), 60, 0.6
    bulk = SingularValueLaw(n / m)
    offsets, middle = (0, k // 20, k // 8, k // 4), slice(k // 4, 3 * k // 4)
    seen = []
    for _ in range(draws):
        W, X = iid_rectangular(n, m, rng), tau * iid_rectangular(n, m, rng)
        (U, _, Vt), (P, _, Qt) = (np.linalg.svd(Z, full_matrices=False) for Z in (W, W + X))
        seen.append([bands(k * (U.T @ P) ** 2, offsets, middle), bands(k * (Vt @ Qt.T) ** 2, offsets, middle)])

    def predicted(law, tau_, swap=False):
        old, new = levels(law, k), levels(louder(law, tau_), k)
        both = singular_vector_overlaps(old[:, None], new[None], tau_, law)[:: -1 if swap else 1]
        return np.array([bands(squares, offsets, middle) for squares in both])

    mean, error = np.mean(seen, axis=0), np.std(seen, axis=0, ddof=1) / np.sqrt(draws)

    def agrees(value):
        """Within four standard errors and a bias of 2/k, relative."""
        return np.all(np.abs(mean - value) < 4 * error + 2 / k * value)

    assert agrees(predicted(bulk, tau))
    assert not agrees(predicted(bulk, (1 + 15 / k) * tau)), "tau 15 % off at k = 100"
    if n != m:
        assert not agrees(predicted(bulk, tau, swap=True)), "left for right"


def test_symmetric_bulk_profile_against_simulation():
    rng = np.random.default_rng(1)
    n, draws, tau = 200, 30, 0.5
    bulk = Semicircle(1.4)
    offsets, middle = (0, 5, 15, 40), slice(60, 110)
    seen = []
    for _ in range(draws):
        W, X = goe(n, rng, 1.4), goe(n, rng, 1.4 * tau)
        V, T = (np.linalg.eigh(Z)[1][:, ::-1] for Z in (W, W + X))
        seen.append(bands(n * (V.T @ T) ** 2, offsets, middle))
    old, new = levels(bulk, n), levels(louder(bulk, tau), n)
    value = np.array(bands(eigenvector_overlap(old[:, None], new[None], tau, bulk), offsets, middle))
    mean, error = np.mean(seen, axis=0), np.std(seen, axis=0, ddof=1) / np.sqrt(draws)

    def agrees(value):
        return np.all(np.abs(mean - value) < 4 * error + 2 / n * value)

    assert agrees(value)
    assert not agrees(value / (1 + tau**2)), "sigma of the wrong matrix"


def isolated_draw(n, m, theta, tau, rng):
    W = iid_rectangular(n, m, rng) + theta * np.outer(unit_vector(n, rng), unit_vector(m, rng))
    (U, _, Vt), (P, _, Qt) = (np.linalg.svd(Z, full_matrices=False) for Z in (W, W + tau * iid_rectangular(n, m, rng)))
    return (U[:, 0] @ P[:, 0]) ** 2, (Vt[0] @ Qt[0]) ** 2


@pytest.mark.parametrize("c", [0.25, 1, 4])
def test_isolated_overlap_against_simulation(c):
    """The bias falls at least as fast as 1/n: the same constant serves three sizes."""
    rng = np.random.default_rng(2)
    tau, draws, theta = 0.6, 40, 2.5 * c**0.25
    law = np.array(isolated_overlaps(theta, tau, SingularValueLaw(c)))
    for size in (50, 100, 200):
        shape = (int(size * max(c, 1)), int(size * max(1 / c, 1)))
        seen = np.array([isolated_draw(*shape, theta, tau, rng) for _ in range(draws)])
        room = 4 * np.std(seen, axis=0, ddof=1) / np.sqrt(draws) + 1 / size
        mean = seen.mean(axis=0)
        assert np.all(np.abs(mean - law) < room)
        assert not np.all(np.abs(mean - 1 / (1 + tau**2)) < room), "the share of the old noise"
    assert not np.all(np.abs(mean - isolated_overlaps(theta, 1.2 * tau, SingularValueLaw(c))) < room), "tau 20 % off"
    assert np.all(np.abs(mean - law[::-1]) < room) == (c == 1), "left for right"


def test_isolated_overlap_at_c_one():
    left, right = isolated_overlaps(2.5, 0.6, Semicircle())
    assert left == right == pytest.approx((2.5**2 - 1.36) / (2.5**2 - 1), abs=1e-12)
    assert isolated_overlaps(1.1, 0.6, Semicircle()) == (0, 0), "the louder noise swallows the outlier"


@pytest.mark.parametrize("tau", [0.3, 0.9])
def test_first_order_is_exact_for_an_isolated_vector(tau):
    """At c = 1 what the isolated vector loses is its squared first-order tilt, kick over gap, at every tau."""
    theta, bulk = 2.5, SingularValueLaw(1.0)
    outlier = theta + 1 / theta
    tilt = tau**2 * bulk.expect(lambda s: (outlier**2 + s**2) / (outlier**2 - s**2) ** 2)
    left, _ = isolated_overlaps(theta, tau, bulk)
    assert 1 - tilt == pytest.approx(left, abs=1e-10)
    assert 1 / (1 + tilt) != pytest.approx(left, abs=1e-4), "the normalised first-order vector"


@pytest.mark.parametrize(("n", "m"), [(400, 400), (200, 800), (800, 200)])
def test_largest_cosine_in_the_bulk(n, m):
    """Median over all vectors, within 3 %: the bulk lets go of its vectors, and a spike of 2.5 is safe."""
    rng = np.random.default_rng(4)
    bulk, tau = SingularValueLaw(n / m), 0.5
    W, X = iid_rectangular(n, m, rng), tau * iid_rectangular(n, m, rng)
    (U, _, Vt), (P, _, Qt) = (np.linalg.svd(Z, full_matrices=False) for Z in (W, W + X))
    seen = np.median(np.abs(U.T @ P).max(axis=0)), np.median(np.abs(Vt @ Qt.T).max(axis=0))
    assert bulk_max_cosine(tau, n, bulk) == pytest.approx(seen, rel=0.03)
    assert bulk_max_cosine(0.9 * tau, n, bulk) != pytest.approx(seen, rel=0.03), "tau 10 % off"
    assert max(seen) < 0.5 < min(isolated_overlaps(2.5 * bulk.c**0.25, tau, bulk))


def test_half_width_of_the_profile():
    """In levels, from the closed form at c = 1 and from the profile itself at c = 1/4; the square of tau sqrt n."""
    n, tau, bulk = 1000, 0.2, SingularValueLaw(1.0, 1.3)
    new = louder(bulk, tau)
    density = new.pdf(new.median)
    at_peak = new.median - (tau * 1.3) ** 2 * new.traces(new.median)[0].real
    assert half_width(tau, n, bulk) == pytest.approx(np.pi / 2 * (tau * 1.3) ** 2 * n * density * bulk.pdf(at_peak))
    assert half_width(tau, 2 * n, bulk) == pytest.approx(2 * half_width(tau, n, bulk))

    bulk = SingularValueLaw(0.25)
    s = np.linspace(*bulk.support, 20_001)
    profile, _ = singular_vector_overlaps(s, louder(bulk, tau).median, tau, bulk)
    above = s[profile > profile.max() / 2]
    levels_above = n * bulk.pdf(s[profile.argmax()]) * np.ptp(above)
    assert half_width(tau, n, bulk) == pytest.approx(levels_above / 2, rel=0.02)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: isolated_overlaps(0.9, 0.1, Semicircle()), "theta: a spike of 0.9 is not isolated from a bulk"),
        (lambda: isolated_overlaps(2.0, 0.0, Semicircle()), "tau must be positive and finite, got 0"),
        (lambda: eigenvector_overlap(0, 2.3, 0.5, Semicircle()), "position must lie strictly inside the bulk"),
        (lambda: singular_vector_overlaps(1, np.nan, 0.5, SingularValueLaw(0.5)), "position must lie strictly inside"),
        (lambda: singular_vector_overlaps(1, 1, np.nan, SingularValueLaw(0.5)), "tau must be positive and finite"),
    ],
)
def test_impossible_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
