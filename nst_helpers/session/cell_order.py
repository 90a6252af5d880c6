"""A cell that was run too early: the sentence that says which cell to run first."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from nst_helpers.languages import N_, _
from nst_helpers.session.standard_out import say

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
ABOVE = N_("all cells above yours: menu Run ▸ Run All Above Selected Cell")
INNER = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

_unfinished: set[str] = set()  # names whose cells failed: an empty list may be all there is


def guide_order() -> None:
    """Let the notebook say, below a NameError, which cell makes the missing name.

    The same below other errors, where a name was left half made by a cell that failed. The error
    itself stays as it is, and so do all others. Without IPython nothing is done.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        shell.events.register("post_run_cell", _advise)


def advice(name: str, run: Iterable[str], folders: Iterable[Path]) -> str:
    """Say which cell makes a name that is missing.

    A kernel does not know its notebook, so the one is taken of which most cells were run.

    Parameters
    ----------
    name : str
        What is not defined.
    run : iterable of str
        Every cell that the kernel has run, as text.
    folders : iterable of Path
        Where to look for the notebook.

    Returns
    -------
    str
        One or two sentences; empty where no cell makes the name: then it is a slip of the pen.
    """
    run = {text.strip() for text in run}
    notebooks = [_cells(path) for folder in folders for path in sorted(folder.glob("*.ipynb"))]
    known = [sum(cell.strip() in run for _, cell in cells) for cells in notebooks]
    if not any(known):
        told = _("If a cell above makes {name}, run that one first, or {above}.")
        return told.format(name=name, above=_(ABOVE))
    for heading, cell in notebooks[known.index(max(known))]:
        if name in _made_by(cell):
            first_line = cell.strip().splitlines()[0]
            told = _(
                '{name} is made by the cell under "{heading}" that begins with `{first_line}`. '
                "Run that one first, or {above}."
            )
            return told.format(name=name, heading=heading, first_line=first_line, above=_(ABOVE))
    return ""


def _advise(result) -> None:
    error, shell = result.error_in_exec, sys.modules["IPython"].get_ipython()
    made, read = _made_by(result.info.raw_cell), _read_by(result.info.raw_cell)
    early = half_made = None
    # Neither its kinds (a local variable without a value), nor a name that a library has lost.
    if type(error) is NameError and error.name not in shell.user_ns:
        early = error.name
    elif error is not None:
        half_made = min(read & _unfinished - made, default=None)
    (_unfinished.difference_update if result.success else _unfinished.update)(made)
    if name := early or half_made:
        here = Path()  # unlike Path.cwd(), it can be asked for when the folder is gone
        if sentence := advice(name, shell.history_manager.input_hist_raw, (here, NOTEBOOKS)):
            if half_made:
                say(_("{name} is only half made: its cell failed.").format(name=name))
            say(sentence)


def _cells(path: Path) -> list[tuple[str, str]]:
    """Return each code cell with the section that it stands in."""
    found, heading = [], ""
    try:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        for cell in cells:
            text = "".join(cell["source"])
            if cell["cell_type"] == "code":
                found.append((heading, text))
            elif text.startswith("#"):
                heading = text.splitlines()[0].strip("# ")
    except (OSError, ValueError, LookupError, TypeError):  # half saved, or no notebook at all
        return []
    return found


def _made_by(cell: str) -> set[str]:
    """Return the names that a cell leaves behind, without those inside functions and [… for …]."""
    names: set[str] = set()

    def look(node: ast.AST) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif not isinstance(node, INNER):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
            elif isinstance(node, ast.alias):
                names.add((node.asname or node.name).partition(".")[0])
            for child in ast.iter_child_nodes(node):
                look(child)

    look(_parsed(cell))
    return names


def _read_by(cell: str) -> set[str]:
    nodes = ast.walk(_parsed(cell))
    return {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def _parsed(cell: str) -> ast.Module:
    try:
        return ast.parse(cell)
    except (SyntaxError, ValueError):  # with a % command, or still being written
        return ast.Module([], [])
