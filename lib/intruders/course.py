"""What the problem sets use: numbers of each student's own, and formulas that are compared by their values."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import sympy as sp

Choice = TypeVar("Choice")

_POINTS = 24


def own(student: str, question: str, choices: Sequence[Choice]) -> Choice:
    """The one of `choices` that belongs to this student in this question, the same on every machine.

    It is the SHA-256 of "student:question", as a number, modulo the number of choices.

    Raises:
        ValueError: `student` is empty.
    """
    if not student.strip():
        raise ValueError("student: empty; write the id that your course knows you by into STUDENT_ID")
    digest = hashlib.sha256(f"{student.strip().lower()}:{question}".encode()).digest()
    return choices[int.from_bytes(digest, "big") % len(choices)]


def same(formula: sp.Expr, expected: sp.Expr, **ranges: tuple[float, float]) -> bool:
    """Whether two formulas agree at 24 points, to nine digits, in whatever form they are written.

    ranges: of each symbol, by name, the interval from which its values are drawn. Symbols are told apart by their
    names alone, not by their assumptions.

    Raises:
        TypeError: `formula` is not a SymPy expression.
        ValueError: `formula` has a symbol without a range.
    """
    if not isinstance(formula, sp.Expr):
        raise TypeError(f"formula: {type(formula).__name__}, expected a SymPy expression")
    if unknown := {str(symbol) for symbol in formula.free_symbols} - set(ranges):
        raise ValueError(f"formula: symbols {sorted(unknown)}, expected none but {sorted(ranges)}")
    rng, both = np.random.default_rng(0), (formula, sp.sympify(expected))
    for _ in range(_POINTS):
        point = {name: sp.Float(rng.uniform(*ends), 40) for name, ends in ranges.items()}
        ours, theirs = (
            sp.N(one.xreplace({symbol: point[symbol.name] for symbol in one.free_symbols}), 30) for one in both
        )
        if not (ours.is_number and abs(ours - theirs) <= 1e-9 * max(1, abs(theirs))):
            return False
    return True
