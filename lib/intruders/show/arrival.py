"""The explorable of chapter 7: a spike climbs through the leading singular values of a matrix."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np

from intruders.show import figures
from intruders.show.explore import Explorable, Frame, dot
from intruders.theory.bbp import predict, strength_at
from intruders.theory.bbp.windows import leading_cosines
from intruders.theory.ensembles import unit_vector
from intruders.theory.laws import Empirical

WINDOW, EPS = 10, 0.5
_VALUES = np.round(np.arange(0.4, 2.2001, 0.04), 2)
_SEARCHED = 24  # directions among which the spike's own is looked for
_FINE = 181


def arrival(singular_values: np.ndarray, seed: int = 0) -> Explorable:
    """One random spike of every strength in a square matrix with these singular values, falling and distinct.

    The strength is in units of the visibility threshold. For a random spike nothing else about the matrix matters.
    """
    s = np.asarray(singular_values, dtype=float)
    N, bulk = len(s), Empirical(s, (len(s), len(s)))
    visible = strength_at(s[WINDOW - 1], bulk)
    rng = np.random.default_rng(seed)
    u, v = unit_vector(N, rng), unit_vector(N, rng)

    @cache
    def directions(count: int):
        """Values, largest |cosine|, its old partner and the overlap with u, of the leading ones, at many strengths."""
        strengths = visible * (_VALUES if count == WINDOW else np.linspace(_VALUES[0], _VALUES[-1], _FINE))
        P, Q = (np.repeat(side[:, None], len(strengths), axis=1) for side in (u, v))
        values, left, _ = leading_cosines(s, P, Q, strengths, count)
        return strengths / visible, values, np.abs(left).max(axis=-1), np.abs(left).argmax(axis=-1), (left @ u) ** 2

    def probability(theta: float) -> float:
        law = predict(theta, bulk)
        return law.intruder_probability(N, EPS, outliers=bulk.outliers) * (law.position > s[WINDOW - 1])

    def draw():
        places = [["ladder", "cosine"], ["ladder", "chance"]]
        fig, axes = plt.subplot_mosaic(places, figsize=(figures.WIDTH, 4.0), width_ratios=[1, 1.35])
        ladder, cosine, chance = axes["ladder"], axes["cosine"], axes["chance"]
        _, values, *_ = directions(WINDOW)
        for j in range(WINDOW):
            ladder.plot([], [], color=figures.BULK, linewidth=1.3, gid=f"old{j}")
        for j in range(WINDOW):
            ladder.plot([], [], color=figures.SPIKE, linewidth=9, solid_capstyle="round", gid=f"new{j}", clip_on=False)
        room = 0.04 * (values.max() - s[WINDOW])
        ladder.set(xlim=(-0.05, 1.05), ylim=(s[WINDOW + 1] - room, values.max() + room), ylabel="singular value $s$")
        ladder.set_xticks([0, 1], ["before", "after"])
        x, _, largest, _, overlap = directions(_SEARCHED)
        own = np.take_along_axis(largest, overlap.argmax(axis=1)[:, None], axis=1)[:, 0]
        cosine.plot(x, own, color=figures.SPIKE, linewidth=1.2)
        cosine.axhline(EPS, **figures.LIMIT)
        cosine.text(x[-1], EPS + 0.02, "cut-off", color=figures.GREY, ha="right", va="bottom")
        chance.plot(x, [probability(visible * ratio) for ratio in x], color=figures.THEORY)
        for ax, gid, colour in ((cosine, "own", figures.SPIKE), (chance, "told", figures.THEORY)):
            ax.plot([], [], color=colour, linewidth=9, solid_capstyle="round", gid=gid, clip_on=False)
            ax.set(xlim=(x[0], x[-1]), ylim=(0, 1.02))
        cosine.set(ylabel="largest cosine")
        cosine.tick_params(labelbottom=False)
        chance.set(xlabel="strength / visibility", ylabel="probability")
        return fig

    def frame(ratio: float) -> Frame:
        row = int(np.argmin(np.abs(_VALUES - ratio)))
        _, values, largest, partner, _ = (part[row] for part in directions(WINDOW))
        new = largest < EPS
        curves, nothing = {}, (np.full(2, np.nan), np.full(2, np.nan))
        for j in range(WINDOW):
            link = np.array([0.0, 1.0]), np.array([s[partner[j]], values[j]])
            curves[f"old{j}"] = nothing if new[j] else link
            curves[f"new{j}"] = dot(1, values[j]) if new[j] else nothing
        x, _, fine, _, overlap = directions(_SEARCHED)
        at = int(np.argmin(np.abs(x - ratio)))
        own = fine[at, overlap[at].argmax()]
        curves["own"] = dot(ratio, own)
        curves["told"] = dot(ratio, probability(visible * ratio))
        places = ", ".join(f"number {j + 1}" for j in np.flatnonzero(new)) or "none"
        return Frame(
            f"strength {ratio:.2f} of the threshold: largest cosine of the spike's direction {own:.2f}; "
            f"intruder among the ten: {places}; predicted probability {probability(visible * ratio):.2f}",
            curves,
        )

    return Explorable(
        name="arrival",
        label="strength of the spike / visibility threshold",
        values=_VALUES,
        start=1.28,
        draw=draw,
        frame=frame,
        alt=(
            "Left, grey lines join each of the ten leading singular values after the update to the old one whose "
            "direction it resembles most; an intruder is a red dot on the right without a line. Right, against the "
            "strength, two panels with a dot each at the present strength: above, the largest cosine of the spike's "
            "direction, a comb of peaks that gets lower; below, the predicted probability, which dips where the "
            "peaks are."
        ),
        caption=(
            "A random spike climbs through the leading directions of a real matrix. Left: every new direction is "
            "joined to the old one that it resembles most, an intruder, a red dot, to none. Right, above: the largest "
            "cosine of the spike's own direction, measured on this one spike; below: the predicted probability of an "
            "intruder in the window, for any spike of this strength."
        ),
    )
