"""Reading checkpoints: what is found, what is skipped with a reason, what is refused and how it is told."""

import json
import pickle
import sys

import ml_dtypes
import numpy as np
import pytest
from safetensors.numpy import save_file

from intruders.spectra import checkpoints
from intruders.spectra.checkpoints import CheckpointError, Skipped, matrices, pairs, tensors
from intruders.spectra.checkpoints.weights import Renaming, renaming

Q, V = "model.layers.0.q_proj", "model.layers.0.v_proj"
LORA = {"peft_type": "LORA", "r": 2, "lora_alpha": 6}


def normal(*shape, seed=0, dtype=np.float32):
    return np.random.default_rng([seed, *shape]).normal(size=shape).astype(dtype)


def model(folder, content, config=None):
    folder.mkdir(exist_ok=True)
    save_file(content, folder / "model.safetensors")
    if config is not None:
        (folder / "config.json").write_text(json.dumps(config))
    return folder


def adapter(folder, content, **settings):
    folder.mkdir(parents=True, exist_ok=True)
    save_file(
        {f"base_model.model.{key}": value for key, value in content.items()}, folder / "adapter_model.safetensors"
    )
    (folder / "adapter_config.json").write_text(json.dumps(LORA | settings))
    return folder


def factors(module, n=5, m=4, r=2):
    return {f"{module}.lora_A.weight": normal(r, m), f"{module}.lora_B.weight": normal(n, r)}


@pytest.fixture
def base(tmp_path):
    return model(tmp_path / "base", {f"{Q}.weight": normal(5, 4), f"{V}.weight": normal(5, 4, seed=1)})


def test_a_pair_travels_and_loads_elsewhere(base, tmp_path):
    pair = pickle.loads(pickle.dumps(pairs(base, adapter(tmp_path / "a", factors(Q))).pairs[0]))
    W0, update = pair.load()
    assert (pair.name, pair.shape, pair.rank) == (f"{Q}.weight", (5, 4), 2)
    assert np.array_equal(W0, normal(5, 4))
    assert np.allclose(update.dense(), 3 * normal(5, 2) @ normal(2, 4))


def test_opening_reads_no_tensor_and_loading_its_own(base, tmp_path, monkeypatch):
    read = []

    class Recorded:
        def __init__(self, file, framework):
            self.opened = opened(file, framework=framework)

        def __enter__(self):
            self.file = self.opened.__enter__()
            return self

        def __exit__(self, *problem):
            return self.opened.__exit__(*problem)

        def keys(self):
            return self.file.keys()

        def get_slice(self, key):
            return self.file.get_slice(key)

        def get_tensor(self, key):
            read.append(key)
            return self.file.get_tensor(key)

    opened = tensors.safe_open
    monkeypatch.setattr(tensors, "safe_open", Recorded)
    found = pairs(base, adapter(tmp_path / "a", factors(Q) | factors(V))).pairs
    matrices(base)
    assert len(found) == 2 and read == []
    found[1].load()
    assert {key.removeprefix("base_model.model.") for key in read} == {f"{V}.weight", *factors(V)}
    assert len(read) == 3


def test_unchanged_tensors_give_zeros_and_types_are_promoted(tmp_path):
    types = {"half": np.float16, "brain": ml_dtypes.bfloat16, "single": np.float32, "double": np.float64}
    content = {f"layers.0.{name}.weight": normal(3, 2, dtype=dtype) for name, dtype in types.items()}
    found = pairs(model(tmp_path / "base", content), model(tmp_path / "tuned", content)).pairs
    for pair in found:
        W0, update = pair.load()
        assert W0.dtype == update.dtype == (np.float64 if "double" in pair.name else np.float32)
        assert np.array_equal(W0, content[pair.name].astype(float)) and not update.any()
    mixed = {name: value.astype(np.float64) + 1 / 3 for name, value in content.items()}
    for pair in pairs(tmp_path / "base", model(tmp_path / "tuned", mixed)).pairs:
        W0, update = pair.load()
        assert update.dtype == np.float64 and np.array_equal(update, mixed[pair.name] - W0)


