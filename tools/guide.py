"""Write what to say at each figure into the instructor's guide: `python -m tools.guide`.

The words are the speaker's notes of the notebooks; the guide shows them in one table, in each
language that it is written in.
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from nst_helpers.languages import N_, _, languages
from tools.series import DOCS, folder, notes, paths, speaking

NAME = "instructor_guide.md"
HEADING = N_("What to say at each figure")
SHOWN = re.compile(r"\bshow\(|_(?:explorer|studio)\(")


def guides() -> dict[str, Path]:
    """Return the languages that the guide is written in, and where."""
    places = {code: DOCS / folder(code) / NAME for code in languages()}
    return {code: path for code, path in places.items() if path.exists()}


def figure_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the cells that show a figure or a panel."""
    return [c for c in notebook.cells if c.cell_type == "code" and SHOWN.search(c.source)]


def figure_name(cell: NotebookNode) -> str:
    """Return a figure's name in words, such as "nine boards"; a panel's is its cell's."""
    names = re.findall(r'"(\w+)",?\s*\)\s*$', cell.source, re.MULTILINE)
    return (names[-1] if "show(" in cell.source and names else cell.id).translate(
        str.maketrans("_-", "  ")
    )


def table(language: str = "en") -> str:
    """Return the table: a row per figure, with the notes of its cell."""
    with speaking(language):
        rows = [_("| figure | say, and ask |"), "|---|---|"]
    for path in paths(language):
        number = path.stem.partition("_")[0]
        for cell in figure_cells(nbformat.read(path, as_version=4)):
            rows.append(f"| {number}, {figure_name(cell)} | {notes(cell).replace('|', '/')} |")
    return "\n".join(rows) + "\n"


def written(guide: str, language: str = "en") -> str:
    """Return the guide with today's table."""
    with speaking(language):
        before, heading, rest = guide.partition("## " + _(HEADING) + "\n")
    _table, next_heading, after = rest.partition("\n## ")
    return before + heading + "\n" + table(language) + next_heading + after


if __name__ == "__main__":
    for language, path in guides().items():
        path.write_text(written(path.read_text("utf-8"), language), "utf-8")
