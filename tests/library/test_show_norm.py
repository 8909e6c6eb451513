"""The explorable of chapter 10, beside a matrix with equal spikes."""

import numpy as np
import pytest
from explorable_checks import feels_continuous, page_is_light

from intruders.show.norm import norm
from intruders.theory.ensembles import haar_frame, iid_rectangular

pytestmark = pytest.mark.usefixtures("style")


def test_slider_feels_continuous_and_page_is_light():
    feels_continuous(norm)
    page_is_light(norm)


def test_the_line_is_where_the_outliers_of_a_matrix_stand():
    n, r, rng = 600, 8, np.random.default_rng(0)
    x, _ = norm.frame(float(r)).curves["outlier"]
    spikes = 6 / np.sqrt(r) * haar_frame(n, r, rng) @ haar_frame(n, r, rng).T
    values = np.linalg.svd(iid_rectangular(n, n, rng) + spikes, compute_uv=False)
    assert values[:r].mean() == pytest.approx(x[0], abs=0.04)
    assert values[:r].mean() != pytest.approx(6 / np.sqrt(r), abs=0.04), "not where the spikes are"
    assert values[r] < 2.05


def test_outliers_end_where_the_strength_meets_the_threshold():
    assert norm.frame(35.0).says.startswith("r = 35: spikes of 1.01 \u03c3, 35 outliers at 2.00 \u03c3")
    assert norm.frame(36.0).says == "r = 36: spikes of 1.00 \u03c3, no outlier"
    assert norm.frame(1.0).says.startswith("r = 1: spikes of 6.00 \u03c3, 1 outlier at 6.17 \u03c3, squared cosine")
    assert np.isnan(norm.frame(40.0).curves["outlier"][1]).any()
    assert norm.frame(16.0).curves["strength"][1][0] == pytest.approx(1.5)
