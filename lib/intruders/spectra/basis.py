"""The basis route: in the singular basis of W0 the tuned matrix is diagonal plus rank r, coordinates are cosines."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from intruders.spectra.krylov import leading_triplets
from intruders.spectra.products import times, times_transposed
from intruders.spectra.report import Answer, compare
from intruders.spectra.updates import LowRank

# The sine of the angle between a computed and a true direction, at most.
_ACCURACY = {np.dtype("float32"): 1e-3, np.dtype("float64"): 5e-7}


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
    """BLAKE2 of the shape, the type and the entries in row order."""
    digest = hashlib.blake2b(f"{matrix.shape} {matrix.dtype}".encode(), digest_size=20)
    digest.update(np.ascontiguousarray(matrix))
    return digest.hexdigest()


def by_basis(basis: Basis, update: LowRank, top_k: int, sides: tuple[str, ...]) -> Answer | None:
    """The exact comparison of W0 + scale B A with W0; None where Lanczos does not determine the vectors.

    With P = U' scale B and Q = V' A', and what B and A' have outside the spans of U and V (one of the two, at most r
    columns), W is diag(values) + P Q' in orthonormal bases, and its triplets come from block Lanczos in
    O((n + m) r) operations a step.
    """
    core, dtype = _Core.of(basis, update), basis.U.dtype
    found = leading_triplets(core.products, core.Q.T, top_k, _ACCURACY[dtype])
    if found is None and dtype == np.float32:
        core, noise = core.double(), np.finfo(dtype).eps * max(basis.values[0], update.singular_values[0])
        found = leading_triplets(core.products, core.Q.T, top_k, _ACCURACY[dtype], noise)
    if found is None:
        return None
    size, shape = len(basis.values), (len(basis.U), basis.Vt.shape[1])
    coordinates = {"left": found.left[:, :size].T, "right": found.right[:, :size].T}
    compared = {s: compare(coordinates[s], basis.values, found.values, top_k, shape, dtype) for s in sides}
    inner = float(np.sum(basis.values[:, None] * core.P[:size] * core.Q[:size]))
    energy = float(np.sum(basis.values**2) + 2 * inner + np.sum(update.singular_values**2))
    return Answer(basis.values, found.values.astype(float), energy, compared)


@dataclass(frozen=True, eq=False)
class _Core:
    """diag(values) + P Q' in the singular bases of W0, each completed by what the update has outside."""

    values: np.ndarray
    P: np.ndarray
    Q: np.ndarray

    @classmethod
    def of(cls, basis: Basis, update: LowRank) -> "_Core":
        dtype = basis.U.dtype
        B, A = (update.scale * update.B).T.astype(dtype), update.A.astype(dtype)
        inside_left, inside_right = times(B, basis.U), times_transposed(A, basis.Vt)
        P, Q = inside_left.T, inside_right.T
        if basis.U.shape[0] > basis.U.shape[1]:
            P = _completed(P, B - times_transposed(inside_left, basis.U))
        elif basis.Vt.shape[1] > basis.Vt.shape[0]:
            Q = _completed(Q, A - times(inside_right, basis.Vt))
        return cls(basis.values.astype(dtype), P, Q)

    def double(self) -> "_Core":
        return _Core(*(part.astype(float) for part in (self.values, self.P, self.Q)))

    def products(self, X):
        N = len(self.values)
        images = (X @ self.Q) @ self.P.T
        images[:, :N] += X[:, :N] * self.values
        products = (images @ self.P) @ self.Q.T
        products[:, :N] += images[:, :N] * self.values
        return images, products


def _completed(inside, outside):
    """The coordinates inside, and below them those of the rows `outside` in an orthonormal basis of their own."""
    return np.concatenate([inside, np.linalg.qr(outside.T, mode="r")])
