"""Declared experiments: their settings and seeds are fixed here before anything runs."""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, replace

import pandas as pd

from intruders.tuning.measure import spectra
from intruders.tuning.models import matrices, minilm
from intruders.tuning.tasks import docstrings
from intruders.tuning.train import Run, Setting, finetune, one_thread

# What chapter 8 runs live.
FULL = Setting(learning_rate=2e-4)
LORA_8 = Setting(learning_rate=3e-3, rank=8)
LORA_1 = Setting(learning_rate=2e-3, rank=1)
HEAD_ONLY = Setting(learning_rate=0.0)
LIVE = (FULL, LORA_8, LORA_1)


@dataclass(frozen=True)
class Grid:
    """Settings that are each run once on every seed; `intervene`: chapter 9's interventions after each."""

    settings: Sequence[Setting]
    seeds: Sequence[int]
    intervene: bool = False


RANKS = (1, 2, 4, 8, 16, 64)
RATES, FULL_RATES = (1e-3, 2e-3, 4e-3), (5e-5, 1e-4, 2e-4, 4e-4)
FIVE = range(5)


def _on_glosses(learning_rate, rank=None, alpha=16, **more) -> Setting:
    return Setting(learning_rate, rank, alpha, **{"tasks": ("glosses",), "steps": 150} | more)


# The three that the other grids vary: full fine-tuning and two ranks at alpha = 16.
THREE = (_on_glosses(2e-4), _on_glosses(2e-3, 8), _on_glosses(2e-3, 1))


def _ranks() -> list[Setting]:
    """At r = 8 alpha = 2r is alpha = 16, at r = 1 alpha/sqrt r is alpha, and at r = 64 it is 2r/r: each is run once."""
    found = [_on_glosses(0.0), *(_on_glosses(rate) for rate in FULL_RATES)]
    for rank in RANKS:
        scalings = [_on_glosses(0, rank, 16, rslora=True), _on_glosses(0, rank, 2 * rank), _on_glosses(0, rank, 16)]
        distinct = {setting.scale: setting for setting in scalings}
        found += [replace(setting, learning_rate=rate) for setting in distinct.values() for rate in RATES]
    return found


def _rates() -> list[Setting]:
    lora = [_on_glosses(rate, rank) for rank in (1, 8) for rate in (5e-4, 8e-3, 1.6e-2)]
    return [*(_on_glosses(rate) for rate in (2.5e-5, 8e-4, 1.6e-3)), *lora]


def _interventions() -> list[Setting]:
    chosen = [(2e-3, 1, 16), (2e-3, 8, 16), (4e-3, 8, 16), (1e-3, 64, 128)]
    return [_on_glosses(*one) for one in chosen]


def _smollm2() -> list[Setting]:
    lora = [(rate, rank, alpha) for rank, alpha in ((1, 16), (8, 16), (64, 16), (64, 128)) for rate in (5e-4, 2e-3)]
    return [_on_glosses(*one, model="smollm2") for one in [*lora, (5e-5,), (1e-4,), (2e-4,), (0.0,)]]


# data/PREREGISTRATION.md says what each is for and what is expected of it.
GRIDS = {
    "minilm-rank": Grid(_ranks(), FIVE),
    "minilm-rate": Grid(_rates(), FIVE),
    "minilm-length": Grid([replace(one, steps=steps) for one in THREE for steps in (38, 75, 300, 600)], FIVE),
    "minilm-data": Grid([replace(one, texts=texts) for one in THREE for texts in (25, 50, 100, 400)], FIVE),
    "minilm-only-b": Grid([_on_glosses(rate, rank, only_B=True) for rank in (1, 8, 64) for rate in RATES], FIVE),
    "minilm-sequence": Grid([replace(one, tasks=("glosses", "docstrings", "mails")) for one in THREE], FIVE),
    "minilm-interventions": Grid(_interventions(), FIVE, intervene=True),
    "minilm-live": Grid([*LIVE, HEAD_ONLY], range(10, 15)),
    "smollm2": Grid(_smollm2(), range(3)),
}


def processes(count: int = 2) -> ProcessPoolExecutor:
    """An executor of single-threaded processes: side by side they beat one process with as many threads."""
    return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), initializer=one_thread)


def compare(settings: tuple[Setting, ...], seed: int, executor: Executor) -> tuple[list[Run], pd.DataFrame]:
    """Fine-tune under each setting from the same weights with the same seed: the runs, and a row for every matrix."""
    executor.submit(int)  # the processes start while the texts are read here
    task = docstrings()
    tuned = executor.map(finetune, settings, [seed] * len(settings), [task] * len(settings))
    base = {name: weight.numpy() for name, weight in matrices(minilm()[0]).items()}
    runs, jobs = [], []
    for run in tuned:
        runs.append(run)
        jobs += [(run, executor.submit(spectra, name, base[name], run.updates[name])) for name in base]
    rows = [{"name": run.setting.name, "seed": seed, "accuracy": run.accuracy} | job.result() for run, job in jobs]
    return runs, pd.DataFrame(rows)
