"""The three routes agree: singular values, flags, cosines, and the matrix-free interval, on random and hard cases."""

from collections import Counter

import numpy as np
import pytest
from matrices import BASES, UPDATES, base, case, update

from intruders.spectra.basis import Basis
from intruders.spectra.detect import detect
from intruders.spectra.updates import LowRank
from intruders.theory.ensembles import haar_frame, iid_rectangular, unit_vector

VALUES = {True: 1e-8, False: 1e-4}
COSINES = {True: 1e-6, False: 1e-3}


def disagreements(report, oracle, double: bool) -> list[str]:
    """What of a report is not what the oracle says, within the stated tolerances."""
    found = []
    if np.any(np.abs(report.tuned_values - oracle.tuned_values) > VALUES[double] * oracle.tuned_values):
        found.append("values")
    for side, theirs in oracle.sides.items():
        ours, tolerance = report.sides[side], COSINES[double]
        known = ~np.isnan(theirs.max_cosine)
        near = np.abs(theirs.max_cosine - report.eps) <= tolerance
        if not np.array_equal(known, ~np.isnan(ours.max_cosine)):
            found.append(f"{side}: zero directions")
        elif np.any((report.intruders(side=side) != oracle.intruders(side=side)) & known & ~near):
            found.append(f"{side}: flags")
        if np.any((ours.max_cosine_low - tolerance > theirs.max_cosine)[known]):
            found.append(f"{side}: lower end")
        if np.any((ours.max_cosine + tolerance < theirs.max_cosine)[known]):
            found.append(f"{side}: upper end")
        if report.route == "basis" and np.any(ours.max_cosine - ours.max_cosine_low):
            found.append(f"{side}: not exact")
    return found


@pytest.mark.parametrize("block", range(8))
def test_the_routes_agree_on_random_and_adversarial_cases(block):
    answered = Counter()
    for seed in range(250 * block, 250 * (block + 1)):
        arguments, label = case(seed)
        oracle = detect(**arguments, side="both", route="dense")
        routes = ["matrix-free"] + ["basis"] * isinstance(arguments["update"], LowRank)
        for route in routes:
            report = detect(**arguments, side="both", route=route)
            assert not disagreements(report, oracle, arguments["base"].dtype == np.float64), (label, route)
            answered[route] += not report.handed_over
    assert answered["basis"] > 80, "most low-rank cases are answered without the dense route"
    assert answered["matrix-free"] > 20


@pytest.mark.parametrize("seed", range(6))
def test_the_routes_agree_on_larger_matrices(seed):
    """Sizes at which Lanczos converges long before the space is full, so that few layers need the dense route."""
    rng = np.random.default_rng([1, seed])
    n, m = [(500, 500), (640, 260), (260, 640)][seed % 3]
    dtype = (np.float64, np.float32)[seed % 2]
    W = base("trained", n, m, rng).astype(dtype)
    for change in (update("random", W, 8, rng), update("planted", W, 4, rng), update("dense", W, 1, rng) / 30):
        oracle = detect(W, change, side="both", route="dense")
        for route in ["matrix-free"] + ["basis"] * isinstance(change, LowRank):
            report = detect(W, change, side="both", route=route)
            assert report.route == route
            assert not disagreements(report, oracle, dtype == np.float64)
            assert np.allclose(report.energy_share, oracle.energy_share, rtol=1e-4)
            assert np.allclose(report.strengths[:4], oracle.strengths[:4], rtol=1e-4)
            assert report.detachment == pytest.approx(oracle.detachment, rel=0.1 if route == "matrix-free" else 1e-4)
            assert report.visibility == pytest.approx(oracle.visibility, rel=0.02)


def test_the_comparison_would_notice():
    """Planted near misses: each must be called a disagreement."""
    rng = np.random.default_rng(3)
    W = base("trained", 60, 80, rng)
    change = LowRank(haar_frame(60, 2, rng) * [9, 7], haar_frame(80, 2, rng).T)
    oracle = detect(W, change, side="both", route="dense")
    assert not disagreements(detect(W, change, side="both", route="basis"), oracle, True)
    wrong = {
        "a scale 1e-6 off": LowRank(change.B, change.A, 1 + 1e-6),
        "a transposed factor": LowRank(change.B[::-1], change.A),
        "a sign": LowRank(change.B * [1, -1], change.A),
    }
    for name, other in wrong.items():
        assert disagreements(detect(W, other, side="both", route="basis"), oracle, True), name
    swapped = detect(W, change, side="both", route="basis")
    swapped.sides["left"], swapped.sides["right"] = swapped.sides["right"], swapped.sides["left"]
    assert disagreements(swapped, oracle, True)


