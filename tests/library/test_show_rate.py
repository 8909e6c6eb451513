"""The explorable of chapter 8b."""

import json
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from intruders.show import figures
from intruders.show.rate import rate

LAW, LIMITS = (6.0, 0.6, 1.0), [1.0, 1.5, 2.0, 4.0]


@pytest.fixture(scope="module")
def explorable():
    with plt.rc_context(figures.STYLE):
        yield rate(LAW, LIMITS)
    plt.close("all")


def test_slider_feels_continuous_and_page_is_light(explorable):
    assert len(explorable.values) >= 40
    assert np.allclose(np.diff(explorable.values), explorable.values[1] - explorable.values[0])
    assert explorable.start in explorable.values
    page = explorable._repr_html_()
    assert page == explorable._repr_html_()
    assert len(page) < 150_000
    data = json.loads(re.search(r'json">(.*)</script>', page)[1])
    for curve in data["curves"]:
        assert re.search(rf'id="{curve}">\s*<path', page), "the script moves this path"


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
