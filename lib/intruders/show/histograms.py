"""Histograms and densities as curves, for explorables."""

import numpy as np

from intruders.theory.laws import Law


def outline(counts: np.ndarray, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The outline of a histogram as x and y of one curve that starts and ends at height 0."""
    return np.repeat(edges, 2), np.concatenate([[0], np.repeat(counts, 2), [0]])


def density(law: Law) -> tuple[np.ndarray, np.ndarray]:
    """The density over its support as x and y of one curve, with more points towards the edges."""
    a, b = law.support
    x = (a + b) / 2 - (b - a) / 2 * np.cos(np.linspace(0, np.pi, 41))
    return x, law.pdf(x)
