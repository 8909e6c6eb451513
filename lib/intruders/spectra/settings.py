"""What can be asked of the detector."""

import os
from pathlib import Path

SIDES = ("left", "right")
ROUTES = ("auto", "dense", "basis", "matrix-free")


def checked(top_k: int, eps: float, side: str, route: str) -> dict:
    """The settings by name. Raises ValueError for what no matrix could be compared with."""
    if not (isinstance(top_k, int) and top_k >= 1):
        raise ValueError(f"top_k must be a positive integer, got {top_k!r}")
    if not 0 < eps < 1:
        raise ValueError(f"eps must lie between 0 and 1, got {eps}")
    if side not in (*SIDES, "both"):
        raise ValueError(f"side must be 'left', 'right' or 'both', got {side!r}")
    if route not in ROUTES:
        raise ValueError(f"route must be one of {', '.join(ROUTES)}, got {route!r}")
    return {"top_k": top_k, "eps": eps, "side": side, "route": route}


def cache_folder() -> Path:
    """Where decompositions are kept: $INTRUDERS_CACHE, or the folder intruders in $XDG_CACHE_HOME or ~/.cache."""
    named = os.environ.get("INTRUDERS_CACHE")
    return Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "intruders"
