"""Classification tasks: whose text is on the machine already, from the fetched sources, or from the hub."""

import ast
import importlib.util
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from intruders.tuning import sources

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
# Lexicographer's files of WordNet with at least two thousand nouns each.
TOPICS = {
    4: "act",
    5: "animal",
    6: "artifact",
    7: "attribute",
    9: "cognition",
    10: "communication",
    13: "food",
    14: "group",
    15: "location",
    18: "person",
    20: "plant",
    26: "state",
}


@dataclass(frozen=True)
class Task:
    """Texts and labels in 0..n_classes-1, with a held-out test set."""

    classes: tuple[str, ...]
    train: list[tuple[str, int]]
    test: list[tuple[str, int]]


def load(name: str, train_per_class: int = 200, test_per_class: int = 75) -> Task:
    """ "docstrings", "glosses", "mails", or a dataset of the hub when the package `datasets` is installed and online.

    Every class has the same number of texts, all of them distinct, the same ones on every call. Raises ValueError where
    a class has too few.
    """
    own = {"docstrings": docstrings, "glosses": glosses, "mails": mails}
    return own[name](train_per_class, test_per_class) if name in own else hub(name, train_per_class, test_per_class)


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


def glosses(train_per_class: int = 200, test_per_class: int = 75) -> Task:
    """What is defined here? WordNet's definitions of nouns of twelve kinds (Fellbaum 1998)."""
    labels = {number: label for label, number in enumerate(TOPICS)}
    texts = [(text, labels[number]) for text, number in sources.glosses() if number in labels]
    return _split(tuple(TOPICS.values()), texts, train_per_class, test_per_class)


def mails(train_per_class: int = 200, test_per_class: int = 75) -> Task:
    """Is this mail spam? SpamAssassin's public corpus, subject and body."""
    return _split(("ham", "spam"), sources.mails(), train_per_class, test_per_class)


def hub(name: str, train_per_class: int, test_per_class: int) -> Task:
    """The dataset `name` of the hub, by its first column of text and its first column of class labels."""
    try:
        from datasets import ClassLabel, Value, load_dataset
    except ImportError as error:
        raise ValueError(f"the task {name!r} is read from the hub by the package datasets, which is missing") from error
    data = load_dataset(name, split="train")
    text = [column for column, kind in data.features.items() if isinstance(kind, Value) and kind.dtype == "string"]
    label = [column for column, kind in data.features.items() if isinstance(kind, ClassLabel)]
    if not (text and label):
        raise ValueError(f"{name}: expected a column of strings and one of class labels, got {dict(data.features)}")
    texts = zip(data[text[0]], data[label[0]], strict=True)
    return _split(tuple(data.features[label[0]].names), texts, train_per_class, test_per_class)


def _split(classes, texts: Iterable[tuple[str, int]], train_per_class, test_per_class) -> Task:
    """Distinct texts of five words or more, drawn for test and training in this order."""
    found = {}
    for text, label in texts:
        if len(text.split()) >= 5:
            found.setdefault(text, label)
    train, test = [], []
    for label, name in enumerate(classes):
        own = [text for text, other in found.items() if other == label]
        if len(own) < test_per_class + train_per_class:
            raise ValueError(f"{name} has only {len(own)} of the {test_per_class + train_per_class} texts asked for")
        random.Random(0).shuffle(own)
        test += [(text, label) for text in own[:test_per_class]]
        train += [(text, label) for text in own[test_per_class:][:train_per_class]]
    return Task(classes, train, test)


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
