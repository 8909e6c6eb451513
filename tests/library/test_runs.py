"""Whole runs, tiny: what is recorded, in which order things are drawn, and what becomes of a run that diverges."""

import numpy as np
import pytest
import torch
from planted_sources import plant

from intruders.tuning import forgetting, interventions, models, runs, train
from intruders.tuning.train import Setting


@pytest.fixture(autouse=True)
def planted(tmp_path, monkeypatch):
    plant(tmp_path)
    monkeypatch.setenv("INTRUDERS_SOURCES", str(tmp_path))
    monkeypatch.setattr(runs, "TEST_PER_CLASS", 2)
    monkeypatch.setattr(models.Pretrained, "targets", ["encoder.layer.0.attention.self.query"])
    pairs = forgetting._pairs()[:2]
    monkeypatch.setattr(forgetting, "_pairs", lambda: pairs)
    yield
    monkeypatch.undo()
    for kept in (forgetting._pairs, runs._untouched, runs._basis):
        kept.cache_clear()


def test_a_run_of_two_tasks(monkeypatch):
    setting = Setting(1e-2, 1, steps=3, batch_size=4, texts=5, tasks=("glosses", "mails"))
    row = runs.record(setting, 0)
    assert row["status"] == "finished"
    assert [len(found) for found in row["accuracies"]] == [1, 2]
    assert row["accuracy"] == row["accuracies"][1][1]
    assert len(row["training_loss"]) == len(row["forgetting"]) == 2
    assert [matrix["stage"] for matrix in row["matrices"]] == [0, 1]
    first, second = row["matrices"]
    assert (len(first["spikes"]), len(second["spikes"])) == (1, 2), "adapters are merged in between"
    assert first["exact"] == second["exact"] == 10
    assert all(error > 0 for error in row["forgetting_error"])
    assert {"seconds", "hardware", "versions"} <= row.keys()


def test_interventions_are_recorded_and_the_untouched_weights_are_the_reference(monkeypatch):
    monkeypatch.setattr(interventions, "LAMBDAS", (0.0, 0.5))
    setting = Setting(1e-2, 1, steps=2, batch_size=4, texts=5, tasks=("mails",))
    row = runs.record(setting, 0, intervene=True)
    found = {(one["kind"], one["factor"]): one for one in row["interventions"]}
    assert len(found) == 14
    assert found["shrunk", 0.0]["frobenius"] == pytest.approx(0, abs=1e-6)
    assert found["shrunk", 0.0]["forgetting"] == pytest.approx(0, abs=0.02)
    size = row["matrices"][0]["frobenius"]
    assert found["shrunk", 0.5]["frobenius"] == pytest.approx(size / 2, rel=1e-3)


def test_the_head_is_the_same_under_every_method(monkeypatch):
    monkeypatch.setattr(train, "_fit", lambda *_: 0.0)
    task = runs.tasks.load("mails", 5, 2)
    rotation = {"peft_type": "OFT", "r": 4, "oft_block_size": 0}
    settings = (Setting(1e-3), Setting(1e-3, 4), Setting(1e-3, peft=rotation))
    heads = [train.adapt(models.load("minilm"), setting, 3, task)[0].head.weight for setting in settings]
    assert torch.equal(heads[0], heads[1]) and torch.equal(heads[0], heads[2])
    assert not torch.equal(heads[0], train.adapt(models.load("minilm"), settings[0], 4, task)[0].head.weight)


def test_only_B_leaves_A_alone():
    task, found = runs.tasks.load("mails", 5, 2), {}
    for only_B in (False, True):
        for rate in (1e-9, 1e-2):
            setting = Setting(rate, 2, steps=3, batch_size=4, only_B=only_B)
            model, _ = train.adapt(models.load("minilm"), setting, 0, task)
            found[only_B, rate] = _factors(model)
    assert not torch.allclose(found[False, 1e-9]["A"], found[False, 1e-2]["A"], atol=1e-4)
    assert torch.equal(found[True, 1e-9]["A"], found[True, 1e-2]["A"])
    assert not torch.allclose(found[True, 1e-9]["B"], found[True, 1e-2]["B"], atol=1e-4)


def _factors(model):
    named = dict(model.encoder.named_parameters())
    return {x: next(p for name, p in named.items() if f"lora_{x}" in name).detach() for x in "AB"}


def test_rank_stabilised_scaling_reaches_the_weights():
    setting = Setting(1e-2, 4, alpha=8, rslora=True, steps=2, batch_size=4)
    assert setting.scale == 4 and Setting(1e-2, 4, alpha=8).scale == 2 and Setting(1e-2).scale is None
    task = runs.tasks.load("mails", 5, 2)
    model, _ = train.adapt(models.load("minilm"), setting, 0, task)
    factors = _factors(model)
    name = models.Pretrained.targets[0]
    before = models.load("minilm").encoder.get_submodule(name).weight
    train.merge(model)
    assert torch.allclose(model.encoder.get_submodule(name).weight - before, 4 * factors["B"] @ factors["A"], atol=1e-6)


def test_a_run_that_diverges_or_fails_says_so(monkeypatch):
    setting = Setting(1e-3, 1, steps=3, batch_size=4, texts=5, tasks=("mails",))
    monkeypatch.setattr(train.nn.functional, "cross_entropy", lambda *_: torch.tensor(float("nan"), requires_grad=True))
    row = runs.record(setting, 0)
    assert row["status"] == "diverged: the loss is nan at step 1 of 3" and "matrices" not in row
    assert row["seed"] == 0 and row["rank"] == 1
    monkeypatch.setattr(runs, "adapt", lambda *_: np.zeros(2)[5])
    assert runs.record(setting, 0)["status"].startswith("failed: IndexError: ")
