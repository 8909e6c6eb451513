"""What was declared of chapter 8's comparison holds again when one of its seeds is run afresh."""

import numpy as np

from intruders import data
from intruders.tuning.experiments import HEAD_ONLY, LIVE, SEEDS, compare, processes
from intruders.tuning.measure import intruders, strength

SEED = SEEDS[-1]


def conclusions(rows):
    left = rows[rows.side == "left"]
    by_method = dict(list(left.groupby("method")))
    full, rank8, rank1 = by_method["full"], by_method["LoRA r = 8"], by_method["LoRA r = 1"]
    accuracies = [part.accuracy.iloc[0] for part in (full, rank8, rank1)]
    return {
        "full has none at .5": intruders(full, 0.5).sum() == 0,
        "LoRA r = 1 has some at .5": intruders(rank1, 0.5).sum() > 0,
        "LoRA r = 8 has more than full at .8": intruders(rank8, 0.8).sum() > intruders(full, 0.8).sum(),
        "accuracies within .10": np.ptp(accuracies) < 0.10,
        "full never passes visibility": not (strength(full) > full.visibility).any(),
        "most of LoRA r = 1 pass it": (strength(rank1) > rank1.visibility).mean() > 0.5,
        "full has the largest effective rank": full.effective_rank.mean()
        > max(rank8.effective_rank.mean(), rank1.effective_rank.mean()),
    }


def test_the_recorded_seeds_show_what_was_declared():
    recorded = data.load("chapter-08-seeds")
    for seed in SEEDS:
        found = conclusions(recorded[recorded.seed == seed])
        assert all(found.values()), (seed, found)
    accuracy = recorded.groupby("method").accuracy.mean()
    assert accuracy.drop(HEAD_ONLY.name).min() > accuracy[HEAD_ONLY.name]


def test_a_fresh_run_shows_it_again():
    with processes() as executor:
        rows = compare(LIVE, SEED, executor)[1]
    found = conclusions(rows)
    assert all(found.values()), found
