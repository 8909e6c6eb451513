"""Classification tasks whose text is already on the machine."""

import ast
import importlib.util
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LIBRARIES = (
    "numpy",
    "scipy.stats",
    "sympy.physics",
    "sympy.polys",
    "matplotlib",
    "networkx",
    "torch.distributed",
    "transformers",
)
# Words by which a docstring would name its own library.
GIVEAWAYS = re.compile(
    r"\b(numpy|np|scipy|stats|sympy|physics|polys?|matplotlib|mpl|pyplot|plt|networkx|nx|torch|pytorch|distributed|"
    r"transformers|hugging ?face)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Task:
    """Texts and labels in 0..n_classes-1, with a held-out test set."""

    classes: tuple[str, ...]
    train: list[tuple[str, int]]
    test: list[tuple[str, int]]


def docstrings(train_per_class: int = 200, test_per_class: int = 75) -> Task:
    """Which library does this docstring come from? Eight libraries, read from their installed sources.

    A text is the first paragraph of a function's or class's docstring with the library's own name masked, at least
    five words long, each distinct text once. Nothing is imported or downloaded. Training and test texts come from
    different files. The choice is the same on every call; it depends on the installed versions only.
    """
    train, test, seen = [], [], set()
    for label, library in enumerate(LIBRARIES):
        files = _sources(library)
        held_out = _take(files, test_per_class, seen, library)
        kept = _take(files, train_per_class, seen, library)
        test += [(text, label) for text in held_out]
        train += [(text, label) for text in kept]
    return Task(LIBRARIES, train, test)


def _sources(library: str) -> Iterator[Path]:
    folder = Path(importlib.util.find_spec(library.split(".")[0]).origin).parent.joinpath(*library.split(".")[1:])
    files = sorted(path for path in folder.rglob("*.py") if "tests" not in path.parts)
    random.Random(0).shuffle(files)
    return iter(files)


def _take(files: Iterator[Path], count: int, seen: set[str], library: str) -> list[str]:
    """The next `count` unseen texts, reading whole files so that no file serves two splits."""
    texts = []
    for path in files:
        fresh = [text for text in _paragraphs(path) if text not in seen]
        seen.update(fresh)
        texts += dict.fromkeys(fresh)
        if len(texts) >= count:
            return texts[:count]
    raise ValueError(f"{library} has only {len(texts)} of the {count} docstrings asked for")


def _paragraphs(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            words = (ast.get_docstring(node) or "").split("\n\n")[0].split()
            if len(words) >= 5:
                yield GIVEAWAYS.sub("library", " ".join(words))
