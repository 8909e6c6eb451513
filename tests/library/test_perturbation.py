"""Perturbation series, bounds and dense overlaps; each law beside the formula that is found in print and is wrong."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from intruders.theory.perturbation import (
    check_eigenvalue,
    check_singular_value,
    davis_kahan,
    degenerate_eigenvalue,
    dilation,
    eigenpair,
    singular_triplet,
    wedin,
    weyl,
)

SHAPES = [(4, 7), (7, 4), (5, 5)]
EPSILONS = np.array([4e-3, 2e-3, 1e-3])
seeds = st.integers(0, 10**6)
quick = settings(deadline=None, derandomize=True, max_examples=60)


def hermitian(n, rng):
    X = rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n))
    return (X + X.conj().T) / 2


def is_order(residuals, order) -> bool:
    """Whether residuals at `EPSILONS` fall as eps^order: the slope in log-log within 0.1."""
    slope = np.polyfit(np.log(EPSILONS), np.log(residuals), 1)[0]
    return abs(slope - order) < 0.1


def tops(A, B, k, eps, v):
    """Eigenvalue k of A + eps B and its unit eigenvector, phase fixed by <v, .> > 0."""
    values, vectors = np.linalg.eigh(A + eps * B)
    w = vectors[:, -1 - k]
    return values[-1 - k], w * (w.conj() @ v) / abs(w.conj() @ v)


@pytest.fixture
def pair():
    rng = np.random.default_rng(0)
    return hermitian(6, rng), hermitian(6, rng)


def vector_residuals(A, B, k, series, unit_norm=True):
    out = []
    for eps in EPSILONS:
        _, w = tops(A, B, k, eps, series.vectors[0])
        w = w if unit_norm else w / (series.vectors[0].conj() @ w)
        out.append(np.linalg.norm(series.at(eps)[1] - w))
    return out


@pytest.mark.parametrize("k", [0, 2, 5])
def test_eigenvalue_to_second_order(pair, k):
    A, B = pair
    series = eigenpair(A, B, k)
    true = np.array([tops(A, B, k, eps, series.vectors[0])[0] for eps in EPSILONS])
    terms = series.values[:, None] * EPSILONS ** np.arange(3)[:, None]
    assert is_order(np.abs(true - terms.sum(axis=0)), 3)
    assert not is_order(np.abs(true - terms[0] - terms[1] + terms[2]), 3), "the sign of the second order"
    v = series.vectors[0]
    assert not is_order(np.abs(true - terms[0] - EPSILONS * (v @ B @ v).real), 2), "v' for v* on complex vectors"


@pytest.mark.parametrize("k", [0, 2, 5])
def test_eigenvector_in_both_normalisations(pair, k):
    A, B = pair
    unit, intermediate = eigenpair(A, B, k), eigenpair(A, B, k, unit_norm=False)
    assert is_order(vector_residuals(A, B, k, unit), 3)
    assert is_order(vector_residuals(A, B, k, intermediate, unit_norm=False), 3)
    assert is_order(vector_residuals(A, B, k, intermediate), 2), "without its last term the vector is not a unit one"
    assert is_order([abs(np.linalg.norm(unit.at(eps)[1]) - 1) for eps in EPSILONS], 3)
    v = unit.vectors[0]
    assert np.allclose(intermediate.vectors[1:] @ v.conj(), 0, atol=1e-12), "intermediate: <v, v(eps)> = 1"


def test_eigenvalue_series_is_that_of_the_characteristic_polynomial():
    """Exact rational arithmetic: implicit derivatives of det(A + eps B - lambda) at eps = 0."""
    lam, eps = sp.symbols("lambda epsilon")
    A = sp.Matrix([[2, 1, 0], [1, 0, 1], [0, 1, -2]])
    B = sp.Matrix([[1, 2, -1], [2, 0, 3], [-1, 3, 1]])
    p = (A + eps * B - lam * sp.eye(3)).det(method="berkowitz")
    first = -p.diff(eps) / p.diff(lam)
    second = (first.diff(eps) + first.diff(lam) * first) / 2
    root = max(sp.Poly(p.subs(eps, 0), lam).nroots(n=40))
    expected = [root, *(float(term.subs(eps, 0).subs(lam, root).evalf(40)) for term in (first, second))]
    series = eigenpair(np.array(A.tolist(), dtype=float), np.array(B.tolist(), dtype=float), 0)
    assert np.allclose(series.values, np.array(expected, dtype=float), rtol=1e-12)


def test_degenerate_eigenvalue_splits_by_the_perturbation_inside_its_space():
    rng = np.random.default_rng(1)
    Q = np.linalg.qr(hermitian(6, rng))[0]
    A = (Q * [3, 1, 1, 1, 0, -2]) @ Q.conj().T
    A, B = (A + A.conj().T) / 2, hermitian(6, rng)
    slopes, vectors = degenerate_eigenvalue(A, B, 2)
    assert np.array_equal(degenerate_eigenvalue(A, B, 1)[0], slopes)
    residuals, angles = [], []
    for eps in EPSILONS:
        values, V = np.linalg.eigh(A + eps * B)
        residuals.append(np.abs(values[::-1][1:4] - 1 - eps * slopes).max())
        angles.append(1 - np.abs(np.sum(V[:, ::-1][:, 1:4].conj() * vectors, axis=0)).min())
    assert is_order(residuals, 2)
    assert is_order(angles, 2), "1 - |cosine| is the square of an angle of order eps"
    diagonal = np.sort(np.real(np.diag(Q.conj().T @ B @ Q))[1:4])[::-1]
    wrong = [np.abs(np.linalg.eigvalsh(A + eps * B)[::-1][1:4] - 1 - eps * diagonal).max() for eps in EPSILONS]
    assert not is_order(wrong, 2), "the diagonal elements, in a basis that does not know B"
    with pytest.raises(ValueError, match=r"A: eigenvalue 2 is 1 and not simple; degenerate_eigenvalue"):
        eigenpair(A, B, 2)


def test_degenerate_with_a_simple_eigenvalue_is_first_order(pair):
    A, B = pair
    slopes, vectors = degenerate_eigenvalue(A, B, 1)
    assert slopes == pytest.approx(eigenpair(A, B, 1).values[1])
    assert vectors.shape == (6, 1)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("k", [0, 2, 3])
def test_singular_triplet_is_the_eigenpair_of_the_dilation(shape, k):
    rng = np.random.default_rng(2)
    W, E = rng.normal(size=(2, *shape))
    triplet, pair = singular_triplet(W, E, k), eigenpair(dilation(W), dilation(E), k)
    assert np.allclose(triplet.values, pair.values, atol=1e-10)
    halves = np.hstack([triplet.left, triplet.right]) / np.sqrt(2)
    sign = np.sign(halves[0] @ pair.vectors[0])
    assert np.allclose(halves, sign * pair.vectors[:2], atol=1e-10)


def rotated(W, E, k, eps, u):
    U, s, Vt = np.linalg.svd(W + eps * E, full_matrices=False)
    sign = np.sign(U[:, k] @ u)
    return s[k], sign * U[:, k], sign * Vt[k]


def triplet_residuals(W, E, k, values, du, dv):
    U, _, Vt = np.linalg.svd(W, full_matrices=False)
    u, v = U[:, k], Vt[k]
    out = []
    for eps in EPSILONS:
        s, left, right = rotated(W, E, k, eps, u)
        out.append([abs(s - np.polyval(values[::-1], eps))])
        out[-1] += [np.linalg.norm(left - u - eps * du), np.linalg.norm(right - v - eps * dv)]
    return np.transpose(out)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("k", [0, 2])
def test_singular_triplet_and_the_formulas_that_are_not_it(shape, k):
    rng = np.random.default_rng(3)
    W, E = rng.normal(size=(2, *shape))
    series = singular_triplet(W, E, k)
    du, dv = series.left[1], series.right[1]
    value, left, right = triplet_residuals(W, E, k, series.values, du, dv)
    assert is_order(value, 3)
    assert is_order(left, 2)
    assert is_order(right, 2)

    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    others = np.arange(len(s)) != k
    printed = U[:, others] @ ((U.T @ E @ Vt[k])[others] / (s[k] - s[others]))
    assert not is_order(triplet_residuals(W, E, k, series.values, printed, dv)[1], 2), "the formula of eigenvectors"
    _, left, right = triplet_residuals(W, E, k, series.values, U @ U.T @ du, Vt.T @ Vt @ dv)
    assert is_order(left, 2) == (shape[0] <= shape[1]), "the part outside a thin U"
    assert is_order(right, 2) == (shape[0] >= shape[1]), "the part outside a thin V"


def test_the_first_order_of_eigenvalues_is_not_that_of_singular_values():
    """For a square, non-symmetric matrix: u'Ev moves a singular value, w'Ev/w'v an eigenvalue, v'Ev neither."""
    rng = np.random.default_rng(3)
    W, E = rng.normal(size=(2, 5, 5))
    series = singular_triplet(W, E, 0)
    u, v = series.left[0], series.right[0]
    for slope, right in ((u @ E @ v, True), (v @ E @ v, False), (u @ E @ u, False)):
        values = [series.values[0], slope]
        assert is_order(triplet_residuals(W, E, 0, values, u, v)[0], 2) == right


def test_second_order_of_a_singular_value_needs_both_its_parts():
    rng = np.random.default_rng(4)
    W, E = rng.normal(size=(2, 4, 7))
    series = singular_triplet(W, E, 1)
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    outside = E.T @ U[:, 1] - Vt.T @ (Vt @ E.T @ U[:, 1])
    half = series.values - [0, 0, outside @ outside / (2 * s[1])]
    assert not is_order(triplet_residuals(W, E, 1, half, *np.zeros((2, 1)))[0], 3)
    assert is_order(triplet_residuals(W, E, 1, series.values, *np.zeros((2, 1)))[0], 3)


BAD = np.array([[0.0, 1.0], [0.0, 0.0]])


@pytest.mark.parametrize("function", [eigenpair, degenerate_eigenvalue])
@pytest.mark.parametrize(
    ("A", "B", "k", "message"),
    [
        (BAD, np.eye(2), 0, r"A must be Hermitian, got \|A - A\*\| up to 1"),
        (np.eye(2), BAD, 0, "B must be Hermitian"),
        (1j * np.eye(2), np.eye(2), 0, "A must be Hermitian"),
        (np.ones((2, 3)), np.eye(2), 0, r"A must be a finite square matrix, got shape \(2, 3\)"),
        (np.diag([1.0, np.nan]), np.eye(2), 0, "A must be a finite square matrix"),
        (np.diag([1.0, 2.0]), np.eye(3), 0, r"B: shape \(3, 3\), expected \(2, 2\), the shape of A"),
        (np.diag([1.0, 2.0]), np.eye(2), 2, "k must be from 0 to 1, got 2"),
    ],
)
def test_what_is_not_hermitian_is_named(function, A, B, k, message):
    with pytest.raises(ValueError, match=message):
        function(A, B, k)


@pytest.mark.parametrize(
    ("W", "E", "k", "message"),
    [
        (np.eye(2), np.eye(2), 0, "W: singular value 0 is 1, expected a simple one above 0"),
        (np.diag([1.0, 0.0]), np.eye(2), 1, "W: singular value 1 is 0, expected"),
        (1j * np.diag([1, 2]), np.eye(2), 0, "W must be a real, finite matrix"),
        (np.diag([1.0, 2.0]), np.full((2, 2), np.nan), 0, "E must be a real, finite matrix"),
        (np.diag([1.0, 2.0]), np.ones((2, 3)), 0, r"E: shape \(2, 3\), expected \(2, 2\), the shape of W"),
        (np.diag([1.0, 2.0]), np.eye(2), -1, "k must be from 0 to 1, got -1"),
    ],
)
def test_a_triplet_without_a_series_is_named(W, E, k, message):
    with pytest.raises(ValueError, match=message):
        singular_triplet(W, E, k)


def draw_hermitian(seed):
    """A Hermitian matrix, a perturbation smaller than half the gap of a chosen level or cluster, and their check."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 7))
    A, E = hermitian(n, rng), hermitian(n, rng)
    first = int(rng.integers(n))
    chosen = range(first, int(rng.integers(first + 1, n + 1)))
    levels = np.linalg.eigvalsh(A)
    gap = check_eigenvalue(levels, 0, chosen).gap
    E *= rng.uniform(0.3, 0.5) * min(gap, 1) / weyl(E)
    return A, E, chosen, check_eigenvalue(levels, weyl(E), chosen)


