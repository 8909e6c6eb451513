"""The budget before training: the edge of a product of Gaussian factors, and alpha against planted spikes."""

import json

import numpy as np
import pytest
from planted_models import save_model, trained

from intruders.spectra.budget import budget, product_edge
from intruders.spectra.detect import detect
from intruders.spectra.updates import LowRank
from intruders.theory.bbp import strength_at, threshold
from intruders.theory.ensembles import haar_frame
from intruders.theory.laws import Empirical


def largest(n, m, r, rng):
    """Of B A: from the triangles of both factors."""
    B, A = rng.normal(size=(n, r)) / np.sqrt(n), rng.normal(size=(r, m)) / np.sqrt(m)
    return np.linalg.norm(np.linalg.qr(B, mode="r") @ np.linalg.qr(A.T, mode="r").T, 2)


@pytest.mark.parametrize(("n", "m", "r"), [(1024, 1024, 256), (512, 2048, 256), (300, 200, 400), (2048, 1024, 64)])
def test_edge_of_a_product(n, m, r):
    """Two per cent; the product of both edges (1 + sqrt(r/n))(1 + sqrt(r/m)) is eleven per cent or more too high."""
    rng = np.random.default_rng(0)
    simulated = np.mean([largest(n, m, r, rng) for _ in range(4)])
    assert simulated == pytest.approx(product_edge(n, m, r), rel=0.02)
    assert simulated != pytest.approx((1 + np.sqrt(r / n)) * (1 + np.sqrt(r / m)), rel=0.1)
    assert simulated != pytest.approx(product_edge(n, m, 2 * r), rel=0.05)


def test_edge_is_the_minimum_and_known_where_one_law_is_trivial():
    z = np.geomspace(1e-3, 1e6, 200_001)
    for n, m, r in [(50, 70, 1), (300, 20, 64), (1000, 1000, 999)]:
        assert product_edge(n, m, r) == pytest.approx(np.sqrt(np.min((1 + z) * (1 + r / n * z) * (1 + r / m * z) / z)))
        assert product_edge(n, m, r) == product_edge(m, n, r)
    assert product_edge(100, 10**12, 25) == pytest.approx(1 + np.sqrt(25 / 100), rel=1e-4), "Marchenko-Pastur alone"
    assert product_edge(10**12, 10**12, 4) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(("r", "bias"), [(1, 0.045), (8, 0.024), (64, 0.014)])
def test_edge_is_too_high_at_finite_size_by_what_is_said(r, bias):
    rng = np.random.default_rng(1)
    shares = [largest(1024, 1024, r, rng) / product_edge(1024, 1024, r) for _ in range(30)]
    assert 1 - np.mean(shares) == pytest.approx(bias, abs=3 * np.std(shares) / np.sqrt(30))
    assert np.mean(shares) < 1


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    rng = np.random.default_rng(2)
    folder = tmp_path_factory.mktemp("model") / "base"
    shapes = {10: (200, 160), 2: (160, 160), 0: (160, 300)}
    tensors = {f"layers.{i}.weight": trained(*shape, rng) for i, shape in shapes.items()}
    save_model(folder, tensors | {"head.weight": rng.normal(size=(3, 160)), "norm.weight": np.ones(160)})
    return folder, tensors


def test_heights_and_the_largest_alpha(model):
    folder, tensors = model
    result = budget(folder, 4, eps=0.5)
    assert [record["name"] for record in result["layers"]] == [
        "head.weight",
        *(f"layers.{i}.weight" for i in (0, 2, 10)),
    ]
    assert result["settings"] | {"rank": 4, "top_k": 10, "eps": 0.5} == result["settings"]
    for record in result["layers"][1:]:
        W = tensors[record["name"]]
        values = np.linalg.svd(W, compute_uv=False)
        bulk = Empirical(values.astype(float), W.shape)
        assert record["detachment"] == pytest.approx(threshold(bulk))
        assert record["visibility"] == pytest.approx(strength_at(values[9], bulk))
        assert record["detachment"] < record["even_odds"] < record["visibility"]
        for scaling, power in (("alpha_over_r", 1), ("alpha_over_sqrt_r", 0.5)):
            alpha = record["orthonormal"][scaling]
            assert alpha / 4**power == pytest.approx(record["visibility"])
            assert record["gaussian"][scaling] * product_edge(*W.shape, 4) == pytest.approx(alpha)


@pytest.mark.parametrize("kind", ["orthonormal", "gaussian"])
def test_the_largest_alpha_is_where_a_spike_enters_the_window(kind, model):
    """Five per cent less leaves the top ten as they were; half as much again puts the largest spike among them."""
    folder, tensors = model
    rng = np.random.default_rng(3)
    r = 4
    for record in budget(folder, r)["layers"][1:]:
        W = tensors[record["name"]].astype(float)
        n, m = W.shape
        if kind == "orthonormal":
            B, A = haar_frame(n, r, rng), haar_frame(m, r, rng).T
        else:
            B, A = rng.normal(size=(n, r)) / np.sqrt(n), rng.normal(size=(r, m)) / np.sqrt(m)
        alpha = record[kind]["alpha_over_r"]
        assert detect(W, LowRank(B, A, 0.95 * alpha / r)).intruders().sum() == 0
        assert detect(W, LowRank(B, A, 1.5 * alpha / r)).intruders().sum() >= 1


def test_where_there_are_fewer_rows_than_the_rank(model):
    head = budget(model[0], 4)["layers"][0]
    assert head["orthonormal"] == {"alpha_over_r": None, "alpha_over_sqrt_r": None}
    assert "even_odds" not in head


def test_a_matrix_without_bulk_and_one_with_nan(tmp_path):
    rng = np.random.default_rng(4)
    good = rng.normal(size=(40, 60))
    save_model(tmp_path / "base", {"zero": np.zeros((40, 60)), "good": good, "bad": np.where(good > 3, np.nan, good)})
    result = budget(tmp_path / "base", 2, eps=0.5, path=tmp_path / "budget.json")
    assert [record["name"] for record in result["layers"]] == ["good", "zero"]
    assert [record["name"] for record in result["skipped"]] == ["bad"]
    assert json.loads((tmp_path / "budget.json").read_text(), parse_constant=pytest.fail) == result
    assert result["layers"][1]["even_odds"] is None


def test_an_interrupted_budget_resumes_to_the_same_bytes(model, tmp_path):
    def stop(finished, *_):
        if finished == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        budget(model[0], 4, path=tmp_path / "one.json", progress=stop)
    with pytest.raises(ValueError, match="rank = 4, now it is 8"):
        budget(model[0], 8, path=tmp_path / "one.json", resume=True)
    budget(model[0], 4, path=tmp_path / "one.json", resume=True, jobs=2)
    budget(model[0], 4, path=tmp_path / "two.json")
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rank": 0}, "rank must be a positive integer, got 0"),
        ({"rank": 4, "top_k": 0}, "top_k must be a positive integer, got 0"),
        ({"rank": 4, "eps": 0}, "eps must lie between 0 and 1, got 0"),
        ({"rank": 4, "resume": True}, "resume needs the path"),
    ],
)
def test_bad_arguments_are_named(arguments, message, model):
    with pytest.raises(ValueError, match=message):
        budget(model[0], **arguments)
    with pytest.raises(ValueError, match="r must be a positive integer"):
        product_edge(10, 10, 0)
