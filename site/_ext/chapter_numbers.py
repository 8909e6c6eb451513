"""Numbers a chapter after its file: 04-bbp-transition is chapter 4, wherever the table of contents has it."""

import re

from docutils import nodes
from sphinx_external_toc.collectors import TocTreeCollectorWithStyles

DEPTH = 2  # 4 and 4.1, no deeper


def chapter_number(docname):
    """The number in front of the file's name, "4" or "8b", None where there is none."""
    match = re.match(r"0*(\d+[a-z]?)-", docname.rsplit("/", 1)[-1])
    return match and match[1]


def numbered_sections(contents, number):
    """Every (reference, number) of the list `contents`, whose own number is `number`."""
    entries = (entry for entry in contents if isinstance(entry, nodes.list_item))
    for position, (paragraph, *below) in enumerate(entries, start=1):
        yield paragraph[0], (*number, position)
        for sections in below:
            yield from numbered_sections(sections, (*number, position))


def assign_section_numbers(collector, env):
    """Takes the place of the collector's method: returns the documents whose numbers changed."""
    before, env.toc_secnumbers = env.toc_secnumbers, {}
    for docname, contents in env.tocs.items():
        chapter = chapter_number(docname)
        if chapter is None:
            continue
        (title, *below), numbers = contents[0], {}
        env.titles[docname]["secnumber"] = title[0]["secnumber"] = numbers[""] = (chapter,)
        for sections in below:
            for reference, number in numbered_sections(sections, (chapter,)):
                shown = number if len(number) <= DEPTH else ()
                reference["secnumber"] = numbers[reference["anchorname"]] = shown
        env.toc_secnumbers[docname] = numbers
    return [docname for docname, numbers in env.toc_secnumbers.items() if numbers != before.get(docname)]


def setup(app):
    TocTreeCollectorWithStyles.assign_section_numbers = assign_section_numbers
    return {"parallel_read_safe": True, "parallel_write_safe": True}
