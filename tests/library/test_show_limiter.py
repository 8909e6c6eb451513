"""The explorable of chapter 11b, beside matrices with these spikes."""

import re

import numpy as np
import pytest
from explorable_checks import feels_continuous, page_is_light

from intruders.show.limiter import limiter
from intruders.theory.ensembles import haar_frame

pytestmark = pytest.mark.usefixtures("style")


@pytest.fixture(scope="module")
def update():
    rng = np.random.default_rng(0)
    return haar_frame(40, 8, rng), 2.8 * 0.72 ** np.arange(8), haar_frame(30, 8, rng)


def test_slider_feels_continuous_and_page_is_light():
    feels_continuous(limiter)
    page_is_light(limiter)


@pytest.mark.parametrize("ceiling", [0.5, 1.0, 2.0])
def test_norms_are_those_of_the_matrices(update, ceiling):
    U, strengths, V = update
    trained, cut = U * strengths @ V.T, U * np.minimum(strengths, ceiling) @ V.T
    turned = trained * ceiling / np.linalg.norm(trained, 2)
    by_cut, by_knob, strongest = map(float, re.findall(r"[\d.]*\d", limiter.frame(ceiling).says)[1:])
    norm = np.linalg.norm
    assert by_cut == pytest.approx(norm(cut) / norm(trained), abs=0.005)
    assert by_knob == pytest.approx(norm(turned) / norm(trained), abs=0.005)
    assert by_knob != pytest.approx(norm(cut) / norm(trained), abs=0.005)
    same_norm = trained * norm(cut) / norm(trained)
    assert strongest == pytest.approx(norm(same_norm, 2), abs=0.005)
    assert norm(trained - cut) < norm(trained - turned), "at one ceiling the cut is nearer"
    assert norm(trained - same_norm) < norm(trained - cut), "at one norm the knob is"


def test_strokes_have_the_heights_of_the_spikes(update):
    curves = limiter.frame(1.0).curves
    assert curves["cut"][1][1::3] == pytest.approx(np.minimum(update[1], 1))
    assert curves["turned"][1][1::3] == pytest.approx(update[1] / 2.8)


def test_nothing_is_cut_above_the_strongest_spike():
    assert limiter.frame(3.0).says.startswith("\u03ba = 3.00: the cut leaves 1.00 of the norm, the knob 1.00;")
