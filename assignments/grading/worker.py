"""The process in which a submission runs: it never sees a test, and ends when it does what an answer may not do.

Run as a program it is a server: to every connection it gives a fork of itself, in which numpy, scipy, sympy, pandas
and matplotlib are loaded already. The grader sends pickled commands, the worker answers in the bytes of wire.py:

    ("run", cells)                    executes cells; the error, if there is one
    ("get", name)                     a variable
    ("call", number, args, words)     what a function of the submission returns
"""

import builtins
import contextlib
import importlib
import io
import os
import pickle
import resource
import signal
import sys
import sysconfig
import tempfile
import types
from collections.abc import Callable
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

import intruders
from intruders import data

from . import wire
from .submission import IMPORTS

LOADED = ["matplotlib.pyplot", "pandas", "scipy.integrate", "scipy.linalg", "scipy.optimize", "scipy.sparse.linalg"]
LOADED += ["scipy.special", "scipy.stats", "sympy", "intruders.course", "intruders.theory.laws", "intruders.theory.bbp"]
LOADED += ["intruders.spectra.detect"]

MEMORY = 6 * 2**30  # bytes of address space
PRINTED = 200_000  # characters
WRITTEN = 10_000_000  # bytes of a file

READABLE = [
    sys.prefix,
    sys.base_prefix,
    *sysconfig.get_paths().values(),
    os.path.dirname(intruders.__file__),
    data.FOLDER,
]
READABLE += ["/dev/null", "/dev/urandom", "/proc/cpuinfo", "/proc/meminfo"]
NEEDLESS = {"torch", "transformers", "tensorflow", "jax", "otter", "grading", "ctypes", "cffi"}
CLOSED = ("subprocess.", "socket.", "os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.fork", "os.kill", "pty.")
CLOSED += ("ctypes.", "os.remove", "os.rename", "os.rmdir", "os.chmod", "os.chown", "os.link", "os.symlink", "shutil.")


class Stop(BaseException):
    """An answer did what it may not do; not an Exception, so that `except Exception` does not hold it."""


class Fence:
    """Watches what Python does from now on, and keeps the first thing that an answer may not do."""

    def __init__(self, home: str):
        self.home, self.broken = home, None
        self.readable = [os.path.realpath(path) for path in (*READABLE, home)]
        sys.path[:] = [path for path in sys.path if path and self._inside(path, self.readable)]
        sys.addaudithook(self._watch)

    def stop(self, what: str) -> None:
        self.broken = self.broken or what
        raise Stop(what)

    def _watch(self, event: str, args: tuple) -> None:
        if event == "open" and isinstance(args[0], (str, bytes, os.PathLike)):
            self._path(args[0], write=bool(args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)))
        elif event in ("os.listdir", "os.scandir") and args[0] is not None:
            self._path(args[0], write=False)
        elif event == "import" and args[0].partition(".")[0] in NEEDLESS:
            self.stop(f"imports {args[0]}")
        elif event.startswith(CLOSED):
            self.stop(f"calls {event}")

    def _path(self, path: Any, write: bool) -> None:
        if not self._inside(path, [self.home] if write else self.readable):
            self.stop(f"{'writes' if write else 'reads'} {path}")

    @staticmethod
    def _inside(path: Any, places: list[str]) -> bool:
        real = Path(os.path.realpath(os.fsdecode(path)))
        return any(real.is_relative_to(place) for place in places)


class Printed(io.TextIOBase):
    """Standard output, which is not kept, up to a limit."""

    def __init__(self, fence: Fence):
        self.fence, self.length = fence, 0

    def write(self, text: str) -> int:
        self.length += len(text)
        if self.length > PRINTED:
            self.fence.stop(f"prints more than {PRINTED} characters")
        return len(text)


class Silent:
    """Stands for what a notebook has and grading needs not: any method does nothing."""

    def __getattr__(self, name: str) -> Callable:
        return lambda *args, **words: None


class Worker:
    """The state of one submission: its variables, and the functions that the grader knows by number."""

    def __init__(self):
        self.variables = {"__name__": "__main__", "get_ipython": Silent, "display": Silent().display}
        exec(IMPORTS, self.variables)
        self.functions: list[Callable] = []

    def run(self, cells: list[str]) -> str | None:
        """Executes every cell, as a notebook does that goes on after an error; the first error."""
        first = None
        for cell in cells:
            try:
                code = compile(TransformerManager().transform_cell(cell), "answer", "exec")
                exec(code, self.variables)
            except BaseException as error:
                first = first or told(error)
        return first

    def get(self, name: str) -> Any:
        return self.variables[name]

    def call(self, number: int, args: tuple, words: dict) -> Any:
        return self.functions[number](*args, **words)

    def number(self, function: Callable) -> int:
        self.functions.append(function)
        return len(self.functions) - 1


def told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def serve(connection: Connection) -> None:
    """Answers the grader's commands until it hangs up."""
    home = tempfile.mkdtemp(dir=os.getcwd())
    os.chdir(home)
    confine()
    sys.modules["otter"] = types.SimpleNamespace(Notebook=lambda *args, **words: Silent(), __spec__=None)
    worker = Worker()
    fence = Fence(home)
    sys.stdout = sys.stderr = Printed(fence)
    builtins.input = lambda *args: fence.stop("waits for input")
    connection.send_bytes(wire.encode(os.getpid(), worker.number))
    while True:
        try:
            command, *args = pickle.loads(connection.recv_bytes())
        except EOFError:
            return
        reply = {"value": None, "error": None}
        try:
            reply["value"] = getattr(worker, command)(*args)
            message = wire.encode({**reply, "broken": fence.broken}, worker.number)
        except BaseException as error:
            message = wire.encode({"value": None, "error": told(error), "broken": fence.broken}, worker.number)
        connection.send_bytes(message)


def confine() -> None:
    """Limits on memory and files, where the system has them."""
    limits = {"RLIMIT_AS": MEMORY, "RLIMIT_FSIZE": WRITTEN, "RLIMIT_CORE": 0}
    for name, limit in limits.items():
        with contextlib.suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, name), (limit, limit))
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)


def main(address: str) -> None:
    """The server: a fork for every connection."""
    for name in LOADED:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries the forks
    with Listener(f"{address}.new", "AF_UNIX") as listener:
        os.rename(f"{address}.new", address)  # it is there when it answers
        while True:
            connection = listener.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                serve(connection)
                os._exit(0)
            connection.close()


if __name__ == "__main__":
    main(sys.argv[1])
