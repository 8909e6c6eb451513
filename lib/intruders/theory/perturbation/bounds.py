"""Guarantees that hold for every perturbation: Weyl, Davis-Kahan, Wedin, and the test whether they say anything.

`norm` is always the operator norm ‖E‖ of the perturbation, in the units of the matrix; angles enter by their sines.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Applicability:
    """Whether perturbation theory applies: the gap of a level, or of a cluster of levels, against the norm of E.

    If ‖E‖ < gap/2 then no level of W + E can come from elsewhere (Weyl), the power series in E converges (Kato, chapter
    II §3.5), and Davis-Kahan bounds the angle by less than 90 degrees. If not, nothing is guaranteed.
    """

    gap: float
    norm: float
    size: int  # levels in the cluster

    @property
    def ratio(self) -> float:
        """‖E‖/gap."""
        return self.norm / self.gap if self.gap > 0 else np.inf

    @property
    def applies(self) -> bool:
        """‖E‖/gap < 1/2."""
        return self.ratio < 0.5


def check_eigenvalue(eigenvalues: np.ndarray, norm: float, chosen: int | range) -> Applicability:
    """Applicability to the eigenvalue number `chosen` of a Hermitian matrix, or to the cluster of a range of them.

    gap = distance from the chosen eigenvalues to the nearest other one; infinite where there is no other. Numbers
    count from 0 in falling order. Raises ValueError for a negative norm, NaN, or numbers that do not exist.
    """
    levels = _falling("eigenvalues", eigenvalues)
    inside = _chosen(chosen, len(levels))
    distances = np.abs(levels[inside][:, None] - levels[~inside])
    return Applicability(float(np.min(distances, initial=np.inf)), _norm(norm), int(inside.sum()))


def check_singular_value(singular_values: np.ndarray, norm: float, chosen: int | range) -> Applicability:
    """Applicability to the singular value number `chosen`, or to the cluster of a range of them.

    gap = distance from the chosen singular values to the nearest other one and to 0: in the dilation, whose
    eigenvalues are ±s_j and |n − m| zeros, no other level is closer. Raises as `check_eigenvalue`.
    """
    levels = _falling("singular_values", singular_values)
    if levels[-1] < 0:
        raise ValueError(f"singular_values must not be negative, got {levels[-1]}")
    inside = _chosen(chosen, len(levels))
    distances = np.abs(levels[inside][:, None] - levels[~inside])
    gap = min(np.min(distances, initial=np.inf), levels[inside].min())
    return Applicability(float(gap), _norm(norm), int(inside.sum()))


def weyl(E: np.ndarray) -> float:
    """Bound on every |λ_k(A + E) − λ_k(A)|, A and E Hermitian, and on every |s_k(W + E) − s_k(W)|: ‖E‖ (Weyl 1912)."""
    return float(np.linalg.norm(E, 2))


def davis_kahan(check: Applicability) -> float:
    """Bound on sin of the largest angle between the chosen eigenspace of A and that of A + E, Hermitian.

    ‖sin Θ‖ ≤ ‖E‖/(gap − ‖E‖) where ‖E‖ < gap/2; 1 elsewhere, and then it says nothing. It is the sin Θ theorem of
    Davis & Kahan (1970, §2) in the operator norm, ‖sin Θ‖ ≤ ‖E‖/δ with δ the distance from the chosen eigenvalues of A
    to the others of A + E; by Weyl δ ≥ gap − ‖E‖. It is at most 2‖E‖/gap, the form of Yu, Wang & Samworth (2015).
    """
    return check.norm / (check.gap - check.norm) if check.applies else 1.0


def wedin(check: Applicability) -> float:
    """Bound on √(‖sin Θ_u‖_F² + ‖sin Θ_v‖_F²), the chosen left and right singular spaces of W against those of W + E.

    √(2d) ‖E‖/(gap − ‖E‖) for d chosen values where ‖E‖ < gap/2; √(2d) elsewhere, and then it says nothing. It is the
    theorem of Wedin (1972) in the Frobenius norm (Stewart & Sun 1990, V.4.1),
    ‖sin Θ_u‖_F² + ‖sin Θ_v‖_F² ≤ (‖E'U_d‖_F² + ‖E V_d‖_F²)/δ², δ the distance from the chosen singular values of W to
    the other ones of W + E and to 0; by Weyl δ ≥ gap − ‖E‖. `check` comes from `check_singular_value`.
    """
    return np.sqrt(2 * check.size) * davis_kahan(check)


def _falling(name: str, levels) -> np.ndarray:
    levels = np.asarray(levels, dtype=float)
    if levels.ndim != 1 or not len(levels) or not np.all(np.isfinite(levels)):
        raise ValueError(f"{name} must be finite numbers in one dimension, got shape {levels.shape}")
    return np.sort(levels)[::-1]


def _chosen(chosen: int | range, size: int) -> np.ndarray:
    numbers = np.atleast_1d(chosen)
    if not len(numbers) or numbers.min() < 0 or numbers.max() >= size or np.any(np.diff(numbers) != 1):
        raise ValueError(f"chosen must be successive numbers from 0 to {size - 1}, got {chosen}")
    return np.isin(np.arange(size), numbers)


def _norm(norm: float) -> float:
    if not 0 <= norm < np.inf:
        raise ValueError(f"norm must be finite and not negative, got {norm}")
    return float(norm)
