"""What the problem sets use: every student has numbers of their own, and a formula may be written in any form."""

from collections import Counter

import pytest
import sympy as sp

from intruders.course import own, same

x, y = sp.symbols("x y", positive=True)


def test_own_numbers_are_fixed_and_spread():
    assert own("Ada ", "ps1 q7", [1, 2, 3]) == own("ada", "ps1 q7", [1, 2, 3])
    counts = Counter(own(f"student {k}", "ps1 q7", range(4)) for k in range(2000))
    assert all(abs(count - 500) < 4 * (2000 * 3 / 16) ** 0.5 for count in counts.values())
    assert len({own("ada", f"ps1 q{k}", range(1000)) for k in range(50)}) > 40
    for nobody in ("", "  "):
        with pytest.raises(ValueError, match="student: empty; write the id"):
            own(nobody, "ps1 q7", [1])


EQUAL = [
    (sp.sqrt(x**2 + 2 * x * y + y**2), x + y),
    ((x**2 - y**2) / (x - y), y + x),
    (sp.log(x * y), sp.log(x) + sp.log(y)),
    (sp.Symbol("x") + 0.5, sp.Symbol("x", real=True) + sp.Rational(1, 2)),
    (sp.Integral(2 * x, (x, 0, y)).doit(), y**2),
]
OTHER = [
    (x + y, x - y),
    (x**2, x),
    (x + y, x + y * (1 + 1e-7)),
    (sp.oo + x, x),
    (sp.sqrt(x - 10), x),
    (x, sp.Integer(1)),
]


@pytest.mark.parametrize(("formula", "expected"), EQUAL)
def test_the_same_formula_in_another_form(formula, expected):
    assert same(formula, expected, x=(1, 3), y=(0.5, 2))


@pytest.mark.parametrize(("formula", "expected"), OTHER)
def test_another_formula(formula, expected):
    assert not same(formula, expected, x=(1, 3), y=(0.5, 2))


def test_what_is_no_formula():
    with pytest.raises(TypeError, match="formula: ellipsis, expected a SymPy expression"):
        same(..., x)
    with pytest.raises(ValueError, match=r"formula: symbols \['y'\], expected none but \['x'\]"):
        same(x * y, x, x=(1, 2))
