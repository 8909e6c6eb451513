"""Every link of the book leads somewhere. Needs the internet."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_link_is_broken(tmp_path):
    book = Path(sys.executable).parent / "jupyter-book"
    subprocess.run([book, "build", "--builder", "linkcheck", "--path-output", tmp_path, ROOT], check=False)
    lines = (tmp_path / "_build" / "html" / "output.json").read_text(encoding="utf-8").splitlines()
    links = [json.loads(line) for line in lines]
    assert links
    broken = [f"{link['filename']}: {link['uri']}: {link['info']}" for link in links if link["status"] == "broken"]
    assert not broken, "\n".join(broken)
