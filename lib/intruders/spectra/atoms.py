"""How much of a vector lies in one singular direction of W: bounds on the atoms of its spectral measure."""

import numpy as np
from scipy.linalg import eigh_tridiagonal

from intruders.spectra.krylov import Products, Triplets

_HUGE = 1e150
_CONVERGED = 1e-6


class LocalMeasure:
    """The spectral measures of W W' at unit left vectors y, or of W'W at right ones: atoms <u_i, y>^2 at s_i^2.

    Golub-Kahan bidiagonalisation started at y gives the numbers alpha_1, beta_2, alpha_2, beta_3, ... (Golub & Meurant
    2010, chapters 4 and 6); `largest_cosine` bounds every atom by them. The vectors go in step, so that W is read once
    a step for all of them. products(X) gives X W' and X W'W for rows X; the right vectors of `known` triplets of W are
    projected out, so that rounding cannot bring them back.

    On the left `start` (b, n) and its images start W (b, m) are expected; on the right start (b, m) alone.
    """

    def __init__(self, products: Products, known: Triplets, start: np.ndarray, images: np.ndarray | None = None):
        self.products, self.known = products, known.right
        self._defect = np.linalg.norm(known.residuals * known.values) * np.linalg.norm(known.angles)
        if images is None:
            self._tail, self._coefficients, self._next = np.zeros((len(start), 1), start.dtype), [], start
        else:
            images = images - (images @ self.known.T) @ self.known
            alpha = np.linalg.norm(images, axis=1)
            self._tail, self._coefficients, self._next = start, [alpha], images / _positive(alpha)[:, None]
        self._basis = np.empty((len(start), 0, self._next.shape[1]), self._next.dtype)
        self._rounding = 100 * np.finfo(start.dtype).eps * known.values[0] ** 2
        self._sound = np.full(len(start), True)
        self._steps = np.zeros(len(start), int)

    def grow(self) -> None:
        """One more step for every vector: two more coefficients, of use until what is left of a vector is rounding."""
        p = self._next
        images, rest = self.products(p)
        self._basis = np.concatenate([self._basis, p[:, None]], axis=1)
        for _ in range(2):
            rest = rest - (rest @ self.known.T) @ self.known
            inside = self._basis @ rest[:, :, None]
            rest = rest - (inside.transpose(0, 2, 1) @ self._basis)[:, 0]
        off = np.linalg.norm(rest, axis=1)
        last = self._coefficients[-1] if self._coefficients else np.zeros(len(p), p.dtype)
        tail = images - last[:, None] * self._tail
        norm = np.linalg.norm(tail, axis=1)
        self._sound &= (off > self._rounding) & (norm**2 > self._rounding)
        self._steps += self._sound
        self._coefficients += [norm, np.where(self._sound, off / _positive(norm), 0)]
        self._tail = tail / _positive(norm)[:, None]
        self._next = np.where(self._sound[:, None], rest / _positive(off)[:, None], 0)

    def largest_cosine(self, row: int, low: float, high: float, enough: float) -> float:
        """An upper bound on |<u_i, y>| for that row and every i with low <= s_i <= high that is not known.

        An atom at x is at most the Christoffel function 1/sum_i p_i(x)^2 of the orthonormal polynomials, which is
        maximised over x to one per cent, or until it is known to be below enough^2. To this comes what the known
        directions may add by being known only approximately.
        """
        size = self._steps[row]
        if size == 0:
            return 1.0
        e = np.array([0, *(coefficients[row] for coefficients in self._coefficients)], dtype=float)
        below, diagonal, above = e[: 2 * size : 2], e[1 : 2 * size : 2], e[2 : 2 * size + 1 : 2]
        function = _Christoffel(below**2 + diagonal**2, diagonal * above)
        extra = self._defect * function.sensitivity(low**2, high**2)
        return min(1.0, np.sqrt(function.maximum(low**2, high**2, max(enough - extra, 0) ** 2)) + extra)


def _positive(x):
    return np.maximum(x, np.finfo(x.dtype).tiny)


