"""The command line as people meet it: what it prints, what it writes, and with which code it ends."""

import csv
import io
import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from planted_models import Q, planted, save_model
from rich.console import Console
from safetensors.numpy import load_file
from typer.testing import CliRunner

from intruders import cli, printing
from intruders.spectra import jobs as running
from intruders.spectra.scan import rows, scan

COMMAND = [sys.executable, "-m", "intruders.cli"]


@pytest.fixture(autouse=True)
def own_environment(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("INTRUDERS_CACHE", str(tmp_path_factory.mktemp("cache") / "bases"))
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Three layers, one weight with NaN."""
    base, adapter = planted(tmp_path_factory.mktemp("model"))
    tensors = load_file(base / "model.safetensors")
    tensors[f"model.layers.2.{Q}"][0, 0] = np.nan
    save_model(base, tensors)
    return str(base), str(adapter)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    return tuple(map(str, planted(tmp_path_factory.mktemp("large"), layers=14)))


def command(*words, **environment):
    """(exit code, stdout, stderr) in a process of its own, without a terminal."""
    run = subprocess.run(
        [*COMMAND, *words], capture_output=True, text=True, env=os.environ | environment, check=False, timeout=60
    )
    return run.returncode, run.stdout, run.stderr


def invoke(*words, **environment):
    """The same in this process."""
    run = CliRunner().invoke(cli.app, words, env=environment)
    return run.exit_code, run.stdout, run.stderr


def test_what_scan_prints(model):
    code, out, err = command("scan", *model)
    assert (code, err) == (0, "")
    lines = [line.rstrip() for line in out.splitlines()]
    assert re.match(r"layer +shape +rank +load +detachment +visibility +left +left$", lines[1])
    assert re.match(r"model.layers.0.self_attn.q_proj +40 x 60 +2 +\d+\.?\d* +2 +2 +2 +0\.\d\d$", lines[2])
    assert re.match(r"model.layers.0.self_attn.v_proj +40 x 60 +2 +\d+\.?\d* +2 +2 +0 +1\.00$", lines[3])
    found = rows(scan(*model))
    size, expected = np.sqrt(sum(row["frobenius"] ** 2 for row in found)), sum(row["expected"] for row in found)
    assert lines[7] == (
        "4 intruders on the left, in 2 of 5 matrices (eps 0.5, top 10). The change has the Frobenius norm "
        f"{size:.4g}; random spikes as strong would make some {expected:.1f} on the left; 1 skipped:"
    )
    assert re.match(r"  model.layers.2.self_attn.q_proj.weight: .*1 of 2400 values are NaN or infinite$", lines[8])
    assert len(lines) == 9
    assert "\x1b" not in out


def test_the_rest_is_folded_into_one_line(large):
    _, out, _ = invoke("scan", *large)
    lines = [line.rstrip() for line in out.splitlines()]
    assert len(lines) == 2 + 28 + 1, "every matrix has visible spikes"
    assert all("q_proj" in line for line in lines[2:16]), "those with intruders first"
    _, weak, _ = invoke("scan", *large, "--eps", "0.01")
    assert weak.splitlines()[-1].startswith("0 intruders on the left, in 0 of 28 matrices (eps 0.01")


def without_spikes(record, layers):
    record = json.loads(json.dumps(record))
    return [
        record | {"name": f"layer {i}", "spikes": [], "left": record["left"] | {"intruders": int(i < 45)}}
        for i in range(layers)
    ]


@pytest.fixture(scope="module")
def record(large):
    return scan(*large)


def printed(monkeypatch, record, show_all=False, width=120, **changes):
    console = Console(file=io.StringIO(), width=width)
    monkeypatch.setattr(printing, "_console", lambda: console)
    printing.print_scan(record | changes, show_all)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_many_matrices(record, monkeypatch):
    layers = without_spikes(record["layers"][0], 60)
    lines = printed(monkeypatch, record, layers=layers, total_intruders=45)
    assert len(lines) == 2 + 40 + 3
    assert lines[-3] == "5 more matrices with intruders, 15 more matrices without intruders (--all shows them)"
    assert lines[-2].startswith("45 intruders on the left, in 45 of 60 matrices (eps 0.5, top 10). The change has")
    assert lines[-1].endswith("as strong would make some 0.0 on the left.")
    assert len(printed(monkeypatch, record, show_all=True, layers=layers, total_intruders=45)) == 2 + 60 + 2
    quiet = printed(monkeypatch, record, layers=layers[45:] * 2, total_intruders=0)
    assert quiet[0] == "30 matrices without intruders (--all shows them)"


def test_one_is_not_plural(record, monkeypatch):
    layers = without_spikes(record["layers"][0], 1)
    lines = printed(monkeypatch, record, layers=layers, total_intruders=1)
    assert lines[-2].startswith("1 intruder on the left, in 1 of 1 matrix (eps 0.5, top 10).")


def test_skipped_are_five_at_most(record, monkeypatch):
    skipped = [{"name": f"[odd] {i}", "why": "because"} for i in range(8)]
    lines = printed(monkeypatch, record, skipped=skipped)
    assert lines[-7].endswith("; 8 skipped:")
    assert lines[-6] == "  [odd] 0: because"
    assert lines[-1] == "  and 3 more; --json has them all"


@pytest.mark.parametrize(
    ("width", "columns"),
    [
        (200, ["shape", "rank", "load", "visibility", "min cos"]),
        (80, ["rank", "load", "visibility", "min cos"]),
        (66, ["load", "visibility", "min cos"]),
        (56, ["load", "min cos"]),
        (46, ["load"]),
        (36, []),
        (20, []),
    ],
)
def test_narrow_terminals_lose_columns_and_not_the_intruders(width, columns, record, monkeypatch):
    lines = printed(monkeypatch, record, width=width)
    table = lines[2:30]
    assert all(len(line) <= width for line in table)
    names = ("shape", "rank", "load", "visibility", "min cos")
    assert [name for name in names if name in lines[0] + lines[1]] == columns
    assert all(re.search(r"q_proj +.*2\b", line) for line in table[:14])
    assert table[0].startswith("model.layers." if width >= 80 else "…")


def test_both_sides_and_files(model, tmp_path):
    code, out, _ = invoke(
        "scan", *model, "--side", "both", "--json", f"{tmp_path}/scan.json", "--csv", f"{tmp_path}/scan.csv"
    )
    assert code == 0
    assert "4 intruders on the left, 4 intruders on the right, in 2 of 5 matrices (eps 0.5, top 10)." in out
    result = json.loads((tmp_path / "scan.json").read_text())
    assert result == scan(*model, side="both")
    written = list(csv.DictReader(io.StringIO((tmp_path / "scan.csv").read_text())))
    assert [(row["left_intruders"], row["right_intruders"]) for row in written] == [("2", "2"), ("0", "0")] * 2 + [
        ("0", "0")
    ]


def test_options_reach_the_scan(model, tmp_path):
    path = tmp_path / "scan.json"
    code, _, _ = invoke(
        "scan", *model, "--top-k", "3", "--eps", "0.3", "--route", "basis", "--jobs", "2", "--json", path
    )
    assert code == 0
    assert json.loads(path.read_text()) == scan(*model, top_k=3, eps=0.3, route="basis")


def test_what_budget_prints(model, tmp_path):
    code, out, err = command("budget", model[0], "--rank", "4", "--eps", "0.5", "--json", f"{tmp_path}/budget.json")
    assert (code, err) == (0, "")
    assert re.search(r"detachment +visibility +even odds +alpha/r +alpha/sqrt r +alpha/r +alpha/sqrt r", out)
    result = json.loads((tmp_path / "budget.json").read_text())
    least = min(result["layers"], key=lambda record: record["visibility"])
    alpha = least["gaussian"]["alpha_over_r"], least["gaussian"]["alpha_over_sqrt_r"]
    assert f"Rank 4: alpha up to {alpha[0]:.3g} (scale alpha/r) or {alpha[1]:.3g} (alpha/sqrt r)" in out
    assert f"all 5 matrices of the layers; the tightest is {least['name']}; 1 skipped:" in out
    _, plain, _ = invoke("budget", model[0], "--rank", "4")
    assert "even odds" not in plain


def test_what_mitigate_prints(tmp_path):
    model = tuple(map(str, planted(tmp_path)))
    words = ("mitigate", *model, "--mode", "scale", "--lambda", ".1")
    code, out, err = invoke(*words, "--out", tmp_path / "new", "--json", tmp_path / "result.json")
    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    [q] = [line for line in lines if "layers.0.self_attn.q_proj" in line[0]]
    assert q[:11] == ["model.layers.0.self_attn.q_proj", "40", "x", "60", "2", "→", "4", "2", "→", "0", q[10]]
    assert "6 intruders before, 0 after (eps 0.5, top 10, left). Mode scale with lambda 0.1 has changed 3 of 6" in out
    assert f"The adapter is at {tmp_path / 'new'}" in out.replace("\n", " ")
    result = json.loads((tmp_path / "result.json").read_text())
    assert [layer["intruders_after"] for layer in result["layers"]] == [0] * 6
    code, out, _ = invoke(*words, "--out", tmp_path / "short", "--keep-rank")
    assert code == 0 and "cut" in out and "→ 4" not in out
    _, out, _ = invoke("mitigate", *model, "--out", tmp_path / "shrunk")
    assert "Mode shrink with lambda 0.75 has changed 6 of 6" in out


def test_budget_of_many_is_that_of_the_layers(monkeypatch):
    """Twenty-five layers that allow more and more, and an embedding that is tighter than all."""
    console = Console(file=io.StringIO(), width=150)
    monkeypatch.setattr(printing, "_console", lambda: console)
    alphas = {f"layers.{i}.weight": 5.0 - i / 10 for i in range(25)} | {"embedding.weight": 0.1}
    layers = [
        {"name": name, "shape": [9, 9], "detachment": alpha, "visibility": alpha}
        | {kind: {"alpha_over_r": alpha, "alpha_over_sqrt_r": alpha / 2} for kind in ("orthonormal", "gaussian")}
        for name, alpha in alphas.items()
    ]
    result = {"settings": {"rank": 4, "eps": None, "top_k": 10}, "layers": layers, "skipped": []}
    printing.print_budget(result)
    lines = console.file.getvalue().splitlines()
    assert [line.split()[0] for line in lines[2:22]] == [f"layers.{i}" for i in reversed(range(5, 25))]
    assert lines[22] == "6 more matrices, that allow more or are outside the layers (--all shows them)"
    assert "alpha up to 2.6 (scale alpha/r) or 1.3 (alpha/sqrt r) suits Gaussian factors in all 25" in " ".join(lines)
    printing.print_budget(result, show_all=True)
    assert "embedding " in console.file.getvalue()


BAD = [
    (["scan", "nowhere", "{adapter}"], "nowhere: no such file or folder"),
    (["scan", "{base}", "model.bin"], "pickle files can run code and are never opened"),
    (["scan", "{base}", "{adapter}", "--eps", "2"], "eps must lie between 0 and 1, got 2.0"),
    (["scan", "{base}", "{adapter}", "--side", "top"], "side must be 'left', 'right' or 'both', got 'top'"),
    (["scan", "{base}", "{adapter}", "--route", "scenic"], "route must be one of"),
    (["scan", "{base}", "{adapter}", "--jobs", "0"], "jobs must be a positive integer, got 0"),
    (["scan", "{base}", "{adapter}", "--adapter", "other"], "no adapter 'other'"),
    (["scan", "{base}", "{adapter}", "--resume"], "--resume needs the --json PATH of the interrupted run"),
    (["scan", "{base}", "{adapter}", "--json", "{base}"], "is a folder, expected the name of a file"),
    (["scan", "{base}", "{adapter}", "--csv", "no/scan.csv"], "there is no folder no"),
    (["scan", "{base}", "{adapter}", "--json", "one", "--csv", "one"], "--json and --csv both name one"),
    (["scan", "{base}", "{adapter}", "--dask", "x", "--jobs", "2"], "--jobs is for processes on this machine"),
    (["scan", "{base}", "{adapter}", "--dask", "tcp://127.0.0.1:9"], "127.0.0.1:9"),
    (["budget", "{base}", "--rank", "0"], "rank must be a positive integer, got 0"),
    (["budget", "nowhere", "--rank", "2"], "nowhere: no such file or folder"),
    (["mitigate", "{base}", "{adapter}", "--out", "{base}"], "exists: mitigate writes a new folder"),
    (["mitigate", "{base}", "{base}", "--out", "new"], "a whole model, expected a LoRA adapter"),
    (["mitigate", "{base}", "{adapter}", "--out", "new", "--lambda", "3"], "lambda must lie between 0 and 2, got 3.0"),
    (["mitigate", "{base}", "{adapter}", "--out", "new", "--mode", "x"], "mode must be one of scale, project, shrink"),
    (["mitigate", "{base}", "{adapter}", "--out", "new", "--json", "{base}"], "is a folder, expected the name of"),
]


@pytest.mark.parametrize(("words", "message"), BAD)
def test_bad_input_is_one_line_and_code_2(words, message, model, monkeypatch):
    monkeypatch.setattr(running, "outcomes", lambda *arguments: pytest.fail("work has begun"))
    monkeypatch.setattr(cli, "TIMEOUT", 0.5)
    code, out, err = invoke(*(word.format(base=model[0], adapter=model[1]) for word in words))
    assert (code, out) == (2, "")
    assert message in err
    assert err.startswith("error: ")
    assert err.count("\n") == 1


def test_version():
    assert invoke("--version") == (0, f"intruders {version('intruders')}\n", "")


def test_bad_input_of_the_installed_command(model):
    code, out, err = command("scan", model[0], "nowhere")
    assert (code, out, err) == (2, "", "error: nowhere: no such file or folder\n")
    code, _, err = command("scan", model[0])
    assert code == 2
    assert "Missing argument" in err


def test_nothing_scanned_is_code_2(tmp_path):
    base, adapter = planted(tmp_path, layers=1)
    tensors = load_file(base / "model.safetensors")
    save_model(base, {name: tensor * np.nan for name, tensor in tensors.items()})
    code, out, _ = invoke("scan", str(base), str(adapter))
    assert code == 2
    assert "0 intruders on the left, in 0 of 0 matrices (eps 0.5, top 10)." in out and "; 2 skipped:" in out


def test_dask_that_is_not_installed_is_named(model, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    code, _, err = invoke("scan", *model, "--dask", "tcp://somewhere:8786")
    assert code == 2
    assert err == "error: --dask needs distributed: install the extra with pip install 'intruders[dask]'\n"


def test_a_scan_on_dask(model):
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as cluster:
        code, out, err = invoke("scan", *model, "--dask", cluster.scheduler_address)
    assert (code, err) == (0, "")
    assert out == invoke("scan", *model)[1]


def interrupt(words, path, environment=None):
    """Sends Ctrl-C when the partial has a matrix; (exit code, stderr)."""
    partial = Path(f"{path}.partial")
    process = subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for _ in range(3000):
        if partial.exists() and partial.read_text().count("\n") >= 3:
            break
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    return process.returncode, err


@pytest.mark.parametrize("processes", ["1", "2"])
def test_ctrl_c_and_resume(processes, tmp_path):
    base, adapter = map(str, planted(tmp_path, layers=25, n=100, m=100))
    path = tmp_path / "scan.json"
    words = ["scan", base, adapter, "--json", str(path), "--jobs", processes]
    code, err = interrupt(words, path)
    assert code == 130
    kept = re.fullmatch(
        r"Interrupted\. (.*scan\.json\.partial) keeps what is finished, (\d+) matrices\. Go on with\n  (.*)\n", err
    )
    assert kept, err
    assert 2 <= int(kept[2]) < 50
    assert not path.exists()
    again = shlex.split(kept[3])
    assert again == ["intruders", *words, "--resume"]
    code, _, err = command(*words)
    assert code == 2
    assert "go on with --resume" in err
    assert command(*again[1:])[0] == 0
    assert command(*words[:4], f"{tmp_path}/whole.json")[0] == 0
    assert path.read_bytes() == (tmp_path / "whole.json").read_bytes()


def test_a_killed_scan_leaves_no_processes_and_resumes(tmp_path):
    base, adapter = map(str, planted(tmp_path, layers=25, n=100, m=100))
    path = tmp_path / "scan.json"
    words = ["scan", base, adapter, "--json", str(path), "--jobs", "2"]
    process = subprocess.Popen([*COMMAND, *words], stdout=subprocess.DEVNULL, start_new_session=True)
    partial = Path(f"{path}.partial")
    while not (partial.exists() and partial.read_text().count("\n") >= 3):
        time.sleep(0.01)
    process.kill()
    process.wait()
    for _ in range(500):
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.01)
    else:
        pytest.fail("processes are left")
    assert command(*words, "--resume")[0] == 0


def on_a_terminal(*words):
    """What a terminal of 100 columns would show."""
    screen, terminal = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS")}
    process = subprocess.Popen(
        [*COMMAND, *words], stdout=terminal, stderr=terminal, env=environment | {"TERM": "xterm-256color"}
    )
    os.close(terminal)
    shown = b""
    try:
        while part := os.read(screen, 4096):
            shown += part
    except OSError:  # the terminal is closed
        pass
    os.close(screen)
    return process.wait(), shown.decode()


def test_colour_and_progress_on_a_terminal(large):
    code, shown = on_a_terminal("scan", *large)
    assert code == 0
    assert "\x1b[1;31m" in shown, "intruders in red"
    assert re.search(r"\d+ of 28 matrices", shown)


def test_help_is_short_and_quick():
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        code, out, _ = command("--help", COLUMNS="80")
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 1
    assert code == 0
    assert "scan" in out
    assert "budget" in out
    for words in (["scan", "--help"], ["budget", "--help"]):
        code, out, _ = invoke(*words, COLUMNS="100")
        assert code == 0
        assert len(out.splitlines()) < 40


def test_imports_are_light():
    """The command line brings numpy when a command runs; neither brings torch, distributed or figures."""
    heavy = "{'torch', 'transformers', 'matplotlib', 'distributed', 'pandas'}"
    code = f"import sys, intruders, intruders.cli; print('numpy' in sys.modules, {heavy} & set(sys.modules));"
    code += "import intruders.spectra.live, intruders.spectra.budget, intruders.printing;"
    code += f"print({heavy} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False set()\nset()\n"