def test_matrices_and_what_is_none(tmp_path):
    content = {
        "layers.0.q.weight": normal(3, 2),
        "layers.0.norm.weight": normal(3),
        "layers.0.experts": normal(2, 3, 2),
        "layers.0.int8.weight": np.zeros((3, 2), np.int8),
        "layers.0.gptq.qweight": np.zeros((3, 2), np.int32),
        "layers.0.gptq.scales": normal(3, 2, dtype=np.float16),
        "layers.0.none.weight": normal(0, 2),
    }
    found, skipped = matrices(model(tmp_path / "base", content))
    assert [(one.name, one.shape) for one in found] == [("layers.0.q.weight", (3, 2))]
    assert np.array_equal(found[0].load(), normal(3, 2))
    why = {one.name.removeprefix("layers.0."): one.why for one in skipped}
    assert why == {
        "experts": "not a matrix, shape (2, 3, 2)",
        "int8.weight": "stored as I8, quantised or not a float; F64, F32, F16, BF16 can be read",
        "gptq.qweight": "stored as I32, quantised or not a float; F64, F32, F16, BF16 can be read",
        "gptq.scales": "belongs to layers.0.gptq.qweight, which is quantised",
        "none.weight": "empty, shape (0, 2)",
    }


GPT2 = {
    "h.0.attn.c_attn.weight": normal(4, 12),
    "h.0.attn.c_attn.bias": normal(12),
    "h.0.attn.c_proj.weight": normal(4, 4),
    "h.0.attn.c_proj.bias": normal(4),
    "wte.weight": normal(9, 4),
}


@pytest.mark.parametrize("config", [None, {"model_type": "gpt2"}])
def test_conv1d_is_read_as_outputs_times_inputs(config, tmp_path):
    found = {one.name: one for one in matrices(model(tmp_path / "base", GPT2, config))[0]}
    assert {name: one.shape for name, one in found.items()} == {
        "h.0.attn.c_attn.weight": (12, 4),
        "h.0.attn.c_proj.weight": (4, 4),
        "wte.weight": (9, 4),
    }
    assert np.array_equal(found["h.0.attn.c_proj.weight"].load(), GPT2["h.0.attn.c_proj.weight"].T)


def test_layers_of_the_same_names_that_are_linear_stay(tmp_path):
    """As in GPTBigCode: the biases say so, even against the model's type."""
    linear = GPT2 | {"h.0.attn.c_attn.weight": GPT2["h.0.attn.c_attn.weight"].T.copy()}
    found = {one.name: one for one in matrices(model(tmp_path / "base", linear, {"model_type": "gpt2"}))[0]}
    assert found["h.0.attn.c_attn.weight"].shape == (12, 4)
    assert np.array_equal(found["h.0.attn.c_proj.weight"].load(), linear["h.0.attn.c_proj.weight"])


def test_either_side_tells_that_a_square_layer_is_conv1d(tmp_path):
    whole, part = model(tmp_path / "whole", GPT2), {"h.0.attn.c_proj.weight": normal(4, 4, seed=1)}
    for base, tuned in ((whole, model(tmp_path / "part", part)), (tmp_path / "part", whole)):
        pair = pairs(base, tuned).pairs[0]
        assert pair.name == "h.0.attn.c_proj.weight"
        W0, update = pair.load()
        assert np.allclose((W0 + update if base is whole else W0).T, part[pair.name])


def test_a_square_layer_that_may_be_transposed_is_skipped(tmp_path):
    base = model(tmp_path / "base", {"h.0.mix.weight": normal(4, 4), "h.0.q.weight": normal(5, 4)})
    tuned = factors("h.0.mix", 4, 4) | factors("h.0.q")
    found = pairs(base, adapter(tmp_path / "a", tuned, fan_in_fan_out=True))
    assert [pair.name for pair in found.pairs] == ["h.0.q.weight"]
    assert "cannot be told" in found.skipped[0].why


def test_tensors_of_one_side_and_new_heads_are_listed(tmp_path):
    shared = {"layers.0.q.weight": normal(3, 2), "embed_tokens.weight": normal(7, 2)}
    base = model(tmp_path / "base", shared | {"pooler.weight": normal(2, 2)}, {"tie_word_embeddings": False})
    tuned = shared | {"embed_tokens.weight": normal(8, 2), "lm_head.weight": normal(8, 2)}
    found = pairs(base, model(tmp_path / "tuned", tuned, {"tie_word_embeddings": False}))
    assert [pair.name for pair in found.pairs] == ["layers.0.q.weight"]
    why = {one.name: one.why for one in found.skipped}
    assert why["pooler.weight"] == f"absent from {tmp_path}/tuned/model.safetensors"
    assert why["lm_head.weight"] == f"absent from {tmp_path}/base/model.safetensors"
    assert why["embed_tokens.weight"].endswith("a new head or vocabulary") and "(8, 2)" in why["embed_tokens.weight"]


