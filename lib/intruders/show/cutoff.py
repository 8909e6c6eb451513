"""The explorable of chapter 8: how many intruders there are depends on the cut-off."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from intruders.show import figures
from intruders.show.central import scatter
from intruders.show.explore import Explorable, Frame, dot

_METHODS = {"full": figures.FULL, "LoRA r = 8": figures.LORA, "LoRA r = 1": figures.LORA}
_DOTS = {"full": "full", "LoRA r = 8": "rank8", "LoRA r = 1": "rank1"}
_VALUES = np.round(np.arange(0.2, 0.9801, 0.02), 2)


def cutoff(rows: pd.DataFrame) -> Explorable:
    """Intruders a run at every cut-off, on the left side; rows as `data.matrices("minilm-live")`."""
    cosines = {method: np.vstack(rows.left_cosines[rows["name"] == method]) for method in _METHODS}
    runs = rows.seed.nunique()

    def count(method: str, eps: float) -> float:
        return np.sum(cosines[method] < eps) / runs

    def draw() -> Figure:
        fig, (marks, counts) = figures.subplots(2, height=3.5, width_ratios=[1.4, 1])
        scatter(marks, rows, size=6)
        marks.set(xlabel="strength / threshold", ylabel="smallest max-cosine, top ten")
        marks.plot([], [], color=figures.GREY, linewidth=1.5, linestyle=":", gid="line")
        for method, colour in _METHODS.items():
            style = "--" if method == "LoRA r = 8" else "-"
            counts.plot(_VALUES, [count(method, eps) for eps in _VALUES], style, color=colour, label=method)
            counts.plot([], [], color=colour, linewidth=7, solid_capstyle="round", gid=_DOTS[method], clip_on=False)
        counts.set_yscale("symlog", linthresh=2)
        counts.set_yticks([0, 1, 2, 10, 50, 200], [0, 1, 2, 10, 50, 200])
        counts.minorticks_off()
        counts.set(xlabel=r"cut-off $\epsilon$", ylabel="intruders a run, of 360", xlim=(0.2, 1), ylim=(-0.1, 250))
        fig.legend(*counts.get_legend_handles_labels(), loc="outside upper center", ncols=3)
        return fig

    def frame(eps: float) -> Frame:
        means = {method: count(method, eps) for method in _METHODS}
        says = ", ".join(f"{method}: {mean:.1f}" for method, mean in means.items())
        line = np.array([0.02, 5.0]), np.full(2, eps)
        return Frame(
            f"\u03b5 = {eps:.2f}: intruders a run, {says}",
            {"line": line} | {_DOTS[method]: dot(eps, mean) for method, mean in means.items()},
        )

    return Explorable(
        name="cutoff",
        label="cut-off \u03b5",
        values=_VALUES,
        start=0.5,
        draw=draw,
        frame=frame,
        alt=(
            "Left, the marks of all weight matrices, strength over threshold against smallest cosine, with a "
            "dotted horizontal line at the cut-off. Right, the number of intruders against the cut-off for full "
            "fine-tuning and LoRA of rank 8 and 1, with a dot on each curve at the present cut-off."
        ),
        caption=(
            "Left: every mark below the dotted line, the cut-off, is a matrix with at least one intruder; the vertical "
            "line is the threshold of the theory. Right: how many of the 360 leading directions are intruders at this "
            "cut-off, on average over the runs; the scale is linear up to two and logarithmic beyond."
        ),
    )