class _Christoffel:
    """x -> 1/(p_0(x)^2 + ... + p_J(x)^2), from the diagonal (J,) and off-diagonal (J,) of the Jacobi matrix."""

    def __init__(self, diagonal, off):
        self.diagonal, self.off = diagonal, np.maximum(off, 1e-30 * diagonal.max())
        self.nodes, S = eigh_tridiagonal(diagonal, off[:-1])
        self.weights, self.last = S[0] ** 2, np.abs(S[-1])

    def polynomials(self, x):
        """p_0, ..., p_J at x; the zeros of p_J are the nodes of Gauss quadrature."""
        p, before = [np.zeros_like(x), np.ones_like(x)], 0.0
        for a, b in zip(self.diagonal, self.off, strict=True):
            p.append(np.clip(((x - a) * p[-1] - before * p[-2]) / b, -_HUGE, _HUGE))
            before = b
        return np.array(p[1:])

    def maximum(self, low, high, enough):
        """Branch and bound.

        Between two zeros of p_J the polynomial K(a, .) = sum_i p_i(a) p_i has no zero, all its zeros being real and
        separated by those of p_J, so that log |K(a, .)| is concave there; and K(x, x) >= K(a, x)^2/K(a, a). Hence
        1/K(x, x) <= max(1, K(a, a)/K(a, b))^2/K(a, a) for x between a and b. Around a converged node the function has
        a peak too narrow to sample: there it is at most the node's weight plus what the other nodes make of it.
        """
        gaps = np.diff(self.nodes)
        apart = np.minimum(np.append(np.inf, gaps), np.append(gaps, np.inf)) if len(gaps) else np.array([np.inf])
        peaks = np.flatnonzero(self.last < _CONVERGED)
        inner, outer = self.nodes[peaks] - 1e-3 * apart[peaks], self.nodes[peaks] + 1e-3 * apart[peaks]
        beside = np.maximum(self._values(inner), self._values(outer))
        reached = (outer > low) & (inner < high)
        bound = np.max((self.weights[peaks] + 1.05 * beside)[reached], initial=0)
        ends = np.sort(np.concatenate([[low, high], self.nodes[self.last >= _CONVERGED], inner, outer]).clip(low, high))
        left, right = ends[:-1], ends[1:]
        inside_peak = np.any((left[:, None] >= inner) & (right[:, None] <= outer), axis=1)
        keep = (right > left) & ~inside_peak
        return max(bound, self._between(left[keep], right[keep], max(enough, bound)))

    def sensitivity(self, low, high):
        """The largest |q(A) y| of q(t) = (p(t) - 1)/(t - x) for the polynomial p with p(x) = 1 that attains 1/K(x, x).

        If A v = x v + d, then <y, v> = <p(A) y, v> - <q(A) y, d>. By Gauss quadrature, x halfway between the nodes.
        """
        ends = np.clip(np.concatenate([[low], self.nodes, [high]]), low, high)
        x = (ends[:-1] + ends[1:]) / 2
        P, Q = self.polynomials(x), self.polynomials(self.nodes)
        kernel = P[:-1].T @ Q[:-1] / np.sum(P * P, axis=0)[:, None]
        quotients = np.divide(
            kernel - 1, self.nodes - x[:, None], out=np.zeros_like(kernel), where=self.nodes != x[:, None]
        )
        return float(np.sqrt(np.max(quotients**2 @ self.weights)))

    def _values(self, x):
        return 1 / np.sum(self.polynomials(x) ** 2, axis=0)

    def _between(self, left, right, enough):
        highest = bound = 0.0
        for _ in range(100):
            P, Q = self.polynomials(left), self.polynomials(right)
            aa, bb, ab = (P * P).sum(0), (Q * Q).sum(0), (P * Q).sum(0)
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                above = np.fmin(np.maximum(1, aa / ab) ** 2 / aa, np.maximum(1, bb / ab) ** 2 / bb)
            above[~(ab > 0)] = np.inf
            highest = max(highest, np.max(1 / aa, initial=0), np.max(1 / bb, initial=0))
            open_ = above > max(1.01 * highest, enough)
            bound = max(bound, np.max(above[~open_], initial=0))
            if not open_.any():
                return min(bound, 1.0)
            middle = (left[open_] + right[open_]) / 2
            left, right = np.append(left[open_], middle), np.append(middle, right[open_])
        return 1.0
