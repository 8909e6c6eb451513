"""Overlaps after a dense perturbation: W0 of noise scale σ, plus an independent X of noise scale τσ.

W0 + X is noise of scale σ√(1+τ²), plus what W0 has of spikes. Its resolvent is, against a fixed vector, that of W0 at a
shifted complex argument: E (z − W0 − X)^-1 ≈ (ζ − W0)^-1, ζ = z − τ²σ² g(z) for symmetric matrices. The imaginary part
of ζ smears an old vector over the new ones; its derivative at an outlier shrinks the outlier's overlap.
Symmetric: Allez & Bouchaud 2014; Bun, Bouchaud & Potters 2018. Rectangular: Landau, Mel & Ganguli 2023; here by the
dilation.
"""

from dataclasses import replace

import numpy as np
from scipy.optimize import brentq

from intruders.theory.arguments import positive
from intruders.theory.bbp import predict
from intruders.theory.cosines import max_cosine_cdf
from intruders.theory.laws import Semicircle, SingularValueLaw

_VECTORS = 25  # new vectors, evenly spread over the bulk, that stand for all


def isolated_overlaps(theta: float, tau: float, bulk: Semicircle | SingularValueLaw) -> tuple[float, float]:
    """Squared cosines, left and right, between the outlier's vectors before and after a dense perturbation.

    overlap² = o²(θ; σ√(1+τ²)) / o²(θ; σ), o² that of the spike with its outlier (`bbp.predict`), on either side;
    (θ² − σ²(1+τ²))/(θ² − σ²) at c = 1. Zero where the louder noise swallows the outlier. theta in units of the bulk,
    tau without unit. Raises ValueError where the bulk alone has already swallowed it.
    """
    positive("tau", tau)
    before = predict(theta, bulk)
    if not before.exists:
        raise ValueError(f"theta: a spike of {theta} is not isolated from a bulk of sigma {bulk.sigma}")
    after = predict(theta, _louder(bulk, tau))
    return after.left_overlap / before.left_overlap, after.right_overlap / before.right_overlap


def eigenvector_overlap(x, position, tau: float, bulk: Semicircle):
    """N E<v, ṽ>², v an eigenvector of the Wigner matrix W0 at x, ṽ one of the symmetric W0 + X at `position`.

    τ²σ²/|ζ − x|², ζ = λ − τ²σ² g(λ + i0), λ = position, g the semicircle's transform at scale σ√(1+τ²): as a function
    of x a Lorentzian of half width πτ²σ²ρ(λ). Its mean over x, in the law of W0, is 1. x and position broadcast, in
    units of the bulk; position strictly inside the louder bulk, else ValueError. For N τ²σ²ρ² ≫ 1, that is many levels
    in the half width. Allez & Bouchaud 2014, bulk regime.
    """
    louder = _inside(position, tau, bulk)
    variance = (tau * bulk.sigma) ** 2
    ζ = position - variance * louder.stieltjes(position)
    return variance / np.abs(ζ - x) ** 2


def singular_vector_overlaps(s, position, tau: float, bulk: SingularValueLaw):
    """min(n, m) E<u, ũ>² and min(n, m) E<v, ṽ>², old singular vectors at s against new ones at `position`.

    −2 Im[β/(αβ − s²)]/(πρ) on the left and −2 Im[α/(αβ − s²)]/(πρ) on the right, at z = position + i0, with
    α = z − τ²σ² φ2, β = z − τ²σ² c φ1, and φ1, φ2, ρ the traces and the density of the louder bulk. At c = 1, α = β = ζ
    and both are τ²σ²-Lorentzians in s and −s. s and position broadcast, in units of the bulk; position strictly inside
    the louder bulk, else ValueError. s = 0 on the longer side stands for the vectors in the kernel of W0.

    The diagonal blocks of the dilation's mean resolvent are β/(αβ − W0W0') and α/(αβ − W0'W0): the noise adds the
    self-energies τ²σ² φ2 and τ²σ² c φ1 to its two blocks.
    """
    louder = _inside(position, tau, bulk)
    α, β = _shifted(position, tau, bulk)
    factor = -2 / (np.pi * louder.pdf(position))
    pole = 1 / (α * β - np.square(s))
    return factor * np.imag(β * pole), factor * np.imag(α * pole)


def half_width(tau: float, n: int, bulk: SingularValueLaw) -> float:
    """Half width, in levels, of the profile of the median bulk vector of an n x (n/c) matrix.

    |Im √(αβ)| N ρ0, N = min(n, m), ρ0 the density of W0's singular values at Re √(αβ); (π/2) τ²σ²N ρ ρ0 at c = 1, so
    that τ√N decides. Below one level the profile is no prediction: perturbation theory takes over.
    """
    root = np.sqrt(np.prod(_shifted(_louder(bulk, tau).median, tau, bulk)))
    return float(abs(root.imag) * min(n, n / bulk.c) * bulk.pdf(root.real))


def bulk_max_cosine(tau: float, n: int, bulk: SingularValueLaw) -> tuple[float, float]:
    """Left and right, the largest |cosine| of a new bulk vector with any old one: its median over all new ones.

    The eps at which `max_cosine_cdf`, averaged over the bulk, is 1/2, with the variances of `singular_vector_overlaps`
    at the quantiles of the bulk, for an n x (n/c) matrix. Too low by about 7 % at a `half_width` of 3 levels, 3 % at 5
    and 1 % at 20 (simulated, c = 1); no prediction below one.
    """
    k = round(min(n, n / bulk.c))
    old = bulk.ppf((np.arange(k) + 0.5) / k)
    new = _louder(bulk, tau).ppf((np.arange(_VECTORS) + 0.5) / _VECTORS)
    sides = singular_vector_overlaps(old, new[:, None], tau, bulk)
    left, right = (brentq(lambda eps, v=side / k: np.mean(max_cosine_cdf(eps, v)) - 0.5, 0, 1) for side in sides)
    return left, right


def _shifted(position, tau: float, bulk: SingularValueLaw):
    """α and β at position + i0: the argument of the resolvent in the two blocks of the dilation."""
    φ1, φ2 = _louder(bulk, tau).traces(position)
    variance = (tau * bulk.sigma) ** 2
    return position - variance * φ2, position - variance * bulk.c * φ1


def _louder(bulk, tau: float):
    return replace(bulk, sigma=bulk.sigma * np.hypot(1, tau))


def _inside(position, tau: float, bulk):
    positive("tau", tau)
    louder = _louder(bulk, tau)
    a, b = louder.support
    if np.any(outside := ~((np.asarray(position) > a) & (np.asarray(position) < b))):
        came = np.asarray(position)[outside].flat[0]
        raise ValueError(f"position must lie strictly inside the bulk, {a:.6g} to {b:.6g}, got {came:.6g}")
    return louder
