"""Many jobs here, in processes or on a cluster: each outcome as it comes, whatever befalls the others."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)


def outcomes(call: Callable, jobs: Iterable, workers: int = 1, executor: Executor | None = None) -> Iterator[tuple]:
    """Yields (job, call(job)), or (job, the exception), for every job in the order in which they finish.

    One worker without an executor is this process. Several are spawned processes, which end when this one does.
    At most 2 `workers` jobs are submitted and not finished. When a process dies, the jobs in flight are tried again,
    each in a process of its own: the one that kills its process a second time has BrokenExecutor for an outcome. A
    broken executor of the caller's is replaced by processes. Raises ConnectionError when the executor cancels jobs, as
    Dask's does when its scheduler is gone.
    """
    if workers == 1 and executor is None:
        for job in jobs:
            yield job, _attempt(call, job)
        return
    pool, waiting, flying = executor or _spawn(workers), deque(jobs), {}
    try:
        while waiting or flying:
            while waiting and len(flying) < 2 * workers:
                job = waiting.popleft()
                flying[_submit(pool, call, job)] = job
            done = wait(flying, return_when=FIRST_COMPLETED).done
            if any(isinstance(_outcome(future), BrokenExecutor) for future in done):
                done = wait(flying).done
            settled = [(flying.pop(future), _outcome(future)) for future in done]
            yield from (pair for pair in settled if not isinstance(pair[1], BrokenExecutor))
            suspects = [job for job, outcome in settled if isinstance(outcome, BrokenExecutor)]
            if suspects:
                pool.shutdown(wait=False)
                for job in suspects:
                    with _spawn(1) as pool:
                        yield job, _outcome(pool.submit(call, job))
                pool = _spawn(workers)
    finally:
        if pool is executor:
            for future in flying:
                future.cancel()
        else:
            _end(pool, at_once=bool(flying))


def _attempt(call, job):
    try:
        return call(job)
    except Exception as error:
        return error


def _submit(pool, call, job) -> Future:
    try:
        return pool.submit(call, job)
    except BrokenExecutor as error:
        failed = Future()
        failed.set_exception(error)
        return failed


def _outcome(future):
    try:
        return future.exception() or future.result()
    except CancelledError as error:
        raise ConnectionError("the executor has cancelled jobs: is its scheduler gone?") from error


def _spawn(workers) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_begin_worker)


def _begin_worker():
    """Leaves Ctrl-C to the parent, and ends when it does, even where it was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent():
    multiprocessing.parent_process().join()
    os._exit(1)


def _end(pool, at_once):
    if at_once:
        for process in list((pool._processes or {}).values()):  # terminate_workers() from Python 3.14
            process.terminate()
    pool.shutdown(wait=True, cancel_futures=True)
