"""Keeps the spikes of a LoRA update below what each weight matrix can hide, while it is trained.

Everything is computed from r x r matrices: with G_A = A A' = L L' and G_B = B'B the squared singular values of B A are
the eigenvalues of L' G_B L. The limits are the visibilities of the weights before training.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from intruders.theory.bbp import strength_at
from intruders.theory.laws import Empirical
from intruders.tuning.compare import TOP_K

KINDS = ("hinge", "project", "budget", "law")


@dataclass(frozen=True)
class Control:
    """What is done about spikes theta_j that exceed the limit tau of their matrix.

    hinge     size times the sum over all spikes of max(theta_j/tau - 1, 0) is added to the loss
    project   after each step spikes beyond size times tau are cut there, by a change of B alone
    budget    nothing in training; the scale alpha/r of each matrix is size times its tau, where factors of orthonormal
              columns have all spikes at the limit for size 1
    law       nothing in training; the scale of each matrix is the one for which the law of strength foretells size
              times its tau: log theta = a + b log(scale sqrt r) + c log(rate) with law = (a, b, c)
    Raises ValueError for another kind, for a size that is not positive, and unless a law is given exactly where needed.
    """

    kind: str
    size: float = 1.0
    law: tuple[float, float, float] | None = None

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {self.kind!r}")
        if not self.size > 0:
            raise ValueError(f"size must be positive, got {self.size}")
        if (self.kind == "law") != (self.law is not None):
            raise ValueError(f"law: kind {self.kind!r} got {self.law}")

    def alpha_pattern(self, limits: dict[str, float], rank: int, rate: float) -> dict[str, float]:
        """For PEFT: the alpha of each layer, for a scale alpha/r; empty where the kind does not set it."""
        aims = {name: self.size * tau for name, tau in limits.items()}
        if self.kind == "budget":
            return {name: rank * aim for name, aim in aims.items()}
        if self.kind == "law":
            a, b, c = self.law
            return {name: rank**0.5 * float(aim / (np.exp(a) * rate**c)) ** (1 / b) for name, aim in aims.items()}
        return {}


def limits(encoder: nn.Module, names: list[str]) -> dict[str, float]:
    """The visibility of each of the named linear layers as it is, from its singular values."""
    found = {}
    for name in names:
        W0 = encoder.get_submodule(name).weight.detach().double().numpy()
        values = np.linalg.svd(W0, compute_uv=False)
        found[name] = strength_at(float(values[TOP_K - 1]), Empirical(values, W0.shape))
    return found


@dataclass
class Watch:
    """The LoRA factors of a PEFT model beside their limits, one row a layer; all layers have one rank."""

    control: Control
    factors: list[tuple[nn.Parameter, nn.Parameter]]
    scales: torch.Tensor
    taus: torch.Tensor

    @classmethod
    def of(cls, control: Control, encoder: nn.Module, taus: dict[str, float]) -> "Watch":
        layers = {name.removeprefix("base_model.model."): one for name, one in encoder.named_modules()}
        adapted = [layers[name] for name in taus]
        factors = [(one.lora_A["default"].weight, one.lora_B["default"].weight) for one in adapted]
        scales = torch.tensor([one.scaling["default"] for one in adapted], dtype=torch.double)
        return cls(control, factors, scales, torch.tensor(list(taus.values()), dtype=torch.double))

    def strengths(self) -> torch.Tensor:
        """The singular values of scale B A, rising: layers x r; differentiable."""
        G_A = torch.stack([A @ A.T for A, _ in self.factors]).double()
        G_B = torch.stack([B.T @ B for _, B in self.factors]).double()
        L = torch.linalg.cholesky(G_A)
        squares = torch.linalg.eigvalsh(L.mT @ G_B @ L)
        return self.scales[:, None] * squares.clamp(min=1e-24).sqrt()

    def penalty(self) -> torch.Tensor | float:
        """What is added to the loss."""
        if self.control.kind != "hinge":
            return 0.0
        return self.control.size * torch.relu(self.strengths() / self.taus[:, None] - 1).sum().float()

    @torch.no_grad()
    def after_step(self) -> None:
        """Cuts spikes where the control says so."""
        if self.control.kind != "project":
            return
        caps = self.control.size * self.taus
        for i in torch.nonzero(self.strengths()[:, -1] > caps).flatten().tolist():
            cut(*self.factors[i], float(self.scales[i]), float(caps[i]))


def cut(A: torch.Tensor, B: torch.Tensor, scale: float, cap: float) -> None:
    """Changes B, n x r, so that the singular values of scale B A are at most the cap and its vectors stay."""
    Q_B, R_B = torch.linalg.qr(B.double())
    R_A = torch.linalg.qr(A.double().T).R
    U, values, Vt = torch.linalg.svd(scale * R_B @ R_A.T)
    clipped = (U * values.clamp(max=cap)) @ Vt
    B.copy_(Q_B @ torch.linalg.solve(R_A, clipped.T).T / scale)
