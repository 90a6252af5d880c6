"""Write the slides: `python -m tools.slides`.

They are made from the notebooks: a slide has one thought, and one figure as wide as the slide.
The pages in `build/slides` need no network; press S for the speaker's notes. reveal.js and MathJax
come from npm's registry, once, when the slides are first built.
"""

from __future__ import annotations

import base64
import html
import io
import re
import shutil
import subprocess
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nbformat
import numpy as np
from jinja2 import Template
from nbconvert.filters import Highlight2HTML, markdown2html
from nbformat import NotebookNode
from PIL import Image
from pygments.formatters import HtmlFormatter
from ruff.__main__ import find_ruff_bin

from nst_helpers.languages import N_, _, languages
from tools import letters, npm
from tools.series import (
    BUILD,
    HOSTED,
    NOTEBOOKS,
    ROOT,
    SWITCH,
    TALLY,
    all_paths,
    folder,
    is_compared,
    language_of,
    notes,
    part_of,
    speaking,
    text_of,
)

TARGET = BUILD / "slides"
TEMPLATE = Path(__file__).with_suffix(".html")
PACKAGES = ("reveal.js@5.2.1", "mathjax@3.2.2")
CANVAS, HEIGHT = 1280, 800  # pixels of a slide
WIDTH, ROOM = 1100, 716  # what is left for its text and its figure
LETTERS = {"text": 76, "table": 84, "code": 74}  # on a line
LINE = {"text": 38, "table": 30, "code": 31}  # pixels
GAP = 16
# Headings with a look of their own.
MARKS = {N_("Exercise"): "exercise", N_("Try it"): "try"}


class Block(NamedTuple):
    """What stays together on a slide."""

    kind: str  # "heading", "text", "code" or "figure"
    html: str
    height: float
    cell: NotebookNode
    source: str = ""


class Switch(NamedTuple):
    """The way to the same place in the other language."""

    page: str
    language: str
    name: str  # of the language, in itself


class Slide(NamedTuple):
    """One slide: the line above it, its blocks, and what the speaker says."""

    where: str
    blocks: list[Block]

    @property
    def notes(self) -> str:
        """Return the notes of the cells that are shown here."""
        cells = {block.cell.id: block.cell for block in self.blocks}.values()
        return "\n".join(markdown2html(notes(cell)) for cell in cells if notes(cell))

    @property
    def height(self) -> float:
        """Return the height of all blocks, in pixels."""
        return sum(block.height for block in self.blocks)

    @property
    def is_short(self) -> bool:
        """Tell whether there is room for larger letters."""
        kinds = {block.kind for block in self.blocks}
        return kinds <= {"heading", "text"} and self.height * 1.8 < ROOM


def slides(notebook: NotebookNode) -> list[Slide]:
    """Lay a notebook out: a section begins a slide, a figure ends one with the text before it."""
    title = where = ""
    made: list[Slide] = []
    said: Block | None = None  # the last text of the section
    for block in (block for cell in notebook.cells for block in _blocks(cell)):
        if block.kind == "heading":
            heading = re.sub(r"<[^>]+>", "", block.html).strip()
            title = title or heading
            where = title if heading == title else f"{title} · {heading}"
            made.append(Slide(where, [block]))
            said = None
            continue
        if made and not _is_full(made[-1]) and made[-1].height + block.height <= ROOM:
            made[-1].blocks.append(block)
        else:
            made.append(Slide(where, [*_thought(made, said, block), block]))
        said = {"text": block, "figure": None}.get(block.kind, said)
    # Where a figure took the text along, what is left is a heading, which stands there as well.
    return [slide for slide in made if any(block.kind != "heading" for block in slide.blocks)]


def mark(notebook: NotebookNode) -> None:
    """Set each cell's slide type, for presenting from JupyterLab: the same slides begin there."""
    begins = {slide.blocks[0].cell.id for slide in slides(notebook)}
    for cell in notebook.cells:
        kind = "skip" if _is_left_out(cell) else "slide" if cell.id in begins else "-"
        cell.metadata["slideshow"] = {"slide_type": kind}


def name(path: Path) -> str:
    """Return the name of a notebook's page, such as 03_style_matrix.ja.slides.html."""
    return f"{path.stem}.{language_of(path)}".removesuffix(".en") + ".slides.html"


def export(path: Path) -> str:
    """Return one notebook as a page of slides, each with the way to the other language's."""
    made = laid_out(path)
    others = [NOTEBOOKS / folder(code) / path.name for code in languages()]
    other = next((one for one in others if one != path and one.exists()), None)
    return Template(TEMPLATE.read_text("utf-8")).render(
        title=html.escape(made[0].where),
        language=language_of(path),
        switch=switch(other) if other else None,
        there=same_places(made, laid_out(other)) if other else [],
        slides=made,
        code_style=HtmlFormatter().get_style_defs(".highlight"),
        canvas=CANVAS,
        height=HEIGHT,
        width=WIDTH,
        room=ROOM,
    )


