"""A folder of submissions is graded in parallel, goes on where it stopped, and gives a table and a page."""

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile

import nbformat
import pytest
from conftest import NAMES
from grading import folder, gradescope
from grading.page import page

FIRST = NAMES[0]


@pytest.fixture
def submissions(sets, tmp_path):
    """As Canvas and Moodle hand them out: two right ones, a blank, one that is no notebook, one of another course."""
    one = sets[FIRST]
    (tmp_path / "Grace Hopper_77_assignsubmission_file").mkdir()
    shutil.copy(one.solutions, tmp_path / "lovelaceada_1815_99_ps1.ipynb")
    shutil.copy(one.blank, tmp_path / "Grace Hopper_77_assignsubmission_file" / "ps1.ipynb")
    shutil.copy(one.solutions, tmp_path / "turing.ipynb")
    (tmp_path / "broken.ipynb").write_text("{")
    other = nbformat.v4.new_notebook(metadata={"otter": {"assignment_name": "other"}})
    nbformat.write(other, tmp_path / "other.ipynb")
    (tmp_path / ".ipynb_checkpoints").mkdir()
    shutil.copy(one.solutions, tmp_path / ".ipynb_checkpoints" / "turing-checkpoint.ipynb")
    return tmp_path


def test_a_folder(submissions, sets, capsys):
    archives = [one.archive for one in sets.values()]
    results = {one["file"]: one for one in folder.grade_folder(submissions, archives, jobs=2)}
    assert "expected a Jupyter notebook" in results["broken"]["error"]
    assert "assignment 'other', expected one of" in results["other"]["error"]
    assert len(capsys.readouterr().out.splitlines()) == len(results) == 5
    rows = list(csv.DictReader(io.StringIO((submissions / "grades" / f"{FIRST}.csv").read_text())))
    assert [row["Student"] for row in rows] == ["Grace Hopper", "lovelaceada", "turing"]
    assert [row["ID"] for row in rows] == ["77", "1815", ""]
    assert [row["SIS Login ID"] for row in rows] == ["", "instructor", "instructor"]
    automatic = sum(one["points"] for one in sets[FIRST].assignment.questions if not one["manual"])
    assert [float(row[f"{FIRST} automatic"]) for row in rows] == [0, automatic, automatic]
    manual = [one["name"] for one in sets[FIRST].assignment.questions if one["manual"]]
    assert {row[f"{FIRST} {name}"] for row in rows for name in manual} == {""}
    told = (submissions / "grades" / "feedback" / "turing.txt").read_text()
    assert told.startswith(f"{FIRST}, instructor\n") and "read by a person" in told and "fails" not in told
    lost = (submissions / "grades" / "feedback" / "Grace Hopper_77_assignsubmission_file--ps1.txt").read_text()
    assert "no STUDENT_ID" in lost and "A hidden check fails." in lost
    assert not any(name in lost for name in sets[FIRST].hidden_tests)
    seen = (submissions / "grades" / f"{FIRST}.html").read_text()
    assert "has no STUDENT_ID" in seen
    assert "2 of 3" in seen and "3 submissions" in seen and "turing" in seen


def test_goes_on_where_it_stopped(submissions, sets, monkeypatch):
    archive = sets[FIRST].archive
    folder.grade_folder(submissions, [archive], jobs=1)
    before = (submissions / "grades" / f"{FIRST}.csv").read_bytes()
    asked = []
    monkeypatch.setattr(folder, "grade", lambda path, *rest: asked.append(path.name) or 1 / 0)
    folder.grade_folder(submissions, [archive], jobs=1)
    assert asked == [] and (submissions / "grades" / f"{FIRST}.csv").read_bytes() == before
    (submissions / "turing.ipynb").write_text((submissions / "turing.ipynb").read_text() + " ")
    (submissions / "grades" / "lovelaceada_1815_99_ps1.json").write_text("{")
    with pytest.raises(ZeroDivisionError):
        folder.grade_folder(submissions, [archive], jobs=1)
    assert set(asked) <= {"turing.ipynb", "lovelaceada_1815_99_ps1.ipynb"} and asked, "what changed is graded again"


