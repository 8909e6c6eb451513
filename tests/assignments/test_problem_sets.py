"""Solutions earn everything and blanks nothing, planted mistakes lose their points, other ways keep them."""

import json
import re
import zipfile
from collections import Counter
from dataclasses import replace
from html import unescape
from pathlib import Path

import nbformat
import pytest
from conftest import NAMES
from grading import build
from grading.grade import grade
from grading.submission import CHECK

SEARCHED = {".html", ".ipynb", ".py", ".md", ".txt", ".js", ".json"}
CELL = re.compile(r"^# %% (q\d+) (wrong|right): (.+)\n", re.M)


def planted(name):
    """Every planted answer to a problem set: question, whether it is right, what it is, its code."""
    pieces = CELL.split((Path(__file__).parent / "planted" / f"{name}.py").read_text(encoding="utf-8"))[1:]
    return list(zip(*(pieces[k::4] for k in range(4)), strict=True))


PLANTED = [pytest.param(name, *one, id=f"{name}-{one[0]}-{one[1]}-{one[2]}") for name in NAMES for one in planted(name)]


def with_answer(notebook, question, code):
    """The notebook up to the check of a question, with a cell more before it."""
    checks = [
        k for k, cell in enumerate(notebook.cells) if (found := CHECK.search(cell.source)) and found[1] == question
    ]
    notebook.cells[checks[-1] + 1 :] = []
    notebook.cells.insert(checks[-1], nbformat.v4.new_code_cell(code))
    return notebook


def points(graded):
    return {one["name"]: one["score"] for one in graded["questions"] if not one["manual"]}


@pytest.mark.parametrize("name", NAMES)
def test_solutions_and_blanks(name, sets, workers):
    one = sets[name]
    full = {question["name"]: question["points"] for question in one.assignment.questions if not question["manual"]}
    graded = grade(one.solutions, one.assignment, workers)
    assert points(graded) == full, [question for question in graded["questions"] if question.get("note")]
    assert set(points(grade(one.blank, one.assignment, workers)).values()) == {0}


@pytest.mark.parametrize(("name", "question", "kind", "what", "code"), PLANTED)
def test_planted_answers(name, question, kind, what, code, sets, workers, tmp_path):
    one = sets[name]
    notebook = with_answer(nbformat.read(one.solutions, 4), question, code)
    nbformat.write(notebook, tmp_path / "handed_in.ipynb")
    assignment = one.assignment
    only = replace(
        assignment,
        tests={question: assignment.tests[question]},
        questions=[entry for entry in assignment.questions if entry["name"] == question],
    )
    (graded,) = grade(tmp_path / "handed_in.ipynb", only, workers)["questions"]
    assert (graded["score"] == graded["points"]) == (kind == "right"), graded
    if kind == "wrong":
        assert graded["score"] == 0


@pytest.mark.parametrize("name", NAMES)
def test_every_question_has_its_planted_answers(name, sets):
    of = {kind: Counter(one[0] for one in planted(name) if one[1] == kind) for kind in ("wrong", "right")}
    for question in sets[name].assignment.tests:
        assert of["wrong"][question] >= 3 and of["right"][question] >= 1, question


@pytest.mark.parametrize("name", NAMES)
def test_a_set_has_what_a_set_has(name, sets):
    one = sets[name]
    text = "\n".join(cell.source for cell in nbformat.read(one.blank, 4).cells)
    solutions = "\n".join(cell.source for cell in nbformat.read(one.solutions, 4).cells)
    assert re.search(r"find the mistake", text), "a mistake in the literature"
    assert "own(STUDENT_ID" in text, "numbers of a student's own"
    assert any(question["manual"] for question in one.assignment.questions) and "**Rubric**" in solutions
    assert "data.load(" in text or "data.runs(" in text or "data.matrices(" in text, "a table of a real experiment"
    total = sum(question["points"] for question in one.assignment.questions)
    assert f"{total} points" in text
    for question in one.assignment.questions:
        assert f"Question {question['name'][1:]}: " in text and f"({question['points']} points" in text


@pytest.mark.parametrize("name", NAMES)
def test_what_is_published_is_what_is_made(name, sets):
    published, one = build.STUDENT / name, sets[name].student
    files = {path.relative_to(one) for path in one.rglob("*") if path.is_file()}
    assert files == {path.relative_to(published) for path in published.rglob("*") if path.is_file()}
    for file in files:
        assert (published / file).read_bytes() == (one / file).read_bytes(), f"run `make assignments`: {file}"


@pytest.mark.parametrize("name", NAMES[:1])
def test_the_same_master_makes_the_same_bytes(name, sets, tmp_path):
    build.build(build.MASTERS / f"{name}.py", tmp_path / "student", tmp_path / "made")
    for old in (sets[name].archive, sets[name].solutions):
        assert (tmp_path / "made" / old.name).read_bytes() == old.read_bytes()


def secrets(one):
    """The lines of the solutions that students do not have, and the names of the hidden tests."""
    blank = {line.strip() for cell in nbformat.read(one.blank, 4).cells for line in cell.source.splitlines()}
    solution = {
        line.strip()
        for cell in nbformat.read(one.solutions, 4).cells
        for line in cell.source.splitlines()
        if "otter_assign_solution_cell" in cell.metadata.get("tags", [])
    }
    return solution - blank, one.hidden_tests


@pytest.mark.parametrize("name", NAMES)
def test_students_get_no_solution_and_no_hidden_test(name, sets):
    solution, hidden = secrets(sets[name])
    assert solution and hidden
    for path in sets[name].student.rglob("*"):
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        assert not [line for line in solution if len(line) > 12 and json.dumps(line)[1:-1] in text]
        assert not [case for case in hidden if case in text]


@pytest.fixture(scope="module")
def published():
    """All texts of the built site and of the wheel."""
    wheels = list((build.ROOT / "dist").glob("*.whl"))
    site = build.ROOT / "_build" / "html"
    assert wheels and (site / "index.html").exists(), "run `make book`"
    texts = [path.read_text(encoding="utf-8", errors="ignore") for path in site.rglob("*.*") if path.suffix in SEARCHED]
    with zipfile.ZipFile(wheels[0]) as wheel:
        texts += [wheel.read(name).decode() for name in wheel.namelist() if Path(name).suffix in SEARCHED]
    return "\n".join(texts)


@pytest.mark.parametrize("name", NAMES)
def test_the_site_and_the_wheel_have_no_solution(name, sets, published):
    solution, hidden = secrets(sets[name])
    plain = unescape(re.sub(r"<[^>]*>", "", published))
    assert not [line for line in solution if len(line) > 50 and line in plain]
    assert not [case for case in hidden if case in plain]
    assert "otter_assign_solution_cell" not in published
