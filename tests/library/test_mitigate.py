"""Intruders taken out of one matrix, and of adapters on disk, beside the dense computation and what PEFT merges."""

import json

import numpy as np
import pytest
import torch
from peft import LoraConfig, PeftModel
from peft_models import ATTENTION, bert, gpt2, llama, oriented, tuned
from planted_models import RANK, planted, save_adapter, save_model
from safetensors.numpy import load_file, save_file

from intruders.spectra.checkpoints import CheckpointError, pairs
from intruders.spectra.detect import detect
from intruders.spectra.mitigate import factored, mitigated
from intruders.spectra.rewrite import mitigate
from intruders.spectra.scan import scan
from intruders.spectra.updates import LowRank
from intruders.theory.ensembles import haar_frame, iid_rectangular

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module", params=[(60, 90), (700, 520)], ids=["dense", "Lanczos"])
def matrix(request):
    """Noise with twelve directions of its own and an update of three spikes, the first two intruders."""
    (n, m), rng = request.param, np.random.default_rng(0)
    W0 = iid_rectangular(n, m, rng) + haar_frame(n, 12, rng) * np.linspace(12, 4, 12) @ haar_frame(m, 12, rng).T
    update = LowRank(haar_frame(n, 3, rng) * [30, 20, 1], haar_frame(m, 3, rng).T, 0.9)
    return W0, update


def by_hand(W0, update, factor):
    """W with its intruders' triplets times the factor, less W0."""
    U0 = np.linalg.svd(W0)[0][:, : min(W0.shape)]
    U, values, Vt = np.linalg.svd(W0 + update.dense(), full_matrices=False)
    found = np.abs(U0.T @ U[:, :10]).max(axis=0) < 0.5
    values[:10][found] *= factor
    return (U * values) @ Vt - W0, int(found.sum())


@pytest.mark.parametrize("factor", [0, 0.75, 1.25])
def test_scaled_intruders_are_those_of_the_dense_matrix(matrix, factor):
    W0, update = matrix
    new = mitigated(W0, update, "scale", factor)
    expected, count = by_hand(W0, update, factor)
    assert count == 2 and new.rank == update.rank + count
    assert np.allclose(new.dense(), expected, atol=1e-8)
    assert not np.allclose(new.dense(), by_hand(W0, update, factor + 0.01)[0], atol=1e-3)
    exact, cut = factored(new, new.rank, 2.0)
    assert np.allclose(exact.dense(), expected, atol=1e-8) and cut < 1e-12 and exact.scale == 2.0
    assert np.allclose(exact.B.T @ exact.B, exact.A @ exact.A.T, atol=1e-6)
    short, cut = factored(new, update.rank, 1.0)
    energy = np.sum(expected**2)
    assert np.sum((expected - short.dense()) ** 2) == pytest.approx(cut * energy, rel=1e-6, abs=1e-9)
    assert (cut > 1e-6) == (short.rank < np.linalg.matrix_rank(expected, tol=1e-6))


def test_projected_spikes_are_cut_and_keep_their_vectors(matrix):
    W0, update = matrix
    visibility = detect(W0, update).visibility
    for factor in (1, 0.5):
        new = mitigated(W0, update, "project", factor)
        P, strengths, Q = update.svd
        assert new.rank == update.rank and strengths[0] > factor * visibility
        assert new.singular_values.max() == pytest.approx(factor * visibility)
        expected = P * np.minimum(strengths, factor * visibility) @ Q.T
        assert np.allclose(new.dense(), expected, atol=1e-9)
    assert mitigated(W0, LowRank(update.B / 100, update.A, 1.0), "project", 1).rank == 3


def test_nothing_to_do_is_the_update_itself(matrix):
    W0, update = matrix
    weak = LowRank(update.B / 100, update.A, update.scale)
    for mode, factor in (("scale", 0.5), ("project", 1)):
        assert mitigated(W0, weak, mode, factor) is weak
    for mode in ("scale", "shrink"):
        assert mitigated(W0, update, mode, 1) is update
    assert np.allclose(mitigated(W0, update, "shrink", 0.3).dense(), 0.3 * update.dense())


def test_rank_beyond_the_update_is_filled_with_zeros():
    rng = np.random.default_rng(0)
    update = LowRank(rng.normal(size=(8, 2)), rng.normal(size=(2, 9)), 0.7)
    new, cut = factored(update, 5, 3.0)
    assert new.B.shape == (8, 5) and new.A.shape == (5, 9) and cut == 0
    assert np.allclose(new.dense(), update.dense())
    assert factored(LowRank(np.zeros((8, 2)), np.zeros((2, 9))), 1, 1.0)[1] == 0


