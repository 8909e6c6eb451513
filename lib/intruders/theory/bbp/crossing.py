"""How often a spike is an intruder around the threshold: draws from the exact law of noise + spike, in O(n) numbers.

`python -m intruders.theory.bbp.crossing TABLE.parquet` measures; data/README.md says what was declared.
"""

import sys
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import least_squares
from scipy.special import ndtr

from intruders.theory.bbp import window
from intruders.theory.bbp.edge import critical_width, threshold
from intruders.theory.bbp.prediction import far_probability, predict
from intruders.theory.bbp.secular import top_singular_triplets
from intruders.theory.ensembles import unit_vector
from intruders.theory.laws import SingularValueLaw
from intruders.theory.tridiagonal import beta_laguerre, singular_values

SEED = 0
SHAPES = [
    (round(size * max(1, c)), round(size * max(1, 1 / c)))
    for size in (4096, 2048, 1024, 512, 256, 128)
    for c in (0.25, 0.5, 1, 2, 4)
]
WINDOW = np.arange(-2, 8.01, 0.5)
CUTOFFS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def max_cosines(strengths: np.ndarray, n: int, m: int, rng: np.random.Generator) -> np.ndarray:
    """Largest |cosine| of the top left and right vectors with any old one, for one noise and spikes theta u v' of it.

    Exact in law for an n x m Gaussian matrix of unit sigma: its singular values come from a bidiagonal matrix, and the
    spike's coordinates in its singular bases are uniform on the spheres, independent of them. Shape (strengths, 2).
    """
    values = singular_values(*beta_laguerre(n, m, 1, rng))
    u, v = unit_vector(n, rng)[:, None], unit_vector(m, rng)[:, None]
    largest = np.empty((len(strengths), 2))
    for row, strength in zip(largest, strengths, strict=True):
        _, left, right = top_singular_triplets(values, u, v, [strength])
        row[:] = [np.abs(side[: len(values)]).max() for side in (left, right)]
    return largest


def shares(shape: tuple[int, int]) -> pd.DataFrame:
    """Share of draws in which the top vector is an intruder, for every w in WINDOW, both sides, every cut-off."""
    n, m = shape
    draws = 1000 if min(shape) <= 1024 else 400
    rng = np.random.default_rng([SEED, n, m])
    bulk = SingularValueLaw(n / m)
    strengths = threshold(bulk) * (1 + critical_width(bulk, n) * WINDOW)
    largest = np.array([max_cosines(strengths, n, m, rng) for _ in range(draws)])
    rows = [
        {"n": n, "m": m, "draws": draws, "side": side, "eps": eps, "w": w, "theta": theta, "share": share}
        for index, side in enumerate(("left", "right"))
        for eps in CUTOFFS
        for w, theta, share in zip(WINDOW, strengths, (largest[:, :, index] < eps).mean(axis=0), strict=True)
    ]
    return pd.DataFrame(rows)


def measure(target: Path, executor: Executor) -> None:
    """Adds to the table the shapes that it lacks, the largest first: what is finished is kept if it is interrupted."""
    tables = [pd.read_parquet(target)] if target.exists() else []
    done = {shape for table in tables for shape in zip(table.n, table.m, strict=True)}
    missing = [shape for shape in SHAPES if shape not in done]
    beside = target.with_suffix(".partial")
    for count, table in enumerate(executor.map(shares, missing), 1):
        tables = [pd.concat([*tables, table], ignore_index=True)]
        tables[0].to_parquet(beside)
        beside.rename(target)
        print(f"{count} of {len(missing)} shapes", end="\r", file=sys.stderr)


def crossings(table: pd.DataFrame) -> pd.DataFrame:
    """Where the measured share passes one half, by linear interpolation: one row for every n, m, side and eps.

    theta and w of the crossing, and its standard error in w: that of the share over its slope. Where the share does not
    reach one half there is no row.
    """
    rows = []
    for (n, m, side, eps), group in table.groupby(["n", "m", "side", "eps"]):
        group = group.sort_values("w")
        w, theta, share = (group[name].to_numpy() for name in ("w", "theta", "share"))
        rising = np.flatnonzero((share[:-1] < 0.5) & (share[1:] >= 0.5))
        if rising.size:
            k = rising[-1]
            part = (0.5 - share[k]) / (share[k + 1] - share[k])
            slope = (share[k + 1] - share[k]) / (w[k + 1] - w[k])
            place = {name: x[k] + part * (x[k + 1] - x[k]) for name, x in (("w", w), ("theta", theta))}
            error = np.sqrt(0.25 / group.draws.iloc[0]) / slope
            rows.append({"n": n, "m": m, "side": side, "eps": eps, **place, "error": error})
    return pd.DataFrame(rows)


def far_shares(table: pd.DataFrame) -> pd.Series:
    """P_far at max(w, 1) for every row."""
    far = pd.Series(index=table.index, dtype=float)
    for (n, m, side, w), group in table.groupby(["n", "m", "side", table.w.clip(lower=1)]):
        bulk = SingularValueLaw(n / m)
        prediction = predict(threshold(bulk) * (1 + critical_width(bulk, n) * w), bulk)
        far[group.index] = far_probability(prediction, n, group.eps.to_numpy(), side)
    return far


def fitted(table: pd.DataFrame) -> pd.Series:
    """Which rows the window's coefficients are fitted to; the others are held out."""
    return table[["n", "m"]].min(axis=1).isin([128, 512, 2048]) & (table.n / table.m).isin([0.25, 1, 4])


def fit(table: pd.DataFrame) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """CENTRE and SPREAD of `intruders.theory.bbp.window`, by least squares on the rows that `fitted` names."""
    table = table[fitted(table)]
    far, eps, w, share = far_shares(table).to_numpy(), *(table[name].to_numpy() for name in ("eps", "w", "share"))
    omega = np.array([critical_width(SingularValueLaw(n / m), n) for n, m in zip(table.n, table.m, strict=True)])

    def misses(x):
        return far * ndtr((w - window.centre(x[:4], eps, omega)) / window.spread(x[4:], eps)) - share

    x = least_squares(misses, [0, 1, 0, 0, 1, 0]).x
    return tuple(map(float, x[:4])), tuple(map(float, x[4:]))


if __name__ == "__main__":
    with ProcessPoolExecutor() as processes:
        measure(Path(sys.argv[1]), processes)
