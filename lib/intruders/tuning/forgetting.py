"""What a model still knows: its pre-training loss on the Brown corpus, which no task here is about."""

import random
from functools import cache

import numpy as np
import torch
from torch import nn

from intruders.tuning import sources
from intruders.tuning.models import Pretrained
from intruders.tuning.train import autocast, pooled, tokens

# Contrastive loss: adjacent sentences of 62 documents find each other, at the scale of the model's own training.
_PAIRS, _SCALE, _SENTENCE = 62, 20.0, 32
# Language-model loss: the beginnings of documents.
_DOCUMENTS, _WINDOW, _AT_ONCE = 64, 96, 8


@torch.inference_mode()
def pretraining_losses(model: Pretrained) -> np.ndarray:
    """The loss on each of some parts of the Brown corpus, always the same: its mean is the loss, in nats.

    Of a language model the mean cross-entropy of the next token in the first 96 tokens of 64 documents, one number a
    document. Of an encoder the in-batch contrastive loss -log softmax(20 cos(a_i, b_j))_ii over pairs of adjacent
    sentences from 62 documents, one number for each of 8 batches: a proxy for the loss that sentence encoders are
    trained with (Reimers & Gurevych 2019), whose own data is not public.
    """
    model.encoder.eval()
    if model.word_head is None:
        return np.array([_contrastive(model, *batch) for batch in _pairs()])
    texts = _beginnings()
    parts = [_language(model, texts[i : i + _AT_ONCE]) for i in range(0, len(texts), _AT_ONCE)]
    return np.concatenate(parts)


def _contrastive(model, first, second) -> float:
    a, b = (_embedded(model, texts) for texts in (first, second))
    return nn.functional.cross_entropy(_SCALE * a @ b.T, torch.arange(len(a))).item()


def _embedded(model, texts):
    with autocast():
        return nn.functional.normalize(pooled(model.encoder, tokens(model.tokenizer, texts, _SENTENCE)).float())


def _language(model, texts) -> np.ndarray:
    batch = tokens(model.tokenizer, texts, _WINDOW)
    with autocast():
        hidden = model.encoder(**batch).last_hidden_state
        logits = model.word_head(hidden[:, :-1]).float()
    following = batch["input_ids"][:, 1:]
    losses = nn.functional.cross_entropy(logits.transpose(1, 2), following, reduction="none")
    mask = batch["attention_mask"][:, 1:]
    return ((losses * mask).sum(1) / mask.sum(1)).numpy()


@cache
def _pairs() -> list[tuple[list[str], list[str]]]:
    rng = random.Random(0)
    documents = sources.brown()
    rng.shuffle(documents)
    batches = []
    for start in range(0, len(documents) - _PAIRS + 1, _PAIRS):
        places = [(document, _adjacent(document, rng)) for document in documents[start : start + _PAIRS]]
        batches.append(([d[i] for d, i in places], [d[i + 1] for d, i in places]))
    return batches


def _adjacent(document, rng) -> int:
    """The place of a sentence that is, as the next one, neither very short nor very long."""
    fit = [6 <= len(sentence.split()) <= 40 for sentence in document]
    return rng.choice([i for i in range(len(document) - 1) if fit[i] and fit[i + 1]])


@cache
def _beginnings() -> list[str]:
    documents = sources.brown()
    random.Random(0).shuffle(documents)
    return [" ".join(document[:12]) for document in documents[:_DOCUMENTS]]
