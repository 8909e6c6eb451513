"""One training loop for every method, so that what differs is the method."""

import time
import warnings
from dataclasses import dataclass

import numpy as np
import torch
from peft import get_peft_config, get_peft_model
from threadpoolctl import threadpool_limits
from torch import nn
from transformers import PreTrainedTokenizerBase, get_linear_schedule_with_warmup

from intruders.tuning import models, spectral
from intruders.tuning.control import Control, Watch, limits
from intruders.tuning.models import Pretrained, matrices
from intruders.tuning.tasks import Task

MAX_TOKENS = 24
HEAD_LEARNING_RATE = 5e-3

# What methods are called that PEFT configures: by the type, and LoRA's by the start of its factors.
METHODS = {"ADALORA": "AdaLoRA", "VERA": "VeRA", "RANDLORA": "RandLoRA"}
METHODS |= {"SPECTRAL_ADDITIVE": "spectral, additive", "SPECTRAL_ROTATIONAL": "spectral, rotational"}
STARTS = {"pissa": "PiSSA", "olora": "OLoRA", "orthogonal": "LoRA, orthogonal start", "mica": "MiCA"}


@dataclass(frozen=True)
class Setting:
    """How to fine-tune: in full (rank None), by LoRA with update (alpha/rank) B A, or at rate 0 only the head.

    rslora      alpha/sqrt(rank) instead of alpha/rank (Kalajdzievski 2023)
    only_B      A stays as it was drawn
    peft        another method: its configuration as PEFT names it, {"peft_type": "OFT", ...}; with "loraplus_lr_ratio",
                LoRA+ (Hayou, Ghosh & Yu 2024b), the rate of B over that of A; "SPECTRAL_ADDITIVE" and
                "SPECTRAL_ROTATIONAL" are those of `intruders.tuning.spectral`
    control     of LoRA's spikes while it trains: what `Control` takes, {"kind": "hinge", "size": 1.0}
    model       a name that `models.load` knows
    tasks       names that `tasks.load` knows, learnt one after another, each with a head of its own; adapters are
                merged in between
    texts       training texts of each class

    `steps` batches of `batch_size` texts for every task, AdamW without weight decay, linear warm-up over a tenth of the
    steps and linear decay; the classification head learns at the same fixed rate under every method. In full means
    every parameter of the encoder.
    """

    learning_rate: float
    rank: int | None = None
    alpha: float = 16
    steps: int = 100
    batch_size: int = 16
    rslora: bool = False
    only_B: bool = False
    peft: dict | None = None
    control: dict | None = None
    model: str = "minilm"
    tasks: tuple[str, ...] = ("docstrings",)
    texts: int = 200

    @property
    def name(self) -> str:
        if self.learning_rate == 0:
            return "head only"
        if self.peft:
            return method(self.peft)
        if self.rank is None:
            return "full"
        more = ", rsLoRA" * self.rslora + ", only B" * self.only_B
        return f"LoRA r = {self.rank}{more}" + (f", {self.control['kind']}" if self.control else "")

    @property
    def scale(self) -> float | None:
        """What multiplies B A."""
        return self.alpha / (self.rank**0.5 if self.rslora else self.rank) if self.rank else None

    @property
    def configuration(self) -> dict | None:
        """What PEFT is given."""
        if self.peft or self.rank is None:
            return self.peft
        return {"peft_type": "LORA", "r": self.rank, "lora_alpha": self.alpha, "use_rslora": self.rslora}


def method(peft: dict) -> str:
    """The name of a method by its configuration."""
    if peft.get("use_dora"):
        return "DoRA"
    if "loraplus_lr_ratio" in peft:
        return "LoRA+"
    return STARTS.get(peft.get("init_lora_weights"), METHODS.get(peft["peft_type"], peft["peft_type"]))


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
        return self.head(pooled(self.encoder, tokens))


def pooled(encoder: nn.Module, tokens) -> torch.Tensor:
    """The mean of the last hidden states over the tokens of each text."""
    hidden = encoder(input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]).last_hidden_state
    mask = tokens["attention_mask"].unsqueeze(-1)
    return (hidden * mask).sum(1) / mask.sum(1)


def one_thread() -> None:
    """For a process of its own: nothing in it takes more, and what transformers is going to change is not told."""
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    threadpool_limits(1)
    torch.set_num_threads(1)


def finetune(setting: Setting, seed: int, task: Task) -> Run:
    """Fine-tune on a task: `train`, the update of each weight matrix, and the test accuracy."""
    started = time.perf_counter()
    model, tokenizer = train(setting, seed, task)
    merge(model)
    reached = accuracy(model, tokenizer, task.test)
    before, after = matrices(models.load(setting.model).encoder), matrices(model.encoder)
    updates = {name: (after[name] - before[name]).numpy() for name in before}
    return Run(setting, seed, reached, time.perf_counter() - started, updates)


