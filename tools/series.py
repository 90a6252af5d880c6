"""Where the series lies, and what the ids, tags and metadata of its cells mean.

An exercise is told by the ids of its cells: `about-NAME` (the question), `exercise-NAME` (what the
student fills in), `check-NAME` (its checker), `run-NAME` (runs what was predicted), `hints-NAME`
(hints and solution).
"""

from __future__ import annotations

import os
from pathlib import Path
from unittest import mock

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
DOCS = ROOT / "docs"
BUILD = ROOT / "build"  # what tools write for others; not committed

PARTS = ("about", "exercise", "check", "run", "hints")
HOSTED = "hosted"  # the id of the first code cell, for hosted notebooks
SWITCH = "language"  # the id of the line that leads to the other language
TALLY = "tally"  # the id of the cell at the end that says what is solved
NOT_COMPARED = "nbval-ignore-output"  # the cell says why in its metadata, `nst_reason`
NOTES = "nst_notes"  # the speaker's notes in a cell's metadata
NOTES_TAG = "instructor-notes"


def folder(language: str) -> str:
    """Return where, in `notebooks` and in `docs`, a language has its own: English at the top."""
    return "" if language == "en" else language


def paths(language: str = "en") -> list[Path]:
    """Return the notebooks in a language, in the order of their numbers."""
    return sorted((NOTEBOOKS / folder(language)).glob("[0-9]*.ipynb"))


def all_paths() -> list[Path]:
    """Return the notebooks in all languages, the English ones first."""
    return [*paths(), *sorted(NOTEBOOKS.glob("[a-z][a-z]/[0-9]*.ipynb"))]


def language_of(path: Path) -> str:
    """Return the language of a notebook: that of its folder, else English."""
    return "en" if path.parent.name == NOTEBOOKS.name else path.parent.name


def speaking(language: str) -> mock._patch_dict:
    """Let all that is said be said in a language: `with speaking("ja"): …`."""
    return mock.patch.dict(os.environ, NST_LANG=language)


def exercise_names(notebook: NotebookNode) -> list[str]:
    """Return the names of the exercises, in the order of the notebook."""
    ids = [cell.id for cell in notebook.cells]
    return [i.removeprefix("exercise-") for i in ids if i.startswith("exercise-")]


def part_of(cell: NotebookNode) -> str:
    """Return which part of an exercise a cell is, such as "hints"; "" where it is none."""
    part, _, name = cell.id.partition("-")
    return part if name and part in PARTS else ""


def cell_of(notebook: NotebookNode, part: str, name: str) -> NotebookNode:
    """Return the cell of an exercise, such as ("hints", "gram_matrix")."""
    found = [cell for cell in notebook.cells if cell.id == f"{part}-{name}"]
    if len(found) != 1:
        raise ValueError(f"Expected one cell {part}-{name}, found {len(found)}.")
    return found[0]


def is_compared(cell: NotebookNode) -> bool:
    """Tell whether the tests compare what the cell prints."""
    return NOT_COMPARED not in cell.metadata.get("tags", [])


def text_of(cell: NotebookNode) -> str:
    """Return a cell's source, in which the pictures that it carries have become addresses."""
    text = cell.source
    for name, data in cell.get("attachments", {}).items():
        [(kind, picture)] = data.items()
        text = text.replace(f"(attachment:{name})", f"(data:{kind};base64,{picture})")
    return text


def notes(cell: NotebookNode) -> str:
    """Return the speaker's notes that a cell carries, or ""."""
    return cell.metadata.get(NOTES, "")


def notes_cell(cell: NotebookNode, text: str) -> NotebookNode:
    """Return the cell in which a cell's notes are shown, to stand below it."""
    made = new_markdown_cell(text, id=f"notes-{cell.id}"[:64])
    made.metadata.update(slideshow={"slide_type": "notes"}, tags=[NOTES_TAG])
    return made
