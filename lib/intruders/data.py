"""The committed tables of the long runs, from a wheel or a clone. `data/README.md` describes every column."""

from pathlib import Path

import numpy as np
import pandas as pd

_PACKAGED = Path(__file__).parent / "_data"
FOLDER = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[2] / "data"


def load(name: str) -> pd.DataFrame:
    """The table data/<name>.parquet. Raises FileNotFoundError with the names that exist."""
    path = FOLDER / f"{name}.parquet"
    if not path.is_file():
        names = ", ".join(sorted(file.stem for file in FOLDER.glob("*.parquet")))
        raise FileNotFoundError(f"no table {name!r} in {FOLDER}; there are: {names}")
    return pd.read_parquet(path)


def matrices(grid: str) -> pd.DataFrame:
    """The rows of `<grid>-matrices`, each with the columns of its run and the thresholds of its pre-trained matrix.

    Raises FileNotFoundError as `load` does.
    """
    runs = load(grid).set_index("run")
    rows = load(f"{grid}-matrices").join(runs, on="run")
    bases = {model: load(f"{model}-base") for model in runs.model.unique()}
    limits = pd.concat(table.assign(model=model) for model, table in bases.items())
    columns = ["model", "matrix", "edge", "detachment", "visibility"]
    return rows.merge(limits[columns], on=["model", "matrix"], how="left", validate="many_to_one")


def strength(rows: pd.DataFrame) -> pd.Series:
    """The operator norm of each row's update: its largest spike."""
    return rows["spikes"].str[0]


def intruders(rows: pd.DataFrame, eps: float = 0.5, side: str = "left") -> pd.Series:
    """How many of each row's ten tuned directions have no cosine of eps with any pre-trained one."""
    return rows[f"{side}_cosines"].map(lambda cosines: int(np.less(cosines, eps).sum()))


def runs(grid: str, eps: float = 0.5, side: str = "left") -> pd.DataFrame:
    """One row a finished run: `load(grid)` with what its matrices add up to after the last task.

    intruders, random, aligned
                 directions without a cosine of eps: of the tuned matrices, with Haar vectors in place of the spikes',
                 and with their components along the leading old directions kept
    size         Frobenius norm of the change of all matrices
    strength     mean over the matrices of the largest spike
    excess       sum over all spikes of max(theta/visibility - 1, 0)
    forgetting   after the last task, as one number
    collapsed    whether the accuracy is at most twice that of guessing, where there are more than two classes
    """
    rows = matrices(grid)
    rows = rows[rows.stage == rows.tasks.map(len) - 1]
    excess = [np.maximum(s / v - 1, 0).sum() for s, v in zip(rows.spikes, rows.visibility, strict=True)]
    columns = {"intruders": f"{side}_cosines", "random": f"random_{side}", "aligned": f"aligned_{side}"}
    counted = {name: rows[column].map(lambda cosines: np.less(cosines, eps).sum()) for name, column in columns.items()}
    per_matrix = pd.DataFrame(counted | {"size": rows.frobenius**2, "excess": excess, "run": rows.run})
    sums = per_matrix.groupby("run").sum()
    sums["size"] = np.sqrt(sums["size"])
    found = load(grid).set_index("run").join(sums.assign(strength=strength(rows).groupby(rows.run).mean()), how="inner")
    guessing = found.tasks.str[-1].map({"glosses": 1 / 12, "docstrings": 1 / 8})
    return found.assign(forgetting=found.forgetting.str[-1], collapsed=found.accuracy <= 2 * guessing)


def interventions(grid: str) -> pd.DataFrame:
    """`<grid>-interventions` with the setting of each run, and each run untouched as every kind at factor 1.

    size, untouched_accuracy, untouched_forgetting    of the run as it was trained; intruders is their number in it
    """
    names = ["name", "rank", "alpha", "learning_rate", "seed", "size", "intruders"]
    of_run = runs(grid)[[*names, "accuracy", "forgetting"]]
    of_run = of_run.rename(columns={"accuracy": "untouched_accuracy", "forgetting": "untouched_forgetting"})
    rows = load(f"{grid}-interventions").join(of_run, on="run", how="inner")
    untouched = rows.drop_duplicates(["run", "kind"]).assign(
        factor=1.0,
        frobenius=lambda one: one["size"],
        accuracy=lambda one: one.untouched_accuracy,
        forgetting=lambda one: one.untouched_forgetting,
        pretraining_loss=np.nan,
    )
    return pd.concat([rows, untouched]).sort_values(["run", "kind", "factor"], ignore_index=True)
