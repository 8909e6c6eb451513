"""The picture of README and of the landing page is the one that chapter 8 makes."""

from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[2]


def test_picture_is_the_output_of_its_cell():
    notebook = nbformat.read(ROOT / "chapters" / "08-real-lora.ipynb", as_version=4)
    [cell] = [
        c for c in notebook.cells if c.metadata.get("mystnb", {}).get("figure", {}).get("name") == "fig-real-central"
    ]
    picture = cell.outputs[0].data["image/svg+xml"]
    assert (ROOT / "site" / "central-result.svg").read_text(encoding="utf-8").strip() == picture.strip(), (
        "site/central-result.svg differs from the first figure of chapters/08-real-lora.ipynb: run make chapters"
    )
