"""How many directions an update uses, from its singular values. A zero update uses none."""

import numpy as np


def stable_rank(singular_values: np.ndarray) -> float:
    """||dW||_F^2 / ||dW||_2^2 = sum_i s_i^2 / max_i s_i^2, between 1 and the rank (Rudelson & Vershynin 2007)."""
    s = np.asarray(singular_values, dtype=float)
    return float(np.sum((s / s.max()) ** 2)) if s.any() else 0.0


def effective_rank(singular_values: np.ndarray) -> float:
    """exp(-sum_i p_i log p_i) with p_i = s_i / sum_j s_j, between 1 and the rank (Roy & Vetterli 2007)."""
    s = np.asarray(singular_values, dtype=float)
    p = s[s > 0] / s.sum()
    return float(np.exp(-np.sum(p * np.log(p)))) if s.any() else 0.0
