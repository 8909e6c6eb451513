"""Serves MathJax from the site itself, copied from the installed package sphinx-mathjax-offline."""

import shutil
from importlib.metadata import distribution
from pathlib import Path

PARTS = [
    "tex-chtml.js",
    "input/tex/extensions",  # what \boldsymbol, \cancel, ... load when first used
    "output/chtml/fonts/woff-v2",
    "a11y",  # the accessibility entries of the menu of a formula
    "sre/mathmaps/base.json",
    "sre/mathmaps/en.json",
]


def copy_mathjax(app, exception):
    source = Path(distribution("sphinx-mathjax-offline").locate_file("sphinx-mathjax-offline/static/mathjax"))
    for part in PARTS:
        target = Path(app.outdir, "_static", "mathjax", part)
        if (source / part).is_dir():
            shutil.copytree(source / part, target, dirs_exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / part, target)


def setup(app):
    app.config.mathjax_path = "mathjax/tex-chtml.js"
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
