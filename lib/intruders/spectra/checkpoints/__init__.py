"""Pairs of matrices (pre-trained weight, update) from checkpoint files, one layer in memory at a time.

A model is a .safetensors file, a .safetensors.index.json of shards, a Hugging Face folder or the name of a model on the
hub; a tuned model is one of these or a PEFT adapter, LoRA or AdaLoRA. Matrices come as outputs x inputs, embeddings as
they are stored, tokens x width. Half types are promoted to float32. Pickle files are never opened.
"""

from pathlib import Path

from intruders.spectra.checkpoints.adapters import adapter_pairs
from intruders.spectra.checkpoints.full import full_pairs, model_matrices
from intruders.spectra.checkpoints.locate import find_model, find_tuned
from intruders.spectra.checkpoints.records import Matrix, Pair, Pairs, Skipped
from intruders.spectra.checkpoints.settings import Adapter
from intruders.spectra.checkpoints.tensors import CheckpointError

__all__ = ["CheckpointError", "Matrix", "Pair", "Pairs", "Skipped", "matrices", "pairs"]


def pairs(base: str | Path, tuned: str | Path, adapter: str | None = None) -> Pairs:
    """Every weight matrix that the two share, with its update, and what was skipped and why. Reads headers alone.

    adapter chooses one of several adapters in subfolders of `tuned`. The update of an adapter has the scale that PEFT
    gives it; that of a fully tuned model, of a layer saved whole and of DoRA is dense: tuned - base. Vectors (biases,
    norms) are not matrices and are passed over. Raises CheckpointError where a file cannot be read or used, where the
    adapter is of another kind or another base, and where nothing is left to compare.
    """
    weights, change = find_model(base), find_tuned(tuned, adapter)
    found = adapter_pairs(weights, change) if isinstance(change, Adapter) else full_pairs(weights, change)
    if not found.pairs:
        reasons = "; ".join(f"{one.name}: {one.why}" for one in found.skipped[:3])
        raise CheckpointError(f"{tuned} and {base} have no matrix to compare. {reasons or 'No names are shared.'}")
    return found


def matrices(base: str | Path) -> tuple[list[Matrix], list[Skipped]]:
    """Every weight matrix of a model, and what was skipped and why. Raises CheckpointError as `pairs` does."""
    return model_matrices(find_model(base))
