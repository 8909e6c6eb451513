"""The library beside scikit-rmt: prints the table of data/README.md and stores it. Run by `make bench`, half a minute.

scikit-rmt asks for numpy < 2 and scipy <= 1.12, older than this library admits. So it gets an environment of its own
with its own versions, and this library comes in beside them without its dependencies: `theory` needs only those two.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "data" / "benchmarks.parquet"


def measure() -> dict:
    uv = [sys.executable, "-m", "uv"]
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "bin" / "python"
        subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)
        install = [*uv, "pip", "install", "--quiet", "--python", python]
        subprocess.run([*install, "scikit-rmt==2.1.1", "mpmath"], check=True)
        subprocess.run([*install, "--no-deps", ROOT], check=True)
        run = [python, "-W", "ignore", ROOT / "tests" / "audit" / "side_by_side.py"]
        return json.loads(subprocess.run(run, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1])


def main() -> None:
    result = measure()
    columns = ["what", "quantity", "size", "error", "error_scikit_rmt", "time_ratio"]
    rows = [[float(f"{x:.2g}") if isinstance(x, float) else x for x in row] for row in result["rows"]]
    table = pd.DataFrame(rows, columns=columns)
    print(table.to_string(float_format=lambda value: f"{value:g}"))
    print(f"time_ratio: theirs/ours, above 1 this library is faster. {result['versions']}, Python {result['python']}")
    table.assign(versions=result["versions"], python=result["python"]).to_parquet(TABLE, index=False)


if __name__ == "__main__":
    main()
