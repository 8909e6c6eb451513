"""Ensembles against exact laws at small n; beside each a planted near miss that the same test rejects."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intruders.theory import ensembles
from intruders.theory.ensembles import (
    gaussian,
    ginibre,
    goe,
    gse,
    gue,
    haar_frame,
    haar_orthogonal,
    haar_unitary,
    iid_rectangular,
    rademacher,
    sparse,
    spiked_rectangular,
    spiked_symmetric,
    student,
    unit_vector,
    wigner,
    wishart,
)

small = settings(deadline=None, derandomize=True, max_examples=15)
seeds, sizes = st.integers(0, 2**16), st.integers(1, 9)


def agrees(samples, expected) -> bool:
    """Whether the means of the columns are within four standard errors of the exact values."""
    samples = np.asarray(samples, dtype=float)
    error = samples.std(axis=0, ddof=1) / np.sqrt(len(samples))
    return bool((np.abs(samples.mean(axis=0) - expected) < 4 * error).all())


def draws(sample, statistic, count=4000, seed=0):
    rng = np.random.default_rng(seed)
    return [statistic(sample(rng)) for _ in range(count)]


# Exact moments of the Gaussian ensembles (Dumitriu & Edelman 2002 for every beta)


def hermite_moments(n, beta):
    """E sum l^2 and E sum l^4 at sigma = 1, a = 2/beta."""
    a = 2 / beta
    return n - 1 + a, (2 * n**3 + 5 * (a - 1) * n**2 + (3 - 5 * a + 3 * a**2) * n) / n**2


def power_sums(W):
    values = np.linalg.eigvalsh(W)
    return np.sum(values**2), np.sum(values**4)


GAUSSIAN = {1: goe, 2: gue, 4: gse}


@pytest.mark.parametrize("beta", GAUSSIAN)
def test_gaussian_ensembles_have_their_exact_moments(beta):
    n, copies = 5, 2 if beta == 4 else 1
    samples = np.array(draws(lambda rng: GAUSSIAN[beta](n, rng), power_sums)) / copies
    assert agrees(samples, hermite_moments(n, beta))
    others = [b for b in GAUSSIAN if b != beta]
    assert not any(agrees(samples, hermite_moments(n, b)) for b in others), "another beta"
    scaled = samples * [1.02**2, 1.02**4]
    assert not agrees(scaled, hermite_moments(n, beta)), "sigma 2 % off"


@small
@given(sizes, seeds)
def test_gse_is_self_dual_and_its_eigenvalues_come_in_pairs(n, seed):
    W = gse(n, np.random.default_rng(seed))
    J = np.kron([[0, 1], [-1, 0]], np.eye(n))
    assert np.allclose(W, W.conj().T, atol=1e-14)
    assert np.allclose(J @ W.conj(), W @ J, atol=1e-14)
    values = np.linalg.eigvalsh(W)
    assert np.allclose(values[::2], values[1::2], atol=1e-12)
    other = gue(2 * n, np.random.default_rng(seed))
    assert not np.allclose(J @ other.conj(), other @ J, atol=1e-3), "a GUE matrix is not self-dual"


def test_law_of_the_goe_is_invariant_and_that_of_signs_is_not():
    """In a rotated basis an entry of the GOE keeps its fourth moment 3; one of a sign matrix tends to it from 1."""
    n = 4
    Q = np.linalg.qr(np.ones((n, n)) + np.diag(np.arange(n)))[0]

    def fourth(W):
        return W[0, 1] ** 4, (Q @ W @ Q.T)[0, 1] ** 4

    assert agrees(draws(lambda rng: goe(n, rng), fourth), 3 / n**2)
    before, after = np.mean(draws(lambda rng: wigner(n, rng, entries=rademacher), fourth), axis=0) * n**2
    assert before == pytest.approx(1) and abs(after - before) > 0.3


# Wigner and rectangular matrices of any entries

FOURTH = {
    "gaussian": (gaussian, 3),
    "rademacher": (rademacher, 1),
    "student": (student(20), 3 * 18 / 16),
    "sparse": (sparse(0.25), 4),
}


@pytest.mark.parametrize(("entries", "fourth"), FOURTH.values(), ids=FOURTH)
def test_entries_are_standardised(entries, fourth):
    x = entries(np.random.default_rng(0), (100_000, 1))
    exact = [0, 1, fourth]
    noise = 1e-6 * np.random.default_rng(1).normal(size=(len(x), 3))  # the squares of signs have no spread
    assert agrees(np.hstack([x, x**2, x**4]) + noise, exact)
    x *= 1.02
    assert not agrees(np.hstack([x, x**2, x**4]) + noise, exact), "sigma 2 % off"


@pytest.mark.parametrize(("entries", "fourth"), FOURTH.values(), ids=FOURTH)
def test_fourth_moment_of_a_wigner_matrix_counts_closed_walks(entries, fourth):
    """n E tr W^4 = mu4 + 4 (n - 1) + (n - 1) mu4 + 2 (n - 1)(n - 2)."""
    n = 5

    def exact(mu4):
        return mu4 + (4 * (n - 1) + 2 * (n - 1) * (n - 2)) / n

    samples = draws(lambda rng: wigner(n, rng, entries=entries), lambda W: np.sum((W @ W) ** 2), count=6000)
    assert agrees(samples, exact(fourth))
    assert not agrees(samples, exact(fourth + 1)), "another fourth moment"


def gram_moments(n, m):
    """E tr W W' and E tr (W W')^2 of a real Gaussian n x m matrix with entries of variance 1/m."""
    return n, n * (n + m + 1) / m


def gram_sums(W):
    return np.sum(W**2), np.sum((W @ W.T) ** 2)


@pytest.mark.parametrize(("n", "m"), [(3, 8), (8, 3), (5, 5)])
def test_rectangular_noise_has_its_exact_moments(n, m):
    samples = draws(lambda rng: iid_rectangular(n, m, rng, sigma=2), gram_sums)
    assert agrees(samples / np.array([4, 16]), gram_moments(n, m))
    assert not agrees(samples / np.array([4, 16]) * 1.02**2, gram_moments(n, m)), "sigma 1 % off"
    if n != m:
        assert not agrees(samples / np.array([4, 16]), gram_moments(m, n)), "c for 1/c"


def test_wishart_is_a_gram_matrix_of_rank_min():
    rng = np.random.default_rng(0)
    W = wishart(6, 4, rng, sigma=1.5)
    assert np.array_equal(W, W.T)
    assert np.linalg.matrix_rank(W) == 4
    sums = draws(lambda rng: wishart(6, 4, rng, 1.5), lambda W: (np.trace(W), np.sum(W**2)))
    assert agrees(sums / np.array([2.25, 2.25**2]), gram_moments(6, 4))


def test_moduli_of_the_ginibre_ensemble_are_those_of_kostlan():
    """The squared moduli, n/sigma^2 times, are independent Gamma(1), ..., Gamma(n): E of the sum and of its square."""
    n = 4

    def moduli(W):
        squares = n * np.abs(np.linalg.eigvals(W)) ** 2 / 2.25
        return squares.sum(), squares.sum() ** 2, np.prod(squares)

    mean = n * (n + 1) / 2
    exact = mean, mean + mean**2, np.prod(np.arange(1, n + 1))
    assert agrees(draws(lambda rng: ginibre(n, rng, 1.5), moduli), exact)
    assert not agrees(draws(lambda rng: iid_rectangular(n, n, rng, 1.5), moduli), exact), "the real ensemble"


# Haar measure


def orthogonal_moments(Q):
    return np.trace(Q), np.trace(Q) ** 2, np.trace(Q) ** 4


def test_haar_orthogonal_has_the_traces_of_the_group_and_plain_qr_has_not():
    """E tr Q = 0, E (tr Q)^2 = 1, E (tr Q)^4 = 3 for n >= 4 (Diaconis & Shahshahani 1994)."""
    assert agrees(draws(lambda rng: haar_orthogonal(5, rng), orthogonal_moments), [0, 1, 3])
    plain = draws(lambda rng: np.linalg.qr(rng.normal(size=(5, 5)))[0], orthogonal_moments)
    assert not agrees(plain, [0, 1, 3]), "without the signs"


def unitary_moments(U):
    return np.abs(np.trace(U)) ** 2, np.abs(np.trace(U @ U)) ** 2, np.trace(U).real


def test_haar_unitary_has_the_traces_of_the_group_and_plain_qr_has_not():
    """E |tr U|^2 = 1, E |tr U^2|^2 = 2, E tr U = 0 (Diaconis & Shahshahani 1994)."""
    assert agrees(draws(lambda rng: haar_unitary(4, rng), unitary_moments), [1, 2, 0])
    plain = draws(lambda rng: np.linalg.qr(ginibre(4, rng))[0], unitary_moments)
    assert not agrees(plain, [1, 2, 0]), "without the phases"


@small
@given(sizes, sizes, seeds)
def test_frames_are_orthonormal(n, r, seed):
    rng = np.random.default_rng(seed)
    Q = haar_frame(max(n, r), min(n, r), rng)
    assert Q.shape == (max(n, r), min(n, r))
    assert np.allclose(Q.T @ Q, np.eye(min(n, r)), atol=1e-13)
    U = haar_unitary(n, rng)
    assert np.allclose(U.conj().T @ U, np.eye(n), atol=1e-13)
    assert np.linalg.norm(unit_vector(n, rng)) == pytest.approx(1, abs=1e-14)


def test_unit_vector_is_uniform():
    """E x_1^2 = 1/n and E x_1^4 = 3/(n (n + 2)), below the 3/n^2 of independent Gaussian coordinates."""
    samples = draws(lambda rng: unit_vector(6, rng)[0], lambda x: (x**2, x**4), count=20_000)
    assert agrees(samples, [1 / 6, 3 / 48])
    assert not agrees(samples, [1 / 6, 3 / 36])


# Spiked matrices


def test_spikes_are_what_was_added():
    M, U = spiked_symmetric(30, [3.0, -2.0], np.random.default_rng(0), sigma=1e-9)
    assert np.allclose(M, U @ np.diag([3, -2]) @ U.T, atol=1e-7)
    M, U, V = spiked_rectangular(20, 30, [3.0, 2.0], np.random.default_rng(0), sigma=1e-9)
    assert np.allclose(M, U @ np.diag([3, 2]) @ V.T, atol=1e-7)
    assert not np.allclose(M, U @ np.diag([2, 3]) @ V.T, atol=0.1), "strengths exchanged"


def test_spikes_do_not_know_the_noise():
    """E tr M^2 = E tr W^2 + sum theta^2: no cross term."""

    def square(sample):
        return np.sum(sample[0] ** 2)

    n, m, theta = 5, 7, [2.0, 1.0]
    symmetric = draws(lambda rng: spiked_symmetric(n, theta, rng), square)
    assert agrees(symmetric, hermite_moments(n, 1)[0] + 5)
    assert not agrees(symmetric, hermite_moments(n, 1)[0] + 5 * 1.05)
    assert agrees(draws(lambda rng: spiked_rectangular(n, m, theta, rng), square), n + 5)


# Properties and refusals

SCALED = {
    "goe": goe,
    "gue": gue,
    "gse": gse,
    "wigner": lambda n, rng, sigma: wigner(n, rng, sigma, student(3)),
    "iid": lambda n, rng, sigma: iid_rectangular(n, n + 2, rng, sigma, sparse(0.5)),
    "ginibre": ginibre,
}


@pytest.mark.parametrize("name", SCALED)
@small
@given(n=sizes, seed=seeds, sigma=st.floats(0.01, 100))
def test_sigma_is_a_scale(name, n, seed, sigma):
    one, other = (SCALED[name](n, np.random.default_rng(seed), s) for s in (1.0, sigma))
    assert np.allclose(other, sigma * one, rtol=1e-12, atol=0)


@small
@given(sizes, seeds)
def test_symmetric_ensembles_are_exactly_symmetric(n, seed):
    rng = np.random.default_rng(seed)
    for W in (goe(n, rng), gue(n, rng), wigner(n, rng, entries=student(2.5))):
        assert np.array_equal(W, W.conj().T)
        assert np.isrealobj(W) or (np.diag(W).imag == 0).all()


RNG = np.random.default_rng(0)
BAD = {
    "sigma zero": (lambda: goe(3, RNG, 0), "sigma must be positive and finite, got 0"),
    "sigma NaN": (lambda: iid_rectangular(3, 3, RNG, np.nan), "sigma must be positive and finite, got nan"),
    "sigma infinite": (lambda: gue(3, RNG, np.inf), "sigma must be positive and finite, got inf"),
    "sigma negative": (lambda: wigner(3, RNG, -1), "sigma must be positive and finite, got -1"),
    "no rows": (lambda: gse(0, RNG), "n must be a positive integer, got 0"),
    "half a row": (lambda: unit_vector(2.5, RNG), "n must be a positive integer, got 2.5"),
    "no columns": (lambda: wishart(3, -1, RNG), "m must be a positive integer, got -1"),
    "too many columns": (lambda: haar_frame(3, 4, RNG), "r: expected at most n = 3 orthonormal columns, got 4"),
    "infinite variance": (lambda: student(2), "df must be finite and above 2"),
    "no entries": (lambda: sparse(0), r"p must be a share in \(0, 1\], got 0"),
    "a percentage": (lambda: sparse(5), r"p must be a share in \(0, 1\], got 5"),
    "NaN strength": (lambda: spiked_symmetric(3, [np.nan], RNG), "expected a list of 1 to 3 finite numbers"),
    "one number": (lambda: spiked_symmetric(3, 2.0, RNG), "expected a list of 1 to 3 finite numbers, got 2.0"),
    "too many": (lambda: spiked_rectangular(3, 2, [1, 1, 1], RNG), "expected a list of 1 to 2 finite numbers"),
}


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD)
def test_impossible_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_every_ensemble_is_tested_here():
    public = {name for name, f in vars(ensembles).items() if callable(f) and f.__module__ == ensembles.__name__}
    assert {name for name in public if not name.startswith("_")} <= set(globals())
