import built
import chromium
import pytest
from playwright.sync_api import sync_playwright


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        try:
            browser = chromium.launch(playwright)
        except RuntimeError as error:
            pytest.fail(str(error), pytrace=False)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site():
    """The address of the built book."""
    if not (built.HTML / "index.html").exists():
        pytest.fail(f"{built.HTML} is missing: run `make book`", pytrace=False)
    with built.served(built.HTML, built.PREFIX) as address:
        yield address
