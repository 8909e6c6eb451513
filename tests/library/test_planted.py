"""Several spikes, and spikes that the bulk already has: closed form, simulation, and where the law stops."""

import numpy as np
import pytest

from intruders.theory.bbp import Spikes, outlier_cosines, outliers
from intruders.theory.ensembles import iid_rectangular
from intruders.theory.laws import SingularValueLaw


def gaussian(ti, tj, p, q, c):
    """The closed form for Gaussian noise of unit sigma."""
    numerator = (ti**4 - c) * (tj**4 - c)
    left = np.sqrt(numerator / ((ti**2 + c) * (tj**2 + c))) * (ti * tj * p + c * q) / (ti**2 * tj**2 - c)
    right = np.sqrt(numerator / ((ti**2 + 1) * (tj**2 + 1))) * (ti * tj * q + p) / (ti**2 * tj**2 - c)
    return abs(left), abs(right)


def case(n, m, rng):
    P = np.linalg.qr(rng.normal(size=(n, 3)))[0]
    Q = np.linalg.qr(rng.normal(size=(m, 3)))[0]
    old = Spikes(np.array([3.0, 2.0]), P[:, :2], Q[:, :2])
    u = P @ [0.6, 0.0, 0.8]
    v = Q @ [0.0, 0.6, 0.8]
    return old, Spikes.of(old.factors(), (4.0 * u[:, None], v[None]))


def closed_forms(old, new, c):
    p, q = old.left.T @ new.left, old.right.T @ new.right
    pairs = np.ndindex(len(old.strengths), len(new.strengths))
    table = [gaussian(old.strengths[i], new.strengths[j], p[i, j], q[i, j], c) for i, j in pairs]
    return np.moveaxis(np.array(table).reshape(*p.shape, 2), -1, 0)


@pytest.mark.parametrize("c", [0.25, 0.5, 1.0, 2.0, 4.0])
def test_general_route_is_the_closed_form(c):
    rng = np.random.default_rng(0)
    old, new = case(80, round(80 / c), rng)
    routes = outlier_cosines(old, new, SingularValueLaw(c))
    assert np.allclose(routes, closed_forms(old, new, c), atol=1e-8)
    assert not np.allclose(routes, np.flip(closed_forms(old, new, c), axis=0), atol=1e-3), "left for right"
    if c != 1:
        assert not np.allclose(routes, closed_forms(old, new, 1 / c), atol=1e-3), "c for 1/c"


def test_an_unchanged_matrix_recognises_itself():
    rng = np.random.default_rng(1)
    old, _ = case(80, 100, rng)
    for cosines in outlier_cosines(old, old, SingularValueLaw(0.8)):
        assert np.allclose(cosines, np.eye(2), atol=1e-8)
    nudged = Spikes(old.strengths * (1 + 1e-6), old.left, old.right)
    for cosines in outlier_cosines(old, nudged, SingularValueLaw(0.8)):
        assert np.allclose(np.diag(cosines), 1, atol=1e-8)


@pytest.mark.parametrize(("n", "m"), [(400, 400), (250, 500), (500, 250)])
def test_simulation(n, m):
    """Mean of |cosines| within four standard errors and 8/n of bias, on both sides."""
    rng = np.random.default_rng(2)
    draws = 25
    old, new = case(n, m, rng)
    measured = np.empty((draws, 2, 2, 3))
    for draw in measured:
        W = iid_rectangular(n, m, rng)
        U, _, Vt = np.linalg.svd(W + (old.left * old.strengths) @ old.right.T, full_matrices=False)
        U_new, _, Vt_new = np.linalg.svd(W + (new.left * new.strengths) @ new.right.T, full_matrices=False)
        draw[0], draw[1] = np.abs(U[:, :2].T @ U_new[:, :3]), np.abs(Vt[:2] @ Vt_new[:3].T)
    errors = measured.std(axis=0, ddof=1) / np.sqrt(draws)

    def agrees(prediction):
        return bool((np.abs(measured.mean(axis=0) - prediction) < 4 * errors + 8 / min(n, m)).all())

    assert agrees(outlier_cosines(old, new, SingularValueLaw(n / m)))
    plain = np.abs([old.left.T @ new.left, old.right.T @ new.right])
    assert not agrees(plain), "the cosines of the spikes themselves, without the noise"
    if n != m:
        assert not agrees(outlier_cosines(old, new, SingularValueLaw(m / n))), "c for 1/c"


def test_only_spikes_above_the_threshold_leave():
    rng = np.random.default_rng(3)
    P = np.linalg.qr(rng.normal(size=(50, 4)))[0]
    strengths = np.array([3.0, 2.0, 1.1, 0.9])
    found = outliers(Spikes(strengths, P, P), SingularValueLaw(1.0))
    assert [prediction.theta for prediction in found] == [3.0, 2.0, 1.1]


def test_spikes_are_the_singular_values_of_the_sum_and_not_the_norms_of_the_columns():
    rng = np.random.default_rng(4)
    factors = [
        (rng.normal(size=(30, 3)), rng.normal(size=(3, 20))),
        (rng.normal(size=(30, 2)), rng.normal(size=(2, 20))),
    ]
    total = sum(B @ A for B, A in factors)
    spikes = Spikes.of(*factors)
    assert np.allclose(spikes.strengths, np.linalg.svd(total, compute_uv=False)[:5], atol=1e-10)
    assert np.allclose((spikes.left * spikes.strengths) @ spikes.right.T, total, atol=1e-10)
    B, A = factors[0]
    norms = np.sort(np.linalg.norm(B, axis=0) * np.linalg.norm(A, axis=1))[::-1]
    assert not np.allclose(Spikes.of((B, A)).strengths, norms, rtol=0.05)
    assert len(Spikes.of((B, A), (-B[:, :1], A[:1])).strengths) == 2, "what cancels is no spike"


def test_factors_that_do_not_fit():
    with pytest.raises(ValueError, match=r"factors: expected \(n, r\) and \(r, m\), got \(4, 2\) and \(3, 5\)"):
        Spikes.of((np.ones((4, 2)), np.ones((3, 5))))


@pytest.mark.parametrize("strengths", [[2.0, 3.0], [2.0, -1.0], [np.nan, 1.0]])
def test_strengths_that_are_none(strengths):
    with pytest.raises(ValueError, match="strengths must be positive, finite and falling"):
        Spikes(np.array(strengths), np.eye(4)[:, :2], np.eye(5)[:, :2])


def test_vectors_that_do_not_fit():
    with pytest.raises(ValueError, match=r"left, right: expected 2 columns, got shapes \(4, 2\) and \(5, 3\)"):
        Spikes(np.array([3.0, 2.0]), np.eye(4)[:, :2], np.eye(5)[:, :3])
