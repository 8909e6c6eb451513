"""A map of a model: which of its weight matrices an adapter overloads, layer by layer and kind by kind."""

import re

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from intruders.show import figures

_COLOURS = LinearSegmentedColormap.from_list("visibility", ["white", figures.BULK, "#f3c9cf", figures.SPIKE])
_DARKEST = 3.0  # times visibility
_MARK = "\u25c6"


def layers(ax: Axes, rows: pd.DataFrame) -> None:
    """One square a matrix, layers across and kinds down: largest spike over visibility, a mark for every intruder.

    rows: of one side, as `intruders.spectra.scan.table` gives them. The layer is the first number in a name; names
    without one, and matrices whose visibility is not known, are left out.
    """
    known = rows[rows.visibility.notna()]
    named = [(place(name), row) for name, row in zip(known["name"], known.itertuples(), strict=True)]
    placed = [(*where, row) for where, row in named if where]
    kinds = list(dict.fromkeys(kind for _, kind, _ in placed))
    shown = sorted({layer for layer, _, _ in placed})
    ratio = np.full((len(kinds), len(shown)), np.nan)
    for layer, kind, row in placed:
        i, j = kinds.index(kind), shown.index(layer)
        ratio[i, j] = row.largest_spike / row.visibility
        marks = _MARK * min(row.intruders, 3) + "+" * (row.intruders > 3)
        ink = "white" if ratio[i, j] > 2 else figures.THEORY
        ax.text(j, i - 0.17, f"{ratio[i, j]:.2f}", ha="center", va="center", fontsize=10, color=ink)
        ax.text(j, i + 0.26, marks, ha="center", va="center", fontsize=10, color=ink, fontfamily="DejaVu Sans")
    edges_x, edges_y = np.arange(len(shown) + 1) - 0.5, np.arange(len(kinds) + 1) - 0.5
    ax.pcolormesh(edges_x, edges_y, _shade(ratio), cmap=_COLOURS, vmin=0, vmax=1, edgecolors="white", linewidth=1.5)
    ax.set_xticks(range(len(shown)), shown)
    ax.set_yticks(range(len(kinds)), kinds)
    ax.set(xlabel="layer", ylim=(len(kinds) - 0.5, -0.5))
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)


def place(name: str) -> tuple[int, str] | None:
    """The layer and the kind of matrix that a name says: encoder.layer.3.output.dense.weight is (3, "output.dense")."""
    found = re.search(r"\.(\d+)\.(.+?)(\.weight)?$", f".{name}")
    return (int(found[1]), found[2]) if found else None


def _shade(ratio):
    """Below visibility white to grey, above it pale to full red."""
    return np.where(ratio < 1, 0.28 * ratio, 0.67 + 0.33 * np.clip((ratio - 1) / (_DARKEST - 1), 0, 1))
