"""The control of spikes in training: strengths of the core beside the dense product, the hinge, the cut, the budget."""

import numpy as np
import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import nn

from intruders.spectra.detect import detect
from intruders.spectra.updates import LowRank
from intruders.tuning.control import Control, Watch, cut, limits

LAW = (6.0, 0.6, 1.0)


def watched(kind="hinge", size=1.0, taus=(2.0, 3.0), seed=0):
    """Two layers of different shapes under LoRA of rank 3 with random factors."""
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(30, 20), nn.Linear(20, 40))
    names = dict(zip(("0", "1"), taus, strict=True))
    control = Control(kind, size, LAW if kind == "law" else None)
    pattern = control.alpha_pattern(names, 3, 2e-3)
    adapted = get_peft_model(model, LoraConfig(r=3, lora_alpha=6, target_modules=["0", "1"], alpha_pattern=pattern))
    watch = Watch.of(control, adapted, names)
    for A, B in watch.factors:
        A.data, B.data = torch.randn(A.shape) / 4, torch.randn(B.shape) / 3
    return watch, adapted


def dense(watch):
    return [float(s) * (B @ A).detach().double() for (A, B), s in zip(watch.factors, watch.scales, strict=True)]


def test_strengths_are_those_of_the_dense_product():
    watch, _ = watched()
    expected = [torch.linalg.svdvals(one)[:3].flip(0) for one in dense(watch)]
    assert torch.allclose(watch.strengths(), torch.stack(expected), rtol=1e-5)
    watch.factors[0][1].data.zero_()
    assert watch.strengths()[0].max() < 1e-9
    watch.strengths().sum().backward()


def test_hinge_is_the_excess_and_its_gradient_pulls_spikes_down():
    watch, _ = watched(size=0.3)
    taus = torch.tensor([2.0, 3.0], dtype=torch.double)
    strengths = torch.stack([torch.linalg.svdvals(one)[:3] for one in dense(watch)])
    expected = 0.3 * (strengths / taus[:, None] - 1).clamp(min=0).sum()
    assert expected > 0.1 and watch.penalty().item() == pytest.approx(float(expected), rel=1e-5)
    parameters = [p for pair in watch.factors for p in pair]
    optimizer = torch.optim.SGD(parameters, lr=0.02)
    for _ in range(400):
        optimizer.zero_grad()
        loss = watch.penalty()
        if loss.item() == 0:
            break
        loss.backward()
        optimizer.step()
    assert (watch.strengths() <= taus[:, None] * 1.02).all()
    assert watched("project")[0].penalty() == 0


def test_projection_cuts_what_exceeds_and_nothing_else():
    watch, _ = watched("project", size=0.9, taus=(1.0, 50.0))
    before = dense(watch)
    A_before = [A.clone() for A, _ in watch.factors]
    watch.after_step()
    after = dense(watch)
    U, values, Vt = np.linalg.svd(before[0].numpy(), full_matrices=False)
    assert values[0] > 0.9
    assert np.allclose(after[0].numpy(), (U * np.minimum(values, 0.9)) @ Vt, atol=1e-5)
    assert torch.equal(after[1], before[1]), "below its limit"
    assert all(torch.equal(A, old) for (A, _), old in zip(watch.factors, A_before, strict=True))
    hinge, _ = watched("hinge", taus=(1.0, 50.0))
    untouched = dense(hinge)
    hinge.after_step()
    assert torch.equal(dense(hinge)[0], untouched[0])


def test_cut_keeps_the_vectors():
    rng = np.random.default_rng(0)
    A, B = torch.from_numpy(rng.normal(size=(2, 30))), torch.from_numpy(rng.normal(size=(20, 2)))
    before = LowRank(B.numpy().copy(), A.numpy(), 0.5)
    cap = before.singular_values.mean()
    cut(A, B, 0.5, cap)
    after = LowRank(B.numpy(), A.numpy(), 0.5)
    left, right = before.overlaps(after.svd[0], after.svd[2])
    assert np.allclose(after.singular_values, np.minimum(before.singular_values, cap))
    assert np.allclose(np.diag(left), 1) and np.allclose(np.diag(right), 1)


def test_budget_sets_the_scale_of_each_layer_to_its_limit():
    watch, _ = watched("budget", size=0.5)
    assert torch.allclose(watch.scales, torch.tensor([1.0, 1.5], dtype=torch.double))
    assert watch.penalty() == 0 and Control("hinge").alpha_pattern({"0": 2.0}, 3, 1e-3) == {}


def test_law_sets_the_scale_with_which_the_limit_is_foretold():
    watch, _ = watched("law", size=0.8)
    a, b, c = LAW
    foretold = np.exp(a) * (watch.scales.numpy() * 3**0.5) ** b * 2e-3**c
    assert np.allclose(foretold, [0.8 * 2.0, 0.8 * 3.0])
    assert watch.penalty() == 0


def test_limits_are_the_visibilities_that_the_detector_reports():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(60, 40), nn.Linear(40, 60))
    found = limits(model, ["0", "1"])
    for name, layer in model.named_children():
        W0 = layer.weight.detach().double().numpy()
        report = detect(W0, LowRank(np.ones((len(W0), 1)), np.ones((1, W0.shape[1]))), route="dense")
        assert found[name] == pytest.approx(report.visibility)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("clip", 1.0), "kind must be one of hinge, project, budget, law, got 'clip'"),
        (("law", 1.0), "law: kind 'law' got None"),
        (("hinge", 1.0, LAW), r"law: kind 'hinge' got \(6\.0, 0\.6, 1\.0\)"),
        (("hinge", 0), "size must be positive, got 0"),
        (("hinge", float("nan")), "size must be positive, got nan"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        Control(*arguments)
