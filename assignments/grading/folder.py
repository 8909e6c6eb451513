"""Grades a folder of submissions: `make grade DIR=folder`.

Every notebook below the folder is graded; its name may be that of a download from Canvas (name_123_456_ps1.ipynb) or
Moodle (Name_123_assignsubmission_file/ps1.ipynb). What is written goes to the folder "grades" inside:

    <submission>.json     points and all messages, for the instructor: hidden checks show their code; a submission is
                          not graded again while neither it nor the assignment changes
    feedback/<submission>.txt    points, and what the student may read
    ps1.csv               points by question, for the import into Canvas or Moodle; what a person grades is left empty
    ps1.html              for the instructor: how the points of every question are distributed, and what was noted
"""

import argparse
import csv
import io
import json
import os
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from . import submission
from .grade import Assignment, digest, grade, readable, server
from .page import page

CANVAS = re.compile(r"^(?P<student>[^_]+)_(?:LATE_|late_)?(?P<id>\d+)_\d+_.*\.ipynb$")
MOODLE = re.compile(r"^(?P<student>.+?)_(?P<id>\d+)_assignsubmission")
HEADS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]  # as Canvas names them


@dataclass(frozen=True)
class HandedIn:
    """A submission in the folder, and whose it is as far as its name tells."""

    path: Path
    key: str
    student: str
    id: str


def found(folder: Path) -> list[HandedIn]:
    """The notebooks below a folder, but for checkpoints and what was graded before."""
    entries = []
    for path in sorted(folder.rglob("*.ipynb")):
        place = path.relative_to(folder)
        if {"grades", ".ipynb_checkpoints"} & set(place.parts):
            continue
        named = CANVAS.match(path.name) or next(filter(None, map(MOODLE.match, place.parts[:-1])), None)
        student, id = named.group("student", "id") if named else (place.parts[0].removesuffix(".ipynb"), "")
        entries.append(HandedIn(path, "--".join(place.with_suffix("").parts), student, id))
    return entries


def written(path: Path, text: str) -> None:
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, encoding="utf-8", newline="")
    os.replace(new, path)


def kept(path: Path, expected: str) -> dict | None:
    """What was found before, if it is of the same submission and the same assignment."""
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
        return result if result["digest"] == expected else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def graded(
    one: HandedIn, assignments: dict[str, Assignment], grades: Path, address: str, interrupted: threading.Event
) -> dict:
    """The result of one submission, from its file or anew; a submission that cannot be read has an error instead."""
    whose = {"file": one.key, "name": one.student, "id": one.id}
    try:
        name = submission.read(one.path).assignment
        if name not in assignments:
            raise ValueError(f"{one.path}: assignment {name!r}, expected one of {', '.join(sorted(assignments))}")
    except ValueError as error:
        return {**whose, "error": str(error)}
    path = grades / f"{one.key}.json"
    result = kept(path, digest(one.path, assignments[name]))
    if result is None:
        result = grade(one.path, assignments[name], address)
        if interrupted.is_set():
            raise InterruptedError(one.key)
        written(path, json.dumps(result, indent=1))
        written(grades / "feedback" / f"{one.key}.txt", feedback(result))
    return {**result, **whose}


def feedback(result: dict) -> str:
    """Points and messages of one submission, without what a hidden check says."""
    lines = [f"{result['assignment']}, {result['student'] or 'no STUDENT_ID'}"]
    for one in result["questions"]:
        if one["manual"]:
            lines += ["", f"{one['name']}: read by a person"]
        else:
            lines += ["", f"{one['name']}: {one['score']:g} of {one['points']:g}", *readable(one).splitlines()]
    return "\n".join(lines) + "\n"


def table(results: list[dict]) -> str:
    """Points by question as CSV, one row a submission of the same assignment."""
    name, questions = results[0]["assignment"], [one["name"] for one in results[0]["questions"]]
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow([*HEADS, *(f"{name} {question}" for question in questions), f"{name} automatic"])
    for result in results:
        points = [one.get("score", "") for one in result["questions"]]
        rows.writerow([result["name"], result["id"], "", result["student"], "", *points, sum(filter(None, points))])
    return text.getvalue()


def grade_folder(folder: Path, archives: list[Path], jobs: int) -> list[dict]:
    """Grades what is in the folder, `jobs` at a time, and writes tables and pages."""
    assignments = {one.name: one for one in map(Assignment.packed, archives)}
    entries, results = found(folder), {}
    if not entries:
        raise ValueError(f"{folder}: no notebooks, expected submissions")
    grades = folder / "grades"
    (grades / "feedback").mkdir(parents=True, exist_ok=True)
    interrupted = threading.Event()
    with ThreadPoolExecutor(jobs) as pool, server() as address:  # the server ends first, and what waits for it
        running = {pool.submit(graded, one, assignments, grades, address, interrupted): one for one in entries}
        try:
            for number, done in enumerate(as_completed(running), 1):
                results[running[done].key] = done.result()
                print(f"{number} of {len(entries)}: {summary(done.result())}", flush=True)
        except BaseException:
            interrupted.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    ordered = [results[one.key] for one in entries]
    for name in sorted({one["assignment"] for one in ordered if "assignment" in one}):
        of_this = [one for one in ordered if one.get("assignment") == name]
        written(grades / f"{name}.csv", table(of_this))
        written(grades / f"{name}.html", page(of_this))
    return ordered


def summary(result: dict) -> str:
    if "error" in result:
        return f"{result['file']}: {result['error']}"
    points = sum(one.get("score", 0) for one in result["questions"])
    most = sum(one["points"] for one in result["questions"] if not one["manual"])
    return f"{result['file']}: {result['assignment']}, {points:g} of {most:g}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="grading", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--archives", type=Path, required=True, help="where `make assignments` put them")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    asked = parser.parse_args()
    try:
        results = grade_folder(asked.folder, sorted(asked.archives.glob("*/*-autograder.zip")), asked.jobs)
    except ValueError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("interrupted; what is graded is kept")
    failed = [one for one in results if "error" in one]
    print(f"{len(results) - len(failed)} graded in {asked.folder}/grades" + f", {len(failed)} not" * bool(failed))
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
