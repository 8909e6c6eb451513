"""Checks of a chapter's code cells and of what they show. Every check takes the cells, numbered from 1, and
yields (cell number, problem)."""

import ast
import re
from itertools import pairwise

LONGEST_CELL = 25  # lines
LONGEST_NUMBER = 6  # significant digits
LIVE_TAGS = {"live", "hide-input", "remove-output", "nbval-ignore-output"}

PATH = re.compile(r"(?<![\w.:/<~])(?:/(?:home|Users|root|tmp|work|mnt|var|usr|opt|content)/|[A-Z]:\\)\S*")
MEMORY_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}")
DECIMAL = re.compile(r"(?<![\w.])(\d+\.\d+)(?:e[+-]?\d+)?(?=j\b|(?!\.?\w))", re.I)


def tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


def code(cells):
    return [(number, cell) for number, cell in cells if cell.cell_type == "code"]


def prose(cells):
    return [(number, cell) for number, cell in cells if cell.cell_type == "markdown"]


def execution(cells):
    for expected, (number, cell) in enumerate(code(cells), 1):
        if cell.execution_count != expected:
            yield number, f"execution count {cell.execution_count}, expected {expected}"


def outputs(cells):
    for number, cell in code(cells):
        for output in cell.outputs:
            if output.output_type == "error":
                yield number, f"its output is an error: {output.ename}: {output.evalue}"
            elif output.get("name") == "stderr":
                yield number, f"output on stderr: {output.text[:80]!r}"
        if "remove-output" in tags(cell):
            if cell.outputs:
                yield number, "keeps outputs that the page removes, expected none"
        elif not cell.outputs and ("nbval-ignore-output" in tags(cell) or shows_something(cell.source)):
            yield number, "no output, expected what its code shows"
        if escapes := {"nbval-skip", "raises-exception"} & set(tags(cell)) or re.findall("NBVAL_\\w+", cell.source):
            yield number, f"{', '.join(escapes)} hides it from nbval, expected nbval-ignore-output at most"


def shows_something(source: str) -> bool:
    """Whether code surely shows something: it prints, shows a figure or ends with a value but no call."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:  # a magic command
        return False
    values = [statement.value for statement in statements if isinstance(statement, ast.Expr)]
    calls = {ast.unparse(value.func) for value in values if isinstance(value, ast.Call)}
    ends_with_value = bool(statements) and isinstance(statements[-1], ast.Expr)
    return bool(calls & {"print", "display", "plt.show"}) or (
        ends_with_value and not isinstance(values[-1], ast.Call) and not source.rstrip().endswith(";")
    )


def text(cells):
    for number, cell in cells:
        if match := PATH.search(cell.source):
            yield number, f"names the path {match[0]}, expected no absolute path"
    for number, cell in prose(cells):
        if match := re.search(r"^\s*`{3,}\{\S+\}", cell.source, re.M):
            yield number, f"directive {match[0].strip()}, expected a fence of colons"
        if re.search(r"!\[\s*\]\(", cell.source):
            yield number, "picture without alt text"
    for number, cell in code(cells):
        if (lines := len(cell.source.splitlines())) > LONGEST_CELL:
            yield number, f"{lines} lines of code, expected at most {LONGEST_CELL}"
        if match := MEMORY_ADDRESS.search(printed(cell)) or PATH.search(printed(cell)):
            yield number, f"prints {match[0]}, which differs from run to run"
        for decimal in DECIMAL.findall(printed(cell)):
            if len(decimal.replace(".", "").lstrip("0")) > LONGEST_NUMBER:
                yield number, f"prints {decimal}, expected at most {LONGEST_NUMBER} significant digits"


def printed(cell) -> str:
    """The text below the cell."""
    texts = [output.get("text", "") for output in cell.outputs]
    for output in cell.outputs:
        texts += [output.get("data", {}).get(kind, "") for kind in ("text/plain", "text/markdown", "text/latex")]
    return "\n".join(texts)


def figures(cells):
    for number, cell in code(cells):
        if any(kind.startswith("image/") for output in cell.outputs for kind in output.get("data", {})):
            mystnb = cell.metadata.get("mystnb", {})
            figure = mystnb.get("figure", {})
            if lacking := not_a_description(mystnb.get("image", {}).get("alt")):
                yield number, f"metadata.mystnb.image.alt is {lacking}, expected a description of the figure"
            if lacking := not_a_description(figure.get("caption")):
                yield number, f"metadata.mystnb.figure.caption is {lacking}, expected a caption"
            if not str(name := figure.get("name")).startswith("fig-"):
                yield number, f"metadata.mystnb.figure.name is {name!r}, expected 'fig-…'"


def not_a_description(text: str | None) -> str | None:
    """The text, quoted, where it says nothing: a file name, a hash or a single word."""
    return None if len(re.findall(r"[^\W\d_]{2,}", text or "")) >= 4 else repr(text)


def explorables(cells):
    for number, cell in code(cells):
        html = "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)
        if ("data-explorable" in html) != ("explorable" in tags(cell)):
            yield (
                number,
                "expected both the tag 'explorable' and a figure with data-explorable, came one of them",
            )
        elif "explorable" in tags(cell):
            label = re.search(r'<svg\b[^>]*\saria-label="([^"]*)"', html)
            if lacking := not_a_description(label and label[1]):
                yield number, f"the aria-label of its svg is {lacking}, expected a description"
            caption = re.search(r"<figcaption\b[^>]*>(.*?)</figcaption>", html, re.S)
            if lacking := not_a_description(caption and caption[1]):
                yield number, f"its figcaption is {lacking}, expected a caption"
    for (_, cell), (number, following) in pairwise(cells):
        if "explorable" in tags(cell) and set(tags(following)) != LIVE_TAGS:
            yield number, f"tags {tags(following)} after an explorable, expected {sorted(LIVE_TAGS)}"
