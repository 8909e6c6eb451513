"""The law of A + B when the eigenvectors of A and B do not know each other: free additive convolution."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from intruders.theory.laws import Law, Semicircle
from intruders.theory.transforms.contours import linear_statistic

_MOST_STEPS = 2000


@dataclass(frozen=True)
class FreeSum(Law):
    """Limit law of the eigenvalues of A + O B O', O uniform among the rotations, A and B with the laws first, second.

    With F = 1/g and h(w) = F(w) - w for each law, the subordination function w = omega_1(z) is the fixed point of
    w -> z + h_2(z + h_1(w)), and g(z) = g_1(w) (Belinschi & Bercovici 2007, Theorem 4.1). The iteration converges from
    everywhere above the real axis, also for z on it; Steffensen's rule speeds it up. (Two laws of two atoms each
    are the exception: on the line inside their bulk the map is a rotation about its fixed point, around which plain
    steps turn for ever and at which Steffensen's arrive; at one z it is the identity: ArithmeticError.)

    Variances and means add, as for independent numbers; fourth cumulants do not. An atom at a + b is left where the
    masses at a and b exceed 1 together (Bercovici & Voiculescu 1998).

    Where the sum has gaps inside its support, `expect` and `cdf` meet edges in mid-interval, converge slowly and may
    raise ArithmeticError; `stieltjes`, `pdf`, `moment` and the outer edges do not mind.
    """

    first: Law
    second: Law

    def stieltjes(self, z):
        """g(z) = g_1(omega_1(z)); on the real line g(x + i0). Raises ArithmeticError where the iteration gets stuck."""
        z = np.asarray(z, dtype=complex)
        below = z.imag < 0
        g = self.first.stieltjes(self.subordination(np.where(below, z.conj(), z)))
        return np.where(below, np.conj(g), g)[()]

    def subordination(self, z):
        """omega_1(z), Im z >= 0: the place where the first law must be asked for the transform of the sum at z.

        omega_2 = z + 1/g(z) - omega_1 is that of the second law. The iteration ends when rounding stops it; at an edge,
        a double root, that leaves an error of 1e-6 of the width, elsewhere of 1e-13.
        """
        shape = np.shape(z)
        z = np.asarray(z, dtype=complex).ravel()
        w, active = z + 0.25j * min(np.ptp(_hull(law)) for law in (self.first, self.second)), np.arange(z.size)
        best, change, stale = w.copy(), np.full(z.shape, np.inf), np.zeros(z.shape, dtype=int)
        for _ in range(_MOST_STEPS):
            here = w[active]
            with np.errstate(divide="ignore", invalid="ignore"):
                once = self._step(here, z[active])
                twice = self._step(once, z[active])
                leap = here - (once - here) ** 2 / (twice - 2 * once + here)
            safe = (leap.imag >= z[active].imag) & (np.abs(leap - twice) < self._width)
            w[active] = np.where(safe, leap, twice)

            new = np.abs(twice - once) / (self._width + np.abs(here))
            better = new < change[active]
            best[active[better]], change[active[better]] = twice[better], new[better]
            stale[active] = np.where(better, 0, stale[active] + 1)
            active = active[(change[active] > 1e-15) & ~((stale[active] > 4) & (change[active] < 1e-10))]
            if active.size == 0:
                self._refuse_identity(best, z)
                return best.reshape(shape)
        raise ArithmeticError(f"subordination did not converge at z = {z[active[0]]:.6g} in {_MOST_STEPS} steps")

    def _refuse_identity(self, w, z):
        nudge = 1e-4j * (self._width + np.abs(w))
        neutral = np.abs(self._step(w + nudge, z) - self._step(w, z) - nudge) < 1e-9 * np.abs(nudge)
        if neutral.any():
            raise ArithmeticError(f"every omega solves the equation at z = {z[neutral][0]:.6g}: move z a little")

    def _step(self, w, z):
        return z + _lag(self.second, z + _lag(self.first, w))

    def pdf(self, x):
        """-Im g(x + i0)/pi, zero outside the support; taken 1e-15 widths above: inside a gap omega may be infinite."""
        x = np.asarray(x, dtype=float)
        a, b = self.support
        inside = (x > a) & (x < b)
        density = np.zeros(x.shape)
        if inside.any():
            density[inside] = np.clip(-self.stieltjes(x[inside] + 1e-15j * self._width).imag / np.pi, 0, None)
        return density

    @property
    def atoms(self) -> dict[float, float]:
        pairs = ((a + b, p + q - 1) for a, p in self.first.atoms.items() for b, q in self.second.atoms.items())
        return {place: mass for place, mass in pairs if mass > 1e-12}

    @cached_property
    def support(self) -> tuple[float, float]:
        """The outer edges: the extrema of K_1(g) + K_2(g) - 1/g over real g, K_i the inverse of g_i beyond its law.

        On the right of everything z(g) first falls, then rises, as g grows; its minimum is the edge. Raises
        ArithmeticError where an atom of the sum stands at the end.
        """
        return self._edge(-1), self._edge(1)

    def moment(self, k: int) -> float:
        """E X^k, by Cauchy's formula around the support."""
        return linear_statistic(lambda z: z**k, self.stieltjes, self._hull).real

    @property
    def _hull(self) -> tuple[float, float]:
        """An interval that holds everything: the sum of those of the two laws."""
        (a, b), (c, d) = _hull(self.first), _hull(self.second)
        return a + c, b + d

    @cached_property
    def _width(self) -> float:
        return float(np.subtract(*self._hull[::-1]))

    def _edge(self, sign: int) -> float:
        laws = [(law.stieltjes, _hull(law)[(sign + 1) // 2]) for law in (self.first, self.second)]
        end = sum(end for _, end in laws)
        if any(np.isclose(place, end, rtol=0, atol=1e-12 * self._width) for place in self.atoms):
            raise ArithmeticError(f"an atom of the sum stands at its end {end:.6g}; the edge behind it is not sought")

        def beyond(log_g: float) -> float:
            g = np.exp(log_g)
            return sum(_distance(lambda d, t=t, e=e: sign * t(e + sign * d).real, g) for t, e in laws) - 1 / g

        low = high = -np.log(self._width)
        while beyond(high + 1) < beyond(high):
            low, high = high, high + 1
        least = minimize_scalar(
            beyond, bounds=(min(low, high - 1), high + 1), method="bounded", options={"xatol": 1e-9}
        )
        return float(end + sign * least.fun)


def _lag(law: Law, w):
    """F(w) - w; for a semicircle -sigma^2 g(w), which keeps its digits for large w."""
    g = law.stieltjes(w)
    return -(law.sigma**2) * g if isinstance(law, Semicircle) else 1 / g - w


def _hull(law: Law) -> tuple[float, float]:
    ends = [*law.support, *law.atoms]
    return min(ends), max(ends)


def _distance(transform, g: float) -> float:
    """Where a transform that falls from the end of a law outwards has the value g; next to nothing where it never does.

    It is at most 1/distance. One by quadrature gives up close to the end, where only the search passes, not the result.
    """
    far = 1 / g
    while far > 1e-15 / g:
        try:
            if transform(far / 2) >= g:
                return brentq(lambda d: transform(d) - g, far / 2, far * (1 + 1e-9), xtol=1e-15 / g)
        except ArithmeticError:
            break
        far /= 2
    return far
