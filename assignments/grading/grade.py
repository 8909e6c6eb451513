"""Grades one submission: its code runs in a process of its own, the tests run here and only ask it for values."""

import contextlib
import hashlib
import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Client
from pathlib import Path
from typing import Any

from otter.test_files import ExceptionTestFile

from . import submission, wire

SECONDS = {"start": 60, "run": 8, "test": 10, "all": 80}


class Refused(Exception):
    """The submission gave no value: it raised an error, broke a rule or took too long."""


@dataclass(frozen=True)
class Assignment:
    """questions: name, points, and whether a person grades it; tests: the source of the tests of all others."""

    name: str
    questions: list[dict]
    tests: dict[str, str]
    digest: str

    @classmethod
    def packed(cls, archive: Path) -> "Assignment":
        """From an archive that `make assignments` has made."""
        with zipfile.ZipFile(archive) as files:
            return cls.of(files.read)

    @classmethod
    def of(cls, read: Callable[[str], bytes]) -> "Assignment":
        """From the files of an archive; read(name) gives one."""
        listed = json.loads(read("questions.json"))
        names = [one["name"] for one in listed["questions"] if not one["manual"]]
        tests = {name: read(f"tests/{name}.py").decode() for name in names}
        digest = hashlib.sha256(repr((listed, tests)).encode()).hexdigest()
        return cls(listed["assignment"], listed["questions"], tests, digest)


class Process:
    """A worker, asked one thing at a time; after a broken rule or a late answer it is no more."""

    def __init__(self, address: str):
        self.connection = Client(address, "AF_UNIX")
        self.pid = wire.decode(self.connection.recv_bytes(), self._function)
        self.broken, self.deadline = None, 0.0

    def ask(self, *command: Any) -> Any:
        if self.broken:
            raise Refused(self.broken)
        try:
            self.connection.send_bytes(pickle.dumps(command))
            if self.connection.poll(max(0.0, self.deadline - time.monotonic())):
                reply = wire.decode(self.connection.recv_bytes(wire.LARGEST), self._function)
                self.broken = reply["broken"]
            else:
                self.broken = "takes too long"
        except (EOFError, OSError, ValueError, TypeError, KeyError) as error:
            self.broken = f"its process ended ({type(error).__name__})"
        if self.broken:
            self.end()
        if self.broken or reply["error"]:
            raise Refused(self.broken or reply["error"])
        return reply["value"]

    def get(self, name: str, default: Any = None) -> Any:
        """A variable of the submission: with this, a process is the environment that Otter's tests expect."""
        try:
            return self.ask("get", name)
        except Refused:
            return default

    def __getitem__(self, name: str) -> Any:
        return self.ask("get", name)

    def _function(self, number: int) -> Callable:
        return lambda *args, **words: self.ask("call", number, args, words)

    def end(self) -> None:
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)
        self.connection.close()


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The address of a server of workers, which ends with the context."""
    with tempfile.TemporaryDirectory() as folder:
        address = str(Path(folder) / "workers")
        environment = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        path = os.pathsep.join(filter(None, [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")]))
        environment |= {"PYTHONPATH": path, "MPLBACKEND": "agg", "MPLCONFIGDIR": folder}
        command = [sys.executable, "-m", "grading.worker", address]
        with subprocess.Popen(command, env=environment, cwd=folder, start_new_session=True) as running:
            try:
                end = time.monotonic() + SECONDS["start"]
                while not Path(address).exists():
                    if running.poll() is not None or time.monotonic() > end:
                        raise RuntimeError(f"{' '.join(command)}: does not start")
                    time.sleep(0.02)
                yield address
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(running.pid, signal.SIGKILL)


def grade(path: Path, assignment: Assignment, address: str) -> dict:
    """Points and messages for every question of a submission, by the workers at `address`.

    Raises:
        ValueError: the file is not a notebook, or one of another assignment.
    """
    handed_in = submission.read(path)
    if handed_in.assignment != assignment.name:
        raise ValueError(f"{path}: assignment {handed_in.assignment!r}, expected {assignment.name!r}")
    end = time.monotonic() + SECONDS["all"]
    process, done, results = Process(address), [], {}
    checked = dict(handed_in.segments)
    segments = handed_in.segments + [(name, []) for name in assignment.tests if name not in checked]
    for name, cells in segments:
        note = _run(process, cells, end)
        if not process.broken:
            done.append(cells)
        if name in assignment.tests:
            results[name] = _tested(process, assignment.tests[name], note, end)
        if process.broken:
            process = Process(address)
            for earlier in done:
                _run(process, earlier, end)
    process.end()
    questions = [{**question, **results.get(question["name"], {})} for question in assignment.questions]
    return {
        "submission": path.name,
        "assignment": assignment.name,
        "student": handed_in.student,
        "digest": digest(path, assignment),
        "questions": questions,
    }


def readable(question: dict) -> str:
    """What a student may read about an answer: of a hidden check only that it fails."""
    failing = [case for case in question["cases"] if not case["passed"]]
    told = [case["message"] for case in failing if not case["hidden"]]
    told += ["A hidden check fails."] * any(case["hidden"] for case in failing)
    return "\n".join(filter(None, [question["note"], *told]))


def digest(path: Path, assignment: Assignment) -> str:
    """Changes when the submission changes, or the assignment."""
    return hashlib.sha256(path.read_bytes() + assignment.digest.encode()).hexdigest()


def _run(process: Process, cells: list[str], end: float) -> str | None:
    """Runs the cells; the first error."""
    process.deadline = min(end, time.monotonic() + SECONDS["run"])
    try:
        return process.ask("run", cells)
    except Refused as reason:
        return str(reason)


def _tested(process: Process, source: str, note: str | None, end: float) -> dict:
    """What the tests give; nothing, if the answer broke a rule while it ran or while it was tested."""
    process.deadline = min(end, time.monotonic() + SECONDS["test"])
    tests = ExceptionTestFile.from_string(source)
    tests.run(process)
    cases = [
        {"name": one.test_case.name, "hidden": one.test_case.hidden, "passed": one.passed, "message": one.message}
        for one in tests.test_case_results
    ]
    return {"score": 0 if process.broken else round(tests.score, 6), "note": process.broken or note, "cases": cases}
