"""The explorable of chapter 12, on matrices whose spikes are planted, and the map of a model."""

import numpy as np
import pandas as pd
import pytest
from explorable_checks import feels_continuous, page_is_light

from intruders.show import figures
from intruders.show.layers import layers, place
from intruders.show.shrink import shrink
from intruders.spectra.detect import detect
from intruders.spectra.updates import LowRank
from intruders.theory.ensembles import haar_frame, iid_rectangular

pytestmark = pytest.mark.usefixtures("style")


@pytest.fixture(scope="module")
def pairs():
    """Noise with two random spikes, and with one along its own leading direction."""
    rng = np.random.default_rng(0)
    noise = {label: iid_rectangular(60, 80, rng) for label in ("new", "old")}
    U, _, Vt = np.linalg.svd(noise["old"])
    new = LowRank(haar_frame(60, 2, rng) * [6.0, 3.0], haar_frame(80, 2, rng).T, 0.5)
    return {"new": (noise["new"], new), "old": (noise["old"], LowRank(3 * U[:, :1], Vt[:1], 1.0))}


@pytest.fixture(scope="module")
def explorable(pairs):
    return shrink(pairs)


def test_slider_feels_continuous_and_page_is_light(explorable):
    feels_continuous(explorable)
    page_is_light(explorable)


def test_strokes_stand_where_the_dense_oracle_finds_spikes_and_intruders(pairs, explorable):
    for scale in (0.2, 0.6, 1.0):
        curves = explorable.frame(scale).curves
        totals = []
        for row, (W0, update) in enumerate(pairs.values()):
            report = detect(W0, scale * update.dense(), route="dense")
            strengths = np.linalg.svd(update.dense(), compute_uv=False)[: update.rank]
            assert curves[f"spikes{row}"][0][::3] == pytest.approx(scale * strengths / report.visibility, rel=1e-6)
            totals.append(int(report.intruders().sum()))
            assert np.isfinite(curves[f"found{row}"][0][::3]).sum() == totals[-1]
        assert curves["intruders"][1][0] == sum(totals)
    assert totals == [2, 0], "the strong direction of its own is no intruder"
    assert "3 spikes above visibility, 2 intruders" in explorable.frame(1.0).says
    assert "0 spikes above visibility, 0 intruders" in explorable.frame(0.2).says


def test_names_have_a_layer_and_a_kind():
    assert place("encoder.layer.3.output.dense.weight") == (3, "output.dense")
    assert place("model.layers.11.self_attn.q_proj") == (11, "self_attn.q_proj")
    assert place("embeddings.word_embeddings.weight") is None


def test_map_says_ratio_and_intruders_of_every_matrix():
    rows = pd.DataFrame(
        [
            ("layers.0.q.weight", 0.5, 1.0, 0),
            ("layers.0.v.weight", 3.0, 2.0, 1),
            ("layers.1.v.weight", 9.0, 2.0, 5),
            ("layers.1.q.weight", 9.0, None, 2),
            ("head.weight", 9.0, 2.0, 2),
        ],
        columns=["name", "largest_spike", "visibility", "intruders"],
    )
    _, ax = figures.subplots()
    layers(ax, rows)
    written = {text.get_text(): text.get_position() for text in ax.texts if text.get_text()}
    assert set(written) == {"0.50", "1.50", "4.50", "\u25c6", "\u25c6\u25c6\u25c6+"}
    assert written["1.50"][0] == written["\u25c6"][0] == 0 and written["4.50"][0] == 1
    assert [label.get_text() for label in ax.get_yticklabels()] == ["q", "v"]
