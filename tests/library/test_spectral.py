"""The spectral adapters: identity at first, exact rank, exact singular values, and their conditions for an intruder."""

import numpy as np
import pytest
import torch
from torch import nn

from intruders.spectra.detect import detect
from intruders.theory.ensembles import haar_orthogonal, iid_rectangular
from intruders.tuning.spectral import KINDS, Additive, Rotational, attach, merge


def weight(n=60, m=90, seed=0):
    """Noise and twelve well separated directions of its own."""
    rng = np.random.default_rng(seed)
    U, V = haar_orthogonal(n, rng)[:, :12], haar_orthogonal(m, rng)[:, :12]
    return torch.from_numpy(iid_rectangular(n, m, rng) + (U * np.linspace(40, 10, 12)) @ V.T)


def descended(module, W0, steps=40, seed=1):
    """After some steps of Adam towards a random matrix."""
    target = torch.randn(W0.shape, generator=torch.Generator().manual_seed(seed), dtype=W0.dtype)
    optimizer = torch.optim.Adam(module.parameters(), lr=0.05)
    for _ in range(steps):
        optimizer.zero_grad()
        ((module(W0) - target) ** 2).sum().backward()
        optimizer.step()
    return module(W0).detach()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(20, 30), (30, 20)])
def test_identity_at_the_start_and_something_later(kind, shape):
    W0 = weight(*shape)
    module = KINDS[kind](W0, 4)
    assert torch.allclose(module(W0), W0, atol=1e-12)
    assert (descended(module, W0) - W0).norm() > 1


@pytest.mark.parametrize(("kind", "rank"), [("SPECTRAL_ADDITIVE", 8), ("SPECTRAL_ROTATIONAL", 4)])
def test_the_change_has_its_rank_exactly(kind, rank):
    W0 = weight()
    values = torch.linalg.svdvals(descended(KINDS[kind](W0, 4), W0) - W0)
    assert values[rank - 1] > 1e-3 and values[rank] < 1e-10


def test_rotation_keeps_every_singular_value_and_addition_does_not():
    W0 = weight()
    before = torch.linalg.svdvals(W0)
    assert torch.allclose(torch.linalg.svdvals(descended(Rotational(W0, 6), W0)), before, atol=1e-10)
    assert not torch.allclose(torch.linalg.svdvals(descended(Additive(W0, 6), W0)), before, atol=0.1)


def test_the_formula_is_the_published_one():
    W0, r, rng = weight(), 3, np.random.default_rng(2)
    module = Additive(W0, r)
    module.A_U.data = torch.from_numpy(rng.normal(size=module.A_U.shape))
    module.A_V.data = torch.from_numpy(rng.normal(size=module.A_V.shape))
    U, s, Vt = np.linalg.svd(W0.numpy(), full_matrices=False)
    U[:, :r] += module.A_U.detach().numpy() * np.sign(np.sum(U[:, :r] * module.U.numpy(), axis=0))
    Vt[:r] += module.A_V.detach().numpy().T * np.sign(np.sum(Vt[:r].T * module.V.numpy(), axis=0))[:, None]
    assert np.allclose(module(W0).detach().numpy(), (U * s) @ Vt)


@pytest.mark.parametrize(("a", "intruder"), [(1.6, False), (1.85, True)])
def test_an_added_column_makes_an_intruder_beyond_root_three(a, intruder):
    """cos = (1 + a^2)^(-1/2) is below one half from a = 3^(1/2) = 1.73 on."""
    rng = np.random.default_rng(3)
    W0 = weight(400, 400)
    module = Additive(W0, 1)
    for factor in (module.A_U, module.A_V):
        column = torch.from_numpy(rng.normal(size=factor.shape))
        factor.data = a * column / column.norm()
    report = detect(W0.numpy(), (module(W0).detach() - W0).numpy(), route="dense")
    assert report.max_cosine()[0] == pytest.approx((1 + a**2) ** -0.5, abs=0.03)
    assert bool(report.intruders()[0]) is intruder


def test_a_rotated_vector_is_an_intruder_where_its_column_is_small():
    """max_k |R_ki| < eps, for every one of ten columns, by the rotation that the module holds."""
    W0 = weight(60, 90, seed=4)
    module = Rotational(W0, 10)
    descended(module, W0, steps=60)
    largest = module.R_U.weight.detach().abs().max(dim=0).values.numpy()
    report = detect(W0.numpy(), (module(W0).detach() - W0).numpy(), route="dense")
    assert np.allclose(report.max_cosine(), largest, atol=1e-6)
    assert (report.intruders() == (largest < 0.5)).all() and 0 < report.intruders().sum() < 10


def test_attached_layers_alone_are_trained_and_merge_leaves_plain_ones():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 6), nn.Linear(6, 5))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    attach(model, ["1"], "SPECTRAL_ROTATIONAL", 3)
    trained = [name for name, p in model.named_parameters() if p.requires_grad]
    assert trained and all("parametrizations.weight.0.R_" in name for name in trained)
    x = torch.randn(2, 8)
    rotation = model[1].parametrizations.weight[0].R_U.parametrizations.weight.original
    rotation.data += 0.3 * torch.randn(3, 3)
    expected = model(x)
    merge(model)
    assert torch.allclose(model(x), expected, atol=1e-6)
    assert set(model.state_dict()) == set(before)
    assert torch.equal(model[0].weight, before["0.weight"]) and not torch.equal(model[1].weight, before["1.weight"])


@pytest.mark.parametrize("r", [0, 21])
def test_bad_rank(r):
    with pytest.raises(ValueError, match=rf"r must be between 1 and 20 for a weight of shape \(20, 30\), got {r}"):
        Additive(weight(20, 30), r)
