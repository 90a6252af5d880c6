"""Write the slides: `python -m tools.slides`, or first `… mark` after a notebook has changed.

The slides are the notebooks themselves, as reveal.js pages in `build/slides` that need no network;
press S for the speaker's notes. `mark` writes into the notebooks which cell begins a slide.
reveal.js and MathJax come from npm's registry, once, when the slides are first built.
"""

from __future__ import annotations

import base64
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import nbformat
from nbconvert.exporters import SlidesExporter
from nbformat import NotebookNode
from traitlets.config import Config

from tools.series import (
    BUILD,
    ROOT,
    TALLY,
    TEMPLATES,
    is_compared,
    notes,
    notes_cell,
    part_of,
    paths,
)

TARGET = BUILD / "slides"
PACKAGES = ("reveal.js@5.2.1", "mathjax@3.2.2")
WIDTH, HEIGHT = 1280, 720
ROOM, SHORT = 780, 240  # pixels: a slide (it may shrink a little); a remark that joins another
LINE = {"markdown": 33, "code": 26}  # pixels
LETTERS = 95  # on a line


def mark(notebook: NotebookNode) -> None:
    """Set each cell's slide type: a section begins a slide, and what does not fit goes below it."""
    used = 0.0
    for place, cell in enumerate(notebook.cells):
        kind, height = _kind(cell), _height(cell)
        together = height if kind == "-" else _height_with_code(notebook.cells[place:])
        if kind == "text":
            kind = "-" if together <= SHORT and used + together <= ROOM else "subslide"
        elif kind == "-" and used + height > ROOM:
            kind = "subslide"
        if kind in ("slide", "subslide"):
            used = 0.0
        if kind != "skip":
            used += height
        cell.metadata["slideshow"] = {"slide_type": kind}


def export(path: Path) -> str:
    """Return one notebook as a page of slides."""
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        if _ignored(cell):
            cell.outputs = []
        if _is_figure(cell):
            cell.metadata["transient"] = {"remove_source": True}
    notebook.cells = [shown for cell in notebook.cells for shown in _with_notes(cell)]
    config = Config()
    config.SlidesExporter.reveal_url_prefix = "reveal.js"
    config.SlidesExporter.reveal_theme = "white"  # its fonts come with it
    config.SlidesExporter.reveal_width, config.SlidesExporter.reveal_height = (
        str(WIDTH),
        str(HEIGHT),
    )
    exporter = SlidesExporter(
        config=config, template_name="slides", extra_template_basedirs=[str(TEMPLATES)]
    )
    return exporter.from_notebook_node(notebook, {"metadata": {"name": path.stem}})[0]


def fetch(target: Path) -> None:
    """Put reveal.js and MathJax beside the slides, unless they are there."""
    if (target / "mathjax" / "tex-svg.js").exists():
        return
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is missing. It fetches reveal.js and MathJax: install Node.js.")
    workshop = target / "npm"
    workshop.mkdir(parents=True, exist_ok=True)
    options = ["--prefix", str(workshop), "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run([npm, "install", "--silent", *options, *PACKAGES], check=True)
    modules = workshop / "node_modules"
    for part in ("dist", "plugin/notes"):
        shutil.copytree(
            modules / "reveal.js" / part, target / "reveal.js" / part, dirs_exist_ok=True
        )
    (target / "mathjax").mkdir(exist_ok=True)
    shutil.copy(modules / "mathjax" / "es5" / "tex-svg.js", target / "mathjax")
    shutil.rmtree(workshop)


def _kind(cell: NotebookNode) -> str:
    part = part_of(cell)
    if cell.id in ("setup", "wait", TALLY) or part in ("exercise", "check", "run", "hints"):
        return "skip"
    if part == "about":
        return "subslide" if "predict" in cell.source.splitlines()[0] else "skip"
    if cell.cell_type == "markdown":
        return "slide" if cell.source.startswith(("# ", "## ")) else "text"
    return "-"


def _height_with_code(cells: list[NotebookNode]) -> float:
    """Estimate the height of a text and of the code that belongs to it."""
    total = _height(cells[0])
    for cell in cells[1:]:
        if cell.cell_type != "code":
            break
        total += _height(cell)
    return total


def _height(cell: NotebookNode) -> float:
    """Estimate the height of a cell on a slide, in pixels."""
    lines = sum(1 + len(line) // LETTERS for line in cell.source.splitlines())
    if cell.cell_type == "markdown":
        return LINE["markdown"] * lines
    height = 0 if _is_figure(cell) else LINE["code"] * lines + 20
    for output in [] if _ignored(cell) else cell.outputs:
        images = [data for kind, data in output.get("data", {}).items() if "image" in kind]
        height += sum(_image_height(image) for image in images)
        height += LINE["code"] * len(output.get("text", "").splitlines())
    return height


def _image_height(image: str) -> int:
    data = base64.b64decode(image)
    if data.startswith(b"\x89PNG"):
        return min(560, struct.unpack(">I", data[20:24])[0])
    at = 2
    while data[at + 1] not in (0xC0, 0xC2):  # a JPEG's size stands in its frame header
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return min(560, struct.unpack(">H", data[at + 5 : at + 7])[0])


def _is_figure(cell: NotebookNode) -> bool:
    """Tell whether only the picture is of interest: on a slide its code is left out."""
    return cell.cell_type == "code" and "show(" in cell.source


def _ignored(cell: NotebookNode) -> bool:
    return not is_compared(cell) and not _is_figure(cell)


def _with_notes(cell: NotebookNode) -> list[NotebookNode]:
    return [cell, notes_cell(cell, notes(cell))] if notes(cell) else [cell]


def main(arguments: list[str]) -> None:
    """Mark the notebooks, or build their slides."""
    if arguments == ["mark"]:
        for path in paths():
            notebook = nbformat.read(path, 4)
            mark(notebook)
            nbformat.write(notebook, path)
        return
    if arguments:
        raise SystemExit("Say nothing, to build the slides, or mark.")
    TARGET.mkdir(parents=True, exist_ok=True)
    fetch(TARGET)
    for path in paths():
        page = TARGET / f"{path.stem}.slides.html"
        page.write_text(export(path), encoding="utf-8")
        print(page.relative_to(ROOT))


if __name__ == "__main__":
    main(sys.argv[1:])
