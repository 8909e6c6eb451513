"""What every chapter has. problems(path, address, version) says in which cell a chapter lacks it.

A notebook whose name has no number is a page: executed and described like a chapter, it has no parts and may remove
the code that a chapter folds."""

import json
import re
from itertools import zip_longest
from pathlib import Path

import nbformat
from outputs import code, execution, explorables, figures, outputs, prose, tags, text

# fmt: off
PARTS = ["goals", "question", "intuition", "statement", "derivation", "simulation", "practice", "formulas",
         "exercises", "reading"]
# fmt: on
EXERCISES = {"1": 3, "2": 3, "3": 3}  # by level
FIGURES = 3  # with explorables
LARGEST_CHAPTER = 1_500_000  # bytes

SETUP_TAGS = ["setup", "hide-input"]
SETUP = """\
try:
    import {module}  # noqa: F401
except ImportError:  # Colab, Binder or your own Jupyter
    %pip install -q "intruders{extra} @ git+{address}@v{version}"
"""

IMPORTS_TUNING = re.compile(r"^\s*(from|import) +(intruders\.tuning\b|intruders +import .*\btuning\b)", re.M)
GOALS = re.compile(r"\([\w-]+\)=\n+# \S.*\n+:{3,}\{admonition\} Goals\n")
FORMULAS = re.compile(r"^:{3,}\{admonition\} Key formulas$", re.M)
STATEMENT = re.compile(r"^:{3,}\{prf:(?:theorem|proposition|lemma|corollary)\}.*\n:label: (\S+)", re.M)
PROOF = re.compile(r"^:{3,}\{prf:proof\}\n:class: dropdown$", re.M)
EXERCISE = re.compile(r"^:{3,}\{exercise\}.*\n:label: (ex-[a-z0-9-]+)|^### Level (\d)", re.M)
SOLUTION_START = re.compile(r":{3,}\{solution-start\} (\S+)\n:class: dropdown\n:{3,}")
SOLUTION_END = re.compile(r":{3,}\{solution-end\}\n:{3,}")


def problems(path: Path, address: str, version: str) -> list[str]:
    name = f"{path.parent.name}/{path.name}"
    if (size := path.stat().st_size) > LARGEST_CHAPTER:
        return [f"{name}: {size} bytes, expected at most {LARGEST_CHAPTER}"]
    try:
        content = path.read_text(encoding="utf-8")
        ids = [cell.get("id") for cell in json.loads(content)["cells"]]
        if None in ids or len(set(ids)) < len(ids):
            return [f"{name}: a cell without id, or two with the same, expected one id for each"]
        notebook = nbformat.reads(content, as_version=nbformat.NO_CONVERT)
        nbformat.validate(notebook)
    except (nbformat.ValidationError, ValueError, KeyError) as error:
        return [f"{name}: {str(error).splitlines()[0]}, expected a notebook"]
    whole = [f"{name}: widget state in its metadata, expected none"] if "widgets" in notebook.metadata else []
    cells = list(enumerate(notebook.cells, 1))
    checks = (execution, outputs, text, figures, explorables)
    if path.name[0].isdigit():
        checks += (parts, enough_figures, proofs, exercises, solutions)
    else:
        for _, cell in cells:
            cell.metadata["tags"] = [tag.replace("remove-input", "hide-input") for tag in tags(cell)]
    found = [problem for check in checks for problem in check(cells)] + [*setup(cells, address, version)]
    return whole + [f"{name}, cell {number}: {problem}" for number, problem in sorted(found)]


def setup(cells, address: str, version: str):
    tuning = any(IMPORTS_TUNING.search(cell.source) for _, cell in code(cells)[1:])
    module, extra = ("intruders.tuning", "[tuning]") if tuning else ("intruders", "")
    template = SETUP.format(module=module, extra=extra, address=address, version=version)
    for number, cell in code(cells)[:1]:
        for line, expected in zip_longest(cell.source.splitlines(), template.splitlines()):
            if line != expected:
                yield number, f"set-up line {line!r}, expected {expected!r}"
        if (came := tags(cell)) != SETUP_TAGS or cell.outputs:
            yield number, f"set-up with tags {came} and {len(cell.outputs)} outputs, expected {SETUP_TAGS} and 0"


def parts(cells):
    found = [(number, part) for number, cell in cells for part in tags(cell) if part in PARTS]
    if (names := [part for _, part in found]) != PARTS:
        yield 1, f"the parts of the chapter are {names}, expected {PARTS}"
    for number, part in found:
        source = cells[number - 1][1].source
        if part == "goals" and not (number == 1 and GOALS.match(source)):
            yield number, "expected the first cell to start with (label)=, # Title, :::{admonition} Goals"
        elif part != "goals" and not source.startswith("## "):
            yield number, f"the part '{part}' starts with {source[:30]!r}, expected '## …'"
        if part == "formulas" and not FORMULAS.search(source):
            yield number, "the part 'formulas' lacks its :::{admonition} Key formulas"


def enough_figures(cells):
    shown = sum(bool(cell.metadata.get("mystnb", {}).get("figure")) or "explorable" in tags(cell) for _, cell in cells)
    if shown < FIGURES:
        yield 1, f"{shown} figures and explorables, expected at least {FIGURES}"


def proofs(cells):
    """Every numbered statement is followed, before the next one of its cell, by a folded proof."""
    for number, cell in prose(cells):
        _, *statements = STATEMENT.split(cell.source)
        for label, following in zip(statements[::2], statements[1::2], strict=True):
            if not PROOF.search(following):
                yield number, f"{label} is not followed by :::{{prf:proof}}, :class: dropdown"


def labelled_exercises(cells):
    """(cell number, label, level) of every exercise."""
    level = None
    for number, cell in prose(cells):
        for label, heading in EXERCISE.findall(cell.source):
            level = heading or level
            if label:
                yield number, label, level


def exercises(cells):
    levels = [level for _, _, level in labelled_exercises(cells)]
    came = {level: levels.count(level) for level in [*EXERCISES, *levels]}
    if came != EXERCISES:
        number = next((number for number, cell in cells if "exercises" in tags(cell)), 1)
        yield number, f"labelled exercises by level {came}, expected {EXERCISES}"


def solutions(cells):
    for number, label, _ in labelled_exercises(cells):
        following = [cell for _, cell in cells[number:]]
        start = SOLUTION_START.fullmatch(following[0].source.strip()) if following else None
        if not start or start[1] != label:
            yield number, f"{label} is not followed by :::{{solution-start}} {label}, :class: dropdown, :::"
            continue
        ends = [i for i, cell in enumerate(following) if SOLUTION_END.fullmatch(cell.source.strip())]
        if not ends:
            yield number, f"the solution of {label} has no :::{{solution-end}}, :::"
        elif not any(cell.cell_type == "code" for cell in following[: ends[0]]):
            yield number, f"the solution of {label} has no code cell, expected an executed one"
