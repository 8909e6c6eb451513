"""A LoRA adapter beside its base: low-rank changes by factors and scale, dense ones for DoRA and layers saved whole."""

from dataclasses import replace

from intruders.spectra.checkpoints.full import add_dense, only_renaming
from intruders.spectra.checkpoints.records import Factors, Magnitudes, Pair, Pairs, Skipped
from intruders.spectra.checkpoints.settings import Adapter
from intruders.spectra.checkpoints.tensors import READ_AS, CheckpointError, Stored
from intruders.spectra.checkpoints.weights import Weights, in_block, module_of

PREFIX = "base_model.model."
PARTS = {
    "lora_A.weight": "A",
    "lora_B.weight": "B",
    "lora_A": "A",
    "lora_B": "B",
    "lora_E": "E",
    "lora_embedding_A": "embedding A",
    "lora_embedding_B": "embedding B",
    "lora_magnitude_vector": "magnitude",
    "lora_magnitude_vector.weight": "magnitude",
    "lora_B.bias": "bias",
    "base_layer.weight": "copy",
    "base_layer.bias": "bias",
    "token_adapter.trainable_tokens_delta": "tokens",
    "token_adapter.base_layer.weight": "copy",
}
Parts = dict[str, Stored]


def adapter_pairs(base: Weights, adapter: Adapter) -> Pairs:
    """Every matrix that the adapter changes. Raises CheckpointError for an incomplete adapter and for another base."""
    layers, whole = split(adapter)
    wanted = {name.removesuffix(".base_layer") for name in (*layers, *map(module_of, whole))}
    rename = only_renaming(base.file, adapter.file, set(map(module_of, base.tensors)), wanted)
    found, skipped = [], []
    for module, parts in sorted(layers.items()):
        name = f"{module}.weight"
        complete(adapter, module, parts)
        before = base.get(rename(name), update_shape(parts)) or base.get(name, update_shape(parts))
        why = reason_to_skip(base, adapter, module, rename(module), parts, before)
        if why is None:
            found.append(low_rank_pair(adapter, name, module, parts, before))
        else:
            skipped.append(Skipped(name, why))
    for name, after in sorted(whole.items()):
        before = base.get(rename(name)) or base.get(name)
        if before is None:
            skipped.append(Skipped(name, f"saved whole, and absent from {base.file}: a new head"))
        else:
            add_dense(name, before, after, found, skipped)
    return Pairs(found, skipped)


def split(adapter: Adapter) -> tuple[dict[str, Parts], dict[str, Stored]]:
    """The adapter's tensors by layer and part, and those saved whole. Raises CheckpointError for unknown ones."""
    layers, whole = {}, {}
    saved = adapter.config.get("modules_to_save") or []
    for key, tensor in adapter.tensors.items():
        name = key.removeprefix(PREFIX).replace(".modules_to_save.", ".")
        suffix = max((part for part in PARTS if name.endswith(f".{part}")), key=len, default=None)
        if suffix is not None:
            layers.setdefault(name.removesuffix(f".{suffix}"), {})[PARTS[suffix]] = tensor
        elif ".lora_" in name:
            raise CheckpointError(f"{tensor}: not a tensor known of LoRA")
        elif len(tensor.shape) > 1:
            if in_block(name) and not any(f".{module}." in f".{name}" for module in saved):
                raise CheckpointError(f"{tensor}: neither a tensor of LoRA nor among modules_to_save, {saved}")
            whole[name] = tensor
    return {module: parts for module, parts in layers.items() if set(parts) != {"bias"}}, whole


