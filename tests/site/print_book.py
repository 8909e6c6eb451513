"""The whole book as one PDF: `make pdf`. Each page of the site is printed by the browser, with bookmarks, page numbers
that run on and a title page with the contents before them; links between pages lead to their section in the PDF."""

import os
import re
import sys
import tomllib
from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from pathlib import Path

import built
import checks
import chromium
from playwright.sync_api import sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, Fit, NameObject, TextStringObject

# A4 in whole pixels: with a fraction of one, the next page's first line would show at the foot.
SHEET = {"width": "794px", "height": "1123px", "margin": dict.fromkeys(("top", "bottom", "left", "right"), "76px")}

FRONT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 11pt/1.5 Charter, Georgia, "Liberation Serif", serif; margin: 0 }}
h1 {{ font-size: 34pt; line-height: 1.1; margin: 90px 0 12px }}
table {{ border-spacing: 0; margin-top: 60px; width: 100% }}
td {{ padding: 2px 0 }}
td + td {{ text-align: right }}
</style><h1>{title}</h1><p>{author}</p><p>Version {version}, {copyright}. {footer}<br>{address}</p>
<table>{rows}</table>"""


# Every heading that is printed, and the ids of its section.
HEADINGS = """[...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].flatMap((one) => {
  if (!one.checkVisibility()) return [];
  const section = one.closest("section");
  const inside = section ? [section, ...section.querySelectorAll("[id]")] : [];
  return [[one.textContent, inside.filter((part) => part.closest("section") === section).map((part) => part.id)]];
})"""


@dataclass(frozen=True)
class Part:
    """A page of the book on paper, with its headings in order and the ids that each of them covers."""

    pdf: bytes
    headings: list[tuple[str, list[str]]] = field(default_factory=list)


def printed(browser, address: str, first: int = 1) -> Part:
    """The page on paper, numbered from `first`."""
    visit = checks.visit(browser, address)
    visit.page.emulate_media(media="print", color_scheme="light")
    visit.page.add_style_tag(content=f"html {{ counter-reset: page {first - 1} }}")
    headings = [(" ".join(text.removesuffix("#").split()), ids) for text, ids in visit.page.evaluate(HEADINGS)]
    pdf = visit.page.pdf(**SHEET, outline=True, tagged=True)
    visit.page.close()
    return Part(pdf, headings)


def front(browser, contents: list[tuple[str, int]]) -> bytes:
    """The title page, with the heading and the number of the first page of every part."""
    project = tomllib.loads((built.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    words = {name: built.CONFIG[name] for name in ("title", "author", "copyright")}
    words |= {
        "version": project["version"],
        "address": built.REPOSITORY,
        "footer": built.CONFIG["html"]["extra_footer"],
    }
    rows = "".join(f"<tr><td>{escape(heading)}</td><td>{number}</td></tr>" for heading, number in contents)
    page = browser.new_page()
    page.set_content(FRONT.format(rows=rows, **{name: escape(word) for name, word in words.items()}))
    pdf = page.pdf(**SHEET, tagged=True)
    page.close()
    return pdf


def joined(parts: dict[str, Part], site: str) -> PdfWriter:
    """One PDF of the parts, each the print of a page below the address `site`."""
    writer, places = PdfWriter(), {}
    for name, part in parts.items():
        start, reader, above = len(writer.pages), PdfReader(BytesIO(part.pdf)), []
        writer.append(reader, import_outline=False)
        places[f"{site}{name}.html"] = start, Fit.fit()
        for (depth, mark), (heading, ids) in zip(_bookmarks(reader.outline), part.headings, strict=True):
            place = start + reader.get_destination_page_number(mark), Fit.xyz(mark.left, mark.top)
            parent = above[depth - 1] if depth else None
            above[depth:] = [writer.add_outline_item(title=heading, page_number=place[0], parent=parent, fit=place[1])]
            places |= {f"{site}{name}.html#{id}": place for id in ids}
    for page in writer.pages:
        for annotation in page.get("/Annots", []):
            link = annotation.get_object()
            address = re.sub(r"\?[^#]*", "", link.get("/A", {}).get("/URI", ""))
            if place := places.get(address, places.get(address.partition("#")[0])):
                target = [writer.pages[place[0]].indirect_reference, NameObject(place[1].fit_type), *place[1].fit_args]
                action = {NameObject("/S"): NameObject("/GoTo"), NameObject("/D"): ArrayObject(target)}
                link[NameObject("/A")] = DictionaryObject(action)
    writer.add_metadata({"/Title": built.CONFIG["title"], "/Author": built.CONFIG["author"]})
    writer.root_object[NameObject("/Lang")] = TextStringObject("en")
    return writer


def _bookmarks(outline: list, depth: int = 0):
    """Every entry of a PDF's outline with its depth, in order."""
    for entry in outline:
        if isinstance(entry, list):
            yield from _bookmarks(entry, depth + 1)
        else:
            yield depth, entry


if __name__ == "__main__":
    target = Path(sys.argv[1])
    with sync_playwright() as playwright, built.served(built.HTML, built.PREFIX) as site:
        browser = chromium.launch(playwright)
        parts, contents, number = {}, [], 1
        for page in built.PAGES:
            parts[page] = printed(browser, f"{site}{page}.html", number)
            contents.append((parts[page].headings[0][0], number))
            number += len(PdfReader(BytesIO(parts[page].pdf)).pages)
            print(f"{page}: to page {number - 1}", flush=True)
        parts = {"": Part(front(browser, contents)), **parts}
        browser.close()
    new = target.with_name(f"{target.name}.new")
    joined(parts, site).write(new)
    os.replace(new, target)
    print(target)
