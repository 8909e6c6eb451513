"""The exact secular equation against the dense singular value decomposition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intruders.theory.bbp import top_singular_triplets


def errors(W, P, Q, strengths, count) -> tuple[float, float, float]:
    """Largest errors of values, left and right vectors (1 - |cosine|) against the dense route."""
    U, s, Vt = np.linalg.svd(W)
    values, left, right = top_singular_triplets(s, U.T @ P, Vt @ Q, strengths, count)
    U_new, s_new, Vt_new = np.linalg.svd(W + (P * strengths) @ Q.T)
    cosines = (
        np.abs(np.sum((U @ left) * U_new[:, :count], axis=0)),
        np.abs(np.sum((Vt.T @ right) * Vt_new[:count].T, axis=0)),
    )
    return np.abs(values - s_new[:count]).max(), *(np.abs(1 - side).max() for side in cosines)


def frames(n, m, r, rng):
    return np.linalg.qr(rng.normal(size=(n, r)))[0], np.linalg.qr(rng.normal(size=(m, r)))[0]


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    n=st.integers(3, 25),
    m=st.integers(3, 25),
    r=st.integers(1, 3),
    scale=st.floats(0.01, 5),
    seed=st.integers(0, 2**32 - 1),
)
def test_agrees_with_the_dense_route(n, m, r, scale, seed):
    rng = np.random.default_rng(seed)
    P, Q = frames(n, m, r, rng)
    W = rng.normal(size=(n, m)) / np.sqrt(m)
    values, left, right = errors(W, P, Q, scale * rng.uniform(0.5, 1, size=r), min(n, m))
    assert values < 1e-10 * (1 + scale)
    assert max(left, right) < 1e-6  # two values can be close; the vectors then turn in their plane


@settings(deadline=None, derandomize=True, max_examples=40)
@given(n=st.integers(3, 20), m=st.integers(3, 20), scale=st.floats(0.01, 5), seed=st.integers(0, 2**32 - 1))
def test_one_spike_interlaces(n, m, scale, seed):
    """Weyl: a rank-one update moves no value past its second neighbour, s_{j+1} <= new s_j <= s_{j-1}."""
    rng = np.random.default_rng(seed)
    s = np.sort(rng.uniform(0.1, 1, size=min(n, m)))[::-1]
    u, v = (rng.normal(size=(size, 1)) for size in (n, m))
    new = top_singular_triplets(s, u / np.linalg.norm(u), v / np.linalg.norm(v), [scale], len(s))[0]
    assert (new[1:] <= s[:-1] + 1e-12).all() and (new[:-1] >= s[1:] - 1e-12).all()
    assert (np.abs(new - s) <= scale + 1e-12).all()


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("which", [0, 1, 4])
def test_an_update_along_an_old_direction(sign, which):
    """u = U_k, v = V_k: the value moves by theta, no vector turns; with the opposite sign it falls among the others."""
    rng = np.random.default_rng(0)
    W = rng.normal(size=(12, 9)) / 3
    U, s, Vt = np.linalg.svd(W)
    strength = 0.4
    P, Q = sign * U[:, [which]], Vt[[which]].T
    assert max(errors(W, P, Q, np.array([strength]), 9)) < 1e-10
    values, left, _ = top_singular_triplets(s, U.T @ P, Vt @ Q, [strength], 9)
    assert np.abs(values - (s[which] + sign * strength)).min() < 1e-10
    assert np.abs(left).max(axis=0) == pytest.approx(np.ones(9)), "never an intruder"


def test_partly_aligned_spikes_need_the_cross_term():
    """With eta left out, as for a spike that does not know W0, the equation misses an aligned spike's position."""
    rng = np.random.default_rng(1)
    n, theta = 60, 1.5
    W = rng.normal(size=(n, n)) / np.sqrt(n)
    U, s, Vt = np.linalg.svd(W)
    x, y = rng.normal(size=(2, n)) / np.sqrt(n)
    x[0], y[0] = 1, 1
    x, y = x / np.linalg.norm(x), y / np.linalg.norm(y)
    z = top_singular_triplets(s, x[:, None], y[:, None], [theta])[0][0]
    phi_u, phi_v = np.sum(x**2 * z / (z**2 - s**2)), np.sum(y**2 * z / (z**2 - s**2))
    eta = np.sum(x * y * s / (z**2 - s**2))
    assert (1 - theta * eta) ** 2 == pytest.approx(theta**2 * phi_u * phi_v, rel=1e-8)
    assert abs(1 - theta**2 * phi_u * phi_v) > 0.1
    assert abs((1 + theta * eta) ** 2 - theta**2 * phi_u * phi_v) > 0.1, "the wrong sign"
    assert z == pytest.approx(np.linalg.norm(W + theta * np.outer(U @ x, Vt.T @ y), 2), abs=1e-10)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"left": np.ones((4, 1))}, r"expected \(n, r\) and \(m, r\) with min\(n, m\) = 5 and r = 1"),
        ({"strengths": [0.0]}, "strengths must be positive and finite"),
        ({"strengths": [np.nan]}, "strengths must be positive and finite"),
        ({"singular_values": np.ones(5)}, "singular_values must be distinct"),
        ({"count": 6}, "count must lie between 1 and 5, got 6"),
    ],
)
def test_bad_arguments(change, message):
    arguments = {
        "singular_values": np.arange(1.0, 6),
        "left": np.ones((5, 1)),
        "right": np.ones((7, 1)),
        "strengths": [1.0],
    }
    with pytest.raises(ValueError, match=message):
        top_singular_triplets(**arguments | change)
