"""Tables as the book shows them: one row of heads for the names of the rows, no digit, sign or counter too many."""

import re

import numpy as np
import pandas as pd

LACKING = "\N{EN DASH}"

_ROW = re.compile(r"\s*<tr.*?</tr>", re.DOTALL)
_HEAD = re.compile(r"(?<=<th>).*?(?=</th>)")


def html(frame: pd.DataFrame) -> str:
    r"""The table as an HTML element.

    The names of the index stand in the last row of heads, as row \\ column where the columns have a name too; a
    counter without a name is left out; what is a whole number in all of a column or an index has no decimals, a zero
    no sign; what is missing is a dash, and an underscore in a head is a space.
    """
    counter = isinstance(frame.index, pd.RangeIndex) and frame.index.name is None
    shown = frame.apply(_plain)
    shown.index = _plain_index(frame.index)
    shown = shown.rename(columns=_spaced).rename_axis(index=_spaced, columns=_spaced)
    text = shown.to_html(index=not counter, border=0, na_rep=LACKING)
    return _one_head(text.replace(' style="text-align: right;"', ""), frame.index.nlevels)


def _plain(column: pd.Series) -> pd.Series:
    """Whole numbers as integers, a zero without a sign, and a dash for what is missing between texts."""
    column = column.infer_objects()
    if not pd.api.types.is_float_dtype(column):
        return column.where(column.notna(), LACKING)
    present = column.dropna()
    whole = len(present) and np.isfinite(present).all() and (present == present.round()).all()
    return column.astype("Int64").astype(object).where(column.notna(), LACKING) if whole else column + 0.0


def _plain_index(index: pd.Index) -> pd.Index:
    levels = [_plain(index.get_level_values(k).to_series()) for k in range(index.nlevels)]
    levels = [level if level.notna().all() else level.astype(object).where(level.notna(), LACKING) for level in levels]
    return pd.MultiIndex.from_arrays(levels, names=index.names) if len(levels) > 1 else pd.Index(levels[0])


def _spaced(label: object) -> object:
    return label.replace("_", " ") if isinstance(label, str) else label


def _one_head(text: str, levels: int) -> str:
    """The row that holds the names of the index alone, laid over the row above it."""
    rows = _ROW.findall(text[: text.index("</thead>")])
    names, above = (_HEAD.findall(row) for row in (rows[-1], rows[-2])) if len(rows) > 1 else ([], [])
    if not any(names[:levels]) or any(names[levels:]):
        return text
    corner = [" \\ ".join(filter(None, pair)) for pair in zip(names, above[:levels], strict=False)]
    heads = iter(corner)
    merged = _HEAD.sub(lambda head: next(heads, head[0]), rows[-2])
    return text.replace(rows[-2] + rows[-1], merged)
