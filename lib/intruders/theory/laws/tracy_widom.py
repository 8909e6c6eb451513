"""The law of the largest eigenvalue of pure noise, by Fredholm determinants."""

from dataclasses import dataclass
from functools import cache
from math import factorial

import numpy as np
from scipy.interpolate import PPoly, make_interp_spline
from scipy.special import airy, roots_legendre

from intruders.theory.laws.base import Law

_LOWEST, _HIGHEST = -10.5, 14.0  # outside of them F+ and F- differ from 0 and 1 by less than 1e-15
_AIRY_ENDS = 16.0  # Ai(16) = 4e-20
_NODES = 44
_STEP, _DEGREE = 0.125, 9


@dataclass(frozen=True)
class TracyWidom(Law):
    """Tracy-Widom law F_beta of the largest eigenvalue of noise, beta = 1 (real), 2 (complex) or 4 (quaternion).

    With F+ and F- the determinants det(1 - V_s) and det(1 + V_s) of the operator on L2(s, oo) with kernel
    V_s(x, y) = Ai((x + y)/2)/2 (Ferrari & Spohn 2005, math-ph/0505012; Bornemann 2010, arXiv 0904.1581),

    F_1(s) = F+(s),   F_2(s) = F+(s) F-(s),   F_4(s) = [F+(sqrt2 s) + F-(sqrt2 s)]/2.

    Scaling: for the ensembles of this book, with N distinct eigenvalues and the bulk [-2 sigma, 2 sigma],
    k N^(2/3) (lambda_1/sigma - 2) tends to F_beta with k = 1 at beta = 1 and 2 and k = 2^(1/6) at beta = 4, and with a
    bias of N^(-1/3) unless beta = 2. With M = N + 1/2 - 1/beta, k M^(1/6) (sqrt N lambda_1/sigma - 2 sqrt M) tends to
    the same with a bias of N^(-2/3) (Johnstone & Ma 2012 have such constants for beta = 1 and 2).

    At beta = 4 three scales are in use. This one is Tracy & Widom's (1996) and Bornemann's, with mean -2.3069; without
    the sqrt2 (Baik & Rains 2001) it is -3.2624, that of the *second* largest eigenvalue at beta = 1; with k = 1 for
    every beta (the stochastic Airy operator of Ramirez, Rider & Virag 2011) it is -2.0552.

    Nystrom's method with Gauss-Legendre nodes (Bornemann 2010, arXiv 0804.2543) on a grid, and a spline of degree nine
    through it: cdf within 1e-12 and pdf within 1e-10 on the whole line, both absolute. Raises ValueError for another
    beta.
    """

    beta: int

    def __post_init__(self):
        if self.beta not in (1, 2, 4):
            raise ValueError(f"beta must be 1, 2 or 4, got {self.beta}")

    @property
    def support(self) -> tuple[float, float]:
        return -np.inf, np.inf

    @property
    def window(self) -> tuple[float, float]:
        scale = np.sqrt(2) if self.beta == 4 else 1
        return _LOWEST / scale, _HIGHEST / scale

    def pdf(self, x):
        return np.clip(self._inside(x, 1), 0, None)

    def cdf(self, x):
        return np.clip(self._inside(x, 0), 0, 1) + (np.asarray(x) >= self.window[1])

    def _inside(self, x, derivative: int):
        """F or its derivative, and zero outside the window."""
        x = np.asarray(x, dtype=float)
        a, b = self.window
        return np.where((x > a) & (x < b), _polynomials(self.beta)(np.clip(x, a, b), derivative), 0)


@cache
def _polynomials(beta: int) -> PPoly:
    """F_beta between the knots of the spline as Taylor polynomials: ten times as fast as the spline itself."""
    s, plus, minus = _determinants()
    F = {1: plus, 2: plus * minus, 4: (plus + minus) / 2}[beta]
    spline = make_interp_spline(s / np.sqrt(2) if beta == 4 else s, F, k=_DEGREE)
    knots = np.unique(spline.t)
    return PPoly(np.array([spline(knots[:-1], k) / factorial(k) for k in range(_DEGREE, -1, -1)]), knots)


@cache
def _determinants() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """s, F+(s) and F-(s) on a grid: quadrature over (s, s + L) turns the operator into a symmetric matrix."""
    s = np.arange(_LOWEST, _HIGHEST + _STEP / 2, _STEP)
    nodes, weights = roots_legendre(_NODES)
    L = 2 * (_AIRY_ENDS - s)[:, None]
    x, root = L * (nodes + 1) / 2, np.sqrt(L * weights / 2)
    i, j = np.tril_indices(_NODES)
    V = np.empty((len(s), _NODES, _NODES))
    V[:, i, j] = airy((x[:, i] + x[:, j]) / 2 + s[:, None])[0] / 2 * root[:, i] * root[:, j]
    V[:, j, i] = V[:, i, j]
    one = np.eye(_NODES)
    return s, np.linalg.det(one - V), np.linalg.det(one + V)
