"""Every page in Lighthouse: accessibility 100, best practices and search engines at least 95. Needs npm."""

import json
import os
import subprocess

import built
import chromium
import pytest

VERSION = "12.8.2"
SCORES = {"accessibility": 1.0, "best-practices": 0.95, "seo": 0.95}


@pytest.fixture(scope="module")
def lighthouse(tmp_path_factory):
    """A function from an address to its scores."""
    folder = tmp_path_factory.mktemp("lighthouse")
    subprocess.run(["npm", "install", "--silent", "--no-audit", f"lighthouse@{VERSION}"], cwd=folder, check=True)

    def scores(address):
        report = folder / "report.json"
        report.unlink(missing_ok=True)
        options = [f"--only-categories={','.join(SCORES)}", "--throttling-method=provided", "--quiet"]
        options += ["--output=json", f"--output-path={report}", f"--chrome-flags=--headless {' '.join(flags())}"]
        environment = os.environ | {"CHROME_PATH": next(chromium.executables())}
        command = [folder / "node_modules" / ".bin" / "lighthouse", address, *options]
        subprocess.run(command, env=environment, check=True)
        categories = json.loads(report.read_text(encoding="utf-8"))["categories"]
        return {name: category["score"] for name, category in categories.items()}

    return scores


def flags():
    return [flag for flag in chromium.FLAGS if " " not in flag]


def missed(scores):
    return {name: (score, SCORES[name]) for name, score in scores.items() if score < SCORES[name]}


@pytest.mark.parametrize("page", [*built.PAGES, "search"])
def test_scores(lighthouse, page):
    with built.served(built.HTML, built.PREFIX) as site:
        assert missed(lighthouse(f"{site}{page}.html")) == {}


def test_a_page_with_faults_is_told(lighthouse, tmp_path):
    (tmp_path / "index.html").write_text("<html><body><img src='missing.png'><a href='#'>here</a></body></html>")
    with built.served(tmp_path) as site:
        assert missed(lighthouse(f"{site}index.html")).keys() == SCORES.keys()
