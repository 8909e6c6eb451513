"""What Gradescope runs: grades the notebook in /autograder/submission and writes its results."""

import json
from pathlib import Path

from .grade import Assignment, grade, readable, server


def results(graded: dict) -> dict:
    """As Gradescope wants them: a test for every question, and what the student may read about it."""
    return {
        "tests": [
            {
                "name": one["name"],
                "score": one["score"],
                "max_score": one["points"],
                "output": readable(one),
            }
            for one in graded["questions"]
            if not one["manual"]
        ]
    }


def main(folder: Path = Path("/autograder")) -> None:
    assignment = Assignment.of(lambda name: (folder / "source" / name).read_bytes())
    found = sorted((folder / "submission").glob("*.ipynb"))
    if len(found) != 1:
        message = f"{len(found)} notebooks were handed in ({', '.join(path.name for path in found)}), expected one"
        written = {"score": 0, "output": message}
    else:
        try:
            with server() as address:
                written = results(grade(found[0], assignment, address))
        except ValueError as error:
            written = {"score": 0, "output": str(error)}
    (folder / "results").mkdir(exist_ok=True)
    (folder / "results" / "results.json").write_text(json.dumps(written, indent=1))