def test_a_head_untied_in_tuning_starts_from_the_embedding(tmp_path):
    shared = {"layers.0.q.weight": normal(3, 2), "embed_tokens.weight": normal(7, 2)}
    base = model(tmp_path / "base", shared, {"model_type": "tied by default"})
    tuned = model(tmp_path / "tuned", shared | {"lm_head.weight": normal(7, 2, seed=3)}, {})
    W0, update = next(pair for pair in pairs(base, tuned).pairs if pair.name == "lm_head.weight").load()
    assert np.array_equal(W0, shared["embed_tokens.weight"]) and np.allclose(W0 + update, normal(7, 2, seed=3))


def test_quantised_base_is_skipped_with_the_reason(tmp_path):
    content = {f"{Q}.qweight": np.zeros((5, 4), np.int32), f"{V}.weight": normal(5, 4)}
    base = model(tmp_path / "base", content | {"model.layers.1.v_proj.weight": np.zeros((5, 4), np.uint8)})
    tuned = factors(Q) | factors(V) | factors("model.layers.1.v_proj")
    found = pairs(base, adapter(tmp_path / "a", tuned))
    assert [pair.name for pair in found.pairs] == [f"{V}.weight"]
    assert found.skipped[0].why.endswith(f"quantised: {Q}.qweight")
    assert found.skipped[1].why.startswith("stored as U8")
    with pytest.raises(CheckpointError, match=rf"no matrix to compare. {Q}.weight: not a plain weight"):
        pairs(base, adapter(tmp_path / "a", factors(Q)))


def test_prefixes():
    encoder = {f"layer.{k}.query" for k in range(3)}
    assert renaming(encoder, encoder | {"bert." + name for name in encoder}) == [Renaming()], "exact names first"
    assert renaming(encoder, {"bert.encoder." + name for name in encoder}) == [Renaming(add="bert.encoder.")]
    assert renaming({"bert." + name for name in encoder}, encoder) == [Renaming(strip="bert.")]
    assert renaming(encoder, {"other.0.query"}) == []
    assert len(renaming(encoder, {f"{side}.{name}" for name in encoder for side in ("text", "vision")})) == 2
    assert renaming(encoder | {"pooler"}, {"bert." + name for name in encoder} | {"pooler"}) == [Renaming(add="bert.")]


def test_ambiguous_prefix_is_refused(tmp_path):
    base = model(tmp_path / "base", {f"{side}.{Q}.weight": normal(5, 4) for side in ("text", "vision")})
    with pytest.raises(CheckpointError, match="match in several ways: wrong base"):
        pairs(base, adapter(tmp_path / "a", factors(Q)))


def without(content, key):
    return {name: value for name, value in content.items() if name != key}


