"""Obtains a Chromium: the system's, else Debian's package, else the one that Playwright installs."""

import os
import shutil
import subprocess
import sys

from playwright.sync_api import Error

NAMES = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # the other hosts do not exist
]


def executables():
    """Paths to try in turn; installs only when asked for more. None is Playwright's own."""
    yield from filter(None, map(shutil.which, NAMES))
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], capture_output=True)
        subprocess.run(["apt-get", "install", "-qq", "-y", "chromium"], capture_output=True)
        yield from filter(None, map(shutil.which, NAMES))
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], capture_output=True)
    yield None


def launch(playwright):
    reasons = []
    for executable in executables():
        try:
            return playwright.chromium.launch(executable_path=executable, args=FLAGS)
        except Error as error:
            reasons.append(f"{executable or 'Playwright'}: {error.message.splitlines()[0]}")
    raise RuntimeError(f"no Chromium can be had ({'; '.join(reasons)}); install chromium or Google Chrome")
