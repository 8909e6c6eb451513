"""Rayleigh-Schrödinger series of an eigenpair of A + εB and of a singular triplet of W + εE, to second order.

Eigenvalues and singular values are in falling order and counted from 0. Kato, Perturbation Theory for Linear Operators,
chapter II; Stewart & Sun, Matrix Perturbation Theory, 1990.
"""

from dataclasses import dataclass

import numpy as np

_SIMPLE = 1e-10  # of the norm: levels closer than that are one level


@dataclass(frozen=True)
class Eigenpair:
    """Terms of order 1, ε, ε² of an eigenvalue, `values` of shape (3,), and of its vector, `vectors` (3, n)."""

    values: np.ndarray
    vectors: np.ndarray

    def at(self, eps: float) -> tuple[float, np.ndarray]:
        """The truncated series: eigenvalue and eigenvector of A + eps B, both up to O(eps³)."""
        powers = eps ** np.arange(3)
        return float(powers @ self.values), powers @ self.vectors


@dataclass(frozen=True)
class SingularTriplet:
    """Terms of order 1, ε, ε² of a singular value, `values`, and 1, ε of its vectors, `left` (2, n), `right` (2, m)."""

    values: np.ndarray
    left: np.ndarray
    right: np.ndarray

    def at(self, eps: float) -> tuple[float, np.ndarray, np.ndarray]:
        """s up to O(eps³), and u, v up to O(eps²), of W + eps E."""
        powers = eps ** np.arange(3)
        return float(powers @ self.values), powers[:2] @ self.left, powers[:2] @ self.right


def eigenpair(A: np.ndarray, B: np.ndarray, k: int, unit_norm: bool = True) -> Eigenpair:
    """Series of the k-th largest eigenvalue of the Hermitian matrix A + εB, and of its eigenvector.

    With S = Σ_{j≠k} v_j v_j*/(λ_k − λ_j), the reduced resolvent of A at λ_k,

    λ⁽¹⁾ = v* B v, λ⁽²⁾ = v* B S B v, v⁽¹⁾ = S B v, v⁽²⁾ = S (B − λ⁽¹⁾) S B v − ½ ‖v⁽¹⁾‖² v.

    The last term keeps the norm at 1 up to O(ε³); without it, unit_norm=False, the vector has <v, v(ε)> = 1, the
    intermediate normalisation of physics. In both the phase is fixed by <v, v(ε)> > 0. The series converges at least
    for ε ‖B‖ < gap/2 (`check_eigenvalue`).
    Raises ValueError where A or B is not Hermitian, or λ_k is not simple (`degenerate_eigenvalue`). Kato II §2, §3.5.
    """
    λ, V = _eigen(A, B, k)
    others = np.arange(len(λ)) != k
    gaps = λ[k] - λ[others]
    if len(gaps) and np.abs(gaps).min() <= _SIMPLE * np.abs(λ).max():
        raise ValueError(f"A: eigenvalue {k} is {λ[k]:.6g} and not simple; degenerate_eigenvalue takes such a one")
    v, S = V[:, k], (V[:, others] / gaps) @ V[:, others].conj().T
    Bv = B @ v
    first = np.real(v.conj() @ Bv)
    tilt = S @ Bv
    second = S @ (B @ tilt - first * tilt)
    if unit_norm:
        second = second - np.linalg.norm(tilt) ** 2 / 2 * v
    return Eigenpair(np.array([λ[k], first, np.real(Bv.conj() @ tilt)]), np.array([v, tilt, second]))


