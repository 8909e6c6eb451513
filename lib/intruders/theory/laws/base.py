"""What every law answers, by quadrature; a law with a closed form overrides it."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cache

import numpy as np
from scipy.special import roots_legendre

_MOST_NODES = 2**12


class Law(ABC):
    """A probability law on the line: a density on an interval, and atoms.

    A subclass gives `support` and `pdf`. The general routes substitute x = (a + b)/2 - (b - a)/2 cos(phi), which makes
    edges that vanish like a square root, or diverge like an inverse one, analytic, and double the nodes of
    Gauss-Legendre quadrature until two results agree to 1e-11.
    """

    @property
    @abstractmethod
    def support(self) -> tuple[float, float]:
        """Lower and upper edge of the continuous part."""

    @abstractmethod
    def pdf(self, x):
        """Density of the continuous part; zero outside the support."""

    @property
    def atoms(self) -> dict[float, float]:
        """Position -> mass of every atom."""
        return {}

    @property
    def window(self) -> tuple[float, float]:
        """A finite interval outside of which the continuous part has no mass that a double can see."""
        return self.support

    def expect(self, f: Callable[[np.ndarray], np.ndarray]):
        """E f(X), for a function of arrays; it may return leading axes in front of that of x.

        Raises ArithmeticError where the quadrature does not converge, as for 1/(z - x) with z at the support.
        """
        jumps = sum(mass * f(np.array([x]))[..., 0] for x, mass in self.atoms.items())
        a, b = self.window
        return _quadrature(lambda x: self.pdf(x) * f(x), a, np.asarray(b, dtype=float), (a, b)) + jumps

    def cdf(self, x):
        """P(X <= x)."""
        x = np.asarray(x, dtype=float)
        a, b = self.window
        smooth = _quadrature(self.pdf, a, np.clip(x, a, b), (a, b))
        return smooth + sum(mass * (x >= position) for position, mass in self.atoms.items())

    def ppf(self, q):
        """The smallest x with P(X <= x) >= q, by bisection. Raises ValueError for q outside [0, 1]."""
        q = np.asarray(q, dtype=float)
        if not np.all((q >= 0) & (q <= 1)):
            raise ValueError(f"q must lie in [0, 1], got {q[~((q >= 0) & (q <= 1))].flat[0]}")
        ends = [*self.window, *self.atoms]
        low, high = np.full(q.shape, min(ends)), np.full(q.shape, max(ends))
        for _ in range(60):
            middle = (low + high) / 2
            right = self.cdf(middle) >= q
            low, high = np.where(right, low, middle), np.where(right, middle, high)
        for position in self.atoms:
            high = np.where(np.abs(high - position) <= 1e-15 * (max(ends) - min(ends)), position, high)
        return high

    def moment(self, k: int) -> float:
        """E X^k."""
        return float(self.expect(lambda x: x**k))

    def stieltjes(self, z):
        """g(z) = integral mu(dx)/(z - x), for z outside the support."""
        z = np.asarray(z)
        return self.expect(lambda x: 1 / (z[..., None] - x))

    def traces(self, z):
        """phi_1 and phi_2 at z: what u' and v' on both sides of the resolvent tend to, u and v free of the bulk.

        For the eigenvalues of a symmetric matrix both are g(z).
        """
        g = self.stieltjes(z)
        return g, g

    def rvs(self, size, rng: np.random.Generator):
        """Independent draws, by inversion."""
        return self.ppf(rng.uniform(size=size))


class SingularValues(Law):
    """A law of the min(n, m) singular values of n x m matrices, with c = n/m."""

    c: float

    def traces(self, z):
        """phi_1 and phi_2 at z: the limits of (1/n) tr z (z^2 - W W')^-1 and (1/m) tr z (z^2 - W' W)^-1.

        phi_1 = min(1, 1/c) E z/(z^2 - S^2) + (1 - 1/c)_+ / z, the last term from the n - m directions that a tall W
        does not reach, and phi_2 = c phi_1 + (1 - c)/z (Benaych-Georges & Nadakuditi 2012, Section 2).
        """
        z = np.asarray(z)
        share = min(1, 1 / self.c)
        first = share * self.expect(lambda s: z[..., None] / (z[..., None] ** 2 - s**2)) + (1 - share) / z
        return first, self.c * first + (1 - self.c) / z


def _quadrature(f, lower: float, upper: np.ndarray, window: tuple[float, float]):
    """Integral of f from `lower` to each entry of `upper`, in the angle of the window."""
    a, b = window
    middle, half = (a + b) / 2, (b - a) / 2
    start, end = (np.arccos(np.clip((middle - x) / half, -1, 1)) for x in (lower, upper))

    def integral(nodes):
        t, weights = _rule(nodes)
        phi = start + (end[..., None] - start) * (t + 1) / 2
        values = f(middle - half * np.cos(phi)) * np.sin(phi)
        return half * (end - start) / 2 * (values @ weights)

    return converged(integral, f"[{a:.4g}, {b:.4g}]")


def angular_rule(law: Law, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Points x and weights w with sum_i w_i f(x_i) = E f(X) for the continuous part of a law."""
    a, b = law.window
    t, weights = _rule(nodes)
    phi = np.pi * (t + 1) / 2
    x = (a + b) / 2 - (b - a) / 2 * np.cos(phi)
    return x, np.pi / 2 * (b - a) / 2 * weights * np.sin(phi) * law.pdf(x)


def converged(integral: Callable[[int], np.ndarray], where: str):
    """integral(nodes) with as many nodes as it takes two results in turn to agree to 1e-11."""
    previous, nodes = None, 32
    while nodes <= _MOST_NODES:
        result = integral(nodes)
        if previous is not None and np.all(np.abs(result - previous) <= 1e-11 * (1 + np.abs(result))):
            return result
        previous, nodes = result, 2 * nodes
    raise ArithmeticError(f"quadrature over {where} did not converge with {_MOST_NODES} nodes")


@cache
def _rule(nodes: int) -> tuple[np.ndarray, np.ndarray]:
    return roots_legendre(nodes)
