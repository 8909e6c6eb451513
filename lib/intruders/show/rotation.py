"""The explorable of chapter 11: how far the leading singular vectors can be rotated before none is recognised."""

from functools import cache

import numpy as np
from matplotlib.figure import Figure

from intruders.show import figures
from intruders.show.explore import Explorable, Frame, dot

_AMOUNTS = np.round(np.arange(0, 1.001, 0.02), 2)
_LINES = {4: ":", 8: "-.", 16: "--", 32: "-"}
_LABELS = {4: -0.15, 8: 0.45}  # how far off the ends of two lines that are close
_WINDOW, _EPS, _DRAWS = 10, 0.5, 40


@cache
def _cosines(r: int) -> np.ndarray:
    """The largest cosine of each leading vector with an old one: amounts x draws x min(r, 10).

    The rotations are the Cayley transforms (I + X/2)^-1 (I - X/2) of skew X with Gaussian entries below the diagonal.
    """
    rng = np.random.default_rng(r)
    lower = np.tril(rng.standard_normal((_DRAWS, r, r)), -1)
    half = _AMOUNTS[:, None, None, None] * (lower - lower.transpose(0, 2, 1)) / 2
    R = np.linalg.solve(np.eye(r) + half, np.eye(r) - half)
    return np.abs(R).max(axis=-2)[..., :_WINDOW]


@cache
def _counts(r: int) -> np.ndarray:
    """The mean number of intruders among the ten leading vectors, at each amount."""
    return (_cosines(r) < _EPS).sum(axis=-1).mean(axis=-1)


def _draw() -> Figure:
    fig, (cosines, counts) = figures.subplots(2, height=2.9, width_ratios=[1, 1.25])
    cosines.axhline(_EPS, **figures.LIMIT)
    for k in range(1, _WINDOW + 1):
        cosines.plot([], [], color=figures.LORA, linewidth=5, gid=f"vector{k}")
    cosines.set(xlim=(0.4, 10.6), ylim=(0, 1.02), xlabel="leading vector $k$, $r=32$", ylabel="largest cosine")
    cosines.set_xticks([1, 4, 7, 10], [1, 4, 7, 10])
    for r, line in _LINES.items():
        counts.plot(_AMOUNTS, _counts(r), line, color=figures.LORA)
        counts.text(1.03, _counts(r)[-1] + _LABELS.get(r, 0), f"$r={r}$", va="center")
    counts.plot([], [], color=figures.SPIKE, linewidth=7, solid_capstyle="round", gid="present", clip_on=False)
    counts.set(xlim=(0, 1), ylim=(-0.4, 10), xlabel="deviation of the entries", ylabel="intruders of ten")
    return fig


def _frame(amount: float) -> Frame:
    place = int(np.argmin(np.abs(_AMOUNTS - amount)))
    lowest = _cosines(32)[place, 0]
    says = ", ".join(f"{_counts(r)[place]:.1f} at r = {r}" for r in _LINES)
    bars = {f"vector{k}": (np.full(2, float(k)), np.array([0.0, height])) for k, height in enumerate(lowest, 1)}
    return Frame(
        f"deviation {amount:.2f}: intruders on average {says}", bars | {"present": dot(amount, _counts(32)[place])}
    )


rotation = Explorable(
    name="rotation",
    label="deviation of the trained entries",
    values=_AMOUNTS,
    start=0.3,
    draw=_draw,
    frame=_frame,
    alt=(
        "Left, ten bars, the largest cosine of each leading vector with an old one, which sink below a dotted line at "
        "one half as the rotation grows. Right, four curves of the mean number of intruders against the size of the "
        "rotation: zero throughout for four directions, below one for eight, rising to four for sixteen, and to nine "
        "for 32 before it falls a little; with a dot at the present size."
    ),
    caption=(
        "A rotational adapter whose entries are drawn with a given deviation. Left: one draw with 32 directions; bars "
        "below the dotted line are intruders. Right: the mean number of intruders over forty draws, for four numbers "
        "of directions."
    ),
)
