"""Intruder dimensions of a tuned matrix: one report by three routes."""

import numpy as np

from intruders.spectra.basis import Basis, by_basis
from intruders.spectra.dense import dense
from intruders.spectra.finite import count_not_finite
from intruders.spectra.krylov import leading_triplets
from intruders.spectra.matrix_free import matrix_free
from intruders.spectra.products import gram_products
from intruders.spectra.report import Report
from intruders.spectra.settings import SIDES, checked
from intruders.spectra.updates import LowRank

# Below this min(n, m) two dense decompositions are as fast as Lanczos.
_SMALL = 200


def detect(
    base: np.ndarray,
    update: np.ndarray | LowRank,
    top_k: int = 10,
    eps: float = 0.5,
    side: str = "left",
    route: str = "auto",
    basis: Basis | None = None,
) -> Report:
    """Compare the top_k singular directions of W = W0 + dW with all min(n, m) of W0, and find the intruders.

    base    W0, n x m: n outputs and m inputs
    update  dW as `LowRank` factors, or the dense n x m change of full fine-tuning
    eps     a direction is an intruder if its largest |cosine| is below (Shuttleworth et al. 2024: top_k 10, eps 0.5)
    side    "left", "right" or "both" sides' singular vectors
    route   dense        two singular value decompositions in double precision: O(n m min(n, m)), the oracle
            basis        low-rank updates, W0's decomposition at hand (`basis`, or computed here): exact, the cost of
                         reading it once
            matrix-free  W0 read some thirty times; an interval for each cosine, none of which contains eps
            auto         basis if there is one, dense for small matrices, matrix-free for others
            What the basis and the matrix-free route leave open, nearly equal singular values above all, is handed
            to the dense route, and the report says so.

    float16 is taken as float32; single precision is kept by the basis and the matrix-free route. Raises ValueError for
    shapes that do not fit, values that are not finite, and arguments out of range.
    """
    base, update = _checked(base, update, top_k, eps, side, route, basis)
    sides = SIDES if side == "both" else (side,)
    dense_change = not isinstance(update, LowRank)
    chosen = route
    if route == "auto":
        small = min(base.shape) < max(_SMALL, 4 * top_k)
        chosen = "basis" if basis is not None and not dense_change else "dense" if small else "matrix-free"
    answer = None
    if chosen == "basis":
        answer = by_basis(basis or Basis.of(base), update, top_k, sides)
    elif chosen == "matrix-free":
        answer = matrix_free(base, update, top_k, eps, sides)
    answered = chosen if answer else "dense"
    return Report(
        shape=base.shape,
        rank=None if dense_change else update.rank,
        top_k=top_k,
        eps=eps,
        route=answered,
        handed_over=answered != chosen,
        strengths=_strengths(update, top_k),
        answer=answer or dense(base, update, top_k, sides),
    )


def _checked(base, update, top_k, eps, side, route, basis):
    base = np.asarray(base)
    if basis is None:
        base = _real(base, "base")
    if base.ndim != 2:
        raise ValueError(f"base must be a matrix, got shape {base.shape}")
    if isinstance(update, LowRank):
        update = LowRank(_floating(update.B, "update.B"), _floating(update.A, "update.A"), update.scale)
    else:
        update = _real(np.asarray(update), "update")
    if base.shape != update.shape:
        raise ValueError(f"base and update must be matrices of one shape, got {base.shape} and {update.shape}")
    if not 1 <= top_k <= min(base.shape):
        raise ValueError(f"top_k must be between 1 and {min(base.shape)} for shape {base.shape}, got {top_k}")
    checked(int(top_k), eps, side, route)
    if route == "basis" and not isinstance(update, LowRank):
        raise ValueError("route 'basis' needs a LowRank update; a dense change takes 'dense' or 'matrix-free'")
    if basis is not None and (len(basis.U), basis.Vt.shape[1]) != base.shape:
        raise ValueError(f"basis is for shape {(len(basis.U), basis.Vt.shape[1])}, base has shape {base.shape}")
    return base, update


def _floating(matrix: np.ndarray, name: str) -> np.ndarray:
    """In single or double precision."""
    if matrix.dtype in (np.float32, np.float64):
        return matrix
    if not np.can_cast(matrix.dtype, np.float64):
        raise ValueError(f"{name} must hold real numbers, got {matrix.dtype}")
    return matrix.astype(np.float32 if matrix.dtype.itemsize <= 2 else np.float64)


def _real(matrix: np.ndarray, name: str) -> np.ndarray:
    """In single or double precision and finite."""
    matrix = _floating(matrix, name)
    bad = count_not_finite(matrix)
    if bad:
        raise ValueError(f"{name} has {bad} values that are not finite")
    return matrix


def _strengths(update, top_k) -> np.ndarray:
    """Singular values of the update: those of the core, or the top_k of a dense change, by Lanczos if it converges."""
    if isinstance(update, LowRank):
        return update.singular_values
    triplets = leading_triplets(lambda X: gram_products(X, update), update, top_k, angle=1.0)
    if triplets is None:
        return np.linalg.svd(update.astype(float), compute_uv=False)[:top_k]
    return triplets.values.astype(float)
