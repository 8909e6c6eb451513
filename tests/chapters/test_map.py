"""The first page's map of the chapters has each of them, with its own title and reading time."""

import re
from pathlib import Path

import nbformat
import pytest

CHAPTERS = Path(__file__).parents[2] / "chapters"
ROW = re.compile(r"^\| (\S+) \[(.+)\]\((\S+\.ipynb)\) \| (\d+) \|", re.M)
HOURS = {"two hours": 120, "two and a half hours": 150}


def first_cell(path):
    return nbformat.read(path, as_version=4).cells[0].source


def minutes(goals: str) -> int:
    said = re.search(r"\*\*Time\*\* (.+?), with the exercises", goals)[1]
    return HOURS[said] if said in HOURS else int(re.fullmatch(r"(\d+) minutes", said)[1])


def rows(path: Path) -> dict[str, tuple]:
    source = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
    return {name: (number, title, int(time)) for number, title, name, time in ROW.findall(source)}


def expected(path: Path) -> tuple:
    goals = first_cell(path)
    return path.name.split("-")[0].lstrip("0"), re.search(r"^# (.+)$", goals, re.M)[1], minutes(goals)


@pytest.fixture(scope="module")
def chapters():
    return {path.name: expected(path) for path in CHAPTERS.glob("[0-9]*.ipynb")}


def test_map(chapters):
    assert rows(CHAPTERS / "intro.ipynb") == chapters


def test_a_wrong_time_is_found(chapters, tmp_path):
    text = (CHAPTERS / "intro.ipynb").read_text(encoding="utf-8")
    (tmp_path / "intro.ipynb").write_text(text.replace("| 100 |", "| 10 |"), encoding="utf-8")
    assert rows(tmp_path / "intro.ipynb") != chapters
