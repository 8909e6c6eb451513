"""Every chapter has its anatomy, and a chapter that lacks some of it is told so, by file and cell."""

import json
from itertools import chain
from pathlib import Path

import anatomy
import book
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).parents[2]
ADDRESS = "https://github.com/" + "someone/a-book"  # in two pieces: no mention for the check of addresses
VERSION = "1.2.3"


@pytest.mark.parametrize("path", sorted(ROOT.glob("chapters/*.ipynb")), ids=lambda path: path.name)
def test_chapter(path):
    problems = anatomy.problems(path, *book.settings(ROOT))
    assert not problems, "\n".join(problems)


def markdown(source, *tags):
    return new_markdown_cell(source, metadata={"tags": list(tags)})


def exercise(number):
    label = f"ex-a-{number}"
    return [
        markdown(f":::{{exercise}} Title\n:label: {label}\nShow it.\n:::"),
        markdown(f":::{{solution-start}} {label}\n:class: dropdown\n:::"),
        new_code_cell("assert True"),
        markdown(":::{solution-end}\n:::"),
    ]


def level(number):
    exercises = [exercise(3 * number - 2), exercise(3 * number - 1), exercise(3 * number)]
    return [markdown(f"### Level {number}: warm up"), *chain(*exercises)]


def data(kind, content):
    return [new_output("display_data", data={kind: content})]


FIGURE = {
    "image": {"alt": "A curve that rises from zero"},
    "figure": {"caption": "The curve rises from zero.", "name": "fig-curve"},
}
EXPLORABLE = (
    '<figure data-explorable><svg role="img" aria-label="The curve moves with theta">'
    "</svg><figcaption>The curve moves with theta.</figcaption></figure>"
)


THEOREM = ":::{prf:theorem} Truth\n:label: thm-a\nIt is so.\n:::"
PROOF = ":::{prf:proof}\n:class: dropdown\n\nFor this reason.\n:::"


@pytest.fixture
def notebook():
    """A chapter without a problem; by cells[i] the tests below mean cell i + 1 of the messages."""
    setup = anatomy.SETUP.format(module="intruders", extra="", address=ADDRESS, version=VERSION).rstrip()
    cells = [
        markdown("(a)=\n# A title\n\n:::{admonition} Goals\n30 minutes\n:::", "goals"),
        new_code_cell(setup, metadata={"tags": ["setup", "hide-input"]}),
        markdown("## Question", "question"),
        new_code_cell("plt.show()", metadata={"mystnb": FIGURE}, outputs=data("image/svg+xml", "<svg/>")),
        markdown("## Intuition", "intuition"),
        markdown(f"## Statement\n\n{THEOREM}\n\n{PROOF}", "statement"),
        markdown("## Derivation", "derivation"),
        new_code_cell("print(x)", outputs=[new_output("stream", name="stdout", text="1234567 1.23456 v1.22.33333\n")]),
        markdown("## Simulation", "simulation"),
        new_code_cell("explore()", metadata={"tags": ["explorable"]}, outputs=data("text/html", EXPLORABLE)),
        new_code_cell("live()", metadata={"tags": ["live", "hide-input", "remove-output", "nbval-ignore-output"]}),
        markdown("## Practice", "practice"),
        markdown("## Formulas\n\n:::{admonition} Key formulas\n$x$\n:::", "formulas"),
        markdown("## Exercises", "exercises"),
        *level(1),
        *level(2),
        *level(3),
        markdown("## Reading", "reading"),
        new_code_cell("plt.show()", metadata={"mystnb": FIGURE}, outputs=data("image/svg+xml", "<svg/>")),
        new_code_cell("plt.show()", metadata={"mystnb": FIGURE}, outputs=data("image/svg+xml", "<svg/>")),
    ]
    counts = iter(range(1, 100))
    for cell in cells:
        if cell.cell_type == "code":
            cell.execution_count = next(counts)
    return new_notebook(cells=cells)


