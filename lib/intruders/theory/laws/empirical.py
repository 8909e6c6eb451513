"""The bulk of a measured matrix, its own outliers set aside."""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
from scipy.optimize import nnls

from intruders.theory.laws.base import SingularValues, angular_rule, converged
from intruders.theory.laws.bulks import SingularValueLaw

_FITTED = (0.5, 0.95)  # quantiles: the half that decides the edge, without the end, where outliers act
_ROUNDS = 20


@dataclass(frozen=True, eq=False)
class Empirical(SingularValues):
    """The smooth law behind min(n, m) measured singular values of an n x m matrix, and the outliers beyond it.

    Quantile for quantile, s = p r + q r^3/b^2, where r follows the singular-value law of unit sigma with edge b, and
    p, q >= 0 are fitted by least squares between the quantiles .5 and .95: noise of p = sigma, and beyond it a heavier
    tail. The edges stay square-root edges and D is finite there. Values beyond the fitted edge are set aside and the
    quantiles counted again, until their number stands. Ke, Ma & Lin 2023 match a bulk by its quantiles in this way,
    with a line. The edge is extrapolated from the quantiles below: for the bulk of chapter 5 it is three per cent, and
    the threshold eight per cent, too high. An edge steeper than that of noise is not fitted: it would set aside a few
    values more in every round, until a bulk of noise had lost its upper fifth.

    Raises ValueError for a wrong number of values, or for values that are negative or not finite.
    """

    singular_values: np.ndarray = field(repr=False)
    shape: tuple[int, int]

    def __post_init__(self):
        values, expected = np.asarray(self.singular_values), min(self.shape)
        if values.shape != (expected,):
            raise ValueError(
                f"singular_values: expected {expected} values for shape {self.shape}, got shape {values.shape}"
            )
        if not (np.isfinite(values).all() and (values >= 0).all()):
            raise ValueError("singular_values must be finite and not negative")

    @property
    def c(self) -> float:
        return self.shape[0] / self.shape[1]

    @cached_property
    def support(self) -> tuple[float, float]:
        a, b = self._reference.support
        return float(self._value(a)), float(self._value(b))

    @property
    def outliers(self) -> np.ndarray:
        """The measured values beyond the edge of the bulk, falling."""
        return np.sort(self.singular_values[self.singular_values > self.support[1]])[::-1]

    def pdf(self, x):
        x = np.asarray(x, dtype=float)
        a, b = self.support
        r = self._rank(np.clip(x, a, b))
        return np.where((x > a) & (x < b), self._reference.pdf(r) / self._slope(r), 0)

    def cdf(self, x):
        return self._reference.cdf(self._rank(np.clip(x, *self.support)))

    def ppf(self, q):
        return self._value(self._reference.ppf(q))

    def expect(self, f):
        return converged(lambda nodes: f(self._rule(nodes)[0]) @ self._rule(nodes)[1], "the bulk")

    def slopes(self, z: float) -> tuple[float, float]:
        """The derivatives of `traces` at a real z outside the support.

        phi_1' = -min(1, 1/c) E (z^2 + S^2)/(z^2 - S^2)^2 - (1 - 1/c)_+ / z^2 and phi_2' = c phi_1' - (1 - c)/z^2.
        """
        share = min(1, 1 / self.c)
        first = -share * self.expect(lambda s: (z**2 + s**2) / (z**2 - s**2) ** 2) - (1 - share) / z**2
        return float(first), float(self.c * first - (1 - self.c) / z**2)

    def _rule(self, nodes: int) -> tuple[np.ndarray, np.ndarray]:
        """Points and weights of the reference's quadrature with that number of nodes, kept."""
        if nodes not in self._rules:
            r, weights = angular_rule(self._reference, nodes)
            self._rules[nodes] = self._value(r), weights
        return self._rules[nodes]

    @cached_property
    def _rules(self) -> dict:
        return {}

    @cached_property
    def _reference(self) -> SingularValueLaw:
        return SingularValueLaw(self.c)

    @cached_property
    def _coefficients(self) -> tuple[float, float]:
        values = np.sort(self.singular_values)
        edge = self._reference.support[1]
        kept = len(values)
        for _ in range(_ROUNDS):
            middle, r = _middle(self._reference, kept)
            (p, q), _ = nnls(np.column_stack(self._shapes(r)), values[:kept][middle])
            inside = np.searchsorted(values, p * self._shapes(edge)[0] + q * self._shapes(edge)[1])
            if inside == kept:
                break
            kept = inside
        return float(p), float(q)

    def _shapes(self, r):
        b = self._reference.support[1]
        return r, r**3 / b**2

    def _value(self, r):
        p, q = self._coefficients
        first, second = self._shapes(np.asarray(r, dtype=float))
        return p * first + q * second

    def _slope(self, r):
        p, q = self._coefficients
        return p + 3 * q * (r / self._reference.support[1]) ** 2

    def _rank(self, x):
        """The r with value x, by bisection."""
        low, high = (np.full(np.shape(x), end) for end in self._reference.support)
        for _ in range(60):
            middle = (low + high) / 2
            below = self._value(middle) < x
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return high


@lru_cache(maxsize=64)
def _middle(law: SingularValueLaw, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Which of `count` quantiles are fitted, and where they are."""
    quantiles = (np.arange(count) + 0.5) / count
    middle = (quantiles > _FITTED[0]) & (quantiles < _FITTED[1])
    return middle, law.ppf(quantiles[middle])