def test_a_strong_random_spike_is_the_one_intruder_by_every_route():
    rng = np.random.default_rng(1)
    W = iid_rectangular(150, 200, rng)
    spike = LowRank(unit_vector(150, rng)[:, None], unit_vector(200, rng)[None], 8.0)
    for route in ("dense", "basis", "matrix-free", "auto"):
        report = detect(W, spike, top_k=3, side="both", route=route)
        for side in ("left", "right"):
            assert report.intruders(side=side).tolist() == [True, False, False]
    assert report.rank == 1
    assert report.spikes[0].strength == pytest.approx(8)
    assert report.tuned_values[0] == pytest.approx(report.spikes[0].predicted_position, rel=0.02)
    assert report.spikes[0].probability > 0.99


def test_an_old_eigenspace_is_no_intruder():
    """Exactly repeated values: single vectors are arbitrary, and only the span can be recognised."""
    rng = np.random.default_rng(2)
    W = haar_frame(40, 40, rng) * np.repeat(np.linspace(5, 1, 4), 10) @ haar_frame(50, 40, rng).T
    same = detect(W, np.zeros_like(W), side="both", route="dense")
    assert np.allclose(same.max_cosine(), 1)
    assert np.allclose(same.max_cosine("right"), 1)
    assert not same.intruders(0.99).any()
    outside = detect(W, LowRank(unit_vector(40, rng)[:, None], unit_vector(50, rng)[None], 60.0), route="dense")
    assert outside.intruders(0.95)[0]


def test_the_zero_eigenvalue_of_a_tall_matrix_is_no_direction():
    """A spike outside the range of a tall W0 is an intruder, whatever eigenvector of W0 W0' with eigenvalue 0 it is."""
    rng = np.random.default_rng(4)
    W = base("trained", 700, 200, rng)
    outside = rng.normal(size=700)
    U = np.linalg.svd(W, full_matrices=False)[0]
    outside -= U @ (U.T @ outside)
    spike = LowRank(outside[:, None] / np.linalg.norm(outside), unit_vector(200, rng)[None], 40.0)
    for route in ("dense", "basis", "matrix-free"):
        report = detect(W, spike, route=route)
        assert report.route == route
        assert report.intruders()[0]
        assert report.sides["left"].max_cosine_low[0] < 0.1


def test_no_direction_no_flag():
    W = np.zeros((30, 20))
    W[0, 0] = 1
    report = detect(W, np.zeros_like(W), top_k=3)
    assert np.isnan(report.max_cosine()).tolist() == [False, True, True]
    assert report.sides["left"].partner.tolist() == [0, -1, -1]
    assert not report.intruders().any()
    assert detect(np.zeros((30, 20)), LowRank(np.ones((30, 1)), np.ones((1, 20))), top_k=1).intruders().all()


@pytest.mark.parametrize("shape", [(500, 500), (400, 700), (700, 400)])
@pytest.mark.parametrize("noise", [0.2, 1.0])
def test_the_bulk_is_estimated_without_decomposing(shape, noise):
    """Within twelve per cent of the exact fit; a tenth more noise is seen as a tenth more, outliers left alone."""
    rng = np.random.default_rng(8)
    outliers = haar_frame(shape[0], 12, rng) * np.linspace(12, 4, 12) @ haar_frame(shape[1], 12, rng).T
    bulk = iid_rectangular(*shape, rng)
    nothing = LowRank(np.zeros((shape[0], 1)), np.zeros((1, shape[1])))
    free = detect(outliers + noise * bulk, nothing, route="matrix-free")
    exact = detect(outliers + noise * bulk, nothing, route="dense")
    more = detect(outliers + 1.1 * noise * bulk, nothing, route="matrix-free")
    assert free.route == "matrix-free"
    assert free.detachment == pytest.approx(exact.detachment, rel=0.12)
    assert free.visibility == pytest.approx(exact.visibility, rel=0.01)
    assert more.detachment / free.detachment == pytest.approx(1.1, abs=0.03)
    assert all(abs(len(report.bulk.outliers) - 12) <= 1 for report in (free, exact))


@pytest.mark.parametrize("seed", range(12))
def test_a_deficient_matrix_is_answered(seed):
    """Half of the singular values are zero, and quadrature gives some of its nodes no weight: the estimate falls."""
    rng = np.random.default_rng([10, seed])
    W = base("deficient", *rng.integers(20, 300, size=2), rng)
    report = detect(W, update("cancelling", W, 1, rng), top_k=1, route="matrix-free")
    assert report.base_values[0] == pytest.approx(np.linalg.norm(W, 2))
    assert np.all(np.diff(report.base_values) <= 0)