@pytest.mark.parametrize(
    ("content", "settings", "message"),
    [
        (without(factors(Q), f"{Q}.lora_B.weight"), {}, f"{Q}: has A and lacks B"),
        (without(factors(Q), f"{Q}.lora_A.weight"), {}, f"{Q}: has B and lacks A"),
        (factors(Q), {"use_dora": True}, f"{Q}: has A, B and lacks magnitude"),
        (
            factors(Q) | {f"{Q}.lora_magnitude_vector": normal(5)},
            {},
            "has magnitude, which the settings in adapter_con",
        ),
        (factors(Q) | {f"{Q}.lora_magnitude_vector": normal(4)}, {"use_dora": True}, r"shape \(4,\), expected \(5,\)"),
        (factors(Q) | {f"{Q}.lora_C.weight": normal(2, 2)}, {}, f"{Q}.lora_C.weight: not a tensor known of LoRA"),
        (factors(Q) | {f"{V}.weight": normal(5, 4)}, {}, f"{V}.weight: neither a tensor of LoRA nor among modules_to"),
        (factors(Q, n=6), {}, rf"{Q}.lora_B.weight: shape \(6, 2\), expected \(5, 2\).*base.*wrong base"),
        (factors(Q, m=6), {}, rf"{Q}.lora_A.weight: shape \(2, 6\), expected \(2, 4\)"),
        (factors(Q, r=3), {}, rf"{Q}.lora_A.weight: shape \(3, 4\), expected \(2, 4\) from rank 2"),
        (factors(Q, m=0), {}, rf"{Q}.lora_A.weight: shape \(2, 0\)"),
        ({k: v.astype(np.int8) for k, v in factors(Q).items()}, {}, "lora_A.weight: stored as I8"),
        (factors("model.layers.7.q_proj"), {}, "share no layer: wrong base. Names like model.layers.7.q_proj there"),
        (factors(Q) | factors("model.layers.7.q_proj"), {}, "wrong base. model.layers.7.q_proj is absent from"),
        (factors(Q), {"peft_type": "IA3"}, "adapters of type IA3 are not read, only LORA and ADALORA"),
        (factors(Q), {"peft_type": None}, "adapters of type None"),
        (factors(Q), {"r": 0}, "r must be a positive number, got 0"),
        (factors(Q), {"lora_alpha": None}, "lora_alpha must be a positive number, got None"),
        (
            factors(Q),
            {"alpha_pattern": {"q_proj": float("nan")}},
            r"alpha_pattern\['q_proj'\] must be a positive number",
        ),
        (factors(Q), {"rank_pattern": {"(": 3}}, "rank_pattern is no mapping from patterns"),
        (factors(Q), {"rank_pattern": [3]}, "rank_pattern is no mapping from patterns"),
        (factors(Q), {"init_lora_weights": "pissa_niter_4"}, "'pissa_niter_4': a part of the base's weights was moved"),
        (factors(Q), {"init_lora_weights": "LoftQ"}, "'loftq': the base was quantised"),
        (factors(Q), {"init_lora_weights": "corda"}, "path_initial_model_for_weight_conversion"),
        (factors(Q), {"init_lora_weights": "lora_ga"}, "a part of the base's weights was moved"),
        (factors(Q), {"init_lora_weights": "newest"}, "init_lora_weights='newest' is not known"),
        (
            factors(Q),
            {"alora_invocation_tokens": [1]},
            "alora_invocation_tokens is set: an activated LoRA acts on some",
        ),
        (factors(Q), {"layer_replication": [[0, 1]]}, "layer_replication is set: the tuned model repeats layers"),
        (factors(Q), {"megatron_config": {"a": 1}}, "megatron_config is set"),
        (factors(Q), {"use_qalora": True}, "use_qalora is set"),
        (factors(Q), {"use_bdlora": {"nblocks": 2}}, "use_bdlora is set"),
        (factors(Q), {"kasa_config": {"a": 1}}, "kasa_config is set"),
        (factors(Q), {"use_something_new": True}, "use_something_new=True is not a setting known here"),
        (factors(Q), {"peft_type": "ADALORA", "init_r": 2}, f"{Q}: has A, B and lacks E"),
    ],
)
def test_adapters_that_are_refused(content, settings, message, base, tmp_path):
    tuned = adapter(tmp_path / "a", content, **settings)
    with pytest.raises(CheckpointError, match=message) as caught:
        pairs(base, tuned)
    assert str(tmp_path / "a" / "adapter_") in str(caught.value), "the file is named"


@pytest.mark.parametrize("settings", [{"use_something_new": None}, {"lora_bias": True}, {"init_lora_weights": "mica"}])
def test_settings_that_change_no_matrix_pass(settings, base, tmp_path):
    content = factors(Q) | {f"{Q}.lora_B.bias": normal(5), f"{V}.bias": normal(5), f"{V}.base_layer.bias": normal(5)}
    assert len(pairs(base, adapter(tmp_path / "a", content, **settings)).pairs) == 1


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("key", [f"{Q}.weight", f"{Q}.lora_A.weight", f"{Q}.lora_B.weight"])
def test_values_that_are_not_finite_fail_their_layer_alone(key, value, tmp_path):
    content = {f"{Q}.weight": normal(5, 4), f"{V}.weight": normal(5, 4)} | factors(Q) | factors(V)
    content[key][1, 1] = value
    lora = {name: content[name] for name in content if "lora" in name}
    base = model(tmp_path / "base", {name: content[name] for name in content if "lora" not in name})
    found = pairs(base, adapter(tmp_path / "a", lora)).pairs
    with pytest.raises(
        CheckpointError, match=rf"safetensors: (base_model.model.)?{key}: 1 of \d+ values are NaN or in"
    ):
        found[0].load()
    found[1].load()


