"""A low-rank update as factors and a scale: its singular triplets, norms and ranks without the dense product."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True, eq=False)
class LowRank:
    """The update scale B A of an n x m matrix: B n x r and A r x m, as PEFT stores them; scale alpha/r or alpha/sqrt r.

    Raises ValueError for shapes that do not fit and for values that are not finite.
    """

    B: np.ndarray
    A: np.ndarray
    scale: float = 1.0

    def __post_init__(self):
        if self.B.ndim != 2 or self.A.ndim != 2 or self.B.shape[1] != self.A.shape[0]:
            raise ValueError(f"B, A: expected shapes (n, r) and (r, m), got {self.B.shape} and {self.A.shape}")
        for name in ("B", "A", "scale"):
            finite = np.isfinite(getattr(self, name))
            if not np.all(finite):
                raise ValueError(f"{name} has {np.count_nonzero(~finite)} values that are not finite")

    @property
    def shape(self) -> tuple[int, int]:
        return self.B.shape[0], self.A.shape[1]

    @property
    def rank(self) -> int:
        """r, the number of columns of B: the rank of the product is at most this and n and m."""
        return self.B.shape[1]

    @cached_property
    def svd(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Left vectors (n, k), singular values (k,), falling, and right vectors (m, k), k = min(n, m, r), in float64.

        From the thin QR factorisations B = Q_B R_B, A' = Q_A R_A and the singular value decomposition of the core
        scale R_B R_A', r x r, whose singular values are those of the product: O((n + m) r^2) operations.
        """
        Q_B, R_B = np.linalg.qr(np.asarray(self.B, dtype=float, order="F"))
        Q_A, R_A = np.linalg.qr(np.asarray(self.A, dtype=float).T)
        U, s, Vt = np.linalg.svd(self.scale * (R_B @ R_A.T), full_matrices=False)
        return Q_B @ U, s, Q_A @ Vt.T

    @property
    def singular_values(self) -> np.ndarray:
        return self.svd[1]

    def overlaps(self, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """|Cosines| of left (n, p) and right (m, q) singular vectors of W0 with the update's: shapes (p, k), (q, k)."""
        U, _, V = self.svd
        return np.abs(left.T @ U), np.abs(right.T @ V)

    def dense(self) -> np.ndarray:
        """The n x m product."""
        return self.scale * (self.B @ self.A)


def frobenius_norm(singular_values: np.ndarray) -> float:
    """||dW||_F = (sum_i s_i^2)^(1/2)."""
    return float(np.linalg.norm(singular_values))


def operator_norm(singular_values: np.ndarray) -> float:
    """||dW||_2 = max_i s_i, the strength theta of the largest spike."""
    return float(np.max(singular_values))


def stable_rank(singular_values: np.ndarray) -> float:
    """||dW||_F^2 / ||dW||_2^2 = sum_i s_i^2 / max_i s_i^2, between 1 and the rank (Rudelson & Vershynin 2007)."""
    s = np.asarray(singular_values, dtype=float)
    return float(np.sum((s / s.max()) ** 2)) if s.any() else 0.0


def effective_rank(singular_values: np.ndarray) -> float:
    """exp(-sum_i p_i log p_i) with p_i = s_i / sum_j s_j, between 1 and the rank (Roy & Vetterli 2007)."""
    s = np.asarray(singular_values, dtype=float)
    p = s[s > 0] / s.sum()
    return float(np.exp(-np.sum(p * np.log(p)))) if s.any() else 0.0