@pytest.mark.parametrize(
    ("mode", "factor", "message"),
    [
        ("delete", 1, "mode must be one of scale, project, shrink, got 'delete'"),
        ("scale", -0.1, r"lambda must lie between 0 and 2, got -0\.1"),
        ("shrink", 2.5, r"lambda must lie between 0 and 2, got 2\.5"),
        ("scale", float("nan"), "lambda must lie between 0 and 2, got nan"),
        ("shrink", 0, "lambda 0 with mode 'shrink' leaves nothing of the adapter"),
        ("project", 0, "lambda 0 with mode 'project' leaves nothing of the adapter"),
    ],
)
def test_bad_arguments(mode, factor, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        mitigated(np.eye(12), LowRank(np.ones((12, 1)), np.ones((1, 12))), mode, factor)
    with pytest.raises(ValueError, match=message):
        mitigate("no base", "no adapter", tmp_path / "new", mode=mode, factor=factor)


KINDS = {
    "plain": (llama, LoraConfig(r=2, lora_alpha=8, target_modules=ATTENTION)),
    "rank-stabilised": (llama, LoraConfig(r=2, lora_alpha=8, use_rslora=True, target_modules=ATTENTION)),
    "patterns": (
        llama,
        LoraConfig(
            r=2,
            lora_alpha=8,
            target_modules=ATTENTION,
            rank_pattern={r"layers\.0\..*(q|v)_proj": 1, "v_proj": 3},
            alpha_pattern={"_proj": 9, "q_proj": 3},
        ),
    ),
    "embedding and head": (llama, LoraConfig(r=2, lora_alpha=8, target_modules=["embed_tokens", "lm_head", "q_proj"])),
    "saved whole": (bert, LoraConfig(r=2, lora_alpha=8, target_modules=["query"], modules_to_save=["classifier"])),
    "Conv1D": (gpt2, LoraConfig(r=2, lora_alpha=8, target_modules=["c_attn", "c_fc"], fan_in_fan_out=True)),
}


def merged(make, base, adapter):
    model = make()
    reloaded = type(model).from_pretrained(base, dtype=model.dtype)
    return PeftModel.from_pretrained(reloaded, adapter).merge_and_unload().state_dict()


@pytest.mark.parametrize("mode", ["scale", "project", "shrink"])
@pytest.mark.parametrize("kind", KINDS)
def test_peft_merges_what_is_computed_densely(kind, mode, tmp_path):
    torch.manual_seed(0)
    make, config = KINDS[kind]
    tuned(make(), config, tmp_path)
    base, old, new = tmp_path / "base", tmp_path / "adapter", tmp_path / "new"
    settings = {"top_k": 4, "eps": 0.8}
    result = mitigate(base, old, new, mode=mode, factor=0.5, **settings)
    after, changed = merged(make, base, new), 0
    for pair, record in zip(sorted(lora_pairs(base, old)), result["layers"], strict=True):
        W0, update = pair[1].load()
        report = detect(W0, update, 4, 0.8)
        expected = mitigated(W0, update, mode, 0.5, report)
        assert np.allclose(oriented(after, pair[0]), W0 + expected.dense(), atol=5e-6), pair[0]
        assert record["intruders"] == report.intruders().sum()
        changed += record["kept"] != 1
    assert changed, "the test has power"
    found = {layer["name"]: layer for layer in scan(base, new, **settings)["layers"]}
    for record in result["layers"]:
        assert found[record["name"]]["left"]["intruders"] == record["intruders_after"]
        assert found[record["name"]]["rank"] == record["rank_after"]


def lora_pairs(base, adapter):
    from intruders.spectra.survey import natural

    found = [pair for pair in pairs(base, adapter).pairs if pair.rank]
    return [(pair.name, pair) for pair in sorted(found, key=lambda pair: natural(pair.name))]


def test_planted_intruders_are_found_scaled_and_counted(tmp_path):
    base, adapter = planted(tmp_path)
    result = mitigate(base, adapter, tmp_path / "new", mode="scale", factor=0.1)
    q = [layer for layer in result["layers"] if "q_proj" in layer["name"]]
    v = [layer for layer in result["layers"] if "v_proj" in layer["name"]]
    assert [(one["intruders"], one["intruders_after"], one["rank_after"]) for one in q] == [(2, 0, 4)] * 3
    assert [(one["intruders"], one["kept"], one["rank_after"]) for one in v] == [(0, 1, 2)] * 3
    before, after = (load_file(folder / "adapter_model.safetensors") for folder in (adapter, tmp_path / "new"))
    untouched = [key for key in before if "v_proj" in key]
    assert all(np.array_equal(before[key], after[key]) and before[key].dtype == after[key].dtype for key in untouched)
    assert "file" not in q[0] and result["skipped"] == []


def test_kept_rank_says_what_it_cuts(tmp_path):
    base, adapter = planted(tmp_path)
    whole = mitigate(base, adapter, tmp_path / "whole", mode="scale", factor=0.3)
    short = mitigate(base, adapter, tmp_path / "short", mode="scale", factor=0.3, keep_rank=True)
    for one, other in zip(whole["layers"], short["layers"], strict=True):
        assert other["rank_after"] == RANK
        assert other["kept"] == pytest.approx(one["kept"] * (1 - other["cut"]))
        assert one["cut"] == 0 and (other["cut"] > 0.001) == (one["intruders"] > 0)


def test_half_precision_stays_half(tmp_path):
    torch.manual_seed(0)
    make, config = KINDS["plain"]
    tuned(make().to(torch.bfloat16), config, tmp_path)
    mitigate(tmp_path / "base", tmp_path / "adapter", tmp_path / "new", factor=0.5, top_k=4, eps=0.8)
    old, new = (load_file(tmp_path / name / "adapter_model.safetensors") for name in ("adapter", "new"))
    assert {key: value.dtype for key, value in old.items()} == {key: value.dtype for key, value in new.items()}


def test_processes_give_the_same_adapter(tmp_path):
    base, adapter = planted(tmp_path)
    for jobs in (1, 2):
        mitigate(base, adapter, tmp_path / f"new{jobs}", jobs=jobs)
    one, two = (load_file(tmp_path / f"new{jobs}" / "adapter_model.safetensors") for jobs in (1, 2))
    assert all(np.array_equal(one[key], two[key]) for key in one)


def test_a_matrix_without_a_bulk_is_left_alone_by_projection(tmp_path):
    rng = np.random.default_rng(0)
    save_model(tmp_path / "base", {"layers.0.a.weight": np.zeros((12, 12))})
    factors = {"lora_B.weight": rng.normal(size=(12, RANK)), "lora_A.weight": rng.normal(size=(RANK, 12))}
    save_adapter(tmp_path / "adapter", {f"base_model.model.layers.0.a.{key}": one for key, one in factors.items()})
    [record] = mitigate(tmp_path / "base", tmp_path / "adapter", tmp_path / "new", mode="project")["layers"]
    assert record["visibility"] is None and record["kept"] == 1


def refused(tmp_path, error, message, base="base", adapter="adapter", **arguments):
    before = sorted(tmp_path.iterdir())
    with pytest.raises(error, match=message):
        mitigate(tmp_path / base, tmp_path / adapter, tmp_path / "new", **arguments)
    assert sorted(tmp_path.iterdir()) == before, "nothing is left behind"


def test_what_is_not_plain_lora_is_refused(tmp_path):
    _, adapter = planted(tmp_path)
    refused(tmp_path, CheckpointError, "a whole model, expected a LoRA adapter", adapter="base")
    refused(tmp_path, CheckpointError, "no such file or folder", base="elsewhere")
    config = adapter / "adapter_config.json"
    settings = json.loads(config.read_text())
    for change, message in (
        ({"use_dora": True}, "DoRA, expected plain LoRA"),
        ({"peft_type": "ADALORA", "init_r": RANK}, "AdaLoRA, expected plain LoRA"),
        ({"peft_type": "OFT"}, "adapters of type OFT are not read"),
        ({"r": 0}, "r must be a positive number, got 0"),
    ):
        config.write_text(json.dumps(settings | change))
        refused(tmp_path, CheckpointError, message)


def test_another_base_is_refused(tmp_path):
    planted(tmp_path)
    other = {
        name: one[:, :-1] for name, one in load_file(tmp_path / "base" / "model.safetensors").items() if one.ndim == 2
    }
    save_model(tmp_path / "other", other)
    refused(tmp_path, CheckpointError, "wrong base", base="other")


def test_values_that_are_not_finite_are_named_and_nothing_is_written(tmp_path):
    _, adapter = planted(tmp_path)
    file = adapter / "adapter_model.safetensors"
    factors = load_file(file)
    key = next(key for key in factors if "lora_B" in key)
    factors[key][0, 0] = np.nan
    save_file(factors, file)
    refused(tmp_path, CheckpointError, "NaN or infinite.*1 of 6 failed")


def test_a_folder_that_exists_is_not_touched(tmp_path):
    base, adapter = planted(tmp_path)
    (tmp_path / "new").mkdir()
    with pytest.raises(FileExistsError, match="new exists: mitigate writes a new folder"):
        mitigate(base, adapter, tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []


@pytest.mark.parametrize("which", ["the adapter", "a matrix"])
def test_a_full_disk_leaves_nothing(which, tmp_path, monkeypatch):
    planted(tmp_path)
    from safetensors import SafetensorError

    from intruders.spectra import rewrite

    def full(tensors, path, **more):
        if (str(path).endswith("adapter_model.safetensors")) == (which == "the adapter"):
            raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")
        return save_file(tensors, path, **more)

    monkeypatch.setattr(rewrite, "save_file", full)
    error = OSError if which == "the adapter" else CheckpointError
    refused(tmp_path, error, "No space left on device")