def laid_out(path: Path) -> list[Slide]:
    """Return the slides of a notebook, its marks read in its own language."""
    with speaking(language_of(path)):
        return slides(nbformat.read(path, 4))


def switch(other: Path) -> Switch:
    """Return the way to a notebook in the other language."""
    with speaking(language_of(other)):
        return Switch(name(other), language_of(other), _("English"))


def same_places(made: list[Slide], other: list[Slide]) -> list[int]:
    """Return, for each slide, which of the other language's shows the cell that it begins with."""
    found: dict[str, int] = {}
    for number, slide in enumerate(other):
        for block in slide.blocks:
            found.setdefault(block.cell.id, number)
    return [found[slide.blocks[0].cell.id] for slide in made]


def prepare(target: Path) -> None:
    """Put all that the pages need beside them: reveal.js, MathJax and the Japanese letters."""
    fetch(target)
    letters.write(target / "japanese.woff", all_paths())


def fetch(target: Path) -> None:
    """Put reveal.js and MathJax beside the slides, unless they are there."""
    if (target / "mathjax" / "tex-svg.js").exists():
        return
    workshop = target / "npm"
    modules = npm.fetch(PACKAGES, workshop, "reveal.js and MathJax")
    for part in ("dist", "plugin/notes"):
        shutil.copytree(
            modules / "reveal.js" / part, target / "reveal.js" / part, dirs_exist_ok=True
        )
    (target / "mathjax").mkdir(exist_ok=True)
    shutil.copy(modules / "mathjax" / "es5" / "tex-svg.js", target / "mathjax")
    shutil.rmtree(workshop)


def _is_left_out(cell: NotebookNode) -> bool:
    part = part_of(cell)
    if part == "about":
        return _("predict") not in cell.source.splitlines()[0]  # a vote is for the class
    return bool(part) or cell.id in ("setup", "wait", HOSTED, SWITCH, TALLY)


def _is_full(slide: Slide) -> bool:
    return slide.blocks[-1].kind == "figure"


def _thought(made: list[Slide], said: Block | None, block: Block) -> list[Block]:
    """Return what a figure on a new slide stands with: the last text, or its last sentences.

    It is taken from the slide before where it ended it, and repeated where code came between.
    """
    if block.kind != "figure" or said is None:
        return []
    last = made[-1].blocks
    if last[-1] is said and said.height + block.height <= ROOM:
        return [last.pop()]
    sentences = re.split(r"((?<=[.?!:)])\s+(?=[A-Z*`$(])|(?<=[。?])(?=.))", said.source)
    for first in range(0, len(sentences), 2):  # between them stands what parts them
        for made_of in _of_text("".join(sentences[first:])):
            if made_of[0] == "text" and made_of[2] + block.height <= ROOM:
                return [Block(*made_of, block.cell)]
    return []


def _blocks(cell: NotebookNode) -> list[Block]:
    if _is_left_out(cell):
        return []
    if cell.cell_type == "markdown":
        return [
            Block(*made, cell, part) for part in _parts(text_of(cell)) for made in _of_text(part)
        ]
    pictures = [figure for output in cell.outputs for figure in _figures(output)]
    if pictures:
        return [Block("figure", *figure, cell) for figure in pictures]
    if not is_compared(cell):
        return []  # a long run, and what it says belongs to one machine
    said = "".join(output.get("text", "") for output in cell.outputs)
    source = _narrow(cell.source)
    code = Block("code", Highlight2HTML()(source), _lines(source, "code") + 16 + GAP, cell)
    if not said.strip():
        return [code]
    answer = Block(
        "code",
        f'<pre class="said">{html.escape(said.rstrip())}</pre>',
        _lines(said.rstrip(), "code") + 8 + GAP,
        cell,
    )
    if code.height + answer.height > ROOM:
        return [code, answer]
    return [Block("code", code.html + answer.html, code.height + answer.height, cell)]


@cache
def _narrow(code: str) -> str:
    """Break lines of code as Ruff does, for the letters of a slide."""
    command = [find_ruff_bin(), "format", f"--line-length={LETTERS['code']}", "-"]
    done = subprocess.run(command, input=code, cwd=ROOT, text=True, capture_output=True)
    # What is no plain Python, a line for Jupyter alone, stays as it is.
    return code if done.returncode else done.stdout.rstrip()


