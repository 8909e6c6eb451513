"""The Makefile's nbval fails, naming file and cell, when a committed output is not what the code shows."""

import os
import subprocess
import sys
from pathlib import Path

import execute
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).parents[2]
STYLE = """\
import matplotlib.pyplot as plt
%config InlineBackend.figure_formats = ["svg"]
%config InlineBackend.print_figure_kwargs = {"metadata": {"Date": None}}
plt.rcParams["svg.hashsalt"] = "book"
"""
TEXT = "print(1.25)"
FIGURE = "plt.plot([1, 2, 3])\nplt.show()"


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A notebook as committed: its cells 0, 1, 2 (nbval counts from 0) are style, text and figure."""
    path = tmp_path_factory.mktemp("committed") / "tiny.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in (STYLE, TEXT, FIGURE)]), path)
    execute.main(path)
    return path


def nbval(path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    venv = os.path.relpath(sys.prefix, ROOT)
    command = ["make", "nbval", f"CHAPTERS={path}", f"VENV={venv}", "-o", f"{venv}/.library"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_undrifted(executed):
    result = nbval(executed)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "3 passed" in result.stdout


def text_drifts(notebook):
    notebook.cells[1].source = "print(1.26)"


def figure_drifts(notebook):
    notebook.cells[2].source = FIGURE.replace("2", "2.001")


def outputs_are_stripped(notebook):
    notebook.cells[1].outputs = []


PLANTED = {
    text_drifts: ("Cell 1", "mismatch 'stdout'"),
    figure_drifts: ("Cell 2", "mismatch 'image/svg+xml'"),
    outputs_are_stripped: ("Cell 1", "Unexpected output fields from running code: {'stdout'}"),
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_planted(plant, executed, tmp_path):
    cell, message = PLANTED[plant]
    notebook = nbformat.read(executed, as_version=4)
    plant(notebook)
    nbformat.write(notebook, tmp_path / "tiny.ipynb")
    result = nbval(tmp_path / "tiny.ipynb")
    assert result.returncode != 0
    assert f"tiny.ipynb::{cell} " in result.stdout
    assert message in result.stdout
    assert "1 failed, 2 passed" in result.stdout
