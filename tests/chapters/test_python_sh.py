"""python.sh finds a Python, makes a virtual environment that runs, and says in one line why it cannot."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "python.sh"
REAL = Path(sys.executable).resolve()


class Machine:
    """A folder with the tools of a bare system, the Pythons that a test adds, and nothing else."""

    def __init__(self, folder):
        self.bin, self.venv = folder / "bin", folder / "venv"
        self.bin.mkdir()
        for tool in ("sh", "find", "head"):
            (self.bin / tool).symlink_to(shutil.which(tool))

    def add(self, name, script=f'exec {REAL} "$@"'):
        (self.bin / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.bin / name).chmod(0o755)

    def run(self):
        environment = {"PATH": str(self.bin)}
        return subprocess.run([self.bin / "sh", SCRIPT, self.venv], env=environment, capture_output=True, text=True)

    def works(self):
        return subprocess.run([self.venv / "bin/python", "-m", "pip", "--version"]).returncode == 0


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


# Answers every question as Python 3.9 would; as a Python of Debian without python3-venv would.
OLD = 'case $1 in --version) echo "Python 3.9.2" ;; *) exit 1 ;; esac'
WITHOUT_VENV = f'case $2 in *ensurepip*) exit 1 ;; *) exec {REAL} "$@" ;; esac'


def fails_with(result, message):
    assert result.returncode == 1 and result.stdout == ""
    assert result.stderr.count("\n") == 1 and message in result.stderr


def test_no_python(machine):
    fails_with(machine.run(), "Python >= 3.11 is missing")


def test_old_python(machine):
    machine.add("python3", OLD)
    fails_with(machine.run(), "Python >= 3.11 is missing (python3: Python 3.9.2)")


def test_no_venv_module(machine):
    machine.add("python3", WITHOUT_VENV)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    fails_with(machine.run(), f"{version} has no venv module: on Debian and Ubuntu, apt install {version}-venv")


def test_somebodys_files_are_kept(machine):
    machine.add("python3")
    machine.venv.mkdir()
    (machine.venv / "letter.txt").write_text("Dear")
    fails_with(machine.run(), "is not a virtual environment")
    assert (machine.venv / "letter.txt").read_text() == "Dear"


def test_finds_the_python_that_will_do_and_mends_what_is_broken(machine):
    machine.add("python3", OLD)
    machine.add("python3.12", WITHOUT_VENV)
    machine.add("python3.11")
    assert machine.run().returncode == 0 and machine.works()

    made = (machine.venv / "pyvenv.cfg").stat().st_mtime_ns
    assert machine.run().returncode == 0
    assert (machine.venv / "pyvenv.cfg").stat().st_mtime_ns == made

    (machine.venv / "bin/python").unlink()
    os.symlink("/nowhere/python", machine.venv / "bin/python")
    assert machine.run().returncode == 0 and machine.works()

    shutil.rmtree(next(machine.venv.glob("lib/python*/site-packages/pip")))
    assert machine.run().returncode == 0 and machine.works()
