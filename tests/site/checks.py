"""What a page of the book must hold: each check takes a Visit and returns its problems, one line each."""

import contextlib
import gzip
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page, Response

HEAVIEST = 2_000_000  # bytes of a first visit, compressed
MOVED = 0.05  # cumulative layout shift

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

DOCUMENT = Path(__file__).with_name("checks.js").read_text()


@dataclass
class Visit:
    """A page, opened, with all that happened while it loaded and afterwards."""

    page: Page
    status: int = 0
    moved: float = 0.0
    requests: list[str] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def visit(browser, address, viewport=WIDE):
    """Opens an address in a fresh profile and waits for its mathematics; every fold is open."""
    visit = Visit(browser.new_page(viewport=viewport, color_scheme="light", reduced_motion="reduce"))
    visit.page.on("request", lambda request: visit.requests.append(request.url))
    visit.page.on("response", lambda response: visit.responses.append(response))
    visit.page.on("pageerror", lambda error: visit.errors.append(f"error in a script: {error}"))
    visit.page.on(
        "console",
        lambda line: line.type == "error" and visit.errors.append(f"{line.location['url']}: {line.text}"),
    )
    response = visit.page.goto(address)
    visit.status = response.status if response else 0
    visit.page.evaluate("window.MathJax?.startup?.promise")
    visit.moved = visit.page.evaluate(f"{DOCUMENT}.moved()")
    visit.page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    return visit


def status(visit):
    return [] if visit.status == 200 else [f"answers {visit.status}, expected 200"]


def console(visit):
    return visit.errors


def other_hosts(visit):
    here = urlsplit(visit.page.url).netloc
    outside = {url for url in visit.requests if url.startswith(("http", "ws")) and urlsplit(url).netloc != here}
    return [f"asks another host: {url}" for url in sorted(outside)]


def live_machinery(visit):
    """The published page needs no kernel, so nothing that would look for one may be there."""
    scripts = visit.page.evaluate("[...document.scripts].map((s) => s.src || s.text.slice(0, 200))")
    return [
        f"script of {name}: {script[:100]}"
        for script in scripts
        for name in ("thebe", "require.js", "require.min.js", "html-manager", "embed-amd")
        if name in script
    ]


def weight(visit, heaviest=HEAVIEST):
    """What a first visit brings over the network, if the server compresses it."""
    size = 0
    for response in visit.responses:
        with contextlib.suppress(Error):  # what a redirection answers has no body
            body = response.body()
            size += min(len(body), len(gzip.compress(body, 6)))
    return [f"{size} bytes compressed, expected at most {heaviest}"] if size > heaviest else []


def layout_shift(visit):
    """What moves while the page loads and its mathematics is typeset."""
    return [f"cumulative layout shift {visit.moved:.3f}, expected at most {MOVED}"] if visit.moved > MOVED else []


def mathematics(visit):
    return visit.page.evaluate(f"{DOCUMENT}.mathematics()")


def images(visit):
    return visit.page.evaluate(f"{DOCUMENT}.images()")


def sideways(visit):
    """On a phone, and where the margin notes move from the text to its side."""
    problems = []
    for viewport in (NARROW, {"width": 1199, "height": 900}, {"width": 1200, "height": 900}):
        visit.page.set_viewport_size(viewport)
        problems += visit.page.evaluate(f"{DOCUMENT}.sideways()")
    visit.page.set_viewport_size(WIDE)
    return problems


def accessibility(visit, scheme):
    visit.page.emulate_media(color_scheme=scheme)
    visit.page.wait_for_function(
        "(scheme) => (document.documentElement.dataset.theme ?? scheme) === scheme", arg=scheme, timeout=5000
    )
    visit.page.evaluate("Promise.all(document.getAnimations().map((animation) => animation.finished))")
    violations = Axe().run(visit.page).response["violations"]
    return [
        f"{violation['id']}: {violation['help']}: {node['target'][0]} {node['html'][:120]}"
        for violation in violations
        for node in violation["nodes"]
    ]


def light(visit):
    return accessibility(visit, "light")


def dark(visit):
    return accessibility(visit, "dark")


def explorables(visit):
    """Every explorable redraws its figure and announces a value, by keyboard, by mouse and by touch."""
    problems = []
    for figure in visit.page.locator(".explorable").all():
        name = f"#{figure.get_attribute('id')}"
        control = figure.locator("input[type=range]")
        if control.count() != 1 or not control.is_visible():
            problems.append(f"{name}: no slider to be seen")
            continue
        for how, move in {"keyboard": by_keyboard, "mouse": by_mouse, "touch": by_touch}.items():
            control.press("Home")
            before = state(figure)
            move(visit.page, control)
            unchanged = [part for part, value in state(figure).items() if value == before[part]]
            problems += [f"{name}: the {part} stays the same by {how}" for part in unchanged]
    return problems


def by_keyboard(page, control):
    for _ in range(int(control.evaluate("(slider) => (slider.max - slider.min) / (slider.step || 1) / 2"))):
        page.keyboard.press("ArrowRight")


def by_mouse(page, control):
    control.scroll_into_view_if_needed()
    box = control.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 10, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], y, steps=4)
    page.mouse.up()


def by_touch(page, control):
    """A finger put down near the left end and drawn to the right."""
    control.scroll_into_view_if_needed()
    box = control.bounding_box()
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    y = box["y"] + box["height"] / 2
    for share in (0.1, 0.3, 0.6, 0.8):
        kind = "touchStart" if share == 0.1 else "touchMove"
        point = {"x": box["x"] + share * box["width"], "y": y}
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
    session.detach()


def state(figure):
    return {
        "picture": figure.locator(".explorable-picture").inner_html(),
        "announced value": figure.locator("output").inner_text(),
    }


ALL = [status, console, other_hosts, live_machinery, weight, layout_shift, mathematics, images, sideways, light, dark]
ALL += [explorables]
