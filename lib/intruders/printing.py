"""Results as tables for people: on a terminal with colour and in its width, elsewhere plain."""

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from intruders.spectra.checkpoints.weights import in_block
from intruders.spectra.scan import rows
from intruders.spectra.settings import SIDES

# So many matrices are shown in any case; of more, those that stand out, and at most so many.
_FEW, _MANY = 20, 40
# Where no terminal sets a width.
_WIDE = 200
_NAME = 24
# Columns that give way on a narrow terminal, in this order.
_OPTIONAL = ("shape", "spikes >\ndetachment", "rank", "spikes >\nvisibility", "min cos\nleft", "min cos\nright", "load")


@contextmanager
def progress_bar(console: Console, things: str = "matrices") -> Iterator[Callable[[int, int, float], None]]:
    """On a terminal; shows how many of the `things` are finished, and the time left by their sizes."""
    if not console.is_terminal:
        yield lambda *_: None
        return
    columns = (BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn(elapsed_when_finished=True))
    with Progress(*columns, console=console, transient=True, speed_estimate_period=3600) as bar:
        task = bar.add_task("beginning", total=1.0)

        def tell(finished: int, total: int, share: float) -> None:
            bar.update(task, completed=share, description=f"{finished} of {total} {things}")

        yield tell


def print_scan(result: dict, show_all: bool = False) -> None:
    """A row for each matrix with intruders or visible spikes, a line for the rest, and a sentence."""
    settings, found = result["settings"], rows(result)
    sides = [side for side in SIDES if settings["side"] in (side, "both")]
    counts = [sum(row[f"{side}_intruders"] for side in sides) for row in found]
    notable = [count > 0 or bool(row["spikes_above_visibility"]) for count, row in zip(counts, found, strict=True)]
    order = range(len(found))
    if not show_all and len(found) > _FEW:
        ranked = sorted(order, key=lambda i: (-counts[i], -(found[i]["load"] or 0)))
        order = [i for i in ranked if notable[i]][:_MANY]
    columns = {"layer": [_short(found[i]["name"]) for i in order]}
    columns["shape"] = [f"{found[i]['n']} x {found[i]['m']}" for i in order]
    columns["rank"] = [_count(found[i]["rank"], missing="full") for i in order]
    columns["load"] = [_number(found[i]["load"]) for i in order]
    for limit in ("detachment", "visibility"):
        columns[f"spikes >\n{limit}"] = [_count(found[i][f"spikes_above_{limit}"]) for i in order]
    for side in sides:
        columns[f"intruders\n{side}"] = [_count(found[i][f"{side}_intruders"], alarming=True) for i in order]
    for side in sides:
        columns[f"min cos\n{side}"] = [_cosine(result["layers"][i][side]) for i in order]
    console = _console()
    _print_table(console, columns, optional=_OPTIONAL)
    hidden = sorted(set(range(len(found))) - set(order))
    if hidden:
        first = sum(counts[i] > 0 for i in hidden)
        groups = [(first, "with intruders"), (len(hidden) - first, "without intruders")]
        named = ", ".join(
            f"{count}{' more' * bool(order)} {_matrices(count)} {what}" for count, what in groups if count
        )
        console.print(f"[dim]{named} (--all shows them)[/]")
    totals = {side: sum(row[f"{side}_intruders"] for row in found) for side in sides}
    numbers = ", ".join(f"{total} {_intruders(total)} on the {side}" for side, total in totals.items())
    affected = sum(count > 0 for count in counts)
    sentence = (
        f"[bold]{numbers}[/], in {affected} of {len(found)} {_matrices(len(found))} (eps {settings['eps']}, top "
        f"{settings['top_k']}). The change has the Frobenius norm "
        f"{math.hypot(*(row['frobenius'] for row in found)):.4g}"
    )
    if "left" in sides and all(row["expected"] is not None for row in found):
        expected = sum(row["expected"] for row in found)
        sentence += f"; random spikes as strong would make some {expected:.1f} on the left"
    _print_end(console, sentence, result["skipped"])


def print_budget(result: dict, show_all: bool = False) -> None:
    """A row for each matrix, or for the tightest in numbered layers, and a sentence with the alpha that suits these."""
    settings, found = result["settings"], result["layers"]
    known = [record for record in found if record["visibility"] is not None]
    inside = [record for record in known if in_block(record["name"])] or known
    tightest = sorted(inside, key=lambda record: record["gaussian"]["alpha_over_r"])
    shown = found if show_all or len(found) <= _FEW else tightest[:_FEW]
    columns = {"layer": [_short(record["name"]) for record in shown]}
    columns["shape"] = ["{} x {}".format(*record["shape"]) for record in shown]
    heights = ["detachment", "visibility", "even_odds"][: 2 + (settings["eps"] is not None)]
    for key in heights:
        columns[key.replace("_", " ")] = [_number(record[key]) for record in shown]
    for kind in ("orthonormal", "gaussian"):
        for scaling, label in (("alpha_over_r", "alpha/r"), ("alpha_over_sqrt_r", "alpha/sqrt r")):
            columns[f"{kind}\n{label}"] = [_number(record[kind][scaling]) for record in shown]
    console = _console()
    _print_table(
        console, columns, optional=("shape", "detachment", "orthonormal\nalpha/sqrt r", "orthonormal\nalpha/r")
    )
    if len(shown) < len(found):
        console.print(
            f"[dim]{len(found) - len(shown)} more matrices, that allow more or are outside the layers "
            "(--all shows them)[/]"
        )
    console.print(
        f"[dim]The largest alpha whose spikes stay below visibility, out of the top {settings['top_k']}; orthonormal "
        "factors have B'B = AA' = 1, Gaussian ones entries N(0, 1/n) in B and N(0, 1/m) in A. Trained ones have other "
        "lengths: scan after a short training.[/]"
    )
    if tightest:
        least = tightest[0]["gaussian"]
        sentence = (
            f"[bold]Rank {settings['rank']}: alpha up to {least['alpha_over_r']:.3g} (scale alpha/r) or "
            f"{least['alpha_over_sqrt_r']:.3g} (alpha/sqrt r)[/] suits Gaussian factors in all {len(inside)} "
            f"{_matrices(len(inside))} of the layers; the tightest is {escape(tightest[0]['name'])}"
        )
    else:
        sentence = "No matrix has a bulk to speak of"
    _print_end(console, sentence, result["skipped"])


