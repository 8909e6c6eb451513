"""The explorable of chapter 2: its curves are transforms at a height, its dots their distance from the density."""

import numpy as np
import pytest
from explorable_checks import feels_continuous, page_is_light
from scipy.integrate import quad

from intruders.show.blur import blur
from intruders.theory.ensembles import goe
from intruders.theory.laws import Semicircle

pytestmark = pytest.mark.usefixtures("style")


def test_slider_feels_continuous_and_page_is_light():
    feels_continuous(blur)
    page_is_light(blur, 200_000)


@pytest.mark.parametrize("log_eta", [-2.5, -0.7, 0.5])
def test_curves_are_cauchy_blurs(log_eta):
    eta = 10**log_eta

    def kernel(x):
        return eta / np.pi / (x**2 + eta**2)

    curves = blur.frame(log_eta).curves
    x, seen = curves["matrix"]
    values = np.linalg.eigvalsh(goe(60, np.random.default_rng(0)))
    assert np.allclose(seen, kernel(x[:, None] - values).mean(axis=1), atol=1e-10)
    x, seen = curves["law"]
    near = [s for s in (x[50] - eta, x[50], x[50] + eta) if abs(s) < 2]
    expected = quad(lambda s: Semicircle().pdf(s) * kernel(x[50] - s), -2, 2, points=near, limit=200)[0]
    assert seen[50] == pytest.approx(expected, abs=1e-8)
    assert seen[50] != pytest.approx(-expected, abs=1e-3), "the sign of the other convention"


def test_distance_has_its_minimum_between_blur_and_spikes():
    matrix = [blur.frame(h).curves["measured"][1][0] for h in blur.values]
    law = [blur.frame(h).curves["blur"][1][0] for h in blur.values]
    assert np.all(np.diff(law) > 0) and law[0] < 0.01
    best = int(np.argmin(matrix))
    assert 1 / 60 < 10 ** blur.values[best] < 0.5
    assert matrix[0] > 0.5 > matrix[-1] - 0.3 > matrix[best]
    assert np.allclose(matrix[-10:], law[-10:], atol=0.01), "from high up nobody sees single eigenvalues"
