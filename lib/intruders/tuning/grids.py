"""Runs a declared grid: in any order, on any executor, nothing lost when it stops; tables when all is there."""

import json
import math
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from intruders.spectra.jobs import outcomes
from intruders.spectra.journal import check_output
from intruders.tuning.experiments import GRIDS
from intruders.tuning.runs import about, bases, record
from intruders.tuning.train import Setting

# Figures kept of every measured number.
_DIGITS = 6


def run(
    name: str,
    folder: Path,
    jobs: int = 1,
    executor: Executor | None = None,
    progress: Callable[[int, int, float], None] | None = None,
) -> Path:
    """Writes FOLDER/NAME.parquet, one row a run, FOLDER/NAME-matrices.parquet, one row a run, task and matrix, and
    FOLDER/MODEL-base.parquet, one row a matrix before any tuning.

    A run that diverges or fails is a row whose status says so; a failed one is tried again when the grid goes on.
    FOLDER/NAME.partial keeps what is finished, a line of JSON a run, until all is; called again it goes on from there.
    Raises ValueError for a name that is none of `GRIDS`, FileExistsError for a table that is there, and OSError where
    none can be written.
    """
    if name not in GRIDS:
        raise ValueError(f"no grid {name!r}; there are {', '.join(GRIDS)}")
    path, grid = folder / f"{name}.parquet", GRIDS[name]
    check_output(path)
    partial_path = folder / f"{name}.partial"
    keys = {key(setting, seed): (setting, seed) for seed in grid.seeds for setting in grid.settings}
    kept = {line: row for line, row in _read(partial_path) if line in keys}
    finished = {line: row for line, row in kept.items() if not row["status"].startswith("failed")}
    weights = {one: setting.steps * len(setting.tasks) for one, (setting, _) in keys.items()}
    waiting = [pair for one, pair in keys.items() if one not in finished]

    def tell():
        if progress:
            done = sum(weights[one] for one in finished)
            progress(len(finished), len(keys), done / sum(weights.values()))

    tell()
    with partial_path.open("a", encoding="utf-8") as file:
        file.truncate(len(_whole(partial_path)))
        call = partial(_call, intervene=grid.intervene)
        for pair, row in outcomes(call, waiting, jobs, executor):
            if isinstance(row, Exception):
                row = about(*pair) | {"status": f"failed: {type(row).__name__}: {row}"}
            finished[key(*pair)] = row = _plain(row)
            file.write(json.dumps({"key": key(*pair), "row": row}, allow_nan=False) + "\n")
            file.flush()
            tell()
    for model in {setting.model for setting in grid.settings}:
        _write({folder / f"{model}-base.parquet": [_plain(row) for row in bases(model)]})
    write_tables([finished[one] for one in keys], path)
    partial_path.unlink()
    return path


def state(folder: Path) -> list[tuple[str, int, int, bool]]:
    """Of every grid: its name, the number of its runs, how many are finished and wait for the rest, and whether all."""
    found = []
    for name, grid in GRIDS.items():
        kept = {line for line, row in _read(folder / f"{name}.partial") if not row["status"].startswith("failed")}
        found.append((name, len(grid.settings) * len(grid.seeds), len(kept), (folder / f"{name}.parquet").exists()))
    return found


def write_tables(rows: list[dict], path: Path) -> None:
    """The tables of these runs beside each other; what was there is replaced when they are whole."""
    runs, parts = [], {"matrices": [], "interventions": []}
    for number, row in enumerate(rows):
        runs.append({"run": number} | {name: value for name, value in row.items() if name not in parts})
        for kind, found in parts.items():
            found += [{"run": number} | one for one in row.get(kind, [])]
    more = {path.with_stem(f"{path.stem}-{kind}"): found for kind, found in parts.items() if found}
    _write({path: runs} | more)


def _write(tables: dict[Path, list[dict]]) -> None:
    beside = {target: target.with_suffix(".new") for target in tables}
    for target, rows in tables.items():
        table = pa.Table.from_pandas(pd.DataFrame(rows), preserve_index=False)
        short = pa.schema([field.with_type(_short(field.type)) for field in table.schema])
        pq.write_table(
            table.cast(short), beside[target], compression="zstd", compression_level=19, use_dictionary=False
        )
    for target, new in beside.items():
        new.replace(target)


def _short(kind: pa.DataType) -> pa.DataType:
    """Lists in single precision, which holds the six digits that are kept."""
    return pa.list_(pa.float32()) if kind == pa.list_(pa.float64()) else kind


def key(setting: Setting, seed: int) -> str:
    return json.dumps(about(setting, seed), sort_keys=True)


def _call(pair, intervene) -> dict:
    return record(*pair, intervene=intervene)


def _read(path) -> list[tuple[str, dict]]:
    """The whole lines; one that is being written, or was when it stopped, is left out."""
    lines = [json.loads(line) for line in _whole(path).splitlines()]
    return [(line["key"], line["row"]) for line in lines]


def _whole(path) -> bytes:
    content = path.read_bytes() if path.exists() else b""
    return content[: content.rfind(b"\n") + 1]


def _plain(value):
    """For JSON: arrays as lists, numbers to six significant digits, and None for what is none."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, bool | str | None):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
