"""Whole models: records, failures, interruptions and executors, on checkpoints whose intruders are planted."""

import csv
import errno
import io
import json
import os
import shutil
import signal
import tracemalloc
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from planted_models import Drawn, Failing, Killing, Q, V, planted, save_adapter, save_model, trained
from safetensors.numpy import load_file

from intruders.spectra import checkpoints, jobs, journal
from intruders.spectra import scan as scanning
from intruders.spectra.basis import Basis
from intruders.spectra.detect import detect
from intruders.spectra.scan import rows, scan, scan_pairs, table
from intruders.spectra.settings import cache_folder
from intruders.spectra.updates import LowRank
from intruders.theory.ensembles import haar_frame


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("INTRUDERS_CACHE", str(tmp_path_factory.mktemp("cache") / "bases"))


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return planted(tmp_path_factory.mktemp("model"), layers=11)


@pytest.fixture(scope="module")
def found(model):
    return scan(*model)


@pytest.fixture
def small(tmp_path):
    return planted(tmp_path)


def loads(text):
    """Strict JSON: NaN and Infinity are refused."""

    def refuse(constant):
        raise ValueError(constant)

    return json.loads(text, parse_constant=refuse)


def test_intruders_where_they_are_planted_in_the_order_of_the_model(found):
    names = [f"model.layers.{layer}.{leaf}" for layer in range(11) for leaf in (Q, V)]
    assert [record["name"] for record in found["layers"]] == names != sorted(names)
    assert [record["left"]["intruders"] for record in found["layers"]] == [2, 0] * 11
    assert found["total_intruders"] == 22
    assert found["skipped"] == []


def test_the_record_is_what_detect_reports(model, found):
    pairs = {pair.name: pair for pair in checkpoints.pairs(*model).pairs}

    def agrees(record, pair):
        report = detect(*pair.load(), side="left")
        side = report.sides["left"]
        return (
            record["shape"] == [40, 60]
            and record["rank"] == 2
            and record["route"] == report.route == "dense"
            and record["singular_values"] == report.tuned_values.tolist()
            and (record["detachment"], record["visibility"]) == (report.detachment, report.visibility)
            and [tuple(spike.values()) for spike in record["spikes"]]
            == [(spike.strength, spike.predicted_position, spike.probability) for spike in report.spikes]
            and record["left"]["max_cosine"] == side.max_cosine.tolist()
            and record["left"]["partner"] == side.partner.tolist()
            and record["left"]["intruders"] == report.intruders().sum()
            and record["left"]["certified"] is True
        )

    first, second = found["layers"][:2]
    assert agrees(first, pairs[first["name"]])
    assert agrees(second, pairs[second["name"]])
    assert not agrees(first, pairs[second["name"]])


def test_the_file_is_strict_json_with_these_keys_alone(model, found, tmp_path):
    path = tmp_path / "scan.json"
    result = scan(*model, side="both", path=path)
    assert loads(path.read_text()) == result
    assert os.listdir(tmp_path) == ["scan.json"], "nothing beside"
    assert list(result) == ["schema", "base", "tuned", "settings", "total_intruders", "layers", "skipped"]
    assert result["settings"] == {
        **{"top_k": 10, "eps": 0.5, "side": "both", "route": "auto", "adapter": None},
        **{"intruders": scanning.version("intruders"), "numpy": np.__version__},
    }
    about = ["name", "shape", "rank", "frobenius", "route", "singular_values", "detachment", "visibility", "spikes"]
    assert {tuple(record) for record in result["layers"]} == {(*about, "left", "right")}
    assert {tuple(record) for record in found["layers"]} == {(*about, "left")}
    assert list(result["layers"][0]["right"]) == ["max_cosine", "partner", "certified", "intruders"]
    assert [record["left"] for record in result["layers"]] == [record["left"] for record in found["layers"]]


def test_bounds_of_the_matrix_free_route(tmp_path):
    model = planted(tmp_path, layers=2, n=260, m=220)
    result, oracle = scan(*model), scan(*model, route="dense")
    for free, exact in zip(result["layers"], oracle["layers"], strict=True):
        assert (free["route"], exact["route"]) == ("matrix-free", "dense")
        assert list(free["left"]) == ["max_cosine", "max_cosine_low", "partner", "certified", "intruders"]
        assert free["left"]["intruders"] == exact["left"]["intruders"] == 2 * (Q in free["name"])
        low, high = np.array(free["left"]["max_cosine_low"]), np.array(free["left"]["max_cosine"])
        cosines = np.array(exact["left"]["max_cosine"])
        assert np.all((low <= cosines + 1e-6) & (cosines <= high + 1e-6))
        if Q in free["name"]:
            assert not np.all((low[::-1] <= cosines) & (cosines <= high[::-1])), "the bounds of other directions"


