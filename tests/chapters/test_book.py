"""The book is whole, and a book that is not is told so, by file."""

from pathlib import Path

import book
import nbformat
import pytest

ROOT = Path(__file__).parents[2]
HOST = "github." + "com"  # in two pieces: these are no mentions of the book's own address
COLAB = "colab.research.google." + "com/github"


def test_book():
    problems = book.problems(ROOT)
    assert not problems, "\n".join(problems)


def test_book_has_an_explorable():
    notebooks = [nbformat.read(path, as_version=4) for path in ROOT.glob("chapters/*.ipynb")]
    cells = [cell for notebook in notebooks for cell in notebook.cells]
    assert any("explorable" in cell.metadata.get("tags", []) for cell in cells)


@pytest.fixture
def root(tmp_path):
    """A book without a problem."""
    files = {
        "_config.yml": f"repository: {{url: https://{HOST}/someone/a-book}}",
        "_toc.yml": "root: chapters/intro\nparts: [{chapters: [{file: chapters/04-a}]}]",
        "pyproject.toml": f'[project]\nversion = "1.2.3"\nurls.Repository = "https://{HOST}/someone/a-book"',
        "CITATION.cff": "version: 1.2.3",
        "chapters/intro.md": "# Intro",
        "chapters/04-a.ipynb": f"pip install git+https://{HOST}/someone/a-book.git@v1.2.3",
        ".venv/lib/other.py": f"https://{HOST}/another/project",
        ".venv/pyvenv.cfg": "",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def test_correct_book_has_no_problem(root):
    assert book.problems(root) == []


PLANTED = {
    "missing from toc": (
        "chapters/05-b.ipynb",
        "",
        "_toc.yml: chapters/05-b.ipynb is missing, expected every file of chapters/",
    ),
    "only in toc": (
        "_toc.yml",
        "root: chapters/intro\nchapters: [{file: chapters/04-a, sections: [{file: chapters/05-b}]}]",
        "_toc.yml: chapters/05-b does not exist, expected a file of chapters/",
    ),
    "version": (
        "CITATION.cff",
        "version: 1.2.4",
        "CITATION.cff: version 1.2.4, expected 1.2.3 as in pyproject.toml",
    ),
    "tag": (
        "README.md",
        f"pip install git+https://{HOST}/someone/a-book@v1.2.4",
        "README.md: the tag v1.2.4, expected v1.2.3 as in pyproject.toml",
    ),
    "address": (
        "README.md",
        f"See https://{HOST}/someone/my-book.",
        "README.md: the repository someone/my-book, expected someone/a-book as in _config.yml",
    ),
    "address in a hidden folder": (
        ".github/x.yml",
        f"git clone git@{HOST}:another/a-book.git",
        ".github/x.yml: the repository another/a-book, expected someone/a-book as in _config.yml",
    ),
    "address of Colab": (
        "chapters/intro.md",
        f"https://{COLAB}/another/a-book/blob/main/x.ipynb",
        "chapters/intro.md: the repository another/a-book, expected someone/a-book as in _config.yml",
    ),
    "address of the site": (
        "README.md",
        "https://another." + "github.io/a-book/",
        "README.md: the repository another/a-book, expected someone/a-book as in _config.yml",
    ),
}


@pytest.mark.parametrize(("file", "content", "expected"), PLANTED.values(), ids=PLANTED)
def test_planted(file, content, expected, root):
    (root / file).parent.mkdir(exist_ok=True, parents=True)
    (root / file).write_text(content)
    assert book.problems(root) == [expected]


def test_bad_name(root):
    (root / "chapters/04-a.ipynb").rename(root / "chapters/4-a.ipynb")
    (root / "_toc.yml").write_text("root: chapters/intro\nchapters: [{file: chapters/4-a}]")
    expected = "expected a name like 04-bbp-transition.ipynb, or advice.ipynb for a page"
    assert book.problems(root) == [f"chapters/4-a.ipynb: {expected}"]


def test_large_book(root):
    (root / "chapters/04-a.ipynb").write_text(" " * 12_000_001)
    assert book.problems(root) == ["chapters/*.ipynb: 12000001 bytes in all, expected at most 12000000"]
