"""Put the first cell for hosted notebooks into every notebook: `python -m tools.hosted`.

The cell says which language the notebook speaks, where the reader has not chosen one; on a hosted
service it gets the package from ADDRESS.
"""

from __future__ import annotations

import re
from urllib.parse import quote

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tools.fold import FOLDED, fold
from tools.series import HOSTED, NOT_COMPARED, all_paths, language_of

# Whatever pip takes: a repository ("git+https://…"), an archive or a wheel. Set it, then run the
# command above, and pass the notebooks on.
TO_FILL_IN = "git+https://ADDRESS.OF.THE.REPOSITORY/nst.git"
ADDRESS = TO_FILL_IN
TITLES = {
    "en": "Run this first: it sets the language, and in a hosted notebook gets what is needed.",
    "ja": "最初に実行してください。言語を設定し、クラウド上では必要なものを取得します。",
}
SOURCE = """\
# @title {title}
import os
import subprocess
import sys

os.environ.setdefault("NST_LANG", "{language}")
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


def source(address: str = ADDRESS, language: str = "en") -> str:
    """Return the cell's code."""
    return SOURCE.format(title=TITLES[language], language=language, address=address)


def stamp(notebook: NotebookNode, address: str = ADDRESS, language: str = "en") -> None:
    """Put the cell before the first code cell and the sentence that leads to it, or renew it."""
    notebook.cells = [cell for cell in notebook.cells if cell.id != HOSTED]
    first = next(at for at, cell in enumerate(notebook.cells) if cell.id in ("wait", "setup"))
    cell = new_code_cell(source(address, language), id=HOSTED, execution_count=1)
    cell.metadata.update(
        nst_reason="It speaks on a hosted service only.",
        slideshow={"slide_type": "skip"},
        tags=[FOLDED, NOT_COMPARED],
    )
    fold(cell)
    notebook.cells.insert(first, cell)


if __name__ == "__main__":
    for path in all_paths():
        notebook = nbformat.read(path, 4)
        stamp(notebook, language=language_of(path))
        nbformat.write(notebook, path)
        print(f"{path.name}: the package comes from {ADDRESS}")
