"""All matrices of a model, one at a time: what is finished is kept, and a failure is that of its matrix alone."""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor
from contextlib import closing
from functools import cache, partial

from threadpoolctl import threadpool_limits

from intruders.spectra.jobs import outcomes
from intruders.spectra.journal import Journal

# progress(finished, total, share): numbers of matrices, and how many of all their entries the finished ones have.
Progress = Callable[[int, int, float], None]


def survey(
    call: Callable[..., dict],
    matrices: Sequence,
    journal: Journal | None = None,
    jobs: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> tuple[list[dict], list[dict]]:
    """The records call(matrix), each with its "name", in the order of `matrices`, and {"name", "why"} of those failed.

    What the journal has is not computed again. Linear algebra takes one thread in every process, so that the results do
    not depend on their number. Raises ValueError for two matrices of one name, and where `jobs` is no count.
    """
    if not (isinstance(jobs, int) and jobs >= 1):
        raise ValueError(f"jobs must be a positive integer, got {jobs!r}")
    size = {matrix.name: matrix.shape[0] * matrix.shape[1] for matrix in matrices}
    if len(size) < len(matrices):
        names = [matrix.name for matrix in matrices]
        raise ValueError(f"two matrices have the name {max(names, key=names.count)}")
    found = dict(journal.finished) if journal else {}
    total, share = max(sum(size.values()), 1), sum(size[name] for name in found)
    if progress:
        progress(len(found), len(size), share / total)
    rest = [matrix for matrix in matrices if matrix.name not in found]
    with (
        threadpool_limits(1, user_api="blas"),
        closing(outcomes(partial(_record, call), rest, jobs, executor)) as coming,
    ):
        for matrix, outcome in coming:
            record = outcome if isinstance(outcome, dict) else _failure(matrix, outcome)
            found[matrix.name] = record
            if journal:
                journal.add(record)
            share += size[matrix.name]
            if progress:
                progress(len(found), len(size), share / total)
    records = [found[name] for name in size]
    return [one for one in records if "why" not in one], [one for one in records if "why" in one]


def _record(call, matrix) -> dict:
    """In the process that computes: a failure travels as words, since not every exception can be pickled."""
    _one_thread()
    try:
        return call(matrix)
    except Exception as error:
        return _failure(matrix, error)


@cache
def _one_thread() -> None:
    threadpool_limits(1, user_api="blas")


def _failure(matrix, error) -> dict:
    if isinstance(error, BrokenExecutor):
        why = "its process was killed, twice: out of memory?"
    elif isinstance(error, MemoryError):
        why = f"out of memory: {error}"
    else:
        why = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
    return {"name": matrix.name, "why": one_line(why)}


def one_line(text: str) -> str:
    """Without line breaks, at most 300 characters."""
    text = " ".join(text.split())
    return text if len(text) <= 300 else f"{text[:297]}..."


def natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts layers.2 before layers.10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]
