"""The instructor's page: the distribution of points by question, the checks that fail most, and what was noted."""

from collections import Counter
from html import escape

STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100% } caption { font-weight: 600; margin-top: 2rem; text-align: left }
th, td { border-bottom: 1px solid #8888; padding: .3rem .5rem; text-align: left; vertical-align: top }
td.number { text-align: right; white-space: nowrap }
meter { width: 8rem }
"""


def page(results: list[dict]) -> str:
    """HTML of the results of one assignment."""
    name = results[0]["assignment"]
    questions = [question(results, k) for k, one in enumerate(results[0]["questions"]) if not one["manual"]]
    people = [person(result) for result in results]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(name)}</title><style>{STYLE}</style>'
        f"<main><h1>{escape(name)}: {len(results)} submissions</h1>"
        "<table><caption>By question</caption><thead><tr><th>question<th>all points<th>share"
        f"<th>checks that fail, with how often</tr></thead><tbody>{''.join(questions)}</tbody></table>"
        "<table><caption>By submission</caption><thead><tr><th>submission<th>student<th>points<th>noted"
        f"</tr></thead><tbody>{''.join(people)}</tbody></table></main></html>"
    )


def question(results: list[dict], k: int) -> str:
    """How many have all points of a question, and which of its checks fail."""
    answers = [result["questions"][k] for result in results]
    full = sum(one["score"] == one["points"] for one in answers)
    failing = Counter(case["name"] for one in answers for case in one["cases"] if not case["passed"])
    share = full / len(answers)
    checks = ", ".join(f"{escape(name)} ({count})" for name, count in failing.most_common())
    return (
        f'<tr><td>{escape(answers[0]["name"])}<td class="number">{full} of {len(answers)}'
        f'<td><meter min="0" max="1" value="{share:.3f}">{share:.0%}</meter> {share:.0%}<td>{checks}</tr>'
    )


def person(result: dict) -> str:
    """A submission's points, and what its answers did that they may not, or which error they raised."""
    points = sum(one.get("score", 0) for one in result["questions"])
    notes = [f"{one['name']}: {one['note']}" for one in result["questions"] if one.get("note")]
    if not result["student"]:
        notes.insert(0, "has no STUDENT_ID")
    elif result["id"] and result["student"] not in (result["name"], result["id"]):
        notes.insert(0, f"calls itself {result['student']}")
    return (
        f"<tr><td>{escape(result['file'])}<td>{escape(result['student'] or result['name'])}"
        f'<td class="number">{points:g}<td>{escape("; ".join(notes))}</tr>'
    )
