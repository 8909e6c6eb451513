"""What is true of every explorable."""

import json
import re

import numpy as np

from intruders.show.explore import Explorable


def feels_continuous(explorable: Explorable) -> None:
    steps = np.diff(explorable.values)
    assert len(explorable.values) >= 40
    assert np.allclose(steps, explorable.values[1] - explorable.values[0])
    assert explorable.start in explorable.values


def page_is_light(explorable: Explorable, largest: int = 150_000) -> str:
    """The page, the same twice, with a path for every curve that the script moves."""
    page = explorable._repr_html_()
    assert page == explorable._repr_html_()
    assert len(page) < largest
    data = json.loads(re.search(r'json">(.*)</script>', page)[1])
    for curve in data["curves"]:
        assert re.search(rf'id="{curve}">\s*<path', page), "the script moves this path"
    return page
