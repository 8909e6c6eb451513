"""The row of one matrix: planted changes, the exact equation, the two controls; and chapter 9's interventions."""

import numpy as np
import pytest

from intruders.spectra.basis import Basis
from intruders.theory.bbp import singular_values_above
from intruders.theory.ensembles import haar_frame
from intruders.tuning.compare import compare, describe
from intruders.tuning.interventions import LAMBDAS, Parts, interventions


def planted(n, m, strengths, rng, along=None):
    """W0 with three outliers, and an update whose vectors have the component `along` on the first of them."""
    W0 = rng.normal(size=(n, m)) / np.sqrt(m) + (haar_frame(n, 3, rng) * [9, 7, 5]) @ haar_frame(m, 3, rng).T
    basis = Basis.of(W0)
    P, Q = haar_frame(n, len(strengths), rng), haar_frame(m, len(strengths), rng)
    if along is not None:
        P[:, 0], Q[:, 0] = _leaning(P[:, 0], basis.U[:, 0], along), _leaning(Q[:, 0], basis.Vt[0], along)
    P, Q = np.linalg.qr(P)[0], np.linalg.qr(Q)[0]
    return basis, (P * strengths) @ Q.T, P, Q


def _leaning(vector, first, along):
    rest = vector - first * (first @ vector)
    return along * first + np.sqrt(1 - along**2) * rest / np.linalg.norm(rest)


@pytest.mark.parametrize("shape", [(60, 60), (90, 50), (50, 90)])
def test_the_row_says_what_was_planted(shape):
    rng = np.random.default_rng(0)
    strengths = np.array([30.0, 4.0])
    basis, update, P, Q = planted(*shape, strengths, rng)
    row = compare(basis, update, 2, rng)
    W0 = (basis.U * basis.values) @ basis.Vt
    U, s, Vt = np.linalg.svd(W0 + update)
    assert np.allclose(row["spikes"], strengths)
    assert np.allclose(row["tuned"], s[:10]) and row["energy"] == pytest.approx(np.sum(s**2))
    assert row["frobenius"] == pytest.approx(np.hypot(30, 4))
    assert row["exact"] == 10
    cosines = np.abs(basis.U.T @ U[:, :10])
    assert np.allclose(row["left_cosines"], cosines.max(axis=0))
    assert np.array_equal(row["left_partners"], cosines.argmax(axis=0))
    assert np.allclose(row["right_cosines"], np.abs(basis.Vt @ Vt[:10].T).max(axis=0))
    assert row["left_cosines"][0] < 0.5, "an intruder"
    assert np.allclose(np.sort(row["left_angles"]), np.sort(np.linalg.svd(basis.U[:, :10].T @ U[:, :10])[1]))
    assert row["left_overlap"] == pytest.approx(np.sum((basis.U[:, :10].T @ update) ** 2) / (900 + 16))
    assert np.allclose(row["right_alignment"], np.sum((basis.Vt[:10] @ Q) ** 2, axis=0))
    assert np.allclose(row["bilinear"], [u @ W0 @ v for u, v in zip(P.T, Q.T, strict=True)])


def test_the_exact_equation_can_fail(monkeypatch):
    rng = np.random.default_rng(1)
    basis, update, *_ = planted(60, 60, np.array([12.0, 4.0, 3.0]), rng)
    assert compare(basis, update, 3, rng)["exact"] == 10
    monkeypatch.setattr(
        "intruders.tuning.compare.singular_values_above",
        lambda z, values, *rest: singular_values_above(z, values * (1 + 1e-6), *rest),
    )
    assert compare(basis, update, 3, rng)["exact"] < 10


def test_controls_differ_where_alignment_matters():
    rng = np.random.default_rng(2)
    basis, update, *_ = planted(120, 120, np.array([6.0]), rng, along=0.9)
    rows = [compare(basis, update, 1, np.random.default_rng(k)) for k in range(20)]
    top = rows[0]["tuned"][0]
    aligned, random = (np.array([row[f"{word}_tuned"][0] for row in rows]) for word in ("aligned", "random"))
    assert abs(aligned.mean() - top) < 3 * aligned.std() + 0.02 * top
    assert abs(random.mean() - top) > 10 * random.std(), "Haar directions miss a spike along an old one"


