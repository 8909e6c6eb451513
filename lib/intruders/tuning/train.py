"""One training loop for every method, so that what differs is the method."""

import time
from dataclasses import dataclass

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from torch import nn
from transformers import PreTrainedTokenizerBase, get_linear_schedule_with_warmup

from intruders.tuning.models import MINILM_MATRICES, matrices, minilm
from intruders.tuning.tasks import Task

MAX_TOKENS = 24
HEAD_LEARNING_RATE = 5e-3


@dataclass(frozen=True)
class Setting:
    """How to fine-tune: in full (rank None), by LoRA with update (alpha/rank) B A, or at rate 0 only the head.

    `steps` batches of `batch_size` texts, AdamW without weight decay, linear warm-up over a tenth of the steps and
    linear decay; the classification head learns at the same fixed rate under every method.
    """

    learning_rate: float
    rank: int | None = None
    alpha: float = 16
    steps: int = 100
    batch_size: int = 16

    @property
    def name(self) -> str:
        if self.learning_rate == 0:
            return "head only"
        return "full" if self.rank is None else f"LoRA r = {self.rank}"


@dataclass(frozen=True)
class Run:
    """What one fine-tuning left: test accuracy and the change of each of the encoder's weight matrices."""

    setting: Setting
    seed: int
    accuracy: float
    seconds: float
    updates: dict[str, np.ndarray]


class Classifier(nn.Module):
    """An encoder, the mean of its last hidden states over the tokens, and a linear head."""

    def __init__(self, encoder: nn.Module, n_classes: int):
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(encoder.config.hidden_size, n_classes)

    def forward(self, tokens):
        hidden = self.encoder(**tokens).last_hidden_state
        mask = tokens["attention_mask"].unsqueeze(-1)
        return self.head((hidden * mask).sum(1) / mask.sum(1))


def finetune(setting: Setting, seed: int, task: Task) -> Run:
    """Fine-tune all-MiniLM-L6-v2 on a task: `train`, the update of each weight matrix, and the test accuracy."""
    started = time.perf_counter()
    before = matrices(minilm()[0])
    model, tokenizer = train(setting, seed, task)
    if setting.rank is not None:
        model.encoder = model.encoder.merge_and_unload()
    reached = accuracy(model, tokenizer, task.test)
    after = matrices(model.encoder)
    updates = {name: (after[name] - before[name]).numpy() for name in before}
    return Run(setting, seed, reached, time.perf_counter() - started, updates)


def train(setting: Setting, seed: int, task: Task) -> tuple[Classifier, PreTrainedTokenizerBase]:
    """The tuned classifier and its tokenizer, on one thread in bfloat16 where the CPU has it.

    Under LoRA `model.encoder` is PEFT's model with its adapter beside the weights, which `save_pretrained` writes. The
    seed sets the LoRA factors, then the head, and the order of the texts.
    """
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    encoder, tokenizer = minilm()
    if setting.rank is not None:
        lora = LoraConfig(r=setting.rank, lora_alpha=setting.alpha, target_modules=MINILM_MATRICES)
        encoder = get_peft_model(encoder, lora)
    model = Classifier(encoder, len(task.classes))
    _fit(model, tokenizer, setting, seed, task.train)
    return model, tokenizer


def _fit(model, tokenizer, setting, seed, examples):
    rng = np.random.default_rng(seed)
    epochs = -(-setting.steps * setting.batch_size // len(examples))
    order = np.concatenate([rng.permutation(len(examples)) for _ in range(epochs)])
    encoder = [p for p in model.encoder.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [
            {"params": encoder, "lr": setting.learning_rate},
            {"params": model.head.parameters(), "lr": HEAD_LEARNING_RATE},
        ],
        weight_decay=0.0,
        fused=True,
    )
    schedule = get_linear_schedule_with_warmup(optimizer, setting.steps // 10, setting.steps)
    model.train()
    for step in range(setting.steps):
        batch = [examples[i] for i in order[step * setting.batch_size : (step + 1) * setting.batch_size]]
        with _autocast():
            logits = model(_tokens(tokenizer, batch))
        loss = nn.functional.cross_entropy(logits.float(), torch.tensor([label for _, label in batch]))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()


@torch.inference_mode()
def accuracy(
    model: Classifier, tokenizer: PreTrainedTokenizerBase, examples: list[tuple[str, int]], batch_size: int = 64
) -> float:
    """Share of the examples classified correctly."""
    model.eval()
    correct = 0
    for start in range(0, len(examples), batch_size):
        batch = examples[start : start + batch_size]
        with _autocast():
            guesses = model(_tokens(tokenizer, batch)).argmax(1)
        correct += (guesses == torch.tensor([label for _, label in batch])).sum().item()
    return correct / len(examples)


def _tokens(tokenizer, batch):
    return tokenizer(
        [text for text, _ in batch], truncation=True, max_length=MAX_TOKENS, padding=True, return_tensors="pt"
    )


def _autocast():
    return torch.autocast("cpu", torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported())
