"""What bench_detector.py times on one matrix: the published method, other programs, and the routes of this library."""

import contextlib
import io
import time
import warnings
from collections.abc import Callable
from statistics import median
from unittest import mock

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from peft.tuners.lora.intruders import reduce_intruder_dimension
from threadpoolctl import threadpool_limits

from intruders.spectra import products
from intruders.spectra.basis import Basis
from intruders.spectra.detect import detect
from intruders.spectra.updates import LowRank
from intruders.theory.ensembles import haar_frame

RANK, TOP_K, EPS, OUTLIERS = 8, 10, 0.5, 40
PEFT_LIMIT = 4096 * 4096
ROUNDS, SECONDS = 21, 5.0


def trained_like(n: int, m: int) -> tuple[np.ndarray, LowRank]:
    """Noise with forty outliers from 1.2 to 6 times its edge, and a LoRA update with three spikes in the top ten."""
    rng = np.random.default_rng([n, m])
    edge = 1 + np.sqrt(n / m)
    outliers = haar_frame(n, OUTLIERS, rng) * np.linspace(6, 1.2, OUTLIERS) @ haar_frame(m, OUTLIERS, rng).T
    W0 = rng.standard_normal((n, m), np.float32) / np.float32(np.sqrt(m)) + np.float32(edge) * outliers.astype("f4")
    strengths = edge * np.array([8, 7, 6.4, 3, 1.5, 0.8, 0.4, 0.2])
    B, A = haar_frame(n, RANK, rng) * strengths, haar_frame(m, RANK, rng).T
    return W0, LowRank(B.astype("f4"), np.ascontiguousarray(A, "f4"))


def taking_turns(calls: dict[str, Callable], clock: Callable[[], float]) -> dict[str, float]:
    """Medians in seconds, of calls that take turns: each at most ROUNDS times, and not again after SECONDS."""
    seconds = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            if sum(seconds[name]) < SECONDS:
                started = clock()
                call()
                seconds[name].append(clock() - started)
    return {name: median(taken) for name, taken in seconds.items()}


def measure(n: int, m: int, threads: int) -> list[dict]:
    """One row a method: its time, how often that goes into the published method's and into one decomposition's.

    With one thread the time is the processor's, which depends less on what else the machine does.
    """
    torch.set_num_threads(threads)
    with threadpool_limits(threads), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(_rows(n, m, threads, time.process_time if threads == 1 else time.perf_counter))


def _rows(n, m, threads, clock):
    W0, update = trained_like(n, m)
    kept = {}

    def svd(name, matrix):
        kept[name] = np.linalg.svd(matrix, full_matrices=False)

    def cosines():  # the left side, all with all, as the published code computes them
        kept["cosines"] = np.abs(kept["W"][0].T @ kept["W0"][0]).max(axis=1)[:TOP_K]

    dense = {"SVD of W0": lambda: svd("W0", W0), "SVD of W": lambda: svd("W", W0 + update.dense()), "cosines": cosines}
    seconds = taking_turns(dense, clock)
    seconds["one SVD and cosines"] = seconds["SVD of W"] + seconds["cosines"]
    seconds["published: two SVDs and cosines"] = sum(seconds[name] for name in dense)
    published = kept["cosines"] < EPS
    U, values, Vt = kept["W0"]
    basis = Basis(U, values.astype(float), Vt)
    routes = {"basis": {"basis": basis, "route": "basis"}, "matrix-free": {"route": "matrix-free"}}
    calls = {name: lambda how=how: detect(W0, update, **how) for name, how in routes.items()}
    reading = {"reading U and V once": lambda: U.sum() + Vt.sum(), "reading W0 once": lambda: W0.sum()}
    agree = {name: _agrees(call(), name, kept["cosines"], published) for name, call in calls.items()}
    reads = {"matrix-free": _reads(calls["matrix-free"])}
    others = {"WeightWatcher": _weightwatcher(W0)}
    if n * m <= PEFT_LIMIT:
        model = _peft_model(W0, update)
        others["PEFT, detection"] = lambda: _peft(model, 0)
        if n < 4096:
            others["PEFT, whole"] = lambda: _peft(model, EPS)
            agree["PEFT, whole"] = _peft(model, EPS) == published.sum()
    seconds |= taking_turns(calls | reading | others, clock)
    for name, taken in seconds.items():
        yield {
            "what": f"{n} x {m}",
            "method": name,
            "threads": threads,
            "seconds": taken,
            "faster_than_published": seconds["published: two SVDs and cosines"] / taken,
            "faster_than_one_svd": seconds["one SVD and cosines"] / taken,
            "reads": reads.get(name),
            "agrees": agree.get(name),
        }


def _agrees(report, name, cosines, flags) -> bool:
    """Answered by the route that is timed, the same flags, and every cosine in its interval, to single precision."""
    found = report.sides["left"]
    inside = (found.max_cosine_low - 2e-3 <= cosines) & (cosines <= found.max_cosine + 2e-3)
    return report.route == name and bool(inside.all()) and np.array_equal(report.intruders(), flags)


def _reads(call) -> int:
    """How often W0 is read: the products with it, the test for finite values, and its norm."""
    with mock.patch.object(products, "_blocks", wraps=products._blocks) as blocks:
        call()
    return blocks.call_count + 2


def _weightwatcher(W0) -> Callable:
    """The singular values of one matrix and the power law fitted to them; no vectors, nothing compared."""
    with contextlib.redirect_stdout(io.StringIO()):
        import weightwatcher

    def analyze():
        with contextlib.redirect_stdout(io.StringIO()):
            weightwatcher.WeightWatcher(model=torch.nn.Sequential(_linear(W0))).analyze()

    return analyze


def _linear(W0):
    layer = torch.nn.Linear(W0.shape[1], W0.shape[0], bias=False)
    layer.weight.data = torch.from_numpy(W0)
    return layer


def _peft_model(W0, update):
    config = LoraConfig(r=RANK, lora_alpha=RANK, target_modules=["0"])
    model = get_peft_model(torch.nn.Sequential(_linear(W0)), config)
    model.base_model.model[0].lora_A["default"].weight.data = torch.from_numpy(update.A)
    model.base_model.model[0].lora_B["default"].weight.data = torch.from_numpy(update.B)
    return model


def _peft(model, threshold) -> int:
    """How many intruders it finds. With threshold 0 it decomposes W0 and W and stops; else the new update as well."""
    told = []
    reduce_intruder_dimension(model, new_adapter_name="new", threshold_epsilon=threshold, logging_sink=told.append)
    model.delete_adapter("new")
    return next((int(line.split()[-1]) for line in told if "Intruders:" in line), 0)
