"""The spectral adapters of Zhang & Pilanci 2024 as trainable torch modules: what turns the leading singular vectors.

Both start at W0 exactly, train two small matrices and leave W0 as it is. With the thin decomposition
W0 = [U1 U2] diag(s1, s2) [V1 V2]', U1 and V1 its first r columns:

additive    W = [U1 + A_U | U2] S [V1 + A_V | V2]', A_U (n, r) and A_V (m, r): the change has rank at most 2r
rotational  W = [U1 R_U | U2] S [V1 R_V | V2]', R_U and R_V orthogonal, r x r: the singular values stay
"""

import torch
from torch import nn
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import orthogonal


class Additive(nn.Module):
    """Takes the place of a weight (n, m): adds trained matrices, zero at first, to its r leading singular vectors.

    Intruders: one spread column of length a beside a strong singular vector turns it to a cosine near (1 + a^2)^(-1/2)
    with what it was, below eps from a near (eps^-2 - 1)^(1/2) on. Several columns mix neighbouring vectors long before.
    Raises ValueError for r beyond min(n, m).
    """

    def __init__(self, W0: torch.Tensor, r: int):
        super().__init__()
        U, s, V = _leading(W0, r)
        self.register_buffer("U", U * s.sqrt())
        self.register_buffer("V", V * s.sqrt())
        self.register_buffer("root", s.sqrt())
        self.A_U = nn.Parameter(torch.zeros_like(U))
        self.A_V = nn.Parameter(torch.zeros_like(V))

    def forward(self, W0: torch.Tensor) -> torch.Tensor:
        left, right = self.A_U * self.root, self.A_V * self.root
        return W0 + left @ self.V.T + (self.U + left) @ right.T


class Rotational(nn.Module):
    """Takes the place of a weight (n, m): rotates its r leading left singular vectors by R_U and the right ones by R_V.

    The rotations are Cayley transforms (I + X/2)^-1 (I - X/2) of trained skew matrices, the identity at first. Every
    singular value stays, and the i-th new left vector U1 R_U e_i has its cosines with the old ones in column i of R_U:
    among the ten leading it is an intruder if and only if max_k |(R_U)_ki| < eps. Raises ValueError for r beyond
    min(n, m).
    """

    def __init__(self, W0: torch.Tensor, r: int):
        super().__init__()
        U, s, V = _leading(W0, r)
        for name, value in (("U", U), ("s", s), ("V", V)):
            self.register_buffer(name, value)
        self.R_U, self.R_V = _rotation(r, W0.dtype), _rotation(r, W0.dtype)

    def forward(self, W0: torch.Tensor) -> torch.Tensor:
        core = (self.R_U.weight * self.s) @ self.R_V.weight.T - torch.diag(self.s)
        return W0 + self.U @ core @ self.V.T


KINDS = {"SPECTRAL_ADDITIVE": Additive, "SPECTRAL_ROTATIONAL": Rotational}


def attach(model: nn.Module, names: list[str], kind: str, r: int) -> None:
    """Freezes the model and gives each of the named linear layers an adapter of this kind."""
    model.requires_grad_(False)
    for name in names:
        layer = model.get_submodule(name)
        parametrize.register_parametrization(layer, "weight", KINDS[kind](layer.weight.detach(), r))


def merge(model: nn.Module) -> None:
    """Writes what the adapters make of the weights into them, and takes them off."""
    for layer in model.modules():
        if parametrize.is_parametrized(layer, "weight"):
            parametrize.remove_parametrizations(layer, "weight", leave_parametrized=True)


def _leading(W0: torch.Tensor, r: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The r leading singular triplets: left (n, r), values (r,) and right (m, r), computed in double precision."""
    if not 1 <= r <= min(W0.shape):
        raise ValueError(f"r must be between 1 and {min(W0.shape)} for a weight of shape {tuple(W0.shape)}, got {r}")
    U, s, Vt = torch.linalg.svd(W0.double(), full_matrices=False)
    return U[:, :r].to(W0.dtype), s[:r].to(W0.dtype), Vt[:r].T.to(W0.dtype)


def _rotation(r: int, dtype: torch.dtype) -> nn.Module:
    holder = nn.Linear(r, r, bias=False, dtype=dtype)
    with torch.no_grad():
        holder.weight.copy_(torch.eye(r))
    return orthogonal(holder, orthogonal_map="cayley", use_trivialization=False)
