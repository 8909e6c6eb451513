"""Intruder dimensions of a tuned matrix, by two dense SVDs."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Report:
    """The `top_k` largest singular directions of a tuned matrix, beside all the pre-trained ones.

    base_values    the min(n, m) singular values of W0, descending
    tuned_values   the top_k singular values of W0 + dW, descending
    cosines        "left" and "right" -> |<pre-trained vector i, tuned vector j>|, min(n, m) x top_k
    """

    base_values: np.ndarray
    tuned_values: np.ndarray
    cosines: dict[str, np.ndarray]

    def max_cosine(self, side: str = "left") -> np.ndarray:
        """For each tuned direction, its largest |cosine| with any pre-trained direction of that side."""
        return self.cosines[side].max(axis=0)

    def intruders(self, eps: float = 0.5, side: str = "left") -> np.ndarray:
        """Which tuned directions resemble no pre-trained one: max cosine < eps (Shuttleworth et al. 2024)."""
        return self.max_cosine(side) < eps


def detect(base: np.ndarray, update: np.ndarray, top_k: int = 10) -> Report:
    """Compare the top_k singular vectors of base + update with all min(n, m) of base.

    base, update: n x m, n outputs and m inputs. Raises ValueError where the shapes differ, a value is not finite, or
    top_k is out of range.
    """
    if base.shape != update.shape or base.ndim != 2:
        raise ValueError(f"base and update must be matrices of one shape, got {base.shape} and {update.shape}")
    if not 1 <= top_k <= min(base.shape):
        raise ValueError(f"top_k must be between 1 and {min(base.shape)} for shape {base.shape}, got {top_k}")
    for name, matrix in (("base", base), ("update", update)):
        if not np.isfinite(matrix).all():
            raise ValueError(f"{name} has {np.count_nonzero(~np.isfinite(matrix))} values that are not finite")
    U0, s0, V0t = np.linalg.svd(base, full_matrices=False)
    U, s, Vt = np.linalg.svd(base + update, full_matrices=False)
    cosines = {"left": np.abs(U0.T @ U[:, :top_k]), "right": np.abs(V0t @ Vt[:top_k].T)}
    return Report(s0, s[:top_k], cosines)
