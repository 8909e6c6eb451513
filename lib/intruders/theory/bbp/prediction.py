"""What one spike does to a bulk: where its outlier stands, what is left of its vectors, and whether it is an intruder.

Symmetric, W + theta u u': Baik, Ben Arous & Péché 2005; Benaych-Georges & Nadakuditi 2011. Rectangular, W + theta u v':
Benaych-Georges & Nadakuditi 2012. The spike does not know the bulk, and the vectors of the bulk are Haar. An overlap is
the squared cosine between the spike's vector and the outlier's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from scipy.optimize import brentq

from intruders.theory.arguments import positive
from intruders.theory.bbp import window
from intruders.theory.bbp.edge import critical_width, threshold
from intruders.theory.cosines import max_cosine_cdf
from intruders.theory.laws import Empirical, Law, Semicircle, SingularValueLaw, SingularValues
from intruders.theory.transforms import d_transform, derivative

# Where the quadrature still converges: this far above the threshold, relative to it.
_NEAREST = 2e-3


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
        positive("n", n)
        if self.theta < threshold(self.bulk) * (1 + _NEAREST):
            variance = _towards_threshold(self.theta, self.bulk, lambda near: predict(near, self.bulk)._variance(n), 1)
            return float(np.sqrt(variance))
        return float(np.sqrt(self._variance(n)))

    def _variance(self, n: int) -> float:
        z, θ = self.position, self.theta
        first, second = np.real(self.bulk.traces(z))
        first_slope, second_slope = _slopes(z, self.bulk)
        if not isinstance(self.bulk, SingularValues):
            return 2 / n * (-first_slope - first**2) / first_slope**2
        c = self.bulk.c
        A, B = (first / z - first_slope) / 2, (second / z - second_slope) / 2
        sides = second**2 * (A - first**2) + c * first**2 * (B - second**2)
        variance = 4 * θ**2 * (A - first / z) * c / n + 2 * θ**4 / n * sides
        return variance / (θ**2 * (first_slope * second + first * second_slope)) ** 2

    def cosine_spread(self, n: int, side: str = "left") -> np.ndarray:
        """Standard deviations of the outlier's cosines with every old vector of that side, in rising order of s_i.

        To leading order the cosine with the i-th of N = min(n, m) old left singular vectors is Gaussian with variance
        theta^2 (z^2 o_R^2/n + s_i^2 o_L^2/m) / (z^2 - s_i^2)^2 (right: o_L and o_R, n and m exchanged), and with an old
        eigenvector theta^2 o^2/(n (z - lambda_i)^2); z is the position, o^2 an overlap, s_i the quantiles of the bulk.
        """
        positive("n", n)
        symmetric = not isinstance(self.bulk, SingularValues)
        values = _quantiles(self.bulk, n if symmetric else round(min(n, n / self.bulk.c)))
        return self._coupling(values, n, side) / (self.position - values)

    def _coupling(self, values: np.ndarray, n: int, side: str) -> np.ndarray:
        """The spread times z - s_i, which is what mixes the outlier with an old vector of value s_i."""
        if side not in ("left", "right"):
            raise ValueError(f"side must be 'left' or 'right', got {side!r}")
        z, θ = self.position, self.theta
        if not isinstance(self.bulk, SingularValues):
            return np.full(len(values), θ * np.sqrt(self.left_overlap / n))
        own, other = self.right_overlap / n, self.left_overlap * self.bulk.c / n
        if side == "right":
            own, other = other, own
        return θ * np.sqrt(z**2 * own + values**2 * other) / (z + values)

    def intruder_probability(
        self, n: int, eps: float = 0.5, side: str = "left", outliers: np.ndarray | None = None
    ) -> float:
        """Probability that the spike's vector has no |cosine| of eps or more with an old vector of that side.

        `far_probability`, times what the critical window takes from it (`intruders.theory.bbp.window`): it holds below
        the threshold, too. That factor was fitted to pure Gaussian noise; a bulk enters through its critical width.

        `outliers` are singular values that the old matrix has beyond the bulk. Next to one of them the spike's vector
        and the old one mix like two levels at a distance z - s with coupling h: tan 2 phi = 2 h/(z - s), so that the
        sine of the angle phi stays below eps if |h| < |z - s| tan(2 arcsin eps)/2, and always if eps^2 >= 1/2. Here h
        is Gaussian as in `cosine_spread`, and so is z, with its `standard_deviation`. A heuristic, compared with exact
        draws in the tests and with random spikes in real matrices in chapter 7.

        Raises ValueError unless 0 < eps < 1.
        """
        if not 0 < eps < 1:
            raise ValueError(f"eps must lie between 0 and 1, got {eps}")
        apart = 1.0
        if outliers is not None and len(outliers) and self.exists and eps**2 < 0.5:
            shifts, weights = _hermite()
            distance = np.abs(self.position + self.standard_deviation(n) * shifts[:, None] - outliers)
            spread = self._coupling(outliers, n, side) / np.maximum(distance, 1e-12 * self.position)
            apart = weights @ max_cosine_cdf(np.tan(2 * np.arcsin(eps)) / 2, spread**2) / np.sum(weights)
        return float(_probabilities(self, n, np.array([eps]), side)[0] * apart)

    def max_cosine(self, n: int, side: str = "left") -> float:
        """Expected largest |cosine| of the top vector with an old vector: the integral of 1 - probability over eps."""
        nodes, weights = np.polynomial.legendre.leggauss(200)
        return float(weights @ (1 - _probabilities(self, n, (nodes + 1) / 2, side)) / 2)


def far_probability(prediction: Prediction, n: int, eps: np.ndarray, side: str = "left") -> np.ndarray:
    """Probability that every |cosine| is below eps if they are independent Gaussian variables: far above the threshold.

    `max_cosine_cdf` with the `cosine_spread` as standard deviations. Within a few critical widths of the threshold it
    is far too high, because there the top of the old spectrum fluctuates as much as the outlier.
    """
    return max_cosine_cdf(eps, prediction.cosine_spread(n, side) ** 2)


def half_probability(bulk: Law, n: int, eps: float = 0.5, side: str = "left") -> float:
    """The strength at which a spike is as likely an intruder as not, `intruder_probability` = 1/2; n rows.

    It exceeds the threshold by a number of critical widths that depends on eps alone, plus terms of higher order. Error
    and range of validity: `intruders.theory.bbp.window`. Raises ValueError unless 0 < eps < 1.
    """
    theta_c, omega = threshold(bulk), critical_width(bulk, n)
    return brentq(
        lambda theta: predict(theta, bulk).intruder_probability(n, eps, side) - 0.5,
        theta_c * max(1 - 3 * omega, 0.01),
        theta_c * (1 + 100 * omega),
        xtol=1e-10 * theta_c,
    )


def _towards_threshold(theta: float, bulk: Law, f: Callable[[float], float], power: int) -> float:
    """f(theta), smooth in theta, which vanishes like that power at the threshold, from two strengths further away."""
    theta_c = threshold(bulk)
    first, second = (f(theta_c * (1 + k * _NEAREST)) / (k * _NEAREST) ** power for k in (1, 2))
    u = theta / theta_c - 1
    return float(u**power * (first + (second - first) * (u / _NEAREST - 1)))


def _slopes(z: float, bulk: Law) -> tuple[float, float]:
    """The derivatives of phi_1 and phi_2 above the bulk; Cauchy's formula costs more than quadrature."""
    if isinstance(bulk, Empirical):
        return bulk.slopes(z)
    radius = (z - bulk.support[1]) / 2
    first, second = (derivative(lambda w, k=k: bulk.traces(w)[k], z, radius).real for k in (0, 1))
    return float(first), float(second)


