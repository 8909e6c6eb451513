"""One matrix of a model: loaded, compared, and put into a record for JSON."""

import numpy as np

from intruders.spectra.basis import Basis
from intruders.spectra.detect import detect
from intruders.spectra.report import Report
from intruders.spectra.settings import cache_folder
from intruders.spectra.updates import LowRank, frobenius_norm


def layer(pair, *, top_k: int, eps: float, side: str, route: str) -> dict:
    """The record of one matrix."""
    W0, update = pair.load()
    low_rank = isinstance(update, LowRank)
    with np.errstate(all="ignore"):
        report = detect(
            W0,
            update,
            min(top_k, *W0.shape),
            eps,
            side,
            "auto" if route == "basis" and not low_rank else route,
            _basis(W0, route) if low_rank else None,
        )
        record = {
            "name": pair.name,
            "shape": list(report.shape),
            "rank": report.rank,
            "frobenius": frobenius_norm(update.singular_values) if low_rank else float(np.linalg.norm(update)),
            "route": report.route,
            "singular_values": report.tuned_values.tolist(),
            "detachment": predicted(report, "detachment"),
            "visibility": predicted(report, "visibility"),
            "spikes": _spikes(report),
        }
    return record | {name: _side(report, name) for name in report.sides}


def _side(report: Report, name: str) -> dict:
    found = report.sides[name]
    low, high = found.max_cosine_low, found.max_cosine
    bounds = {"max_cosine_low": _plain(low)} if report.route == "matrix-free" else {}
    return {
        "max_cosine": _plain(high),
        **bounds,
        "partner": found.partner.tolist(),
        "certified": not ((low < report.eps) & (high >= report.eps)).any(),
        "intruders": int((high < report.eps).sum()),
    }


def predicted(report: Report, name: str) -> float | None:
    """What the bulk predicts, or None where W0 has no bulk to speak of: a single row, zeros, an isometry."""
    try:
        value = getattr(report, name)
    except (ValueError, ArithmeticError):
        return None
    return float(value) if np.isfinite(value) else None


def _spikes(report) -> list[dict]:
    try:
        spikes = [(spike.strength, spike.predicted_position, spike.probability) for spike in report.spikes]
    except (ValueError, ArithmeticError):
        spikes = [(float(strength), None, None) for strength in report.strengths[report.strengths > 0]]
    return [dict(zip(("strength", "predicted_position", "probability"), spike, strict=True)) for spike in spikes]


def _plain(values: np.ndarray) -> list:
    return [value if np.isfinite(value) else None for value in values.tolist()]


def _basis(W0, route) -> Basis | None:
    folder = cache_folder()
    if route == "basis":
        return Basis.cached(W0, folder)
    if route == "auto" and folder.is_dir() and any(folder.iterdir()):
        return Basis.cached(W0, folder, compute=False)
    return None