def test_a_small_matrix_is_compared_in_all_its_directions():
    result = scan_pairs([Drawn("head", (3, 60)), Drawn("one row", (1, 60))])
    assert [len(record["left"]["max_cosine"]) for record in result["layers"]] == [3, 1]
    assert result["skipped"] == []


def test_what_cannot_be_predicted_is_null_and_the_flags_stand():
    class Zeros(Drawn):
        def load(self):
            return np.zeros(self.shape), super().load()[1]

    [record] = scan_pairs([Zeros("zeros")])["layers"]
    assert loads(json.dumps(record)) == record
    assert record["left"]["max_cosine"] == [0.0] + [None] * 9
    assert record["left"]["intruders"] == 1
    assert record["spikes"][0]["probability"] is None


# Executors


def test_the_same_result_whatever_the_executor(model, found):
    with ProcessPoolExecutor(2, get_context("spawn")) as processes, ThreadPoolExecutor(2) as threads:
        for options in ({"jobs": 2}, {"jobs": 2, "executor": processes}, {"jobs": 2, "executor": threads}):
            assert scan(*model, **options) == found
    assert scan(*model, eps=0.4) != found


class Counting(Executor):
    """Leaves what is submitted, and counts it."""

    def __init__(self):
        self.flying, self.most = [], 0

    def submit(self, call, *arguments):
        future = Future()
        self.flying.append((future, call, arguments))
        self.most = max(self.most, len(self.flying))
        return future


def test_no_more_than_twice_the_workers_are_in_flight(found, model, monkeypatch):
    executor = Counting()
    wait = jobs.wait

    def compute_one(futures, **options):
        future, call, arguments = executor.flying.pop()
        future.set_result(call(*arguments))
        return wait(futures, **options)

    monkeypatch.setattr(jobs, "wait", compute_one)
    assert scan(*model, jobs=3, executor=executor) == found
    assert executor.most == 6


def test_a_killed_process_loses_nothing(tmp_path):
    pairs = [Drawn(f"layer {i}") for i in range(4)]
    expected = scan_pairs(pairs)
    for turn in range(2):
        marker = tmp_path / f"killed {turn}"
        once = [Killing(pair.name, marker=marker) if i == 2 else pair for i, pair in enumerate(pairs)]
        executor = ProcessPoolExecutor(2, get_context("spawn")) if turn else None
        assert scan_pairs(once, jobs=2, executor=executor) == expected
        assert marker.exists()


def test_what_kills_its_process_twice_is_listed_alone():
    pairs = [Drawn("first"), Killing("killer"), *(Drawn(f"layer {i}") for i in range(2))]
    result = scan_pairs(pairs, jobs=2)
    assert result["skipped"] == [{"name": "killer", "why": "its process was killed, twice: out of memory?"}]
    assert result["layers"] == scan_pairs([pair for pair in pairs if pair.name != "killer"])["layers"]


@pytest.mark.parametrize("processes", [1, 2])
def test_a_failing_layer_is_listed_and_the_others_stand(processes):
    result = scan_pairs([Drawn("first"), Failing("wall"), Drawn("last")], jobs=processes)
    assert [record["name"] for record in result["layers"]] == ["first", "last"]
    assert result["skipped"] == [{"name": "wall", "why": "Unpicklable: bricks and mortar"}]


def test_nan_is_listed_and_the_others_stand(small):
    base, adapter = small
    tensors = load_file(base / "model.safetensors")
    tensors[f"model.layers.1.{Q}"][3, 4] = np.nan
    save_model(base, tensors)
    result = scan(base, adapter)
    assert len(result["layers"]) == 5
    [skipped] = result["skipped"]
    assert skipped["name"] == f"model.layers.1.{Q}"
    assert "1 of 2400 values are NaN or infinite" in skipped["why"]


def test_dask_with_a_worker_killed_midway(model, found):
    from distributed import Client, LocalCluster

    cluster = LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50)
    killed = []
    with cluster, Client(cluster) as client:
        workers = list(client.run(os.getpid).values())

        def kill_one(finished, *_):
            if finished == 3 and not killed:
                killed.append(workers[0])
                os.kill(workers[0], signal.SIGKILL)

        assert scan(*model, executor=client.get_executor(pure=False), jobs=2, progress=kill_one) == found
        assert killed
        assert killed[0] not in client.run(os.getpid).values()