def train(setting: Setting, seed: int, task: Task) -> tuple[Classifier, PreTrainedTokenizerBase]:
    """The tuned classifier and its tokenizer, on one thread in bfloat16 where the CPU has it.

    Under a method of PEFT `model.encoder` is its model with the adapter beside the weights, which `save_pretrained`
    writes.
    """
    pretrained = models.load(setting.model)
    model, _ = adapt(pretrained, setting, seed, task)
    return model, pretrained.tokenizer


def adapt(pretrained: Pretrained, setting: Setting, seed: int, task: Task) -> tuple[Classifier, float]:
    """The tuned classifier, and the mean loss over the last tenth of the steps; changes what it is given.

    The seed sets the head, which is drawn first, the adapter's factors, and the order of the texts. Raises
    FloatingPointError where the loss is no number any more.
    """
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    model = Classifier(pretrained.encoder, len(task.classes))
    configuration, watch = dict(setting.configuration or {}), None
    if configuration.get("peft_type") in spectral.KINDS:
        spectral.attach(model.encoder, pretrained.targets, configuration["peft_type"], configuration["r"])
    elif configuration:
        configuration.pop("loraplus_lr_ratio", None)
        if setting.control:
            control, taus = Control(**setting.control), limits(pretrained.encoder, pretrained.targets)
            configuration["alpha_pattern"] = control.alpha_pattern(taus, setting.rank, setting.learning_rate)
        model.encoder = get_peft_model(
            pretrained.encoder, get_peft_config({"target_modules": pretrained.targets, **configuration})
        )
        if setting.control:
            watch = Watch.of(control, model.encoder, taus)
    if setting.only_B:
        for name, factor in model.encoder.named_parameters():
            factor.requires_grad_(factor.requires_grad and "lora_A" not in name)
    return model, _fit(model, pretrained.tokenizer, setting, seed, task.train, watch)


def merge(model: Classifier) -> None:
    """Adds the adapter to the weights, in place."""
    if hasattr(model.encoder, "merge_and_unload"):
        model.encoder = model.encoder.merge_and_unload()
    spectral.merge(model.encoder)


def _groups(model, setting) -> list[dict]:
    """What the optimizer learns at which rate: the encoder, its factors B at another with LoRA+, and the head."""
    ratio = (setting.peft or {}).get("loraplus_lr_ratio", 1)
    trained = {name: p for name, p in model.encoder.named_parameters() if p.requires_grad}
    faster = [p for name, p in trained.items() if "lora_B" in name]
    others = [p for name, p in trained.items() if "lora_B" not in name]
    return [
        {"params": others, "lr": setting.learning_rate},
        {"params": faster, "lr": ratio * setting.learning_rate},
        {"params": model.head.parameters(), "lr": HEAD_LEARNING_RATE},
    ]


def _fit(model, tokenizer, setting, seed, examples, watch) -> float:
    rng = np.random.default_rng(seed)
    epochs = -(-setting.steps * setting.batch_size // len(examples))
    order = np.concatenate([rng.permutation(len(examples)) for _ in range(epochs)])
    optimizer = torch.optim.AdamW(_groups(model, setting), weight_decay=0.0, fused=True)
    schedule = get_linear_schedule_with_warmup(optimizer, setting.steps // 10, setting.steps)
    losses = []
    model.train()
    for step in range(setting.steps):
        batch = [examples[i] for i in order[step * setting.batch_size : (step + 1) * setting.batch_size]]
        with autocast():
            logits = model(tokens(tokenizer, [text for text, _ in batch]))
        loss = nn.functional.cross_entropy(logits.float(), torch.tensor([label for _, label in batch]))
        losses.append(loss.item())
        if not np.isfinite(losses[-1]):
            raise FloatingPointError(f"the loss is {losses[-1]} at step {step + 1} of {setting.steps}")
        optimizer.zero_grad()
        (loss + watch.penalty() if watch else loss).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if watch:
            watch.after_step()
        if setting.peft and setting.peft["peft_type"] == "ADALORA":
            model.encoder.base_model.update_and_allocate(step)
    return float(np.mean(losses[-max(1, setting.steps // 10) :]))


@torch.inference_mode()
def accuracy(
    model: Classifier, tokenizer: PreTrainedTokenizerBase, examples: list[tuple[str, int]], batch_size: int = 64
) -> float:
    """Share of the examples classified correctly."""
    model.eval()
    correct = 0
    for start in range(0, len(examples), batch_size):
        batch = examples[start : start + batch_size]
        with autocast():
            guesses = model(tokens(tokenizer, [text for text, _ in batch])).argmax(1)
        correct += (guesses == torch.tensor([label for _, label in batch])).sum().item()
    return correct / len(examples)


def tokens(tokenizer: PreTrainedTokenizerBase, texts: list[str], longest: int = MAX_TOKENS):
    """A batch, cut after `longest` tokens and filled up."""
    return tokenizer(texts, truncation=True, max_length=longest, padding=True, return_tensors="pt")


def autocast():
    """bfloat16 where the processor computes with it, else nothing."""
    return torch.autocast("cpu", torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported())
