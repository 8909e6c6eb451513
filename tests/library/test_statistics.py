"""The statistics against SciPy, against known answers, and with planted near misses."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from intruders.tuning import statistics
from intruders.tuning.statistics import area, auc, bootstrap, halfway, paired, spearman


def test_spearman_is_scipys_and_the_partial_one_its_formula():
    rng = np.random.default_rng(0)
    z = rng.normal(size=200)
    x, y = z + rng.normal(size=200), z**3 + rng.normal(size=200)
    assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic)
    xy, xz, yz = (stats.spearmanr(*pair).statistic for pair in ((x, y), (x, z), (y, z)))
    assert spearman(x, y, z) == pytest.approx((xy - xz * yz) / np.sqrt((1 - xz**2) * (1 - yz**2)))


def test_a_common_cause_is_taken_out_and_a_true_link_is_not():
    rng = np.random.default_rng(1)
    z = rng.normal(size=2000)
    x, y = z + 0.3 * rng.normal(size=(2, 2000))
    assert spearman(x, y) > 0.8 and abs(spearman(x, y, z)) < 3 / np.sqrt(2000)
    assert spearman(x, y + x, z) > 0.3
    assert np.isnan(spearman(np.ones(5), np.arange(5))) and np.isnan(spearman(z, y, z))


def test_the_bootstrap_covers_and_keeps_units_together(monkeypatch):
    monkeypatch.setattr(statistics, "_RESAMPLES", 200)
    covered = alone = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        values = np.repeat(rng.normal(size=20), 5) + 0.1 * rng.normal(size=100)
        rows = pd.DataFrame({"unit": np.repeat(np.arange(20), 5), "row": np.arange(100), "value": values})
        mean = lambda part: part.value.to_numpy().mean()  # noqa: E731
        _, low, high = bootstrap(rows, mean, "unit")
        covered += low <= 0 <= high
        _, low, high = bootstrap(rows, mean, "row")
        alone += low <= 0 <= high
    assert covered >= 85, "about 93 of 100 expected with twenty units"
    assert alone < 75, "rows of a unit are not independent"


def test_the_interval_of_paired_differences_is_students():
    mean, low, high = paired([1.0, 2.0, 4.0])
    expected = stats.ttest_1samp([1.0, 2.0, 4.0], 0).confidence_interval()
    assert (mean, low, high) == pytest.approx((7 / 3, expected.low, expected.high))
    with pytest.raises(ValueError, match="expected at least two, got 1"):
        paired([1.0])


def test_auc_is_the_share_of_right_pairs():
    rng = np.random.default_rng(2)
    score, positive = rng.integers(0, 6, 80), rng.random(80) < 0.4
    pairs = np.sign(score[positive][:, None] - score[~positive]) / 2 + 0.5
    assert auc(score, positive) == pytest.approx(pairs.mean())
    assert auc([1, 2, 3], [False, False, True]) == 1 and np.isnan(auc([1, 2], [True, True]))


def test_halfway_finds_the_crossing():
    rng = np.random.default_rng(3)
    found = []
    for _ in range(40):
        x = np.exp(rng.uniform(-2, 2, 400))
        found.append(halfway(x, rng.random(400) < stats.logistic.cdf(4 * np.log(x / 1.7))))
    error = np.std(np.log(found), ddof=1) / np.sqrt(40)
    assert abs(np.mean(np.log(found)) - np.log(1.7)) < 4 * error
    assert abs(np.mean(np.log(found)) - np.log(1.5)) > 4 * error
    assert halfway([1, 2, 8, 16], [False, False, True, True]) == pytest.approx(4, rel=0.01)
    assert np.isnan(halfway([1, 2], [True, True])) and np.isnan(halfway([1, 2, 3, 4], [True, True, False, False]))


def test_the_area_under_a_curve_of_steps():
    assert area([0, 1, 2], [0.2, 0.6, 0.8], 2) == pytest.approx((0.2 + 0.6) / 2)
    assert area([2, 0, 1], [0.8, 0.2, 0.6], 2) == pytest.approx(0.4), "in any order"
    assert area([-1, 1], [0.3, 0.5], 2) == pytest.approx(0.4), "less than nothing forgotten counts from zero"
    assert area([0, 1, 1.5], [0.5, 0.4, 0.9], 2) == pytest.approx((0.5 * 1.5 + 0.9 * 0.5) / 2), "never below the best"
    assert np.isnan(area([0.5], [1.0], 2))
    with pytest.raises(ValueError, match="until must be positive, got 0"):
        area([0], [1], 0)


def test_the_nearest_rate_is_chosen_for_each_rank_and_scale_by_the_mean():
    rows = [(1, 2.0, 1e-3, 0.7), (1, 2.0, 1e-3, 0.9), (1, 2.0, 2e-3, 0.81), (8, 2.0, 1e-3, 0.6), (8, 0.5, 4e-3, 0.9)]
    runs = pd.DataFrame(rows, columns=["rank", "scale", "learning_rate", "accuracy"])
    chosen = statistics.nearest_rates(runs, 0.8)
    assert sorted(map(tuple, chosen.to_numpy())) == [(1, 2, 1e-3), (8, 0.5, 4e-3), (8, 2, 1e-3)]
    assert statistics.nearest_rates(runs, 0.82).learning_rate.tolist() == [2e-3, 4e-3, 1e-3], "not by the nearest run"
