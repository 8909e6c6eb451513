"""Shared by the tests of figures."""

import matplotlib.pyplot as plt
import pytest

from intruders.show import figures


@pytest.fixture
def style():
    """The book's style; asked for by `pytestmark = pytest.mark.usefixtures("style")`."""
    with plt.rc_context(figures.STYLE):
        yield
    plt.close("all")
