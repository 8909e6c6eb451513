"""Rank-one updates solved in step are those of the dense decomposition, and a wrong strength is not."""

import numpy as np
import pytest

from intruders.spectra.detect import detect
from intruders.theory.bbp.windows import leading_cosines
from intruders.theory.ensembles import iid_rectangular, unit_vector

STRENGTHS = np.array([0.3, 1.0, 2.0, 5.0])


def planted(n, m):
    rng = np.random.default_rng(n)
    W = iid_rectangular(n, m, rng)
    W[:3, :3] += np.diag([4, 3, 2.99])
    P, Q = (np.array([unit_vector(size, rng) for _ in STRENGTHS]).T for size in (n, m))
    return W, np.linalg.svd(W), P, Q


@pytest.mark.parametrize(("n", "m"), [(50, 50), (90, 40), (40, 90)])
def test_dense_oracle(n, m):
    W, (U, s, Vt), P, Q = planted(n, m)
    values, left, right = leading_cosines(s, U.T @ P, Vt @ Q, STRENGTHS, 8)
    for d, theta in enumerate(STRENGTHS):
        report = detect(W, theta * np.outer(P[:, d], Q[:, d]), top_k=8, route="dense", side="both")
        assert np.allclose(values[d], report.tuned_values, atol=1e-12)
        for side, cosines in (("left", left), ("right", right)):
            assert np.allclose(np.abs(cosines[d]).T, report.sides[side].cosines, atol=1e-8)


def test_signs_are_those_of_one_vector():
    W, (U, s, Vt), P, Q = planted(50, 50)
    values, left, right = leading_cosines(s, U.T @ P, Vt @ Q, STRENGTHS, 3)
    M = W + STRENGTHS[2] * np.outer(P[:, 2], Q[:, 2])
    for value, u, v in zip(values[2], left[2] @ U.T, right[2] @ Vt, strict=True):
        assert np.allclose(M @ v, value * u, atol=1e-8) and np.allclose(M.T @ u, value * v, atol=1e-8)
        assert not np.allclose(W @ v, value * u, atol=1e-3)


def test_refuses_what_does_not_fit():
    _, (U, s, Vt), P, Q = planted(50, 50)
    with pytest.raises(ValueError, match=r"expected \(n, 3\)"):
        leading_cosines(s, U.T @ P, Vt @ Q, STRENGTHS[:3], 8)
    with pytest.raises(ValueError, match="count"):
        leading_cosines(s, U.T @ P, Vt @ Q, STRENGTHS, 0)
