"""A check that settles a claim fails when it should: a corrected formula that misses, a claimed one that does not."""

import re

import numpy as np
import pytest
import sympy as sp

from intruders import claims
from intruders.claims import Claim, Finding, beside, outcome, settle

NOTHING = {"title": "", "places": (), "says": "", "so": "", "taught": "", "references": ""}


@pytest.fixture(autouse=True)
def some(monkeypatch):
    verdicts = zip("ABCDE", claims.VERDICTS, strict=True)
    entries = {name: Claim(id=name, verdict=verdict, **NOTHING) for name, verdict in verdicts}
    entries["F"] = Finding(id="F", title="", paper="", says="", outcome=claims.IN_SIGN, here="")
    monkeypatch.setattr(claims, "load", lambda: entries)


DRAWS = 3 + np.random.default_rng(0).normal(size=(400, 2)) / 10  # means 3, standard errors about .005


def test_draws():
    table = settle("D", draws=DRAWS, claimed=[3.0, 3.2], corrected=3.0, at=["one", "two"])
    assert list(table.columns) == ["so", "claimed", "corrected"] and list(table.index) == ["one", "two"]
    assert re.fullmatch(r"[23]\.\d+ ± 0\.005", table.so["one"])
    assert float(table.claimed["two"].split()[1]) > claims.BEYOND


@pytest.mark.parametrize("corrected", [3.03, [3.0, 2.97]])
def test_a_corrected_formula_that_misses(corrected):
    with pytest.raises(AssertionError, match=r"D: the corrected formula misses by [4-9]"):
        settle("D", draws=DRAWS, claimed=3.5, corrected=corrected)


def test_a_formula_that_cannot_be_computed():
    with pytest.raises(AssertionError, match="misses by inf"):
        settle("A", draws=DRAWS, corrected=np.nan)


def test_bias_is_no_excuse_for_more():
    settle("A", draws=DRAWS, corrected=3.04, bias=0.03)
    with pytest.raises(AssertionError):
        settle("A", draws=DRAWS, corrected=3.06, bias=0.03)


@pytest.mark.parametrize("name", ["B", "D", "E"])
def test_a_claim_that_does_not_miss(name):
    with pytest.raises(AssertionError, match=f"{name}: .* but the claimed one misses by"):
        settle(name, draws=DRAWS, claimed=3.03, corrected=3.0)


def test_a_convention_holds_either_way():
    settle("C", draws=DRAWS, claimed=3.0, corrected=3.0)
    with pytest.raises(AssertionError, match="C: convention, but"):
        settle("C", draws=DRAWS, claimed=3.5, corrected=3.0)


def test_wrong_needs_what_is_claimed():
    with pytest.raises(ValueError, match="D: the verdict is 'wrong', expected the formula that is claimed"):
        settle("D", value=1.0, corrected=1.0)


@pytest.mark.parametrize(("given", "came"), [({}, "nothing"), ({"value": 1.0, "draws": DRAWS}, "draws and value")])
def test_one_thing_is_so(given, came):
    with pytest.raises(ValueError, match=f"A: {came} given, expected one of draws, value, formula"):
        settle("A", corrected=1.0, **given)


def test_numbers():
    settle("D", value=[1.0, 2.0], claimed=[1.0, 2.1], corrected=[1.0, 2.0])
    with pytest.raises(AssertionError):
        settle("A", value=2.0, corrected=2.0 + 1e-7)
    settle("A", value=2.0, error=0.1, corrected=2.3)
    with pytest.raises(AssertionError):
        settle("A", value=2.0, error=0.1, corrected=2.5)


def test_formulas():
    x, y = sp.symbols("x y")
    table = settle("D", formula=(x + y) ** 2, claimed=x**2 + y**2, corrected=x**2 + 2 * x * y + y**2)
    assert "another formula" in table.claimed[0] and "identical" in table.corrected[0]
    with pytest.raises(AssertionError):
        settle("A", formula=sp.sqrt(x**2), corrected=-sp.sqrt(x**2))
    with pytest.raises(AssertionError, match="D: wrong, but the claimed one misses by 0"):
        settle("D", formula=(x + y) ** 2, claimed=(y + x) ** 2, corrected=x**2 + 2 * x * y + y**2)


@pytest.mark.parametrize(
    ("ours", "theirs", "sign", "came"),
    [
        ((0.5, 0.4, 0.6), 0.55, 1, claims.IN_SIZE),
        ((0.5, 0.4, 0.6), 0.9, 1, claims.IN_SIGN),
        ((0.5, 0.4, 0.6), -0.9, 1, claims.CONTRADICTED),
        ((0.5, 0.4, 0.6), None, -1, claims.CONTRADICTED),
        ((0.5, 0.4, 0.6), None, 1, claims.IN_SIGN),
        ((-0.5, -0.6, -0.4), None, -1, claims.IN_SIGN),
        ((0.1, -0.1, 0.3), 0.2, 1, claims.NOT_SEEN),
        ((-0.5, -0.6, -0.4), None, 0, claims.CONTRADICTED),
        ((0.1, -0.1, 0.3), None, 0, claims.NOT_SEEN),
    ],
)
def test_outcomes(ours, theirs, sign, came):
    assert outcome(ours, theirs, sign, 0.0) == came


def test_outcomes_against_another_null():
    assert outcome((0.7, 0.6, 0.8), 0.89, 1, 0.5) == claims.IN_SIGN
    assert outcome((0.7, 0.45, 0.9), 0.89, 1, 0.5) == claims.NOT_SEEN


def test_beside():
    assert beside("F", (0.5, 0.4, 0.6), theirs=0.9).to_dict("records") == [
        {"reported": "0.9", "here": "0.5", "95 % interval": "[0.4, 0.6]", "so": "reproduced in sign"}
    ]
    with pytest.raises(AssertionError, match="F: contradicted, not reproduced in sign"):
        beside("F", (0.5, 0.4, 0.6), sign=-1)
