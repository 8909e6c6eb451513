"""The dense route: two singular value decompositions in double precision. The oracle of the others."""

import numpy as np

from intruders.spectra.report import Answer, compare
from intruders.spectra.updates import LowRank


def dense(base: np.ndarray, update: np.ndarray | LowRank, top_k: int, sides: tuple[str, ...]) -> Answer:
    """All singular values and vectors of W0 and of W = W0 + dW, and all their cosines."""
    dtype = base.dtype
    base = np.asarray(base, dtype=float)
    U0, old, V0t = np.linalg.svd(base, full_matrices=False)
    U, new, Vt = np.linalg.svd(base + (update.dense() if isinstance(update, LowRank) else update), full_matrices=False)
    cosines = {"left": lambda: U0.T @ U, "right": lambda: V0t @ Vt.T}
    found = {side: compare(cosines[side](), old, new, top_k, base.shape, dtype) for side in sides}
    return Answer(old, new[:top_k], float(np.sum(new**2)), found)
