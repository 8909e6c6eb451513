"""What a live run did to one weight matrix: the columns of the recorded grids that its cells need."""

import numpy as np

from intruders.spectra.detect import detect
from intruders.spectra.updates import effective_rank, stable_rank
from intruders.tuning.compare import TOP_K


def spectra(name: str, base: np.ndarray, update: np.ndarray) -> dict:
    """A row with columns as in `data.matrices`: sizes, ranks, spikes, both thresholds, the largest cosines by side."""
    values = np.linalg.svd(update, compute_uv=False)
    report = detect(base, update, TOP_K, side="both", route="dense")
    return {
        "matrix": name,
        "n": base.shape[0],
        "m": base.shape[1],
        "frobenius": float(np.linalg.norm(values)),
        "stable_rank": stable_rank(values),
        "effective_rank": effective_rank(values),
        "spikes": values[:TOP_K],
        "detachment": report.detachment,
        "visibility": report.visibility,
        **{f"{side}_cosines": report.max_cosine(side) for side in report.sides},
    }
