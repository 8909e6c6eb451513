"""Solutions and proofs of class `dropdown` become <details>: they fold without a script, and print unfolded."""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import solution_node
from sphinx_proof.nodes import proof_node

SHARED_IDS = {"exercise-content", "proof-content", "solution-content", "proof"}


class details(nodes.General, nodes.Element):
    """A folded block; its first child is its summary."""


class summary(nodes.General, nodes.TextElement):
    """What a folded block shows."""


def folded(block, kind, heading, content):
    return details("", summary("", heading), *content, ids=block["ids"], classes=["fold", kind])


class Fold(SphinxPostTransform):
    """Runs when sphinx_exercise has put the numbers into the titles."""

    default_priority = 30
    formats = ("html",)

    def run(self, **kwargs):
        for block in list(self.document.findall(nodes.Element)):
            if SHARED_IDS.intersection(block["ids"]):
                block["ids"] = []
        for solution in list(self.document.findall(solution_node)):
            title, *content = solution
            to, exercise = title[0].astext(), title[1][0].astext()
            solution.replace_self(folded(solution, "solution", to + exercise, content))
        for proof in list(self.document.findall(proof_node)):
            (block,) = proof
            if "dropdown" in block["classes"]:
                opening = next(block.findall(nodes.Text))
                opening.parent.replace(opening, nodes.Text(opening.removeprefix("Proof. ")))
                proof.replace_self(folded(block, "proof", "Proof", block.children))


def tag(name):
    def visit(translator, node):
        translator.body.append(translator.starttag(node, name, ""))

    def depart(translator, node):
        translator.body.append(f"</{name}>\n")

    return visit, depart


def setup(app):
    app.add_node(details, html=tag("details"))
    app.add_node(summary, html=tag("summary"))
    app.add_post_transform(Fold)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
