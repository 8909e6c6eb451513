"""The explorable of the first page: what it says is what the detector finds."""

import numpy as np
import pytest
from explorable_checks import feels_continuous, page_is_light

from intruders.show.newcomer import SIZE, newcomer
from intruders.spectra.detect import detect
from intruders.theory.bbp import predict
from intruders.theory.ensembles import iid_rectangular, unit_vector
from intruders.theory.laws import SingularValueLaw

pytestmark = pytest.mark.usefixtures("style")


def test_feels_continuous_and_is_light():
    feels_continuous(newcomer)
    page_is_light(newcomer)


@pytest.mark.parametrize("theta", [0.5, 1.2, 2.5])
def test_frames_are_the_detectors(theta):
    rng = np.random.default_rng(0)
    W = iid_rectangular(SIZE, SIZE, rng)
    s = np.linalg.svd(W, compute_uv=False)
    u, v = unit_vector(SIZE, rng), unit_vector(SIZE, rng)
    report = detect(np.diag(s), theta * np.outer(u, v), route="dense")
    frame = newcomer.frame(theta)
    assert f"largest singular value {report.tuned_values[0]:.2f}" in frame.says
    assert f"cosine {report.max_cosine()[0]:.2f} " in frame.says
    assert frame.says.endswith("an intruder" if report.intruders()[0] else "recognised")
    for j, new in enumerate(report.intruders()):
        shown, hidden = (frame.curves[f"{name}{j}"][0][0] for name in (("new", "old") if new else ("old", "new")))
        assert shown == pytest.approx(report.tuned_values[j]) and np.isnan(hidden)


def test_the_foretold_place_is_there_beyond_the_threshold_only():
    assert np.isnan(newcomer.frame(0.95).curves["predicted"][0]).all()
    assert newcomer.frame(2.0).curves["predicted"][0][0] == predict(2.0, SingularValueLaw(1.0)).position
