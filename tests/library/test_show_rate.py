"""The explorable of chapter 8b."""

import numpy as np
import pytest
from explorable_checks import feels_continuous, page_is_light

from intruders.show.rate import rate

LAW, LIMITS = (6.0, 0.6, 1.0), [1.0, 1.5, 2.0, 4.0]


pytestmark = pytest.mark.usefixtures("style")


@pytest.fixture(scope="module")
def explorable():
    return rate(LAW, LIMITS)


def test_slider_feels_continuous_and_page_is_light(explorable):
    feels_continuous(explorable)
    page_is_light(explorable)


@pytest.mark.parametrize(("name", "alpha", "slope"), [("fixed", 16, -0.3), ("double", None, 0.3), ("root", 16, 0)])
def test_lines_are_the_law(explorable, name, alpha, slope):
    ranks, theta = explorable.frame(0.002).curves[f"{name}-strength"]
    at_eight = {"fixed": 2.0, "double": 2.0, "root": 16 / np.sqrt(8)}[name]
    assert theta[30] == pytest.approx(np.exp(6) * (at_eight * np.sqrt(8)) ** 0.6 * 0.002)
    assert np.diff(np.log(theta)) == pytest.approx(slope * np.diff(np.log(ranks)), abs=1e-9)


def test_passed_matrices_are_counted(explorable):
    frame = explorable.frame(0.004)
    theta, passed = frame.curves["root-strength"][1], frame.curves["root-passed"][1]
    assert list(passed) == [sum(one > limit for limit in LIMITS) for one in theta]
    ours = np.exp(6) * (2 * np.sqrt(8)) ** 0.6 * 0.002
    says = explorable.frame(0.002).says
    assert says.startswith(f"\u03b7 = 0.0020, r = 8: \u03b1 = 16 strength {ours:.2f}, 3 matrices; rsLoRA")
