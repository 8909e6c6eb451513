"""Decimal numbers in the prose of a chapter that no cell computes or sets."""

import re
from pathlib import Path

import nbformat

_NUMBER = re.compile(r"(?<![\w.])\d*\.\d+(?![\w.])")
_NOT_PROSE = re.compile(r"`[^`]*`|\{[a-z:]+\}`[^`]*`|\]\([^)]*\)|https?://\S+|^:\w+:.*$", re.MULTILINE)


def unsupported(path: Path) -> list[str]:
    """Those to which no number in a cell's source or output rounds, each with the words around it."""
    notebook = nbformat.read(path, as_version=4)
    known = [float(number) for cell in notebook.cells if cell.cell_type == "code" for number in _in(cell)]
    missing = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            text = _NOT_PROSE.sub(" ", cell.source)
            for found in _NUMBER.finditer(text):
                digits = len(found[0].split(".")[1])
                if not any(abs(round(abs(number), digits) - float(found[0])) < 1e-9 for number in known):
                    missing.append(f"{found[0]} in {text[max(0, found.start() - 40) : found.end() + 20]!r}")
    return missing


def _in(cell) -> list[str]:
    texts = [cell.source]
    for output in cell.outputs:
        texts.append(output.get("text", ""))
        texts.append(output.get("data", {}).get("text/plain", ""))
    return re.findall(r"\d*\.?\d+(?:e[+-]?\d+)?", " ".join(texts))
