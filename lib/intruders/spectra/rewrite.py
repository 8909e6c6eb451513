"""A mitigated adapter on disk: read, changed matrix by matrix, and written as a PEFT adapter of its own."""

import json
import math
import os
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from intruders.spectra import checkpoints
from intruders.spectra.checkpoints.locate import find_tuned
from intruders.spectra.checkpoints.records import Factors, Pair
from intruders.spectra.checkpoints.settings import CONFIG, FACTORS, Adapter
from intruders.spectra.checkpoints.tensors import CheckpointError
from intruders.spectra.detect import detect
from intruders.spectra.layer import predicted
from intruders.spectra.mitigate import check_mode, factored, mitigated
from intruders.spectra.settings import checked
from intruders.spectra.survey import Progress, natural, survey


def mitigate(
    base: str | Path,
    tuned: str | Path,
    out: str | Path,
    *,
    mode: str = "shrink",
    factor: float | None = None,
    keep_rank: bool = False,
    adapter: str | None = None,
    top_k: int = 10,
    eps: float = 0.5,
    side: str = "left",
    jobs: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> dict:
    """Writes the adapter `tuned`, shrunk, cut or with its intruders scaled, to the new folder `out`.

    mode, factor   as `mitigated` takes them; without a factor .75, and 1 with mode "project"
    keep_rank      cut what has grown beyond the adapter's rank; otherwise the rank of a matrix with k intruders is
                   r + k, which the new settings say in rank_pattern, with alpha_pattern so that its scale stays
    others         as `scan` takes them

    Tensors that do not change are copied as they are, the others keep their type. The result has for every matrix
    "intruders" and "intruders_after", the largest "spike" and "spike_after", "rank" and "rank_after", "visibility"
    (None, and with mode "project" left alone, where W0 has no bulk to speak of), "kept", the energy ||dW||_F^2 over the
    old one's, and "cut", what keep_rank took from it.

    The folder is written beside and renamed. Raises FileExistsError for a folder that exists, ValueError for arguments
    out of range, for anything but a plain LoRA adapter and for another base, and OSError where nothing can be written;
    then nothing is left behind.
    """
    out = Path(out)
    factor = (1.0 if mode == "project" else 0.75) if factor is None else factor
    check_mode(mode, factor)
    settings = checked(top_k, eps, side, "auto") | {"mode": mode, "lambda": factor, "keep_rank": keep_rank}
    if out.exists():
        raise FileExistsError(f"{out} exists: mitigate writes a new folder")
    old, pairs, skipped = _plain_lora(base, tuned, adapter)
    out.absolute().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.absolute().parent, prefix=f".{out.name}-") as folder:
        call = partial(_change, folder=folder, mode=mode, factor=factor, keep_rank=keep_rank)
        call = partial(call, top_k=top_k, eps=eps, side=side)
        records, failed = survey(call, pairs, None, jobs, executor, progress)
        if failed:
            raise CheckpointError(f"{failed[0]['name']}: {failed[0]['why']} ({len(failed)} of {len(pairs)} failed)")
        new = Path(folder) / "adapter"
        new.mkdir()
        _write(old, pairs, records, new)
        os.rename(new, out)
    for record in records:
        del record["file"]
    return {
        "schema": 1,
        "base": str(base),
        "adapter": str(tuned),
        "out": str(out),
        "settings": settings,
        "layers": records,
        "skipped": [{"name": one.name, "why": one.why} for one in skipped],
    }