def problems_of(notebook, folder, name="04-a"):
    path = folder / "chapters" / f"{name}.ipynb"
    path.parent.mkdir()
    nbformat.write(notebook, path)
    return anatomy.problems(path, ADDRESS, VERSION)


def test_correct_chapter_has_no_problem(notebook, tmp_path):
    assert problems_of(notebook, tmp_path) == []


def test_page_needs_no_parts_but_outputs(notebook, tmp_path):
    for cell in notebook.cells:
        cell.metadata.tags = [tag for tag in cell.metadata.get("tags", []) if tag not in anatomy.PARTS]
    notebook.cells[1].metadata.tags = ["setup", "remove-input"]
    notebook.cells[10].metadata.tags = ["live", "remove-input", "remove-output", "nbval-ignore-output"]
    notebook.cells[7].outputs = []
    [problem] = problems_of(notebook, tmp_path, "advice")
    assert problem == "chapters/advice.ipynb, cell 8: no output, expected what its code shows"


def test_tuning_chapter_needs_the_extra(notebook, tmp_path):
    notebook.cells[7].source = "from intruders.tuning import models"
    notebook.cells[1].source = notebook.cells[1].source.replace("import intruders", "import intruders.tuning")
    notebook.cells[1].source = notebook.cells[1].source.replace('"intruders @', '"intruders[tuning] @')
    assert problems_of(notebook, tmp_path) == []


def stream(text, name="stdout"):
    return [new_output("stream", name=name, text=text)]


def plant(index, **changes):
    """Changes attributes of one cell."""
    return lambda notebook: notebook.cells[index].update(nbformat.from_dict(changes))


def describe(**changes):
    """Changes what is said of the figure."""
    return plant(3, metadata={"mystnb": FIGURE | changes})


def replace(index, old, new):
    """Changes the source of one cell."""

    def change(notebook):
        assert old in notebook.cells[index].source
        notebook.cells[index].source = notebook.cells[index].source.replace(old, new)

    return change


def html(old, new):
    """Changes the explorable's output."""
    return plant(9, outputs=data("text/html", EXPLORABLE.replace(old, new)))


def swap(first, second):
    def change(notebook):
        cells = notebook.cells
        cells[first], cells[second] = cells[second], cells[first]

    return change


def remove(first, last=None):
    """Removes cells of text, or code whose count no later cell needs to keep."""

    def change(notebook):
        del notebook.cells[first : (last or first) + 1]
        counts = iter(range(1, 100))
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.execution_count = next(counts)

    return change


