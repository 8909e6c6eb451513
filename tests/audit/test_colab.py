"""Every chapter runs on Colab: with the versions installed there, without a clone, by its own set-up cell."""

import json
import subprocess
import sys
from pathlib import Path

import clean_machine
import pytest
from book import settings

PYTHON = "3.13"
TESTS = ["nbval", "pytest"]  # and what executes the chapter there
EXECUTE = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=600", "-p", "no:cacheprovider"]


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


@pytest.mark.parametrize("chapter", clean_machine.CHAPTERS)
def test_chapter(chapter, python, published, tmp_path):
    notebook = tmp_path / chapter
    notebook.write_bytes((clean_machine.ROOT / "chapters" / chapter).read_bytes())
    before = installed(python)
    assert "intruders" not in before
    try:
        clean_machine.run(python, "-m", "pytest", *EXECUTE, notebook, cwd=tmp_path, **published)
        after = installed(python)
    finally:  # the next chapter, too, begins on a new machine
        new = sorted(installed(python).keys() - before.keys())
        clean_machine.run(python, "-m", "pip", "uninstall", "--quiet", "--yes", *new, cwd=tmp_path)
    assert "intruders" in after
    assert {name: after[name] for name in before} == before, "the set-up cell changed what Colab has"