def sines(U, V) -> np.ndarray:
    """Sines of the principal angles between the spans of two orthonormal bases."""
    return np.sqrt(np.clip(1 - np.linalg.svd(U.conj().T @ V, compute_uv=False) ** 2, 0, None))


def hermitian_angle(A, E, chosen):
    before, after = (np.linalg.eigh(X)[1][:, ::-1][:, list(chosen)] for X in (A, A + E))
    return sines(before, after).max()


@quick
@given(seeds)
def test_weyl_and_davis_kahan_hold(seed):
    A, E, chosen, check = draw_hermitian(seed)
    assert np.abs(np.linalg.eigvalsh(A + E) - np.linalg.eigvalsh(A)).max() <= weyl(E) * (1 + 1e-9)
    assert check.applies
    assert hermitian_angle(A, E, chosen) <= davis_kahan(check) + 1e-7  # a sine from a cosine
    assert davis_kahan(check) <= 2 * check.ratio + 1e-9, "the form of Yu, Wang and Samworth is weaker"


def test_bounds_that_are_too_good_are_caught():
    """What the property test would see of a first-order formula sold as a bound, and of a norm that is too small."""
    draws = [draw_hermitian(seed) for seed in range(300)]
    assert any(hermitian_angle(A, E, chosen) > check.ratio for A, E, chosen, check in draws), "‖E‖/gap is no bound"
    moved = [np.abs(np.linalg.eigvalsh(A + E) - np.linalg.eigvalsh(A)).max() for A, E, _, _ in draws]
    small = [np.linalg.norm(E) / np.sqrt(len(E)) for _, E, _, _ in draws]
    assert np.any(np.array(moved) > small), "the root mean square of the eigenvalues of E is no bound"