# Memory


def test_memory_is_that_of_one_matrix(tmp_path):
    """Five matrices of 25 MB each; three of them at once would not pass."""
    rng = np.random.default_rng(0)
    n, m = 3072, 2048
    names = [f"model.layers.{layer}.q_proj" for layer in range(5)]
    save_model(tmp_path / "base", dict.fromkeys((f"{name}.weight" for name in names), trained(n, m, rng)))
    factors = {f"base_model.model.{name}.lora_B.weight": 20 * haar_frame(n, 2, rng) for name in names}
    factors |= {f"base_model.model.{name}.lora_A.weight": haar_frame(m, 2, rng).T for name in names}
    save_adapter(tmp_path / "adapter", factors)
    tracemalloc.start()
    try:
        result = scan(tmp_path / "base", tmp_path / "adapter")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [record["route"] for record in result["layers"]] == ["matrix-free"] * 5
    assert 4 * n * m < peak < 3 * 4 * n * m


# Interruptions


class Stop:
    """Ctrl-C after so many matrices."""

    def __init__(self, after):
        self.after, self.seen = after, []

    def __call__(self, finished, total, share):
        self.seen.append((finished, total, share))
        if finished == self.after:
            raise KeyboardInterrupt


@pytest.fixture
def interrupted(small, tmp_path):
    path = tmp_path / "scan.json"
    with pytest.raises(KeyboardInterrupt):
        scan(*small, path=path, progress=Stop(after=4))
    assert not path.exists()
    return path


@pytest.mark.parametrize("processes", [1, 2])
def test_an_interrupted_scan_resumes_to_the_same_bytes(processes, small, interrupted, tmp_path):
    told = []
    scan(*small, path=interrupted, resume=True, jobs=processes, progress=lambda *state: told.append(state))
    assert [state[0] for state in told] == [4, 5, 6]
    assert told[0][2] == pytest.approx(4 / 6)
    scan(*small, path=tmp_path / "whole.json")
    assert interrupted.read_bytes() == (tmp_path / "whole.json").read_bytes()
    assert not Path(f"{interrupted}.partial").exists()


