"""A submission may do what it likes: it costs its own question and nothing else."""

import json
import os
import subprocess
import sys
import time

import nbformat
import numpy as np
import pytest
import sympy as sp
from grading import submission, wire
from grading.grade import SECONDS, Assignment, digest, grade
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

TEST = """\
from otter.test_files import test_case
OK_FORMAT = False
name, points, all_or_nothing = "{name}", 2, True

@test_case(points=None, hidden=False)
def test_open({name}):
    assert {name}(1) == 2

@test_case(points=None, hidden=True)
def test_secret({name}):
    assert [{name}(k) for k in (3, 10**9)] == [4, 10**9 + 1]
"""
QUESTIONS = [{"name": name, "points": 2, "manual": False} for name in ("first", "second", "third")]
ASSIGNMENT = Assignment("planted", QUESTIONS, {one["name"]: TEST.format(name=one["name"]) for one in QUESTIONS}, "")
RIGHT = {one["name"]: f"def {one['name']}(k):\n    return k + 1" for one in QUESTIONS}

HOSTILE = {
    "loops for ever": ("while True:\n    pass", "takes too long"),
    "loops and holds on": (
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
        "takes too long",
    ),
    "loops when it is called": ("def second(k):\n    while True:\n        pass", "takes too long"),
    "sleeps": ("import time\ntime.sleep(3600)", "takes too long"),
    "prints megabytes": ("for _ in range(10**6):\n    print('x' * 100)", "prints more than"),
    "imports torch": ("import torch", "imports torch"),
    "imports the grader": ("import grading.grade", "imports grading"),
    "reads the tests": ("open('/autograder/source/tests/second.py').read()", "reads /autograder"),
    "looks for the tests": ("import glob, os\nos.listdir('/')", "reads /"),
    "reads and hides it": ("try:\n    open('/etc/passwd')\nexcept BaseException:\n    pass", "reads /etc/passwd"),
    "reads later": (
        "import threading, time\ndef later():\n    time.sleep(0.3)\n    open('/etc/passwd')\n"
        "threading.Thread(target=later).start()\ndef second(k):\n    time.sleep(0.5)\n    return k + 1",
        "reads /etc/passwd",
    ),
    "runs a program": ("import subprocess\nsubprocess.run(['ls', '/'])", "calls"),
    "runs a shell": ("import os\nos.system('ls /')", "calls os.system"),
    "opens a connection": ("import socket\nsocket.create_connection(('127.0.0.1', 1))", "calls socket"),
    "writes elsewhere": ("open('../gone.txt', 'w')", "writes ../gone.txt"),
    "ends its process": ("import os\nos._exit(0)", "its process ended"),
    "kills its process": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "calls os.kill"),
    "waits for input": ("input('id?')", "waits for input"),
}
HARMLESS = {
    "raises an error": "1 / 0",
    "does not parse": "def broken(:",
    "exits": "import sys\nsys.exit()",
    "recurses": "def f():\n    return f()\nf()",
    "takes all memory": "x = [0] * 10**10",
    "imports more": "import fractions, statistics, socket, wave, intruders.theory.nuclear\nimport scipy.signal",
    "plots and prints": "plt.plot([1, 2])\nplt.show()\nprint('seen')\ndisplay(3)\n%matplotlib inline\n!ls",
    "shadows a name": "np = None\nprint = None",
    "answers with an object": "class Evil:\n    def __reduce__(self):\n        return print, ('run',)\nvalue = Evil()",
}


def handed_in(folder, code, name="planted"):
    """A notebook whose second question is answered by `code` and then by the right answer."""
    notebook = new_notebook(metadata={"otter": {"assignment_name": name}})
    notebook.cells = [new_markdown_cell("# Planted"), new_code_cell(f"{submission.SETUP}\nimport nowhere")]
    notebook.cells.append(new_code_cell('STUDENT_ID = "ada"'))
    for question, answer in RIGHT.items():
        notebook.cells += [new_code_cell(answer)]
        notebook.cells += [new_code_cell(code)] if question == "second" else []
        notebook.cells += [new_code_cell(f'grader.check("{question}")')]
    nbformat.write(notebook, folder / "handed_in.ipynb")
    return folder / "handed_in.ipynb"


def graded(path, workers):
    result = grade(path, ASSIGNMENT, workers)
    assert result["student"] == "ada"
    return {one["name"]: (one["score"], one["note"]) for one in result["questions"]}


