"""An explorable shows in the browser what the library computes, and the page's address is its state."""

import importlib
import pkgutil

import checks
import pytest
from built import CHAPTERS

from intruders import show
from intruders.show.explore import Explorable

MODULES = [importlib.import_module(f"intruders.show.{module.name}") for module in pkgutil.iter_modules(show.__path__)]
KNOWN = {one.name: one for module in MODULES for one in vars(module).values() if isinstance(one, Explorable)}
MADE_FROM_DATA = {"arrival", "cutoff", "rate", "shrink"}  # by their chapters, whose outputs nbval compares


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page(viewport=checks.WIDE)
    page.set_default_timeout(10_000)
    yield page
    page.close()


def said(page, name):
    return page.locator(f"#explore-{name} output").inner_text()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_says_what_the_library_says(page, site, chapter):
    page.goto(f"{site}{chapter}.html", wait_until="domcontentloaded")
    names = page.evaluate("[...document.querySelectorAll('[data-explorable]')].map((one) => one.id.slice(8))")
    assert set(names) <= {*KNOWN, *MADE_FROM_DATA}
    for name in KNOWN.keys() & set(names):
        values = KNOWN[name].values
        for index in (0, len(values) // 3, len(values) - 1):
            page.locator(f"#explore-{name} input").fill(str(index))
            assert said(page, name) == KNOWN[name].frame(float(values[index])).says


def test_the_address_is_the_state(page, site):
    address = f"{site}chapters/04-bbp-transition.html"
    page.goto(f"{address}?bbp=1.26#explore-bbp")
    shown = said(page, "bbp")
    assert shown == KNOWN["bbp"].frame(1.25).says != KNOWN["bbp"].frame(KNOWN["bbp"].start).says
    picture = page.locator("#explore-bbp .explorable-picture").inner_html()
    page.locator("#explore-bbp input").press("ArrowRight")
    assert page.url == f"{address}?bbp=1.3#explore-bbp"
    assert page.locator("#explore-bbp .explorable-picture").inner_html() != picture
    page.locator("#explore-bbp input").press("ArrowLeft")
    page.reload()
    assert said(page, "bbp") == shown
    assert page.locator("#explore-bbp .explorable-picture").inner_html() == picture
    page.goto(f"{address}?bbp=nonsense&other=2")
    assert said(page, "bbp") == KNOWN["bbp"].frame(KNOWN["bbp"].start).says
