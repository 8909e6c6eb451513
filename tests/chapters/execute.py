"""Executes a chapter in a fresh kernel and stores its outputs in place: python execute.py chapters/04-x.ipynb

What it says of the claims is written anew from data/claims.toml. The file depends on the code alone: a second run over
unchanged code gives the same bytes.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import claims_text
import nbformat
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from traitlets.config import Config

CELL_TIMEOUT = 300  # seconds
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}


class ThisPython(AsyncKernelManager):
    """The kernel of the interpreter that runs this file, whatever kernels the user has installed."""

    @property
    def kernel_spec(self):
        return KernelSpec(**get_kernel_dict())


def read(path: Path) -> nbformat.NotebookNode:
    """The notebook, its cells without an id given one by their position: nbformat would draw it at random."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["nbformat_minor"] = max(notebook["nbformat_minor"], 5)
    taken = {cell.get("id") for cell in notebook["cells"]}
    free = (name for number in range(1, 10**6) if (name := f"cell-{number}") not in taken)
    for cell in notebook["cells"]:
        if "id" not in cell:
            cell["id"] = next(free)
    return nbformat.reads(json.dumps(notebook), as_version=4)


def run(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Executes the notebook's cells in an empty folder, keeping nothing that differs from run to run."""
    notebook.metadata = nbformat.from_dict(METADATA)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            kernel_manager_class=ThisPython,
            timeout=CELL_TIMEOUT,
            resources={"metadata": {"path": folder}},
            coalesce_streams=True,
            record_timing=False,
            force_raise_errors=True,
            config=Config(KernelManager={"transport_encryption": "auto"}),
        )
        with client.setup_kernel():
            for number, cell in enumerate(notebook.cells, 1):
                if sys.stderr.isatty():
                    print(f"\r{path}: cell {number} of {len(notebook.cells)}", end="", file=sys.stderr, flush=True)
                try:
                    client.execute_cell(cell, number - 1)
                except (CellExecutionError, CellTimeoutError, DeadKernelError, KeyboardInterrupt) as error:
                    sys.exit(f"\n{path}, cell {number}: {str(error) or type(error).__name__}")
                cell.metadata.pop("execution", None)
                if "remove-output" in cell.metadata.get("tags", []):  # a live widget, with its random ids
                    cell.outputs = []


def write(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Writes beside the file and renames: the old file is whole until the new one is."""
    beside = path.with_suffix(".new")
    beside.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    os.replace(beside, path)


def main(path: Path) -> None:
    started = time.monotonic()
    notebook = read(path)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = claims_text.written(cell.source)
    run(notebook, path)
    write(notebook, path)
    print(f"\r{path}: executed in {time.monotonic() - started:.0f} s    ", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
