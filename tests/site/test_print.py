"""The PDF: the pages in order and numbered, with bookmarks, and links between them that stay inside."""

from io import BytesIO

import print_book
import pytest
from built import served
from pypdf import PdfReader

NUMBERS = "<style>@page { @bottom-center { content: counter(page) } }</style>"
HEAD = f"<!doctype html><html lang='en'><meta charset='utf-8'><title>x</title>{NUMBERS}"
PAGES = {
    "a": "<h1>First</h1><p><a href='b.html#inside'>next</a> <a href='b.html?x=1'>page</a>"
    " <a href='https://elsewhere.test/b.html'>away</a></p>",
    "b": "<h1>Second</h1><section><h2>There and<br> on</h2><p id='inside'><a href='gone.html'>not of the book</a>"
    "</p></section><h2 hidden>Nowhere</h2>",
}


@pytest.fixture(scope="module")
def pdf(browser, tmp_path_factory):
    folder = tmp_path_factory.mktemp("print")
    for name, body in PAGES.items():
        (folder / f"{name}.html").write_text(HEAD + body, encoding="utf-8")
    with served(folder) as site:
        parts = {}
        for number, (name, heading) in enumerate({"a": "First", "b": "Second"}.items(), 7):
            parts[name] = print_book.printed(browser, f"{site}{name}.html", number)
            assert parts[name].headings[0][0] == heading
        written = BytesIO()
        print_book.joined(parts, site).write(written)
    return PdfReader(written)


def test_pages_and_bookmarks(pdf):
    assert [{"First", "Second"} & set(page.extract_text().split()) for page in pdf.pages] == [{"First"}, {"Second"}]
    first, second, below = pdf.outline
    assert (first.title, second.title, below[0].title) == ("First", "Second", "There and on")
    assert pdf.get_destination_page_number(second) == 1


def test_numbers_run_on(pdf):
    assert [set("78") & set(page.extract_text().split()) for page in pdf.pages] == [{"7"}, {"8"}]


def test_front(browser):
    pdf = PdfReader(BytesIO(print_book.front(browser, [("Notation", 4), ("1. A & B", 17)])))
    (page,) = pdf.pages
    assert "Intruder Dimensions" in page.extract_text() and "Version" in page.extract_text()
    assert [line for line in page.extract_text().splitlines() if line[-1:].isdigit()][-1].endswith("17")
    assert "1. A & B" in page.extract_text()


def test_says_what_it_is(pdf):
    assert (pdf.metadata.title, pdf.root_object["/Lang"]) == ("Intruder Dimensions", "en")


def test_links(pdf):
    inside, whole, away, gone = (link.get_object()["/A"] for page in pdf.pages for link in page["/Annots"])
    heading = pdf.outline[-1][0]
    assert inside["/S"] == "/GoTo" and inside["/D"][0].get_object() == pdf.pages[1]
    assert float(inside["/D"][3]) == heading.top < pdf.outline[-2].top, "a link leads to its section"
    assert whole["/D"][0].get_object() == pdf.pages[1] and whole["/D"][1] == "/Fit"
    assert away["/URI"] == "https://elsewhere.test/b.html"
    assert gone["/URI"].endswith("/gone.html")
