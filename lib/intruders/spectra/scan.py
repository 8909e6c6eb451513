"""A whole model: every weight matrix of a tuned model beside its base's, one at a time, as records for JSON."""

import os
from collections.abc import Iterable
from concurrent.futures import Executor
from functools import partial
from importlib.metadata import version
from pathlib import Path

from intruders.spectra import checkpoints
from intruders.spectra.journal import Journal
from intruders.spectra.settings import SIDES, cache_folder, checked
from intruders.spectra.survey import Progress, natural, survey


def scan(
    base: str | Path,
    tuned: str | Path,
    *,
    adapter: str | None = None,
    top_k: int = 10,
    eps: float = 0.5,
    side: str = "left",
    route: str = "auto",
    jobs: int = 1,
    executor: Executor | None = None,
    path: str | Path | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> dict:
    """`detect` on every matrix that two checkpoints share: what `intruders scan --json` writes.

    base, tuned, adapter   as `checkpoints.pairs` takes them
    top_k, eps, side, route   as `detect` takes them. A matrix with fewer than top_k directions is compared in all; by
                  route "basis" the decompositions of W0 are kept in `cache_folder()` for the next time, where "auto"
                  finds them, and dense changes take "auto"
    jobs          this many processes with one thread each, 1 being this one; with `executor`, how many it has
    executor      any `concurrent.futures.Executor`, such as `distributed.Client(address).get_executor()`
    path, resume  where the result is written; PATH.partial keeps what is finished until then, to be resumed
    progress      called with the numbers of finished and of all matrices, and the share of all entries that is finished

    A process holds one matrix at a time: about three times the memory of the largest, without a basis. A matrix that
    fails is among "skipped", with the reason, and the others stand. Predictions that a matrix allows none of, and
    cosines of directions that are none, are None. Raises ValueError and OSError where nothing can begin, and where a
    partial is one of something else.
    """
    settings = checked(top_k, eps, side, route) | {"adapter": adapter} | versions()
    if resume and path is None:
        raise ValueError("resume needs the path of the interrupted scan")
    if route == "basis":
        cache_folder().mkdir(parents=True, exist_ok=True)
    located = [os.path.abspath(name) if os.path.exists(name) else name for name in (base, tuned)]
    found = checkpoints.pairs(*located, adapter)
    pairs = sorted(found.pairs, key=lambda pair: natural(pair.name))
    header = {"schema": 1, "base": str(base), "tuned": str(tuned), "settings": settings}
    call = partial(_layer, top_k=top_k, eps=eps, side=side, route=route)
    if path is None:
        layers, failed = survey(call, pairs, None, jobs, executor, progress)
        return _result(header, layers, found.skipped, failed)
    spikes = max(pair.rank or top_k for pair in pairs)
    with Journal(Path(path), header, pairs, resume, expected=1000 + 200 * (top_k + spikes)) as journal:
        layers, failed = survey(call, pairs, journal, jobs, executor, progress)
        result = _result(header, layers, found.skipped, failed)
        journal.finish(result)
    return result


def scan_pairs(
    pairs: "checkpoints.Pairs | Iterable",
    *,
    top_k: int = 10,
    eps: float = 0.5,
    side: str = "left",
    route: str = "auto",
    jobs: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> dict:
    """`scan` of pairs from elsewhere, such as `live_pairs(model)`: objects with name, shape, rank and load().

    load() gives W0 and its update. "base" and "tuned" are None. Raises ValueError as `scan` does.
    """
    settings = checked(top_k, eps, side, route) | versions()
    found = pairs if isinstance(pairs, checkpoints.Pairs) else checkpoints.Pairs(list(pairs), [])
    call = partial(_layer, top_k=top_k, eps=eps, side=side, route=route)
    layers, failed = survey(call, found.pairs, None, jobs, executor, progress)
    return _result({"schema": 1, "base": None, "tuned": None, "settings": settings}, layers, found.skipped, failed)


def _layer(pair, **settings) -> dict:
    """Loads the detector where it computes: a parent of other processes does without."""
    from intruders.spectra.layer import layer

    return layer(pair, **settings)


def versions() -> dict[str, str]:
    return {name: version(name) for name in ("intruders", "numpy")}


def _result(header, layers, skipped, failed) -> dict:
    total = sum(record[side]["intruders"] for record in layers for side in SIDES if side in record)
    unread = [{"name": one.name, "why": one.why} for one in skipped]
    return {**header, "total_intruders": total, "layers": layers, "skipped": unread + failed}


def rows(result: dict) -> list[dict]:
    """One flat row a layer, as in the CSV: sizes, thresholds, numbers of spikes above them, and both of each side's.

    frobenius   ||dW||_F
    load        the largest spike over the visibility
    expected    number of intruders on the left that random spikes of these strengths would make: the sum of the
                probabilities of those above the visibility (somewhat low where there are many: chapter 8b)

    Of each side: the number of intruders, and the lowest max_cosine, which by the matrix-free route is an upper bound.
    What a matrix without a bulk allows no number of is None.
    """
    return [_row(record) for record in result["layers"]]


def _row(record) -> dict:
    strengths = [spike["strength"] for spike in record["spikes"]]
    row = {
        "name": record["name"],
        "n": record["shape"][0],
        "m": record["shape"][1],
        "rank": record["rank"],
        "route": record["route"],
        "frobenius": record["frobenius"],
        "largest_spike": max(strengths, default=0.0),
    }
    for limit in ("detachment", "visibility"):
        height = record[limit]
        row[limit] = height
        row[f"spikes_above_{limit}"] = None if height is None else sum(strength > height for strength in strengths)
    seen = row["visibility"]
    row["load"] = None if seen is None else row["largest_spike"] / seen
    above = [spike["probability"] for spike in record["spikes"] if seen is not None and spike["strength"] > seen]
    row["expected"] = None if seen is None or None in above else sum(above)
    for side in SIDES:
        if side in record:
            known = [cosine for cosine in record[side]["max_cosine"] if cosine is not None]
            row[f"{side}_intruders"] = record[side]["intruders"]
            row[f"{side}_lowest_max_cosine"] = min(known, default=None)
    return row


def table(result: dict):
    """A tidy pandas DataFrame, one row a layer and side: the columns of `rows`, and max_cosine in full, as lists."""
    import pandas as pd

    tidy = []
    for record, row in zip(result["layers"], rows(result), strict=True):
        shared = {key: value for key, value in row.items() if not key.startswith(SIDES)}
        for side in SIDES:
            if side in record:
                own = {key: row[f"{side}_{key}"] for key in ("intruders", "lowest_max_cosine")}
                tidy.append(shared | {"side": side} | own | {"max_cosine": record[side]["max_cosine"]})
    frame = pd.DataFrame(tidy)
    counts = [column for column in frame if column == "rank" or column.startswith("spikes_above")]
    return frame.astype(dict.fromkeys(counts, "Int64"))