def degenerate_eigenvalue(A: np.ndarray, B: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """How the d-fold eigenvalue λ_k of the Hermitian A splits in A + εB: slopes (d,) and vectors at ε = 0 (n, d).

    With P the n x d basis of the eigenspace, P* B P y = μ y: the eigenvalues are λ_k + ε μ + O(ε²), and where μ is
    simple the eigenvector tends to P y as ε → 0, whatever basis was chosen. Slopes in falling order; d = 1 is first
    order for a simple eigenvalue. Levels within 1e-10 of the norm count as one. Raises ValueError where A or B is not
    Hermitian. Kato II §2.3.
    """
    λ, V = _eigen(A, B, k)
    P = V[:, np.abs(λ - λ[k]) <= _SIMPLE * np.abs(λ).max()]
    slopes, Y = np.linalg.eigh(P.conj().T @ B @ P)
    return slopes[::-1], P @ Y[:, ::-1]


def singular_triplet(W: np.ndarray, E: np.ndarray, k: int) -> SingularTriplet:
    """Series of the k-th largest singular value of the real n x m matrix W + εE, and of its two vectors.

    With F_ji = u_j' E v_i, i = k, and sums over the other singular values,

    s⁽¹⁾ = F_ii, s⁽²⁾ = ¼ Σ_j [(F_ji + F_ij)²/(s_i − s_j) + (F_ji − F_ij)²/(s_i + s_j)] + (‖a‖² + ‖b‖²)/(2 s_i),
    u⁽¹⁾ = Σ_j (s_i F_ji + s_j F_ij)/(s_i² − s_j²) u_j + a/s_i, a = (I − UU') E v_i,
    v⁽¹⁾ = Σ_j (s_j F_ji + s_i F_ij)/(s_i² − s_j²) v_j + b/s_i, b = (I − VV') E' u_i.

    U and V are the thin bases: a = 0 where n ≤ m, b = 0 where n ≥ m. It is `eigenpair` for the dilation of W, whose
    eigenvalues are ±s_j. Both vectors keep their norm up to O(ε²). The series converges at least for ε ‖E‖ < gap/2
    (`check_singular_value`).
    Raises ValueError where W or E is not a real matrix, the shapes differ, or s_k is zero or not simple. Stewart & Sun,
    V.4.
    """
    W, E = np.asarray(W), np.asarray(E)
    for name, X in (("W", W), ("E", E)):
        if X.ndim != 2 or np.iscomplexobj(X) or not np.all(np.isfinite(X)):
            raise ValueError(f"{name} must be a real, finite matrix, got shape {X.shape} and type {X.dtype}")
    _same_shape("E", E, "W", W)
    _index(k, min(W.shape))
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    others = np.arange(len(s)) != k
    u, v, t = U[:, k], Vt[k], s[others]
    if s[k] <= _SIMPLE * s[0] or (len(t) and np.abs(s[k] - t).min() <= _SIMPLE * s[0]):
        raise ValueError(f"W: singular value {k} is {s[k]:.6g}, expected a simple one above 0")
    U, V = U[:, others], Vt[others].T
    Ev, Eu = E @ v, E.T @ u
    F, G = U.T @ Ev, V.T @ Eu
    a, b = Ev - U @ F - (u @ Ev) * u, Eu - V @ G - (v @ Eu) * v
    left = U @ ((s[k] * F + t * G) / (s[k] ** 2 - t**2)) + a / s[k]
    right = V @ ((t * F + s[k] * G) / (s[k] ** 2 - t**2)) + b / s[k]
    bend = np.sum((F + G) ** 2 / (s[k] - t) + (F - G) ** 2 / (s[k] + t)) / 4 + (a @ a + b @ b) / (2 * s[k])
    return SingularTriplet(np.array([s[k], u @ Ev, bend]), np.array([u, left]), np.array([v, right]))


def dilation(W: np.ndarray) -> np.ndarray:
    """The Hermitian dilation [[0, W], [W*, 0]] of an n x m matrix, of size n + m.

    Eigenvalues ±s_j with eigenvectors (u_j, ±v_j)/√2, and |n − m| zeros. It is linear in W, so that what is known of
    Hermitian perturbations is known of singular values (Jordan 1874; Stewart & Sun, I.4).
    """
    n, m = W.shape
    return np.block([[np.zeros((n, n)), W], [W.conj().T, np.zeros((m, m))]])


def _eigen(A, B, k) -> tuple[np.ndarray, np.ndarray]:
    for name, X in (("A", A), ("B", B)):
        X = np.asarray(X)
        if X.ndim != 2 or X.shape[0] != X.shape[1] or not np.all(np.isfinite(X)):
            raise ValueError(f"{name} must be a finite square matrix, got shape {X.shape}")
        if (skew := np.abs(X - X.conj().T).max()) > 1e-12 * np.abs(X).max():
            raise ValueError(f"{name} must be Hermitian, got |{name} - {name}*| up to {skew:.3g}")
    _same_shape("B", B, "A", A)
    _index(k, len(A))
    λ, V = np.linalg.eigh(A)
    return λ[::-1], V[:, ::-1]


def _same_shape(name, X, other, Y) -> None:
    if np.shape(X) != np.shape(Y):
        raise ValueError(f"{name}: shape {np.shape(X)}, expected {np.shape(Y)}, the shape of {other}")


def _index(k: int, size: int) -> None:
    if not 0 <= k < size:
        raise ValueError(f"k must be from 0 to {size - 1}, got {k}")