@cache
def _hermite() -> tuple[np.ndarray, np.ndarray]:
    return np.polynomial.hermite_e.hermegauss(21)


@lru_cache(maxsize=8)
def _quantiles(bulk: Law, count: int) -> np.ndarray:
    return bulk.ppf((np.arange(count) + 0.5) / count)


def _probabilities(prediction: Prediction, n: int, eps: np.ndarray, side: str) -> np.ndarray:
    theta_c, omega = threshold(prediction.bulk), critical_width(prediction.bulk, n)
    w = (prediction.theta / theta_c - 1) / omega
    outside = prediction if w >= 1 else predict(theta_c * (1 + omega), prediction.bulk)
    return far_probability(outside, n, eps, side) * window.factor(w, eps, omega)


@lru_cache(maxsize=64)
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
    if isinstance(bulk, Semicircle | SingularValueLaw):
        return Prediction(theta, bulk, True, *_gaussian(theta, bulk))
    try:
        return Prediction(theta, bulk, True, *_general(theta, bulk))
    except ArithmeticError:  # the quadrature, too close to the edge
        b = bulk.support[1]
        beyond = _towards_threshold(theta, bulk, lambda near: predict(near, bulk).position - b, 2)
        left = _towards_threshold(theta, bulk, lambda near: predict(near, bulk).left_overlap, 1)
        right = _towards_threshold(theta, bulk, lambda near: predict(near, bulk).right_overlap, 1)
        return Prediction(theta, bulk, True, b + beyond, left, right)


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
    first_slope, second_slope = _slopes(position, bulk)
    scale = -2 / (theta**2 * (first_slope * second + first * second_slope))
    return float(position), float(scale * first), float(scale * second)