def test_an_interrupted_run_keeps_what_it_has(submissions, sets, tmp_path_factory):
    archives = tmp_path_factory.mktemp("archives")
    (archives / FIRST).mkdir()
    shutil.copy(sets[FIRST].archive, archives / FIRST)
    slow = nbformat.read(submissions / "turing.ipynb", 4)
    slow.cells.insert(4, nbformat.v4.new_code_cell("import time\ntime.sleep(7)"))
    nbformat.write(slow, submissions / "turing.ipynb")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "grading.folder", str(submissions), "--archives", str(archives), "--jobs", "1"]
    running = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not list((submissions / "grades").glob("lovelace*.json")):
        assert running.poll() is None, running.stderr.read()
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, error = running.communicate(timeout=60)
    assert running.returncode == 1 and "interrupted; what is graded is kept" in error
    assert not list((submissions / "grades").glob("*.new")) and not (submissions / "grades" / "turing.json").exists()
    again = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert "3 graded" in again.stdout and "2 not" in again.stdout and again.returncode == 1
    assert (submissions / "grades" / "turing.json").exists()


def test_an_empty_folder(tmp_path, sets):
    with pytest.raises(ValueError, match="no notebooks, expected submissions"):
        folder.grade_folder(tmp_path, [sets[FIRST].archive], jobs=1)


def test_the_page_escapes_what_students_write():
    answer = {"name": "q1", "points": 1, "manual": False, "score": 0, "note": "<script>", "cases": []}
    result = {"file": "<b>", "name": "a", "id": "1", "student": "<i>", "assignment": "ps1", "questions": [answer]}
    text = page([result])
    assert "<script>" not in text and "<b>" not in text and "<i>" not in text
    assert "calls itself &lt;i&gt;" in text


@pytest.fixture
def autograder(sets, tmp_path):
    """The folder /autograder as Gradescope lays it out."""
    with zipfile.ZipFile(sets[FIRST].archive) as packed:
        packed.extractall(tmp_path / "source")
    (tmp_path / "submission").mkdir()
    return tmp_path


def test_gradescope(autograder, sets):
    shutil.copy(sets[FIRST].blank, autograder / "submission" / "mine.ipynb")
    gradescope.main(autograder)
    told = json.loads((autograder / "results" / "results.json").read_text())
    questions = [one for one in sets[FIRST].assignment.questions if not one["manual"]]
    assert [one["max_score"] for one in told["tests"]] == [one["points"] for one in questions]
    assert {one["score"] for one in told["tests"]} == {0}
    assert "A hidden check fails." in told["tests"][0]["output"]
    assert not any(name in json.dumps(told) for name in sets[FIRST].hidden_tests)
    shutil.copy(sets[FIRST].solutions, autograder / "submission" / "other.ipynb")
    gradescope.main(autograder)
    assert "2 notebooks were handed in" in (autograder / "results" / "results.json").read_text()
    (autograder / "submission" / "mine.ipynb").unlink()
    gradescope.main(autograder)
    told = json.loads((autograder / "results" / "results.json").read_text())
    assert [one["score"] for one in told["tests"]] == [one["points"] for one in questions]


def test_the_archive_runs_by_itself(autograder, sets):
    """Gradescope runs run_otter.py, from anywhere, with nothing but what the archive brings."""
    text = (autograder / "source" / "run_otter.py").read_text()
    (autograder / "source" / "run_otter.py").write_text(
        text.replace("main()", f"main(__import__('pathlib').Path({str(autograder)!r}))")
    )
    shutil.copy(sets[FIRST].solutions, autograder / "submission")
    subprocess.run([sys.executable, str(autograder / "source" / "run_otter.py")], check=True, cwd="/")
    told = json.loads((autograder / "results" / "results.json").read_text())
    assert all(one["score"] == one["max_score"] for one in told["tests"])


def test_otter_itself_gives_the_same_points(sets, tmp_path):
    """`otter run`, for those who grade with Otter's own tools."""
    for path, share in ((sets[FIRST].solutions, 1), (sets[FIRST].blank, 0)):
        command = [sys.executable, "-m", "otter", "run", "-a", str(sets[FIRST].archive), "-o", str(tmp_path), str(path)]
        ran = subprocess.run([*command, "--no-logo"], capture_output=True, text=True, cwd=tmp_path)
        assert ran.returncode == 0, ran.stderr
        tests = json.loads((tmp_path / "results.json").read_text())["tests"]
        scored = [one for one in tests if "score" in one]
        assert len(scored) >= 6 and all(one["score"] == share * one["max_score"] for one in scored)