def test_dora_of_a_row_of_zeros(tmp_path):
    base = model(tmp_path / "base", {f"{Q}.weight": np.zeros((5, 4), np.float32)})
    content = {f"{Q}.lora_A.weight": normal(2, 4), f"{Q}.lora_B.weight": np.zeros((5, 2), np.float32)}
    content[f"{Q}.lora_magnitude_vector"] = normal(5)
    pair = pairs(base, adapter(tmp_path / "a", content, use_dora=True)).pairs[0]
    with pytest.raises(
        CheckpointError, match="lora_magnitude_vector: DoRA divides by the length of a row that is zero"
    ):
        pair.load()


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "a.pth", "b.ckpt", "c.pkl"])
def test_pickles_are_never_opened(name, base, tmp_path):
    file = tmp_path / name
    file.write_bytes(pickle.dumps({}))
    message = f"{name}: pickle files can run code and are never opened"
    for arguments in ((file, base), (base, file)):
        with pytest.raises(CheckpointError, match=message):
            pairs(*arguments)
    with pytest.raises(CheckpointError, match=f"neither model.safetensors nor .*never opened: {name}"):
        pairs(tmp_path, base)


def test_pickled_adapter_is_refused(base, tmp_path):
    tuned = adapter(tmp_path / "a", factors(Q))
    (tuned / "adapter_model.safetensors").rename(tuned / "adapter_model.bin")
    with pytest.raises(CheckpointError, match=r"no adapter_model.safetensors; pickle files .* adapter_model.bin"):
        pairs(base, tuned)


def test_files_that_are_broken(base, tmp_path):
    file = base / "model.safetensors"
    whole = file.read_bytes()
    tuned = adapter(tmp_path / "a", factors(Q))
    pair = pairs(base, tuned).pairs[0]
    for content in (whole[:-1], whole[:20], b"", b"\0" * 64, b"PK\x03\x04" + whole):
        file.write_bytes(content)
        with pytest.raises(CheckpointError, match=r"base/model.safetensors: not a safetensors file, or truncated"):
            pairs(base, tuned)
    with pytest.raises(CheckpointError, match=rf"base/model.safetensors: {Q}.weight: cannot be read"):
        pair.load()
    file.write_bytes(whole)
    for content in ("{", "[]", b"\xff\xfe".decode("latin-1")):
        (tuned / "adapter_config.json").write_text(content, encoding="latin-1")
        with pytest.raises(CheckpointError, match=r"adapter_config.json: (not readable as|expected a) JSON"):
            pairs(base, tuned)
    (tuned / "adapter_config.json").unlink()
    with pytest.raises(CheckpointError, match=r"adapter_model.safetensors without adapter_config.json"):
        pairs(base, tuned)


def test_index_of_shards_that_is_broken(base, tmp_path):
    index = tmp_path / "shards" / "model.safetensors.index.json"
    index.parent.mkdir()
    save_file({"layers.0.q.weight": normal(3, 2)}, index.parent / "one.safetensors")
    for shards, message in (
        (
            {"layers.0.q.weight": "one.safetensors", "b": "two.safetensors"},
            "index.json: the shard two.safetensors is miss",
        ),
        (
            {"layers.0.k.weight": "one.safetensors"},
            "one.safetensors: layers.0.k.weight is missing, which model.safetens",
        ),
        ({"layers.0.q.weight": "../base/model.safetensors"}, "expected a weight_map"),
        (["one.safetensors"], "expected a weight_map"),
    ):
        index.write_text(json.dumps({"weight_map": shards}))
        with pytest.raises(CheckpointError, match=message):
            matrices(index.parent)
    index.write_text(json.dumps({"weight_map": {"layers.0.q.weight": "one.safetensors"}}))
    assert [one.name for one in matrices(index)[0]] == ["layers.0.q.weight"]


def test_models_that_do_not_fit(base, tmp_path):
    wider = model(tmp_path / "wider", {f"{Q}.weight": normal(5, 6), f"{V}.weight": normal(5, 4)})
    with pytest.raises(CheckpointError, match=rf"wider.*{Q}.weight: wrong base. shape \(5, 6\) in .*, \(5, 4\) in"):
        pairs(base, wider)
    other = model(tmp_path / "other", {"encoder.block.0.k.weight": normal(5, 4)})
    with pytest.raises(CheckpointError, match=r"other/model.safetensors and .*base/model.safetensors share no layer"):
        pairs(base, other)
    with pytest.raises(CheckpointError, match="no matrix of floats among 1 tensors"):
        matrices(model(tmp_path / "vectors", {"norm.weight": normal(4)}))
    with pytest.raises(CheckpointError, match="it holds an adapter, not a model"):
        matrices(adapter(tmp_path / "a", factors(Q)))
    for name, message in {
        "no/such/thing": "no such file or folder",
        "missing.safetensors": "no such file or folder",
        str(base / "model.safetensors") + ".json": "no such file",
    }.items():
        with pytest.raises(CheckpointError, match=message):
            matrices(name)
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(CheckpointError, match=r"expected .safetensors, .safetensors.index.json or a folder"):
        matrices(tmp_path / "notes.txt")


