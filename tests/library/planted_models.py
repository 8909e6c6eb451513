"""Checkpoints whose intruders are known by construction, and jobs that misbehave where they are loaded."""

import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from intruders.spectra.updates import LowRank
from intruders.theory.ensembles import haar_frame

RANK = 2
Q, V = "self_attn.q_proj.weight", "self_attn.v_proj.weight"


def trained(n: int, m: int, rng: np.random.Generator) -> np.ndarray:
    """Noise and twelve directions of its own above it, in single precision."""
    own = haar_frame(n, 12, rng) * np.linspace(12, 4, 12) @ haar_frame(m, 12, rng).T
    return (own + 0.2 * rng.normal(size=(n, m)) / np.sqrt(m)).astype(np.float32)


def planted(folder: Path, layers: int = 3, n: int = 40, m: int = 60, seed: int = 0) -> tuple[Path, Path]:
    """A base and an adapter: on q two strong random spikes, on v two as strong along pre-trained directions."""
    rng = np.random.default_rng(seed)
    base, factors = {}, {}
    for layer in range(layers):
        for leaf in (Q, V):
            W = trained(n, m, rng)
            name = f"model.layers.{layer}.{leaf}"
            if leaf == Q:
                B, A = haar_frame(n, RANK, rng), haar_frame(m, RANK, rng).T
            else:
                U, _, Vt = np.linalg.svd(W)
                B, A = U[:, :RANK], Vt[:RANK]
            base[name] = W
            module = f"base_model.model.{name.removesuffix('.weight')}"
            factors[f"{module}.lora_B.weight"] = B * (27, 23)
            factors[f"{module}.lora_A.weight"] = A
        base[f"model.layers.{layer}.norm.weight"] = np.ones(m, np.float32)
    save_model(folder / "base", base)
    save_adapter(folder / "adapter", factors)
    return folder / "base", folder / "adapter"


def stored(tensors):
    """In single precision and row order, which save_file takes for granted."""
    return {name: np.ascontiguousarray(tensor, dtype=np.float32) for name, tensor in tensors.items()}


def save_model(folder: Path, tensors: dict[str, np.ndarray]) -> None:
    folder.mkdir(exist_ok=True)
    save_file(stored(tensors), folder / "model.safetensors")


def save_adapter(folder: Path, factors: dict[str, np.ndarray], alpha: float = RANK) -> None:
    folder.mkdir(exist_ok=True)
    save_file(stored(factors), folder / "adapter_model.safetensors")
    settings = {"peft_type": "LORA", "r": RANK, "lora_alpha": alpha}
    (folder / "adapter_config.json").write_text(json.dumps(settings))


@dataclass(frozen=True)
class Drawn:
    """A pair drawn when it is loaded."""

    name: str
    shape: tuple[int, int] = (40, 60)
    rank: int = 1

    def load(self):
        rng = np.random.default_rng([*self.name.encode()])
        W0 = rng.normal(size=self.shape) / np.sqrt(self.shape[1])
        return W0, LowRank(rng.normal(size=(self.shape[0], 1)), rng.normal(size=(1, self.shape[1])))


class Unpicklable(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


@dataclass(frozen=True)
class Failing(Drawn):
    def load(self):
        raise Unpicklable("bricks", "mortar")


@dataclass(frozen=True)
class Killing(Drawn):
    """Kills the process that loads it; with a marker only the first that does."""

    marker: Path | None = None

    def load(self):
        if self.marker is None or not self.marker.exists():
            if self.marker:
                self.marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().load()
