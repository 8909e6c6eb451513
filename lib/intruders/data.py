"""The committed tables of the long runs, from a wheel or a clone. `data/README.md` describes every column."""

from pathlib import Path

import pandas as pd

_PACKAGED = Path(__file__).parent / "_data"
FOLDER = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[2] / "data"


def load(name: str) -> pd.DataFrame:
    """The table data/<name>.parquet. Raises FileNotFoundError with the names that exist."""
    path = FOLDER / f"{name}.parquet"
    if not path.is_file():
        names = ", ".join(sorted(file.stem for file in FOLDER.glob("*.parquet")))
        raise FileNotFoundError(f"no table {name!r} in {FOLDER}; there are: {names}")
    return pd.read_parquet(path)
