"""The committed tables: every column is described, the declared runs and no others are there, numbers are in range."""

import re
from fnmatch import fnmatch

import numpy as np
import pytest

from intruders.data import FOLDER, load
from intruders.tuning.experiments import GRIDS
from intruders.tuning.grids import key

TABLES = sorted(path.stem for path in FOLDER.glob("*.parquet"))
RUN = [name for name in TABLES if name in GRIDS]


def described(text: str) -> dict[str, set[str]]:
    """By the patterns in the headings of data/README.md: the names in the first column of the tables below."""
    found = {}
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        columns = {
            name for row in re.findall(r"^\| (`.*?) \|", body, re.MULTILINE) for name in re.findall("`(.*?)`", row)
        }
        found |= dict.fromkeys(re.findall("`(.*?)`", heading), columns)
    return found


def problems(name: str, columns, text: str) -> list[str]:
    sections = described(text)
    fitting = [pattern for pattern in sections if fnmatch(name, pattern)]
    if not fitting:
        return [f"{name}: no section"]
    known = sections[max(fitting, key=lambda pattern: (pattern == name, pattern.startswith("*"), len(pattern)))]
    return [f"{name}: {column}" for column in columns if column not in known]


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_described(name):
    text = (FOLDER / "README.md").read_text()
    columns = list(load(name).columns)
    assert problems(name, columns, text) == []
    assert problems(name, [*columns, "mood"], text) == [f"{name}: mood"]


@pytest.mark.parametrize("name", RUN)
def test_the_declared_runs_are_there_once_each(name):
    runs, grid = load(name), GRIDS[name]
    declared = [(seed, setting) for seed in grid.seeds for setting in grid.settings]
    assert len(runs) == len({key(setting, seed) for seed, setting in declared}) == len(declared)
    for (_, row), (seed, setting) in zip(runs.iterrows(), declared, strict=True):
        assert (row.seed, row["name"], row.learning_rate, row.steps) == (
            *(seed, setting.name),
            *(setting.learning_rate, setting.steps),
        )
    assert not runs.status.str.startswith("failed").any()


@pytest.mark.parametrize("name", RUN)
def test_runs_are_in_range(name):
    runs = load(name).query("status == 'finished'")
    assert runs.accuracy.between(0, 1).all() and (runs.seconds > 0).all()
    assert runs.versions.str.contains("torch").all() and runs.hardware.ne("").all()
    after = np.stack(runs.pretraining_loss.map(lambda one: one[-1])), np.stack(runs.forgetting.map(lambda one: one[-1]))
    assert np.ptp(after[0] - after[1]) < 1e-4, "one loss before, whatever the run"
    still = runs[runs.learning_rate == 0]
    assert still.forgetting.map(lambda one: abs(one[-1])).max() == 0 if len(still) else True


@pytest.mark.parametrize("name", RUN)
def test_matrices_are_in_range(name):
    runs, rows = load(name).set_index("run"), load(f"{name}-matrices")
    finished = runs.index[runs.status == "finished"]
    assert set(rows.run) == set(finished)
    count = {"minilm": 36, "smollm2": 210}
    expected = runs.loc[finished].apply(lambda row: count[row.model] * len(row.tasks), axis=1)
    assert (rows.groupby("run").size() == expected).all()
    for column in rows.columns[
        rows.columns.str.contains("left|right") & ~rows.columns.str.contains("overlap|partners")
    ]:
        values = np.concatenate(rows[column].to_numpy())
        assert values.min() >= 0 and values.max() <= 1 + 1e-6, column
    for column in ("spikes", "tuned"):
        assert all((np.diff(one) <= 1e-6 * one[0]).all() for one in rows[column])
    squares = rows.spikes.map(lambda one: float(np.sum(np.square(one))))
    assert (squares <= rows.frobenius**2 * (1 + 1e-4)).all()
    low = rows.run.map(runs["rank"]).notna() & (rows.frobenius > 0)
    assert np.allclose(
        squares[low & (rows.spikes.map(len) < 16)], rows.frobenius[low & (rows.spikes.map(len) < 16)] ** 2, rtol=1e-4
    )
    assert rows.exact.dropna().between(0, 10).all()


def test_a_table_that_is_not_there_is_named():
    with pytest.raises(FileNotFoundError, match=r"no table 'none' in .*; there are: .*intruder-crossing"):
        load("none")


def test_interventions_have_their_two_ends():
    for name in [name for name in RUN if GRIDS[name].intervene]:
        runs, rows = load(name).set_index("run"), load(f"{name}-interventions")
        assert rows.groupby("run").size().nunique() == 1
        pretrained = rows[(rows.kind == "shrunk") & (rows.factor == 0)]
        assert pretrained.forgetting.abs().max() < 0.01
        assert set(rows.run) == set(runs.index[runs.status == "finished"])
