"""A fully tuned model beside its base: dense changes."""

from dataclasses import replace
from pathlib import Path

from intruders.spectra.checkpoints.records import Matrix, Pair, Pairs, Skipped, Whole
from intruders.spectra.checkpoints.tensors import CheckpointError, Stored
from intruders.spectra.checkpoints.weights import Renaming, Weights, in_block, renaming


def full_pairs(base: Weights, tuned: Weights) -> Pairs:
    """Every matrix that both have. Raises CheckpointError for another model: other names, or other shapes in layers."""
    names = {name for name, tensor in base.tensors.items() if len(tensor.shape) > 1}
    others = {name for name, tensor in tuned.tensors.items() if len(tensor.shape) > 1}
    rename = only_renaming(base.file, tuned.file, names, others)
    found, skipped = [], []
    renamed = {rename(other) if rename(other) in names else other: other for other in others}
    for name in sorted(names | set(renamed)):
        before, after = base.get(name), tuned.get(renamed.get(name, name))
        if before is None or after is None:
            lacking = base if before is None else tuned
            skipped.append(Skipped(name, f"absent from {lacking.file}"))
        elif why := name in base.tensors and base.unfit(name):
            skipped.append(Skipped(name, why))
        else:
            add_dense(name, before, after, found, skipped)
    return Pairs(found, skipped)


def only_renaming(base: Path, tuned: Path, available: set[str], wanted: set[str]) -> Renaming:
    """From the tuned model's names to the base's. Raises CheckpointError where there is none, or more than one."""
    renamings = renaming(wanted, available)
    if len(renamings) == 1:
        return renamings[0]
    examples = f"{min(wanted, default='nothing')} there, {min(available, default='nothing')} here"
    why = "may match in several ways" if renamings else "share no layer"
    raise CheckpointError(f"{tuned} and {base} {why}: wrong base? Names like {examples}")


def add_dense(name: str, before: Stored, after: Stored, found: list[Pair], skipped: list[Skipped]) -> None:
    """Adds the change of one tensor, or why there is none. Raises CheckpointError for another shape in a layer."""
    transposed = before.transposed or after.transposed
    before, after = replace(before, transposed=transposed), replace(after, transposed=transposed)
    why = before.unfit() or after.unfit()
    if why is None and before.matrix_shape != after.matrix_shape:
        why = f"shape {after.matrix_shape} in {after.file}, {before.matrix_shape} in {before.file}"
        if in_block(name):
            raise CheckpointError(f"{after}: wrong base? {why}")
        why += ": a new head or vocabulary"
    if why is None:
        found.append(Pair(name, before.matrix_shape, None, before, Whole(after)))
    else:
        skipped.append(Skipped(name, why))


def model_matrices(model: Weights) -> tuple[list[Matrix], list[Skipped]]:
    """Every matrix of a model. Raises CheckpointError where there is none."""
    names = [name for name in sorted(model.tensors) if len(model.tensors[name].shape) > 1]
    unfit = {name: model.unfit(name) for name in names}
    found = [Matrix(name, model[name].matrix_shape, model[name]) for name in names if unfit[name] is None]
    if not found:
        raise CheckpointError(f"{model.file}: no matrix of floats among {len(model.tensors)} tensors")
    return found, [Skipped(name, why) for name, why in unfit.items() if why]