def test_an_interrupt_ends_the_processes(small, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        scan(*small, path=tmp_path / "scan.json", jobs=2, progress=Stop(after=2))
    assert Path(f"{tmp_path}/scan.json.partial").read_text().count("\n") == 1 + 2


def test_a_line_that_was_being_written_is_computed_again(small, interrupted, tmp_path):
    partial = Path(f"{interrupted}.partial")
    content = partial.read_bytes()
    partial.write_bytes(content[:-30])
    told = []
    result = scan(*small, path=interrupted, resume=True, progress=lambda *state: told.append(state[0]))
    assert told == [3, 4, 5, 6]
    assert result == scan(*small)


def test_failures_are_tried_again(small, tmp_path):
    base, adapter = small
    file = base / "model.safetensors"
    state = file.stat()
    hidden = tmp_path / "elsewhere"

    def lose_the_file(finished, *_):
        if finished == 1:
            shutil.move(file, hidden)
        if finished == 3:
            raise KeyboardInterrupt

    path = tmp_path / "scan.json"
    with pytest.raises(KeyboardInterrupt):
        scan(base, adapter, path=path, progress=lose_the_file)
    assert Path(f"{path}.partial").read_text().count('"why"') == 2
    shutil.move(hidden, file)
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    result = scan(base, adapter, path=path, resume=True)
    assert len(result["layers"]) == 6
    assert result == scan(base, adapter)


def test_without_resume_nothing_is_lost(small, interrupted, tmp_path):
    before = Path(f"{interrupted}.partial").read_bytes()
    with pytest.raises(
        FileExistsError, match=r"scan.json.partial has 4 matrices of an interrupted run: go on with --res"
    ):
        scan(*small, path=interrupted)
    assert Path(f"{interrupted}.partial").read_bytes() == before
    scan(*small, path=interrupted, resume=True)
    finished = interrupted.read_bytes()
    for resume in (False, True):
        with pytest.raises(FileExistsError, match=r"scan.json exists: remove it, or choose another name"):
            scan(*small, path=interrupted, resume=resume)
    assert interrupted.read_bytes() == finished
    assert sorted(os.listdir(tmp_path)) == ["adapter", "base", "scan.json"]


def test_resume_without_a_partial_begins(small, tmp_path):
    assert scan(*small, path=tmp_path / "scan.json", resume=True) == scan(*small)


def change_settings(base, adapter):
    return {"eps": 0.4}, "eps = 0.5, now it is 0.4"


def change_base(base, adapter):
    tensors = load_file(base / "model.safetensors")
    tensors[f"model.layers.0.{Q}"] += 1
    save_model(base, tensors)
    return {}, "base/model.safetensors has changed since"


def change_tuned(base, adapter):
    os.utime(adapter / "adapter_model.safetensors")
    return {}, "adapter/adapter_model.safetensors has changed since"


def change_scale(base, adapter):
    config = adapter / "adapter_config.json"
    config.write_text(config.read_text().replace('"lora_alpha": 2', '"lora_alpha": 3'))
    return {}, "other matrices or another scale"


def change_numpy(base, adapter):
    path = base.parent / "scan.json.partial"
    path.write_text(path.read_text().replace(f'"numpy": "{np.__version__}"', '"numpy": "1.0"'))
    return {}, "numpy = '1.0', now it is"


def spoil(base, adapter):
    (base.parent / "scan.json.partial").write_text('{"some": "other file"}\n')
    return {}, "not the beginning of a result"


CHANGES = [change_settings, change_base, change_tuned, change_scale, change_numpy, spoil]


@pytest.mark.parametrize("change", CHANGES)
def test_a_partial_of_something_else_is_refused(change, small, interrupted):
    options, message = change(*small)
    before = Path(f"{interrupted}.partial").read_bytes()
    with pytest.raises(ValueError, match=message):
        scan(*small, path=interrupted, resume=True, **options)
    assert Path(f"{interrupted}.partial").read_bytes() == before


def test_another_base_of_the_same_content_is_refused(small, interrupted, tmp_path):
    shutil.copytree(small[0], tmp_path / "copy")
    with pytest.raises(ValueError, match=r"base = '.*base', now it is '.*copy'"):
        scan(tmp_path / "copy", small[1], path=interrupted, resume=True)


def no_work(*arguments, **options):
    raise AssertionError("work has begun")


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        ("nowhere/scan.json", FileNotFoundError, "there is no folder .*nowhere"),
        ("base", IsADirectoryError, "is a folder, expected the name of a file"),
        ("base/model.safetensors", FileExistsError, "exists: remove it"),
    ],
)
def test_an_output_that_cannot_be_written_is_found_before_the_work(path, error, message, small, tmp_path, monkeypatch):
    monkeypatch.setattr(scanning, "survey", no_work)
    with pytest.raises(error, match=message):
        scan(*small, path=tmp_path / path)


def test_a_folder_without_permission_is_found_before_the_work(small, tmp_path, monkeypatch):
    monkeypatch.setattr(scanning, "survey", no_work)
    monkeypatch.setattr(journal.os, "access", lambda folder, mode: False)  # root may write anywhere
    with pytest.raises(PermissionError, match="no permission to write"):
        scan(*small, path=tmp_path / "scan.json")


def test_a_full_disk_is_found_before_the_work(small, tmp_path, monkeypatch):
    monkeypatch.setattr(scanning, "survey", no_work)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(journal.shutil, "disk_usage", lambda folder: usage._replace(free=7000))
    with pytest.raises(OSError, match=r"the disk has 7 kB left, up to .* kB are needed"):
        scan(*small, path=tmp_path / "scan.json")
    monkeypatch.undo()

    def full(self, record):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(journal.Journal, "add", full)
    with pytest.raises(OSError, match="No space left"):
        scan(*small, path=tmp_path / "scan.json")
    assert sorted(os.listdir(tmp_path)) == ["adapter", "base"]


