"""Tables lose nothing but what says nothing."""

import numpy as np
import pandas as pd

from intruders.show import tables


def cells(part):
    rows = part.replace("</th>", "</td>").split("<tr>")[1:]
    return [[cell.split(">")[-1] for cell in row.split("</td>")[:-1]] for row in rows]


def parts(frame):
    return [cells(part) for part in tables.html(frame).split("</thead>")]


def test_a_table_has_one_row_of_heads_and_plain_numbers():
    frame = pd.DataFrame(
        {"whole": [1.0, 2.0], "stable_rank": [-0.0, 0.25], "text": ["x_y", None], "lacking": [3.0, np.nan]},
        index=pd.Index([1.0, 8.0], name="learning_rate"),
    )
    assert parts(frame) == [
        [["learning rate", "whole", "stable rank", "text", "lacking"]],
        [["1", "1", "0.00", "x_y", "3"], ["8", "2", "0.25", "\u2013", "\u2013"]],
    ]


def test_names_of_rows_and_columns_share_the_corner_and_a_counter_is_left_out():
    index = pd.MultiIndex.from_product([["a"], [0.5, 1.0]], names=["kind", "rate"])
    frame = pd.DataFrame([[1, 2], [3, 4]], index=index, columns=pd.Index(["x", "y"], name="seed"))
    assert parts(frame)[0] == [["kind", "rate \\ seed", "x", "y"]]
    assert parts(frame)[1] == [["a", "0.5", "1", "2"], ["1.0", "3", "4"]]
    assert parts(frame.reset_index(drop=True).rename_axis(columns=None)) == [[["x", "y"]], [["1", "2"], ["3", "4"]]]


def test_a_name_that_is_lacking_is_a_dash():
    frame = pd.DataFrame({"a": [1, 2]}, index=pd.Index([8, np.nan], name="rank"))
    assert parts(frame)[1] == [["8", "1"], ["\u2013", "2"]]
    assert parts(pd.DataFrame({"a": [1, 2]}, index=pd.Index([0.1 + 0.2, 0.02])))[1] == [["0.30", "1"], ["0.02", "2"]]


def test_groups_of_columns_keep_their_row():
    columns = pd.MultiIndex.from_product([["position", "overlap"], ["predicted", "s.e."]])
    frame = pd.DataFrame([[1.5, 2.5, 3.5, 4.5]], index=pd.Index(["a"], name="matrix"), columns=columns)
    assert parts(frame)[0] == [["", "position", "overlap"], ["matrix", "predicted", "s.e.", "predicted", "s.e."]]
    assert parts(frame)[1] == [["a", "1.5", "2.5", "3.5", "4.5"]]
    unnamed = parts(frame.rename_axis(None))[0]
    assert unnamed[-1] == ["", "predicted", "s.e.", "predicted", "s.e."], "nothing is merged where nothing is named"
