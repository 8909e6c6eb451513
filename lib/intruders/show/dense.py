"""The explorable of chapter 3: one dense perturbation, seen by an isolated singular vector and by one in the bulk."""

from functools import cache

import numpy as np

from intruders.show import figures
from intruders.show.explore import Explorable, Frame, dot
from intruders.theory.ensembles import iid_rectangular, spiked_rectangular
from intruders.theory.laws import SingularValueLaw
from intruders.theory.perturbation import bulk_max_cosine, half_width, isolated_overlaps, singular_vector_overlaps

_BULK = SingularValueLaw(1.0)
_SIZE, _SPIKE = 400, 2.5
_OUTLIER = _SPIKE + 1 / _SPIKE
_LEVELS = _BULK.ppf((np.arange(_SIZE)[::-1] + 0.5) / _SIZE)
_MIDDLE = np.arange(_SIZE // 3, 2 * _SIZE // 3)  # new vectors that are averaged
_OFFSETS = np.unique(np.round(np.sinh(np.linspace(-5, 5, 61)) * 1.7).astype(int))
_PLACES = _LEVELS[_SIZE // 2 + _OFFSETS]
_VALUES = np.round(np.arange(0.02, 1.001, 0.02), 2)


@cache
def _matrices():
    rng = np.random.default_rng(0)
    W, _, _ = spiked_rectangular(_SIZE, _SIZE, [_SPIKE], rng)
    return np.linalg.svd(W)[0], W, iid_rectangular(_SIZE, _SIZE, rng)


@cache
def _measured(tau: float) -> np.ndarray:
    """Squared cosines of old left vectors (rows) with new ones (columns)."""
    U, W, X = _matrices()
    return (U.T @ np.linalg.svd(W + tau * X)[0]) ** 2


def _profiles(tau: float) -> tuple[np.ndarray, np.ndarray]:
    """Predicted squared cosines with the old bulk vectors, of the median new vector and of the isolated one."""
    bulk, _ = singular_vector_overlaps(_LEVELS, SingularValueLaw(1.0, np.hypot(1, tau)).median, tau, _BULK)
    isolated = tau**2 * (_OUTLIER**2 + _LEVELS**2) / (_OUTLIER**2 - _LEVELS**2) ** 2
    return np.where(_is_predicted(tau), bulk, np.nan) / _SIZE, isolated / _SIZE


@cache
def _cosines(tau: float) -> tuple[float, float]:
    """Predicted: of the isolated vector with its old self, and the largest of a bulk vector with any old one."""
    mixed, _ = bulk_max_cosine(tau, _SIZE, _BULK) if _is_predicted(tau) else (np.nan, np.nan)
    return float(isolated_overlaps(_SPIKE, tau, _BULK)[0] ** 0.5), mixed


def _is_predicted(tau: float) -> bool:
    return half_width(tau, _SIZE, _BULK) >= 1


def _draw():
    fig, (profile, largest) = figures.subplots(2, height=3.4, width_ratios=[1.6, 1])
    profile.plot([], [], color=figures.BULK, linewidth=4, gid="bulk-seen")
    profile.plot([], [], color=figures.SPIKE, linewidth=4, gid="isolated-seen")
    for name in ("bulk-law", "isolated-law"):
        profile.plot([], [], color=figures.THEORY, linewidth=1.2, gid=name)
    profile.plot([], [], color=figures.SPIKE, linewidth=9, solid_capstyle="round", gid="outlier", clip_on=False)
    profile.set(xlim=(0, 3), ylim=(3e-8, 1.5), yscale="log")
    profile.set_ylabel(r"overlap $\langle u_i, \tilde u_j\rangle^2$")
    profile.set_xlabel(r"old singular value $s_i/\sigma$")
    safe, mixed = np.transpose([_cosines(float(tau)) for tau in _VALUES])
    largest.plot(_VALUES, np.transpose([safe, mixed]), color=figures.THEORY, linewidth=1.2)
    largest.axhline(0.5, **figures.LIMIT)
    for name, colour in (("safe", figures.SPIKE), ("mixed", figures.BULK)):
        largest.plot([], [], color=colour, linewidth=9, solid_capstyle="round", gid=f"{name}-seen")
        largest.plot([], [], color=figures.THEORY, linewidth=4, solid_capstyle="round", gid=name)
    largest.set(xlim=(0, 1), ylim=(0, 1.05), xlabel=r"perturbation $\tau$", ylabel="largest |cosine|")
    for name, colour in (("bulk vector", figures.BULK), ("isolated vector", figures.SPIKE)):
        profile.plot([], [], "o-", color=colour, linewidth=4, markersize=9, label=name)
    profile.plot([], [], "o-", color=figures.THEORY, linewidth=1.2, markersize=4, label="predicted")
    fig.legend(loc="outside upper center", ncols=3)
    return fig


def _frame(tau):
    squares = _measured(tau)
    seen = [np.mean(squares[_MIDDLE + offset, _MIDDLE]) for offset in _OFFSETS]
    groups = squares[1:, 0][: 19 * 21].reshape(19, 21).mean(axis=1)
    middles = _LEVELS[1:][10 : 19 * 21 : 21]
    largest = np.sqrt(squares.max(axis=0))
    bulk, isolated = _profiles(tau)
    safe, mixed = _cosines(tau)
    safe_seen, mixed_seen = largest[0], np.median(largest[1:])
    predicted = "no prediction, too narrow a peak" if np.isnan(mixed) else f"{mixed:.2f}"
    return Frame(
        f"τ = {tau:.2f}: largest cosine of the isolated vector {safe:.2f} (measured {safe_seen:.2f}),"
        f" of a bulk vector {predicted} (measured {mixed_seen:.2f})",
        {
            "bulk-law": (_LEVELS[_SIZE // 2 + _OFFSETS], bulk[_SIZE // 2 + _OFFSETS]),
            "isolated-law": (_LEVELS[5::13], isolated[5::13]),
            "bulk-seen": (_PLACES, np.array(seen)),
            "isolated-seen": (middles, groups),
            "outlier": dot(_OUTLIER, safe_seen**2),
            "safe": dot(tau, safe),
            "safe-seen": dot(tau, safe_seen),
            "mixed": dot(tau, mixed),
            "mixed-seen": dot(tau, mixed_seen),
        },
    )


dense = Explorable(
    name="dense",
    label="size τ of the dense perturbation",
    values=_VALUES,
    start=0.1,
    draw=_draw,
    frame=_frame,
    alt=(
        "Left, on a logarithmic scale, the squared cosines of two new singular vectors with the old ones. The profile "
        "of the bulk vector is a peak in the middle of the bulk that spreads and sinks as the perturbation grows; that "
        "of the isolated vector stays low all over the bulk, with a dot near one at the outlier. Right, the largest "
        "cosine against the size: the isolated vector's stays near one, the bulk vector's falls steeply."
    ),
    caption=(
        "One dense perturbation of one matrix of size 400, two fates. Left, thick lines: the peak of a vector from the "
        "middle of the bulk, averaged over a third of all, and the low profile of the isolated vector of a spike of "
        "2.5, averaged over 21 old neighbours, with a dot at its old self; thin lines: closed forms. Right: measured "
        "as large dots, predicted as lines and small dots; dotted: the cut-off one half."
    ),
)
