"""The basis route: in the singular basis of W0 the tuned matrix is diagonal plus rank r, coordinates are cosines."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from intruders.spectra.krylov import ACCURATE, Triplets, sines
from intruders.spectra.products import times, times_transposed
from intruders.spectra.report import Answer, compare
from intruders.spectra.updates import LowRank

# The sine of the angle between a computed and a true direction, at most.
_ACCURACY = {np.dtype("float32"): 1e-3, np.dtype("float64"): 5e-7}
# Columns of the update that are taken first, and rounds of corrections to the rest.
_STRONG = 16
_ROUNDS = 10


@dataclass(frozen=True, eq=False)
class Basis:
    """The thin decomposition W0 = U diag(values) V': U (n, N), values (N,), Vt (N, m), N = min(n, m)."""

    U: np.ndarray
    values: np.ndarray
    Vt: np.ndarray

    @classmethod
    def of(cls, base: np.ndarray) -> "Basis":
        """Computed in double precision; the vectors are kept in that of `base`."""
        U, values, Vt = np.linalg.svd(np.asarray(base, dtype=float), full_matrices=False)
        return cls(np.ascontiguousarray(U, base.dtype), values, np.ascontiguousarray(Vt, base.dtype))

    @classmethod
    def cached(cls, base: np.ndarray, folder: Path, compute: bool = True) -> "Basis | None":
        """That of `base` from `folder`, found by a hash of its shape, type and content.

        What is not there or damaged is computed and kept, or is None without `compute`. The file is written beside,
        then renamed.
        """
        path = folder / f"{content_hash(base)}.safetensors"
        if path.exists():
            try:
                return cls(**load_file(path))
            except SafetensorError:
                path.unlink()
        if not compute:
            return None
        basis = cls.of(base)
        folder.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{os.getpid()}")
        save_file({"U": basis.U, "values": basis.values, "Vt": basis.Vt}, beside)
        beside.rename(path)
        return basis


def content_hash(matrix: np.ndarray) -> str:
    """SHA-256 of the shape, the type and the entries in row order."""
    digest = hashlib.sha256(f"{matrix.shape} {matrix.dtype}".encode())
    digest.update(np.ascontiguousarray(matrix))
    return digest.hexdigest()


def by_basis(basis: Basis, update: LowRank, top_k: int, sides: tuple[str, ...]) -> Answer | None:
    """The exact comparison of W0 + scale B A with W0; None where rounding does not determine the vectors.

    With dW = L diag(s) R', P = U' L diag(s), Q = V' R, and what L and R have outside the spans of U and V (one of the
    two, at most r columns), W is diag(values) + P Q' in orthonormal bases: its leading triplets take
    O((n + m) (top_k + r)^2) operations.
    """
    core, dtype = _Core.of(basis, update), basis.U.dtype
    noise = np.finfo(dtype).eps * max(basis.values[0], update.singular_values[0]) if dtype == np.float32 else 0.0
    found = core.leading(top_k, dtype, noise)
    if found is None:
        return None
    size, shape = len(basis.values), (len(basis.U), basis.Vt.shape[1])
    coordinates = {"left": found.left[:, :size].T, "right": found.right[:, :size].T}
    compared = {s: compare(coordinates[s], basis.values, found.values, top_k, shape, dtype) for s in sides}
    inner = float(basis.values @ np.sum(core.P[:size] * core.Q[:size], axis=1))
    energy = float(np.sum(basis.values**2) + 2 * inner + np.sum(update.singular_values**2))
    return Answer(basis.values, found.values, energy, compared)