def _plain_lora(base, tuned, adapter) -> tuple[Adapter, list[Pair], list]:
    old = find_tuned(tuned, adapter)
    if not isinstance(old, Adapter):
        raise CheckpointError(f"{tuned}: a whole model, expected a LoRA adapter")
    if old.adalora or old.config.get("use_dora"):
        kind = "AdaLoRA" if old.adalora else "DoRA"
        raise CheckpointError(f"{old.file}: {kind}, expected plain LoRA: its update is not B A with a scale alone")
    found = checkpoints.pairs(base, tuned, adapter)
    pairs = [pair for pair in found.pairs if isinstance(pair.change, Factors)]
    whole = [checkpoints.Skipped(pair.name, "saved whole: copied") for pair in found.pairs if pair not in pairs]
    if not pairs:
        raise CheckpointError(f"{tuned}: no matrix with LoRA's factors")
    return old, sorted(pairs, key=lambda pair: natural(pair.name)), found.skipped + whole


def _change(pair: Pair, *, folder, mode, factor, keep_rank, top_k, eps, side) -> dict:
    """The record of one matrix; new factors, if any, wait in a file of `folder`."""
    W0, update = pair.load()
    window = min(top_k, *W0.shape)
    before = detect(W0, update, window, eps, side)
    visibility, cut, file = predicted(before, "visibility"), 0.0, None
    possible = mode != "project" or visibility is not None
    new = mitigated(W0, update, mode, factor, before) if possible else update
    changed = new is not update
    if changed and mode != "shrink":
        grows = mode == "scale" and not keep_rank
        new, cut = factored(new, new.rank if grows else update.rank, update.scale)
    if changed:
        handle, file = tempfile.mkstemp(suffix=".safetensors", dir=folder)
        os.close(handle)
        save_file({"B": np.ascontiguousarray(new.B), "A": np.ascontiguousarray(new.A)}, file)
    after = detect(W0, new, window, eps, side) if changed else before
    energy = float(np.sum(update.singular_values**2))
    return {
        "name": pair.name,
        "file": file,
        "shape": list(pair.shape),
        "visibility": visibility,
        "intruders": _count(before),
        "intruders_after": _count(after),
        "spike": float(update.singular_values[0]),
        "spike_after": float(new.singular_values[0]),
        "rank": update.rank,
        "rank_after": new.rank,
        "kept": float(np.sum(new.singular_values**2)) / energy if energy else 1.0,
        "cut": cut,
    }


def _count(report) -> int:
    return sum(int(report.intruders(side=side).sum()) for side in report.sides)


def _write(old: Adapter, pairs: Sequence[Pair], records: Sequence[dict], new: Path) -> None:
    """Settings and tensors of the adapter, the changed ones in place of what was; its card and licence come along."""
    config = dict(old.config)
    with safe_open(old.tensors_file, framework="np") as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118  not a mapping
        metadata = file.metadata()
    for pair, record in zip(pairs, records, strict=True):
        if record["file"] is None:
            continue
        with safe_open(record["file"], framework="np") as file:
            for stored, name in ((pair.change.B, "B"), (pair.change.A, "A")):
                values = file.get_tensor(name).astype(tensors[stored.key].dtype)
                tensors[stored.key] = np.ascontiguousarray(values.T if stored.transposed else values)
        if record["rank_after"] != record["rank"]:
            _set_rank(config, pair, record)
    (new / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    try:
        save_file(tensors, new / FACTORS, metadata=metadata or {"format": "pt"})
    except SafetensorError as error:
        raise OSError(f"{new.parent}: cannot be written: {error}") from error
    for name in ("README.md", "LICENSE"):
        if (old.folder / name).is_file():
            shutil.copy(old.folder / name, new / name)


def _set_rank(config: dict, pair: Pair, record: dict) -> None:
    """The new rank of one layer, in front of the patterns that are there, and the alpha that leaves its scale alone."""
    module = pair.change.B.key.removeprefix("base_model.model.").rsplit(".lora_", 1)[0]
    divisor = math.sqrt(record["rank_after"]) if config.get("use_rslora") else record["rank_after"]
    for key, value in (("rank_pattern", record["rank_after"]), ("alpha_pattern", pair.change.scale * divisor)):
        others = {name: old for name, old in (config.get(key) or {}).items() if name != module}
        config[key] = {module: value} | others
