"""A few rows times a large matrix, some rows of the matrix at a time: they are read once, and the few stay in cache."""

from collections.abc import Iterator

import numpy as np

# OpenBLAS multiplies without copying the matrices first where there are at most 10^6 products. That pays from a few
# rows at a time; where so many do not fit, it copies, and so many are enough.
_SMALL = 1_000_000
_FEWEST = 7
_MANY = 128


def times(X: np.ndarray, W: np.ndarray) -> np.ndarray:
    """X W for X (b, n) and W (n, m)."""
    result = np.zeros((len(X), W.shape[1]), X.dtype)
    for rows in _blocks(W, len(X)):
        result += X[:, rows] @ W[rows]
    return result


def times_transposed(X: np.ndarray, W: np.ndarray) -> np.ndarray:
    """X W' for X (b, m) and W (n, m)."""
    result = np.empty((len(X), W.shape[0]), X.dtype)
    for rows in _blocks(W, len(X)):
        result[:, rows] = X @ W[rows].T
    return result


def gram_products(X: np.ndarray, W: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """X W' and X W' W for X (b, m) and W (n, m), reading W once for both."""
    images, products = np.empty((len(X), W.shape[0]), X.dtype), np.zeros_like(X)
    for rows in _blocks(W, len(X)):
        part = W[rows]
        images[:, rows] = inside = X @ part.T
        products += inside @ part
    return images, products


def _blocks(W, count: int) -> Iterator[slice]:
    height = _SMALL // max(1, count * W.shape[1])
    height = height if height >= _FEWEST else _MANY
    return (slice(first, first + height) for first in range(0, W.shape[0], height))
