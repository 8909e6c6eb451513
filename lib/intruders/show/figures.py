"""The figures of the book: one style, colours with a fixed meaning, and files that are the same on every machine.

A figure is published as SVG with coordinates rounded to a hundredth of a point, so that the last bits of another CPU
do not change the file and a change of the data does. Figures with images in them, and figures of a live training run,
are published as PNG.
"""

import hashlib
import io
import re

import matplotlib.pyplot as plt
import pandas as pd
from IPython import get_ipython
from matplotlib.figure import Figure

from intruders.show import tables

BULK = "#8a94a6"
THEORY = "#1b1f24"
SPIKE = "#d1495b"
LORA = "#e08a00"
FULL = "#1c7ca6"
CONTRAST = "#7d5ba6"  # what the rest is set against: a formula that fails, a control
GREY = "#555b66"  # axes, and what is written beside them
LIMIT = {"color": GREY, "linewidth": 1, "linestyle": ":"}  # a threshold or a cut-off

WIDTH = 6.4  # inches: the width of the text

STYLE = {
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.8,
    "axes.labelsize": 11.5,
    "axes.titlesize": 11.5,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.fontsize": 10,
    "legend.handlelength": 3,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "mathtext.fontset": "dejavusans",
    "svg.fonttype": "path",
    "svg.hashsalt": "intruders",
}


def use_style() -> None:
    """Set the book's style; in a notebook, also the book's way of publishing figures and tables."""
    plt.rcParams.update(STYLE)
    if shell := get_ipython():
        plt.switch_backend(plt.get_backend())  # the inline backend registers its own formatters when it starts
        shell.display_formatter.formatters["image/svg+xml"].for_type(Figure, _as_svg)
        shell.display_formatter.formatters["image/png"].for_type(Figure, _as_png)
        shell.display_formatter.formatters["text/html"].for_type(pd.DataFrame, tables.html)


def subplots(columns: int = 1, height: float = 3.0, live: bool = False, rows: int = 1, **keywords):
    """A figure of the width of the text, `height` inches high, and its axes as `pyplot.subplots` gives them.

    live: the figure shows numbers of a live training run, which differ between machines.
    """
    fig, axes = plt.subplots(rows, columns, figsize=(WIDTH, height), **keywords)
    fig.live = live
    return fig, axes


def svg(fig: Figure) -> str:
    """The figure as an SVG element with rounded coordinates and nothing that names the program or the date."""
    buffer = io.StringIO()
    fig.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = buffer.getvalue()
    text = re.sub(r"<!--.*?-->\s*|<metadata>.*?</metadata>\s*", "", text[text.index("<svg") :], flags=re.DOTALL)
    return _renamed(re.sub(r'(?<= d=")[^"]*|(?<= [xy]=")[^"]*|(?<=translate\()[^)]*', _rounded, text))


def _rounded(coordinates: re.Match) -> str:
    return re.sub(r"-?\d+\.\d+", lambda number: f"{round(float(number[0]), 2) + 0.0:g}", coordinates[0])


def _renamed(text: str) -> str:
    """Ids of clips and markers that hash the rounded file, not, as matplotlib's do, the last bits of its layout."""
    names = {name: f"{name[0]}{k}" for k, name in enumerate(re.findall(r'(?<= id=")[mp][0-9a-f]{10}(?=")', text))}
    if not names:
        return text
    old = re.compile("|".join(names))
    digest = hashlib.sha256(old.sub(lambda name: names[name[0]], text).encode()).hexdigest()[:8]
    return old.sub(lambda name: f"{names[name[0]]}-{digest}", text)


def _is_raster(fig: Figure) -> bool:
    return getattr(fig, "live", False) or any(ax.images for ax in fig.axes)


def _as_svg(fig: Figure) -> str | None:
    return None if _is_raster(fig) else svg(fig)


def _as_png(fig: Figure) -> bytes | None:
    if not _is_raster(fig):
        return None
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", dpi=216)
    return buffer.getvalue()