@pytest.mark.parametrize(("code", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_what_an_answer_may_not_do_costs_its_question(code, reason, workers, tmp_path, monkeypatch):
    monkeypatch.setitem(SECONDS, "run", 3)
    monkeypatch.setitem(SECONDS, "test", 3)
    start = time.monotonic()
    found = graded(handed_in(tmp_path, code), workers)
    assert (found["first"][0], found["second"][0], found["third"][0]) == (2, 0, 2)
    assert reason in found["second"][1]
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("code", HARMLESS.values(), ids=HARMLESS)
def test_an_error_is_no_crime(code, workers, tmp_path):
    assert {score for score, _ in graded(handed_in(tmp_path, code), workers).values()} == {2}


def test_a_submission_that_loops_everywhere_ends(workers, tmp_path, monkeypatch):
    monkeypatch.setitem(SECONDS, "run", 2)
    monkeypatch.setitem(SECONDS, "all", 3)
    path = handed_in(tmp_path, "")
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        cell.source = cell.source.replace("def ", "while True:\n    pass\ndef ")
    nbformat.write(notebook, path)
    start = time.monotonic()
    assert {score for score, _ in graded(path, workers).values()} == {0}
    assert time.monotonic() - start < 6


def test_what_a_right_answer_leaves_behind_is_there_for_the_next(workers, tmp_path):
    path = handed_in(tmp_path, "import os\nhelper = 1\nos.listdir('/')")
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        cell.source = cell.source.replace("def third(k):\n    return k + 1", "def third(k):\n    return first(k)")
    nbformat.write(notebook, path)
    assert graded(path, workers)["third"][0] == 2, "the first answer survives the second's end"


@pytest.mark.parametrize("name", RIGHT)
def test_a_check_that_was_deleted(name, workers, tmp_path):
    path = handed_in(tmp_path, "extra = 1")
    notebook = nbformat.read(path, 4)
    notebook.cells = [cell for cell in notebook.cells if cell.source != f'grader.check("{name}")']
    nbformat.write(notebook, path)
    assert {score for score, _ in graded(path, workers).values()} == {2}


def test_what_is_no_notebook_of_this_assignment(workers, tmp_path):
    with pytest.raises(ValueError, match=r"assignment 'other', expected 'planted'"):
        grade(handed_in(tmp_path, "", name="other"), ASSIGNMENT, workers)
    for text in ("", "{}", '{"cells": 3, "metadata": {}}', "[]"):
        (tmp_path / "broken.ipynb").write_text(text)
        with pytest.raises(ValueError, match=r"broken\.ipynb: .*expected a Jupyter notebook"):
            grade(tmp_path / "broken.ipynb", ASSIGNMENT, workers)


def test_the_digest_sees_the_submission_and_the_assignment(tmp_path):
    path = handed_in(tmp_path, "")
    before = digest(path, ASSIGNMENT)
    assert before == digest(path, ASSIGNMENT) != digest(path, Assignment("planted", QUESTIONS, {}, "new"))
    path.write_text(path.read_text() + " ")
    assert digest(path, ASSIGNMENT) != before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may close the network")
def test_needs_no_network(tmp_path):
    path = handed_in(tmp_path, "")
    program = f"""
import sys
sys.path[:0] = {sys.path!r}
from pathlib import Path
from grading.grade import grade, server
from test_grading import ASSIGNMENT
with server() as address:
    print([one["score"] for one in grade(Path({str(path)!r}), ASSIGNMENT, address)["questions"]])
"""
    command = ["unshare", "--net", sys.executable, "-c", program]
    ran = subprocess.run(command, capture_output=True, text=True)
    if "Operation not permitted" in ran.stderr:
        pytest.skip("this machine closes no network")
    assert ran.stdout.strip() == "[2.0, 2.0, 2.0]", ran.stderr


VALUES = [None, True, 3, 2.5, 1 + 2j, "text", [1, (2, "x")], {"a": [1], 2: None}, np.float64(0.1), np.int64(3)]
VALUES += [np.arange(6.0).reshape(2, 3)[:, ::-1], np.array([1 + 1j]), np.array([True]), np.zeros((0, 3)), 10**400]
x = sp.Symbol("x", positive=True)
VALUES += [sp.sqrt(x) + sp.pi * sp.I, sp.Rational(1, 3), sp.Matrix([[x, 1]]), sp.Piecewise((x, x > 1), (0, True))]
VALUES += [sp.Integral(sp.sin(x), (x, 0, sp.oo)), sp.Float("0.1", 30), sp.Eq(x, 2)]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_arrive_as_they_were(value):
    there = wire.decode(wire.encode(value, id), None)
    assert np.array_equal(there, value) if isinstance(value, np.ndarray) else there == value
    if isinstance(value, float):
        assert type(there) is float


TEXTS = ["__import__('os').getcwd()", "sin('__import__(\"os\").getcwd()')", "Symbol.__class__", "Basic(open)", "'text'"]
TEXTS += ["sympify('1')", "Add('1')", "(lambda: 1)()", "Function('f')(Symbol('x'))"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_formula_runs_nothing(text):
    message = json.dumps({"sympy": text}).encode()
    with pytest.raises((ValueError, TypeError, AttributeError, SyntaxError, sp.SympifyError)):
        wire.decode(message, None)


def test_what_cannot_be_told(monkeypatch):
    with pytest.raises(TypeError, match=r"an answer of type set, which cannot be graded"):
        wire.encode({1}, id)
    monkeypatch.setattr(wire, "LARGEST", 100)
    with pytest.raises(ValueError, match=r"an answer of \d+ bytes, expected at most 100"):
        wire.encode(list(range(100)), id)
