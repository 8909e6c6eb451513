"""What tables of runs are asked: associations given a third thing, intervals that respect groups, areas of curves."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import minimize

_RESAMPLES = 2000
# On the squared slope of the logistic curve: finite, and half-way between, where the two kinds are apart.
_RIDGE = 1e-3


def spearman(x, y, given=None) -> float:
    """The rank correlation of x and y, each (n,); partial on `given`: of what its ranks do not explain in theirs.

    The partial one is (r_xy - r_xz r_yz)/sqrt((1 - r_xz^2)(1 - r_yz^2)) in rank correlations. nan where one is
    constant.
    """
    ranks = [stats.rankdata(one) for one in (x, y)]
    if given is not None:
        z = np.column_stack([np.ones(len(ranks[0])), stats.rankdata(given)])
        ranks = [one - z @ np.linalg.lstsq(z, one, rcond=None)[0] for one in ranks]
    x, y = (one - one.mean() for one in ranks)
    size = np.linalg.norm(x) * np.linalg.norm(y)
    return float(x @ y / size) if size > 1e-9 * len(x) ** 3 else float("nan")


def bootstrap(
    rows: pd.DataFrame, statistic: Callable[[pd.DataFrame], float], unit: str | list[str], seed: int = 0
) -> tuple[float, float, float]:
    """statistic(rows) and its 95 % percentile interval when whole units are drawn again, 2000 times.

    unit: the columns whose values together name what is drawn, a setting or a run: its rows stay together.
    """
    groups = list(rows.groupby(unit, sort=False, dropna=False).indices.values())
    rng = np.random.default_rng(seed)
    draws = (np.concatenate([groups[i] for i in rng.integers(0, len(groups), len(groups))]) for _ in range(_RESAMPLES))
    values = [statistic(rows.iloc[draw]) for draw in draws]
    low, high = np.nanquantile(values, [0.025, 0.975])
    return float(statistic(rows)), float(low), float(high)


def paired(differences) -> tuple[float, float, float]:
    """The mean of the differences, one a seed, and its 95 % interval by Student's t."""
    differences = np.asarray(differences, dtype=float)
    if len(differences) < 2:
        raise ValueError(f"differences: expected at least two, got {len(differences)}")
    half = stats.t.ppf(0.975, len(differences) - 1) * stats.sem(differences)
    return float(differences.mean()), float(differences.mean() - half), float(differences.mean() + half)


def nearest_rates(runs: pd.DataFrame, accuracy: float) -> pd.DataFrame:
    """For each rank and scale of the runs, the learning rate whose mean accuracy is nearest to the one given."""
    cell = ["rank", "scale"]
    means = runs.groupby([*cell, "learning_rate"], as_index=False).accuracy.mean()
    off = (means.accuracy - accuracy).abs()
    return means.loc[off.groupby([means[name] for name in cell]).idxmin(), [*cell, "learning_rate"]]


def auc(score, positive) -> float:
    """How often a positive has the higher score than a negative, ties counting half; nan without both kinds."""
    score, positive = np.asarray(score, dtype=float), np.asarray(positive, dtype=bool)
    higher, lower = np.sort(score[positive]), np.sort(score[~positive])
    if not len(higher) or not len(lower):
        return float("nan")
    below = np.searchsorted(lower, higher, "left") + np.searchsorted(lower, higher, "right")
    return float(below.sum() / (2 * len(higher) * len(lower)))


def halfway(strength, positive) -> float:
    """The strength at which a logistic curve in log strength, fitted by maximum likelihood, passes one half.

    nan where only one kind is there or the curve falls. A small penalty on the slope puts it in the middle of the gap
    where the kinds are apart.
    """
    x, y = np.log(np.asarray(strength, dtype=float)), np.asarray(positive, dtype=bool)
    if y.all() or not y.any():
        return float("nan")
    centre, spread = x.mean(), x.std()
    z, sign = (x - centre) / spread, np.where(y, -1.0, 1.0)

    def loss(coefficients):
        a, b = coefficients
        odds = sign * (a + b * z)
        slope = sign * stats.logistic.cdf(odds)
        value = np.sum(np.logaddexp(0, odds)) + _RIDGE * b**2
        return value, np.array([slope.sum(), slope @ z + 2 * _RIDGE * b])

    a, b = minimize(loss, [0.0, 1.0], jac=True).x
    return float(np.exp(centre - spread * a / b)) if b > 0 else float("nan")


def area(forgetting, accuracy, until: float) -> float:
    """The mean, over forgetting from 0 to `until`, of the best accuracy that a curve's points reach at no more of it.

    A step function: between its points a curve is taken to offer what it offers before. nan where no point forgets
    nothing, so that the beginning is not known.
    """
    if until <= 0:
        raise ValueError(f"until must be positive, got {until}")
    order = np.argsort(forgetting)
    x, y = np.asarray(forgetting, dtype=float)[order], np.maximum.accumulate(np.asarray(accuracy, dtype=float)[order])
    if x[0] > 0:
        return float("nan")
    inside = x < until
    ends = np.append(np.clip(x[inside][1:], 0, None), until)
    return float(np.sum(y[inside] * np.diff(np.concatenate([[0.0], ends]))) / until)
