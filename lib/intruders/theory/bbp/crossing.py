"""How often a spike is an intruder around the threshold: draws from the exact law of noise + spike, in O(n) numbers.

`python -m intruders.theory.bbp.crossing TABLE.parquet` measures; data/README.md says what was declared.
"""

import sys
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from intruders.theory.bbp.edge import critical_width
from intruders.theory.bbp.prediction import threshold
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


def shares(shape: tuple[int, int], seed: int = SEED, draws: int | None = None) -> pd.DataFrame:
    """Share of draws in which the top vector is an intruder, for every w in WINDOW, both sides, every cut-off."""
    n, m = shape
    draws = draws or (1000 if min(shape) <= 1024 else 400)
    rng = np.random.default_rng([seed, n, m])
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


def measure(executor: Executor, seed: int = SEED, draws: int | None = None) -> pd.DataFrame:
    """The whole table, one task for each shape, the largest first."""
    tables = []
    for table in executor.map(partial(shares, seed=seed, draws=draws), SHAPES):
        tables.append(table)
        print(f"{len(tables)} of {len(SHAPES)} shapes", end="\r", file=sys.stderr)
    return pd.concat(tables, ignore_index=True)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    with ProcessPoolExecutor() as processes:
        table = measure(processes)
    partial_file = target.with_suffix(".partial")
    table.to_parquet(partial_file)
    partial_file.rename(target)
