"""Every check finds the defect that is planted for it, and nothing on a page without one."""

import random

import checks
import chromium
import pytest
from built import served
from playwright.sync_api import Error

EXPLORABLE = """<figure class="explorable" id="explore-x"><div class="explorable-picture"><svg role="img"
aria-label="a line"><line x2="0" /></svg></div><p><label for="x">x</label>
<input type="range" id="x" max="9" value="0" /> <output for="x">0</output></p></figure>"""
LIVE = """<script>const input = document.querySelector("input");
input.addEventListener("input", () => {
  document.querySelector("line").setAttribute("x2", input.value);
  document.querySelector("output").textContent = input.value;
});</script>"""
TYPESET = '<span class="math"><mjx-container>x</mjx-container></span>'
PIXEL = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"
SOUND = TYPESET + EXPLORABLE + LIVE + f'<img src="{PIXEL}" alt="nothing" />'

PLANTED = [
    (checks.console, "<script>console.error('planted')</script>", "planted"),
    (checks.console, "<script>undefined.planted</script>", "planted"),
    (checks.console, '<img src="gone.png" alt="gone" />', "gone.png"),
    (checks.other_hosts, '<img src="http://elsewhere.test/planted.png" alt="planted" />', "elsewhere.test"),
    (checks.live_machinery, '<script src="thebe.js"></script>', "thebe"),
    (
        checks.layout_shift,
        "<p style='height: 400px'>planted</p><script>setTimeout(() => document.querySelector('p').before("
        "Object.assign(document.createElement('div'), { style: 'height: 400px' })), 150)</script>",
        "cumulative layout shift 0.",
    ),
    (checks.weight, "<script>/*" + random.Random(0).randbytes(2_000_000).hex() + "*/</script>", "bytes compressed"),
    (checks.mathematics, '<span class="math">planted</span>', "not typeset: <span.math> planted"),
    (checks.mathematics, "<p>planted \\(x\\)</p>", "raw TeX: <p> planted"),
    (checks.mathematics, "<p>planted $$x$$</p>", "raw TeX: <p> planted"),
    (checks.mathematics, '<mjx-merror data-mjx-error="planted">x</mjx-merror>', "TeX error: planted"),
    (checks.images, f'<img src="{PIXEL}" class="planted" />', "no alt text: <img.planted>"),
    (checks.images, f'<img src="{PIXEL}" alt="_images/{"0123abcd" * 5}.svg" />', "no alt text"),
    (checks.images, '<img src="gone.png" alt="gone" class="planted" />', "does not load: <img.planted>"),
    (checks.sideways, '<div style="width: 500px">planted</div>', "<div> planted"),
    (checks.light, '<p style="color: #ddd">planted</p>', "color-contrast"),
    (checks.light, '<button class="planted"></button>', "button-name"),
    (
        checks.dark,
        "<style>@media (prefers-color-scheme: dark) { p { color: #333; background: #222 } }</style><p>planted</p>",
        "contrast",
    ),
    (checks.explorables, EXPLORABLE, "#explore-x: the picture stays the same by keyboard"),
    (checks.explorables, EXPLORABLE, "#explore-x: the announced value stays the same by mouse"),
    (
        checks.explorables,
        EXPLORABLE + LIVE + "<script>input.addEventListener('touchstart', (e) => e.preventDefault())</script>",
        "#explore-x: the picture stays the same by touch",
    ),
    (checks.explorables, EXPLORABLE.replace("<p>", "<p hidden>") + LIVE, "#explore-x: no slider"),
]


def problems(check, body, browser, folder):
    style = "<style>:root { color-scheme: light dark; background: Canvas; color: CanvasText }</style>"
    page = f"<title>Planted</title>{style}<link rel='icon' href='data:,' /><main><h1>Planted</h1>{body}</main>"
    (folder / "index.html").write_text(f'<!doctype html><html lang="en"><meta charset="utf-8" />{page}</html>')
    with served(folder) as address:
        visit = checks.visit(browser, address)
        found = check(visit)
        visit.page.close()
    return found


@pytest.mark.parametrize(("check", "body", "message"), PLANTED)
def test_finds_what_is_planted(check, body, message, browser, tmp_path):
    found = problems(check, body, browser, tmp_path)
    assert any(message in problem for problem in found), found


@pytest.mark.parametrize("check", checks.ALL, ids=lambda check: check.__name__)
def test_finds_nothing_else(check, browser, tmp_path):
    assert problems(check, SOUND, browser, tmp_path) == []


def test_finds_a_missing_page(browser, tmp_path):
    with served(tmp_path) as address:
        assert checks.status(checks.visit(browser, f"{address}gone.html")) == ["answers 404, expected 200"]


def test_says_that_no_browser_can_be_had(monkeypatch):
    class Playwright:
        chromium = property(lambda self: self)

        def launch(self, executable_path, args):
            raise Error("does not start")

    monkeypatch.setattr(chromium.shutil, "which", lambda name: name if name == "chromium" else None)
    monkeypatch.setattr(chromium.subprocess, "run", lambda command, **kwargs: None)
    message = r"no Chromium can be had \(chromium: does not start; Playwright: does not start\)"
    with pytest.raises(RuntimeError, match=message):
        chromium.launch(Playwright())
