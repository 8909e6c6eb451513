"""Accuracy and time of this library and of scikit-rmt in one process: rows as JSON. Run by bench.py in its environment.

An error is the largest absolute difference from mpmath with thirty digits and more; for random matrices it is the
variance of the trace, which is known exactly for every size, divided by its exact value, minus one.
"""

import json
import logging
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path
from statistics import median

import mpmath
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "library"))
import painleve
from skrmt.ensemble import spectral_law
from skrmt.ensemble.gaussian_ensemble import GaussianEnsemble
from skrmt.ensemble.wishart_ensemble import WishartEnsemble

from intruders.theory import tridiagonal
from intruders.theory.laws import MarchenkoPastur, Semicircle, TracyWidom, tracy_widom

REPEATS = 21
POINTS = 10_000


def side_by_side(ours, theirs, repeats=REPEATS) -> float:
    """Their time divided by ours: medians of calls that take turns."""
    seconds = {ours: [], theirs: []}
    for _ in range(repeats):
        for call in seconds:
            started = time.perf_counter()
            call()
            seconds[call].append(time.perf_counter() - started)
    return median(seconds[theirs]) / median(seconds[ours])


def functions(name, ours, theirs, oracle, points):
    """pdf and cdf of one law: accuracy at the points of the oracle, time at ten thousand between them."""
    x = np.linspace(min(points), max(points), POINTS)
    for kind, exact in zip(("cdf", "pdf"), np.array(oracle).T, strict=True):
        mine, other = getattr(ours, kind), getattr(theirs, kind)
        errors = [float(np.max(np.abs(f(points) - exact))) for f in (mine, other)]
        yield name, kind, POINTS, *errors, side_by_side(lambda f=mine: f(x), lambda f=other: f(x))


def tracy_widom_rows():
    for beta in (1, 2, 4):
        s = np.linspace(-6.5, 5.5, 121)
        exact = painleve.tracy_widom(beta, s)
        theirs = spectral_law.TracyWidomDistribution(beta=beta)
        yield from functions(f"Tracy-Widom, beta = {beta}", TracyWidom(beta), theirs, [exact[x] for x in s], s)

    def first_use():
        tracy_widom._determinants.cache_clear()
        tracy_widom._polynomials.cache_clear()
        TracyWidom(1).cdf(0.0)

    ratio = side_by_side(first_use, lambda: spectral_law.TracyWidomDistribution(beta=1).cdf(0.0), 5)
    yield "Tracy-Widom, beta = 1", "first cdf", 1, None, None, ratio


def integrals(density, lower, points):
    """Exact cdf and pdf at rising points."""
    total, rows, left = mpmath.mpf(0), [], lower
    for x in map(mpmath.mpf, points):
        total += mpmath.quad(density, [left, x])
        rows.append((float(total), float(density(x))))
        left = x
    return rows


def bulk_rows():
    x = np.linspace(-1.99, 1.99, 61)
    exact = integrals(lambda t: mpmath.sqrt(abs(4 - t * t)) / (2 * mpmath.pi), -2, x)
    yield from functions("semicircle", Semicircle(), spectral_law.WignerSemicircleDistribution(), exact, x)
    for c in (0.5, 2.0):
        a, b = ((1 + sign * mpmath.sqrt(c)) ** 2 for sign in (-1, 1))

        def density(t, a=a, b=b, c=c):
            return mpmath.sqrt(abs((b - t) * (t - a))) / (2 * mpmath.pi * c * t)

        x = np.linspace(float(a) + 0.02, float(b) - 0.02, 61)
        atom = max(0.0, 1 - 1 / c)
        exact = [(below + atom, value) for below, value in integrals(density, a, x)]
        theirs = spectral_law.MarchenkoPasturDistribution(ratio=c)
        yield from functions(f"Marchenko-Pastur, c = {c:g}", MarchenkoPastur(c), theirs, exact, x)


def matrix_rows():
    """Entries of variance 1 off the diagonal: Var tr is 2 n for GOE, 2 p n for X X' with X p x n."""
    rng = np.random.default_rng(0)
    np.random.seed(0)  # noqa: NPY002, their generator is numpy's global one

    def variance(trace, exact, draws=4000):
        return abs(float(np.var([trace() for _ in range(draws)]) / exact - 1))

    errors = (
        variance(lambda: np.sqrt(50) * tridiagonal.beta_hermite(50, 1, rng)[0].sum(), 100),
        variance(lambda: np.trace(GaussianEnsemble(1, 50, tridiagonal_form=True).matrix), 100),
    )
    ratio = side_by_side(
        lambda: tridiagonal.eigenvalues(*tridiagonal.beta_hermite(2000, 1, rng)),
        lambda: GaussianEnsemble(1, 2000, tridiagonal_form=True).eigvals(),
        9,
    )
    yield "GOE, tridiagonal", "eigenvalues", 2000, *errors, ratio

    def ours():
        return 100 * sum(np.sum(part**2) for part in tridiagonal.beta_laguerre(50, 100, 1, rng))

    errors = (
        variance(ours, 10_000),
        variance(lambda: np.trace(WishartEnsemble(1, 50, 100, tridiagonal_form=True).matrix), 10_000),
    )
    ratio = side_by_side(
        lambda: tridiagonal.singular_values(*tridiagonal.beta_laguerre(2000, 4000, 1, rng)),
        lambda: WishartEnsemble(1, 2000, 4000, tridiagonal_form=True).eigvals(),
        9,
    )
    yield "Wishart, tridiagonal", "eigenvalues", 2000, *errors, ratio


if __name__ == "__main__":
    mpmath.mp.dps = 30
    warnings.simplefilter("ignore")
    logging.disable()
    packages = ("intruders", "scikit-rmt", "numpy", "scipy", "mpmath")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    rows = [row for group in (tracy_widom_rows, bulk_rows, matrix_rows) for row in group()]
    print(json.dumps({"rows": rows, "versions": versions, "python": sys.version.split()[0]}))
