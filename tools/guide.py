"""Write what to say at each figure into the instructor's guide: `python -m tools.guide`.

The words are the speaker's notes of the notebooks; the guide shows them in one table.
"""

from __future__ import annotations

import re

import nbformat
from nbformat import NotebookNode

from tools.series import DOCS, notes, paths

GUIDE = DOCS / "instructor_guide.md"
HEADING = "## What to say at each figure\n"
SHOWN = re.compile(r"\bshow\(|_(?:explorer|studio)\(")


def figure_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the cells that show a figure or a panel."""
    return [c for c in notebook.cells if c.cell_type == "code" and SHOWN.search(c.source)]


def figure_name(cell: NotebookNode) -> str:
    """Return a figure's name in words, such as "nine boards"; a panel's is its cell's."""
    names = re.findall(r'"(\w+)",?\s*\)\s*$', cell.source, re.MULTILINE)
    return (names[-1] if "show(" in cell.source and names else cell.id).translate(
        str.maketrans("_-", "  ")
    )


def table() -> str:
    """Return the table: a row per figure, with the notes of its cell."""
    rows = ["| figure | say, and ask |", "|---|---|"]
    for path in paths():
        number = path.stem.partition("_")[0]
        for cell in figure_cells(nbformat.read(path, as_version=4)):
            rows.append(f"| {number}, {figure_name(cell)} | {notes(cell).replace('|', '/')} |")
    return "\n".join(rows) + "\n"


def written(guide: str) -> str:
    """Return the guide with today's table."""
    before, heading, rest = guide.partition(HEADING)
    _, next_heading, after = rest.partition("\n## ")
    return before + heading + "\n" + table() + next_heading + after


if __name__ == "__main__":
    GUIDE.write_text(written(GUIDE.read_text("utf-8")), "utf-8")
