"""The whole book as one PDF: `make pdf`. Each page of the site is printed by the browser, with bookmarks, page numbers
that run on and a title page with the contents before them; links between pages lead to that page in the PDF."""

import os
import re
import sys
import tomllib
from html import escape
from io import BytesIO
from pathlib import Path

import built
import checks
import chromium
from playwright.sync_api import sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

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


def printed(browser, address: str, first: int = 1) -> tuple[str, bytes]:
    """The heading of a page, and the page on paper, numbered from `first`."""
    visit = checks.visit(browser, address)
    visit.page.emulate_media(media="print", color_scheme="light")
    visit.page.add_style_tag(content=f"html {{ counter-reset: page {first - 1} }}")
    heading = visit.page.locator("h1").first.inner_text().removesuffix("#").strip()
    pdf = visit.page.pdf(**SHEET, outline=True, tagged=True)
    visit.page.close()
    return heading, pdf


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


def joined(parts: dict[str, bytes], site: str) -> PdfWriter:
    """One PDF of the parts, each the print of a page below the address `site`."""
    writer, starts = PdfWriter(), {}
    for name, pdf in parts.items():
        starts[name] = len(writer.pages)
        writer.append(PdfReader(BytesIO(pdf)), import_outline=True)
    for page in writer.pages:
        for annotation in page.get("/Annots", []):
            link = annotation.get_object()
            address = link.get("/A", {}).get("/URI", "")
            start = starts.get(re.sub(r"\.html.*", "", address.removeprefix(site)))
            if address.startswith(site) and start is not None:
                place = ArrayObject([writer.pages[start].indirect_reference, NameObject("/Fit")])
                action = {NameObject("/S"): NameObject("/GoTo"), NameObject("/D"): place}
                link[NameObject("/A")] = DictionaryObject(action)
    writer.add_metadata({"/Title": built.CONFIG["title"], "/Author": built.CONFIG["author"]})
    writer.root_object[NameObject("/Lang")] = TextStringObject("en")
    return writer


if __name__ == "__main__":
    target = Path(sys.argv[1])
    with sync_playwright() as playwright, built.served(built.HTML, built.PREFIX) as site:
        browser = chromium.launch(playwright)
        parts, contents, number = {}, [], 1
        for page in built.PAGES:
            heading, parts[page] = printed(browser, f"{site}{page}.html", number)
            contents.append((heading, number))
            number += len(PdfReader(BytesIO(parts[page])).pages)
            print(f"{page}: to page {number - 1}", flush=True)
        parts = {"": front(browser, contents), **parts}
        browser.close()
    new = target.with_name(f"{target.name}.new")
    joined(parts, site).write(new)
    os.replace(new, target)
    print(target)
