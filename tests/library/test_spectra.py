"""The detector on matrices whose intruders are known by construction."""

import numpy as np
import pytest

from intruders.spectra.detect import detect
from intruders.spectra.updates import effective_rank, stable_rank
from intruders.theory.ensembles import iid_rectangular, unit_vector


@pytest.fixture
def base():
    return iid_rectangular(60, 90, np.random.default_rng(0))


def test_a_strong_random_spike_is_the_one_intruder(base):
    rng = np.random.default_rng(1)
    report = detect(base, 8 * np.outer(unit_vector(60, rng), unit_vector(90, rng)))
    for side in ("left", "right"):
        assert report.intruders(side=side).tolist() == [True] + [False] * 9
    assert np.allclose(report.base_values, np.linalg.svd(base, compute_uv=False))
    assert report.tuned_values[0] > 8


def test_a_spike_along_a_pre_trained_direction_is_no_intruder(base):
    U, _, Vt = np.linalg.svd(base)
    report = detect(base, 8 * np.outer(U[:, 5], Vt[5]))
    assert report.max_cosine()[0] == pytest.approx(1)
    assert not report.intruders().any()


def test_no_update_no_intruder(base):
    report = detect(base, np.zeros_like(base))
    assert np.allclose(report.max_cosine(), 1)
    assert report.cosines["left"].shape == report.cosines["right"].shape == (60, 10)


def test_sides_differ(base):
    """An update that rotates only the left vectors: planted so that the sides cannot be swapped unnoticed."""
    rng = np.random.default_rng(2)
    U, s, Vt = np.linalg.svd(base, full_matrices=False)
    Q = np.linalg.qr(rng.normal(size=(60, 60)))[0]
    report = detect(base, Q @ U * s @ Vt - base)
    assert report.intruders(side="left").sum() == 10
    assert report.intruders(side="right").sum() == 0


@pytest.mark.parametrize(
    ("update", "top_k", "message"),
    [
        (np.zeros((60, 91)), 10, r"matrices of one shape, got \(60, 90\) and \(60, 91\)"),
        (np.full((60, 90), np.nan), 10, "update has 5400 values that are not finite"),
        (np.zeros((60, 90)), 61, "top_k must be between 1 and 60"),
        (np.zeros((60, 90)), 0, "top_k must be between 1 and 60"),
    ],
)
def test_bad_input_is_named(base, update, top_k, message):
    with pytest.raises(ValueError, match=message):
        detect(base, update, top_k)


def test_ranks_of_known_spectra():
    assert effective_rank(np.ones(7)) == pytest.approx(7)
    assert stable_rank(np.ones(7)) == pytest.approx(7)
    assert effective_rank([3, 0, 0]) == stable_rank([3, 0, 0]) == 1
    assert effective_rank(np.zeros(3)) == stable_rank(np.zeros(3)) == 0
    s = np.array([2.0, 1.0])
    assert stable_rank(s) == pytest.approx(1.25)
    assert effective_rank(s) == pytest.approx(np.exp(-(2 / 3) * np.log(2 / 3) - (1 / 3) * np.log(1 / 3)))
    assert effective_rank(s) != pytest.approx(effective_rank(s**2)), "of the values, not of their squares"