def draw_rectangular(seed):
    rng = np.random.default_rng(seed)
    n, m = rng.integers(2, 6, size=2)
    W, E = rng.normal(size=(2, n, m))
    k = int(rng.integers(min(n, m)))
    chosen = range(k, int(rng.integers(k + 1, min(n, m) + 1)))
    s = np.linalg.svd(W, compute_uv=False)
    E *= rng.uniform(0.3, 0.5) * check_singular_value(s, 0, chosen).gap / weyl(E)
    return W, E, list(chosen), check_singular_value(s, weyl(E), chosen)


def singular_angles(W, E, chosen):
    (U, _, Vt), (X, _, Yt) = (np.linalg.svd(Z, full_matrices=False) for Z in (W, W + E))
    return np.sqrt(np.sum(sines(U[:, chosen], X[:, chosen]) ** 2 + sines(Vt[chosen].T, Yt[chosen].T) ** 2))


@quick
@given(seeds)
def test_weyl_and_wedin_hold_for_singular_values(seed):
    W, E, chosen, check = draw_rectangular(seed)
    before, after = (np.linalg.svd(X, compute_uv=False) for X in (W, W + E))
    assert np.abs(after - before).max() <= weyl(E) * (1 + 1e-9)
    assert check.applies
    assert singular_angles(W, E, chosen) <= wedin(check) + 1e-7


