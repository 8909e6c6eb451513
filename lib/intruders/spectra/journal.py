"""Results on disk: kept while they come, written beside and renamed, never over another file."""

import csv
import io
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from pathlib import Path

from intruders.spectra.checkpoints.tensors import Stored


class Journal:
    """A result in the making: PATH.partial has a line of JSON that says what is computed, and one for each matrix.

    header     "base", "settings" and what else must be the same when it is resumed
    matrices   whose files must not change until then
    finished   the records by name with which it goes on; failures are not among them and are tried again

    Raises FileExistsError for a PATH that exists and, unless `resume`, for a partial; ValueError for the partial of
    something else; OSError where nothing can be written, or `expected` bytes for a matrix have no room.
    """

    def __init__(self, path: Path, header: dict, matrices: Sequence, resume: bool = False, expected: int = 0):
        self.path, self.partial = path, path.with_name(f"{path.name}.partial")
        self.finished: dict[str, dict] = {}
        check_output(path, 2 * expected * len(matrices))
        header = json.loads(json.dumps(header | _inputs(matrices)))
        if self.partial.exists():
            self._go_on(header, resume)
        else:
            self._file = self.partial.open("x", encoding="utf-8")
            try:
                self.add(header)
            except OSError:
                self.partial.unlink()
                raise

    def _go_on(self, header, resume) -> None:
        before, records, end = _read_partial(self.partial)
        if not resume:
            raise FileExistsError(
                f"{self.partial} has {len(records)} matrices of an interrupted run: go on with --resume (resume=True), "
                "or remove it"
            )
        _same(before, header, self.partial)
        self.finished = {record["name"]: record for record in records if "why" not in record}
        os.truncate(self.partial, end)
        self._file = self.partial.open("a", encoding="utf-8")

    def add(self, record: dict) -> None:
        self._file.write(json.dumps(record, allow_nan=False) + "\n")
        self._file.flush()

    def finish(self, result: dict) -> None:
        """Writes PATH, and removes the partial."""
        write_json(self.path, result)
        self.partial.unlink()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *problem) -> None:
        self._file.close()


def check_output(path: Path, expected: int = 0, replace: bool = False) -> None:
    """Raises OSError where `expected` bytes cannot be written, and, unless `replace`, where the file exists."""
    folder = path.parent
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder, expected the name of a file")
    if path.exists() and not replace:
        raise FileExistsError(f"{path} exists: remove it, or choose another name")
    if not folder.is_dir():
        raise FileNotFoundError(f"{path}: there is no folder {folder}")
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"{path}: no permission to write in the folder {folder}")
    free = shutil.disk_usage(folder).free
    if free < expected:
        raise OSError(f"{path}: the disk has {free // 1000} kB left, up to {expected // 1000 + 1} kB are needed")


def _read_partial(path) -> tuple[dict, list[dict], int]:
    """The header, the records, and where the last whole line ends; one that was being written is left out."""
    content = path.read_bytes()
    end = content.rfind(b"\n") + 1
    try:
        header, *records = [json.loads(line) for line in content[:end].splitlines()]
        if isinstance(header["settings"], dict) and all(isinstance(record["name"], str) for record in records):
            return header, records, end
    except (ValueError, TypeError, KeyError):
        pass
    raise ValueError(f"{path}: not the beginning of a result; remove it to start again")


def _same(before, now, path) -> None:
    begun, wanted = ({**header, **header["settings"]} for header in (before, now))
    for key in wanted.keys() - {"settings", "files", "matrices"}:
        if begun.get(key) != wanted[key]:
            raise ValueError(
                f"{path} was begun with {key} = {begun.get(key)!r}, now it is {wanted[key]!r}; remove it to start again"
            )
    changed = sorted(set(map(tuple, now["files"])) ^ set(map(tuple, before["files"])))
    if changed:
        raise ValueError(f"{changed[0][0]} has changed since {path} was begun; remove the latter to start again")
    if before["matrices"] != now["matrices"]:
        raise ValueError(f"{path} was begun with other matrices or another scale; remove it to start again")


def _inputs(matrices) -> dict:
    """The files that are read, their sizes and times of change, and a digest of what is read from them."""
    found = sorted({os.path.abspath(file) for matrix in matrices for file in _files(matrix)})
    states = [(file, os.stat(file)) for file in found]
    digest = blake2b(repr(matrices).encode(), digest_size=16).hexdigest()
    return {"files": [[file, state.st_size, state.st_mtime_ns] for file, state in states], "matrices": digest}


def _files(record) -> set:
    if isinstance(record, Stored):
        return {record.file}
    parts = [getattr(record, field.name) for field in fields(record)] if is_dataclass(record) else []
    return set().union(*map(_files, parts))


def write_json(path: Path, result: dict) -> None:
    """One line for each entry of a list."""
    entries = (f"{json.dumps(key)}: {_lines(value)}" for key, value in result.items())
    write_beside(path, "{\n" + ",\n".join(entries) + "\n}\n")


def _lines(value) -> str:
    if not isinstance(value, list) or not value:
        return json.dumps(value, allow_nan=False)
    return "[\n" + ",\n".join(json.dumps(one, allow_nan=False) for one in value) + "\n]"


def write_csv(path: Path, rows: list[dict]) -> None:
    """A header and one line a row, None as an empty field."""
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0] if rows else ["name"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_beside(path, text.getvalue())


def write_beside(path: Path, text: str) -> None:
    """The file takes its name when it is whole."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
