"""Refuse impossible arguments, early and by name."""

from numbers import Integral

import numpy as np


def size(name: str, value: int) -> None:
    """Raise ValueError unless `value` is an integer of at least 1."""
    if not (isinstance(value, Integral) and value >= 1):
        raise ValueError(f"{name} must be a positive integer, got {value!r}")


def positive(name: str, value: float) -> None:
    """Raise ValueError unless `value` is positive and finite."""
    if not 0 < value < np.inf:
        raise ValueError(f"{name} must be positive and finite, got {value}")
