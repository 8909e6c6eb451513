"""From what the user names to files: a file, an index of shards, a folder, a model on the hub, an adapter."""

import json
import re
from pathlib import Path

from intruders.spectra.checkpoints.settings import CONFIG, FACTORS, Adapter
from intruders.spectra.checkpoints.tensors import CheckpointError, Stored, headers
from intruders.spectra.checkpoints.weights import Weights

PICKLES = {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"}
SINGLE, INDEX = "model.safetensors", "model.safetensors.index.json"


def read_json(file: Path) -> dict:
    """The object in a JSON file. Raises CheckpointError where it cannot be read or holds something else."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{file}: not readable as JSON: {error}") from error
    if not isinstance(content, dict):
        raise CheckpointError(f"{file}: expected a JSON object, got {type(content).__name__}")
    return content


def find_model(name: str | Path) -> Weights:
    """The weights of a model. Raises CheckpointError where there are none, or only pickles, or only an adapter."""
    return open_model(local(name) or fetch_model(name))


def find_tuned(name: str | Path, adapter: str | None) -> Weights | Adapter:
    """The weights of a model, or an adapter; a folder that holds an adapter is one.

    Raises CheckpointError as `find_model` does, and where the adapter asked for is not there or several are.
    """
    path = local(name)
    root = path or fetch(name, [CONFIG, FACTORS, f"*/{CONFIG}"])
    if root.name == FACTORS:
        root = root.parent
    folder = choose_adapter(root, adapter)
    if folder is None:
        return open_model(path or fetch_model(name))
    if path is None and folder != root:
        fetch(name, [f"{folder.name}/{CONFIG}", f"{folder.name}/{FACTORS}"])
    if not (folder / FACTORS).is_file():
        raise CheckpointError(f"{folder}: no {FACTORS}{pickles_in(folder)}")
    return Adapter(folder, read_json(folder / CONFIG), headers(folder / FACTORS))


def local(name: str | Path) -> Path | None:
    """The path, if it exists; None for what can only be a name on the hub. Raises CheckpointError for pickles."""
    path = Path(name)
    if path.suffix in PICKLES and not path.is_dir():
        raise CheckpointError(f"{path}: pickle files can run code and are never opened; save it as .safetensors")
    if path.exists():
        return path
    if re.fullmatch(r"[\w.-]+/[\w.-]+", str(name)) and path.suffix not in {".safetensors", ".json"}:
        return None
    raise CheckpointError(f"{path}: no such file or folder")


def fetch(name: str | Path, patterns: list[str]) -> Path:
    """The folder with these files of a model on the hub. Raises CheckpointError where they cannot be had."""
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise CheckpointError(
            f"{name}: no such folder, and the hub needs huggingface_hub: pip install 'intruders[hub]'"
        ) from error
    try:
        return Path(snapshot_download(str(name), allow_patterns=patterns))
    except Exception as error:  # the classes differ between versions of the client
        raise CheckpointError(
            f"{name}: no such folder, and not to be had from the hub: {type(error).__name__}: {error}"
        ) from error


def fetch_model(name: str | Path) -> Path:
    """The folder with the configuration and the weights of a model on the hub."""
    folder = fetch(name, ["config.json", SINGLE, INDEX])
    if (folder / INDEX).is_file() and not (folder / SINGLE).is_file():
        fetch(name, sorted(set(shards_of(folder / INDEX).values())))
    return folder


def choose_adapter(root: Path, adapter: str | None) -> Path | None:
    """The adapter's folder: root itself, or the subfolder named, or the only one; None where there is no adapter."""
    if adapter is not None:
        if (root / adapter / CONFIG).is_file():
            return root / adapter
        if adapter == "default" and (root / CONFIG).is_file():
            return root
    elif (root / CONFIG).is_file():
        return root
    if (root / FACTORS).is_file() and adapter is None:
        raise CheckpointError(f"{root}: {FACTORS} without {CONFIG}, which has the scale")
    names = sorted(file.parent.name for file in root.glob(f"*/{CONFIG}"))
    if adapter is not None:
        raise CheckpointError(f"{root}: no adapter {adapter!r}; there are: {', '.join(names) or 'none'}")
    if len(names) > 1:
        raise CheckpointError(f"{root}: several adapters, choose one with adapter=NAME: {', '.join(names)}")
    return root / names[0] if names else None


def open_model(path: Path) -> Weights:
    """The weights in a .safetensors file, an index of shards or a folder with either."""
    if path.is_dir():
        found = [path / name for name in (SINGLE, INDEX) if (path / name).is_file()]
        if not found:
            adapter = " (it holds an adapter, not a model)" if (path / CONFIG).is_file() else ""
            raise CheckpointError(f"{path}: neither {SINGLE} nor {INDEX}{adapter}{pickles_in(path)}")
        config = path / "config.json"
        return Weights(found[0], tensors_of(found[0]), read_json(config) if config.is_file() else {})
    if not path.name.endswith((".safetensors", ".safetensors.index.json")):
        raise CheckpointError(f"{path}: expected .safetensors, .safetensors.index.json or a folder")
    config = path.with_name("config.json")
    return Weights(path, tensors_of(path), read_json(config) if config.is_file() else {})


def tensors_of(file: Path) -> dict[str, Stored]:
    """All tensors of a file or of an index of shards. Raises CheckpointError where the two disagree."""
    if file.suffix == ".safetensors":
        return headers(file)
    shards, opened = shards_of(file), {}
    for shard in sorted(set(shards.values())):
        if not (file.parent / shard).is_file():
            raise CheckpointError(f"{file}: the shard {shard} is missing")
        opened[shard] = headers(file.parent / shard)
    for name, shard in shards.items():
        if name not in opened[shard]:
            raise CheckpointError(f"{file.parent / shard}: {name} is missing, which {file.name} places there")
    return {name: opened[shard][name] for name, shard in shards.items()}


def shards_of(index: Path) -> dict[str, str]:
    """The shard of every tensor. Raises CheckpointError for what is not a map to files beside the index."""
    shards = read_json(index).get("weight_map")
    if not isinstance(shards, dict) or not all(isinstance(s, str) and Path(s).name == s for s in shards.values()):
        raise CheckpointError(f"{index}: expected a weight_map from tensors to the names of files beside it")
    return shards


def pickles_in(folder: Path) -> str:
    names = sorted(file.name for file in folder.glob("*") if file.suffix in PICKLES)
    return f"; pickle files can run code and are never opened: {', '.join(names)}" if names else ""
