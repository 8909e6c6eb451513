"""The table of claims is narrowed by words and by what stands in its columns, and the address keeps what was asked."""

import checks
import pytest
from built import PREFIX

from intruders.claims import CONDITIONS, WRONG, Claim, load

CLAIMS = [entry for _, entry in sorted(load().items()) if isinstance(entry, Claim)]


@pytest.fixture
def table(browser, site):
    page = browser.new_page(viewport=checks.WIDE)
    page.set_default_timeout(10_000)
    yield lambda query="": page.goto(f"{site}chapters/claims.html{query}") and page
    page.close()


def shown(page):
    rows = page.locator(".filtered tbody tr:visible").all()
    found = [row.locator("td").first.inner_text() for row in rows]
    assert page.locator(".filter output").inner_text() == f"{len(found)} of {len(CLAIMS)}"
    return found


def of(verdict):
    return [claim.id for claim in CLAIMS if claim.verdict == verdict]


def test_everything_at_first(table):
    assert shown(table()) == [claim.id for claim in CLAIMS]


def test_by_verdict_with_the_keyboard(table):
    page = table()
    page.locator(".filter input").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "verdict"
    page.keyboard.type(WRONG)
    assert shown(page) == of(WRONG)
    assert page.url.endswith(f"{PREFIX}chapters/claims.html?verdict={WRONG}")


def test_by_words_and_source(table):
    page = table()
    page.locator(".filter input").fill("a spike")
    page.locator(".filter select[name='said in']").select_option("report")
    found = shown(page)
    assert 0 < len(found) < len(CLAIMS)
    texts = page.locator(".filtered tbody tr:visible").all_inner_texts()
    assert all("report" in text and "a" in text.lower() and "spike" in text.lower() for text in texts)
    page.locator(".filter input").fill("no claim says this")
    assert shown(page) == []
    page.locator(".filter input").fill("")
    page.locator(".filter select[name='said in']").select_option("")
    assert len(shown(page)) == len(CLAIMS) and "?" not in page.url


def test_the_address_asks(table):
    assert shown(table(f"?verdict={CONDITIONS.replace(' ', '+')}")) == of(CONDITIONS)


def test_a_claim_leads_to_its_entry(table):
    page = table()
    page.locator(".filtered tbody tr a").first.click()
    assert page.locator("h2:visible").filter(has_text=CLAIMS[0].title).count() == 1
