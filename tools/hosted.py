"""Put the first cell for hosted notebooks into every notebook: `python -m tools.hosted`.

The cell is the same everywhere, does nothing elsewhere, and gets the package from ADDRESS.
"""

from __future__ import annotations

import re
from urllib.parse import quote

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tools.fold import FOLDED, fold
from tools.series import HOSTED, NOT_COMPARED, paths

# Whatever pip takes: a repository ("git+https://…"), an archive or a wheel. Set it, then run the
# command above, and pass the notebooks on.
TO_FILL_IN = "git+https://ADDRESS.OF.THE.REPOSITORY/nst.git"
ADDRESS = TO_FILL_IN
SOURCE = """\
# @title In a hosted notebook run this first. Elsewhere it does nothing.
import subprocess
import sys

if "google.colab" in sys.modules:
    address = "{address}"
    get = [sys.executable, "-m", "pip", "install", "-q", address]
    done = subprocess.run(get, capture_output=True, text=True)
    assert done.returncode == 0, f"pip cannot get {{address}}: {{done.stderr}}"
    from nst_helpers.session.hosted import welcome

    welcome()"""


def open_address(name: str, address: str = ADDRESS) -> str | None:
    """Return the page that opens a notebook in a hosted service; None where no address is set.

    Colab opens what lies at GitHub, Binder any other repository. Wheels and archives hold no
    notebooks.
    """
    found = re.fullmatch(r"git\+(https://.+?)(\.git)?(?:@([^@/#]+))?(?:#.*)?", address)
    if address == TO_FILL_IN or not found:
        return None
    place, ending, branch = found[1], found[2] or "", found[3]
    if place.startswith("https://github.com/"):
        there = place.removeprefix("https://github.com/")
        return (
            f"https://colab.research.google.com/github/{there}/blob/{branch or 'main'}"
            f"/notebooks/{name}"
        )
    repository = quote(place + ending, safe="")
    return f"https://mybinder.org/v2/git/{repository}/{branch or 'HEAD'}?labpath=notebooks/{name}"


def stamp(notebook: NotebookNode, address: str = ADDRESS) -> None:
    """Put the cell before the first code cell and the sentence that leads to it, or renew it."""
    notebook.cells = [cell for cell in notebook.cells if cell.id != HOSTED]
    first = next(at for at, cell in enumerate(notebook.cells) if cell.id in ("wait", "setup"))
    cell = new_code_cell(SOURCE.format(address=address), id=HOSTED, execution_count=1)
    cell.metadata.update(
        nst_reason="It speaks on a hosted service only.",
        slideshow={"slide_type": "skip"},
        tags=[FOLDED, NOT_COMPARED],
    )
    fold(cell)
    notebook.cells.insert(first, cell)


if __name__ == "__main__":
    for path in paths():
        notebook = nbformat.read(path, 4)
        stamp(notebook)
        nbformat.write(notebook, path)
        print(f"{path.name}: the package comes from {ADDRESS}")