def test_adapter_in_a_subfolder(base, tmp_path):
    adapter(tmp_path / "run" / "checkpoint-1", factors(Q))
    assert len(pairs(base, tmp_path / "run").pairs) == 1, "the only one needs no name"
    adapter(tmp_path / "run" / "checkpoint-2", factors(Q) | factors(V))
    with pytest.raises(CheckpointError, match=r"several adapters, choose one .*: checkpoint-1, checkpoint-2"):
        pairs(base, tmp_path / "run")
    assert len(pairs(base, tmp_path / "run", adapter="checkpoint-2").pairs) == 2
    adapter(tmp_path / "run", factors(V))
    for name in (None, "default"):
        assert pairs(base, tmp_path / "run", adapter=name).pairs[0].name == f"{V}.weight", "PEFT's default, on top"
    file = tmp_path / "run" / "adapter_model.safetensors"
    assert pairs(base, file).pairs == pairs(base, tmp_path / "run").pairs
    with pytest.raises(CheckpointError, match="no adapter 'x'; there are: none"):
        pairs(base, base, adapter="x")


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """An offline cache of the hub with a model in shards, an adapter and a model that has pickles alone."""
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)

    def snapshot(name):
        root = tmp_path / "hub" / f"models--{name.replace('/', '--')}"
        (root / "refs").mkdir(parents=True)
        (root / "refs" / "main").write_text("abc")
        (root / "snapshots" / "abc").mkdir(parents=True)
        return root / "snapshots" / "abc"

    sharded = snapshot("some-one/model.v1")
    save_file({f"{Q}.weight": normal(5, 4)}, sharded / "model-1-of-2.safetensors")
    save_file({f"{V}.weight": normal(5, 4)}, sharded / "model-2-of-2.safetensors")
    shards = {f"{Q}.weight": "model-1-of-2.safetensors", f"{V}.weight": "model-2-of-2.safetensors"}
    (sharded / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))
    adapter(snapshot("some-one/adapter"), factors(Q))
    adapter(snapshot("some-one/adapters") / "b", factors(V))
    (snapshot("some-one/pickled") / "pytorch_model.bin").write_bytes(b"")


def test_names_on_the_hub(hub, tmp_path, monkeypatch):
    assert pairs("some-one/model.v1", "some-one/adapter").pairs[0].name == f"{Q}.weight"
    assert pairs("some-one/model.v1", "some-one/adapters", adapter="b").pairs[0].name == f"{V}.weight"
    assert len(pairs("some-one/model.v1", "some-one/model.v1").pairs) == 2
    with pytest.raises(CheckpointError, match="some-one/absent: no such folder, and not to be had from the hub"):
        matrices("some-one/absent")
    with pytest.raises(CheckpointError, match=r"neither model.safetensors nor"):
        matrices("some-one/pickled")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "some-one").mkdir()
    model(tmp_path / "some-one" / "model.v1", {"here.weight": normal(3, 2)})
    assert matrices("some-one/model.v1")[0][0].name == "here.weight", "what is on the disk comes first"


def test_only_what_is_needed_is_asked_of_the_hub(hub, monkeypatch):
    import huggingface_hub

    asked = []
    download = huggingface_hub.snapshot_download
    monkeypatch.setattr(
        huggingface_hub, "snapshot_download", lambda name, **rest: asked.append(rest) or download(name, **rest)
    )
    matrices("some-one/model.v1")
    pairs("some-one/model.v1", "some-one/adapters")
    patterns = {pattern for request in asked for pattern in request["allow_patterns"]}
    assert {"model-1-of-2.safetensors", "b/adapter_model.safetensors"} <= patterns
    assert not any("bin" in pattern or pattern == "*" for pattern in patterns)


def test_hub_without_its_client(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(CheckpointError, match="some-one/model: no such folder, and the hub needs huggingface_hub"):
        matrices("some-one/model")


def test_public_face():
    assert issubclass(CheckpointError, ValueError)
    assert Skipped("a", "b") == Skipped(name="a", why="b")
    assert set(checkpoints.__all__) == {"CheckpointError", "Matrix", "Pair", "Pairs", "Skipped", "matrices", "pairs"}
