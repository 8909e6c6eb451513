"""Every chapter and problem set runs on Colab: with its versions, without a clone, by its own set-up cell."""

import json
import subprocess
import sys
from pathlib import Path

import clean_machine
import pytest
from book import settings

PYTHON = "3.13"
PROBLEM_SETS = sorted(path.name for path in (clean_machine.ROOT / "assignments" / "student").iterdir())
TESTS = ["nbval", "pytest"]  # and what executes the chapter there
RUN_ALL = """
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], 4)
nbclient.NotebookClient(notebook, timeout=600).execute()
nbformat.write(notebook, sys.argv[1])
"""
EXECUTE = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=600", "-p", "no:cacheprovider"]

# In the student's Python: what the set-up cell downloads comes from the files that will be published there.
DOWNLOAD = """\
import shutil, urllib.request
def urlretrieve(url, target):
    shutil.copy("{root}/assignments" + url.split("/assignments", 1)[1], target)
urllib.request.urlretrieve = urlretrieve
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    python = clean_machine.environment(tmp_path_factory.mktemp("colab") / "environment", PYTHON)
    requirements = Path(__file__).with_name("colab.txt")
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", python]
    clean_machine.run(
        *install, "--index-strategy", "unsafe-best-match", "-r", requirements, *TESTS, cwd=clean_machine.ROOT
    )
    return python


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Settings with which git finds, at the book's address, the release that the set-up cells install."""
    address, version = settings(clean_machine.ROOT)
    clone = clean_machine.clone(tmp_path_factory.mktemp("release") / "clone")
    clean_machine.run("git", "tag", "--force", f"v{version}", cwd=clone)
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{clone.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": address,
    }


def installed(python):
    listed = subprocess.run([python, "-m", "pip", "list", "--format=json"], capture_output=True, check=True)
    return {package["name"]: package["version"] for package in json.loads(listed.stdout)}


@pytest.fixture
def new_machine(python):
    """What the set-up may change of what Colab has, empty at first; the next notebook begins on a new machine again."""
    before, may_change = installed(python), set()
    assert "intruders" not in before
    yield may_change
    after = installed(python)
    changed = {name for name in before if after[name] != before[name]}
    new = sorted(after.keys() - before.keys())
    clean_machine.run(python, "-m", "pip", "uninstall", "--quiet", "--yes", *new, cwd=clean_machine.ROOT)
    again = [f"{name}=={before[name]}" for name in changed]
    clean_machine.run(python, "-m", "pip", "install", "--quiet", "--no-deps", *again, "pip", cwd=clean_machine.ROOT)
    assert "intruders" in after
    assert changed <= may_change, "the set-up cell changed what Colab has"


@pytest.mark.parametrize("chapter", clean_machine.CHAPTERS)
def test_chapter(chapter, python, published, new_machine, tmp_path):
    notebook = tmp_path / chapter
    notebook.write_bytes((clean_machine.ROOT / "chapters" / chapter).read_bytes())
    clean_machine.run(python, "-m", "pytest", *EXECUTE, notebook, cwd=tmp_path, **published)


@pytest.fixture(scope="module")
def solutions():
    clean_machine.run("make", "assignments", cwd=clean_machine.ROOT)
    return clean_machine.ROOT / "_build" / "assignments"


@pytest.mark.parametrize("name", PROBLEM_SETS)
def test_problem_set(name, python, published, new_machine, solutions, tmp_path):
    """A student opens it, solves it, checks every answer and hands it in; the checks come from the book's address."""
    new_machine |= {"ipywidgets", "widgetsnbextension"}  # Otter's; no problem set has a widget
    (tmp_path / "sitecustomize.py").write_text(DOWNLOAD.format(root=clean_machine.ROOT))
    notebook = tmp_path / f"{name}.ipynb"
    notebook.write_bytes((solutions / name / f"{name}-solutions.ipynb").read_bytes())
    clean_machine.run(python, "-c", RUN_ALL, notebook, cwd=tmp_path, PYTHONPATH=str(tmp_path), **published)
    cells = [cell for cell in json.loads(notebook.read_text())["cells"] if "grader.check(" in "".join(cell["source"])]
    assert len(cells) >= 6 and all("passed" in json.dumps(cell["outputs"]) for cell in cells)
    (tmp_path / "handed_in").mkdir()
    notebook.rename(tmp_path / "handed_in" / notebook.name)
    clean_machine.run("make", "grade", f"DIR={tmp_path / 'handed_in'}", cwd=clean_machine.ROOT)
    graded = json.loads((tmp_path / "handed_in" / "grades" / f"{name}.json").read_text())
    assert all(one["score"] == one["points"] for one in graded["questions"] if not one["manual"])
