import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from grading import build
from grading.grade import Assignment, server

NAMES = sorted(master.stem for master in build.MASTERS.glob("ps*.py"))


@dataclass(frozen=True)
class Set:
    """A problem set as made: what students get, the solutions, the archive, and what the archive says."""

    name: str
    student: Path
    made: Path

    @property
    def blank(self) -> Path:
        return self.student / f"{self.name}.ipynb"

    @property
    def solutions(self) -> Path:
        return self.made / f"{self.name}-solutions.ipynb"

    @property
    def archive(self) -> Path:
        return self.made / f"{self.name}-autograder.zip"

    @property
    def assignment(self) -> Assignment:
        return Assignment.packed(self.archive)

    @property
    def hidden_tests(self) -> set[str]:
        return set(re.findall(r"hidden=True\)\ndef (\w+)", "\n".join(self.assignment.tests.values())))


@pytest.fixture(scope="session")
def sets(tmp_path_factory):
    """Every problem set, made from its master."""
    folder = tmp_path_factory.mktemp("sets")
    made = {name: Set(name, folder / "student" / name, folder / "made" / name) for name in NAMES}
    for name, one in made.items():
        build.build(build.MASTERS / f"{name}.py", one.student, one.made)
    return made


@pytest.fixture(scope="session")
def workers():
    with server() as address:
        yield address
