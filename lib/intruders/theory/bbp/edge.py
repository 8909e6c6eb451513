"""The edge of a bulk: the threshold that a spike must pass, and at finite size the noise's own top and the window."""

from functools import lru_cache

import numpy as np

from intruders.theory.arguments import positive
from intruders.theory.laws import Law, SingularValueLaw, SingularValues
from intruders.theory.transforms import d_transform


@lru_cache(maxsize=64)
def threshold(bulk: Law) -> float:
    """The strength D(b)^(-1/2) above which a spike detaches from a bulk with upper edge b, D = phi_1 phi_2.

    sigma for a Wigner matrix, sigma c^(1/4) for an n x m one, c = n/m; 0 where D is infinite at the edge, as it is when
    the density of the bulk does not vanish there (Benaych-Georges & Nadakuditi 2012, Theorem 2.8).
    """
    return strength_at(bulk.support[1], bulk)


def strength_at(position: float, bulk: Law) -> float:
    """The spike whose outlier stands at `position`: D(position)^(-1/2), at least `threshold(bulk)`.

    A position that exceeds the edge by less than one part in 1e10 is taken for the edge: less than 2e-5 in the result.
    """
    b = bulk.support[1]
    height = np.real(d_transform(position if position > b * (1 + 1e-10) else b, bulk))
    return float(height**-0.5) if np.isfinite(height) else 0.0


def top_of_noise(bulk: Law, n: int) -> tuple[float, float]:
    """Centre and scale of the largest value of the noise, n rows: (top - centre)/scale tends to TracyWidom(1).

    A bulk of N values whose density is kappa sqrt(b - x) next to its edge b has centre b and scale (pi kappa N)^(-2/3):
    sigma N^(-2/3) for a Wigner matrix. For Gaussian singular values the centre and scale of Johnstone 2001 with the
    half-integers of Ma 2012, whose error is of order N^(-2/3) instead of N^(-1/3), mapped from s^2 to s.
    """
    positive("n", n)
    if isinstance(bulk, SingularValueLaw):
        rows, columns = np.sqrt(n - 0.5), np.sqrt(n / bulk.c - 0.5)
        unit = bulk.sigma / np.sqrt(n / bulk.c)
        return unit * (rows + columns), unit * (1 / rows + 1 / columns) ** (1 / 3) / 2
    b = bulk.support[1]
    step = 1e-6 * (b - bulk.support[0])
    kappa = float(bulk.pdf(b - step)) / np.sqrt(step)
    return b, (np.pi * kappa * _count(bulk, n)) ** (-2 / 3)


@lru_cache(maxsize=64)
def critical_width(bulk: Law, n: int) -> float:
    """The relative width omega ~ n^(-1/3) of the critical window, whose variable is w = (theta/theta_c - 1)/omega.

    Next to the edge the secular equation becomes the same for all bulks, one Gaussian weight for each Airy point, when
    theta is measured by w: a theorem for the largest value of Gaussian matrices (Bloemendal & Virág 2013; rectangular
    ones through the equivalent covariance model), a heuristic for other bulks and for vectors. With delta the scale of
    `top_of_noise`, omega = theta_c/(n delta) for symmetric matrices, which is n^(-1/3) for a Wigner one, and
    omega = theta_c^2 (phi_2/n + phi_1/m)/(4 delta) for n x m ones, with phi_1 and phi_2 at the edge, which is
    (n^(-1/2) + m^(-1/2))^(2/3)/2 for Gaussian noise, up to the half-integers of delta.
    Raises ValueError for a bulk whose threshold is 0: it has no window.
    """
    theta_c = threshold(bulk)
    if theta_c == 0:
        raise ValueError(f"bulk: expected a density that vanishes at its edge, {bulk!r} has the threshold 0")
    _, delta = top_of_noise(bulk, n)
    if not isinstance(bulk, SingularValues):
        return theta_c / (n * delta)
    first, second = np.real(bulk.traces(bulk.support[1]))
    return float(theta_c**2 * (second + bulk.c * first) / (4 * n * delta))


def _count(bulk: Law, n: int) -> float:
    return min(n, n / bulk.c) if isinstance(bulk, SingularValues) else n
