"""A student's notebook, taken apart at the cells that check a question."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

SETUP = "# Set-up"  # the first words of a cell that is not graded
# What every notebook imports, and every process that grades one.
IMPORTS = """\
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sympy as sp

from intruders.course import own"""

CHECK = re.compile(r"^\s*grader\.check\(['\"](\w+)['\"]\)", re.M)
STUDENT = re.compile(r"^STUDENT_ID *= *['\"]([^'\"]*)['\"]", re.M)


@dataclass(frozen=True)
class Submission:
    """segments: for each question that is checked, the code cells between the check before and its own; then, under
    None, what follows the last check."""

    assignment: str | None
    student: str
    segments: list[tuple[str | None, list[str]]] = field(default_factory=list)


def read(path: Path) -> Submission:
    """Reads a notebook.

    Raises:
        ValueError: the file is not a notebook.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = [(cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]]
        name = notebook["metadata"].get("otter", {}).get("assignment_name")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: {type(error).__name__}: {error}, expected a Jupyter notebook") from None
    segments, current = [], []
    for kind, source in cells:
        if kind != "code" or source.startswith(SETUP):
            continue
        if check := CHECK.search(source):
            segments.append((check[1], current))
            current = []
        else:
            current.append(source)
    if current:
        segments.append((None, current))
    ids = STUDENT.findall("\n".join(source for kind, source in cells if kind == "code"))
    return Submission(name, ids[-1] if ids else "", segments)
