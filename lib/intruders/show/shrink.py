"""The explorable of chapter 12: an adapter is scaled down, and its spikes slide below what each matrix can hide."""

from collections.abc import Mapping
from functools import cache

import numpy as np
from matplotlib.figure import Figure

from intruders.show import figures
from intruders.show.explore import Explorable, Frame
from intruders.spectra.basis import Basis
from intruders.spectra.detect import detect
from intruders.spectra.report import Report
from intruders.spectra.updates import LowRank

_VALUES = np.round(np.arange(0.025, 1.0001, 0.025), 3)


def shrink(pairs: Mapping[str, tuple[np.ndarray, LowRank]]) -> Explorable:
    """Every adapted matrix W0 + lambda dW for lambda up to 1.

    pairs: W0 and dW of some matrices, by the label that each has in the picture. Left singular vectors, top 10,
    eps 0.5.
    """
    bases = {label: Basis.of(W0) for label, (W0, _) in pairs.items()}

    @cache
    def report(label: str, scale: float) -> Report:
        W0, update = pairs[label]
        return detect(W0, LowRank(update.B, update.A, scale * update.scale), basis=bases[label])

    whole = {label: report(label, 1.0) for label in pairs}
    heights = {label: found.strengths / found.visibility for label, found in whole.items()}
    right = 1.3 * max(height.max() for height in heights.values())

    def intruders(label: str, scale: float) -> int:
        return int(report(label, scale).intruders().sum())

    def total(scale: float) -> int:
        return sum(intruders(label, scale) for label in pairs)

    def visible(scale: float) -> int:
        return sum(int(np.sum(scale * height > 1)) for height in heights.values())

    def draw() -> Figure:
        fig, (spikes, counts) = figures.subplots(2, height=0.3 * len(pairs) + 1.5, width_ratios=[1.7, 1])
        spikes.axvline(1, **figures.LIMIT)
        for row in range(len(pairs)):
            spikes.axhline(row, color=figures.BULK, linewidth=0.5, alpha=0.5)
            spikes.plot([], [], color=figures.SPIKE, linewidth=6, solid_capstyle="round", gid=f"spikes{row}")
            spikes.plot([], [], color=figures.SPIKE, linewidth=9, solid_capstyle="butt", gid=f"found{row}")
        spikes.text(right, -0.8, "intruders", ha="right")
        spikes.set_yticks(range(len(pairs)), pairs)
        spikes.set(
            xlim=(0, right), ylim=(len(pairs) - 0.4, -0.6), xlabel=r"strength $\lambda\theta_j/\theta_{\mathrm{vis}}$"
        )
        for name, count, line in (("visible spikes", visible, "--"), ("intruders", total, "-")):
            heights_now = [count(scale) for scale in _VALUES]
            counts.step(_VALUES, heights_now, line, where="mid", color=figures.SPIKE, label=name)
            gid = name.split()[0]
            counts.plot([], [], color=figures.SPIKE, linewidth=8, solid_capstyle="round", gid=gid, clip_on=False)
        counts.set(xlim=(0, 1), ylim=(0, None), xlabel=r"scale $\lambda$", ylabel="in all matrices")
        counts.set_xticks([0, 0.5, 1], [0, 0.5, 1])
        counts.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0, handlelength=2)
        return fig

    def frame(scale: float) -> Frame:
        curves = {}
        for row, (label, height) in enumerate(heights.items()):
            curves[f"spikes{row}"] = _dots(scale * height, row, 1e-3)
            places = right * (0.98 - 0.03 * np.arange(len(height)))
            found = np.arange(len(height)) < intruders(label, scale)
            curves[f"found{row}"] = _dots(np.where(found, places, np.nan), row, 0.012 * right)
        seen, counted = visible(scale), total(scale)
        curves |= {name: _dots(np.array([scale]), y, 1e-3) for name, y in (("visible", seen), ("intruders", counted))}
        says = f"{_count(seen, 'spike')} above visibility, {_count(counted, 'intruder')}"
        return Frame(f"\u03bb = {scale:.3f}: {says}", curves)

    return Explorable(
        name="shrink",
        label="scale \u03bb of the adapter",
        values=_VALUES,
        start=1.0,
        draw=draw,
        frame=frame,
        alt=(
            "Left, one row for each of some weight matrices with red dots, the spikes of its update over its "
            "visibility, which slide to the left through a dotted line at one; red bars at the right end of a row "
            "count its intruders. Right, two rising steps against the scale: spikes above visibility and intruders."
        ),
        caption=(
            "The adapter times \u03bb. Left: its spikes over the visibility of their matrix (dots); bars at the end of "
            "a row: intruders found there. Right: how many spikes are above visibility, and how many intruders there "
            "are in all. Every scale is detected anew."
        ),
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _dots(x: np.ndarray, y: float, width: float) -> tuple[np.ndarray, np.ndarray]:
    """Many short strokes in one curve: NaN lifts the pen between them."""
    xs = np.column_stack([x, x + width, np.full(len(x), np.nan)]).ravel()
    return xs, np.where(np.isnan(xs), np.nan, float(y))
