"""Formulas in the text: each has about the width that it will have, so that little moves when it is typeset, and no
line breaks between a formula and its punctuation."""

import re
from html import unescape

FORMULA = re.compile(
    r'([(\u201c]*)<span class="math notranslate nohighlight">(\\\(.*?\\\))</span>([.,;:!?)\u201d\u2019]*)', re.S
)
TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|\s+|.", re.S)
SPACES = {"\\,": 0.17, "\\;": 0.28, "\\:": 0.22, "\\!": -0.17, "\\quad": 1, "\\qquad": 2, "\\ ": 0.3}
RELATIONS = set("=<>+-*") | {
    *("\\le", "\\ge", "\\to", "\\in", "\\times", "\\approx", "\\sim", "\\ll", "\\gg", "\\mapsto", "\\ne", "\\propto"),
    *("\\lesssim", "\\gtrsim", "\\pm", "\\perp", "\\succeq", "\\leftarrow", "\\longrightarrow", "\\mid"),
}
NAMES = {"\\max", "\\min", "\\log", "\\ln", "\\exp", "\\det", "\\lim", "\\sin", "\\tan", "\\Pr"}
NOTHING = {"\\left", "\\right", "\\bigl", "\\bigr", "\\Bigl", "\\Bigr", "\\big", "\\displaystyle", "\\limits"}
DRESS = {
    *("\\mathsf", "\\mathrm", "\\mathbb", "\\mathcal", "\\mathbf", "\\text", "\\operatorname", "\\boldsymbol"),
    *("\\tilde", "\\hat", "\\bar", "\\widetilde", "\\widehat", "\\mathit"),
}


def width(formula: str) -> float:
    """In em, by a rough count: letters 0.55, capitals more, what is raised or lowered seven tenths of that."""
    tokens = [token for token in TOKEN.findall(formula) if not token.isspace()][::-1]

    def group() -> float:
        total = 0.0
        while tokens and tokens[-1] != "}":
            total += piece()
        if tokens:
            tokens.pop()
        return total

    def piece() -> float:
        if not tokens:
            return 0.0
        token = tokens.pop()
        if token == "{":
            return group()
        if token in "^_":
            return 0.7 * piece()
        if token in ("\\frac", "\\tfrac", "\\dfrac", "\\binom"):
            return 0.2 + 0.75 * max(piece(), piece())
        if token == "\\sqrt":
            return 0.85 + piece()
        if token in DRESS:
            return piece()
        if token in NOTHING:
            return 0.0
        if token in SPACES:
            return SPACES[token]
        if token in RELATIONS:
            return 1.3
        if token in NAMES:
            return 0.5 * len(token)
        if token in "Wmw":
            return 0.9
        return 0.5 if token.isdigit() else 0.4 if token in "()[]|,.;:!'" else 0.75 if token.isupper() else 0.55

    return group()


def give_room(app, pagename, templatename, context, doctree):
    def roomy(found):
        room = width(unescape(found[2])[2:-2])
        formula = found[0].replace('nohighlight"', f'nohighlight" style="--room: {room:.1f}em"')
        return f'<span class="unbroken">{formula}</span>' if found[1] or found[3] else formula

    context["body"] = FORMULA.sub(roomy, context.get("body", ""))


def setup(app):
    app.connect("html-page-context", give_room)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
