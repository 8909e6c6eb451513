"""The first steps of LoRA against simulation and PyTorch, the explorable made of them."""

from itertools import islice

import numpy as np
import pytest

from intruders.show.first_step import first_step
from intruders.theory.ensembles import unit_vector
from intruders.theory.lora import adam_step, descend, gradient_step


def simulated(r, cosine, rng, draws=40_000, m=12):
    """Mean squares of sum_k f(g a_k)(a_k x), f the identity and the sign, in the units of the laws, with errors."""
    x = unit_vector(m, rng)
    other = unit_vector(m, rng)
    other = other - (other @ x) * x
    g = cosine * x + np.sqrt(1 - cosine**2) * other / np.linalg.norm(other)
    A = rng.normal(size=(draws, r, m))
    for terms in (A @ g, np.sign(A @ g)):
        squares = np.sum(terms * (A @ x), axis=1) ** 2
        yield squares.mean(), squares.std() / np.sqrt(draws)


@pytest.mark.parametrize(("r", "cosine"), [(1, 0.0), (1, 0.7), (3, 0.3), (8, -0.5), (8, 1.0)])
def test_first_steps(r, cosine):
    """Within four standard errors, and the mean term alone, r^2 cosine^2, is not."""
    rng = np.random.default_rng(r)
    means = cosine**2, 2 / np.pi * cosine**2
    for law, mean, (value, error) in zip((gradient_step, adam_step), means, simulated(r, cosine, rng), strict=True):
        assert abs(law(r, 1.0, cosine) ** 2 - value) < 4 * error
        assert abs(r**2 * mean - value) > 8 * error
        assert law(2 * r, 1.0, cosine) ** 2 - value > 8 * error


def test_scale_counts_twice_for_gradient_descent_and_once_for_adam():
    assert gradient_step(5, 3.0, 0.2) == pytest.approx(9 * gradient_step(5, 1.0, 0.2))
    assert adam_step(5, 3.0, 0.2) == pytest.approx(3 * adam_step(5, 1.0, 0.2))


@pytest.mark.parametrize("law", [gradient_step, adam_step])
def test_impossible_arguments_are_named(law):
    for arguments, name in [((0, 1.0, 0.1), "r must"), ((1, -1.0, 0.1), "scale must"), ((1, 1.0, 1.1), "cosine must")]:
        with pytest.raises(ValueError, match=name):
            law(*arguments)


def task(rng, n=5, m=4, r=2, scale=1.5):
    X, Y = rng.normal(size=(m, 9)), rng.normal(size=(n, 9))

    def gradients(B, A):
        residual = scale * B @ A @ X - Y
        return scale * residual @ (A @ X).T, scale * B.T @ residual @ X.T

    return gradients, X, Y, rng.normal(size=(n, r)), rng.normal(size=(r, m))


@pytest.mark.parametrize("adam", [False, True])
def test_descent_is_that_of_pytorch(adam):
    torch = pytest.importorskip("torch")
    gradients, X, Y, B, A = task(np.random.default_rng(0))
    b, a = (torch.tensor(factor, requires_grad=True) for factor in (B, A))
    groups = [{"params": [b], "lr": 3e-3}, {"params": [a], "lr": 1e-3}]
    optimizer = torch.optim.Adam(groups) if adam else torch.optim.SGD(groups)
    for B_, A_ in islice(descend(gradients, B, A, (3e-3, 1e-3), adam), 20):
        optimizer.zero_grad()
        (torch.sum((1.5 * b @ a @ torch.tensor(X) - torch.tensor(Y)) ** 2) / 2).backward()
        optimizer.step()
        assert np.allclose(b.detach().numpy(), B_, atol=1e-10) and np.allclose(a.detach().numpy(), A_, atol=1e-10)
    with pytest.raises(ValueError, match="rate of A must be positive"):
        next(descend(gradients, B, A, (1e-3, 0.0)))


@pytest.mark.parametrize("cosine", [0.0, 0.26, 1.0])
def test_explorable_shows_the_laws_and_dots_near_them(cosine):
    curves = first_step.frame(cosine).curves
    for key, law, power in (("g", gradient_step, 1.0), ("A", adam_step, 0.5)):
        r, change = curves[f"{key}-{'one' if power == 1 else 'root'}"]
        expected = [law(int(k), k**-power, cosine) / law(1, 1.0, cosine) for k in r]
        assert change == pytest.approx(expected)
        for name in ("one", "root"):
            x, line = curves[f"{key}-{name}"]
            at, seen = (values[::3] for values in curves[f"{key}-{name}-seen"])
            ratio = seen / np.exp(np.interp(np.log(at), np.log(x), np.log(line)))
            assert np.abs(np.log(ratio)).max() < 0.6 and np.abs(np.log(ratio[4:])).max() < 0.2


def test_explorable_says_the_factors_and_feels_continuous():
    says = first_step.frame(0.26).says
    assert "κ = 0.26" in says and f"Adam ×{adam_step(64, 1 / 64, 0.26) / adam_step(8, 1 / 8, 0.26):.2g} at α/r" in says
    assert len(first_step.values) >= 40 and first_step.start in first_step.values
    assert np.allclose(np.diff(first_step.values), 0.02)
    page = first_step._repr_html_()
    assert page == first_step._repr_html_() and len(page) < 150_000
