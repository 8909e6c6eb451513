"""What a run did to one weight matrix, in numbers: sizes, directions, and what three predictors make of its spikes."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import kstest

from intruders.spectra.basis import Basis
from intruders.spectra.detect import detect
from intruders.spectra.updates import LowRank, effective_rank, stable_rank
from intruders.theory.bbp import singular_values_above, strength_at, threshold
from intruders.theory.ensembles import haar_frame
from intruders.theory.laws import Empirical

TOP_K = 10
# Spikes that are kept, those whose vectors are compared with W0's, and those of a dense change that are predicted from.
_SPIKES, _STRONGEST = 16, 4
# The exact secular equation is to place every singular value so well.
_EXACT = 1e-8


@dataclass(frozen=True, eq=False)
class Directions:
    """An update in the singular bases of W0, each completed: P (n, r), strengths (r,) falling, Q (m, r)."""

    P: np.ndarray
    strengths: np.ndarray
    Q: np.ndarray


def describe(basis: Basis) -> dict:
    """A row for one pre-trained matrix: what its spectrum alone says before any tuning.

    values       its singular values, falling; edge is that of their bulk (`Empirical`), outliers how many are beyond
    detachment   the strength at which an independent spike leaves the bulk
    visibility   the strength whose outlier reaches the tenth value
    distance     largest difference between the distribution functions of the bulk and of the values inside it
    """
    bulk = Empirical(basis.values, (len(basis.U), basis.Vt.shape[1]))
    inside = np.sort(basis.values)[: len(basis.values) - len(bulk.outliers)]
    return {
        "n": len(basis.U),
        "m": basis.Vt.shape[1],
        "values": basis.values,
        "edge": bulk.support[1],
        "outliers": len(bulk.outliers),
        "detachment": threshold(bulk),
        "visibility": strength_at(float(basis.values[TOP_K - 1]), bulk),
        "distance": float(kstest(inside, bulk.cdf).statistic),
    }


def compare(basis: Basis, update: np.ndarray, rank: int | None, rng: np.random.Generator) -> dict:
    """A row for one weight matrix: its decomposition, in double precision, and its change, of `rank` if that is small.

    With s_i, u_i, v_i the triplets of W0 and x_j those of W = W0 + dW, j up to 10, each list falling in s or x:

    frobenius, stable_rank, effective_rank   of dW, as in `intruders.spectra.updates`
    spikes           its 16 largest singular values
    tuned            the x_j; energy is ||W||_F^2
    left_cosines     the largest |cosine| of the j-th left vector of W with a left vector of W0; left_partners has whose
    left_angles      cosines of the principal angles between the leading 10 left vectors of W0 and of W
    left_overlap     share of ||dW||_F^2 inside the span of the leading 10 left vectors of W0
    left_alignment   squared length, in that span, of the left vectors of the 4 strongest spikes
    bilinear         u' W0 v of these spikes
    exact            how many of the x_j the secular equation of the update places within 1e-8: of low-rank updates
    random_tuned, random_left, random_right      x_j and cosines when the spikes have independent Haar vectors instead
    aligned_tuned, aligned_left, aligned_right   the same when the components along the leading 10 vectors of W0 are as
                     they are, and only the rest is Haar

    and the same for right. What a low-rank change has beyond its rank is the rounding of the merged weights, and is cut
    off. Spikes beyond the 16th of a dense change are left out of the last six. `rng` draws those.
    """
    N, k = len(basis.values), min(TOP_K, len(basis.values))
    P, strengths, Qt = np.linalg.svd(update.astype(float), full_matrices=False)
    strengths[rank or N :] = 0
    update = (P * strengths) @ Qt
    U, tuned, Vt = np.linalg.svd((basis.U * basis.values) @ basis.Vt + update, full_matrices=False)
    left, right = basis.U.T @ U[:, :k], basis.Vt @ Vt[:k].T
    total = float(np.linalg.norm(strengths))
    first = slice(rank or _SPIKES)
    positive = np.maximum(strengths[first], np.finfo(float).tiny)
    low = Directions(_coordinates(basis.U, P[:, first]), positive, _coordinates(basis.Vt.T, Qt[first].T))
    strongest = slice(_STRONGEST)
    row = {
        "n": update.shape[0],
        "m": update.shape[1],
        "frobenius": total,
        "stable_rank": stable_rank(strengths[: rank or N]),
        "effective_rank": effective_rank(strengths[: rank or N]),
        "spikes": strengths[: min(rank or _SPIKES, _SPIKES)],
        "tuned": tuned[:k],
        "energy": float(np.sum(tuned**2)),
        "bilinear": np.einsum("ij,i,ij->j", low.P[:N, strongest], basis.values, low.Q[:N, strongest]),
        "exact": _placed(basis.values, low, tuned[:k]) if rank else None,
    }
    for side, cosines, D in (("left", left, low.P), ("right", right, low.Q)):
        vectors = basis.U[:, :k].T @ update if side == "left" else basis.Vt[:k] @ update.T
        row |= {
            f"{side}_cosines": np.abs(cosines).max(axis=0),
            f"{side}_partners": np.abs(cosines).argmax(axis=0),
            f"{side}_angles": np.clip(np.linalg.svd(cosines[:k], compute_uv=False), 0, 1),
            f"{side}_overlap": float(np.sum(vectors**2)) / total**2 if total else None,
            f"{side}_alignment": np.sum(D[:k, strongest] ** 2, axis=0),
        }
    for word, known in (("random", 0), ("aligned", k)):
        model = Directions(_redrawn(low.P, known, rng), low.strengths, _redrawn(low.Q, known, rng))
        values, cosines = _outcome(basis.values, model, k)
        row |= {f"{word}_tuned": values} | {f"{word}_{side}": found for side, found in cosines.items()}
    return row


def _coordinates(frame, X) -> np.ndarray:
    """(n, r) coordinates of the columns X in an orthonormal basis of R^n that begins with the columns of `frame`."""
    inside = frame.T @ X
    rest = np.zeros((len(frame) - frame.shape[1], X.shape[1]))
    if len(rest):
        R = np.linalg.qr(X - frame @ inside, mode="r")
        rest[: len(R)] = R[: len(rest)]
    return np.concatenate([inside, rest])


def _redrawn(D, known: int, rng) -> np.ndarray:
    """Columns as orthonormal as those of D that agree in the first `known` rows and are Haar below them."""
    missing, E = np.linalg.eigh(np.eye(D.shape[1]) - D[:known].T @ D[:known])
    root = (E * np.sqrt(np.maximum(missing, 0))) @ E.T
    return np.concatenate([D[:known], haar_frame(len(D) - known, D.shape[1], rng) @ root])


def _outcome(values, low: Directions, k: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The k largest singular values of diag(values) + P diag(strengths) Q', and the largest |cosines| of each side."""
    n, m, N = len(low.P), len(low.Q), len(values)
    identity = Basis(np.eye(n, N), values, np.eye(N, m))
    update = LowRank(low.P * low.strengths, low.Q.T)
    report = detect(np.broadcast_to(0.0, (n, m)), update, k, side="both", route="basis", basis=identity)
    return report.tuned_values, {side: report.max_cosine(side) for side in report.sides}


def _placed(values, low: Directions, tuned) -> int:
    """How many singular values the secular equation has just below and no more just above."""
    inside = [
        singular_values_above(x * (1 - _EXACT), values, low.P, low.Q, low.strengths) > j
        and singular_values_above(x * (1 + _EXACT), values, low.P, low.Q, low.strengths) <= j
        for j, x in enumerate(tuned)
    ]
    return sum(inside)
