"""The whole book as one PDF with bookmarks: `make pdf`. Each page is printed by the browser, and links between pages
lead to that page in the PDF."""

import os
import re
import sys
from io import BytesIO
from pathlib import Path

import built
import checks
import chromium
from playwright.sync_api import sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject

MARGIN = dict.fromkeys(("top", "bottom", "left", "right"), "20mm")


def printed(browser, address: str) -> bytes:
    visit = checks.visit(browser, address)
    visit.page.emulate_media(media="print", color_scheme="light")
    pdf = visit.page.pdf(format="A4", margin=MARGIN, outline=True, tagged=True)
    visit.page.close()
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
    return writer


if __name__ == "__main__":
    target = Path(sys.argv[1])
    with sync_playwright() as playwright, built.served(built.HTML, built.PREFIX) as site:
        browser = chromium.launch(playwright)
        parts = {}
        for page in built.PAGES:
            parts[page] = printed(browser, f"{site}{page}.html")
            print(f"{page}: {len(PdfReader(BytesIO(parts[page])).pages)} pages", flush=True)
        browser.close()
    new = target.with_name(f"{target.name}.new")
    joined(parts, site).write(new)
    os.replace(new, target)
    print(target)
