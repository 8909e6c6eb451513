"""The equations that the transforms of the two great laws solve, solved by nothing but iteration."""

from collections.abc import Callable

import numpy as np

from intruders.theory.arguments import positive

_MOST_STEPS = 20_000


def semicircle_iteration(z, sigma: float = 1.0) -> tuple[np.ndarray, int]:
    """g <- 1/(z - sigma^2 g), from g = 1/z: the transform of the semicircle and the number of steps it took.

    Converges for every z above the real axis; the distance to the limit shrinks by |sigma g|^2 a step, which tends to
    1 as z approaches the bulk. Errors as in `iterate`.
    """
    positive("sigma", sigma)
    return iterate(lambda g, z: 1 / (z - sigma**2 * g), z)


def marchenko_pastur_iteration(z, c: float, sigma: float = 1.0) -> tuple[np.ndarray, int]:
    """g <- 1/(z - sigma^2/(1 - c sigma^2 g)), from g = 1/z: the transform of Marchenko-Pastur and the number of steps.

    The same equation as c sigma^2 z g^2 - (z - sigma^2 (1 - c)) g + 1 = 0, in the form that maps the lower half plane
    into itself and so converges for every z above the real axis and every c > 0. Errors as in `iterate`.
    """
    positive("c", c)
    positive("sigma", sigma)
    return iterate(lambda g, z: 1 / (z - sigma**2 / (1 - c * sigma**2 * g)), z)


def iterate(step: Callable, z, tolerance: float = 1e-12) -> tuple[np.ndarray, int]:
    """Applies g <- step(g, z) from g = 1/z until the error left is below the tolerance times |g|, for all z at once.

    The error left is bounded by the last change times r/(1 - r), with r = |d step/dg| the factor by which it shrinks;
    where the steps turn around the limit it is smaller than that. Returns g and the steps taken.

    z: number or array, Im z > 0, else ValueError. Raises ArithmeticError where 20,000 steps do not suffice.
    """
    z = np.asarray(z, dtype=complex)
    if not np.all(z.imag > 0):
        raise ValueError(f"z must lie above the real axis, got {z[~(z.imag > 0)].flat[0]}")
    g = 1 / z
    for steps in range(1, _MOST_STEPS + 1):
        old, g = g, step(g, z)
        change = np.abs(g - old)
        if np.all(change <= tolerance * np.abs(g)):
            nudge = 1e-5 * g
            rate = np.abs(step(g + nudge, z) - step(g - nudge, z)) / np.abs(2 * nudge)
            if np.all(change * rate <= tolerance * np.abs(g) * (1 - rate)):
                return g, steps
    raise ArithmeticError(f"no fixed point after {_MOST_STEPS} steps; Im z is as small as {z.imag.min():.3g}")
