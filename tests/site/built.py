"""The book as built: its pages, its settings, and a server that behaves like GitHub Pages."""

import contextlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import yaml

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text())
REPOSITORY = CONFIG["repository"]["url"]
BRANCH = CONFIG["repository"]["branch"]
PREFIX = f"/{urlsplit(REPOSITORY).path.split('/')[-1]}/"  # GitHub Pages serves a project below its name


def pages(entry):
    """Every file of a table of contents, in reading order."""
    if isinstance(entry, list):
        return [page for item in entry for page in pages(item)]
    here = [entry[key] for key in ("root", "file") if key in entry]
    return here + [page for key in ("parts", "chapters", "sections") for page in pages(entry.get(key, []))]


PAGES = pages(yaml.safe_load((ROOT / "_toc.yml").read_text()))
CHAPTERS = [page for page in PAGES if Path(page).name[0].isdigit()]


class Pages(SimpleHTTPRequestHandler):
    """Serves a folder below `prefix`, and its 404.html for what is not there."""

    def __init__(self, *args, prefix, **kwargs):
        self.prefix = prefix
        super().__init__(*args, **kwargs)

    def translate_path(self, path):
        inside = path.startswith(self.prefix)
        return super().translate_path("/" + path.removeprefix(self.prefix) if inside else "/outside/the/site")

    def send_error(self, code, message=None, explain=None):
        page = Path(self.directory, "404.html")
        if code != 404 or not page.exists():
            return super().send_error(code, message, explain)
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page.read_bytes())

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def served(folder, prefix="/"):
    """The address at which `folder` is served on this machine."""
    handler = partial(Pages, directory=str(folder), prefix=prefix)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{prefix}"
        server.shutdown()