def print_mitigation(result: dict, show_all: bool = False) -> None:
    """A row for each matrix that has changed, what is left of the update, and where it is."""
    settings, found = result["settings"], result["layers"]
    order = sorted(found, key=lambda one: (-one["intruders"], one["kept"]))
    shown = found if show_all or len(found) <= _FEW else [one for one in order if one["kept"] != 1][:_MANY]
    columns = {"layer": [_short(one["name"]) for one in shown]}
    columns["shape"] = ["{} x {}".format(*one["shape"]) for one in shown]
    for key, form in (("rank", "{}"), ("intruders", "{}"), ("spike", "{:.3g}")):
        columns[key] = [_from_to(one, key, form) for one in shown]
    columns["energy\nkept"] = [Text(f"{one['kept']:.1%}") for one in shown]
    if settings["keep_rank"]:
        columns["energy\ncut"] = [Text(f"{one['cut']:.1%}") for one in shown]
    console = _console()
    _print_table(console, columns, optional=("shape", "spike", "rank"))
    if len(shown) < len(found):
        console.print(f"[dim]{len(found) - len(shown)} more {_matrices(len(found) - len(shown))} (--all shows them)[/]")
    before, after = (sum(one[key] for one in found) for key in ("intruders", "intruders_after"))
    changed = sum(one["kept"] != 1 for one in found)
    sentence = (
        f"[bold]{before} {_intruders(before)} before, {after} after[/] (eps {settings['eps']}, top "
        f"{settings['top_k']}, {settings['side']}). Mode {settings['mode']} with lambda {settings['lambda']:g} has "
        f"changed {changed} of {len(found)} {_matrices(len(found))}. The adapter is at {escape(result['out'])}"
    )
    _print_end(console, sentence, result["skipped"])


def _from_to(one: dict, key: str, form: str) -> Text:
    before, after = form.format(one[key]), form.format(one[f"{key}_after"])
    return Text(before, style="dim") if before == after else Text(f"{before} → {after}")


def _print_end(console, sentence: str, skipped) -> None:
    console.print(f"{sentence}; {len(skipped)} skipped:" if skipped else f"{sentence}.")
    for one in skipped[:5]:
        console.print(f"  {one['name']}: {one['why']}", markup=False)
    if len(skipped) > 5:
        console.print(f"  and {len(skipped) - 5} more; --json has them all")


def _console() -> Console:
    console = Console(highlight=False)
    if console.is_terminal or "COLUMNS" in os.environ:
        return console
    return Console(highlight=False, width=_WIDE)


def _print_table(console, columns: dict[str, list], optional: tuple[str, ...]) -> None:
    """The first column is cut on the left where the width is short, after the optional columns have given way."""
    (first, names), *_ = columns.items()
    if not names:
        return
    wanted = min(max(map(len, names)), _NAME)
    given_up = iter(optional)
    while (room := console.width - _width({key: columns[key] for key in columns if key != first})) < wanted:
        key = next(given_up, None)
        if key is None:
            break
        columns.pop(key, None)
    columns[first] = [name if len(name) <= room else f"…{name[1 - max(room, 2) :]}" for name in names]
    grid = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for key in columns:
        grid.add_column(key, justify="left" if key == first else "right", no_wrap=True, vertical="bottom")
    for cells in zip(*columns.values(), strict=True):
        grid.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in cells))
    console.print(grid)


def _width(columns) -> int:
    return 2 + sum(2 + max(map(len, [*key.split("\n"), *cells])) for key, cells in columns.items())


def _short(name: str) -> str:
    return name.removesuffix(".weight")


def _intruders(count: int) -> str:
    return "intruder" if count == 1 else "intruders"


def _matrices(count: int) -> str:
    return "matrix" if count == 1 else "matrices"


def _count(value: int | None, missing: str = "–", alarming: bool = False) -> Text:
    if value is None:
        return Text(missing, style="dim")
    return Text(str(value), style="dim" if not value else "bold red" if alarming else "")


def _number(value: float | None) -> Text:
    return Text("–", style="dim") if value is None else Text(f"{value:.3g}")


def _cosine(side: dict) -> Text:
    """The lowest of the cosines; where only a bound is known, that of the matrix-free route."""
    known = [(cosine, i) for i, cosine in enumerate(side["max_cosine"]) if cosine is not None]
    if not known:
        return Text("–", style="dim")
    cosine, i = min(known)
    bound = cosine - side.get("max_cosine_low", side["max_cosine"])[i] > 0.01
    return Text(f"{'< ' * bound}{cosine:.2f}")


def print_grids(state: list[tuple[str, int, int, bool]]) -> None:
    """Name, runs, how many of them are finished, and whether the tables are there."""
    table = Table(box=None, pad_edge=False)
    table.add_column("grid")
    table.add_column("runs", justify="right")
    table.add_column("finished", justify="right")
    for name, runs, finished, there in state:
        table.add_row(name, str(runs), "all" if there else str(finished))
    Console(highlight=False).print(table)
