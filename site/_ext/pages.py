"""What the pages need beyond the theme: their address, links that work on the 404 page, accessible markup."""

from pathlib import Path
from urllib.parse import urlsplit

REPAIRS = {
    "<th></th>": "<td></td>",  # the corner of a pandas table
    '<th class="head"><p></p></th>': "<td></td>",  # a Markdown table without headings
    ' aria-label="Toggle hidden content"': "",  # hides what the summary says: "Show the code"
    'role="doc-biblioentry"': 'role="listitem"',  # deprecated, and no child of a list
}


def site_address(repository):
    """Where GitHub Pages serves https://github.com/<owner>/<name>."""
    owner, name = urlsplit(repository).path.strip("/").split("/")
    return f"https://{owner}.github.io/{name}/"


def set_address(app, config):
    config.html_baseurl = config.ogp_site_url = site_address(config.html_theme_options["repository_url"])


def finish(app, pagename, templatename, context, doctree):
    context["pagetitle"] = context.get("title")  # the heading in print, with its number
    for fault, repair in REPAIRS.items():
        context["body"] = context.get("body", "").replace(fault, repair)
    if pagename == "search":
        said = f"Search {app.config.project}: theorems, symbols and words of the book."
        context["metatags"] = f'{context.get("metatags", "")}<meta name="description" content="{said}"/>'
    if pagename == "404":  # shown at the address that was not found: links start at the site's root
        context["metatags"] = f'<base href="{urlsplit(app.config.html_baseurl).path}"/>'


def without_icon_script(app, exception):
    """Half a megabyte that draws every icon a second time: the style sheet's font has them."""
    Path(app.outdir, "_static", "scripts", "fontawesome.js").write_text("")


def setup(app):
    app.connect("build-finished", without_icon_script)
    app.connect("config-inited", set_address)
    app.connect("html-page-context", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