def complete(adapter: Adapter, module: str, parts: Parts) -> None:
    """Raises CheckpointError where a layer lacks a part or has one too many, or holds no floats."""
    if "tokens" in parts:
        return
    expected = {"embedding A", "embedding B"} if any(part.startswith("embedding") for part in parts) else {"A", "B"}
    expected |= {"E"} if adapter.adalora else set()
    expected |= {"magnitude"} if adapter.config.get("use_dora") else set()
    missing, extra = expected - set(parts), set(parts) - expected - {"bias", "copy"}
    where = f"{adapter.tensors_file}: {module}"
    if missing:
        raise CheckpointError(f"{where}: has {listed(parts)} and lacks {listed(missing)}")
    if extra:
        raise CheckpointError(f"{where}: has {listed(extra)}, which the settings in {adapter.file.name} do not explain")
    for tensor in parts.values():
        if tensor.dtype not in READ_AS:
            raise CheckpointError(f"{tensor}: stored as {tensor.dtype}; {', '.join(READ_AS)} can be read")


def reason_to_skip(
    base: Weights, adapter: Adapter, module: str, in_base: str, parts: Parts, before: Stored | None
) -> str | None:
    """Why a layer gives no pair while others do. Raises CheckpointError for a numbered layer that the base lacks."""
    if "tokens" in parts:
        return "single tokens of the embedding were trained (trainable_token_indices), which are not read"
    parameters = [leaf for leaf in adapter.parameters_of(module) if f"{in_base}.{leaf}" in base.tensors]
    if module.endswith(".base_layer") or parameters:
        return "LoRA on a parameter (target_parameters) or inside another wrapper is not read"
    if before is None:
        others = [name for name in base.tensors if module_of(name) == in_base and not name.endswith(".bias")]
        if others:
            return f"not a plain weight in {base.file}, or quantised: {', '.join(sorted(others)[:3])}"
        if in_block(module):
            raise CheckpointError(f"{adapter.file}: wrong base? {module} is absent from {base.file}")
        return f"absent from {base.file}: a new head"
    if "copy" in parts and parts["copy"].shape != before.shape:
        return f"the vocabulary was resized, from shape {before.shape} to {parts['copy'].shape}"
    if adapter.adalora and not adapter.rank(module):
        return "AdaLoRA took all of its rank away: the layer is unchanged"
    square = len(before.shape) == 2 and before.shape[0] == before.shape[1]
    if adapter.config.get("fan_in_fan_out") and "A" in parts and square and not base.has_conv1d:
        return "square, and fan_in_fan_out is set: whether the base is stored transposed cannot be told"
    return before.unfit()


def low_rank_pair(adapter: Adapter, name: str, module: str, parts: Parts, before: Stored) -> Pair:
    """Raises CheckpointError where the shapes of the factors fit neither the base nor the settings."""
    embedding = "embedding A" in parts
    A, B = (parts["embedding A"], parts["embedding B"]) if embedding else (parts["A"], parts["B"])
    r = adapter.rank(module)
    n, m = before.matrix_shape[::-1] if embedding else before.matrix_shape
    expected = {A: (r, m), B: (n, r)}
    if "E" in parts:
        expected[parts["E"]] = (r, 1)
    for tensor, shape in expected.items():
        if tensor.shape != shape:
            raise CheckpointError(
                f"{tensor}: shape {tensor.shape}, expected {shape} from rank {r} in {adapter.file.name} and shape "
                f"{before.matrix_shape} of {before}: wrong base, or incomplete?"
            )
    if embedding:
        A, B = replace(B, transposed=True), replace(A, transposed=True)
    change = Factors(B, A, adapter.scale(module), parts.get("E"), parts.get("copy"))
    if "magnitude" not in parts:
        return Pair(name, before.matrix_shape, r, before, change)
    magnitude = parts["magnitude"]
    if sorted(magnitude.shape)[-1:] != [n] or len(magnitude.shape) > 2:
        raise CheckpointError(f"{magnitude}: shape {magnitude.shape}, expected {(n,)}")
    return Pair(name, before.matrix_shape, None, before, Magnitudes(change, magnitude, 0 if embedding else 1))


def update_shape(parts: Parts) -> tuple[int, ...] | None:
    """The shape of the weight that the factors fit, as it is stored."""
    if "embedding A" in parts:
        return parts["embedding A"].shape[1], parts["embedding B"].shape[0]
    return (parts["B"].shape[0], parts["A"].shape[1]) if "A" in parts else None


def listed(parts) -> str:
    return ", ".join(sorted(parts))
