"""The commands `intruders scan`, `budget`, `mitigate` and `experiment`. Imports what a command needs when it runs."""

import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Intruder dimensions of fine-tuned models: singular directions that no pre-trained one resembles.",
)

# Seconds to wait for the scheduler of a cluster.
TIMEOUT = 10

Model = "a folder, a .safetensors file, an index of shards, or a name on the hub"
Eps = Annotated[float, typer.Option(help="An intruder's cosines with all pre-trained directions are below.")]
Side = Annotated[str, typer.Option(metavar="left|right|both", help="Which singular vectors.")]
Which = Annotated[str | None, typer.Option(metavar="NAME", help="Which of several adapters in its folder.")]
TopK = Annotated[int, typer.Option(help="How many leading singular directions count.")]
Json = Annotated[Path | None, typer.Option("--json", metavar="PATH", help="Write everything to this file.")]
Jobs = Annotated[int, typer.Option(metavar="N", help="Processes at once.")]
Dask = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Compute on the cluster of this scheduler.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on where an interrupted run with the same --json stopped.")]
All = Annotated[bool, typer.Option("--all", help="Show every matrix.")]


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"intruders {version('intruders')}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Makes the commands be called by name."""


@app.command()
def scan(
    base: Annotated[str, typer.Argument(metavar="BASE", help=f"The pre-trained model: {Model}.")],
    tuned: Annotated[
        str, typer.Argument(metavar="TUNED", help="The tuned model, as BASE, or a LoRA or AdaLoRA adapter.")
    ],
    top_k: TopK = 10,
    eps: Eps = 0.5,
    side: Side = "left",
    route: Annotated[
        str,
        typer.Option(
            metavar="auto|dense|basis|matrix-free",
            help="How. basis is exact and keeps each base's decomposition for the next time.",
        ),
    ] = "auto",
    adapter: Which = None,
    json: Json = None,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="PATH", help="Write one row a matrix.")] = None,
    jobs: Jobs = 1,
    dask: Dask = None,
    resume: Resume = False,
    show_all: All = False,
) -> None:
    """Find the intruders in every weight matrix of a tuned model."""
    from intruders import printing
    from intruders.spectra import scan as scanning
    from intruders.spectra.journal import check_output, write_csv

    with _told(lambda: _what_is_kept(json)) as progress:
        _check_resume(json, resume)
        if csv is not None:
            if json is not None and csv.absolute() == json.absolute():
                raise ValueError(f"--json and --csv both name {csv}")
            check_output(csv, replace=resume)
        with _executor(dask, jobs) as (executor, workers):
            result = scanning.scan(
                base,
                tuned,
                adapter=adapter,
                top_k=top_k,
                eps=eps,
                side=side,
                route=route,
                jobs=workers,
                executor=executor,
                path=json,
                resume=resume,
                progress=progress,
            )
        if csv is not None:
            write_csv(csv, scanning.rows(result))
    printing.print_scan(result, show_all)
    raise typer.Exit(0 if result["layers"] else 2)


@app.command()
def budget(
    base: Annotated[str, typer.Argument(metavar="BASE", help=f"The pre-trained model: {Model}.")],
    rank: Annotated[int, typer.Option(metavar="R", help="LoRA's rank.")],
    eps: Annotated[
        float | None, typer.Option(help="Also show the strength at which a spike is as likely an intruder as not.")
    ] = None,
    top_k: TopK = 10,
    json: Json = None,
    jobs: Jobs = 1,
    resume: Resume = False,
    show_all: All = False,
) -> None:
    """How strong an update each matrix can hide, as the alpha at which factors of length one reach it.

    Trained factors have other lengths: a yardstick and no setting. Scan after a short training.
    """
    from intruders import printing
    from intruders.spectra.budget import budget as compute

    with _told(lambda: _what_is_kept(json)) as progress:
        _check_resume(json, resume)
        result = compute(base, rank, top_k=top_k, eps=eps, jobs=jobs, path=json, resume=resume, progress=progress)
    printing.print_budget(result, show_all)
    raise typer.Exit(0 if result["layers"] else 2)