def test_a_wedin_bound_that_is_too_good_is_caught():
    draws = [draw_rectangular(seed) for seed in range(300)]
    assert any(singular_angles(W, E, chosen) > check.ratio for W, E, chosen, check in draws)


@quick
@given(seeds)
def test_rank_one_interlacing(seed):
    """One direction moves no level past its neighbour: eigenvalues go up by one place at most, singular values too."""
    rng = np.random.default_rng(seed)
    n, m = rng.integers(2, 7, size=2)
    A, u, v = hermitian(n, rng), rng.normal(size=n), rng.normal(size=m)
    before, after = (np.linalg.eigvalsh(X)[::-1] for X in (A, A + np.outer(u, u)))
    assert np.all(after >= before - 1e-9)
    assert np.all(after[1:] <= before[:-1] + 1e-9)
    W = rng.normal(size=(n, m))
    s, t = (np.linalg.svd(X, compute_uv=False) for X in (W, W + np.outer(u, v)))
    assert np.all(t[1:] <= s[:-1] + 1e-9)
    assert np.all(s[1:] <= t[:-1] + 1e-9)


def test_singular_values_need_not_rise_under_a_rank_one_update():
    rng = np.random.default_rng(5)
    W = rng.normal(size=(3, 4))
    U, s, Vt = np.linalg.svd(W)
    assert np.linalg.norm(W - s[0] * np.outer(U[:, 0], Vt[0]), 2) < s[0]