IMPRACTICAL = [part for part in anatomy.PARTS if part != "practice"]
SWAPPED = [*anatomy.PARTS[:2], "statement", "intuition", *anatomy.PARTS[4:]]
PLANTED = {
    "unexecuted": (plant(7, execution_count=None, outputs=[]), [
        "cell 8: execution count None, expected 3",
        "cell 8: no output, expected what its code shows",
    ]),
    "out of order": (plant(7, execution_count=9), ["cell 8: execution count 9, expected 3"]),
    "print without output": (plant(7, outputs=[]), ["cell 8: no output, expected what its code shows"]),
    "figure without output": (plant(3, outputs=[]), ["cell 4: no output, expected what its code shows"]),
    "value without output": (plant(7, source="x = 1\nx", outputs=[]), [
        "cell 8: no output, expected what its code shows",
    ]),
    "ignored without output": (plant(17, metadata={"tags": ["nbval-ignore-output"]}), [
        "cell 18: no output, expected what its code shows",
    ]),
    "error": (plant(7, outputs=[new_output("error", ename="ValueError", evalue="no", traceback=[])]), [
        "cell 8: its output is an error: ValueError: no",
    ]),
    "stderr": (plant(7, outputs=stream("Warning: old\n", "stderr")), [
        "cell 8: output on stderr: 'Warning: old\\n'",
    ]),
    "live output": (plant(10, outputs=stream("1")), [
        "cell 11: keeps outputs that the page removes, expected none",
    ]),
    "skipped by nbval": (plant(7, source="# NBVAL_SKIP\nprint(x)"), [
        "cell 8: NBVAL_SKIP hides it from nbval, expected nbval-ignore-output at most",
    ]),
    "no alt text": (describe(image={}), [
        "cell 4: metadata.mystnb.image.alt is None, expected a description of the figure",
    ]),
    "hash as alt text": (describe(image={"alt": "4f290fc99d3835e0.svg"}), [
        "cell 4: metadata.mystnb.image.alt is '4f290fc99d3835e0.svg', expected a description of the figure",
    ]),
    "no caption": (describe(figure={"name": "fig-curve"}), [
        "cell 4: metadata.mystnb.figure.caption is None, expected a caption",
    ]),
    "no figure name": (describe(figure={"caption": "The curve rises from zero."}), [
        "cell 4: metadata.mystnb.figure.name is None, expected 'fig-…'",
    ]),
    "explorable without label": (html("The curve moves with theta\"", "\""), [
        "cell 10: the aria-label of its svg is '', expected a description",
    ]),
    "explorable without caption": (html("The curve moves with theta.", ""), [
        "cell 10: its figcaption is '', expected a caption",
    ]),
    "explorable without tag": (plant(9, metadata={}), [
        "cell 10: expected both the tag 'explorable' and a figure with data-explorable, came one of them",
    ]),
    "explorable without live cell": (remove(10), [
        "cell 11: tags ['practice'] after an explorable, "
        "expected ['hide-input', 'live', 'nbval-ignore-output', 'remove-output']",
    ]),
    "set-up of another book": (replace(1, "a-book", "my-book"), [
        f"cell 2: set-up line '    %pip install -q \"intruders @ git+{ADDRESS[:-6]}my-book@v1.2.3\"', "
        f"expected '    %pip install -q \"intruders @ git+{ADDRESS}@v1.2.3\"'",
    ]),
    "set-up without extra": (replace(7, "print(x)", "from intruders.tuning import models\nprint(x)"), [
        f"cell 2: set-up line '    %pip install -q \"intruders @ git+{ADDRESS}@v1.2.3\"', "
        f"expected '    %pip install -q \"intruders[tuning] @ git+{ADDRESS}@v1.2.3\"'",
        "cell 2: set-up line '    import intruders  # noqa: F401', "
        "expected '    import intruders.tuning  # noqa: F401'",
    ]),
    "set-up without tags": (plant(1, metadata={}), [
        "cell 2: set-up with tags [] and 0 outputs, expected ['setup', 'hide-input'] and 0",
    ]),
    "missing part": (remove(11), [
        f"cell 1: the parts of the chapter are {IMPRACTICAL}, expected {anatomy.PARTS}",
    ]),
    "parts out of order": (swap(4, 5), [
        f"cell 1: the parts of the chapter are {SWAPPED}, expected {anatomy.PARTS}",
    ]),
    "part without heading": (plant(4, source="Intuition"), [
        "cell 5: the part 'intuition' starts with 'Intuition', expected '## …'",
    ]),
    "no goals": (replace(0, "{admonition} Goals", "{note}"), [
        "cell 1: expected the first cell to start with (label)=, # Title, :::{admonition} Goals",
    ]),
    "two figures": (remove(54, 55), ["cell 1: 2 figures and explorables, expected at least 3"]),
    "no proof": (replace(5, f"\n\n{PROOF}", ""), [
        "cell 6: thm-a is not followed by :::{prf:proof}, :class: dropdown",
    ]),
    "open proof": (replace(5, ":class: dropdown\n\nFor", "\nFor"), [
        "cell 6: thm-a is not followed by :::{prf:proof}, :class: dropdown",
    ]),
    "one proof of two": (replace(5, THEOREM, f"{THEOREM}\n\n{THEOREM.replace('-a', '-b')}"), [
        "cell 6: thm-a is not followed by :::{prf:proof}, :class: dropdown",
    ]),
    "no key formulas": (replace(12, "Key formulas", "Formulas"), [
        "cell 13: the part 'formulas' lacks its :::{admonition} Key formulas",
    ]),
    "eight exercises": (remove(49, 52), [
        "cell 14: labelled exercises by level {'1': 3, '2': 3, '3': 2}, expected {'1': 3, '2': 3, '3': 3}",
    ]),
    "two levels": (replace(40, "### Level 3", "### More"), [
        "cell 14: labelled exercises by level {'1': 3, '2': 6, '3': 0}, expected {'1': 3, '2': 3, '3': 3}",
    ]),
    "open solution": (replace(16, ":class: dropdown\n", ""), [
        "cell 16: ex-a-1 is not followed by :::{solution-start} ex-a-1, :class: dropdown, :::",
    ]),
    "solution of another exercise": (replace(16, "ex-a-1", "ex-a-2"), [
        "cell 16: ex-a-1 is not followed by :::{solution-start} ex-a-1, :class: dropdown, :::",
    ]),
    "solution without code": (remove(17), [
        "cell 16: the solution of ex-a-1 has no code cell, expected an executed one",
    ]),
    "solution without end": (remove(52), ["cell 50: the solution of ex-a-9 has no :::{solution-end}, :::"]),
    "long cell": (plant(17, source="x = 1\n" * 26), ["cell 18: 26 lines of code, expected at most 25"]),
    "backticks": (plant(4, source="## Intuition\n```{note}\n```"), [
        "cell 5: directive ```{note}, expected a fence of colons",
    ]),
    "picture without alt text": (plant(4, source="## Intuition\n![](a.png)"), [
        "cell 5: picture without alt text",
    ]),
    "path in code": (plant(17, source="open('/home/me/x')"), [
        "cell 18: names the path /home/me/x'), expected no absolute path",
    ]),
    "path in output": (plant(7, outputs=stream("at /home/me/x\n")), [
        "cell 8: prints /home/me/x, which differs from run to run",
    ]),
    "address in output": (plant(7, outputs=stream("<object at 0x7f88a81b2c10>\n")), [
        "cell 8: prints 0x7f88a81b2c10, which differs from run to run",
    ]),
    "long number": (plant(7, outputs=stream("x = 0.01234567")), [
        "cell 8: prints 0.01234567, expected at most 6 significant digits",
    ]),
    "long number in a result": (plant(7, outputs=data("text/plain", "array([1.2345678e-10, 2.5])")), [
        "cell 8: prints 1.2345678, expected at most 6 significant digits",
    ]),
}  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), PLANTED.values(), ids=PLANTED)
def test_planted(change, expected, notebook, tmp_path):
    change(notebook)
    assert problems_of(notebook, tmp_path) == [f"chapters/04-a.ipynb, {problem}" for problem in expected]


def test_widget_state(notebook, tmp_path):
    notebook.metadata["widgets"] = {}
    assert problems_of(notebook, tmp_path) == ["chapters/04-a.ipynb: widget state in its metadata, expected none"]


def test_repeated_cell_id(notebook, tmp_path):
    notebook.cells[1].id = notebook.cells[0].id
    path = tmp_path / "04-a.ipynb"
    path.write_text(json.dumps(notebook))
    (problem,) = anatomy.problems(path, ADDRESS, VERSION)
    assert problem.endswith("04-a.ipynb: a cell without id, or two with the same, expected one id for each")


def test_large_chapter(notebook, tmp_path):
    notebook.cells[4].source += " " * anatomy.LARGEST_CHAPTER
    (problem,) = problems_of(notebook, tmp_path)
    assert problem.startswith("chapters/04-a.ipynb: 15") and problem.endswith("bytes, expected at most 1500000")
