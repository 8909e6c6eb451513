"""Chapter 9's interventions: what a tuned model does when its intruders, or something else instead, are scaled."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from intruders.theory.ensembles import haar_frame

LAMBDAS = (0.0, 0.25, 0.5, 0.75, 1.25)
TOP_K, EPS = 10, 0.5


@dataclass(frozen=True, eq=False)
class Parts:
    """W0, its change dW, and the leading triplets of W0 + dW: U (n, 10), s (10,), Vt (10, m); intruders are among them.

    intruder  which left vectors have no |cosine| of eps with any left vector of W0
    other     as many of the rest, drawn, where there are so many
    a, b      as many random directions: Haar frames (n, count), (m, count)
    """

    base: np.ndarray
    update: np.ndarray
    U: np.ndarray
    s: np.ndarray
    Vt: np.ndarray
    intruder: np.ndarray
    other: np.ndarray
    a: np.ndarray
    b: np.ndarray

    @classmethod
    def of(cls, base: np.ndarray, update: np.ndarray, rng: np.random.Generator, eps: float = EPS) -> "Parts":
        base, update = base.astype(float), update.astype(float)
        U0 = np.linalg.svd(base, full_matrices=False)[0]
        U, s, Vt = np.linalg.svd(base + update, full_matrices=False)
        U, s, Vt = U[:, :TOP_K], s[:TOP_K], Vt[:TOP_K]
        intruder = np.abs(U0.T @ U).max(axis=0) < eps
        rest = np.flatnonzero(~intruder)
        count = int(intruder.sum())
        other = np.isin(np.arange(len(s)), rng.permutation(rest)[:count])
        a, b = (haar_frame(size, count, rng) if count else np.zeros((size, 0)) for size in base.shape)
        return cls(base, update, U, s, Vt, intruder, other, a, b)

    def _triplets(self, which) -> np.ndarray:
        return (self.U[:, which] * self.s[which]) @ self.Vt[which]

    def intruders(self, factor: float) -> np.ndarray:
        """W with its intruder triplets s u v' times `factor` (Shuttleworth et al. 2024)."""
        return self.base + self.update + (factor - 1) * self._triplets(self.intruder)

    def others(self, factor: float) -> np.ndarray:
        """The same of as many of the leading triplets that are none."""
        return self.base + self.update + (factor - 1) * self._triplets(self.other)

    def random(self, factor: float) -> np.ndarray:
        """As much of as many random directions is added or taken away as `intruders` does of the intruders."""
        return self.base + self.update + (factor - 1) * (self.a * self.s[self.intruder]) @ self.b.T

    def matched(self, factor: float) -> np.ndarray:
        """The whole update shrunk or stretched to the Frobenius norm that `intruders` leaves."""
        return self.base + self._ratio(self.intruders(factor)) * self.update

    def restored(self, factor: float) -> np.ndarray:
        """`intruders`, and what is left of the update stretched back to its norm."""
        changed = self.intruders(factor)
        ratio = self._ratio(changed)
        return self.base + (changed - self.base) / (ratio or 1)

    def kept(self, factor: float) -> np.ndarray:
        """The update's components u' dW v along the intruders stay, and the rest of it is times `factor`."""
        inside = np.sum((self.U.T @ self.update) * self.Vt, axis=1) * self.intruder
        along = (self.U * inside) @ self.Vt
        return self.base + along + factor * (self.update - along)

    def shrunk(self, factor: float) -> np.ndarray:
        """The whole update times `factor`, in every matrix alike."""
        return self.base + factor * self.update

    def _ratio(self, changed) -> float:
        size = np.linalg.norm(self.update)
        return float(np.linalg.norm(changed - self.base) / size) if size else 1.0


KINDS: dict[str, Callable[[Parts, float], np.ndarray]] = {
    "intruders": Parts.intruders,
    "others": Parts.others,
    "random": Parts.random,
    "matched": Parts.matched,
    "restored": Parts.restored,
    "kept": Parts.kept,
    "shrunk": Parts.shrunk,
}


def interventions(parts: dict[str, Parts]) -> Iterator[tuple[str, float, dict[str, np.ndarray]]]:
    """Every kind at every factor: its name, the factor, and the weights by name. "restored" is tried at 0 and 1/2."""
    for kind, make in KINDS.items():
        for factor in (0.0, 0.5) if kind == "restored" else LAMBDAS:
            yield kind, factor, {name: make(one, factor) for name, one in parts.items()}
