"""What the book has as a whole. problems(root) says which file lacks it."""

import os
import re
import tomllib
from pathlib import Path

import yaml

LARGEST_BOOK = 12_000_000  # bytes, of all notebooks
OTHERS: set[str] = set()  # the repositories of other people that the book names, as "owner/name"

HOSTS = r"(?:github\.com|githubusercontent\.com|colab\.research\.google\.com/github|mybinder\.org/v2/gh)"
MENTION = re.compile(HOSTS + r"[/:]([\w.-]+/[\w.-]+)(?:@v([\w.]+))?")
PAGES = re.compile(r"\b([\w-]+)\.github\.io/([\w.-]+)")


def settings(root: Path) -> tuple[str, str]:
    """The address of _config.yml and the version of pyproject.toml, which every other file repeats."""
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return config["repository"]["url"], project["project"]["version"]


def problems(root: Path) -> list[str]:
    return [*contents(root), *sizes(root), *citation(root), *addresses(root)]


def contents(root: Path):
    listed = set(files_of(yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))))
    present = {
        path.relative_to(root).with_suffix("").as_posix(): path.name
        for path in (root / "chapters").iterdir()
        if path.suffix in (".ipynb", ".md")
    }
    for file in sorted(present.keys() - listed):
        yield f"_toc.yml: chapters/{present[file]} is missing, expected every file of chapters/"
    for file in sorted(listed - present.keys()):
        yield f"_toc.yml: {file} does not exist, expected a file of chapters/"
    for name in sorted(present.values()):
        if name.endswith(".ipynb") and not re.fullmatch(r"(\d\d[a-z]?-[a-z0-9-]+|[a-z][a-z-]*)\.ipynb", name):
            yield f"chapters/{name}: expected a name like 04-bbp-transition.ipynb, or advice.ipynb for a page"


def files_of(toc):
    if isinstance(toc, list):
        for entry in toc:
            yield from files_of(entry)
    elif isinstance(toc, dict):
        yield from (toc[key] for key in ("root", "file") if key in toc)
        for key in ("parts", "chapters", "sections"):
            yield from files_of(toc.get(key))


def sizes(root: Path):
    if (size := sum(path.stat().st_size for path in root.glob("chapters/*.ipynb"))) > LARGEST_BOOK:
        yield f"chapters/*.ipynb: {size} bytes in all, expected at most {LARGEST_BOOK}"


def citation(root: Path):
    version = settings(root)[1]
    came = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8")).get("version")
    if came != version:
        yield f"CITATION.cff: version {came}, expected {version} as in pyproject.toml"


def addresses(root: Path):
    address, version = settings(root)
    ours = address.removeprefix("https://github.com/")
    for path in texts(root):
        content = path.read_text(encoding="utf-8", errors="ignore")
        mentions = MENTION.findall(content) + [(f"{owner}/{name}", "") for owner, name in PAGES.findall(content)]
        for name, tag in mentions:
            name = name.rstrip(".").removesuffix(".git")
            if name != ours and name not in OTHERS:
                yield f"{path.relative_to(root)}: the repository {name}, expected {ours} as in _config.yml"
            elif tag and tag != version:
                yield f"{path.relative_to(root)}: the tag v{tag}, expected v{version} as in pyproject.toml"


def texts(root: Path):
    """Every file of the project that is not built, installed or binary data."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            name
            for name in folders
            if (name in (".github", ".ci") or not name.startswith((".", "_build", "dist", "__pycache__")))
            and not Path(folder, name, "pyvenv.cfg").exists()
        )
        yield from (Path(folder, name) for name in sorted(names) if not name.endswith((".parquet", ".png")))
