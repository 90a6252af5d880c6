"""Fold the code that only draws: `python -m tools.fold [names]`.

A cell of which only the figure is of interest carries the tag `hide-input`; what each front end
needs to fold its code is written beside it. Cells of nothing but `show(…)` are tagged here, others
by hand.
"""

from __future__ import annotations

import ast
import sys

import nbformat
from nbformat import NotebookNode

from tools.series import NOTEBOOKS, all_paths

FOLDED = "hide-input"  # Jupyter Book, myst-nb, and our own template of exported pages


def fold(cell: NotebookNode) -> None:
    """Make a cell's metadata agree with its tag."""
    tags, jupyter = set(cell.metadata.get("tags", [])), dict(cell.metadata.get("jupyter", {}))
    if only_draws(cell):
        tags.add(FOLDED)
    jupyter.pop("source_hidden", None)
    cell.metadata.pop("cellView", None)
    if FOLDED in tags:
        jupyter["source_hidden"] = True  # JupyterLab, Notebook 7
        cell.metadata["cellView"] = "form"  # Colab
    for name, value in (("tags", sorted(tags)), ("jupyter", jupyter)):
        if value:
            cell.metadata[name] = value
        else:
            cell.metadata.pop(name, None)


def only_draws(cell: NotebookNode) -> bool:
    """Tell whether a cell does nothing but show figures."""
    if cell.cell_type != "code" or not cell.source.startswith("show("):
        return False
    return all(
        isinstance(line, ast.Expr)
        and isinstance(line.value, ast.Call)
        and getattr(line.value.func, "id", "") == "show"
        for line in ast.parse(cell.source).body
    )


if __name__ == "__main__":
    for path in [NOTEBOOKS / name for name in sys.argv[1:]] or all_paths():
        notebook = nbformat.read(path, 4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                fold(cell)
        nbformat.write(notebook, path)
