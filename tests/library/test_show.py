"""Figures that are the same files everywhere, and explorables whose numbers are the function's."""

import json
import re

import numpy as np
import pytest

from intruders.show import figures
from intruders.show.explore import Explorable, Frame

pytestmark = pytest.mark.usefixtures("style")


def line(shift=0.0):
    fig, ax = figures.subplots()
    ax.plot([0, 1, 2], [0, 1 + shift, 0])
    ax.set_xlabel("$x$")
    return figures.svg(fig)


def test_svg_is_deterministic_and_sees_the_data():
    assert line() == line()
    assert line(1e-9) == line(), "the last bits of another CPU do not change the file"
    assert line(1e-3) != line(), "a change of the data does"


def test_ids_do_not_feel_the_last_bits_of_the_layout(monkeypatch):
    def page(end):
        fig, ax = figures.subplots()
        ax.plot([0, end], [0, 1], "o-")
        ax.set_aspect("equal")
        return figures.svg(fig)

    assert page(1) == page(1 + 1e-12)
    used = set(re.findall(r"[mp]\d+-[0-9a-f]{8}", page(1)))
    assert used and not used & set(re.findall(r"[mp]\d+-[0-9a-f]{8}", page(2))), "two figures may share a page"
    monkeypatch.setattr(figures, "_renamed", lambda text: text)
    assert page(1) != page(1 + 1e-12), "matplotlib's own ids do"


def test_svg_keeps_two_decimals_and_no_program():
    text = line()
    assert not re.search(r' d="[^"]*\d\.\d{3}', text)
    assert "matplotlib.org" not in text
    assert text.startswith("<svg")
    assert re.search(r"scale\(0\.\d{3,}", text), "glyph scales stay exact"


def test_images_and_live_figures_are_png():
    fig, ax = figures.subplots()
    assert figures._as_svg(fig) and figures._as_png(fig) is None
    ax.imshow(np.eye(3))
    assert figures._as_svg(fig) is None and figures._as_png(fig).startswith(b"\x89PNG")
    live, _ = figures.subplots(live=True)
    assert figures._as_svg(live) is None and figures._as_png(live)


def draw():
    fig, ax = figures.subplots()
    ax.set(xlim=(0, 2), ylim=(0, 4))
    ax.plot([], [], gid="curve")
    ax.plot([], [], gid="mark")
    return fig


def frame(t):
    x = np.array([0.0, 1.0, np.nan, 2.0])
    return Frame(f"t = {t:.1f} & rising", {"curve": (x, t * x), "mark": ([t, t], [0, 1])})


@pytest.fixture
def explorable():
    values = np.linspace(0.5, 2, 4)
    return Explorable("try", "slope t", values, 1.0, draw, frame, "a line <through> 0", "The line rises.")


def test_explorable_publishes_the_numbers_of_the_function(explorable):
    page = explorable._repr_html_()
    data = json.loads(re.search(r'json">(.*)</script>', page)[1])
    assert data["says"][1] == "t = 1.0 & rising"
    assert data["values"] == [0.5, 1.0, 1.5, 2.0]
    curve = data["curves"]["try-curve"]
    assert np.shape(curve["x"]) == (4,), "x stands still and is stored once"
    assert curve["y"][0][2] is None, "NaN lifts the pen"
    fig = draw()
    figures.svg(fig)  # lays the figure out as it is published
    height = fig.get_size_inches()[1] * 720
    ax = fig.axes[0]
    for t, ys in zip(explorable.values, curve["y"], strict=True):
        inches = fig.dpi_scale_trans.inverted().transform(ax.transData.transform([(1.0, t)]))[0]
        assert ys[1] == pytest.approx(height - inches[1] * 720, abs=0.6)
    assert np.shape(data["curves"]["try-mark"]["x"]) == (4, 2)


def test_published_picture_is_the_frame_shown_first(explorable):
    page = explorable._repr_html_()
    data = json.loads(re.search(r'json">(.*)</script>', page)[1])
    drawn = re.search(r'id="try-curve".*?<path d="M ([\d.]+) ([\d.]+)', page, re.DOTALL)
    assert float(drawn[1]) == pytest.approx(data["curves"]["try-curve"]["x"][0] / 10, abs=0.06)
    assert float(drawn[2]) == pytest.approx(data["curves"]["try-curve"]["y"][1][0] / 10, abs=0.06)
    assert 'aria-valuetext="t = 1.0 &amp; rising"' in page
    assert 'aria-label="a line &lt;through&gt; 0"' in page


def test_every_reference_in_the_picture_resolves(explorable):
    page = explorable._repr_html_()
    ids = set(re.findall(r' id="([^"]+)"', page))
    references = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', page))
    assert len(references) > 3
    assert {a or b for a, b in references} <= ids
    assert all(i.startswith(("try-", "explore-try")) for i in ids), "two explorables may share a page"


def test_explorable_is_deterministic(explorable):
    assert explorable._repr_html_() == explorable._repr_html_()
    assert repr(explorable) == "Explorable('try')"


def test_a_curve_without_a_line_is_named(explorable):
    with pytest.raises(ValueError, match="no line with gid 'other'"):
        explorable._figure(Frame("", {"other": ([0], [0])}))


def test_live_recomputes_with_a_slider(explorable):
    slider = explorable.live().children[0]
    assert (slider.min, slider.max, slider.step, slider.value) == (0.5, 2.0, 0.5, 1.0)