def test_applicability_says_gap_norm_ratio():
    check = check_eigenvalue([3.0, 1.0, 0.5], 0.2, 1)
    assert (check.gap, check.norm, check.ratio, check.applies) == (0.5, 0.2, 0.4, True)
    assert not check_eigenvalue([3.0, 1.0, 0.5], 0.25, 1).applies
    assert check_eigenvalue([3.0, 1.0, 0.5], 0.25, range(1, 3)).gap == 2, "the cluster, where its members are too close"
    assert check_singular_value([3.0, 1.0, 0.4], 0, 2).gap == 0.4, "zero counts as a level"
    assert davis_kahan(check_eigenvalue([1.0, 1.0], 0.1, 0)) == 1, "no gap, no guarantee"
    assert wedin(check_singular_value([1.0, 1.0], 0.1, 0)) == pytest.approx(np.sqrt(2))


def test_beyond_half_the_gap_the_vector_can_be_lost():
    """The constant 1/2 cannot be improved: at ‖E‖ = gap/2 the two levels can meet."""
    A, E = np.diag([1.0, 0.0]), np.diag([-0.5, 0.5])
    assert np.ptp(np.linalg.eigvalsh(A + 0.998 * E)) > 0
    assert np.ptp(np.linalg.eigvalsh(A + E)) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, np.nan], 0.1, 0), "eigenvalues must be finite numbers"),
        (([[1.0]], 0.1, 0), "eigenvalues must be finite numbers in one dimension"),
        (([1.0, 2.0], -0.1, 0), "norm must be finite and not negative, got -0.1"),
        (([1.0, 2.0], np.nan, 0), "norm must be finite"),
        (([1.0, 2.0], 0.1, 2), "chosen must be successive numbers from 0 to 1, got 2"),
        (([1.0, 2.0], 0.1, range(0)), "chosen must be successive numbers"),
        (([1.0, 2.0, 3.0], 0.1, range(0, 3, 2)), "chosen must be successive numbers"),
    ],
)
def test_impossible_checks_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        check_eigenvalue(*arguments)
    with pytest.raises(ValueError, match=message.replace("eigenvalues", "singular_values")):
        check_singular_value(*arguments)


def test_a_negative_singular_value_is_named():
    with pytest.raises(ValueError, match="singular_values must not be negative, got -1"):
        check_singular_value([1.0, -1.0], 0.1, 0)


@quick
@given(seeds, st.floats(0.1, 10))
def test_series_turn_with_the_basis_and_scale_with_the_matrix(seed, scale):
    rng = np.random.default_rng(seed)
    A, B, Q = hermitian(4, rng), hermitian(4, rng), np.linalg.qr(hermitian(4, rng))[0]
    A = A + np.diag([6.0, 2.0, -2.0, -6.0])  # levels apart, so that the comparison keeps its digits
    turned = [scale * Q @ X @ Q.conj().T for X in (A, B)]
    one, two = eigenpair(A, B, 1), eigenpair(*((X + X.conj().T) / 2 for X in turned), 1)
    assert np.allclose(two.values, scale * one.values, rtol=1e-8, atol=1e-8)
    phase = two.vectors[0].conj() @ (Q @ one.vectors[0])
    assert np.allclose(phase * two.vectors, one.vectors @ Q.T, atol=1e-8)
