"""The tensors of a model by name: which matrices are stored transposed, which head is tied, which names are meant."""

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from intruders.spectra.checkpoints.tensors import READ_AS, Stored

CONV1D_LAYERS = {"c_attn", "c_fc", "c_proj", "q_attn"}
CONV1D_MODELS = {"clvp", "decision_transformer", "gpt2", "imagegpt", "openai-gpt"}
HEADS = ("lm_head.weight", "embed_out.weight", "predictions.decoder.weight")
EMBEDDINGS = {"embed_in", "embed_tokens", "shared", "tokens_embed", "word_embeddings", "wte"}


def module_of(name: str) -> str:
    return name.rpartition(".")[0]


def in_block(name: str) -> bool:
    """Whether a tensor belongs to a numbered layer: there the model is the base; outside may stand a new head."""
    return re.search(r"\.\d+\.", f".{name}") is not None


@dataclass
class Weights:
    """The tensors of a checkpoint, `file` and `config` being what it was opened from."""

    file: Path
    tensors: dict[str, Stored]
    config: dict = field(default_factory=dict)

    def __getitem__(self, name: str) -> Stored:
        """The tensor, marked as transposed where the matrix is stored as inputs x outputs."""
        return replace(self.tensors[name], transposed=self.stored_by_inputs(name))

    def get(self, name: str, shape: tuple[int, ...] | None = None) -> Stored | None:
        """The tensor; for an output head that the file lacks because it is tied, the embedding, if it has the shape."""
        if name in self.tensors:
            return self[name]
        text = self.config | (self.config.get("text_config") or {})
        if not name.endswith(HEADS) or not text.get("tie_word_embeddings", bool(text)):
            return None
        tied = [key for key in self.tensors if key.endswith(".weight") and key.split(".")[-2:-1][0] in EMBEDDINGS]
        return self[tied[0]] if len(tied) == 1 and shape in (None, self.tensors[tied[0]].shape) else None

    def unfit(self, name: str) -> str | None:
        """Why a tensor is no matrix of floats, or None; the scales of quantised weights are none either."""
        beside = self._quantised.get(module_of(name), name)
        return self.tensors[name].unfit() or (None if beside == name else f"belongs to {beside}, which is quantised")

    @cached_property
    def _quantised(self) -> dict[str, str]:
        return {
            module_of(name): name
            for name, tensor in self.tensors.items()
            if len(tensor.shape) > 1 and tensor.dtype not in READ_AS
        }

    def stored_by_inputs(self, name: str) -> bool:
        """Whether the matrix is stored as inputs x outputs, as transformers' Conv1D does.

        The layer's bias has as many values as there are outputs. Where that does not decide, its kin in the model do.
        """
        seen = self._bias_along_columns(name)
        return self.has_conv1d if seen is None and is_conv1d_layer(name) else bool(seen)

    def _bias_along_columns(self, name: str) -> bool | None:
        bias = self.tensors.get(f"{name.removesuffix('.weight')}.bias")
        shape = self.tensors[name].shape
        if bias is None or len(bias.shape) != 1 or len(shape) != 2 or shape[0] == shape[1]:
            return None
        return {shape[0]: False, shape[1]: True}.get(bias.shape[0])

    @cached_property
    def has_conv1d(self) -> bool:
        """Layers with GPT-2's names are Conv1D: by the biases of those that are not square, or the model's type."""
        seen = {self._bias_along_columns(name) for name in self.tensors if is_conv1d_layer(name)}
        return True in seen or (False not in seen and self.config.get("model_type") in CONV1D_MODELS)


def is_conv1d_layer(name: str) -> bool:
    return name.endswith(".weight") and name.split(".")[-2] in CONV1D_LAYERS


@dataclass(frozen=True)
class Renaming:
    """A prefix that one checkpoint's names have and another's lack."""

    strip: str = ""
    add: str = ""

    def __call__(self, name: str) -> str:
        return self.add + name.removeprefix(self.strip)


def renaming(wanted: set[str], available: set[str]) -> list[Renaming]:
    """How the names wanted read among those available: as they are or, if none is there, with a prefix less or more.

    Numbered layers decide, where there are any. One entry is an answer; none, no match; several, ambiguous.
    """
    wanted = {name for name in wanted if in_block(name)} or wanted
    if wanted & available:
        return [Renaming()]
    found = defaultdict(int)
    for name in wanted:
        for start in cuts(name):
            if name[start:] in available:
                found[Renaming(strip=name[:start])] += 1
    for name in available:
        for start in cuts(name):
            if name[start:] in wanted:
                found[Renaming(add=name[:start])] += 1
    return sorted(found, key=found.get, reverse=True)


def cuts(name: str) -> list[int]:
    """Where the parts of a dotted name begin, the first excepted."""
    return [dot.end() for dot in re.finditer(r"\.", name)]
