"""What is true of the site as a whole."""

import itertools
import re
import struct
from pathlib import Path
from urllib.parse import quote, urlsplit

import checks
import pytest
from built import BRANCH, CHAPTERS, HTML, PAGES, PREFIX, REPOSITORY, ROOT


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport=checks.WIDE, color_scheme="light")
    page.set_default_timeout(10_000)
    yield page
    page.close()


def links(page):
    return page.evaluate("[...document.links].map((link) => link.href)")


def test_only_the_table_of_contents_is_built(site):
    built = {path.relative_to(HTML).with_suffix("").as_posix() for path in HTML.rglob("*.html")}
    built = {name for name in built if not name.startswith("_static/")}
    assert built == {*PAGES, "index", "search", "404"}, "a left-over page goes away with `make clean`"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_launch_buttons_and_download(page, site, chapter):
    page.goto(f"{site}{chapter}.html", wait_until="domcontentloaded")
    name = REPOSITORY.removeprefix("https://github.com/")
    expected = {
        REPOSITORY,
        f"https://colab.research.google.com/github/{name}/blob/{BRANCH}/{chapter}.ipynb",
        f"https://mybinder.org/v2/gh/{name}/{BRANCH}?urlpath=lab/tree/{chapter}.ipynb",
        f"{site}_sources/{chapter}.ipynb",
    }
    assert expected <= set(links(page))
    download = page.request.get(f"{site}_sources/{chapter}.ipynb")
    assert download.body() == (ROOT / f"{chapter}.ipynb").read_bytes()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_numbers_come_from_the_file_name(page, site, chapter):
    """Theorem 4.1, Figure 4.1, Exercise 4.1, (4.1) in chapters/04-..., wherever the contents have it."""
    number = Path(chapter).name.split("-")[0].lstrip("0")
    page.goto(f"{site}{chapter}.html", wait_until="domcontentloaded")
    title = page.locator("h1 .section-number").first.inner_text()
    assert title == f"{number}. "
    sidebar = page.locator(".bd-docs-nav .current > a").first.inner_text()
    assert sidebar.startswith(f"{number}. ")
    sections = page.locator("h2 .section-number").all_inner_texts()
    assert sections == [f"{number}.{k}. " for k in range(1, len(sections) + 1)]
    assert page.locator("h3 .section-number").count() == 0
    for things in ("figcaption .caption-number", ".theorem .caption-number", ".exercise .caption-number", ".eqno"):
        found = [re.search(r"\d+[a-z]?\.\d+", text)[0] for text in page.locator(things).all_inner_texts()]
        assert found == [f"{number}.{k}" for k in range(1, len(found) + 1)], things
    solutions = page.locator(".solution > summary").all_inner_texts()
    assert solutions == [f"Solution to Exercise {number}.{k}" for k in range(1, len(solutions) + 1)]


@pytest.mark.parametrize(("before", "after"), list(itertools.pairwise(PAGES)))
def test_next_page_carries_its_number(page, site, before, after):
    page.goto(f"{site}{before}.html", wait_until="domcontentloaded")
    text = page.locator(".right-next .prev-next-title").inner_text()
    number = re.match(r"0*(\d+[a-z]?)-", Path(after).name)
    assert text.startswith(f"{number[1]}. ") if number else not text[0].isdigit()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_solutions_unfold(page, site, chapter):
    page.goto(f"{site}{chapter}.html", wait_until="domcontentloaded")
    solution = page.locator("details.solution").first
    cell = solution.locator(".cell_output").first
    assert not cell.is_visible()
    solution.locator("summary").press("Enter")
    assert cell.is_visible()


def test_chapters_have_explorables(page, site):
    page.goto(f"{site}{CHAPTERS[0]}.html")
    assert page.locator("[data-explorable] input:visible").count() > 0


def found(page, site, words):
    """The pages that a search for these words finds, the best first."""
    page.goto(f"{site}search.html?q={quote(words)}")
    page.locator(".search-summary").get_by_text(re.compile("finished|did not match")).wait_for()
    hrefs = [link.get_attribute("href") for link in page.locator("#search-results li > a").all()]
    return list(dict.fromkeys(urlsplit(href).path.removesuffix(".html") for href in hrefs))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_search_finds_theorems_by_name(page, site, chapter):
    page.goto(f"{site}{chapter}.html", wait_until="domcontentloaded")
    title = page.locator(".proof .admonition-title").first.inner_text()
    name = re.search(r"\((.+)\)", title)[1]
    assert chapter in found(page, site, name)


@pytest.mark.parametrize("symbol", ["θ", "gamma", "D(z)"])
def test_search_finds_symbols(page, site, symbol):
    assert found(page, site, symbol)[0] == "chapters/notation"


def test_search_finds_nothing_where_there_is_nothing(page, site):
    assert found(page, site, "Kolmogorovs butterfly") == []


@pytest.mark.parametrize("name", PAGES)
def test_preview(page, site, name):
    """What a link to the page shows: a description without formulas, and a picture of the size that is asked for."""
    page.goto(f"{site}{name}.html", wait_until="domcontentloaded")
    said = [
        page.locator(f"meta[{key}]").get_attribute("content")
        for key in ("name=description", "property='og:description'")
    ]
    assert said[0] == said[1] and 50 <= len(said[0]) <= 220
    assert not re.search(r"[\\$\ufffc]", said[0])
    image = page.locator("meta[property='og:image']").get_attribute("content")
    picture = (HTML / image.split(PREFIX, 1)[1]).read_bytes()
    assert struct.unpack(">II", picture[16:24]) == (1200, 630)


def test_sitemap_has_every_page():
    addresses = re.findall(
        r"<loc>[^<]*?(chapters/[^<]*)\.html</loc>", (HTML / "sitemap.xml").read_text(encoding="utf-8")
    )
    assert sorted(addresses) == sorted(PAGES)


def test_dark_mode_button(page, site):
    page.goto(f"{site}{PAGES[0]}.html")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    button = page.locator(".theme-switch-button:visible")
    for _ in range(3):
        if page.evaluate("document.documentElement.dataset.mode") != "dark":
            button.click()
    assert page.evaluate(background) != light
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("address", ["gone", "chapters/gone.html", "a/b/c/gone"])
def test_page_not_found(browser, site, address):
    visit = checks.visit(browser, site + address)
    assert visit.status == 404
    assert visit.page.locator("article h1").inner_text() == "Page not found"
    assert [error for error in visit.errors if address not in error] == []
    assert checks.other_hosts(visit) == checks.light(visit) == checks.dark(visit) == checks.sideways(visit) == []
    visit.page.locator("article").get_by_text("first page").click()
    assert visit.page.url == f"{site}{PAGES[0]}.html"


def test_opens_without_a_server(browser):
    for chapter in CHAPTERS:
        visit = checks.visit(browser, (HTML / f"{chapter}.html").as_uri())
        assert checks.mathematics(visit) == checks.console(visit) == checks.other_hosts(visit) == []
        visit.page.goto((HTML / "index.html").as_uri())
        visit.page.wait_for_url(f"**/{PAGES[0]}.html")
        assert checks.console(visit) == []
        visit.page.close()
