"""What the notebooks say from data/claims.toml: the claims, their table, and the heads of margin notes.

written(source) is a Markdown cell with all that renewed. The cell of a claim starts with (claim-c18)=, the table with
(claims-table)=, that of the findings with (findings-table)=; a margin note begins **A correction** (…C18…).

problems(notebooks) says what claim lacks its check, its place or its note."""

import ast
import re
from collections import Counter
from itertools import groupby

from intruders.claims import CORRECT, NOT_TESTABLE, VERDICTS, WRONG, Claim, Finding, load

ENTRY = re.compile(r"\((?:claim|finding)-(\w+)\)=")
NOTE = re.compile(r"\*\*A correction\b.*")
HEAD = re.compile(r"\*\*A correction\*\* \((.*?[^`])\)\.")
ID = re.compile(r"\b([A-Z]+\d+)\b")


def written(source: str) -> str:
    if source.startswith("(claims-table)="):
        return table()
    if source.startswith("(findings-table)="):
        return findings()
    if name := named(source):
        return text(load()[name])
    return HEAD.sub(lambda head: f"**A correction** ({head_of(ID.findall(head[1]))}).", source)


def named(source: str) -> str | None:
    """The id of the claim or finding whose cell this is."""
    entry = ENTRY.match(source)
    return entry and entry[1].upper()


def label(entry: Claim | Finding) -> str:
    return f"{'claim' if isinstance(entry, Claim) else 'finding'}-{entry.id.lower()}"


def link(entry: Claim | Finding) -> str:
    return f"{{ref}}`{entry.id} <{label(entry)}>`"


def text(entry: Claim | Finding) -> str:
    title = f"({label(entry)})=\n## {entry.id}. {entry.title}\n\n"
    if isinstance(entry, Finding):
        return f"{title}**Reported** in {entry.paper}. {entry.says}\n\n**{capital(entry.outcome)}.** {entry.here}"
    where = "; ".join(entry.places)
    return (
        f"{title}**Claimed** in {where}. {entry.says}\n\n**{capital(entry.verdict)}.** {entry.so}\n\n"
        f"*Taught in* {entry.taught}. *Literature:* {entry.references}."
    )


def capital(words: str) -> str:
    return words[0].upper() + words[1:]


def table() -> str:
    rows = [
        (link(one), one.title, ", ".join(one.sources), one.verdict, one.taught)
        for _, one in sorted(load().items())
        if isinstance(one, Claim)
    ]
    return framed("claims-table", ["claim", "what it says", "said in", "verdict", "taught in"], rows)


def findings() -> str:
    rows = [(link(one), one.title, one.paper, one.outcome) for one in load().values() if isinstance(one, Finding)]
    return framed("findings-table", ["finding", "what it says", "reported in", "here"], rows)


def framed(name: str, heads: list[str], rows: list[tuple[str, ...]]) -> str:
    cells = [heads, ["---"] * len(heads), *([cell.replace("|", r"\|") for cell in row] for row in rows)]
    lines = "\n".join(f"| {' | '.join(line)} |" for line in cells)
    return f"({name})=\n:::{{div}} filtered\n\n{lines}\n\n:::"


def head_of(ids: list[str]) -> str:
    """C16, C17: wrong; C18: correct under stated conditions"""
    claims = sorted((load()[name] for name in dict.fromkeys(ids)), key=lambda claim: -VERDICTS.index(claim.verdict))
    groups = groupby(claims, key=lambda claim: claim.verdict)
    return "; ".join(f"{', '.join(map(link, group))}: {verdict}" for verdict, group in groups)


def problems(notebooks: dict) -> list[str]:
    """What the notebooks, by name, lack of the claims in the file."""
    return [*texts(notebooks), *places(notebooks), *checks(notebooks), *notes(notebooks)]


def prose(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def texts(notebooks):
    for page, notebook in notebooks.items():
        for source in prose(notebook):
            if source != written(source):
                yield f"{page}: {source[:40]!r} differs from data/claims.toml, expected what `make chapters` writes"


def places(notebooks):
    seen = Counter(named(source) for notebook in notebooks.values() for source in prose(notebook))
    for name in load():
        if seen[name] != 1:
            yield f"{name} has {seen[name]} places, expected one"


def checks(notebooks):
    """Every claim ends in a settle of its own, that of a wrong one with the two formulas side by side."""
    settled = Counter()
    for page, notebook in notebooks.items():
        name = None
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                name = named(cell.source) or name
            elif (came := settles(cell.source)) is not None:
                if came != name:
                    yield f"{page}: settles {came} where {name} stands"
                settled[came] += 1
                formulas = {node.name for node in ast.parse(cell.source).body if isinstance(node, ast.FunctionDef)}
                entry = load().get(came)
                if isinstance(entry, Claim) and entry.verdict == WRONG and not formulas >= {"claimed", "corrected"}:
                    yield f"{page}: {came} is {WRONG}, expected the functions claimed and corrected"
    for name, entry in load().items():
        if not settled[name] and not (isinstance(entry, Finding) and entry.outcome == NOT_TESTABLE):
            yield f"{name} has no check, expected a cell that ends with settle or beside"


def settles(source: str) -> str | None:
    """The claim that the cell's last statement settles."""
    if not re.search(r"^(settle|beside)\(", source, re.M):
        return None
    last = ast.parse(source).body[-1]
    return last.value.args[0].value


def notes(notebooks):
    """Every margin note names its claims, and every claim but a correct one has a note."""
    noted = set()
    for page, notebook in notebooks.items():
        for source in prose(notebook):
            for note in NOTE.findall(source):
                head = HEAD.match(note)
                if head:
                    noted.update(ID.findall(head[1]))
                else:
                    yield f"{page}: {note[:60]!r} names no claim, expected **A correction** (C18)."
    for name, entry in load().items():
        if isinstance(entry, Claim) and entry.verdict != CORRECT and name not in noted:
            yield f"{name} has no note in a chapter, expected **A correction** ({name})."
