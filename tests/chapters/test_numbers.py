"""Chapters that report experiments state no decimal number that their cells do not print or set."""

from pathlib import Path

import nbformat
import pytest
from numbers_in_prose import unsupported

CHAPTERS = Path(__file__).parents[2] / "chapters"
REPORTS = sorted(path for pattern in ("08*", "09-*", "10-*", "11-*") for path in CHAPTERS.glob(f"{pattern}.ipynb"))


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_numbers_come_from_the_tables(path):
    assert unsupported(path) == []


def test_an_invented_number_is_found(tmp_path):
    notebook = nbformat.read(REPORTS[0], as_version=4)
    prose = next(cell for cell in notebook.cells if cell.cell_type == "markdown")
    prose.source += " The effect was 0.7391 on average."
    nbformat.write(notebook, tmp_path / "invented.ipynb")
    [missing] = unsupported(tmp_path / "invented.ipynb")
    assert missing.startswith("0.7391 in ")
