"""The explorable of chapter 7: its frames are what the detector finds, and the newcomer has no partner."""

import numpy as np
import pytest
from explorable_checks import feels_continuous, page_is_light

from intruders.show.arrival import WINDOW, arrival
from intruders.spectra.detect import detect
from intruders.theory.bbp import strength_at
from intruders.theory.ensembles import unit_vector
from intruders.theory.laws import Empirical, SingularValueLaw

SIZE = 120


pytestmark = pytest.mark.usefixtures("style")


@pytest.fixture(scope="module")
def values():
    bulk = SingularValueLaw(1.0).ppf((np.arange(SIZE - 15) + 0.5) / (SIZE - 15))
    return np.concatenate([np.linspace(7, 2.6, 15) + 0.01 * np.arange(15) ** 1.5, bulk[::-1]])


@pytest.fixture(scope="module")
def explorable(values):
    return arrival(values)


@pytest.mark.parametrize("ratio", [0.4, 1.0, 1.4, 2.2])
def test_links_are_the_detectors_partners(explorable, values, ratio):
    rng = np.random.default_rng(0)
    u, v = unit_vector(SIZE, rng), unit_vector(SIZE, rng)
    theta = ratio * strength_at(values[WINDOW - 1], Empirical(values, (SIZE, SIZE)))
    report = detect(np.diag(values), theta * np.outer(u, v), route="dense")
    curves = explorable.frame(ratio).curves
    for j, new in enumerate(report.intruders()):
        old, dot = (curves[f"{name}{j}"][1] for name in ("old", "new"))
        if new:
            assert np.isnan(old).all() and dot[0] == pytest.approx(report.tuned_values[j])
        else:
            partner = report.sides["left"].partner[j]
            assert old == pytest.approx([values[partner], report.tuned_values[j]]) and np.isnan(dot).all()
    assert report.intruders().any() == (ratio > 2)


def test_the_sentence_counts_the_dots(explorable):
    frame = explorable.frame(2.2)
    dots = [j + 1 for j in range(WINDOW) if not np.isnan(frame.curves[f"new{j}"][1][0])]
    assert len(dots) == 1 and f"intruder among the ten: number {dots[0]};" in frame.says
    assert "intruder among the ten: none;" in explorable.frame(0.4).says


def test_slider_feels_continuous_and_page_is_light(explorable):
    feels_continuous(explorable)
    assert np.allclose(np.diff(explorable.values), 0.04)
    page_is_light(explorable, 200_000)
