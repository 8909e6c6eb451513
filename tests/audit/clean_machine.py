"""A clean machine, as far as a folder can be one: a clone of what is committed, and an environment of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted(path.name for path in (ROOT / "chapters").glob("*.ipynb"))


def run(*command, cwd, **environment):
    subprocess.run(command, cwd=cwd, env=os.environ | environment, check=True)


def clone(folder):
    run("git", "clone", "--quiet", ROOT, folder, cwd=ROOT)
    return folder


def environment(folder, version):
    """The Python of a new environment, of this version where it can be had and else of the one that runs this."""
    create = [sys.executable, "-m", "uv", "venv", "--quiet", "--seed", folder, "--python"]
    if subprocess.run([*create, version], capture_output=True).returncode:
        run(*create, sys.executable, cwd=ROOT)
    return folder / "bin" / "python"
