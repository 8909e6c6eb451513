"""What a fine-tuning run did to each weight matrix, as rows of a table."""

import numpy as np
import pandas as pd

from intruders.spectra.detect import detect
from intruders.spectra.updates import effective_rank, stable_rank
from intruders.theory.bbp import strength_at, threshold
from intruders.theory.laws import SingularValueLaw
from intruders.tuning.train import Run

TOP_K = 10


def spectra(name: str, base: np.ndarray, update: np.ndarray) -> list[dict]:
    """Two rows for one weight matrix, left and right: its update's size and ranks, both thresholds, the max-cosines.

    spikes        the TOP_K largest singular values of the update
    detachment    threshold of the bulk fitted to the pre-trained singular values by their median
    visibility    the spike whose outlier, over that bulk, would stand at the TOP_K-th pre-trained singular value
    max_cosines   for the TOP_K largest tuned directions, the largest |cosine| with any pre-trained one
    """
    values = np.linalg.svd(update, compute_uv=False)
    report = detect(base, update, TOP_K, side="both", route="dense")
    bulk = SingularValueLaw.fit(report.base_values, base.shape)
    about = {
        "matrix": name,
        "n": base.shape[0],
        "m": base.shape[1],
        "frobenius": float(np.linalg.norm(values)),
        "stable_rank": stable_rank(values),
        "effective_rank": effective_rank(values),
        "spikes": values[:TOP_K].tolist(),
        "detachment": threshold(bulk),
        "visibility": strength_at(report.base_values[TOP_K - 1], bulk),
    }
    return [about | {"side": side, "max_cosines": report.max_cosine(side).tolist()} for side in report.sides]


def table(run: Run, rows_of_matrices: list[list[dict]]) -> pd.DataFrame:
    """The rows of all matrices of one run, with its setting, seed, accuracy and seconds."""
    setting = run.setting
    about = {
        "method": setting.name,
        "rank": setting.rank,
        "alpha": setting.alpha if setting.rank else None,
        "learning_rate": setting.learning_rate,
        "steps": setting.steps,
        "batch_size": setting.batch_size,
        "seed": run.seed,
        "accuracy": run.accuracy,
        "seconds": round(run.seconds, 1),
    }
    rows = [about | row for rows in rows_of_matrices for row in rows]
    return pd.DataFrame(rows).astype({"rank": "Int64", "alpha": "Float64"})


def strength(rows: pd.DataFrame) -> pd.Series:
    """The operator norm of each row's update: its largest spike."""
    return rows["spikes"].str[0]


def intruders(rows: pd.DataFrame, eps: float) -> pd.Series:
    """How many of each row's TOP_K tuned directions have max-cosine below eps."""
    return rows["max_cosines"].map(lambda cosines: int(np.less(cosines, eps).sum()))
