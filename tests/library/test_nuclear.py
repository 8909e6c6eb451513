"""The nuclear-norm problem: its solutions against closed forms, its gap against the truth, its factors against it."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime, minimize

from intruders.theory import nuclear


def problem(k, n, m, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(k, n, m)), rng.normal(size=k), rng


def test_every_entry_measured_is_soft_thresholding():
    rng = np.random.default_rng(0)
    Y = rng.normal(size=(5, 4))
    X = np.eye(20).reshape(20, 5, 4)
    U, s, Vt = np.linalg.svd(Y, full_matrices=False)
    price = (s[1] + s[2]) / 2
    D = nuclear.solve(X, Y.ravel(), price, 1e-12)
    assert pytest.approx((U * np.maximum(s - price, 0)) @ Vt, abs=1e-5) == D
    assert np.linalg.matrix_rank(D) == 2
    assert nuclear.loss(X, Y.ravel(), price, D) < nuclear.loss(X, Y.ravel(), price, Y)


@pytest.mark.parametrize("k", [1, 3, 6, 15])
def test_rank_and_gap_of_solutions(k):
    X, y, rng = problem(k, 6, 7, k)
    price = 0.1 * np.linalg.norm(np.tensordot(y, X, 1), 2)
    D = nuclear.solve(X, y, price, 1e-10)
    s = np.linalg.svd(D, compute_uv=False)
    r = np.sum(s > 1e-7 * s[0])
    assert r * (r + 1) / 2 <= k
    best = nuclear.loss(X, y, price, D)
    for size in (1e-3, 1e-1):
        other = D + size * rng.normal(size=D.shape)
        assert nuclear.gap(X, y, price, other) >= nuclear.loss(X, y, price, other) - best - 1e-9
        assert nuclear.loss(X, y, price, other) > best, "a near miss"


def test_a_price_above_the_gradient_at_zero_buys_nothing():
    X, y, _ = problem(4, 3, 3, 0)
    top = np.linalg.norm(np.tensordot(y, X, 1), 2)
    assert not nuclear.solve(X, y, 1.01 * top).any()
    assert nuclear.solve(X, y, 0.9 * top).any()


def test_factors_have_the_gradients_of_their_value_and_the_convex_minimum():
    X, y, rng = problem(6, 4, 5, 3)
    B, A = rng.normal(size=(4, 4)), rng.normal(size=(4, 5))

    def value(z):
        return nuclear.factored(X, y, 0.3, z[:16].reshape(4, 4), z[16:].reshape(4, 5))

    z = np.concatenate([B.ravel(), A.ravel()])
    slopes = np.concatenate([slope.ravel() for slope in value(z)[1:]])
    assert slopes == pytest.approx(approx_fprime(z, lambda w: value(w)[0], 1e-7), rel=1e-3, abs=1e-4)
    found = minimize(lambda w: value(w)[0], z, method="L-BFGS-B", options={"maxfun": 10**5, "ftol": 1e-14})
    assert found.fun == pytest.approx(nuclear.loss(X, y, 0.3, nuclear.solve(X, y, 0.3)), rel=1e-5)


def test_impossible_arguments_are_named():
    X, y, _ = problem(3, 4, 4, 0)
    with pytest.raises(ValueError, match="price must be positive"):
        nuclear.solve(X, y, 0.0)
    with pytest.raises(ValueError, match=r"expected shapes \(k, n, m\) and \(k,\), got"):
        nuclear.solve(X, y[:2], 1.0)
    with pytest.raises(RuntimeError, match="after 1 steps"):
        nuclear.solve(X, y, 0.01, steps=1)
