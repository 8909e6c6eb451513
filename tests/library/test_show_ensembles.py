"""The explorables of chapter 1: their curves are the laws' and follow the measured matrices."""

import numpy as np
import pytest
from explorable_checks import feels_continuous, page_is_light

from intruders.show.histograms import outline
from intruders.show.marchenko_pastur import shape
from intruders.show.scale import scale
from intruders.show.spacings import repulsion
from intruders.theory.laws import MarchenkoPastur, WignerSurmise

ALL = [repulsion, shape, scale]


pytestmark = pytest.mark.usefixtures("style")


@pytest.mark.parametrize("explorable", ALL, ids=lambda e: e.name)
def test_slider_feels_continuous(explorable):
    feels_continuous(explorable)


@pytest.mark.parametrize("explorable", ALL, ids=lambda e: e.name)
def test_page_is_deterministic_and_light(explorable):
    page_is_light(explorable)


def area(x, y):
    return np.trapezoid(y, x)


def test_outline_has_the_area_of_the_histogram():
    edges = np.array([0.0, 0.5, 2.0])
    x, y = outline(np.array([1.0, 2.0]), edges)
    assert len(x) == len(y) and y[0] == y[-1] == 0
    assert area(x, y) == pytest.approx(3.5)


@pytest.mark.parametrize("beta", [1, 2, 4])
def test_surmise_is_the_law(beta):
    x, y = repulsion.frame(float(beta)).curves["surmise"]
    assert np.allclose(y, WignerSurmise(beta).pdf(x), atol=1e-12)
    assert not np.allclose(y, repulsion.frame(beta - 0.1).curves["surmise"][1], atol=1e-3), "another beta"


@pytest.mark.parametrize("beta", [1.0, 2.0, 4.0])
def test_measured_spacings_follow_the_surmise_and_not_the_exponential(beta):
    curves = repulsion.frame(beta).curves
    x, heights = curves["histogram"]
    middles, heights = (x[1:-1:2] + x[2::2]) / 2, heights[1:-1:2]
    surmise = np.interp(middles, *curves["surmise"])
    assert np.mean(np.abs(heights - surmise)) < 0.03
    assert np.mean(np.abs(heights - np.exp(-middles))) > 0.1


@pytest.mark.parametrize("c", [0.3, 1.0, 2.0])
def test_shape_shows_the_law_and_its_atom(c):
    curves = shape.frame(c).curves
    law = MarchenkoPastur(c)
    assert curves["atom"][1][1] == pytest.approx(max(0, 1 - 1 / c))
    assert area(*curves["squares-measured"]) == pytest.approx(min(1, 1 / c), abs=0.02)
    assert area(*curves["values-measured"]) == pytest.approx(1, abs=0.02)
    assert np.allclose(curves["squares-density"][1], law.pdf(curves["squares-density"][0]))


def test_scale_shows_that_the_wrong_density_has_mass_sigma_squared():
    curves = scale.frame(1.4).curves
    assert area(*curves["density"]) == pytest.approx(1, abs=5e-3)
    assert area(*curves["wrong"]) == pytest.approx(1.96, abs=5e-3)
    assert area(*curves["measured"]) == pytest.approx(1, abs=1e-9)
