"""Adapters read from their files, beside the weights that PEFT itself merges."""

import dataclasses
import json

import numpy as np
import pytest
import torch
from peft import AdaLoraConfig, IA3Config, LoraConfig, VeraConfig, get_peft_model
from peft_models import ATTENTION, bert, gpt2, llama, oriented, randomise, tuned
from safetensors.torch import save_model
from transformers import BertModel

from intruders.spectra.checkpoints import CheckpointError, pairs
from intruders.spectra.checkpoints.records import Factors
from intruders.spectra.updates import LowRank

pytestmark = pytest.mark.filterwarnings("ignore")


def agrees(pair, after, name=None, atol=2e-6):
    W0, update = pair.load()
    expected = oriented(after, name or pair.name)
    dense = update.dense() if isinstance(update, LowRank) else update
    assert W0.shape == update.shape == pair.shape
    return pair.shape == expected.shape and np.allclose(W0 + dense, expected, rtol=1e-5, atol=atol)


def changed(before, after):
    return {name for name in before if before[name].ndim == 2 and not torch.equal(before[name], after[name])}


KINDS = {
    "plain": (llama, LoraConfig(r=4, lora_alpha=8, target_modules=ATTENTION)),
    "rank-stabilised": (llama, LoraConfig(r=4, lora_alpha=8, use_rslora=True, target_modules=ATTENTION)),
    "patterns": (
        llama,
        LoraConfig(
            r=4,
            lora_alpha=8,
            target_modules=ATTENTION,
            rank_pattern={r"layers\.0\..*(q|v)_proj": 2, "v_proj": 3, "^model.layers.1.mlp.down_proj": 5},
            alpha_pattern={"_proj": 99, "q_proj": 3, "self_attn.(o|v)_proj": 5},
        ),
    ),
    "embedding and head": (llama, LoraConfig(r=4, target_modules=["embed_tokens", "lm_head", "q_proj"])),
    "saved whole": (llama, LoraConfig(r=4, target_modules=["q_proj"], modules_to_save=["lm_head", "mlp"])),
    "biases": (gpt2, LoraConfig(r=4, target_modules=["c_fc"], lora_bias=True, bias="all")),
    "Conv1D": (gpt2, LoraConfig(r=4, target_modules=["c_attn", "c_proj", "wte"], fan_in_fan_out=True)),
    "Conv1D, not declared": (gpt2, LoraConfig(r=4, target_modules=["c_fc", "attn.c_proj"])),
    "Conv1D saved whole": (gpt2, LoraConfig(r=4, target_modules=["c_fc"], modules_to_save=["c_proj"])),
    "DoRA": (llama, LoraConfig(r=4, use_dora=True, target_modules=[*ATTENTION, "embed_tokens", "lm_head"])),
    "DoRA on Conv1D": (gpt2, LoraConfig(r=4, use_dora=True, target_modules=["c_attn", "c_proj"])),
    "encoder": (bert, LoraConfig(r=4, target_modules=["query", "dense"], modules_to_save=["classifier"])),
    "orthogonal": (llama, LoraConfig(r=4, target_modules=ATTENTION, init_lora_weights="orthogonal")),
    "AdaLoRA": (llama, AdaLoraConfig(init_r=5, lora_alpha=8, target_modules=ATTENTION, total_step=9)),
    "AdaLoRA on Conv1D": (gpt2, AdaLoraConfig(init_r=5, target_modules=["c_attn", "attn.c_proj"], total_step=9)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_pairs_are_what_peft_merges(kind, tmp_path):
    torch.manual_seed(0)
    make, config = KINDS[kind]
    before, after = tuned(make(), config, tmp_path)
    found = pairs(tmp_path / "base", tmp_path / "adapter")
    assert found.skipped == []
    names = {pair.name for pair in found.pairs}
    tied = {"lm_head.weight"} if make is gpt2 and "transformer.wte.weight" in names else set()
    assert names == changed(before, after) - tied
    for pair in found.pairs:
        assert agrees(pair, after), pair.name
        dense = isinstance(pair.load()[1], np.ndarray)
        assert dense is (pair.rank is None)
        assert dense is (getattr(config, "use_dora", False) or not isinstance(pair.change, Factors))


def with_scale(pair, scale):
    return dataclasses.replace(pair, change=dataclasses.replace(pair.change, scale=scale))


def test_the_comparison_rejects_a_wrong_scale(tmp_path):
    torch.manual_seed(0)
    _, after = tuned(llama(), KINDS["rank-stabilised"][1], tmp_path)
    for pair in pairs(tmp_path / "base", tmp_path / "adapter").pairs:
        assert pair.change.scale == 8 / 4**0.5
        assert not agrees(with_scale(pair, 8 / 4), after), "alpha / r where alpha / sqrt r holds"
        assert agrees(with_scale(pair, 4.0), after)


def test_the_comparison_rejects_an_untransposed_conv1d(tmp_path):
    torch.manual_seed(0)
    _, after = tuned(gpt2(), KINDS["Conv1D"][1], tmp_path)
    square = next(
        p for p in pairs(tmp_path / "base", tmp_path / "adapter").pairs if p.name.endswith("0.attn.c_proj.weight")
    )
    assert square.base.transposed
    assert agrees(square, after)
    assert not agrees(dataclasses.replace(square, base=dataclasses.replace(square.base, transposed=False)), after)


def test_patterns_take_the_first_that_matches_the_end_of_a_name(tmp_path):
    torch.manual_seed(0)
    tuned(llama(), KINDS["patterns"][1], tmp_path)
    found = {pair.name: pair for pair in pairs(tmp_path / "base", tmp_path / "adapter").pairs}
    assert found["model.layers.0.self_attn.q_proj.weight"].rank == 2
    assert found["model.layers.1.mlp.down_proj.weight"].rank == 5
    assert found["model.layers.1.self_attn.v_proj.weight"].change.scale == 5 / 3, "'_proj' ends no dotted name"


def test_adalora_after_its_budget_is_spent(tmp_path):
    """Trained as PEFT trains it: the scale keeps the initial rank, the file holds the ranks that are left."""
    torch.manual_seed(0)
    config = AdaLoraConfig(
        init_r=5, target_r=1, tinit=1, tfinal=1, deltaT=1, total_step=6, target_modules=ATTENTION, lora_alpha=8
    )
    model = llama()
    model.save_pretrained(tmp_path / "base")
    before = {name: value.clone() for name, value in model.state_dict().items()}
    adapted = get_peft_model(model, config)
    randomise(adapted)
    tokens = torch.arange(8)[None]
    for step in range(1, 7):
        adapted(input_ids=tokens, labels=tokens).loss.backward()
        adapted.base_model.update_and_allocate(step)
        adapted.zero_grad()
    adapted.save_pretrained(tmp_path / "adapter")
    after = adapted.merge_and_unload().state_dict()
    found = pairs(tmp_path / "base", tmp_path / "adapter")
    left = {pair.name: pair.rank for pair in found.pairs}
    assert sum(left.values()) == 8, "target_r for each of the eight layers, on average"
    assert set(left) | {one.name for one in found.skipped} == {
        name for name in before if any(target in name for target in ATTENTION)
    }
    assert all("took all of its rank away" in one.why for one in found.skipped) and found.skipped
    assert all(torch.equal(before[one.name], after[one.name]) for one in found.skipped)
    for pair in found.pairs:
        assert agrees(pair, after), pair.name
        assert not agrees(with_scale(pair, 8 / pair.rank), after)


@pytest.mark.parametrize("init", ["pissa", "olora"])
def test_adapters_that_change_the_base_only_once_converted(init, tmp_path):
    torch.manual_seed(0)
    model = llama()
    model.save_pretrained(tmp_path / "base")
    adapted = get_peft_model(model, LoraConfig(r=4, target_modules=ATTENTION, init_lora_weights=init))
    adapted.peft_config["default"].init_lora_weights = True
    adapted.save_pretrained(tmp_path / "initial")
    adapted.peft_config["default"].init_lora_weights = init
    randomise(adapted)
    adapted.save_pretrained(tmp_path / "raw")
    with pytest.raises(CheckpointError, match=f"adapter_config.json: init_lora_weights='{init}': a part of the"):
        pairs(tmp_path / "base", tmp_path / "raw")
    adapted.save_pretrained(tmp_path / "adapter", path_initial_model_for_weight_conversion=str(tmp_path / "initial"))
    adapted.set_adapter("default")
    after = adapted.merge_and_unload(adapter_names=["default"]).state_dict()
    found = pairs(tmp_path / "base", tmp_path / "adapter").pairs
    assert {pair.rank for pair in found} == {8}, "twice the rank: the factors and those at the start"
    assert all(agrees(pair, after, atol=1e-5) for pair in found)


def test_tied_head(tmp_path):
    """A head that the file leaves out because it is tied: its weight is the embedding's."""
    torch.manual_seed(0)
    _, after = tuned(llama(tie_word_embeddings=True), LoraConfig(r=4, target_modules=["lm_head", "q_proj"]), tmp_path)
    head = pairs(tmp_path / "base", tmp_path / "adapter").pairs[0]
    assert head.name == "lm_head.weight" and head.base.key == "model.embed_tokens.weight"
    assert agrees(head, after)
    config = json.loads((tmp_path / "base" / "config.json").read_text())
    (tmp_path / "base" / "config.json").write_text(json.dumps(config | {"tie_word_embeddings": False}))
    found = pairs(tmp_path / "base", tmp_path / "adapter")
    assert "absent from" in found.skipped[0].why and len(found.pairs) == 2


@pytest.mark.parametrize(("saved", "tuned_as"), [("head", "encoder"), ("encoder", "head")])
def test_a_prefix_that_one_side_lacks(saved, tuned_as, tmp_path):
    """A base saved as bare encoder under an adapter of the model with a head, and the other way round."""
    torch.manual_seed(0)
    whole = bert()
    models = {"head": whole, "encoder": whole.bert}
    models[saved].save_pretrained(tmp_path / "base")
    adapted = get_peft_model(models[tuned_as], LoraConfig(r=4, target_modules=["query"], rank_pattern={"0.*query": 2}))
    randomise(adapted)
    adapted.save_pretrained(tmp_path / "adapter")
    after = adapted.merge_and_unload().state_dict()
    found = pairs(tmp_path / "base", tmp_path / "adapter")
    assert len(found.pairs) == 2 and found.skipped == []
    assert [pair.rank for pair in found.pairs] == [2, 4]
    assert all(agrees(pair, after) for pair in found.pairs)


def test_new_head_is_skipped(tmp_path):
    """The base is a bare encoder, the adapter's model has a classifier, saved whole."""
    torch.manual_seed(0)
    model = bert()
    model.bert.save_pretrained(tmp_path / "base")
    adapted = get_peft_model(model, LoraConfig(r=4, target_modules=["query"], task_type="SEQ_CLS"))
    adapted.save_pretrained(tmp_path / "adapter")
    found = pairs(tmp_path / "base", tmp_path / "adapter")
    assert [one.name for one in found.skipped] == ["classifier.weight"]
    assert "a new head" in found.skipped[0].why


def test_what_is_not_read_in_a_layer_is_skipped_with_the_reason(tmp_path):
    torch.manual_seed(0)
    config = LoraConfig(
        r=4, target_modules=["q_proj"], target_parameters=["v_proj.weight"], trainable_token_indices=[1, 2]
    )
    _, after = tuned(llama(), config, tmp_path)
    found = pairs(tmp_path / "base", tmp_path / "adapter")
    assert all(agrees(pair, after) for pair in found.pairs)
    assert {pair.name.split(".")[-2] for pair in found.pairs} == {"q_proj"}
    why = {one.name.split(".")[-2]: one.why for one in found.skipped}
    assert "target_parameters" in why["v_proj"] and "trainable_token_indices" in why["embed_tokens"]


def test_convolutions_are_skipped(tmp_path):
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.linear = torch.nn.Conv2d(2, 3, 3), torch.nn.Linear(4, 5)

    torch.manual_seed(0)
    model = Net()
    save_model(model, tmp_path / "base.safetensors")
    adapted = get_peft_model(model, LoraConfig(r=2, target_modules=["conv", "linear"]))
    randomise(adapted)
    adapted.save_pretrained(tmp_path / "adapter")
    found = pairs(tmp_path / "base.safetensors", tmp_path / "adapter")
    assert agrees(found.pairs[0], adapted.merge_and_unload().state_dict())
    assert [(one.name, one.why) for one in found.skipped] == [("conv.weight", "not a matrix, shape (3, 2, 3, 3)")]


def test_another_kind_of_adapter_is_refused(tmp_path):
    for name, config in {
        "IA3": IA3Config(target_modules=["q_proj"], feedforward_modules=[]),
        "VERA": VeraConfig(r=4, target_modules=["q_proj"]),
    }.items():
        model = llama()
        model.save_pretrained(tmp_path / "base")
        get_peft_model(model, config).save_pretrained(tmp_path / name)
        with pytest.raises(CheckpointError, match=rf"{name}.adapter_config.json: adapters of type {name} are not read"):
            pairs(tmp_path / "base", tmp_path / name)


def test_another_base_is_refused(tmp_path):
    torch.manual_seed(0)
    tuned(llama(), KINDS["plain"][1], tmp_path)
    bert(BertModel).save_pretrained(tmp_path / "bert")
    llama(num_hidden_layers=1).save_pretrained(tmp_path / "shallow")
    llama(hidden_size=8).save_pretrained(tmp_path / "narrow")
    for name, message in {
        "bert": "share no layer: wrong base",
        "shallow": "wrong base. model.layers.1.mlp.down_proj is absent",
        "narrow": r"down_proj.lora_B.weight: shape \(16, 4\), expected \(8, 4\).*wrong base",
    }.items():
        with pytest.raises(CheckpointError, match=message):
            pairs(tmp_path / name, tmp_path / "adapter")


def test_an_embedding_saved_beside_its_factors_must_be_the_base(tmp_path):
    torch.manual_seed(0)
    tuned(llama(), KINDS["embedding and head"][1], tmp_path)
    llama().save_pretrained(tmp_path / "other")
    embedding = pairs(tmp_path / "other", tmp_path / "adapter").pairs[1]
    with pytest.raises(CheckpointError, match=r"embed_tokens.base_layer.weight: differs from the base"):
        embedding.load()
    llama(vocab_size=31).save_pretrained(tmp_path / "smaller")
    found = pairs(tmp_path / "smaller", tmp_path / "adapter")
    assert [one.why for one in found.skipped] == ["the vocabulary was resized, from shape (31, 16) to (32, 16)"] * 2


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_types(dtype, tmp_path):
    """Halves come as float32: the update is more exact than PEFT's, which rounds the merged weight to the type."""
    torch.manual_seed(0)
    _, after = tuned(llama().to(dtype), KINDS["plain"][1], tmp_path)
    for pair in pairs(tmp_path / "base", tmp_path / "adapter").pairs:
        W0, update = pair.load()
        assert W0.dtype == (np.float64 if dtype == torch.float64 else np.float32)
        assert np.allclose(W0 + update.dense(), oriented(after, pair.name), atol=4 * torch.finfo(dtype).eps + 1e-6)


def test_shards(tmp_path):
    torch.manual_seed(0)
    _, after = tuned(llama(), KINDS["plain"][1], tmp_path, max_shard_size="6KB")
    index = tmp_path / "base" / "model.safetensors.index.json"
    assert len(set(json.loads(index.read_text())["weight_map"].values())) > 2
    for base in (tmp_path / "base", index):
        found = pairs(base, tmp_path / "adapter").pairs
        assert len(found) == 8 and all(agrees(pair, after) for pair in found)


@pytest.mark.parametrize("make", [llama, gpt2, bert])
def test_full_fine_tuning(make, tmp_path):
    torch.manual_seed(0)
    model = make()
    model.save_pretrained(tmp_path / "base")
    randomise(model)
    model.save_pretrained(tmp_path / "tuned")
    after = model.state_dict()
    found = pairs(tmp_path / "base", tmp_path / "tuned")
    assert found.skipped == []
    assert all(pair.rank is None and agrees(pair, after) for pair in found.pairs)
    matrices = {name for name, value in after.items() if value.ndim == 2}
    assert {pair.name for pair in found.pairs} == matrices - ({"lm_head.weight"} if make is gpt2 else set())


def test_several_adapters(tmp_path):
    torch.manual_seed(0)
    model = llama()
    model.save_pretrained(tmp_path / "base")
    adapted = get_peft_model(model, LoraConfig(r=2, target_modules=["q_proj"]), adapter_name="first")
    adapted.add_adapter("second", LoraConfig(r=3, target_modules=["v_proj"]))
    adapted.save_pretrained(tmp_path / "both")
    with pytest.raises(CheckpointError, match="several adapters, choose one with adapter=NAME: first, second"):
        pairs(tmp_path / "base", tmp_path / "both")
    with pytest.raises(CheckpointError, match="no adapter 'third'; there are: first, second"):
        pairs(tmp_path / "base", tmp_path / "both", adapter="third")
    assert {pair.rank for pair in pairs(tmp_path / "base", tmp_path / "both", adapter="first").pairs} == {2}
    assert {pair.rank for pair in pairs(tmp_path / "base", tmp_path / "both" / "second").pairs} == {3}
