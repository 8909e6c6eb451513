"""What the detector reports about one weight matrix, whichever route found it."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.linalg import qr

from intruders.spectra.krylov import eigenspaces, smallest
from intruders.theory.bbp import predict, strength_at, threshold
from intruders.theory.cosines import median_max_cosine
from intruders.theory.laws import Empirical


@dataclass(frozen=True, eq=False)
class Side:
    """One side's comparison of the top_k tuned directions with all pre-trained ones, arrays of shape (top_k,).

    max_cosine      the largest |cosine| with a pre-trained direction, or with the eigenspace of a repeated value; by
                    the matrix-free route the upper end of an interval that contains it
    max_cosine_low  the lower end; the same number by the other routes
    partner         index of the pre-trained direction that it is attained with, counted from 0 in falling order of the
                    singular values; -1 where the matrix-free route has bounded the cosine without naming a direction
    cosines         |<pre-trained i, tuned j>|, min(n, m) x top_k, where the route has them

    A tuned direction whose singular value is 0 to rounding is none: nan, -1 and no intruder.
    """

    max_cosine: np.ndarray
    max_cosine_low: np.ndarray
    partner: np.ndarray
    cosines: np.ndarray | None = field(default=None, repr=False)


@dataclass(frozen=True, eq=False)
class Answer:
    """What a route finds: all singular values of W0 and the top_k of W, falling, ||W||_F^2, and the sides."""

    base_values: np.ndarray
    tuned_values: np.ndarray
    energy: float
    sides: dict[str, Side]


@dataclass(frozen=True)
class Spike:
    """A singular value of the update, and what it does to the bulk of W0 if its vectors know nothing of W0.

    predicted_position  of its outlier, the edge of the bulk if it makes none (Benaych-Georges & Nadakuditi 2012)
    probability         that a single spike of this strength is an intruder on the left at eps, W0's outliers counted
    """

    strength: float
    predicted_position: float
    probability: float


@dataclass(frozen=True, eq=False)
class Report:
    """The top_k largest singular directions of W = W0 + dW beside all the pre-trained ones of W0, n x m.

    route          which one answered: "dense", "basis" or "matrix-free"
    handed_over    whether another route was tried first and left something open
    base_values    the min(n, m) singular values of W0, falling; by the matrix-free route those below the leading ones
                   are estimated quantiles
    tuned_values   the top_k singular values of W, falling
    energy_share   tuned_values^2/||W||_F^2
    strengths      singular values of the update: all of a low-rank one, the top_k of a dense one
    rank           r of a low-rank update, None for a dense one
    sides          "left" and "right", those that were asked for
    """

    shape: tuple[int, int]
    rank: int | None
    top_k: int
    eps: float
    route: str
    handed_over: bool
    strengths: np.ndarray
    answer: Answer = field(repr=False)

    @property
    def base_values(self) -> np.ndarray:
        return self.answer.base_values

    @property
    def tuned_values(self) -> np.ndarray:
        return self.answer.tuned_values

    @property
    def energy_share(self) -> np.ndarray:
        return self.tuned_values**2 / max(self.answer.energy, np.finfo(float).tiny)

    @property
    def sides(self) -> dict[str, Side]:
        return self.answer.sides

    def max_cosine(self, side: str = "left") -> np.ndarray:
        """For each tuned direction, its largest |cosine| with any pre-trained direction of that side."""
        return self._side(side).max_cosine

    def intruders(self, eps: float | None = None, side: str = "left") -> np.ndarray:
        """Which tuned directions resemble no pre-trained one: max cosine < eps (Shuttleworth et al. 2024).

        Another eps than the report's own is answered from the same numbers; raises ValueError where the matrix-free
        interval contains it.
        """
        eps = self.eps if eps is None else eps
        found = self._side(side)
        open_ = (found.max_cosine_low < eps) & (found.max_cosine >= eps)
        if open_.any():
            raise ValueError(
                f"eps = {eps}: not decided by this report, made for eps = {self.eps}; detect with that eps"
            )
        return found.max_cosine < eps

    def _side(self, side: str) -> Side:
        if side not in self.sides:
            raise ValueError(f"side {side!r} was not asked for, only {', '.join(self.sides)}: detect with side='both'")
        return self.sides[side]

    @cached_property
    def bulk(self) -> Empirical:
        """The bulk of W0, its own outliers set aside."""
        return Empirical(self.base_values, self.shape)

    @cached_property
    def detachment(self) -> float:
        """The strength above which a spike leaves the bulk, D(b)^(-1/2) with b the edge of `bulk`."""
        return threshold(self.bulk)

    @cached_property
    def visibility(self) -> float:
        """The strength whose outlier enters the window, reaching the top_k-th singular value of W0."""
        return strength_at(float(self.base_values[self.top_k - 1]), self.bulk)

    @cached_property
    def spikes(self) -> list[Spike]:
        """One for every positive entry of `strengths`."""
        spikes = []
        for strength in self.strengths[self.strengths > 0]:
            prediction = predict(float(strength), self.bulk)
            probability = prediction.intruder_probability(self.shape[0], self.eps, outliers=self.bulk.outliers)
            spikes.append(Spike(float(strength), prediction.position, probability))
        return spikes

    def null(self, side: str = "left") -> float:
        """The median of the largest |cosine| of a uniformly random direction with the min(n, m) of that side."""
        return haar_max_cosine(self.shape, side)


def haar_max_cosine(shape: tuple[int, int], side: str = "left") -> float:
    """Median of the largest |cosine| of a Haar vector with min(n, m) orthonormal ones: components N(0, 1/n) or 1/m."""
    size = shape[0] if side == "left" else shape[1]
    return float(median_max_cosine(np.full(min(shape), 1 / size)))


def compare(cosines: np.ndarray, old: np.ndarray, new: np.ndarray, top_k: int, shape, dtype) -> Side:
    """One side from all cosines (N, K), signed, of the old directions with the first K >= top_k new ones.

    old (N,) and new (K,) are the singular values, falling. Directions whose values agree to rounding are one
    eigenspace. Of an old one counts the norm of the projection on it; of a new one, first the direction nearest to an
    old eigenspace is taken, then the nearest among those orthogonal to it.
    """
    old = old[old > smallest(old, shape, dtype)]
    seen, best, partner = cosines[: len(old)], np.zeros(top_k), np.full(top_k, -1)
    if len(old):
        first_old, first_new = eigenspaces(old, dtype), eigenspaces(new, dtype)
        inside = np.sqrt(np.add.reduceat(seen[:, :top_k] ** 2, first_old)) if len(first_old) < len(old) else seen
        nearest = np.abs(inside[:, :top_k]).argmax(axis=0)
        best, partner = np.abs(inside[nearest, np.arange(top_k)]).astype(float), first_old[nearest]
        for first, stop in zip(first_new, np.append(first_new[1:], len(new)), strict=True):
            if first < top_k and stop > first + 1:
                near, where = _nearest(seen[:, first:stop], first_old)
                best[first:stop], partner[first:stop] = near[: top_k - first], where[: top_k - first]
        best = np.minimum(best, 1)
    lost = new[:top_k] <= smallest(new, shape, dtype)
    best[lost], partner[lost] = np.nan, -1
    return Side(best, best, partner, np.abs(cosines[:, :top_k]))


def _nearest(cosines: np.ndarray, first_old: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Successive largest cosines of d orthonormal new directions (columns) with old eigenspaces, and where."""
    cosines = np.array(cosines)
    for first, stop in zip(first_old, np.append(first_old[1:], len(cosines)), strict=True):
        if stop - first > 1:
            _, s, Vt = np.linalg.svd(cosines[first:stop], full_matrices=False)
            cosines[first:stop] = 0
            cosines[first : first + len(s)] = s[:, None] * Vt
    R, pivots = qr(cosines.T, mode="r", pivoting=True)
    best, where = np.zeros(cosines.shape[1]), np.full(cosines.shape[1], -1)
    found = np.abs(np.diag(R))
    best[: len(found)], where[: len(found)] = found, pivots[: len(found)]
    return best, where
