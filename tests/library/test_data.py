"""The committed tables: every column is described, the declared runs and no others are there, numbers are in range."""

import re
from fnmatch import fnmatch

import numpy as np
import pandas as pd
import pytest

from intruders import data
from intruders.data import FOLDER, load
from intruders.tuning.experiments import GRIDS, LAW
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
    assert rows.exact.dropna().eq(10).all(), "the secular equation places all ten values within 1e-8"


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


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A grid "g" of three runs, two of them finished, with two tasks and two matrices."""
    monkeypatch.setattr(data, "FOLDER", tmp_path)
    setting = {"name": "LoRA", "rank": 1, "alpha": 16, "learning_rate": 1e-3, "seed": 0}
    both = {"model": "small", "tasks": ["mails", "glosses"], "status": "finished", **setting}
    runs = [
        {"run": 0, **both, "accuracy": 0.8, "forgetting": [0.1, 0.3]},
        {"run": 1, **both, "accuracy": 0.1, "forgetting": [0.2, 0.4]},
        {"run": 2, **both, "status": "diverged"},
    ]
    pd.DataFrame(runs).to_parquet(tmp_path / "g.parquet")
    rows = []
    for run in (0, 1):
        for stage in (0, 1):
            for matrix in "ab":
                names = [f"{word}_{side}" for side in ("left", "right") for word in ("random", "aligned")]
                cosines = {name: [0.4 + 0.2 * run, 0.9] for name in names}
                own = {"left_cosines": [0.1, 0.4 + stage], "right_cosines": [0.9, 0.9]}
                about = {"run": run, "stage": stage, "matrix": matrix, "frobenius": 3.0 + stage, "spikes": [3.0, 1.0]}
                rows.append(about | cosines | own)
    pd.DataFrame(rows).to_parquet(tmp_path / "g-matrices.parquet")
    limits = [{"matrix": m, "edge": 1.0, "detachment": 0.5, "visibility": v} for m, v in (("a", 2.0), ("b", 0.5))]
    pd.DataFrame(limits).to_parquet(tmp_path / "small-base.parquet")
    return tmp_path


def test_runs_sum_up_their_matrices(small):
    found = data.runs("g")
    assert found.index.tolist() == [0, 1]
    assert found.intruders.tolist() == [2, 2], "after the last task only"
    assert found.random.tolist() == [2, 0] and found["size"].tolist() == pytest.approx([np.sqrt(32)] * 2)
    assert found.excess.tolist() == pytest.approx([0.5 + 5 + 1] * 2) and found.strength.tolist() == [3, 3]
    assert found.forgetting.tolist() == [0.3, 0.4] and found.collapsed.tolist() == [False, True]
    assert data.runs("g", side="right").intruders.tolist() == [0, 0]
    assert data.runs("g", eps=0.95, side="right").intruders.tolist() == [4, 4]


def test_interventions_have_the_untouched_run_at_factor_one_of_every_kind(small):
    done = [{"run": run, "kind": kind, "factor": 0.5} for run in (0, 1) for kind in ("shrunk", "random")]
    rows = pd.DataFrame(done).assign(frobenius=1.0, accuracy=0.7, pretraining_loss=2.0, forgetting=0.2)
    rows.to_parquet(small / "g-interventions.parquet")
    found = data.interventions("g")
    assert found[["run", "kind", "factor"]].to_numpy().tolist() == [
        [run, kind, factor] for run in (0, 1) for kind in ("random", "shrunk") for factor in (0.5, 1.0)
    ]
    untouched, halved = found[found.factor == 1], found[found.factor == 0.5]
    assert untouched.accuracy.tolist() == [0.8, 0.8, 0.1, 0.1] and untouched.forgetting.tolist() == [0.3, 0.3, 0.4, 0.4]
    assert untouched.frobenius.tolist() == pytest.approx([np.sqrt(32)] * 4) == found["size"][:4].tolist()
    assert set(halved.accuracy) == {0.7} and halved.untouched_accuracy.tolist() == [0.8, 0.8, 0.1, 0.1]


def test_the_law_that_is_built_into_a_grid_is_that_of_the_tables():
    """Least squares on the geometric means of the strengths of seeds 0 and 1; another seed gives other numbers."""
    runs = data.runs("minilm-rank").query("learning_rate > 0 and not collapsed")
    rows = data.matrices("minilm-rank")
    logs = np.log(data.strength(rows[rows.run.isin(runs.index)].set_index("run"))).groupby("run").mean()
    lora = runs[runs["rank"].notna()]
    X = np.column_stack(
        [np.ones(len(lora)), np.log(lora.scale * lora["rank"] ** 0.5), np.log(lora.learning_rate)]
    ).astype(float)
    y = logs.loc[lora.index].to_numpy()

    def fit(seeds):
        chosen = lora.seed.isin(seeds).to_numpy()
        return np.linalg.lstsq(X[chosen], y[chosen], rcond=None)[0]

    assert np.allclose(fit([0, 1]), LAW, atol=6e-4)
    assert not np.allclose(fit([2, 3]), LAW, atol=6e-4)
