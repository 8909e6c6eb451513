"""The library works with the oldest versions that pyproject.toml admits, as some user has them installed."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_library_tests_pass_with_the_oldest_dependencies(tmp_path):
    uv = [sys.executable, "-m", "uv"]
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv"], check=True)
    install = [*uv, "pip", "install", "--quiet", "--resolution", "lowest-direct", "--python", python]
    subprocess.run([*install, ROOT, "pytest>=8", "hypothesis>=6.100", "ipykernel>=6.29"], check=True)
    tests = [ROOT / "tests" / "library", f"--ignore={ROOT}/tests/library/test_tuning.py"]
    subprocess.run([python, "-m", "pytest", "-p", "no:cacheprovider", *tests], cwd=tmp_path, check=True)
