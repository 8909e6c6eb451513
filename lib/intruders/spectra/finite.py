"""Whether a matrix holds numbers throughout."""

import numpy as np


def count_not_finite(values: np.ndarray) -> int:
    """How many entries are NaN or infinite. One product tells that none is, as long as it does not overflow."""
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(np.vdot(values, values)):
            return 0
    return values.size - int(np.count_nonzero(np.isfinite(values)))
