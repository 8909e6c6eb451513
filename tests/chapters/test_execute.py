"""execute.py stores what a chapter shows, in the same bytes each time, and spares the file when it fails."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

EXECUTE = Path(__file__).with_name("execute.py")
CELLS = [
    new_markdown_cell("# Title"),
    new_code_cell(
        "print(1)\nimport sys\nprint(2, flush=True)\nprint(3)\n1 + 1",
        metadata={"execution": {"started": "now"}},
    ),
    new_code_cell("import os\n(os.listdir(), sys.prefix)"),
    new_code_cell("import ipywidgets\nipywidgets.IntSlider()", metadata={"tags": ["remove-output"]}),
]


def execute(path):
    command = [sys.executable, EXECUTE.name, path]
    return subprocess.run(command, cwd=EXECUTE.parent, capture_output=True, text=True)


def write(path, cells):
    """Without ids, with widget state, and not as nbformat writes it."""
    cells = [{key: value for key, value in cell.items() if key != "id"} for cell in cells]
    path.write_text(json.dumps({"cells": cells, "metadata": {"widgets": {}}, "nbformat": 4, "nbformat_minor": 5}))


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    path = tmp_path_factory.mktemp("executed") / "tiny.ipynb"
    write(path, CELLS)
    assert execute(path).returncode == 0
    return path


def test_outputs(executed):
    _, streams, elsewhere, live = nbformat.read(executed, as_version=4).cells
    assert [output.get("text") for output in streams.outputs] == ["1\n2\n3\n", None]
    assert elsewhere.outputs[0].data["text/plain"] == repr(([], sys.prefix))
    assert live.outputs == []
    assert [cell.execution_count for cell in (streams, elsewhere, live)] == [1, 2, 3]


def test_file_depends_on_code_alone(executed):
    before = executed.read_bytes()
    content = json.loads(before)
    assert [cell["id"] for cell in content["cells"]] == ["cell-1", "cell-2", "cell-3", "cell-4"]
    assert content["cells"][1]["metadata"] == {}
    assert content["metadata"].keys() == {"kernelspec", "language_info"}
    assert before.endswith(b"}\n") and not before.endswith(b"\n\n")
    assert execute(executed).returncode == 0
    assert executed.read_bytes() == before


@pytest.mark.parametrize(
    ("source", "message"), [("1 / 0", "ZeroDivisionError"), ("import os\nos._exit(1)", "Kernel died")]
)
def test_failing_cell(source, message, tmp_path):
    path = tmp_path / "tiny.ipynb"
    write(path, [new_markdown_cell("# Title"), new_code_cell(source), new_code_cell("1")])
    before = path.read_bytes()
    result = execute(path)
    assert result.returncode != 0
    assert f"{path}, cell 2: " in result.stderr and message in result.stderr
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_interruption(tmp_path):
    path, running = tmp_path / "tiny.ipynb", tmp_path / "running"
    write(path, [new_code_cell(f"open({str(running)!r}, 'w').close()\nimport time\ntime.sleep(60)")])
    before = path.read_bytes()

    def heed():  # what a shell starts in the background ignores the signal, and so would its children
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    command = [sys.executable, EXECUTE, path]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=heed)
    while process.poll() is None and not running.exists():
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1 and f"{path}, cell 1: KeyboardInterrupt" in errors
    assert path.read_bytes() == before
