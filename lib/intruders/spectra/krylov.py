"""Leading singular triplets of a matrix that is only multiplied: block Lanczos on W'W with full orthogonalisation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

Products = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]

# Vectors of a Krylov space at most; and the relative accuracy of singular values.
_LIMIT = 480
ACCURATE = {np.dtype("float32"): 3e-5, np.dtype("float64"): 1e-9}


@dataclass(frozen=True, eq=False)
class Triplets:
    """Approximate singular triplets of W, falling: rows of `left` (p, n) and `right` (p, m) are unit vectors.

    `residuals` holds |W' left - value right|; `angles` bounds the sine of the angle of each to the true vectors.
    """

    values: np.ndarray
    left: np.ndarray
    right: np.ndarray
    residuals: np.ndarray
    angles: np.ndarray


def rounding(values: np.ndarray, dtype: np.dtype) -> float:
    """8 eps s_1: of vectors whose values differ by less, the entries of the matrix determine the span alone."""
    return 8 * np.finfo(dtype).eps * values.max(initial=0)


def smallest(values: np.ndarray, shape: tuple[int, int], dtype: np.dtype) -> float:
    """max(n, m) eps s_1: what is not larger is 0 to rounding, and no singular direction belongs to it."""
    return max(shape) * np.finfo(dtype).eps * values.max(initial=0)


def eigenspaces(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """The first index of each eigenspace of falling values: 0, and where the step exceeds the rounding."""
    return np.concatenate([[0], 1 + np.flatnonzero(-np.diff(values) > rounding(values, dtype))])


def sines(values: np.ndarray, residuals: np.ndarray) -> np.ndarray:
    """Bounds on the sines of the angles to the true vectors: residual/gap (Wedin 1972), 1 where that says nothing.

    The gap is the distance to the neighbouring values, which fall, less their residuals. It says nothing below the
    rounding that `eigenspaces` allows for, four times over; nor about the last one.
    """
    steps = values[:-1] - values[1:]
    gap = np.minimum(np.append(np.inf, steps - residuals[:-1]), np.append(steps - residuals[1:], 0))
    clear = gap > np.maximum(residuals, 4 * rounding(values, values.dtype))
    return np.divide(residuals, gap, out=np.ones_like(gap), where=clear)


class KrylovSpace:
    """The block Krylov space of W'W at the rows of `start` (b, m), at most `limit` vectors; Rayleigh-Ritz in it.

    products(X) gives X W' and X W' W for rows X. With b random rows no direction whose value
    repeats at most b times is missed, with probability one (Golub & Underwood 1977; Saad 1980 for the rate).

    values      of W restricted to the space, falling: each at most the singular value of its rank
    residuals   |W' left - value right|, and what rounding may have hidden, for each value; a singular value is as near
    weights     mean squared component of the rows of `start` along each right vector: quadrature for tr f(W'W)/m
    """

    def __init__(self, products: Products, start: np.ndarray, limit: int, rng: np.random.Generator):
        self.limit, self.size, self.steps = limit, 0, 0
        self._products, self._rng = products, rng
        self._block, self._start = np.linalg.qr(start.T)
        self._block = self._block.T
        self._right = np.empty((limit, start.shape[1]), start.dtype)
        self._left, self.rank = None, start.shape[1]
        self._T = np.zeros((limit, limit), start.dtype)
        self._eps = np.finfo(start.dtype).eps

    @classmethod
    def random(cls, products: Products, like: np.ndarray, count: int, power: int = 0) -> "KrylovSpace":
        """For a matrix of the shape and type of `like`: enough random rows for `count` directions of any multiplicity.

        They are multiplied by W'W `power` times first, which saves as many steps in a space that stays smaller.
        """
        rng = np.random.default_rng(0)
        start = rng.standard_normal((count + 2, like.shape[1])).astype(like.dtype)
        for _ in range(power):
            start = products(start)[1]
            start /= np.linalg.norm(start) + np.finfo(start.dtype).tiny
        return cls(products, start, min(_LIMIT, like.shape[1]), rng)

    @property
    def dimension(self) -> int:
        """m, the length of the vectors."""
        return self._right.shape[1]

    @property
    def full(self) -> bool:
        return self.size == self.limit

    @property
    def trusted(self) -> bool:
        """Whether the space has at most half the rank, or all of it: see `angles`."""
        return self.size <= self.rank / 2 or self.size >= min(self.dimension, self.rank + 2 * len(self._start))

    @property
    def halfway(self) -> bool:
        """Whether the next space is not `trusted` any more."""
        return self.size <= self.rank / 2 < self.size + len(self._block)

    def grow_to(self, steps: int) -> None:
        """At least one step, until there are `steps`, or the space is full or halfway; then `solve`."""
        self.grow()
        while self.steps < steps and not (self.full or self.halfway):
            self.grow()
        self.solve()

    def grow(self) -> None:
        self.steps += 1
        images, rest = self._products(self._block)
        if self._left is None:
            self._left = np.empty((self.limit, images.shape[1]), images.dtype)
            self.rank = min(images.shape[1], self.dimension)
        new = slice(self.size, self.size + len(self._block))
        self._right[new], self._left[new] = self._block, images
        self.size = new.stop
        right, T = self._right[: self.size], self._T[: self.size, : self.size]
        for _ in range(2):
            coefficients = right @ rest.T
            T[:, new] += coefficients
            rest = rest - coefficients.T @ right
        T[new] = T[:, new].T
        self._block, self._factor = self._next(rest)

    def solve(self) -> None:
        """Rayleigh-Ritz: sets `values`, `residuals` and `floor`, the part of them that is rounding."""
        last = slice(self.size - len(self._factor.T), self.size)
        squares, S = np.linalg.eigh(self._T[: self.size, : self.size])
        squares, self._S = squares[::-1], S[:, ::-1]
        self.values = np.sqrt(np.maximum(squares, 0))
        scale = np.maximum(self.values, self._eps * self.values[0] + np.finfo(self._T.dtype).tiny)
        self.floor = 4 * self._eps * self.values[0] ** 2 / scale
        self.residuals = np.linalg.norm(self._factor @ self._S[last], axis=0) / scale + self.floor

    def _next(self, rest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Orthonormal rows, at most what there is room for, and the factor of what they leave out.

        Where the space is nearly invariant, rest is rounding: fresh random directions take the place of what is lost.
        """
        right, room, top = self._right[: self.size], self.limit - self.size, np.abs(self._T).max()
        columns, factor = np.linalg.qr(rest.T)
        if len(rest) <= room and np.abs(np.diag(factor)).min() > np.sqrt(self._eps) * top:
            return columns.T, factor
        columns, lengths, Vt = np.linalg.svd(rest.T, full_matrices=False)
        block, lost = columns[:, :room].T.copy(), lengths[:room] <= 10 * self._eps * top
        block[lost] = self._rng.standard_normal((lost.sum(), self.dimension))
        for _ in range(2):
            block = np.linalg.qr((block - (block @ right.T) @ right).T)[0].T
        return block, lengths[:, None] * Vt

    @property
    def weights(self) -> np.ndarray:
        first = self._start.T @ self._S[: len(self._start)]
        return np.mean(first**2, axis=0)

    def angles(self) -> np.ndarray:
        """`sines` of the angles to the true vectors; none in a space of more than half the rank and not all of it.

        There it may hold one of two directions with nearly equal values while the other is still far.
        """
        return sines(self.values, self.residuals) if self.trusted else np.ones(self.size)

    def triplets(self, count: int) -> Triplets:
        """The first `count`; values are the norms of the images W right, which suffer less from rounding than T."""
        top = self._S[:, :count].T
        left, right = top @ self._left[: self.size], top @ self._right[: self.size]
        norms = np.linalg.norm(left, axis=1)
        left /= np.maximum(norms, np.finfo(left.dtype).tiny)[:, None]
        return Triplets(norms, left, right, self.residuals[:count], self.angles()[:count])


def leading_triplets(products: Products, like: np.ndarray, count: int, angle: float) -> Triplets | None:
    """The `count` leading triplets of a matrix of the shape and type of `like`; None without convergence.

    The values to 1e-9 in double and 3e-5 in single precision, relatively; the vectors to `angle`.
    """
    space = KrylovSpace.random(products, like, count, power=3)
    for steps in solving_steps(2):
        space.grow_to(steps)
        residuals, floor = space.residuals[:count], space.floor[:count]
        accurate = residuals <= ACCURATE[like.dtype] * space.values[:count]
        if space.size > count and accurate.all() and space.angles()[:count].max() <= angle:
            return space.triplets(count)
        settled = space.size > count and space.trusted and np.all(residuals <= 1.1 * floor)
        if space.full or settled:
            return None


def solving_steps(first: int) -> Iterator[int]:
    """Numbers of steps after which Rayleigh-Ritz is worth its cost: every one at first, then ever fewer."""
    while True:
        yield first
        first += max(1, first // 6)
