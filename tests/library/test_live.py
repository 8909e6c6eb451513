"""Pairs from PEFT models in memory, beside the weights that PEFT itself merges."""

import sys

import numpy as np
import pytest
import torch
from peft import (
    IA3Config,
    LoHaConfig,
    LoKrConfig,
    LoraConfig,
    OFTConfig,
    VeraConfig,
    get_peft_model,
)
from test_checkpoints_peft import KINDS, changed, gpt2, llama, oriented, randomise

from intruders.spectra.checkpoints import Skipped, pairs
from intruders.spectra.live import live_pairs
from intruders.spectra.scan import scan, scan_pairs
from intruders.spectra.updates import LowRank

pytestmark = pytest.mark.filterwarnings("ignore")

ADDED = {
    "LoHa": (llama, LoHaConfig(r=2, target_modules=["q_proj"])),
    "LoKr": (llama, LoKrConfig(r=2, target_modules=["q_proj"])),
    "VeRA": (llama, VeraConfig(r=2, target_modules=["q_proj"])),
    "VeRA on Conv1D": (gpt2, VeraConfig(r=2, target_modules=["c_fc"], fan_in_fan_out=True)),
}


def adapted(make, config, seed=0):
    torch.manual_seed(seed)
    model = make()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    model = get_peft_model(model, config)
    randomise(model)
    return before, model


def sums(found):
    """name -> tuned matrix, before PEFT merges and overwrites."""
    matrices = {}
    for pair in found.pairs:
        W0, update = pair.load()
        dense = update.dense() if isinstance(update, LowRank) else update
        assert W0.shape == dense.shape == pair.shape
        assert pair.rank == (update.rank if isinstance(update, LowRank) else None)
        matrices[pair.name] = W0 + dense
    return matrices


def agree(matrices, after):
    return all(
        matrix.shape == oriented(after, name).shape and np.allclose(matrix, oriented(after, name), rtol=1e-5, atol=2e-6)
        for name, matrix in matrices.items()
    )


@pytest.mark.parametrize("kind", [*KINDS, *ADDED])
def test_pairs_are_what_peft_merges(kind):
    make, config = (KINDS | ADDED)[kind]
    before, model = adapted(make, config)
    found = live_pairs(model)
    assert found.skipped == []
    matrices = sums(found)
    after = model.merge_and_unload().state_dict()
    tied = {"lm_head.weight"} if make is gpt2 and "transformer.wte.weight" in matrices else set()
    assert set(matrices) == changed(before, after) - tied
    assert agree(matrices, after)


@pytest.mark.parametrize("kind", ["plain", "Conv1D", "DoRA"])
def test_the_comparison_rejects_a_wrong_scale_and_a_matrix_on_its_side(kind):
    _, model = adapted(*KINDS[kind])
    found = live_pairs(model)
    for pair in found.pairs:
        pair.module.scaling["default"] *= 1.1
    wrong = sums(found)
    for pair in found.pairs:
        pair.module.scaling["default"] /= 1.1
    matrices = sums(found)
    after = model.merge_and_unload().state_dict()
    assert agree(matrices, after)
    for name, matrix in matrices.items():
        assert not agree({name: wrong[name]}, after)
        assert not agree({name: matrix.T}, after)


def test_the_same_as_from_files(tmp_path):
    _, model = adapted(*KINDS["plain"])
    model.save_pretrained(tmp_path / "adapter")
    live = scan_pairs(live_pairs(model), top_k=5)
    model.unload().save_pretrained(tmp_path / "base")
    from_files = scan(tmp_path / "base", tmp_path / "adapter", top_k=5)
    assert [record["name"] for record in live["layers"]] != sorted(record["name"] for record in live["layers"])
    assert len(live["layers"]) == len(pairs(tmp_path / "base", tmp_path / "adapter").pairs) == 8
    by_name = {record["name"]: record for record in from_files["layers"]}
    for record in live["layers"]:
        assert record == by_name[record["name"]]


def test_half_precision_is_read_as_single():
    _, model = adapted(lambda: llama().to(torch.bfloat16), KINDS["plain"][1])
    for pair in live_pairs(model).pairs:
        W0, update = pair.load()
        assert W0.dtype == update.B.dtype == np.float32


@pytest.mark.parametrize(
    ("config", "name", "why"),
    [
        (
            IA3Config(target_modules=["q_proj"], feedforward_modules=[]),
            "self_attn.q_proj",
            "layers of kind ia3 are not",
        ),
        (OFTConfig(target_modules=["q_proj"], oft_block_size=4), "self_attn.q_proj", "layers of kind oft are not read"),
        (LoraConfig(r=2, target_modules=[], target_parameters=["q_proj.weight"]), "q_proj", "LoRA on a parameter"),
        (
            LoraConfig(r=2, target_modules=["v_proj"], trainable_token_indices=[1, 2]),
            "embed_tokens.token_adapter",
            "layers of kind trainable_tokens are not read",
        ),
    ],
)
def test_layers_that_are_not_read_are_listed(config, name, why):
    _, model = adapted(llama, config)
    found = live_pairs(model)
    assert found.skipped
    for one in found.skipped:
        assert isinstance(one, Skipped)
        assert f"{name}.weight" in one.name
        assert why in one.why


def test_merged_adapters_are_refused():
    _, model = adapted(*KINDS["plain"])
    model.merge_adapter()
    with pytest.raises(ValueError, match=r"q_proj: an adapter is merged into the weights; call unmerge_adapter\(\)"):
        live_pairs(model)
    model.unmerge_adapter()
    assert len(live_pairs(model).pairs) == 8


def test_one_of_several_adapters():
    _, model = adapted(*KINDS["plain"])
    model.add_adapter("other", LoraConfig(r=3, target_modules=["q_proj"]))
    assert {pair.rank for pair in live_pairs(model).pairs} == {4}
    assert {pair.rank for pair in live_pairs(model, "other").pairs} == {3}
    with pytest.raises(ValueError, match="the model has no adapter 'third'; there are: default, other"):
        live_pairs(model, "third")
    with pytest.raises(ValueError, match="no adapter 'default'; there are: none"):
        live_pairs(llama())


def test_a_start_that_moves_the_base_is_refused():
    _, model = adapted(llama, LoraConfig(r=2, target_modules=["q_proj"], init_lora_weights="pissa"))
    with pytest.raises(ValueError, match="init_lora_weights='pissa' has changed the base's weights"):
        live_pairs(model)


def test_torch_is_not_imported_by_the_module():
    source = sys.modules["intruders.spectra.live"].__dict__
    assert "torch" not in source
