"""The D-transform of a bulk, which decides what a spike does to it, and the derivative of an analytic function."""

from collections.abc import Callable

import numpy as np

from intruders.theory.laws import Law

_MOST_POINTS = 2**10


def d_transform(z, bulk: Law):
    """D(z) = phi_1(z) phi_2(z), the product of the two traces of the resolvent of the Hermitian dilation.

    A spike theta u v' that does not know the bulk puts an outlier where D = 1/theta^2 (Benaych-Georges & Nadakuditi
    2012, Theorem 2.8, with their D). For the eigenvalues of a symmetric matrix it is g(z)^2. z: number or array,
    outside the support.
    """
    first, second = bulk.traces(z)
    return first * second


def d_derivative(z, bulk: Law):
    """D'(z), by `derivative` on circles of half the distance from z to the nearest singularity that D may have.

    z: number or array, real or complex, outside the support. Raises ValueError for a real z inside it.
    """
    z = np.asarray(z, dtype=complex)
    a, b = bulk.support
    inside = (z.imag == 0) & (z.real >= a) & (z.real <= b)
    if inside.any():
        raise ValueError(f"z must lie outside the support [{a:.6g}, {b:.6g}], got {z[inside].flat[0].real:.6g}")
    ends = np.array([0.0, *bulk.support, *bulk.atoms])  # of singular values, the dilation sees both signs
    distance = np.abs(z[..., None] - np.concatenate([ends, -ends])).min(axis=-1)
    distance = np.where(z.imag == 0, distance, np.minimum(distance, np.abs(z.imag)))
    return derivative(lambda w: d_transform(w, bulk), z, distance / 2)


def derivative(f: Callable, z, radius):
    """f'(z) = (1/(2 pi radius)) integral of f(z + radius e^(i phi)) e^(-i phi) d phi: Cauchy's formula.

    The trapezoidal rule converges geometrically, by 2^-k with k points where f is analytic up to twice the radius.
    Points are doubled until two results agree to 1e-10 of max|f|/radius (Trefethen & Weideman 2014).

    f: function of complex arrays; z: number or array; radius: of the same shape or one for all. Raises ValueError for
    a radius that is not positive, ArithmeticError where the rule does not converge or where the mean of f over the
    circle is not f(z): then f has a singularity on or inside the circle.
    """
    z, radius = np.broadcast_arrays(np.asarray(z, dtype=complex), np.asarray(radius, dtype=float))
    if not np.all(radius > 0):
        raise ValueError(f"radius must be positive, got {radius[~(radius > 0)].flat[0]}")
    previous, points = None, 16
    while points <= _MOST_POINTS:
        turn = np.exp(2j * np.pi * np.arange(points) / points)
        values = np.asarray(f(z[..., None] + radius[..., None] * turn))
        slope = (values / turn).mean(axis=-1) / radius
        allowed = 1e-10 * np.abs(values).max(axis=-1)
        if previous is not None and np.all(np.abs(slope - previous) * radius <= allowed):
            if np.all(np.abs(values.mean(axis=-1) - f(z)) <= 10 * allowed):
                return slope
            break
        previous, points = slope, 2 * points
    raise ArithmeticError(f"f is not analytic in a disc of radius {radius.max():.3g} around z")
