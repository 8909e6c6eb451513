"""The matrix-free route: no decomposition of W0, only products with it, and an interval for every cosine."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from intruders.spectra.atoms import LocalMeasure
from intruders.spectra.krylov import KrylovSpace, Triplets, leading_triplets, smallest, solving_steps
from intruders.spectra.products import gram_products, times
from intruders.spectra.quantiles import estimated_values
from intruders.spectra.report import Answer, Side
from intruders.spectra.updates import LowRank

# Accuracy of the tuned directions, as the sine of an angle.
_ANGLE = 5e-3
# An old direction is counted as known from here, and where a further block makes so few more known, the rest is bulk.
_KNOWN = 2e-3
_FEW = 4
# Steps of the space of W0: what the estimate of its bulk needs, where the matrix is large enough for so many.
_AT_LEAST = 10
# Steps of the local measure after which the bounds are computed.
_STEPS = (8, 12, 16, 20, 24, 32, 40)


def matrix_free(base: np.ndarray, update: np.ndarray | LowRank, top_k: int, eps: float, sides) -> Answer | None:
    """Bounds on the largest |cosine| of each of the top_k directions of W0 + dW, tightened until eps is outside.

    Block Lanczos gives the top_k triplets of W0 + dW and the leading ones of W0. The cosines with these are known up to
    the angles of both. All other directions are bounded by the norm of what is left of the tuned vector and, where that
    is not enough, by the Christoffel function of its spectral measure. None where Lanczos does not converge or a flag
    stays open. Of the singular values of W0 those that are not leading are estimated.
    """
    tuned = leading_triplets(_sum_products(base, update), base, top_k, _ANGLE)
    if tuned is None:
        return None
    space = _known_space(base, top_k)
    if space is None:
        return None
    count = _count_known(space, base.shape)
    known, found = space.triplets(count), {}
    for side in sides:
        found[side] = _side(base, tuned, known, eps, side)
        if found[side] is None:
            return None
    values = estimated_values(space, count, min(base.shape))
    return Answer(values, tuned.values.astype(float), _energy(base, update), found)


def _energy(base, update) -> float:
    """||W0 + dW||_F^2, of a low-rank update as ||W0||^2 + 2 <W0, dW> + ||dW||^2."""
    if not isinstance(update, LowRank):
        return sum(float(np.sum((b + u) ** 2)) for b, u in zip(base, update, strict=True))
    inner = update.scale * float(np.sum(times(update.B.T, base) * update.A))
    return sum(float(row @ row) for row in base) + 2 * inner + float(np.sum(update.singular_values**2))


def _sum_products(base, update):
    """X -> X W', X W' W for W = W0 + dW, with what a low-rank update makes of W0 computed once."""
    if not isinstance(update, LowRank):
        return lambda X: gram_products(X, _Sum(base, update))
    B, A = (update.scale * update.B).astype(base.dtype), update.A.astype(base.dtype)
    BtW = times(B.T, base)

    def products(X):
        inside = X @ A.T
        images, result = gram_products(X, base)
        images += inside @ B.T
        result += inside @ BtW
        result += (images @ B) @ A
        return images, result

    return products


@dataclass(frozen=True, eq=False)
class _Sum:
    """Rows of base + update, added when they are asked for."""

    base: np.ndarray
    update: np.ndarray

    @property
    def shape(self):
        return self.base.shape

    def __getitem__(self, rows):
        return self.base[rows] + self.update[rows]


def _known_space(base, top_k) -> KrylovSpace | None:
    """A space that knows the top_k leading directions of W0, and others while they come at no great cost."""
    space = KrylovSpace.random(lambda X: gram_products(X, base), base, top_k)
    known = 0
    for steps in solving_steps(_AT_LEAST - 1):
        space.grow_to(steps)
        before, known = known, _count_known(space, base.shape)
        few = space.steps >= _AT_LEAST and known - before < _FEW
        if known >= top_k and (few or space.halfway):
            return space
        if space.full:
            return space if known >= top_k else None


def _count_known(space, shape) -> int:
    known = (space.angles() <= _KNOWN) & (space.values > smallest(space.values, shape, space.values.dtype))
    return int(np.argmin(np.append(known, False)))


def _side(base, tuned, known, eps, side) -> Side | None:
    """The intervals of one side; None where one of them contains eps."""
    Y = tuned.left if side == "left" else tuned.right
    directions = known.left if side == "left" else known.right
    cosines = np.abs(Y @ directions.T).astype(float)
    slack = tuned.angles[:, None] + known.angles
    partner = cosines.argmax(axis=1)
    low = np.clip((cosines - slack).max(axis=1), 0, 1)
    attained = (cosines + slack).max(axis=1)
    beyond = tuned.angles + known.angles.max()
    rest = np.sqrt(np.maximum(1 - (cosines**2).sum(axis=1), 0)) + beyond
    if np.any((low < eps) & (attained >= eps)):
        return None
    open_ = np.flatnonzero((low < eps) & (rest >= eps))
    if open_.size:
        bounds = _bounds(base, Y[open_], known, eps - beyond[open_], side)
        if bounds is None:
            return None
        rest[open_] = np.minimum(rest[open_], bounds + beyond[open_])
    high = np.minimum(np.maximum(attained, rest), 1)
    return Side(high, low, np.where(low >= rest, partner, -1))


def _bounds(base, Y, known: Triplets, enough, side) -> np.ndarray | None:
    """Upper bounds, below `enough`, on the |cosines| of each row of Y with any direction that is not known."""
    directions = known.left if side == "left" else known.right
    rest = Y - (Y @ directions.T) @ directions
    if (base.shape[0] > base.shape[1]) == (side == "left") and base.shape[0] != base.shape[1]:
        rest = _in_range(base if side == "left" else base.T, rest)
        if rest is None:
            return None
    norms = np.linalg.norm(rest, axis=1)
    rest /= norms[:, None]
    images = times(rest, base) if side == "left" else None
    measure = LocalMeasure(lambda X: gram_products(X, base), known, rest, images)
    low, high = smallest(known.values, base.shape, base.dtype), 1.001 * known.values[0]

    def bounds(target):
        return norms * [measure.largest_cosine(i, low, high, t) for i, t in enumerate(target)]

    taken = 0
    for steps in _STEPS:
        for _ in range(steps - taken):
            measure.grow()
        taken = steps
        if np.all(bounds(enough / norms) < enough):
            return bounds(np.zeros(len(norms)))
    return None


def _in_range(W, Y) -> np.ndarray | None:
    """The projection of the rows of Y (b, n) on the range of W, n > m: what lies outside is no singular direction.

    From the Cholesky factor of W'W, refined twice. None where W is too near to losing rank.
    """
    try:
        factor = cho_factor((W.T @ W).T, overwrite_a=True)
    except LinAlgError:
        return None
    inside = np.zeros_like(Y)
    for _ in range(3):
        step = cho_solve(factor, W.T @ (Y - inside).T).T @ W.T
        inside += step
    return inside if np.linalg.norm(step, axis=1).max() <= 1e-3 * _ANGLE else None
