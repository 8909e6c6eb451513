"""The library without its extras works with the oldest versions that pyproject.toml admits."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "tests" / "library"
EXTRA = re.compile(
    r"^(?:from|import) (?:torch|peft|transformers|intruders\.tuning|peft_models|test_checkpoints_peft)\b", re.M
)


def test_library_tests_pass_with_the_oldest_dependencies(tmp_path):
    uv = [sys.executable, "-m", "uv"]
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv"], check=True)
    install = [*uv, "pip", "install", "--quiet", "--resolution", "lowest-direct", "--python", python]
    subprocess.run([*install, f"{ROOT}[dask]", "pytest>=8", "hypothesis>=6.100", "ipykernel>=6.29"], check=True)
    tests = [file for file in sorted(LIBRARY.glob("test_*.py")) if not EXTRA.search(file.read_text(encoding="utf-8"))]
    assert len(tests) > 30
    command = [python, "-m", "pytest", "-p", "no:cacheprovider", *tests]
    subprocess.run(command, cwd=tmp_path, check=True, env=dict(os.environ))  # without what readline adds to its own
