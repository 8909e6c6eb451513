"""One run of an experiment as records: trained, measured, and what happened where it failed."""

import json
import os
import platform
import re
import time
from dataclasses import asdict, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch

from intruders.spectra.basis import Basis
from intruders.tuning import models, tasks
from intruders.tuning.compare import compare, describe
from intruders.tuning.forgetting import pretraining_losses
from intruders.tuning.interventions import Parts, interventions
from intruders.tuning.models import Pretrained, matrices
from intruders.tuning.train import Classifier, Setting, accuracy, adapt, merge, one_thread

TEST_PER_CLASS = 75
PACKAGES = ("torch", "transformers", "peft", "numpy", "scipy", "networkx", "sympy", "matplotlib")


def record(setting: Setting, seed: int, intervene: bool = False) -> dict:
    """The run's row, with one for each matrix after each task ("matrices") and, if asked, each intervention.

    "status" is "finished", or what went wrong: a run that diverges has its setting, its seconds and no measurements.
    """
    started = time.perf_counter()
    one_thread()
    row = about(setting, seed)
    try:
        row |= {"status": "finished"} | _measured(setting, seed, intervene)
    except FloatingPointError as diverged:
        row |= {"status": f"diverged: {diverged}"}
    except Exception as error:
        row |= {"status": f"failed: {type(error).__name__}: {error}"}
    return row | {"seconds": round(time.perf_counter() - started, 1), "hardware": hardware(), "versions": packages()}


def about(setting: Setting, seed: int) -> dict:
    """What a run is called by: the setting in full, and the seed."""
    row = {"name": setting.name, "scale": setting.scale, **asdict(setting), "seed": seed}
    return row | {
        "tasks": list(setting.tasks),
        "alpha": setting.alpha if setting.rank else None,
        "peft": json.dumps(setting.peft, sort_keys=True) if setting.peft else None,
        "control": json.dumps(setting.control, sort_keys=True) if setting.control else None,
    }


def bases(model: str) -> list[dict]:
    """A row for each matrix of the pre-trained model."""
    return [{"matrix": name} | describe(_basis(model, name)) for name in _untouched(model)[0]]


def _measured(setting, seed, intervene) -> dict:
    pretrained = models.load(setting.model)
    before, known = _untouched(setting.model)
    learnt, heads, rows, accuracies, losses, forgot = [], [], [], [], [], []
    rank = 0 if setting.peft or setting.rank is None else setting.rank
    for stage, name in enumerate(setting.tasks):
        task = tasks.load(name, setting.texts, TEST_PER_CLASS)
        model, loss = adapt(pretrained, setting, seed + 1000 * stage, task)
        trainable = sum(one.numel() for one in model.encoder.parameters() if one.requires_grad)
        merge(model)
        pretrained = replace(pretrained, encoder=model.encoder)
        learnt.append(task)
        heads.append(model.head)
        losses.append(loss)
        accuracies.append([_accuracy(pretrained, *pair) for pair in zip(heads, learnt, strict=True)])
        forgot.append(pretraining_losses(pretrained))
        after = {name: weight.numpy() for name, weight in matrices(pretrained.encoder).items()}
        total = rank * (stage + 1)
        for index, (name, W0) in enumerate(before.items()):
            low = total if 0 < total < min(W0.shape) else None
            rng = np.random.default_rng([seed, stage, index])
            row = compare(_basis(setting.model, name), after[name] - W0, low, rng)
            rows.append({"stage": stage, "matrix": name} | row)
    found = {
        "accuracy": accuracies[-1][-1],
        "accuracies": accuracies,
        "training_loss": losses,
        "trainable": trainable,
        "pretraining_loss": [float(one.mean()) for one in forgot],
        "forgetting": [float((one - known).mean()) for one in forgot],
        "forgetting_error": [float((one - known).std(ddof=1) / np.sqrt(len(known))) for one in forgot],
        "matrices": rows,
    }
    if intervene:
        found["interventions"] = _interventions(pretrained, heads[-1], learnt[-1], before, after, known, seed)
    return found


def _interventions(pretrained, head, task, before, after, known, seed) -> list[dict]:
    parts = {
        name: Parts.of(W0, after[name] - W0, np.random.default_rng([seed, index]))
        for index, (name, W0) in enumerate(before.items())
    }
    rows = []
    for kind, factor, weights in interventions(parts):
        about = {
            "kind": kind,
            "factor": factor,
            "changed": int(sum(part.intruder.sum() for part in parts.values())),
            "frobenius": float(np.sqrt(sum(np.sum((weights[name] - W0) ** 2) for name, W0 in before.items()))),
        }
        rows.append(about | judged(pretrained, head, task, weights, known))
    return rows


def judged(pretrained: Pretrained, head, task, weights: dict[str, np.ndarray], known: np.ndarray) -> dict:
    """What the model with these weights, which are written into it, does on the task and has forgotten.

    head     that the task was learnt with; known: the pre-training losses before any tuning
    """
    with torch.no_grad():
        for name, W in weights.items():
            pretrained.encoder.get_submodule(name).weight.copy_(torch.from_numpy(W))
    losses = pretraining_losses(pretrained)
    return {
        "accuracy": _accuracy(pretrained, head, task),
        "pretraining_loss": float(losses.mean()),
        "forgetting": float((losses - known).mean()),
    }


def _accuracy(pretrained: Pretrained, head, task) -> float:
    model = Classifier(pretrained.encoder, len(task.classes))
    model.head = head
    return accuracy(model, pretrained.tokenizer, task.test)


@cache
def _untouched(name: str) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The weights and the pre-training losses before any tuning."""
    pretrained = models.load(name)
    weights = {name: weight.numpy() for name, weight in matrices(pretrained.encoder).items()}
    return weights, pretraining_losses(pretrained)


@cache
def _basis(model: str, name: str) -> Basis:
    return Basis.of(_untouched(model)[0][name].astype(float))


@cache
def hardware() -> str:
    info = Path("/proc/cpuinfo")
    named = re.search(r"model name\s*: (.*)", info.read_text()) if info.exists() else None
    return f"{named[1] if named else platform.processor()}, {os.cpu_count()} cores, one thread a run"


@cache
def packages() -> str:
    return ", ".join([f"python {platform.python_version()}", *(f"{name} {version(name)}" for name in PACKAGES)])
