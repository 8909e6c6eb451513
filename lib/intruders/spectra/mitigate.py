"""Takes intruders out of a low-rank update, by scaling them, clipping its spikes, or shrinking it; exact factors."""

import numpy as np

from intruders.spectra.detect import detect
from intruders.spectra.krylov import leading_triplets
from intruders.spectra.products import gram_products
from intruders.spectra.report import Report
from intruders.spectra.updates import LowRank

MODES = ("scale", "project", "shrink")
# The sine of the angle between a computed and a true direction that is scaled; above this min(n, m) by Lanczos.
_ANGLE = 1e-7
_SMALL = 512


def mitigated(W0: np.ndarray, update: LowRank, mode: str, factor: float, report: Report | None = None) -> LowRank:
    """The update with its intruders weakened, n x m; `update` itself where there is nothing to do.

    scale    the intruders among the leading triplets (s, u, v) of W = W0 + dW are multiplied by the factor:
             dW + (factor - 1) sum_I s u v', of rank r + |I| (Shuttleworth et al. 2024). What W0 had along them goes
             too: below u'W0v/s the rest is pushed to the other side
    project  the singular values of dW are cut at the factor times visibility, its vectors stay: rank r
    shrink   factor dW: rank r

    `report` is that of `detect`, whose side and eps say what an intruder is; it is computed with its defaults if it is
    not given. Raises ValueError for an unknown mode and a factor outside [0, 2], or of 0 where nothing would be left.
    """
    check_mode(mode, factor)
    if mode == "shrink":
        return update if factor == 1 else LowRank(factor * update.B, update.A, update.scale)
    report = report or detect(W0, update)
    if mode == "project":
        P, strengths, Q = update.svd
        limit = factor * report.visibility
        return update if strengths[0] <= limit else LowRank(P * np.minimum(strengths, limit), Q.T)
    found = np.zeros(report.top_k, dtype=bool)
    for side in report.sides:
        found |= report.intruders(side=side)
    if factor == 1 or not found.any():
        return update
    left, values, right = _leading(W0, update, report.top_k)
    changed = (factor - 1) * values[found]
    return LowRank(
        np.concatenate([update.scale * update.B, left[:, found] * changed], axis=1),
        np.concatenate([update.A, right[found]]),
    )


def check_mode(mode: str, factor: float) -> None:
    """Raises ValueError for what `mitigated` does not know."""
    if mode not in MODES:
        raise ValueError(f"mode must be one of {', '.join(MODES)}, got {mode!r}")
    if not 0 <= factor <= 2:
        raise ValueError(f"lambda must lie between 0 and 2, got {factor}")
    if factor == 0 and mode != "scale":
        raise ValueError(f"lambda 0 with mode {mode!r} leaves nothing of the adapter: the base is what you want")


def factored(update: LowRank, rank: int, scale: float) -> tuple[LowRank, float]:
    """B (n, rank), A (rank, m) and the given scale with the product nearest to the update, and the share of energy cut.

    The energy is ||dW||_F^2; the factors share the singular values evenly, B'B = A A' (Eckart & Young 1936). Columns
    beyond the update's own rank are zero.
    """
    P, strengths, Q = update.svd
    kept = min(rank, len(strengths))
    root = np.sqrt(strengths[:kept] / scale)
    B, A = np.zeros((update.shape[0], rank)), np.zeros((rank, update.shape[1]))
    B[:, :kept], A[:kept] = P[:, :kept] * root, root[:, None] * Q[:, :kept].T
    energy = float(np.sum(strengths**2))
    return LowRank(B, A, scale), float(np.sum(strengths[kept:] ** 2)) / energy if energy else 0.0


def _leading(W0, update, count) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Left (n, count), values and right (count, m) of the leading triplets of W0 + dW, in double precision."""
    W = np.asarray(W0, dtype=float) + update.dense()
    triplets = None
    if min(W.shape) > _SMALL:
        triplets = leading_triplets(lambda X: gram_products(X, W), W, count, _ANGLE)
    if triplets is not None:
        return triplets.left.T, triplets.values, triplets.right
    U, values, Vt = np.linalg.svd(W, full_matrices=False)
    return U[:, :count], values[:count], Vt[:count]
