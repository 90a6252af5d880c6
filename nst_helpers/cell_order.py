"""A cell that was run too early: the sentence that says which cell to run first."""

from __future__ import annotations

import json
import symtable
import sys
from collections.abc import Iterable
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
ABOVE = "all cells above yours: menu Run ▸ Run All Above Selected Cell"

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
        return f"If a cell above makes {name}, run that one first, or {ABOVE}."
    for heading, cell in notebooks[known.index(max(known))]:
        if name in _made_by(cell):
            first_line = cell.strip().splitlines()[0]
            where = f'under "{heading}" that begins with `{first_line}`'
            return f"{name} is made by the cell {where}. Run that one first, or {ABOVE}."
    return ""


def _advise(result) -> None:
    error, shell = result.error_in_exec, sys.modules["IPython"].get_ipython()
    made, read = _made_by(result.info.raw_cell), _names(result.info.raw_cell, "is_referenced")
    early = half_made = None
    # Neither its kinds (a local variable without a value), nor a name that a library has lost.
    if type(error) is NameError and error.name not in shell.user_ns:
        early = error.name
    elif error is not None:
        half_made = min(read & _unfinished - made, default=None)
    (_unfinished.difference_update if result.success else _unfinished.update)(made)
    if name := early or half_made:
        folders = dict.fromkeys((Path.cwd(), NOTEBOOKS))
        if sentence := advice(name, shell.history_manager.input_hist_raw, folders):
            if half_made:
                print(f"{name} is only half made: its cell failed.")
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
    return _names(cell, "is_assigned") | _names(cell, "is_imported")


def _names(cell: str, kind: str) -> set[str]:
    try:
        symbols = symtable.symtable(cell, "cell", "exec").get_symbols()
    except SyntaxError:  # a cell with a % command, or one that is being written
        return set()
    return {symbol.get_name() for symbol in symbols if getattr(symbol, kind)()}
