"""Tensors in safetensors files: their shapes from the header, their values when asked."""

import math
from dataclasses import dataclass
from pathlib import Path

import ml_dtypes  # noqa: F401  registers bfloat16 with numpy, which safetensors needs to read it
import numpy as np
from safetensors import SafetensorError, safe_open

from intruders.spectra.finite import count_not_finite

READ_AS = {"F64": np.float64, "F32": np.float32, "F16": np.float32, "BF16": np.float32}


class CheckpointError(ValueError):
    """A checkpoint that cannot be read or used: the message names the file, and the tensor if there is one."""


@dataclass(frozen=True)
class Stored:
    """A tensor in a file. `transposed` where a matrix is stored as inputs x outputs: it is read as outputs x inputs."""

    file: Path
    key: str
    shape: tuple[int, ...]
    dtype: str
    transposed: bool = False

    @property
    def matrix_shape(self) -> tuple[int, ...]:
        """The shape as it is read, outputs x inputs."""
        return self.shape[::-1] if self.transposed else self.shape

    def __str__(self):
        return f"{self.file}: {self.key}"

    def unfit(self) -> str | None:
        """Why this is no matrix of floats, or None."""
        if len(self.shape) != 2:
            return f"not a matrix, shape {self.shape}"
        if not math.prod(self.shape):
            return f"empty, shape {self.shape}"
        if self.dtype not in READ_AS:
            return f"stored as {self.dtype}, quantised or not a float; {', '.join(READ_AS)} can be read"
        return None

    def read(self) -> np.ndarray:
        """The values, float16 and bfloat16 promoted to float32.

        Raises CheckpointError where the file cannot be read and for NaN or infinite values.
        """
        try:
            with safe_open(self.file, framework="np") as file:
                values = file.get_tensor(self.key).astype(READ_AS[self.dtype], copy=False)
        except (SafetensorError, OSError) as error:
            raise CheckpointError(f"{self}: cannot be read: {error}") from error
        bad = count_not_finite(values)
        if bad:
            raise CheckpointError(f"{self}: {bad} of {values.size} values are NaN or infinite")
        return values.T if self.transposed else values


def headers(file: Path) -> dict[str, Stored]:
    """All tensors of a safetensors file, without their values. Raises CheckpointError where it cannot be read."""
    try:
        with safe_open(file, framework="np") as opened:
            slices = {key: opened.get_slice(key) for key in opened.keys()}  # noqa: SIM118  not a mapping
            return {
                key: Stored(file, key, tuple(part.get_shape()), str(part.get_dtype())) for key, part in slices.items()
            }
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{file}: not a safetensors file, or truncated: {error}") from error
