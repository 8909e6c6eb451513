"""Explorables: figures whose curves follow a parameter, on the published page without a kernel and live with one."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from intruders.show import figures

# Strokes with round ends, and dots (`dot`), of what is measured and of what theory says of it.
MEASURED = {"color": figures.SPIKE, "solid_capstyle": "round", "clip_on": False}
FORETOLD = MEASURED | {"color": figures.THEORY}


@dataclass(frozen=True)
class Frame:
    """The picture at one value of the parameter: a sentence, and x and y of every moving curve. NaN lifts the pen."""

    says: str
    curves: dict[str, tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True, eq=False)
class Explorable:
    """A figure and a function of one parameter.

    name      short and unique in the book; in a page's address, name=value is the state
    label     of the slider, plain text
    values    of the parameter, equally spaced, at least forty so that it feels continuous
    start     the value shown first, one of `values`
    draw      makes the figure: all that stands still, and for every moving curve a Line2D whose gid is its name
    frame     the picture at a value: `Frame`
    alt, caption    what is seen, in words; what it shows

    As the last expression of a cell it publishes compact numbers that site/explore.js draws; `live()` recomputes.
    """

    name: str
    label: str
    values: Sequence[float]
    start: float
    draw: Callable[[], Figure]
    frame: Callable[[float], Frame]
    alt: str
    caption: str

    def __repr__(self) -> str:
        return f"Explorable({self.name!r})"

    def live(self) -> ipywidgets.Widget:
        """The same figure under an ipywidgets slider, recomputed at every move."""
        step = float(self.values[1] - self.values[0])
        slider = ipywidgets.FloatSlider(
            self.start,
            min=float(self.values[0]),
            max=float(self.values[-1]),
            step=step,
            description=self.label,
            style={"description_width": "initial"},
            layout={"width": "100%"},
        )
        return ipywidgets.interactive(self._show, value=slider)

    def _show(self, value: float) -> None:
        frame = self.frame(value)
        self._figure(frame)
        plt.show()
        print(frame.says)

    def _repr_html_(self) -> str:
        index = int(np.argmin(np.abs(np.asarray(self.values) - self.start)))
        frames = [self.frame(float(value)) for value in self.values]
        fig = self._figure(frames[index])
        picture = self._picture(fig)
        data = {
            "values": [float(f"{value:.6g}") for value in self.values],
            "says": [frame.says for frame in frames],
            "curves": self._curves(fig, frames),
        }
        plt.close(fig)
        slider = f"{self.name}-input"
        return (
            f'<figure class="explorable" id="explore-{self.name}" data-explorable>'
            f'<div class="explorable-picture">{picture}</div>'
            f'<p class="explorable-control" hidden><label for="{slider}">{escape(self.label)}</label>'
            f'<input type="range" id="{slider}" min="0" max="{len(frames) - 1}" value="{index}"'
            f' aria-valuetext="{escape(frames[index].says)}">'
            f'<output for="{slider}">{escape(frames[index].says)}</output></p>'
            f"<figcaption>{escape(self.caption)}</figcaption>"
            f'<script type="application/json">{json.dumps(data, separators=(",", ":"), ensure_ascii=False)}</script>'
            "</figure>"
        )

    def _figure(self, frame: Frame) -> Figure:
        fig = self.draw()
        for name, (x, y) in frame.curves.items():
            _line(fig, name).set_data(x, y)
        return fig

    def _picture(self, fig: Figure) -> str:
        width, height = fig.get_size_inches() * 72
        text = re.sub(r'(?<= id=")|(?<=href="#)|(?<=url\(#)', f"{self.name}-", figures.svg(fig))
        opening = (
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(self.alt)}">'
        )
        return re.sub(r"<svg[^>]*>", opening, text, count=1)

    def _curves(self, fig: Figure, frames: list[Frame]) -> dict:
        """Every curve in tenths of the picture's units; x once where it stands still."""
        curves = {}
        for name in frames[0].curves:
            points = [self._points(fig, name, frame) for frame in frames]
            xs, ys = [x for x, _ in points], [y for _, y in points]
            curves[f"{self.name}-{name}"] = {"x": xs[0] if all(x == xs[0] for x in xs) else xs, "y": ys}
        return curves

    def _points(self, fig: Figure, name: str, frame: Frame) -> tuple[list, list]:
        x, y = frame.curves[name]
        to_inches = _line(fig, name).axes.transData + fig.dpi_scale_trans.inverted()
        inches = to_inches.transform(np.column_stack(np.broadcast_arrays(x, y)).astype(float))
        tenths = inches * 720 * [1, -1] + [0, fig.get_size_inches()[1] * 720]
        return tuple([None if np.isnan(v) else round(v) for v in column] for column in tenths.T)


def dot(x: float, y: float) -> tuple[np.ndarray, np.ndarray]:
    """A curve so short that the round caps of its line are a dot."""
    return np.array([x, x + 1e-3]), np.array([y, y])


def _line(fig: Figure, name: str) -> Line2D:
    for line in fig.findobj(Line2D):
        if line.get_gid() == name:
            return line
    raise ValueError(f"the figure has no line with gid {name!r}")
