"""What was declared of chapter 8's comparison holds again when one of its seeds is run afresh."""

import numpy as np

from intruders import data
from intruders.data import intruders, strength
from intruders.tuning.experiments import GRIDS, HEAD_ONLY, LIVE, compare, processes

SEEDS = GRIDS["minilm-live"].seeds


def conclusions(rows):
    full, rank8, rank1 = (rows[rows["name"] == setting.name] for setting in LIVE)
    accuracies = [part.accuracy.iloc[0] for part in (full, rank8, rank1)]
    ranks = [part.effective_rank.mean() for part in (full, rank8, rank1)]
    return {
        "full has none at .5": intruders(full).sum() == 0,
        "LoRA r = 1 has some at .5": intruders(rank1).sum() > 0,
        "LoRA r = 8 has more than full at .8": intruders(rank8, 0.8).sum() > intruders(full, 0.8).sum(),
        "accuracies within .10": np.ptp(accuracies) < 0.10,
        "full never passes visibility": not (strength(full) > full.visibility).any(),
        "a quarter of LoRA r = 1 pass it": (strength(rank1) > rank1.visibility).mean() > 0.25,
        "full has ten times their effective rank": ranks[0] > 10 * max(ranks[1:]),
    }


def test_the_recorded_seeds_show_what_was_declared():
    recorded = data.matrices("minilm-live")
    for seed in SEEDS:
        found = conclusions(recorded[recorded.seed == seed])
        assert all(found.values()), (seed, found)
    accuracy = recorded.groupby("name").accuracy.mean()
    assert accuracy.drop(HEAD_ONLY.name).min() > accuracy[HEAD_ONLY.name]


def test_a_fresh_run_shows_it_again():
    with processes() as executor:
        rows = compare(LIVE, SEEDS[-1], executor)[1]
    found = conclusions(rows)
    assert all(found.values()), found
