"""The central result in one picture: on real weights, intruders appear where an update's spike passes the threshold."""

import sys
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from intruders import data
from intruders.show import figures

_MARKS = {
    "full": {"color": figures.FULL, "marker": "s", "label": "full fine-tuning"},
    "LoRA r = 8": {"color": figures.LORA, "marker": "o", "facecolors": "none", "label": "LoRA, rank 8"},
    "LoRA r = 1": {"color": figures.LORA, "marker": "o", "label": "LoRA, rank 1"},
}


def central(rows: pd.DataFrame) -> Figure:
    """Strength over visibility threshold against the smallest max-cosine, one mark a weight matrix and run, left side.

    rows: as `data.matrices("minilm-live")`.
    """
    fig, ax = figures.subplots(height=3.4)
    scatter(ax, rows, size=14)
    ax.axhline(0.5, **figures.LIMIT)
    ax.text(1.1, 0.99, "theory: a new\ndirection is visible", fontsize=9.5, va="top", color=figures.THEORY)
    ax.text(0.0235, 0.48, "below: an intruder dimension", fontsize=9.5, va="top", color=figures.GREY)
    ax.legend(loc="lower left")
    return fig


def scatter(ax: Axes, rows: pd.DataFrame, size: float) -> None:
    """The marks and axes of `central`."""
    ax.axvline(1, color=figures.THEORY, linewidth=1)
    for method, marks in _MARKS.items():
        one = rows[rows["name"] == method]
        ratio, smallest = data.strength(one) / one.visibility, one.left_cosines.map(min)
        ax.scatter(ratio, smallest, s=size, linewidths=0.8, alpha=0.8, **marks)
    ax.set_xscale("log")
    ax.set_xticks([0.03, 0.1, 0.3, 1, 3], ["0.03", "0.1", "0.3", "1", "3"])
    ax.minorticks_off()
    ax.set(
        ylim=(0, 1.02),
        xlabel="strength of the update / threshold of its matrix",
        ylabel="smallest max-cosine, top ten",
    )


if __name__ == "__main__":
    figures.use_style()
    fig = central(data.matrices("minilm-live"))
    Path(sys.argv[1]).write_text(figures.svg(fig), encoding="utf-8")
    fig.set_size_inches(6.0, 3.15)
    fig.savefig(sys.argv[2], dpi=200)  # 1200 by 630: what links to the book show