@app.command()
def mitigate(
    base: Annotated[str, typer.Argument(metavar="BASE", help=f"The pre-trained model: {Model}.")],
    tuned: Annotated[str, typer.Argument(metavar="ADAPTER", help="A LoRA adapter of PEFT.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The new adapter's folder, which must not exist.")],
    mode: Annotated[
        str,
        typer.Option(
            metavar="shrink|project|scale",
            help="Shrink the whole update, cut spikes at lambda times visibility, or scale the intruders, "
            "which raises the rank unless --keep-rank.",
        ),
    ] = "shrink",
    factor: Annotated[
        float | None,
        typer.Option("--lambda", metavar="L", help="Between 0 and 2; without it .75, and 1 with mode project."),
    ] = None,
    keep_rank: Annotated[
        bool, typer.Option("--keep-rank", help="Cut what exceeds the adapter's rank, and say how much.")
    ] = False,
    top_k: TopK = 10,
    eps: Eps = 0.5,
    side: Side = "left",
    adapter: Which = None,
    json: Json = None,
    jobs: Jobs = 1,
    show_all: All = False,
) -> None:
    """Shrink an adapter, cut its spikes or scale its intruders, and write the result as a new adapter."""
    from intruders import printing
    from intruders.spectra import rewrite
    from intruders.spectra.journal import check_output, write_json

    with _told(lambda: "Nothing is kept.") as progress:
        if json is not None:
            check_output(json)
        result = rewrite.mitigate(
            base,
            tuned,
            out,
            mode=mode,
            factor=factor,
            keep_rank=keep_rank,
            adapter=adapter,
            top_k=top_k,
            eps=eps,
            side=side,
            jobs=jobs,
            progress=progress,
        )
        if json is not None:
            write_json(json, result)
    printing.print_mitigation(result, show_all)


@app.command()
def experiment(
    grid: Annotated[str | None, typer.Argument(metavar="[GRID]", help="Which; without it, a list of them.")] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where its tables are written.")] = Path("data"),
    jobs: Jobs = 1,
    dask: Dask = None,
) -> None:
    """Run a grid of fine-tuning runs that is declared in data/PREREGISTRATION.md, or go on with it."""
    from intruders import printing

    with _told(lambda: _what_is_left(out, grid), "runs") as progress:
        from intruders.tuning import grids

        if grid is None:
            printing.print_grids(grids.state(out))
            return
        with _executor(dask, jobs) as (executor, workers):
            path = grids.run(grid, out, workers, executor, progress)
    typer.echo(path)


def _what_is_left(out, grid) -> str:
    return f"{out / grid}.partial keeps what is finished. Go on with\n  {shlex.join(['intruders', *sys.argv[1:]])}"


def _check_resume(json, resume) -> None:
    if resume and json is None:
        raise ValueError("--resume needs the --json PATH of the interrupted run")


@contextmanager
def _told(kept: Callable[[], str], things: str = "matrices") -> Iterator[Callable[[int, int, float], None]]:
    """A progress bar, one line for an error (exit 2), and after Ctrl-C (exit 130) what is kept."""
    from rich.console import Console

    from intruders import printing
    from intruders.spectra.survey import one_line

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    began = []

    def tell(*state):
        began.append(True)
        show(*state)

    try:
        with printing.progress_bar(console, things) as show:
            yield tell
    except KeyboardInterrupt:
        console.print("Interrupted.", kept() if began else "Nothing is kept.", markup=False)
        raise typer.Exit(130) from None
    except (ValueError, OSError, ImportError) as error:
        console.print("[bold red]error:[/]", end=" ")
        console.print(one_line(str(error)), *([kept()] if began else []), markup=False)
        raise typer.Exit(2) from None


def _what_is_kept(json) -> str:
    partial = json.with_name(f"{json.name}.partial") if json else None
    if partial is None or not partial.exists():
        return "Nothing is kept."
    finished = partial.read_bytes().count(b"\n") - 1
    command = shlex.join(["intruders", *(word for word in sys.argv[1:] if word != "--resume"), "--resume"])
    return f"{partial} keeps what is finished, {finished} matrices. Go on with\n  {command}"


@contextmanager
def _executor(address: str | None, jobs: int):
    """Dask's executor, or None, and the number of workers."""
    if address is None:
        yield None, jobs
        return
    if jobs != 1:
        raise ValueError("--jobs is for processes on this machine; the cluster of --dask has its own")
    try:
        from distributed import Client
    except ImportError as error:
        raise ValueError("--dask needs distributed: install the extra with  pip install 'intruders[dask]'") from error
    import logging

    for name in [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with Client(address, timeout=TIMEOUT) as client:
        yield client.get_executor(pure=False), sum(client.ncores().values()) or os.cpu_count()


if __name__ == "__main__":
    app()