@pytest.mark.parametrize("route", ["dense", "basis", "matrix-free"])
def test_a_window_of_everything(route):
    """top_k = min(n, m): a Krylov space has no value to follow the last one, and the dense route answers."""
    rng = np.random.default_rng(9)
    W = iid_rectangular(8, 11, rng)
    spikes = LowRank(rng.normal(size=(8, 2)), rng.normal(size=(2, 11)))
    report = detect(W, spikes, top_k=8, side="both", route=route)
    exact = np.linalg.svd(W + spikes.dense(), compute_uv=False)
    assert np.allclose(report.tuned_values, exact)


def test_an_open_interval_is_not_answered():
    rng = np.random.default_rng(5)
    W = base("trained", 400, 400, rng)
    spike = LowRank(unit_vector(400, rng)[:, None], unit_vector(400, rng)[None], 40.0)
    report = detect(W, spike, route="matrix-free")
    side = report.sides["left"]
    loose = np.flatnonzero(side.max_cosine > side.max_cosine_low + 0.05)
    assert report.route == "matrix-free"
    assert loose.size
    with pytest.raises(ValueError, match="not decided by this report"):
        report.intruders(float(side.max_cosine_low[loose[0]] + side.max_cosine[loose[0]]) / 2)


def test_auto_takes_the_cheapest_route():
    rng = np.random.default_rng(6)
    small, large = iid_rectangular(60, 80, rng), base("trained", 300, 300, rng)
    spike = LowRank(rng.normal(size=(300, 2)), rng.normal(size=(2, 300)), 0.05)
    assert detect(small, np.zeros_like(small)).route == "dense"
    assert detect(large, spike).route == "matrix-free"
    assert detect(large, spike, basis=Basis.of(large)).route == "basis"
    assert detect(large, spike.dense(), basis=Basis.of(large)).route == "matrix-free"


def test_a_basis_is_kept_and_found_by_content(tmp_path):
    W = base("trained", 80, 60, np.random.default_rng(7)).astype(np.float32)
    assert Basis.cached(W, tmp_path, compute=False) is None
    first = Basis.cached(W, tmp_path)
    (file,) = tmp_path.iterdir()
    changed = W.copy()
    changed[3, 4] = np.nextafter(changed[3, 4], 1, dtype=np.float32)
    again, other = Basis.cached(W.copy(), tmp_path, compute=False), Basis.cached(changed, tmp_path, compute=False)
    assert other is None
    assert Basis.cached(W.reshape(60, 80), tmp_path, compute=False) is None
    for part in ("U", "values", "Vt"):
        assert np.array_equal(getattr(first, part), getattr(again, part))
    assert first.U.dtype == np.float32
    file.write_bytes(file.read_bytes()[:100])
    assert np.allclose(Basis.cached(W, tmp_path).values, first.values), "a damaged file is made again"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"update": np.zeros((60, 91))}, r"matrices of one shape, got \(60, 90\) and \(60, 91\)"),
        ({"update": np.full((60, 90), np.nan)}, "update has 5400 values that are not finite"),
        ({"base": np.full((60, 90), np.inf)}, "base has 5400 values that are not finite"),
        ({"base": np.zeros(60)}, r"base must be a matrix, got shape \(60,\)"),
        ({"base": np.zeros((60, 90), complex)}, "base must hold real numbers, got complex128"),
        ({"top_k": 61}, "top_k must be between 1 and 60"),
        ({"top_k": 0}, "top_k must be between 1 and 60"),
        ({"eps": 1.0}, "eps must lie between 0 and 1, got 1.0"),
        ({"side": "top"}, "side must be 'left', 'right' or 'both', got 'top'"),
        ({"route": "fast"}, "route must be one of auto, dense, basis, matrix-free, got 'fast'"),
        ({"route": "basis"}, "route 'basis' needs a LowRank update"),
        ({"basis": Basis.of(np.ones((4, 5)))}, r"basis is for shape \(4, 5\), base has shape \(60, 90\)"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        detect(**{"base": np.zeros((60, 90)), "update": np.zeros((60, 90))} | arguments)


@pytest.mark.parametrize(
    ("factors", "message"),
    [
        ((np.ones((4, 2)), np.ones((3, 5))), r"expected shapes \(n, r\) and \(r, m\), got \(4, 2\) and \(3, 5\)"),
        ((np.full((4, 2), np.nan), np.ones((2, 5))), "B has 8 values that are not finite"),
        ((np.ones((4, 2)), np.ones((2, 5)), np.inf), "scale has 1 values that are not finite"),
    ],
)
def test_bad_factors_are_named(factors, message):
    with pytest.raises(ValueError, match=message):
        LowRank(*factors)


def test_the_kinds_are_all_drawn():
    labels = [case(seed)[1] for seed in range(400)]
    assert {label[1] for label in labels} == set(BASES)
    assert {label[2] for label in labels} == set(UPDATES)
