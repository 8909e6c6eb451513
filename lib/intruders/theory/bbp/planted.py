"""Spikes that the bulk already has: how well an outlier of the updated matrix is recognised by those of the old one."""

from dataclasses import dataclass

import numpy as np

from intruders.theory.bbp.prediction import Prediction, predict
from intruders.theory.laws import SingularValues
from intruders.theory.transforms import derivative


@dataclass(frozen=True, eq=False)
class Spikes:
    """A low-rank matrix P diag(strengths) Q' with orthonormal columns: what is added to a bulk.

    strengths (r,), falling and positive; left (n, r) and right (m, r). Raises ValueError for anything else.
    """

    strengths: np.ndarray
    left: np.ndarray
    right: np.ndarray

    def __post_init__(self):
        theta, r = self.strengths, len(self.strengths)
        if not (np.all(np.diff(theta) <= 0) and np.all((theta > 0) & np.isfinite(theta))):
            raise ValueError(f"strengths must be positive, finite and falling, got {theta}")
        if self.left.shape[1:] != (r,) or self.right.shape[1:] != (r,):
            raise ValueError(f"left, right: expected {r} columns, got shapes {self.left.shape} and {self.right.shape}")

    @classmethod
    def of(cls, *factors: tuple[np.ndarray, np.ndarray]) -> "Spikes":
        """The spikes of a sum of products B A, B n x r and A r x m, from cores of the size of the summed ranks.

        The singular values of the sum, not the norms of its columns, are what a bulk feels; those at rounding level are
        dropped. Raises ValueError for shapes that do not fit.
        """
        for B, A in factors:
            if B.ndim != 2 or A.ndim != 2 or B.shape[1] != A.shape[0]:
                raise ValueError(f"factors: expected (n, r) and (r, m), got {B.shape} and {A.shape}")
        Q_left, R_left = np.linalg.qr(np.hstack([B for B, _ in factors]))
        Q_right, R_right = np.linalg.qr(np.vstack([A for _, A in factors]).T)
        U, s, Vt = np.linalg.svd(R_left @ R_right.T)
        kept = s > 1e-12 * s[0]
        s, U, V = s[kept], U[:, : len(s)][:, kept], Vt[: len(s)][kept].T
        return cls(s, Q_left @ U, Q_right @ V)

    def factors(self) -> tuple[np.ndarray, np.ndarray]:
        """B and A with B A = P diag(strengths) Q'."""
        return self.left * self.strengths, self.right.T


def outliers(spikes: Spikes, bulk: SingularValues) -> list[Prediction]:
    """One prediction for every spike that leaves the bulk, the outermost first.

    For fixed rank the spikes act one by one, also when their strengths are equal (Benaych-Georges & Nadakuditi 2012,
    Theorem 2.8); their vectors mix where two strengths are closer than about n^(-1/2).
    """
    predictions = [predict(strength, bulk) for strength in spikes.strengths]
    return [prediction for prediction in predictions if prediction.exists]


def outlier_cosines(old: Spikes, new: Spikes, bulk: SingularValues) -> tuple[np.ndarray, np.ndarray]:
    """|Cosines| between the outliers of bulk + old (rows) and bulk + new (columns), left and right, as n -> infinity.

    Both matrices contain the same noise, and `new` is old + update: `Spikes.of(old.factors(), (B, A))`. With spikes
    (t_i, p_i, q_i) and (t_j, p_j, q_j), outliers at z_i and z_j, and G_u(z) = phi_1/z, G_v(z) = phi_2/z,

        left   t_i t_j | o_Ri o_Rj z_i z_j p_i.p_j H_u + o_Li o_Lj q_i.q_j (z_i^2 H_v - G_v(z_j)) |
        right  t_i t_j | o_Li o_Lj z_i z_j q_i.q_j H_v + o_Ri o_Rj p_i.p_j (z_i^2 H_u - G_u(z_j)) |

    where H(z_i, z_j) = -(G(z_i) - G(z_j))/(z_i^2 - z_j^2) is the trace of a product of two resolvents, and o^2 are
    the overlaps. It fails where a new strength lies within about n^(-1/2) of another one: those vectors mix.
    """
    before, after = outliers(old, bulk), outliers(new, bulk)
    shape = len(before), len(after)
    left, right = np.empty(shape), np.empty(shape)
    p, q = old.left.T @ new.left, old.right.T @ new.right
    for i, j in np.ndindex(shape):
        first, second = before[i], after[j]
        zi, zj = first.position, second.position
        (Gu, Hu), (Gv, Hv) = (_products(bulk, side, zi, zj) for side in (0, 1))
        L = np.sqrt(first.left_overlap * second.left_overlap)
        R = np.sqrt(first.right_overlap * second.right_overlap)
        scale = first.theta * second.theta
        left[i, j] = scale * abs(R * zi * zj * p[i, j] * Hu + L * q[i, j] * (zi**2 * Hv - Gv))
        right[i, j] = scale * abs(L * zi * zj * q[i, j] * Hv + R * p[i, j] * (zi**2 * Hu - Gu))
    return left, right


def _products(bulk: SingularValues, side: int, zi: float, zj: float) -> tuple[float, float]:
    """G(z_j) and H(z_i, z_j) of one side; next to z_i = z_j the difference quotient of G in z^2 is its derivative."""

    def G(z):
        return np.real_if_close(bulk.traces(z)[side] / z)

    if abs(zi - zj) > 1e-4 * (zj - bulk.support[1]):
        return float(G(zj)), float(-(G(zi) - G(zj)) / (zi**2 - zj**2))
    middle = (zi + zj) / 2
    slope = derivative(lambda w: bulk.traces(w)[side] / w, middle, (middle - bulk.support[1]) / 2).real
    return float(G(zj)), -slope / (2 * middle)