def test_random_control_of_a_haar_update_is_the_same_in_distribution():
    rng = np.random.default_rng(3)
    gaps = []
    for _ in range(30):
        basis, update, *_ = planted(80, 100, np.array([8.0, 6.0]), rng)
        row = compare(basis, update, 2, rng)
        gaps.append(row["random_tuned"][:3] - row["tuned"][:3])
    gaps = np.array(gaps)
    assert np.all(np.abs(gaps.mean(axis=0)) < 4 * gaps.std(axis=0, ddof=1) / np.sqrt(30))


def test_a_dense_change_has_no_rank_and_zero_changes_nothing():
    rng = np.random.default_rng(4)
    basis, _, *_ = planted(40, 40, np.array([1.0]), rng)
    row = compare(basis, rng.normal(size=(40, 40)) / 100, None, rng)
    assert row["exact"] is None and len(row["spikes"]) == 16 and row["effective_rank"] > 20
    row = compare(basis, np.zeros((40, 40)), None, rng)
    assert row["frobenius"] == 0 and row["left_overlap"] is None
    assert np.allclose(row["left_cosines"], 1) and np.allclose(row["random_left"], 1)


def test_interventions_do_what_their_names_say():
    rng = np.random.default_rng(5)
    basis, update, *_ = planted(60, 60, np.array([14.0, 11.0]), rng)
    W0 = (basis.U * basis.values) @ basis.Vt
    parts = Parts.of(W0, update, rng)
    W = W0 + update
    assert parts.intruder.sum() == parts.other.sum() == 2 and not (parts.intruder & parts.other).any()
    for make in (parts.intruders, parts.others, parts.random, parts.matched, parts.shrunk, parts.kept):
        assert np.allclose(make(1.0), W)
    kept = np.linalg.svd(parts.intruders(0.0), compute_uv=False)
    left = np.delete(np.linalg.svd(W, compute_uv=False), np.flatnonzero(parts.intruder))
    assert np.allclose(np.sort(kept)[2:], np.sort(left)), "the others' values stay"
    size = np.linalg.norm(update)
    for factor in LAMBDAS:
        changed = np.linalg.norm(parts.intruders(factor) - W0)
        assert np.linalg.norm(parts.matched(factor) - W0) == pytest.approx(changed)
        assert np.linalg.norm(parts.restored(factor) - W0) == pytest.approx(size)
        assert np.linalg.norm(parts.random(factor) - W) == pytest.approx(np.linalg.norm(parts.intruders(factor) - W))
        assert np.linalg.norm(parts.shrunk(factor) - W0) == pytest.approx(factor * size)
    along = parts.kept(0.0) - W0
    u, v = parts.U[:, parts.intruder], parts.Vt[parts.intruder]
    assert np.allclose(np.diag(u.T @ along @ v.T), np.diag(u.T @ update @ v.T))
    assert np.linalg.matrix_rank(along) == 2
    assert not np.allclose(parts.others(0.0), parts.intruders(0.0))


def test_without_intruders_only_the_size_changes():
    rng = np.random.default_rng(6)
    basis, update, *_ = planted(50, 40, np.array([0.1]), rng)
    W0 = (basis.U * basis.values) @ basis.Vt
    parts = Parts.of(W0, update, rng)
    assert not parts.intruder.any() and not parts.other.any()
    for kind, factor, weights in interventions({"w": parts}):
        expected = W0 + (factor if kind in ("kept", "shrunk") else 1) * update
        assert np.allclose(weights["w"], expected), kind


def test_a_base_is_described_by_its_spectrum():
    rng = np.random.default_rng(7)
    basis, *_ = planted(300, 400, np.array([1.0]), rng)
    row = describe(basis)
    assert row["outliers"] == 3 and np.array_equal(row["values"], basis.values)
    assert row["edge"] == pytest.approx(1 + np.sqrt(0.75), rel=0.05)
    assert row["detachment"] == pytest.approx(0.75**0.25, rel=0.1)
    assert row["detachment"] <= row["visibility"] and 0 < row["distance"] < 0.03
    shifted = Basis(basis.U, basis.values**3, basis.Vt)
    assert describe(shifted)["distance"] > row["distance"]
