"""Pairs of matrices from a PEFT model in memory, for `scan_pairs`. PyTorch is the model's, and is not imported here."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from intruders.spectra.checkpoints import Pairs, Skipped
from intruders.spectra.checkpoints.settings import CHANGES_THE_BASE
from intruders.spectra.updates import LowRank

# Kinds of layers besides LoRA whose get_delta_weight is what merging adds to the weight.
_ADDED = ("adalora", "loha", "lokr", "vera")


@dataclass(frozen=True, eq=False)
class LivePair:
    """A layer of a PEFT model, as `checkpoints.Pair`; load() copies its matrices to the CPU, half types as float32."""

    name: str
    shape: tuple[int, int]
    rank: int | None
    module: Any
    adapter: str

    def load(self) -> tuple[np.ndarray, np.ndarray | LowRank]:
        base = self.module.get_base_layer().weight
        turned = _stored_by_inputs(self.module)
        W0 = _array(base, turned)
        if not _is_lora(self.module):
            return W0, _array(self.module.get_delta_weight(self.adapter), turned)
        A, B = _factors(self.module, self.adapter)
        embedding = self.adapter in self.module.lora_embedding_A
        B, A = (_array(A, True), _array(B, True)) if embedding else (_array(B), _array(A))
        low_rank = LowRank(B, A, float(self.module.scaling[self.adapter]))
        if self.rank is not None:
            return W0, low_rank
        tuned = W0 + low_rank.dense().astype(W0.dtype)
        lengths = np.linalg.norm(tuned, axis=0 if embedding else 1, keepdims=True)
        magnitude = _array(self.module.lora_magnitude_vector[self.adapter].weight)
        return W0, tuned * (magnitude.reshape(lengths.shape) / lengths) - W0


@dataclass(frozen=True, eq=False)
class SavedPair:
    """A weight that was trained whole, beside the one it was copied from."""

    name: str
    shape: tuple[int, int]
    before: Any
    after: Any
    transposed: bool
    rank: None = None

    def load(self) -> tuple[np.ndarray, np.ndarray]:
        W0 = _array(self.before, self.transposed)
        return W0, _array(self.after, self.transposed) - W0


def live_pairs(model, adapter: str = "default") -> Pairs:
    """Every matrix that an adapter of a PEFT model changes, in the order of the model, and what was skipped and why.

    LoRA gives factors and scale; DoRA, AdaLoRA, LoHa, LoKr, VeRA and layers trained whole give a dense change. Nothing
    is copied until a pair is loaded. Raises ValueError where the adapter is not there or is merged into the weights,
    and where its start has moved a part of them into the factors, as PiSSA does.
    """
    start = str(getattr(getattr(model, "peft_config", {}).get(adapter), "init_lora_weights", True)).lower()
    if start.startswith(tuple(CHANGES_THE_BASE)):
        raise ValueError(f"adapter {adapter!r}: init_lora_weights={start!r} has changed the base's weights")
    found, skipped, adapters = [], [], set()
    for full_name, module in model.named_modules():
        name = full_name.removeprefix("base_model.model.")
        if hasattr(module, "modules_to_save") and hasattr(module, "original_module"):
            adapters |= set(module.modules_to_save.keys())
            if adapter in module.modules_to_save:
                found += _saved(name, module, adapter)
        elif hasattr(module, "get_base_layer") and hasattr(module, "adapter_layer_names"):
            present = _adapters(module)
            adapters |= present
            if adapter not in present:
                continue
            if module.merged:
                raise ValueError(f"{name}: an adapter is merged into the weights; call unmerge_adapter() first")
            why = _reason_to_skip(module, adapter)
            if why:
                skipped.append(Skipped(f"{name}.weight", why))
            else:
                found.append(_pair(f"{name}.weight", module, adapter))
    if not found and not skipped:
        raise ValueError(f"the model has no adapter {adapter!r}; there are: {', '.join(sorted(adapters)) or 'none'}")
    return Pairs(found, skipped)


def _pair(name, module, adapter) -> LivePair:
    shape = tuple(module.get_base_layer().weight.shape)
    dense = not _is_lora(module) or adapter in module.lora_variant
    rank = None if dense else int(_factors(module, adapter)[0].shape[0])
    return LivePair(name, shape[::-1] if _stored_by_inputs(module) else shape, rank, module, adapter)


def _saved(name, wrapper, adapter) -> list[SavedPair]:
    """The matrices of a module in `modules_to_save`."""
    found = []
    trained = dict(wrapper.modules_to_save[adapter].named_modules())
    for inner, layer in wrapper.original_module.named_modules():
        for leaf, before in layer.named_parameters(recurse=False):
            if before.ndim == 2:
                turned = type(layer).__name__ == "Conv1D"
                shape = tuple(before.shape)[::-1] if turned else tuple(before.shape)
                full = ".".join(part for part in (name, inner, leaf) if part)
                found.append(SavedPair(full, shape, before, getattr(trained[inner], leaf), turned))
    return found


def _reason_to_skip(module, adapter) -> str | None:
    weight = getattr(module.get_base_layer(), "weight", None)
    kind = type(module).__module__.split(".")[-2]
    variant = type(getattr(module, "lora_variant", {}).get(adapter)).__name__
    if hasattr(module, "parameter_name") or weight is None:
        return "LoRA on a parameter (target_parameters) or inside another wrapper is not read"
    if weight.ndim != 2:
        return f"not a matrix, shape {tuple(weight.shape)}"
    if not weight.is_floating_point():
        return f"stored as {weight.dtype}, quantised"
    if not _is_lora(module) and kind not in _ADDED:
        return f"layers of kind {kind} are not read"
    if variant != "NoneType" and not variant.startswith("Dora"):
        return f"{variant}: this variant of LoRA is not read"
    return None


def _is_lora(module) -> bool:
    return hasattr(module, "lora_A") and not hasattr(module, "lora_E")


def _adapters(module) -> set[str]:
    """The adapters whose values the layer has, whatever their kind calls them."""
    holders = (getattr(module, name) for name in module.adapter_layer_names)
    return {key for holder in holders if hasattr(holder, "keys") for key in holder.keys()}  # noqa: SIM118  not a dict


def _factors(module, adapter):
    if adapter in module.lora_embedding_A:
        return module.lora_embedding_A[adapter], module.lora_embedding_B[adapter]
    return module.lora_A[adapter].weight, module.lora_B[adapter].weight


def _stored_by_inputs(module) -> bool:
    layer = module.get_base_layer()
    conv1d = getattr(module, "fan_in_fan_out", False) or type(layer).__name__ == "Conv1D"
    return bool(conv1d) and not hasattr(layer, "num_embeddings")


def _array(tensor, transposed=False) -> np.ndarray:
    tensor = tensor.detach().cpu()
    array = (tensor.float() if tensor.element_size() < 4 else tensor).numpy()
    return array.T if transposed else array
