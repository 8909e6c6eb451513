"""The explorable of chapter 9, beside a matrix that is taken apart."""

import numpy as np
import pytest
from explorable_checks import feels_continuous, page_is_light

from intruders.show.triplet import triplet
from intruders.theory.ensembles import iid_rectangular, unit_vector

pytestmark = pytest.mark.usefixtures("style")


def test_slider_feels_continuous_and_page_is_light():
    feels_continuous(triplet)
    page_is_light(triplet)


def test_the_curve_is_what_scaling_does_to_a_matrix():
    """Within four standard errors at three factors; the outlier taken for the spike, s = theta and a = 0, is not."""
    theta, n, rng = 2.0, 300, np.random.default_rng(0)
    factors, curve = triplet.frame(theta).curves["growth"]
    drawn = []
    for _ in range(20):
        spike = theta * np.outer(unit_vector(n, rng), unit_vector(n, rng))
        U, values, Vt = np.linalg.svd(iid_rectangular(n, n, rng) + spike)
        triplets = values[0] * np.outer(U[:, 0], Vt[0])
        drawn.append([np.sum((spike + (one - 1) * triplets) ** 2) - theta**2 for one in (0, 0.4, 0.75)])
    means, errors = np.mean(drawn, axis=0), np.std(drawn, axis=0, ddof=1) / np.sqrt(len(drawn))
    ours = np.interp([0, 0.4, 0.75], factors, curve)
    assert np.all(np.abs(means - ours) < 4 * errors)
    naive = theta**2 * np.array([0, 0.4, 0.75]) ** 2 - theta**2
    assert np.all(np.abs(means - naive) > 4 * errors)


def test_the_dots_are_on_the_curve_and_say_where():
    for theta in triplet.values[::10]:
        frame = triplet.frame(theta)
        curve = frame.curves["growth"][1]
        assert frame.curves["smallest"][1][0] <= curve.min() + 1e-9
        assert frame.curves["deleted"][1][0] == pytest.approx(curve[0])
        assert (curve[0] > 0) == (theta < np.sqrt(3))
    assert triplet.frame(2.0).says.endswith(
        "smallest at \u03bb = 0.40, deletion changes the square by -1.25 \u03c3\u00b2"
    )
