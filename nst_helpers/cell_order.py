"""A cell that was run too early: the sentence that says which cell to run first."""

from __future__ import annotations

import json
import symtable
import sys
from collections.abc import Iterable
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
ABOVE = "all cells above yours: menu Run ▸ Run All Above Selected Cell"


def guide_order() -> None:
    """Let the notebook say, below each NameError, which cell makes the missing name.

    The error itself stays as it is, and so do all other errors. Without IPython nothing is done.
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
        return f"If a cell above makes {name}, run that one first, or {ABOVE}."
    for heading, cell in notebooks[known.index(max(known))]:
        if name in _made_by(cell):
            first_line = cell.strip().splitlines()[0]
            where = f'under "{heading}" that begins with `{first_line}`'
            return f"{name} is made by the cell {where}. Run that one first, or {ABOVE}."
    return ""


def _advise(result) -> None:
    error, shell = result.error_in_exec, sys.modules["IPython"].get_ipython()
    # Neither its kinds (a local variable without a value), nor a name that a library has lost.
    if type(error) is NameError and error.name and error.name not in shell.user_ns:
        folders = dict.fromkeys((Path.cwd(), NOTEBOOKS))
        if sentence := advice(error.name, shell.history_manager.input_hist_raw, folders):
            print(sentence)


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
    try:
        names = symtable.symtable(cell, "cell", "exec").get_symbols()
    except SyntaxError:  # a cell with a % command, or one that is being written
        return set()
    return {name.get_name() for name in names if name.is_assigned() or name.is_imported()}
