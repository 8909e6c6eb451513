"""Low-rank updates by their factors, against the dense product."""

import numpy as np
import pytest

from intruders.spectra.updates import LowRank, effective_rank, frobenius_norm, operator_norm, stable_rank
from intruders.theory.ensembles import haar_frame


@pytest.fixture(params=[(40, 60, 5), (60, 40, 5), (6, 8, 12), (30, 30, 1)])
def update(request):
    n, m, r = request.param
    rng = np.random.default_rng(0)
    return LowRank(rng.normal(size=(n, r)), rng.normal(size=(r, m)), 16 / r)


def test_the_core_has_the_singular_triplets_of_the_product(update):
    dense = update.dense()
    U, s, V = update.svd
    assert np.allclose(U * s @ V.T, dense)
    for frame in (U, V):
        assert np.allclose(frame.T @ frame, np.eye(len(s)))
    exact = np.linalg.svd(dense, compute_uv=False)[: len(s)]
    assert np.allclose(s, exact)
    wrong_scale = LowRank(update.B, update.A, update.scale * 1.001).singular_values
    assert not np.allclose(wrong_scale, exact)


def test_norms_and_ranks_are_those_of_the_product(update):
    dense, s = update.dense(), update.singular_values
    assert frobenius_norm(s) == pytest.approx(np.linalg.norm(dense))
    assert operator_norm(s) == pytest.approx(np.linalg.norm(dense, 2))
    assert stable_rank(s) == pytest.approx(np.linalg.norm(dense) ** 2 / np.linalg.norm(dense, 2) ** 2)
    assert 1 <= stable_rank(s) <= effective_rank(s) * (1 + 1e-12) <= min(*update.shape, update.rank) * (1 + 1e-12)


def test_overlaps_with_the_old_directions():
    rng = np.random.default_rng(1)
    left, right = haar_frame(50, 10, rng), haar_frame(70, 10, rng)
    update = LowRank(left[:, [3, 7]] * [5, 2], right[:, [4, 4 + 1]].T)
    ours = update.overlaps(left, right)
    for overlaps, places in zip(ours, ((3, 7), (4, 5)), strict=True):
        expected = np.zeros((10, 2))
        expected[places, (0, 1)] = 1
        assert np.allclose(overlaps, expected)


def test_ranks_of_known_spectra():
    assert effective_rank(np.ones(7)) == pytest.approx(7)
    assert stable_rank(np.ones(7)) == pytest.approx(7)
    assert effective_rank([3, 0, 0]) == stable_rank([3, 0, 0]) == 1
    assert effective_rank(np.zeros(3)) == stable_rank(np.zeros(3)) == 0
    s = np.array([2.0, 1.0])
    assert stable_rank(s) == pytest.approx(1.25)
    assert effective_rank(s) == pytest.approx(np.exp(-(2 / 3) * np.log(2 / 3) - (1 / 3) * np.log(1 / 3)))
    assert effective_rank(s) != pytest.approx(effective_rank(s**2)), "of the values, not of their squares"
