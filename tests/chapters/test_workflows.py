"""The workflows run commands of the Makefile: what can be known of them without their runners."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
COMMANDS = {"test": ["make test"], "pages": ["make book"], "weekly": ["make test", "make audit", "make linkcheck"]}


@pytest.mark.parametrize("name", COMMANDS)
def test_commands(name):
    workflow = yaml.safe_load((ROOT / f".github/workflows/{name}.yml").read_text(encoding="utf-8"))
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    commands = [step["run"] for step in steps if "run" in step]
    assert commands == COMMANDS[name]
    phony = re.search(r"^\.PHONY:(.*)", MAKEFILE, re.M)[1].split()
    assert {command.removeprefix("make ") for command in commands} <= set(phony)


def test_no_other_workflow():
    assert {path.stem for path in ROOT.glob(".github/workflows/*")} == set(COMMANDS)


def test_pages_publishes_what_make_book_builds():
    workflow = yaml.safe_load((ROOT / ".github/workflows/pages.yml").read_text(encoding="utf-8"))
    (upload,) = [step for step in workflow["jobs"]["pages"]["steps"] if "upload" in step.get("uses", "")]
    assert upload["with"]["path"] == re.search(r"^SITE *:= *(\S+)", MAKEFILE, re.M)[1]


def test_ci_runs_make_test():
    assert (ROOT / ".ci/run").read_text().splitlines()[-1] == "exec make test"
