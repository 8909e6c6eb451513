"""Pictures of every page, at both widths, light and dark, for the eye: `make screenshots` puts them in _build."""

import sys
from itertools import product
from pathlib import Path

import built
import checks
import chromium
from playwright.sync_api import sync_playwright

SLICE = 4000  # pixels: a chapter is longer than one picture can be


def shoot(browser, address: str, name: str, folder: Path) -> None:
    visit = checks.visit(browser, address)
    for (width, viewport), scheme in product({"desk": checks.WIDE, "phone": checks.NARROW}.items(), ("light", "dark")):
        visit.page.set_viewport_size(viewport)
        visit.page.emulate_media(color_scheme=scheme)
        visit.page.wait_for_timeout(200)
        height = visit.page.evaluate("document.documentElement.scrollHeight")
        for number, top in enumerate(range(0, height, SLICE)):
            clip = {"x": 0, "y": top, "width": viewport["width"], "height": min(SLICE, height - top)}
            path = folder / f"{name}-{width}-{scheme}-{number}.png"
            visit.page.screenshot(path=path, full_page=True, clip=clip)
    visit.page.close()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, built.served(built.HTML, built.PREFIX) as site:
        browser = chromium.launch(playwright)
        for page in [*built.PAGES, "search"]:
            shoot(browser, f"{site}{page}.html", Path(page).name, target)
            print(f"{target}/{Path(page).name}-*.png", flush=True)
        browser.close()
