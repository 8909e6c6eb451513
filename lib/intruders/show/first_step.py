"""The explorable of chapter 6: what the rank does to the first step, as the inputs align with the gradient."""

from functools import cache

import numpy as np
from matplotlib.lines import Line2D

from intruders.show import figures
from intruders.show.explore import Explorable, Frame
from intruders.theory.lora import adam_step, gradient_step

_SIZE, _ROWS, _DRAWS = 256, 64, 12
_RANKS = 2 ** np.arange(9)
_LINE = np.geomspace(1, 256, 25).round().astype(int)
_SCALES = {"one": 1.0, "root": 0.5}  # alpha/r, alpha/sqrt r
_LABELS = {"one": r"$\alpha/r$", "root": r"$\alpha/\sqrt{r}$"}
_STYLES = {"one": "--", "root": "-"}
_CAPS = {"one": "projecting", "root": "round"}  # of strokes so short that they are squares and dots
_MARKERS = {"one": "s", "root": "o"}


@cache
def _matrices():
    """Inputs x of length sqrt(m), A with entries N(0, 1/m), and what is orthogonal to x in the rows of the gradient."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(_DRAWS, _SIZE))
    x *= np.sqrt(_SIZE) / np.linalg.norm(x, axis=1, keepdims=True)
    A = rng.normal(size=(_DRAWS, 256, _SIZE)) / np.sqrt(_SIZE)
    rest = rng.normal(size=(_DRAWS, _ROWS, _SIZE))
    rest -= (rest @ x[:, :, None]) * x[:, None] / _SIZE
    return x / np.sqrt(_SIZE), A, rest / np.linalg.norm(rest, axis=2, keepdims=True)


def _measured(cosine):
    """Root mean square change of the output at every rank at scale 1, by gradient descent and by Adam."""
    x, A, rest = _matrices()
    seen, images = A @ x[:, :, None], A @ rest.transpose(0, 2, 1)  # (draws, rank, 1) and (draws, rank, rows)
    along = np.sqrt(_SIZE) * (cosine * seen + np.sqrt(1 - cosine**2) * images)
    for terms in (along, np.sign(along)):
        sums = np.cumsum(np.sqrt(_SIZE) * seen * terms, axis=1)
        yield np.sqrt(np.mean(sums[:, _RANKS - 1] ** 2, axis=(0, 2)))


def _draw():
    fig, axes = figures.subplots(2, height=3.0, sharey=True)
    for ax, name in zip(axes, ("gradient descent", "Adam"), strict=True):
        for power, style in _STYLES.items():
            ax.plot([], [], style, color=figures.THEORY, linewidth=1.2, gid=f"{name[0]}-{power}")
            dots = {"linewidth": 6, "solid_capstyle": _CAPS[power], "gid": f"{name[0]}-{power}-seen"}
            ax.plot([], [], color=figures.LORA, clip_on=False, **dots)
        ax.set(title=name, xscale="log", yscale="log", xlim=(0.8, 320), ylim=(5e-4, 30), xlabel="rank $r$")
        ax.set_xticks([1, 4, 16, 64, 256], [1, 4, 16, 64, 256])
        ax.set_yticks([0.001, 0.01, 0.1, 1, 10], ["0.001", "0.01", "0.1", "1", "10"])
        ax.minorticks_off()
    axes[0].set_ylabel("change / change at $r=1$")
    axes[1].legend(handles=[_handle(power) for power in _STYLES], loc="lower left")
    return fig


def _handle(power):
    """Line and marker of a scale, for the legend."""
    marker = {"marker": _MARKERS[power], "markersize": 6, "markerfacecolor": figures.LORA, "markeredgewidth": 0}
    return Line2D([], [], color=figures.THEORY, linestyle=_STYLES[power], linewidth=1.2, label=_LABELS[power], **marker)


def _frame(cosine):
    seen = dict(zip("gA", _measured(cosine), strict=True))
    curves, factors = {}, {}
    for key, law, times in (("g", gradient_step, 2), ("A", adam_step, 1)):
        unit = law(1, 1.0, cosine)
        for name, power in _SCALES.items():
            change = [law(int(r), r**-power, cosine) / unit for r in _LINE]
            curves[f"{key}-{name}"] = _LINE.astype(float), np.array(change)
            curves[f"{key}-{name}-seen"] = _dots(seen[key] * _RANKS ** (-times * power) / unit)
            factors[key, name] = law(64, 64**-power, cosine) / law(8, 8**-power, cosine)
    says = ", ".join(
        f"{who} ×{factors[key, 'one']:.2g} at α/r and ×{factors[key, 'root']:.2g} at α/√r"
        for key, who in (("g", "gradient descent"), ("A", "Adam"))
    )
    return Frame(f"κ = {cosine:.2f}, from r = 8 to 64: {says}", curves)


def _dots(heights):
    """Strokes so short that their caps are dots or squares; NaN lifts the pen."""
    x = np.column_stack([_RANKS, _RANKS * 1.002, np.full(len(_RANKS), np.nan)]).ravel()
    return x, np.repeat(heights, 3)


first_step = Explorable(
    name="first-step",
    label="cosine κ of input and gradient",
    values=np.round(np.arange(0, 1.0001, 0.02), 2),
    start=0.26,
    draw=_draw,
    frame=_frame,
    alt=(
        "Two panels on logarithmic axes, the change by the first step against the rank. Left, gradient descent: a "
        "dashed line falls steeply with the rank, a solid one levels off. Right, Adam: the dashed line falls and "
        "levels off, the solid one is flat and then rises. Orange squares lie on the dashed lines, orange dots on the "
        "solid ones."
    ),
    caption=(
        "What the rank does to the first step of training, in units of rank one, as the cosine of input and gradient "
        "grows. Dashed lines and squares: γ = α/r; solid lines and dots: γ = α/√r. Lines: the laws; squares and dots: "
        "measured on one layer of 64 outputs and 256 inputs, the mean over twelve draws of A, always the same."
    ),
)
