"""Every page of the table of contents, and the search page, passes every check."""

import checks
import pytest
from built import PAGES


@pytest.fixture(scope="module", params=[*PAGES, "search"])
def visit(request, browser, site):
    visit = checks.visit(browser, f"{site}{request.param}.html")
    yield visit
    visit.page.close()


@pytest.mark.parametrize("check", checks.ALL, ids=lambda check: check.__name__)
def test_page(visit, check):
    problems = check(visit)
    assert not problems, "\n".join([visit.page.url, *problems])


@pytest.mark.parametrize("name", PAGES)
def test_little_moves_on_a_phone(name, browser, site):
    visit = checks.visit(browser, f"{site}{name}.html", checks.NARROW)
    problems = checks.layout_shift(visit)
    visit.page.close()
    assert problems == []


def test_first_page_is_light(browser, site):
    visit = checks.visit(browser, f"{site}{PAGES[0]}.html")
    problems = checks.weight(visit, heaviest=1_000_000)
    visit.page.close()
    assert problems == []
