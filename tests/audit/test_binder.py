"""Binder: its environment is small and has no CUDA, every chapter gives in it what the book shows, and JupyterLab
shows the chapter. The steps are those of repo2docker, in a folder."""

import os
import re
import socket
import subprocess
import time
import urllib.request

import chromium
import clean_machine
import pytest
from playwright.sync_api import sync_playwright

SIZE = 2_000_000_000  # bytes
BASE = ["jupyterlab"]  # what repo2docker installs first
TESTS = ["nbval", "pytest"]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    return clean_machine.clone(tmp_path_factory.mktemp("binder") / "clone")


@pytest.fixture(scope="module")
def python(clone):
    version = re.search(r"[\d.]+", (clone / "binder" / "runtime.txt").read_text())[0]
    python = clean_machine.environment(clone.parent / "environment", version)
    install(python, "-r", "binder/requirements.txt", cwd=clone)
    return python


def install(python, *what, cwd):
    """With pip, as repo2docker; an index that cannot be reached is asked once, not for every package six times."""
    clean_machine.run(python, "-m", "pip", "install", "--quiet", "--retries=0", *what, cwd=cwd)


def test_environment_is_small(python):
    folder = python.parents[1]
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert sum(path.stat().st_size for path in files) < SIZE
    assert not list(folder.glob("lib/*/site-packages/nvidia*"))


def test_chapters_give_what_the_book_shows(python, clone):
    install(python, *TESTS, "-c", "requirements.txt", cwd=clone)
    options = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=300", "-p", "no:cacheprovider"]
    clean_machine.run(python, "-m", "pytest", *options, "chapters", cwd=clone)


@pytest.fixture
def lab(python, clone):
    """The address of a JupyterLab, started in the clone."""
    install(python, *BASE, "-c", "requirements.txt", cwd=clone)
    home = {"HOME": str(clone.parent)}
    clean_machine.run("binder/postBuild", cwd=clone, **home)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", f"--port={port}", "--IdentityProvider.token=", "--allow-root"]
    server = subprocess.Popen([python, "-m", "jupyter", "lab", *options], cwd=clone, env=os.environ | home)
    address = f"http://127.0.0.1:{port}"
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{address}/api", timeout=5).close()
            break
        except OSError:
            time.sleep(0.5)
    yield address
    server.terminate()
    server.wait(30)


def test_jupyterlab_shows_the_chapter(lab):
    with sync_playwright() as playwright:
        page = chromium.launch(playwright).new_page(viewport={"width": 1400, "height": 30_000})
        page.goto(f"{lab}/lab/tree/chapters/02-stieltjes.ipynb")  # what the button of the chapter opens
        page.locator(".myst-proof").get_by_text("Inversion, atoms, moments, limits").wait_for(timeout=60_000)
        page.wait_for_function("document.querySelectorAll('.katex').length > 300")
        page.wait_for_function("!/:::|{prf:|[$][$]/.test(document.querySelector('.jp-Notebook').innerText)")
        heights = page.evaluate("[...document.querySelectorAll('aside.myst-aside')].map((note) => note.offsetHeight)")
        assert len(heights) > 3 and min(heights) > 20, "a margin note is hidden"