def _parts(source: str) -> list[str]:
    """Cut a text into paragraphs, list items and tables; a formula stays with its sentence."""
    source = re.sub(r"^(#+ .*)$", r"\n\1\n", source.strip(), flags=re.M)
    parts = re.split(r"\n\s*\n(?!\$\$)", source)
    parts = [item for part in parts for item in re.split(r"\n(?=[-*] |\d+\. )", part)]
    return [part.strip() for part in parts if part.strip()]


def _of_text(part: str) -> list[tuple[str, str, float]]:
    """Return (kind, HTML, height) of a piece of Markdown; a long table becomes several."""
    if part.startswith("#"):
        text = re.sub(r'<a class="anchor-link".*?</a>', "", markdown2html(part))
        for mark, look in MARKS.items():
            if re.match("#+ " + _(mark) + "(?![a-z])", part):
                text = re.sub(r"<h(\d)", rf'<h\1 class="{look}"', text)
        return [("heading", text, 46 * _count(part, 50) + GAP)]
    if part.startswith("|"):
        head, rows = part.splitlines()[:2], part.splitlines()[2:]
        tables: list[list[str]] = [[]]
        for row in rows:
            if sum(map(_row, [*tables[-1], row])) > ROOM - 120:
                tables.append([])
            tables[-1].append(row)
        return [
            ("text", markdown2html("\n".join([*head, *table])), sum(map(_row, table)) + 38 + GAP)
            for table in tables
        ]
    if own := re.fullmatch(r"!\[(.+)\]\(data:(.+);base64,(.+)\)", part):
        return [("figure", *figure) for figure in _figure(own[2], own[3], own[1])]
    if part.startswith("```"):
        part = re.sub(
            r"(?s)(?<=^```python\n).*(?=```$)", lambda code: _narrow(code[0]) + "\n", part
        )
        return [("code", markdown2html(part), _lines(part, "code") + GAP)]
    lecture = "<p><em>(?=" + _("Lecture") + "[:\uff1a])"
    text = re.sub(lecture, '<p><em class="lecture">', markdown2html(part))
    # A formula stands between paragraphs, and is higher than a line.
    formulas = 54 * (part.count("$$") // 2)
    return [("text", text, _lines(part, "text") + formulas + GAP)]


def _count(text: str, letters: int) -> int:
    plain = re.sub(r"\]\([^)]*\)|[*`\[\]]|\\[a-z]+", "", text)
    return sum(1 + _width(line) // letters for line in plain.splitlines())


def _width(line: str) -> int:
    """Return how many letters' room a line takes: a Japanese one takes two."""
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in line)


def _lines(text: str, kind: str) -> float:
    if kind == "text":
        text = text.replace("\n", " ")
    return LINE[kind] * _count(text, LETTERS[kind])


def _row(row: str) -> float:
    cells = row.strip("| ").split(" | ")
    return LINE["table"] * max(_count(cell, LETTERS["table"] // len(cells)) for cell in cells) + 8


def _figures(output: NotebookNode) -> list[tuple[str, float]]:
    """Return (HTML, height) of an output's picture, or of its pieces."""
    for kind in ("image/png", "image/jpeg"):
        if kind in output.get("data", {}):
            return _figure(kind, output.data[kind], output.metadata.get(kind, {}).get("alt", ""))
    return []


def _figure(kind: str, data: str, words: str) -> list[tuple[str, float]]:
    """Return (HTML, height) of a picture; what is too high is cut between its rows."""
    return [
        (
            f'<img src="data:{kind};base64,{base64.b64encode(piece).decode()}" '
            f'alt="{html.escape(words, quote=True)}">',
            min(ROOM, WIDTH * high / wide),
        )
        for piece, (wide, high) in _pieces(base64.b64decode(data), kind)
    ]


def _pieces(data: bytes, kind: str) -> list[tuple[bytes, tuple[int, int]]]:
    picture = Image.open(io.BytesIO(data))
    wide, high = picture.size
    if WIDTH * high / wide <= ROOM:
        return [(data, picture.size)]
    white = np.asarray(picture.convert("L")).min(axis=1) > 248
    edges = np.flatnonzero(np.diff(np.r_[False, white, False]))  # of the gaps between rows
    gaps = [gap for gap in edges.reshape(-1, 2) if 0.3 * high < gap.mean() < 0.7 * high]
    if not gaps:
        return [(data, picture.size)]
    cut = int(max(gaps, key=np.ptp).mean())
    found = []
    for box in ((0, 0, wide, cut), (0, cut, wide, high)):
        stream = io.BytesIO()
        options = {"quality": 92} if kind == "image/jpeg" else {}
        picture.crop(box).save(stream, kind.partition("/")[2], **options)
        found.append((stream.getvalue(), (wide, box[3] - box[1])))
    return found


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    prepare(TARGET)
    for path in all_paths():
        (TARGET / name(path)).write_text(export(path), encoding="utf-8")
        print((TARGET / name(path)).relative_to(ROOT))
