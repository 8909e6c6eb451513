"""Many rank-one updates of one matrix at a time: what each of them does to the leading singular directions, exactly."""

import numpy as np

from intruders.theory.arguments import size

_STEPS = 60


def leading_max_cosines(
    singular_values: np.ndarray, left: np.ndarray, right: np.ndarray, strengths: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values and largest |cosines| of the `count` leading directions of W0 + theta_d u_d v_d', one row for each d.

    singular_values  (N,) of W0, N = min(n, m), distinct
    left, right      (n, D) and (m, D): coordinates of the u_d and v_d in W0's full singular bases, columns of length 1;
                     the rows beyond N belong to directions that W0 does not reach, of which only the norm counts
    strengths        (D,), positive

    Returns values and the largest |cosines| with W0's N left and N right singular vectors, all (D, count).

    `secular.top_singular_triplets` for rank one, all updates and places in step: by Haynsworth's inertia formula
    #{s_i > z} + (negative eigenvalues of S(z)) - 1 singular values lie above z, S = [[-phi_u, k], [k, -phi_v]] with
    k = 1/theta - eta, and bisection finds each. A vector whose value has not moved to rounding is the old one.
    """
    s, theta = np.asarray(singular_values, dtype=float), np.asarray(strengths, dtype=float)[:, None]
    N, wanted = len(s), np.arange(size("count", count))
    P, p = _split(left, N)
    Q, q = _split(right, N)
    low, high = np.zeros((len(theta), count)), np.broadcast_to(s.max() + theta, (len(theta), count))
    for _ in range(_STEPS):
        z = (low + high) / 2
        phi_u, phi_v, corner, _ = _forms(z, s, P, Q, p, q, theta)
        determinant = phi_u * phi_v - corner**2
        negative = np.where(determinant < 0, 1, np.where(phi_u > 0, 2, 0))
        above = np.sum(s > z[..., None], axis=-1) + negative - 1 > wanted
        low, high = np.where(above, z, low), np.where(above, high, z)
    phi_u, phi_v, corner, gaps = _forms(high, s, P, Q, p, q, theta)
    a, b = np.sqrt(np.abs(phi_v)), np.sqrt(np.abs(phi_u)) * np.sign(phi_u * corner)
    sides = (high, a, b, P, Q, p), (high, b, a, Q, P, q)
    return high, *(_largest(s, gaps, *side) for side in sides)


def _split(side, N):
    """Coordinates inside, one row for each update, and the length of what is outside."""
    return np.asarray(side)[:N].T[:, None], np.linalg.norm(np.asarray(side)[N:], axis=0)[:, None]


def _forms(z, s, P, Q, p, q, theta):
    gaps = (z[..., None] - s) * (z[..., None] + s)
    gaps = np.where(gaps == 0, np.finfo(float).tiny, gaps)
    phi_u = z * np.sum(P**2 / gaps, axis=-1) + p**2 / z
    phi_v = z * np.sum(Q**2 / gaps, axis=-1) + q**2 / z
    return phi_u, phi_v, 1 / theta - np.sum(P * Q * s / gaps, axis=-1), gaps


def _largest(s, gaps, z, a, b, P, Q, p):
    vector = (z[..., None] * P * a[..., None] + s * Q * b[..., None]) / gaps
    outside = p * a / z
    scale = np.abs(vector).max(axis=-1)
    length = np.sqrt(np.sum((vector / scale[..., None]) ** 2, axis=-1) + (outside / scale) ** 2)
    return 1 / length
