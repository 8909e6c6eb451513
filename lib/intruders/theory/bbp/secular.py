"""Low-rank updates at finite size, exactly: no limit, no independence, and no dense singular value decomposition."""

import numpy as np


def top_singular_triplets(
    singular_values: np.ndarray, left: np.ndarray, right: np.ndarray, strengths: np.ndarray, count: int = 1
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The `count` largest singular values of W0 + P diag(strengths) Q' and their vectors in the basis of W0's own.

    singular_values  (min(n, m),) of W0, in any order
    left, right      (n, r) and (m, r): the coordinates of P and Q in W0's full left and right singular bases, in the
                     same order; the rows beyond min(n, m) belong to directions that W0 does not reach
    strengths        (r,), positive

    Returns values (count,), falling, and the cosines U' U_new (n, count) and V' V_new (m, count), columns of length 1.

    With phi_u = P' z (z^2 - W0 W0')^-1 P, phi_v = Q' z (z^2 - W0' W0)^-1 Q and eta = P' W0 (z^2 - W0' W0)^-1 Q, the
    2r x 2r matrix S(z) = [[-phi_u, Theta^-1 - eta], [(Theta^-1 - eta)', -phi_v]] is singular exactly at the new
    singular values (Benaych-Georges & Nadakuditi 2012, Lemma 4.1, which holds for any P and Q); for r = 1 that is
    (1 - theta eta)^2 = theta^2 phi_u phi_v. By Haynsworth's inertia formula, #{s_i > z} + (negative eigenvalues of S)
    - r of them lie above z, so bisection finds each to rounding in O((n + m) r^2) operations a step, and then its
    distance from the nearest old value to rounding, which the vectors need. What is orthogonal to P and Q stays.

    Raises ValueError for shapes that do not fit, repeated singular values, and strengths that are not positive.
    """
    s, P, Q, theta = (np.asarray(a, dtype=float) for a in (singular_values, left, right, strengths))
    n, m, N = len(P), len(Q), len(s)
    if min(n, m) != N or P.shape != (n, len(theta)) or Q.shape != (m, len(theta)):
        raise ValueError(
            f"left, right: expected (n, r) and (m, r) with min(n, m) = {N} and r = {len(theta)}, "
            f"got {P.shape} and {Q.shape}"
        )
    if not np.all((theta > 0) & np.isfinite(theta)):
        raise ValueError(f"strengths must be positive and finite, got {theta}")
    if not 1 <= count <= N:
        raise ValueError(f"count must lie between 1 and {N}, got {count}")
    if len(np.unique(s)) < N:
        raise ValueError("singular_values must be distinct")
    update = _Update(s, P, Q, theta)
    triplets = [update.triplet(index) for index in range(count)]
    values, lefts, rights = zip(*triplets, strict=True)
    return np.array(values), np.column_stack(lefts), np.column_stack(rights)


def singular_values_above(
    z: float, singular_values: np.ndarray, left: np.ndarray, right: np.ndarray, strengths: np.ndarray
) -> int:
    """How many singular values of W0 + P diag(strengths) Q' are above z > 0, by the inertia of S(z) above.

    The arguments are those of `top_singular_triplets`; z must be none of the old singular values.
    """
    return int(_Update(np.asarray(singular_values, dtype=float), left, right, strengths)._above(0.0, z))


class _Update:
    def __init__(self, s, P, Q, theta):
        self.s, self.N = s, len(s)
        self.P, self.Q = (np.where(np.abs(side) < 8 * np.finfo(float).eps, 0, side) for side in (P, Q))
        self.inverse = np.diag(1 / theta)
        self.floor, self.ceiling = 0.0, s.max() + theta.sum() * np.linalg.norm(P, 2) * np.linalg.norm(Q, 2)

    def triplet(self, index: int):
        position = self._bisect(0.0, self.floor, self.ceiling, index)
        nearest = np.argmin(np.abs(self.s - position))
        origin = self.s[nearest]
        margin = 8 * np.spacing(position)
        offset = self._bisect(origin, position - origin - margin, position - origin + margin, index)
        if abs(offset) < np.spacing(margin) and not self.P[nearest].any() and not self.Q[nearest].any():
            return origin, np.eye(1, len(self.P), nearest)[0], np.eye(1, len(self.Q), nearest)[0]
        return origin + offset, *self._vectors(origin, offset)

    def _bisect(self, origin: float, low: float, high: float, index: int) -> float:
        """The offset from `origin` of the new singular value that has `index` others above it."""
        for _ in range(70):
            middle = (low + high) / 2
            if middle in (low, high):
                break
            if self._above(origin, middle) > index:
                low = middle
            else:
                high = middle
        return high

    def _above(self, origin: float, offset: float) -> int:
        negative = np.sum(np.linalg.eigvalsh(self._secular(origin, offset)) < 0)
        return np.sum(self.s - origin > offset) + negative - len(self.inverse)

    def _secular(self, origin: float, offset: float) -> np.ndarray:
        z = origin + offset
        gaps = self._gaps(origin, offset)
        P, Q, N = self.P, self.Q, self.N
        phi_u = P[:N].T @ (P[:N] * (z / gaps)[:, None]) + P[N:].T @ P[N:] / z
        phi_v = Q[:N].T @ (Q[:N] * (z / gaps)[:, None]) + Q[N:].T @ Q[N:] / z
        corner = self.inverse - P[:N].T @ (Q[:N] * (self.s / gaps)[:, None])
        return np.block([[-phi_u, corner], [corner.T, -phi_v]])

    def _gaps(self, origin: float, offset: float) -> np.ndarray:
        """z^2 - s_i^2 at z = origin + offset, without cancellation next to the origin."""
        gaps = ((origin - self.s) + offset) * (origin + self.s + offset)
        return np.where(gaps == 0, np.finfo(float).tiny, gaps)

    def _vectors(self, origin: float, offset: float) -> tuple[np.ndarray, np.ndarray]:
        z, gaps, N = origin + offset, self._gaps(origin, offset), self.N
        eigenvalues, eigenvectors = np.linalg.eigh(self._secular(origin, offset))
        a, b = np.split(eigenvectors[:, np.argmin(np.abs(eigenvalues))], 2)
        left, right = self.P @ a, self.Q @ b
        left, right = (
            np.concatenate([(z * left[:N] + self.s * right[:N]) / gaps, left[N:] / z]),
            np.concatenate([(z * right[:N] + self.s * left[:N]) / gaps, right[N:] / z]),
        )
        return left / np.linalg.norm(left), right / np.linalg.norm(right)
