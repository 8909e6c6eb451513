"""Makes from every master what students get, what grades it and the solutions: `make assignments`.

    assignments/student/ps1/ps1.ipynb, tests/     published: committed, and linked from the book
    _build/assignments/ps1/ps1-autograder.zip     for Gradescope, `otter run` and `make grade`
    _build/assignments/ps1/ps1-solutions.ipynb    for the instructor

The same masters give the same bytes.
"""

import json
import shutil
import tempfile
import tomllib
import zipfile
from pathlib import Path

import jupytext
import nbformat
import yaml
from nbformat.v4 import new_code_cell, new_raw_cell
from otter.assign import main as assign

from .submission import IMPORTS, SETUP

HERE = Path(__file__).resolve().parents[1]
ROOT = HERE.parent
MASTERS, STUDENT, MADE = HERE / "masters", HERE / "student", ROOT / "_build" / "assignments"
GRADER = ["__init__", "wire", "worker", "submission", "grade", "gradescope"]

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ADDRESS = PROJECT["urls"]["Repository"]
INTRUDERS = f"intruders @ git+{ADDRESS}@v{PROJECT['version']}"
OTTER = next(line for line in (HERE / "requirements.in").read_text().split() if line.startswith("otter-grader"))

CONFIG = {
    "init_cell": False,
    "export_cell": False,
    "check_all_cell": False,
    "run_tests": False,
    "tests": {"ok_format": False, "files": True},
    "generate": True,
}

INSTALL = """\
{marker}: the tools, and the checks that go with this notebook
try:
    import intruders.course, otter  # noqa: E401, F401
except ImportError:  # Colab, Binder or your own Jupyter
    %pip install -q {otter} "{intruders}"
from pathlib import Path
from urllib.request import urlretrieve

import otter

for name in {names}:
    if not Path(f"tests/{{name}}.py").exists():
        Path("tests").mkdir(exist_ok=True)
        urlretrieve(f"{checks}/{{name}}.py", f"tests/{{name}}.py")
grader = otter.Notebook()"""

IDENTITY = """\
STUDENT_ID = ""  # write here the id that your course knows you by: it sets the numbers of your questions"""


def build(master: Path, student: Path, made: Path) -> None:
    """Makes the folder `student` and the folder `made` from a master."""
    name = master.stem
    notebook = jupytext.read(master)
    questions = listed(notebook)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"{name}.ipynb"
        nbformat.write(completed(notebook, name, questions), source)
        assign(str(source), str(Path(folder) / "out"))
        out = Path(folder) / "out"
        for target in (student, made):
            target.mkdir(parents=True, exist_ok=True)
        nbformat.write(tidied(out / "student" / f"{name}.ipynb", name), student / f"{name}.ipynb")
        nbformat.write(solved(tidied(out / "autograder" / f"{name}.ipynb", name)), made / f"{name}-solutions.ipynb")
        shutil.rmtree(student / "tests", ignore_errors=True)
        shutil.copytree(out / "student" / "tests", student / "tests")
        (packed,) = (out / "autograder").glob("*.zip")
        archive(packed, made / f"{name}-autograder.zip", name, questions)


def listed(notebook: nbformat.NotebookNode) -> list[dict]:
    """Name and points of every question, and whether a person grades it."""
    questions = []
    for cell in notebook.cells:
        if cell.cell_type == "raw" and cell.source.startswith("# BEGIN QUESTION"):
            config = yaml.safe_load(cell.source)
            manual = config.get("manual", False)
            if not manual and not config.get("all_or_nothing"):
                raise ValueError(f"{config['name']}: all_or_nothing is missing")
            questions.append({"name": config["name"], "points": config["points"], "manual": manual})
    return questions


def completed(notebook: nbformat.NotebookNode, name: str, questions: list[dict]) -> nbformat.NotebookNode:
    """The master as Otter wants it, with the set-up that all problem sets have after its title."""
    raw = ADDRESS.replace("github.com", "raw.githubusercontent.com")
    install = INSTALL.format(
        marker=SETUP,
        otter=OTTER,
        intruders=INTRUDERS,
        names=json.dumps([one["name"] for one in questions if not one["manual"]]),
        checks=f"{raw}/v{PROJECT['version']}/assignments/student/{name}/tests",
    )
    config = new_raw_cell("# ASSIGNMENT CONFIG\n" + yaml.safe_dump({"name": name, **CONFIG}))
    title, *rest = notebook.cells
    notebook.cells = [config, title, *map(new_code_cell, (install, IMPORTS, IDENTITY)), *rest]
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return notebook


def tidied(path: Path, name: str) -> nbformat.NotebookNode:
    """The notebook without what depends on the day: cells are numbered, and keep what Otter needs."""
    notebook = nbformat.read(path, as_version=4)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"{name}-{number:02d}"
        cell.metadata.pop("lines_to_next_cell", None)
    return notebook


def solved(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The solutions, as those of a student called instructor."""
    (identity,) = (cell for cell in notebook.cells if cell.source == IDENTITY)
    identity.source = 'STUDENT_ID = "instructor"'
    return notebook


def archive(packed: Path, target: Path, name: str, questions: list[dict]) -> None:
    """Otter's archive, with this grader in place of Otter's, the points, and what Gradescope installs."""
    with zipfile.ZipFile(packed) as otters:
        files = {entry: otters.read(entry).decode() for entry in otters.namelist()}
    files["run_otter.py"] = "from grading.gradescope import main\n\nmain()\n"
    files["questions.json"] = json.dumps({"assignment": name, "questions": questions}, indent=1)
    environment = yaml.safe_load(files["environment.yml"])
    environment["dependencies"][-1]["pip"] = [OTTER, INTRUDERS]
    files["environment.yml"] = yaml.safe_dump(environment)
    files |= {f"grading/{module}.py": (HERE / "grading" / f"{module}.py").read_text() for module in GRADER}
    new = target.with_suffix(".new")
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in sorted(files):
            made.writestr(zipfile.ZipInfo(entry, (2020, 1, 1, 0, 0, 0)), files[entry])
    new.replace(target)


if __name__ == "__main__":
    for master in sorted(MASTERS.glob("ps*.py")):
        build(master, STUDENT / master.stem, MADE / master.stem)
        print(
            f"{master.relative_to(ROOT)}: {STUDENT.relative_to(ROOT)}/{master.stem}, _build/assignments/{master.stem}"
        )
