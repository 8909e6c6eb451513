"""Every claim is settled on a page, by a check that its corrected formula passes and no near miss of it does."""

import ast
from pathlib import Path

import claims_text
import nbformat
import pytest
from mutants import mutants
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from intruders import claims
from intruders.claims import Claim, Finding

ROOT = Path(__file__).parents[2]
PAGES = [path for path in sorted(ROOT.glob("chapters/claims-*.ipynb")) if "def corrected" in path.read_text()]
SOURCES = {
    "the slides",
    "the report",
    "the summary of Shuttleworth et al.",
    "the tutorial",
    "the summary of Jang et al.",
    "PEFT's documentation",
}


def test_the_file():
    ids = [name for name, entry in claims.load().items() if isinstance(entry, Claim)]
    assert sorted(ids) == [f"C{k:02d}" for k in range(1, len(ids) + 1)]
    for name, entry in claims.load().items():
        assert entry.id == name
        if isinstance(entry, Finding):
            assert entry.outcome in claims.OUTCOMES, name
        else:
            assert entry.verdict in claims.VERDICTS, name
            assert {place.split(",")[0] for place in entry.places} <= SOURCES, name


def test_notebooks():
    notebooks = {path.stem: nbformat.read(path, as_version=4) for path in ROOT.glob("chapters/*.ipynb")}
    problems = claims_text.problems(notebooks)
    assert not problems, "\n".join(problems)


def run(path: Path):
    """(id, namespace, syntax tree) of every check, its cell executed up to its last statement."""
    namespace = {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and "setup" not in cell.metadata.get("tags", []):
            tree = ast.parse(cell.source)
            name = claims_text.settles(cell.source)
            exec(compile(ast.Module(tree.body[:-1] if name else tree.body, []), str(path), "exec"), namespace)
            if name:
                yield name, namespace, tree


def passes(check: ast.Expr, namespace: dict) -> bool:
    """Whether the check passes with the formulas as they are now; one that cannot be computed does not."""
    try:
        eval(compile(ast.Expression(check.value), "check", "eval"), namespace)
    except Exception:
        return False
    return True


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore")  # of near misses
def test_no_near_miss_passes(path):
    survivors, tried = [], set()
    for name, namespace, tree in run(path):
        assert passes(tree.body[-1], namespace), name
        formulas = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "corrected"]
        for mutant in (mutant for formula in formulas for mutant in mutants(formula)):
            tried.add(name)
            turned = namespace.copy()
            exec(compile(ast.Module([mutant], []), "mutant", "exec"), turned)
            if passes(tree.body[-1], turned):
                survivors.append(f"{name}: {ast.unparse(mutant)}")
    assert not survivors, "\n\n".join(survivors)
    cells = [claims_text.named(source) for source in claims_text.prose(nbformat.read(path, as_version=4))]
    assert {name for name in cells if name and claims.load()[name].verdict == claims.WRONG} <= tried


def test_near_misses():
    formula = ast.parse("def f(θ, σ, c):\n    return θ > σ * c and -(θ + σ**2) * (3, 4)[0]").body[0]
    turned = [ast.unparse(mutant).split("return ")[1] for mutant in mutants(formula)]
    product = "-(θ + σ ** 2) * (3, 4)[0]"
    assert set(turned) == {
        f"θ > 1.5 * (σ * c) and {product}",
        f"θ > 0.67 * (σ * c) and {product}",
        f"θ > σ / c and {product}",
        f"θ > 1 / σ * c and {product}",
        f"θ > σ * (1 / c) and {product}",
        "θ > σ * c and -(θ + σ ** 2) / (3, 4)[0]",
        "θ > σ * c and (θ + σ ** 2) * (3, 4)[0]",
        "θ > σ * c and -(θ - σ ** 2) * (3, 4)[0]",
        "θ > σ * c and -(θ + σ ** 3) * (3, 4)[0]",
        "θ > σ * c and -(θ + (1 / σ) ** 2) * (3, 4)[0]",
        "θ > σ * c and -(θ + σ ** 2) * (4, 4)[0]",
        "θ > σ * c and -(θ + σ ** 2) * (3, 5)[0]",
    }


CLAIM = Claim(
    "C01", "One is two", ("the slides, one",), "It is.", claims.WRONG, "It is not.", "{ref}`bbp`", "elementary"
)
OTHER = Finding("S1", "More", "Someone", "They report.", claims.NOT_TESTABLE, "Too large.")
CHECK = 'def claimed():\n    return 2\ndef corrected():\n    return 1\nsettle("C01", value=1, claimed=2, corrected=1)'
CELL, PLACE, NOTE = (
    "(claim-c01)=\n## C01. One is two\n",
    "(finding-s1)=",
    ":::{margin}\n**A correction** (C01). No.\n:::",
)


@pytest.fixture
def book(monkeypatch):
    monkeypatch.setattr(claims_text, "load", lambda: {"C01": CLAIM, "S1": OTHER})
    cells = [claims_text.written(source) for source in (CELL, PLACE, "(claims-table)=", "(findings-table)=")]
    page = new_notebook(cells=[new_markdown_cell(source) for source in cells])
    page.cells.insert(1, new_code_cell(CHECK))
    chapter = new_notebook(cells=[new_markdown_cell(claims_text.written(NOTE))])
    return {"claims": page, "chapter": chapter}


def test_a_correct_book(book):
    assert claims_text.problems(book) == []
    assert "**A correction** ({ref}`C01 <claim-c01>`: wrong). No." in book["chapter"].cells[0].source
    assert "| {ref}`C01 <claim-c01>` | One is two | slides | wrong | {ref}`bbp` |" in book["claims"].cells[3].source


def edit(page, number, old, new):
    def plant(book):
        cell = book[page].cells[number]
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return plant


PLANTED = {
    "another verdict": (edit("claims", 0, "**Wrong.**", "**Correct.**"), "claims: '(claim-c01)=\\n## C01. One is two"),
    "in a note": (edit("chapter", 0, ": wrong", ": correct"), "chapter: ':::{margin}\\n**A correction**"),
    "no place": (edit("claims", 2, "(finding-s1)=", ""), "S1 has 0 places, expected one"),
    "no check": (edit("claims", 1, "settle(", "print("), "C01 has no check, expected a cell that ends with settle"),
    "another's check": (edit("claims", 1, '"C01"', '"C02"'), "claims: settles C02 where C01 stands"),
    "no formula": (edit("claims", 1, "def claimed", "def other"), "claims: C01 is wrong, expected the functions"),
    "nameless note": (
        edit("chapter", 0, "**A correction** ({ref}`C01 <claim-c01>`: wrong).", "**A correction.**"),
        "chapter: '**A correction.** No.' names no claim",
    ),
    "no note": (edit("chapter", 0, "**A correction**", "**A remark**"), "C01 has no note in a chapter"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted(name, book):
    plant, message = PLANTED[name]
    plant(book)
    assert any(problem.startswith(message) for problem in claims_text.problems(book)), claims_text.problems(book)
