"""What one spike does to a bulk: where its outlier stands, what is left of its vectors, and whether it is an intruder.

Symmetric, W + theta u u': Baik, Ben Arous & Péché 2005; Benaych-Georges & Nadakuditi 2011. Rectangular, W + theta u v':
Benaych-Georges & Nadakuditi 2012. The spike does not know the bulk, and the vectors of the bulk are Haar. An overlap is
the squared cosine between the spike's vector and the outlier's.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import erf

from intruders.theory.laws import Law, Semicircle, SingularValueLaw
from intruders.theory.laws.base import SingularValues
from intruders.theory.transforms import d_derivative, d_transform, derivative


@dataclass(frozen=True)
class Prediction:
    """The top of bulk + spike: limits as attributes, and as methods what depends on the number of rows n.

    exists           whether an outlier leaves the bulk
    position         its place; the edge of the bulk if none does
    left_overlap, right_overlap    squared cosines between the spike's vectors and the outlier's
    """

    theta: float
    bulk: Law
    exists: bool
    position: float
    left_overlap: float
    right_overlap: float

    def standard_deviation(self, n: int) -> float:
        """Standard deviation of the outlier around `position` to leading order n^(-1/2); real noise, n rows.

        For a bulk with Haar vectors only the spike's coordinates fluctuate at this order, the spectrum being rigid.
        With A = (1/n) tr z^2 (z^2 - W W')^-2 = (phi_1/z - phi_1')/2 and B the same of W' W, at z = position,

            theta^4 D'^2 Var = 4 theta^2 (A - phi_1/z)/m
                               + 2 theta^4 (phi_2^2 (A - phi_1^2)/n + phi_1^2 (B - phi_2^2)/m),

        and for symmetric noise Var = (2/n) (-g' - g^2)/g'^2. For Gaussian noise with t = theta/sigma these are
        (sigma^2/m) (t^4 - c) (2 t^2 + 1 + c) / (2 t^2 (t^2 + 1) (t^2 + c)) and (2 sigma^2/n) (1 - 1/t^2): the
        symmetric case is in Capitaine, Donati-Martin & Féral 2009 and Benaych-Georges, Guionnet & Maida 2011. Raises
        ValueError below the threshold, where the Tracy-Widom law of the edge takes over (`top_of_noise`).
        """
        if not self.exists:
            raise ValueError(f"theta: {self.theta:.4g} makes no outlier, the threshold is {threshold(self.bulk):.4g}")
        z, θ = self.position, self.theta
        first, second = np.real(self.bulk.traces(z))
        first_slope = self._slope(0)
        if not isinstance(self.bulk, SingularValues):
            return float(np.sqrt(2 / n * (-first_slope - first**2)) / -first_slope)
        c = self.bulk.c
        A, B = (first / z - first_slope) / 2, (second / z - self._slope(1)) / 2
        sides = second**2 * (A - first**2) + c * first**2 * (B - second**2)
        variance = 4 * θ**2 * (A - first / z) * c / n + 2 * θ**4 / n * sides
        return float(np.sqrt(variance) / (θ**2 * -d_derivative(z, self.bulk).real))

    def _slope(self, side: int) -> float:
        gap = self.position - self.bulk.support[1]
        return derivative(lambda w: self.bulk.traces(w)[side], self.position, gap / 2).real

    def cosine_spread(self, n: int, side: str = "left") -> np.ndarray:
        """Standard deviations of the outlier's cosines with every old vector of that side, in rising order of s_i.

        To leading order the cosine with the i-th of N = min(n, m) old left singular vectors is Gaussian with variance
        theta^2 (z^2 o_R^2/n + s_i^2 o_L^2/m) / (z^2 - s_i^2)^2 (right: o_L and o_R, n and m exchanged), and with an old
        eigenvector theta^2 o^2/(n (z - lambda_i)^2); z is the position, o^2 an overlap, s_i the quantiles of the bulk.
        """
        if side not in ("left", "right"):
            raise ValueError(f"side must be 'left' or 'right', got {side!r}")
        z, θ = self.position, self.theta
        if not isinstance(self.bulk, SingularValues):
            values = self.bulk.ppf((np.arange(n) + 0.5) / n)
            return θ * np.sqrt(self.left_overlap / n) / (z - values)
        m = n / self.bulk.c
        N = round(min(n, m))
        s = self.bulk.ppf((np.arange(N) + 0.5) / N)
        own, other = self.right_overlap / n, self.left_overlap / m
        if side == "right":
            own, other = other, own
        return θ * np.sqrt(z**2 * own + s**2 * other) / (z**2 - s**2)

    def intruder_probability(self, n: int, eps: float = 0.5, side: str = "left") -> float:
        """Probability that the outlier's largest |cosine| with an old vector is below eps.

        The product over i of erf(eps/(sd_i sqrt 2)), sd_i the `cosine_spread`. Zero below the threshold, where the top
        vector stays an old one. Too low within some n^(-1/3) of the threshold: `half_probability` is made for that
        window, and `top_singular_triplets` is exact. Raises ValueError unless 0 < eps < 1.
        """
        if not 0 < eps < 1:
            raise ValueError(f"eps must lie between 0 and 1, got {eps}")
        return float(self._below(np.array([eps]), n, side)[0])

    def max_cosine(self, n: int, side: str = "left") -> float:
        """Expected largest |cosine| of the top vector with an old vector of that side; 1 below the threshold."""
        nodes, weights = np.polynomial.legendre.leggauss(200)
        return float(weights @ (1 - self._below((nodes + 1) / 2, n, side)) / 2)

    def _below(self, eps: np.ndarray, n: int, side: str) -> np.ndarray:
        if not self.exists:
            return np.zeros_like(eps)
        spread = self.cosine_spread(n, side)
        return np.prod(erf(eps[:, None] / (np.sqrt(2) * spread)), axis=1)


def threshold(bulk: Law) -> float:
    """The strength D(b)^(-1/2) above which a spike detaches from a bulk with upper edge b, D = phi_1 phi_2.

    sigma for a Wigner matrix, sigma c^(1/4) for an n x m one, c = n/m; 0 where D is infinite at the edge, as it is when
    the density of the bulk does not vanish there (Benaych-Georges & Nadakuditi 2012, Theorem 2.8).
    """
    return strength_at(bulk.support[1], bulk)


def strength_at(position: float, bulk: Law) -> float:
    """The spike whose outlier stands at `position`: D(position)^(-1/2), at least `threshold(bulk)`."""
    return float(np.real(d_transform(max(position, bulk.support[1]), bulk)) ** -0.5)


def predict(theta: float, bulk: Law) -> Prediction:
    """What a spike of strength theta > 0, in the units of the bulk, does to it as n -> infinity.

    Above the threshold D(position) = 1/theta^2 and the overlaps are -2 phi_1/(theta^2 D') on the left and
    -2 phi_2/(theta^2 D') on the right (Benaych-Georges & Nadakuditi 2012, Theorems 2.8 and 2.9). For Gaussian noise
    with t = theta/sigma and c = n/m (1 if symmetric):

    position  sqrt((theta^2 + sigma^2)(theta^2 + c sigma^2))/theta, that is theta + sigma^2/theta at c = 1
    left      (t^4 - c)/(t^2 (t^2 + c)), right (t^4 - c)/(t^2 (t^2 + 1)), that is 1 - 1/t^2 at c = 1

    Below the threshold the position is the edge of the bulk and both overlaps are 0.
    """
    if not 0 < theta < np.inf:
        raise ValueError(f"theta must be positive and finite, got {theta}")
    if theta <= threshold(bulk):
        return Prediction(theta, bulk, False, float(bulk.support[1]), 0.0, 0.0)
    route = _gaussian if isinstance(bulk, Semicircle | SingularValueLaw) else _general
    return Prediction(theta, bulk, True, *route(theta, bulk))


def _gaussian(theta: float, bulk: Semicircle | SingularValueLaw) -> tuple[float, float, float]:
    c, t2 = bulk.c, (theta / bulk.sigma) ** 2
    position = bulk.sigma * np.sqrt((t2 + 1) * (t2 + c) / t2)
    return float(position), (t2**2 - c) / (t2 * (t2 + c)), (t2**2 - c) / (t2 * (t2 + 1))


def _general(theta: float, bulk: Law) -> tuple[float, float, float]:
    b = bulk.support[1]

    def missing(x: float) -> float:
        return theta**2 * np.real(d_transform(b + x, bulk)) - 1

    low = theta / 2
    while missing(low) < 0:
        low /= 2
    position = b + brentq(missing, low, 2 * low, xtol=1e-15, rtol=1e-14)
    first, second = np.real(bulk.traces(position))
    scale = -2 / (theta**2 * d_derivative(position, bulk).real)
    return float(position), float(scale * first), float(scale * second)
