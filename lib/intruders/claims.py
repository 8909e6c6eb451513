"""The claims of the sources: what each says, what is so, and the check that decides between the two.

`data/claims.toml` holds them. A check compares what was measured with the claimed and with the corrected formula.
"""

import tomllib
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import sympy as sp

from intruders import data

CORRECT, CONDITIONS, CONVENTION, WRONG, UNSUPPORTED = VERDICTS = (
    "correct",
    "correct under stated conditions",
    "convention",
    "wrong",
    "unsupported",
)
IN_SIZE, IN_SIGN, NOT_SEEN, NOT_TESTABLE, CONTRADICTED = OUTCOMES = (
    "reproduced in size",
    "reproduced in sign",
    "not seen here",
    "not testable here",
    "contradicted",
)

WITHIN = 4  # standard errors: a formula that misses by no more holds
BEYOND = 10  # standard errors: a formula that misses by more is refuted

_ROUNDING = 1e-9  # of a number without a standard error, relative
_DIGITS = 40  # of the points at which formulas are compared


@dataclass(frozen=True)
class Claim:
    """What a source says, and what is so. The texts are in MyST Markdown; `title` is plain.

    places    where it is said, each beginning with the name of its source
    says, so    the claim in our words; the corrected statement
    taught, references    the chapter that teaches it, the literature, as links
    """

    id: str
    title: str
    places: tuple[str, ...]
    says: str
    verdict: str
    so: str
    taught: str
    references: str

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of its sources, each once: what a place begins with, up to its comma."""
        return tuple(dict.fromkeys(place.split(",")[0].removeprefix("the ") for place in self.places))


@dataclass(frozen=True)
class Finding:
    """What a paper reports, and how our tables stand to it: one of `OUTCOMES`, with the reason in `here`."""

    id: str
    title: str
    paper: str
    says: str
    outcome: str
    here: str


@cache
def load() -> dict[str, Claim | Finding]:
    """Every claim and every finding, by its id."""
    table = tomllib.loads((data.FOLDER / "claims.toml").read_text(encoding="utf-8"))
    claims = [Claim(**{**entry, "places": tuple(entry["places"])}) for entry in table["claim"]]
    return {entry.id: entry for entry in [*claims, *(Finding(**entry) for entry in table["finding"])]}


def settle(name: str, *, corrected, claimed=None, draws=None, value=None, formula=None, error=None, bias=0.0, at=None):
    r"""A table of what is so, what was claimed and what is corrected; raises unless that settles the claim `name`.

    One of these is what is so:

    draws      (k,) or (k, q) of a simulation: their means $\bar x$, with standard errors $s/\sqrt k$
    value      (q,) numbers, exact to rounding or with the standard error `error`
    formula    a SymPy expression

    corrected, claimed    what the two predict of it, likewise
    bias       what the finite size of a matrix may add to each difference
    at         names of the q quantities

    Raises:
        AssertionError: the corrected one misses one of the numbers by more than four standard errors (and `bias`); the
            claimed one misses none by ten, unless the verdict is that both are right (a convention).
        ValueError: the verdict is "wrong" and nothing is `claimed`; not one of the three is given.
    """
    claim = load()[name]
    given = [word for word, one in (("draws", draws), ("value", value), ("formula", formula)) if one is not None]
    if len(given) != 1:
        raise ValueError(f"{name}: {' and '.join(given) or 'nothing'} given, expected one of draws, value, formula")
    if claim.verdict == WRONG and claimed is None:
        raise ValueError(f"{name}: the verdict is {WRONG!r}, expected the formula that is claimed")
    predictions = {"claimed": claimed, "corrected": corrected}
    predictions = {word: one for word, one in predictions.items() if one is not None}
    if formula is not None:
        cells, misses = _by_algebra(formula, predictions)
    else:
        value, error = _mean(draws) if draws is not None else _exact(value, error)
        cells, misses = _by_numbers(value, error, predictions, bias)
    if misses["corrected"] > WITHIN:
        raise AssertionError(f"{name}: the corrected formula misses by {misses['corrected']:.3g} standard errors")
    if claimed is not None and (misses["claimed"] > BEYOND) == (claim.verdict == CONVENTION):
        raise AssertionError(f"{name}: {claim.verdict}, but the claimed one misses by {misses['claimed']:.3g}")
    return pd.DataFrame(cells, index=at)


def beside(name: str, ours: tuple[float, float, float], theirs: float | None = None, sign: int = 1, null: float = 0.0):
    """A table of the finding `name` and of ours; raises unless they stand to each other as its `outcome` says.

    ours      our value and its 95 % interval
    theirs    the value that the paper reports, where ours is on the same scale
    sign      else on which side of `null` it lies: 1, -1, or 0 where the paper reports that there is nothing

    Raises:
        AssertionError: the outcome is another.
    """
    came = outcome(ours, theirs, sign, null)
    if came != load()[name].outcome:
        raise AssertionError(f"{name}: {came}, not {load()[name].outcome}")
    reported = f"{('at', 'above', 'below')[sign]} {null:g}" if theirs is None else f"{theirs:.3g}"
    value, low, high = ours
    row = {"reported": reported, "here": f"{value:.3g}", "95 % interval": f"[{low:.3g}, {high:.3g}]", "so": came}
    return pd.DataFrame([row], index=[name])


def outcome(ours: tuple[float, float, float], theirs: float | None, sign: int, null: float) -> str:
    """How our interval stands to what is reported: `beside`."""
    _, low, high = ours
    if theirs is not None:
        sign = int(np.sign(theirs - null))
    if low <= null <= high:
        return NOT_SEEN
    if sign == 0 or (low > null) != (sign > 0):
        return CONTRADICTED
    return IN_SIZE if theirs is not None and low <= theirs <= high else IN_SIGN


def _mean(draws) -> tuple[np.ndarray, np.ndarray]:
    draws = np.asarray(draws, dtype=float)
    draws = draws.reshape(len(draws), -1)
    return draws.mean(axis=0), draws.std(axis=0, ddof=1) / np.sqrt(len(draws))


def _exact(value, error) -> tuple[np.ndarray, np.ndarray | None]:
    value = np.ravel(np.asarray(value, dtype=float))
    return value, None if error is None else np.broadcast_to(np.asarray(error, dtype=float), value.shape)


def _by_numbers(value, error, predictions, bias):
    cells = {"so": [f"{x:.4g}" for x in value]}
    if error is not None:
        cells["so"] = [f"{x} ± {e:.1g}" for x, e in zip(cells["so"], error, strict=True)]
    unit = np.maximum(error if error is not None else 0.0, _ROUNDING * np.maximum(1.0, np.abs(value)))
    misses = {}
    for word, prediction in predictions.items():
        prediction = np.broadcast_to(np.ravel(np.asarray(prediction, dtype=float)), value.shape)
        off = np.nan_to_num(np.maximum(np.abs(prediction - value) - bias, 0) / unit, nan=np.inf)
        misses[word] = off.max()
        said = _in_errors if error is not None else _in_words
        cells[word] = [f"{x:.4g}, {said(o)}" for x, o in zip(prediction, off, strict=True)]
    return cells, misses


def _in_errors(off: float) -> str:
    return f"{off:.1f} s.e. off" if off < 1000 else "over 1000 s.e. off"


def _in_words(off: float) -> str:
    return "exact" if off <= WITHIN else "wrong"


def _by_algebra(formula, predictions):
    names = sorted({str(symbol) for one in (formula, *predictions.values()) for symbol in sp.sympify(one).free_symbols})
    point = {name: sp.Rational(sp.prime(k + 4), sp.prime(k + 3)) for k, name in enumerate(names)}

    def there(expression):
        expression = sp.sympify(expression)
        return sp.N(expression.xreplace({symbol: point[str(symbol)] for symbol in expression.free_symbols}), _DIGITS)

    cells, misses = {"so": [_short(there(formula))]}, {}
    for word, prediction in predictions.items():
        differs = abs(there(prediction) - there(formula)) > 10 ** (-_DIGITS / 2)
        identical = not differs and sp.simplify(sp.sympify(prediction) - formula) == 0
        misses[word] = 0.0 if identical else np.inf
        cells[word] = [f"{_short(there(prediction))}, {'identical' if identical else 'another formula'}"]
    return cells, misses


def _short(number) -> str:
    number = complex(number)
    return f"{number.real:.4g}" if abs(number.imag) < 1e-12 else f"{number:.4g}"
