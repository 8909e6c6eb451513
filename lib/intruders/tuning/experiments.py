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


THREE_TASKS = ("glosses", "docstrings", "mails")
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


# The law of strength as chapter 8b fits it on seeds 0 and 1 of minilm-rank.
LAW = (5.936, 0.6, 1.047)
HINGE, PROJECT = {"kind": "hinge", "size": 0.3}, {"kind": "project", "size": 1.0}
BUDGET = {"kind": "budget", "size": 1.0}
CONTROLS = [HINGE | {"size": 0.03}, HINGE, PROJECT, PROJECT | {"size": 0.5}, BUDGET]
CONTROLS += [{"kind": "law", "size": 0.5, "law": LAW}]


def _controls() -> list[Setting]:
    return [replace(one, control=control) for one in _interventions() for control in CONTROLS]


def _methods() -> list[Setting]:
    """Each with the rates that a pilot on seed 100 put around its best accuracy."""

    def lora(**start):
        return {"peft_type": "LORA", "r": 8, "lora_alpha": 16} | start

    adalora = {"peft_type": "ADALORA", "init_r": 12, "target_r": 8, "lora_alpha": 16}
    adalora |= {"total_step": 150, "tinit": 15, "tfinal": 75, "deltaT": 5}
    declared = [
        (lora(init_lora_weights="pissa"), (2e-4, 5e-4, 1e-3)),
        (lora(init_lora_weights="olora"), (1e-4, 2e-4, 5e-4)),
        (lora(init_lora_weights="orthogonal"), (5e-4, 1e-3, 2e-3)),
        (lora(init_lora_weights="mica"), (1e-3, 2e-3, 4e-3)),
        (lora(use_dora=True), (1e-3, 2e-3, 4e-3)),
        (lora(loraplus_lr_ratio=16), (5e-5, 1e-4, 3e-4)),
        (adalora, (4e-3, 8e-3, 1.6e-2)),
        ({"peft_type": "VERA", "r": 64}, (1e-2, 2e-2, 4e-2)),
        ({"peft_type": "OFT", "r": 8, "oft_block_size": 0}, (1e-4, 3e-4, 6e-4)),
        ({"peft_type": "HRA", "r": 8}, (2e-3, 8e-3)),
        ({"peft_type": "RANDLORA", "r": 8}, (5e-5, 1e-4, 2e-4)),
        ({"peft_type": "OSF"}, (1e-4, 2e-4, 4e-4)),
        ({"peft_type": "SPECTRAL_ADDITIVE", "r": 8}, (1e-4, 2e-4, 5e-4)),
        ({"peft_type": "SPECTRAL_ROTATIONAL", "r": 32}, (5e-4, 1e-3, 2e-3)),
    ]
    return [_on_glosses(rate, peft=peft) for peft, rates in declared for rate in rates]


def _controlled_sequence() -> list[Setting]:
    """What is to beat them is LoRA at a lower rate."""
    _, eight, one = (replace(setting, tasks=THREE_TASKS) for setting in THREE)
    slower = [replace(one, learning_rate=5e-4), replace(eight, learning_rate=1e-3)]
    return [*slower, *(replace(each, control=control) for each in (one, eight) for control in (HINGE, PROJECT, BUDGET))]


# data/PREREGISTRATION.md says what each is for and what is expected of it.
GRIDS = {
    "minilm-rank": Grid(_ranks(), FIVE),
    "minilm-rate": Grid(_rates(), FIVE),
    "minilm-length": Grid([replace(one, steps=steps) for one in THREE for steps in (38, 75, 300, 600)], FIVE),
    "minilm-data": Grid([replace(one, texts=texts) for one in THREE for texts in (25, 50, 100, 400)], FIVE),
    "minilm-only-b": Grid([_on_glosses(rate, rank, only_B=True) for rank in (1, 8, 64) for rate in RATES], FIVE),
    "minilm-sequence": Grid([replace(one, tasks=THREE_TASKS) for one in THREE], FIVE),
    "minilm-interventions": Grid(_interventions(), FIVE, intervene=True),
    "minilm-live": Grid([*LIVE, HEAD_ONLY], range(10, 15)),
    "smollm2": Grid(_smollm2(), range(3)),
    "minilm-control": Grid(_controls(), FIVE),
    "minilm-methods": Grid(_methods(), FIVE),
    "minilm-sequence-control": Grid(_controlled_sequence(), FIVE),
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
