"""A grid that is interrupted, goes on and ends in two tables; failures are rows; the command around it."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from intruders.cli import app
from intruders.tuning import experiments, grids
from intruders.tuning.experiments import GRIDS, Grid
from intruders.tuning.train import Setting

SETTINGS = [Setting(1e-3, 2), Setting(2e-3, 2), Setting(1e-4), Setting(1e-3, peft={"peft_type": "OFT", "r": 4})]


def measured(setting, seed, intervene=False):
    if setting.learning_rate == 2e-3:
        return grids.about(setting, seed) | {"status": "diverged: the loss is nan at step 3 of 100"}
    found = {"status": "finished", "accuracy": 1 / 3, "forgetting": [np.float64(seed)], "loss": float("inf")}
    rows = [{"matrix": name, "spikes": np.arange(3.0) / 7, "exact": None} for name in ("a", "b")]
    more = {"interventions": [{"kind": "shrunk", "factor": 0.5}]} if intervene else {}
    return grids.about(setting, seed) | found | {"matrices": rows} | more


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setitem(GRIDS, "small", Grid(SETTINGS, range(2)))
    monkeypatch.setattr(grids, "record", measured)
    monkeypatch.setattr(grids, "bases", lambda model: [{"matrix": name, "values": np.ones(3)} for name in "ab"])
    return "small"


def test_every_run_is_a_row_and_every_matrix_of_it(small, tmp_path):
    seen = []
    path = grids.run(small, tmp_path, progress=lambda *state: seen.append(state))
    names = ["minilm-base.parquet", "small-matrices.parquet", "small.parquet"]
    assert sorted(file.name for file in tmp_path.iterdir()) == names
    runs, matrices = pd.read_parquet(path), pd.read_parquet(tmp_path / "small-matrices.parquet")
    assert list(zip(runs.seed, runs.learning_rate, strict=True)) == [
        (seed, one.learning_rate) for seed in range(2) for one in SETTINGS
    ]
    assert runs.status.str.startswith("diverged").sum() == 2 and runs.accuracy.isna().sum() == 2
    assert runs.accuracy[0] == 0.333333 and runs.loss.isna().all()
    assert json.loads(runs.peft[3]) == {"peft_type": "OFT", "r": 4} and pd.isna(runs.peft[0])
    assert matrices.groupby("run").matrix.agg(list).to_dict() == {run: ["a", "b"] for run in (0, 2, 3, 4, 6, 7)}
    assert matrices.spikes[0].tolist() == pytest.approx([0, 0.142857, 0.285714])
    assert [state[0] for state in seen] == list(range(9)) and seen[-1] == (8, 8, 1.0)


def test_it_goes_on_where_it_stopped(small, tmp_path, monkeypatch):
    whole = tmp_path / "whole"
    whole.mkdir()
    grids.run(small, whole)
    done = []

    def stopping(setting, seed, intervene=False):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append((setting, seed))
        return measured(setting, seed)

    monkeypatch.setattr(grids, "record", stopping)
    with pytest.raises(KeyboardInterrupt):
        grids.run(small, tmp_path)
    assert grids.state(tmp_path)[-1] == ("small", 8, 3, False)
    partial = tmp_path / "small.partial"
    with partial.open("a") as file:
        file.write('{"key": "half a li')
    assert grids.state(tmp_path)[-1] == ("small", 8, 3, False)
    assert partial.read_text().endswith("half a li"), "a look changes nothing"
    done.clear()
    monkeypatch.setattr(grids, "record", lambda *run, **_: done.append(run) or measured(*run))
    grids.run(small, tmp_path)
    assert len(done) == 5, "what was finished is not run again"
    assert not partial.exists() and grids.state(tmp_path)[-1] == ("small", 8, 0, True)
    for name in ("small.parquet", "small-matrices.parquet"):
        assert (tmp_path / name).read_bytes() == (whole / name).read_bytes()


def test_a_failed_run_is_a_row_and_is_tried_again_when_it_goes_on(small, tmp_path, monkeypatch):
    def failing(setting, seed, intervene=False):
        if setting.rank is None and setting.peft is None:
            raise MemoryError("not enough")
        if seed == 1 and setting.peft:
            raise KeyboardInterrupt
        return measured(setting, seed)

    monkeypatch.setattr(grids, "record", failing)
    with pytest.raises(KeyboardInterrupt):
        grids.run(small, tmp_path)
    monkeypatch.setattr(grids, "record", measured)
    assert (pd.read_parquet(grids.run(small, tmp_path)).status == "failed").sum() == 0
    (tmp_path / "small.parquet").unlink()
    monkeypatch.setattr(grids, "record", lambda *_, **__: 1 / 0)
    rows = pd.read_parquet(grids.run(small, tmp_path))
    assert (rows.status == "failed: ZeroDivisionError: division by zero").all() and len(rows) == 8


def test_interventions_are_a_third_table(small, tmp_path, monkeypatch):
    monkeypatch.setitem(GRIDS, small, Grid(SETTINGS[:1], range(2), intervene=True))
    grids.run(small, tmp_path)
    rows = pd.read_parquet(tmp_path / "small-interventions.parquet")
    assert rows.to_dict("list") == {"run": [0, 1], "kind": ["shrunk"] * 2, "factor": [0.5] * 2}


def test_what_is_there_is_not_overwritten_and_names_are_checked(small, tmp_path):
    grids.run(small, tmp_path)
    with pytest.raises(FileExistsError, match=r"small\.parquet exists: remove it"):
        grids.run(small, tmp_path)
    with pytest.raises(ValueError, match="no grid 'minilm'; there are minilm-rank, "):
        grids.run("minilm", tmp_path)


def test_the_command(small, tmp_path):
    call = CliRunner().invoke
    assert "small" in call(app, ["experiment", "--out", str(tmp_path)]).stdout
    done = call(app, ["experiment", "small", "--out", str(tmp_path)])
    assert done.exit_code == 0 and done.stdout.split() == [str(tmp_path / "small.parquet")]
    assert call(app, ["experiment", "small", "--out", str(tmp_path)]).exit_code == 2
    nowhere = call(app, ["experiment", "small", "--out", str(tmp_path / "none")])
    assert nowhere.exit_code == 2 and f"no folder {tmp_path / 'none'}" in nowhere.stderr


def test_the_declared_grids_are_what_they_say():
    ranks = GRIDS["minilm-rank"].settings
    assert len({grids.key(setting, 0) for setting in ranks}) == len(ranks) == 50
    assert {setting.rank for setting in ranks} == {None, *experiments.RANKS}
    for rank in experiments.RANKS:
        scales = {setting.scale for setting in ranks if setting.rank == rank}
        assert scales == {16 / rank, 2.0, 16 / rank**0.5}
    keys = [grids.key(one, seed) for grid in GRIDS.values() for one in grid.settings for seed in grid.seeds]
    again = [key for key in keys if keys.count(key) > 1]
    assert all('"minilm"' in key for key in again), "interventions run on settings of minilm-rank, nothing else twice"
    assert len(GRIDS["smollm2"].settings) == 12