def test_a_result_that_cannot_be_written_whole_is_not_written(small, tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "scan.json"
    monkeypatch.setattr(journal.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        scan(*small, path=path)
    assert sorted(os.listdir(tmp_path)) == ["adapter", "base", "scan.json.partial"]
    monkeypatch.undo()
    assert scan(*small, path=path, resume=True, progress=Stop(after=5)) == scan(*small), "nothing is computed again"


# Bases


def test_bases_are_kept_and_found(model, found, monkeypatch):
    result = scan(*model, route="basis")
    assert {record["route"] for record in result["layers"]} == {"basis"}
    assert result["total_intruders"] == found["total_intruders"]
    assert len(os.listdir(cache_folder())) == 22
    monkeypatch.setattr(Basis, "of", no_work)
    assert scan(*model, route="basis") == result
    assert scan(*model)["layers"] == result["layers"]
    assert scan(*model, route="dense")["layers"] == found["layers"]
    os.remove(cache_folder() / os.listdir(cache_folder())[0])
    assert sum(record["route"] == "dense" for record in scan(*model)["layers"]) == 1


def test_dense_changes_need_no_basis(small, tmp_path):
    tensors = load_file(small[0] / "model.safetensors")
    tensors[f"model.layers.0.{Q}"] *= -1
    save_model(tmp_path / "tuned", tensors)
    result = scan(small[0], tmp_path / "tuned", route="basis")
    assert [record["route"] for record in result["layers"]] == ["dense"] * 6
    assert [record["rank"] for record in result["layers"]] == [None] * 6
    assert os.listdir(cache_folder()) == []


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"INTRUDERS_CACHE": "/a", "XDG_CACHE_HOME": "/b"}, "/a"),
        ({"INTRUDERS_CACHE": "", "XDG_CACHE_HOME": "/b"}, "/b/intruders"),
        ({"INTRUDERS_CACHE": "", "XDG_CACHE_HOME": "", "HOME": "/c"}, "/c/.cache/intruders"),
    ],
)
def test_where_bases_are_kept(environment, folder, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert cache_folder() == Path(folder)


# Tables and arguments


def test_rows_and_table(model):
    result = scan(*model, side="both")
    first, second = rows(result)[:2]
    assert (first["n"], first["m"], first["rank"]) == (40, 60, 2)
    assert first["largest_spike"] == pytest.approx(27, rel=1e-5)
    assert (first["spikes_above_detachment"], first["spikes_above_visibility"]) == (2, 2)
    spikes = result["layers"][0]["spikes"]
    assert first["load"] == first["largest_spike"] / first["visibility"] > 1
    assert first["frobenius"] == pytest.approx(np.hypot(*(spike["strength"] for spike in spikes)))
    assert first["expected"] == sum(spike["probability"] for spike in spikes) > 0
    hidden = result["layers"][0] | {"visibility": 1.5 * first["largest_spike"]}
    assert rows({"layers": [hidden]})[0]["expected"] == 0, "spikes below the visibility make none"
    assert (first["left_intruders"], second["left_intruders"]) == (2, 0)
    assert first["left_lowest_max_cosine"] == min(result["layers"][0]["left"]["max_cosine"])
    frame = table(result)
    assert len(frame) == 2 * len(result["layers"])
    assert frame["side"].tolist() == ["left", "right"] * len(result["layers"])
    assert frame.groupby("side")["intruders"].sum().to_dict() == {"left": 22, "right": 22}
    assert frame["max_cosine"][1] == result["layers"][0]["right"]["max_cosine"]
    assert frame["rank"].dtype == "Int64"
    assert table({"layers": [result["layers"][0] | {"rank": None, "visibility": None}]})["rank"].isna().all()


def test_the_csv_has_one_row_a_layer(found, tmp_path):
    journal.write_csv(tmp_path / "scan.csv", rows(found))
    written = list(csv.DictReader(io.StringIO((tmp_path / "scan.csv").read_text())))
    assert [row["name"] for row in written] == [record["name"] for record in found["layers"]]
    assert [int(row["left_intruders"]) for row in written] == [2, 0] * 11


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"top_k": 0}, "top_k must be a positive integer, got 0"),
        ({"eps": 1.5}, "eps must lie between 0 and 1, got 1.5"),
        ({"side": "top"}, "side must be 'left', 'right' or 'both', got 'top'"),
        ({"route": "scenic"}, "route must be one of auto, dense, basis, matrix-free, got 'scenic'"),
        ({"jobs": 0}, "jobs must be a positive integer, got 0"),
        ({"resume": True}, "resume needs the path"),
        ({"adapter": "other"}, "no adapter 'other'"),
    ],
)
def test_bad_arguments_are_named_before_the_work(options, message, small, monkeypatch):
    monkeypatch.setattr(scanning, "_layer", no_work)
    with pytest.raises(ValueError, match=message):
        scan(*small, **options)


def test_two_layers_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two matrices have the name twin"):
        scan_pairs([Drawn("one"), Drawn("twin"), Drawn("twin")])


def test_pairs_from_elsewhere():
    rng = np.random.default_rng(0)

    class Mine:
        name, shape, rank = "mine", (40, 60), 1

        def load(self):
            return np.diag(np.arange(60.0, 0, -1))[:40], LowRank(
                90 * rng.normal(size=(40, 1)), rng.normal(size=(1, 60))
            )

    result = scan_pairs(iter([Mine()]))
    assert result["base"] is None
    assert result["layers"][0]["left"]["intruders"] == 1
