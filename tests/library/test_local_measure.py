"""Bounds on the cosines with directions that nobody has computed: block Lanczos, Christoffel function."""

import numpy as np
import pytest
from matrices import base

from intruders.spectra.atoms import LocalMeasure
from intruders.spectra.krylov import KrylovSpace, leading_triplets
from intruders.spectra.products import gram_products, times, times_transposed
from intruders.theory.ensembles import haar_frame, iid_rectangular


@pytest.mark.parametrize(("n", "m", "count"), [(300, 200, 5), (20, 5000, 3), (3000, 4, 2), (1, 7, 1)])
def test_products_in_blocks_are_products(n, m, count):
    rng = np.random.default_rng(0)
    W, left, right = rng.normal(size=(n, m)), rng.normal(size=(count, n)), rng.normal(size=(count, m))
    assert np.allclose(times(left, W), left @ W)
    assert np.allclose(times_transposed(right, W), right @ W.T)
    for ours, theirs in zip(gram_products(right, W), (right @ W.T, right @ W.T @ W), strict=True):
        assert np.allclose(ours, theirs)


@pytest.mark.parametrize("shape", [(200, 200), (300, 120), (120, 300)])
def test_leading_triplets_and_their_angles(shape):
    W = base("trained", *shape, np.random.default_rng(1))
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    found = leading_triplets(lambda X: gram_products(X, W), W, 6, angle=1e-3)
    assert np.allclose(found.values, s[:6], rtol=1e-9)
    for ours, exact in ((found.left, U.T[:6]), (found.right, Vt[:6])):
        sines = np.sqrt(np.maximum(0, 1 - np.sum(ours * exact, axis=1) ** 2))
        assert np.all(sines <= found.angles + 1e-7)


def test_repeated_values_are_all_found():
    """Ten equal values on top: a single vector would find one of them, a block of twelve finds them all."""
    rng = np.random.default_rng(2)
    s = np.concatenate([np.full(10, 5.0), rng.uniform(0, 2, 140)])
    W = haar_frame(150, 150, rng) * s @ haar_frame(200, 150, rng).T
    space = KrylovSpace.random(lambda X: gram_products(X, W), W, 10)
    space.grow_to(5)
    assert np.allclose(space.values[:10], 5)
    assert np.all(space.angles()[:10] == 1), "no single vector of theirs is determined"


def measure(W, side, count, rng):
    """Three unit vectors, the middle one half along direction 40, bounded after the `count` leading ones."""
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    old = U.T if side == "left" else Vt
    Y = rng.normal(size=(3, old.shape[1]))
    if (W.shape[0] > W.shape[1]) == (side == "left"):
        Y = Y @ old.T @ old
    Y[1] = Y[1] / np.linalg.norm(Y[1]) + 0.6 * old[40]
    known = leading_triplets(lambda X: gram_products(X, W), W, count, angle=1e-6)
    Y -= (Y @ old[:count].T) @ old[:count]
    Y /= np.linalg.norm(Y, axis=1)[:, None]
    images = times(Y, W) if side == "left" else None
    local = LocalMeasure(lambda X: gram_products(X, W), known, Y, images)
    return local, np.abs(Y @ old.T).max(axis=1), s


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("shape", [(200, 200), (300, 160), (160, 300)])
def test_no_cosine_exceeds_its_bound_and_the_bound_gets_tight(shape, side):
    local, exact, s = measure(base("trained", *shape, np.random.default_rng(3)), side, 30, np.random.default_rng(4))
    before = np.ones(3)
    for steps in range(1, 61):
        local.grow()
        if steps in (4, 8, 16, 32, 60):
            bounds = np.array([local.largest_cosine(row, 1e-6 * s[0], s[0], 0.0) for row in range(3)])
            assert np.all(bounds >= exact - 1e-9)
            assert np.all(bounds <= before + 0.02)
            before = bounds
    assert before[1] == pytest.approx(exact[1], rel=0.05), "the planted direction is resolved"
    assert np.all(before < 3 * exact)


def test_a_bound_for_another_vector_is_broken():
    """Near miss: the bound of a delocalised vector does not hold for one that leans on an old direction."""
    local, exact, s = measure(iid_rectangular(300, 300, np.random.default_rng(5)), "left", 5, np.random.default_rng(6))
    for _ in range(40):
        local.grow()
    assert local.largest_cosine(0, 1e-6, s[0], 0.0) < exact[1]


def test_enough_stops_early_but_stays_a_bound():
    local, exact, s = measure(iid_rectangular(300, 300, np.random.default_rng(7)), "left", 5, np.random.default_rng(8))
    for _ in range(24):
        local.grow()
    tight, loose = (local.largest_cosine(0, 1e-6, s[0], enough) for enough in (0.0, 0.5))
    assert exact[0] <= tight <= loose < 0.5