@dataclass(frozen=True, eq=False)
class _Core:
    """diag(values) + P Q' in the singular bases of W0, each completed by what the update has outside; in float64.

    strengths   singular values of the update, falling, the lengths of the columns of P; those of Q are unit vectors
    """

    values: np.ndarray
    P: np.ndarray
    Q: np.ndarray
    strengths: np.ndarray

    @classmethod
    def of(cls, basis: Basis, update: LowRank) -> "_Core":
        dtype = basis.U.dtype
        left, strengths, right = update.svd
        B, A = (strengths * left).T.astype(dtype), right.T.astype(dtype)
        inside_left, inside_right = times(B, basis.U), times_transposed(A, basis.Vt)
        P, Q = inside_left.T, inside_right.T
        if basis.U.shape[0] > basis.U.shape[1]:
            P = _completed(P, B - times_transposed(inside_left, basis.U))
        elif basis.Vt.shape[1] > basis.Vt.shape[0]:
            Q = _completed(Q, A - times(inside_right, basis.Vt))
        return cls(*(np.ascontiguousarray(part, dtype=float) for part in (basis.values, P, Q, strengths)))

    def leading(self, count: int, dtype: np.dtype, noise: float) -> Triplets | None:
        """The `count` leading triplets, as accurate as `dtype` needs, by Rayleigh-Ritz in few directions.

        With d the values, 0 in added coordinates, W'W = diag(d^2) + Z C Z' for Z = [d P, Q], and an eigenvector of
        value l has the coordinates (l - d^2)^-1 Z c. Beyond the leading coordinates, which the space has, these are
        taken with the l and c of the rounds before, and first with those of a rough one. The space also has the columns
        of Z from the strongest spikes: for x orthogonal to it |W x| <= |x| (the largest d outside + the strongest of
        the other spikes), so that no triplet above that is missed. It is enlarged until all are above.
        """
        N, r = len(self.values), self.P.shape[1]
        d, Z = np.zeros(len(self.Q)), np.zeros((len(self.Q), 2 * r))
        d[:N], Z[:N, :r], Z[:, r:] = self.values, self.values[:, None] * self.P[:N], self.Q
        C = np.eye(2 * r, k=r) + np.eye(2 * r, k=-r)
        C[r:, r:] = self.P.T @ self.P
        squares, eps, strong, wanted = d**2, np.finfo(float).eps, min(r, _STRONG), min(count + 1, len(d))

        def ritz(T):
            head = len(d) - len(T)
            F = np.concatenate([Z[:head], T.T @ Z[head:]])
            H = F @ C @ F.T
            H[:head, :head] += np.diag(squares[:head])
            H[head:, head:] += (T.T * squares[head:]) @ T
            found, S = np.linalg.eigh(H)
            found, S = np.maximum(found[: -wanted - 1 : -1], 0), S[:, : -wanted - 1 : -1]
            return found, S, Z @ (C @ (F.T @ S))

        def strongest():
            head = min(count + strong, len(d))
            return head, [Z[head:, :strong].T, Z[head:, r : r + strong].T]

        found, _, Zc = ritz(_nearly_orthonormal(np.concatenate(strongest()[1]).T))
        if found[0] == 0:
            return None
        gaps, beyond = found - squares[:, None], np.zeros((len(d), 0))
        for _ in range(_ROUNDS):
            beyond = np.concatenate([beyond, Zc / np.maximum(gaps, 1e-14 * found[0])], axis=1)
            head, near = strongest()
            T = np.linalg.qr(np.concatenate([*near, beyond[head:].T]).T)[0]
            found, S, Zc = ritz(T)
            Y = np.concatenate([S[:head], T @ S[head:]])
            values, gaps = np.sqrt(found), found - squares[:, None]
            scale = np.maximum(values, eps * values[0])
            rest = np.linalg.norm(Zc - gaps * Y, axis=0) / scale
            floor = 4 * eps * found[0] / scale + noise
            residuals = rest + floor
            accurate = np.all((residuals <= ACCURATE[dtype] * values + noise)[:count])
            missed = d[head:].max(initial=0) + self.strengths[strong:].max(initial=0)
            if strong < r and missed >= values[count - 1]:
                strong = min(r, 2 * strong)
            elif accurate and np.all((angles := sines(values, residuals)[:count]) <= _ACCURACY[dtype]):
                return self._triplets(Y[:, :count].T, residuals[:count], angles)
            elif np.all(rest[:count] <= 0.1 * floor[:count]):
                return None
        return None

    def _triplets(self, right, residuals, angles) -> Triplets:
        N = len(self.values)
        left = (right @ self.Q) @ self.P.T
        left[:, :N] += right[:, :N] * self.values
        values = np.linalg.norm(left, axis=1)
        return Triplets(values, left / values[:, None], right, residuals, angles)


def _completed(inside, outside):
    """The coordinates inside, and below them those of the rows `outside` in an orthonormal basis of their own."""
    return np.concatenate([inside, np.linalg.qr(outside.T, mode="r")])


def _nearly_orthonormal(columns):
    """A basis of their span from the Cholesky factor of their products: orthonormal where they are independent."""
    products = columns.T @ columns
    products += 1e-12 * max(1, np.trace(products)) * np.eye(len(products))
    return columns @ np.linalg.inv(np.linalg.cholesky(products)).T
