"""What a checkpoint holds for the detector: pairs and matrices that know where their values are and load them."""

from dataclasses import dataclass

import numpy as np

from intruders.spectra.checkpoints.tensors import CheckpointError, Stored
from intruders.spectra.updates import LowRank


@dataclass(frozen=True)
class Skipped:
    """A tensor that gives no pair, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class Matrix:
    """A pre-trained weight, n outputs x m inputs."""

    name: str
    shape: tuple[int, int]
    base: Stored

    def load(self) -> np.ndarray:
        """The weight. Raises CheckpointError where it cannot be read, and for NaN or infinite values."""
        return self.base.read()


@dataclass(frozen=True)
class Whole:
    """The tuned matrix itself."""

    tuned: Stored

    def update(self, W0: np.ndarray) -> np.ndarray:
        tuned = self.tuned.read()
        change = np.require(tuned, np.result_type(tuned, W0), requirements="W")
        change -= W0
        return change


@dataclass(frozen=True)
class Factors:
    """LoRA's factors B, n x r, and A, r x m, and their scale; for AdaLoRA the diagonal E, r x 1, between them.

    copy: the base weight as the adapter saved it beside the factors, if it did; it must be that of the base.
    """

    B: Stored
    A: Stored
    scale: float
    E: Stored | None = None
    copy: Stored | None = None

    def update(self, W0: np.ndarray) -> LowRank:
        if self.copy is not None and not np.allclose(self.copy.read(), W0, rtol=2**-8, atol=1e-6):
            raise CheckpointError(f"{self.copy}: differs from the base's weight: the adapter was trained on another")
        A = self.A.read()
        return LowRank(self.B.read(), A if self.E is None else A * self.E.read(), self.scale)


@dataclass(frozen=True)
class Magnitudes:
    """DoRA: the rows of W0 + scale B A, brought to the lengths in `magnitude`; of an embedding, its columns.

    The change has full rank and comes dense (Liu et al. 2024).
    """

    factors: Factors
    magnitude: Stored
    axis: int

    def update(self, W0: np.ndarray) -> np.ndarray:
        change = self.factors.update(W0).dense().astype(W0.dtype, copy=False)
        change += W0
        lengths = np.linalg.norm(change, axis=self.axis, keepdims=True)
        if not lengths.all():
            raise CheckpointError(f"{self.magnitude}: DoRA divides by the length of a row that is zero")
        change *= self.magnitude.read().reshape(lengths.shape) / lengths
        change -= W0
        return change


@dataclass(frozen=True)
class Pair:
    """A pre-trained weight and its update; holds paths and keys, no values. rank is None where the change is dense."""

    name: str
    shape: tuple[int, int]
    rank: int | None
    base: Stored
    change: Whole | Factors | Magnitudes

    def load(self) -> tuple[np.ndarray, np.ndarray | LowRank]:
        """(W0, update), the update LowRank or, where rank is None, an array of the shape of W0.

        Raises CheckpointError where a tensor cannot be read, and for NaN or infinite values.
        """
        W0 = self.base.read()
        return W0, self.change.update(W0)


@dataclass(frozen=True)
class Pairs:
    """All pairs of a base and a tuned model, and what was skipped."""

    pairs: list[Pair]
    skipped: list[Skipped]
