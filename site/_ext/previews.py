"""What search engines and links to a page show beside the book's picture: its question, and its first sentences that
have no formula."""

import re
from html import escape

from docutils import nodes

ENOUGH = 90  # characters; at most about twice as many
ASIDE = (nodes.Admonition, nodes.table, nodes.figure, nodes.sidebar, nodes.citation)
FORMULA = "\ufffc"


def in_an_aside(node):
    return node is not None and (isinstance(node, ASIDE) or in_an_aside(node.parent))


def sentences(doctree):
    """Of the page's prose, those in which there is no formula."""
    for paragraph in doctree.findall(nodes.paragraph):
        if not in_an_aside(paragraph):
            copy = paragraph.deepcopy()
            for formula in list(copy.findall(nodes.math)):
                formula.replace_self(nodes.Text(FORMULA))
            text = re.sub(r"\s+", " ", copy.astext()).strip()
            yield from (one for one in re.split(r"(?<=[.?!]) ", text) if FORMULA not in one and one[-1:] in ".?!")


def question(doctree):
    """The page's first heading below its title, where that is one."""
    headings = [section[0].astext() for section in doctree.findall(nodes.section)]
    return headings[1] if len(headings) > 1 and headings[1].endswith("?") else ""


def description(doctree):
    said = question(doctree)
    for sentence in sentences(doctree):
        if len(said) >= ENOUGH:
            break
        said = f"{said} {sentence}".strip()
    return said if len(said) <= 2 * ENOUGH else said[: 2 * ENOUGH].rsplit(" ", 1)[0] + " …"


def describe(app, pagename, templatename, context, doctree):
    if doctree and (said := description(doctree)):
        context["meta"] = (context.get("meta") or {}) | {"og:description": said}
        context["metatags"] = context.get("metatags", "") + f'<meta name="description" content="{escape(said)}" />\n'


def setup(app):
    app.connect("html-page-context", describe, priority=400)  # before sphinxext.opengraph writes the tags
    return {"parallel_read_safe": True, "parallel_write_safe": True}
