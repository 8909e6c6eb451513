"""Many rank-one updates of one matrix in step: what each of them does to the leading singular directions, exactly."""

import numpy as np

from intruders.theory.arguments import size

_STEPS = 60


def leading_cosines(
    singular_values: np.ndarray, left: np.ndarray, right: np.ndarray, strengths: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The `count` leading directions of W0 + theta_d u_d v_d' for many d, and their cosines with those of W0.

    singular_values  (N,) of W0, distinct, N = min(n, m)
    left, right      (n, D) and (m, D): coordinates of the u_d and v_d in W0's full singular bases, columns of length 1;
                     the rows beyond N belong to directions that W0 does not reach
    strengths        (D,), positive

    Returns the new singular values (D, count), falling, and the cosines of their left and of their right vectors with
    W0's N left and N right ones, (D, count, N). As `secular.top_singular_triplets` for rank one: with
    S = [[-phi_u, k], [k, -phi_v]] and k = 1/theta - eta, #{s_i > z} + (negative eigenvalues of S) - 1 new values lie
    above z. A value is bisected to rounding, and its vectors are accurate to rounding over its relative distance from
    the nearest old value. Raises ValueError for shapes that do not fit.
    """
    size("count", count)
    s, P, Q, theta = (np.asarray(a, dtype=float) for a in (singular_values, left, right, strengths))
    N, D = len(s), len(theta)
    if P.ndim != 2 or Q.ndim != 2 or min(len(P), len(Q)) != N or P.shape[1:] != (D,) or Q.shape[1:] != (D,):
        raise ValueError(f"left, right: expected (n, {D}) and (m, {D}), min(n, m) = {N}, got {P.shape} and {Q.shape}")
    updates = _Updates(s, P, Q, theta[:, None])
    low, high = np.zeros((D, count)), np.repeat(s.max() + theta[:, None], count, axis=1)
    for _ in range(_STEPS):
        z = (low + high) / 2
        above = updates.above(z) > np.arange(count)
        low, high = np.where(above, z, low), np.where(above, high, z)
    return high, *updates.vectors(high)


class _Updates:
    def __init__(self, s, P, Q, theta):
        N = len(s)
        self.s, self.theta, self.P, self.Q = s, theta, P[:N].T[:, None], Q[:N].T[:, None]
        self.p, self.q = (np.sum(side[N:] ** 2, axis=0)[:, None] for side in (P, Q))
        self.products = np.stack([P[:N] ** 2, Q[:N] ** 2, s[:, None] * P[:N] * Q[:N]], axis=-1).transpose(1, 0, 2)

    def above(self, z):
        phi_u, phi_v, k, _ = self._secular(z)
        negative = np.where(phi_u * phi_v < k**2, 1, np.where(phi_u > 0, 2, 0))
        return np.sum(self.s > z[..., None], axis=-1) + negative - 1

    def vectors(self, z):
        """At a root S has the null vector (sqrt |phi_v|, +- sqrt |phi_u|)."""
        phi_u, phi_v, k, inverse = self._secular(z)
        a, b = np.sqrt(np.abs(phi_v)), np.sqrt(np.abs(phi_u)) * np.sign(phi_u * k)
        z, a, b = z[..., None], a[..., None], b[..., None]
        left = _unit((z * self.P * a + self.s * self.Q * b) * inverse, self.p[..., None] * (a / z) ** 2)
        right = _unit((z * self.Q * b + self.s * self.P * a) * inverse, self.q[..., None] * (b / z) ** 2)
        return left, right

    def _secular(self, z):
        gaps = (z[..., None] - self.s) * (z[..., None] + self.s)
        inverse = 1 / np.where(gaps == 0, np.finfo(float).tiny, gaps)
        forms = inverse @ self.products
        phi_u, phi_v = z * forms[..., 0] + self.p / z, z * forms[..., 1] + self.q / z
        return phi_u, phi_v, 1 / self.theta - forms[..., 2], inverse


def _unit(inside, outside):
    """The rows divided by the length of the whole vector, of which the squared length outside is given."""
    scale = np.abs(inside).max(axis=-1, keepdims=True)
    length = np.sum((inside / scale) ** 2, axis=-1, keepdims=True) + outside / scale**2
    return inside / scale / np.sqrt(length)
