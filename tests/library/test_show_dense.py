"""The explorable of chapter 3: its frames say what the library predicts and what one matrix shows."""

import numpy as np
import pytest

from intruders.show.dense import dense


@pytest.mark.parametrize("tau", [0.1, 0.5, 1.0])
def test_measured_dots_stand_by_the_predictions(tau):
    curves = dense.frame(tau).curves
    for name, room in (("safe", 0.02), ("mixed", 0.06)):
        assert abs(curves[name][1][0] - curves[f"{name}-seen"][1][0]) < room
    seen, law = (curves[name][1] for name in ("bulk-seen", "bulk-law"))
    assert np.abs(np.log(seen / law)).mean() < 0.2, "twenty per cent, one matrix, averaged over 133 vectors"
    other = dense.frame(tau / 2).curves["bulk-law"][1]
    assert np.nan_to_num(np.abs(np.log(seen / other)).mean(), nan=1) > 0.2, "half the perturbation is another profile"


def test_a_peak_narrower_than_a_level_has_no_prediction():
    frame = dense.frame(0.04)
    assert "no prediction" in frame.says
    assert np.all(np.isnan(frame.curves["bulk-law"][1])) and np.all(np.isnan(frame.curves["mixed"][1]))
    assert frame.curves["mixed-seen"][1][0] > 0.8


def test_enough_frames():
    assert len(dense.values) >= 40 and dense.start in dense.values
    assert np.allclose(np.diff(dense.values), 0.02)
