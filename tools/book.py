"""Write the book: `python -m tools.book`.

The series as pages that open from a folder, without a network and without a server. Sphinx and
myst-nb make them from what is committed; no cell is run, and a warning is an error. KaTeX, which
sets the formulas, comes from npm's registry, once.
"""

from __future__ import annotations

import copy
import re
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import nbformat
from fontTools import subset
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from tools import moving, npm
from tools.hosted import open_address
from tools.series import BUILD, DOCS, HOSTED, NOTES, ROOT, SWITCH, paths, text_of

BOOK = DOCS / "book"
SOURCE = BUILD / "book-source"
TARGET = BUILD / "book"
KATEX = BUILD / "katex"
PACKAGES = ("katex@0.16.22",)
PAGES = ("glossary.md", "questions.md", "instructor_guide.md")
PACKAGE = ROOT / "nst_helpers"
# The rooms that readers meet, as CONTRIBUTING.md orders them; a test compares them with the names
# that the package and the notebooks use.
ROOMS = (
    "session.device",
    "images",
    "gallery",
    "colours",
    "sound",
    "spectrogram",
    "network.vgg",
    "network.styles",
    "blocks",
    "activations",
    "style_matrix",
    "statistics",
    "costs",
    "reference",
    "conventions",
    "objective",
    "optimisers",
    "pyramid",
    "transfer",
    "film",
    "descent",
    "volume",
    "figures",
    "figures.sounds",
    "exercises",
    "panels",
)
# What the guide says to the instructor alone: the notes to the figures, and what exposes mistakes.
UNSAID = (
    "What to say at each figure",
    "Misunderstandings, and the question that exposes each",
)


def download(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook as readers get it: without the speaker's notes."""
    given = copy.deepcopy(notebook)
    given.cells = [cell for cell in given.cells if cell.id != SWITCH]
    for cell in given.cells:
        cell.metadata.pop(NOTES, None)
    return given


def page(notebook: NotebookNode, name: str) -> NotebookNode:
    """Return a notebook as the book shows it: a line that offers it, no cell for other places."""
    shown = download(notebook)
    shown.cells = [cell for cell in shown.cells if cell.id != HOSTED]
    for cell in shown.cells:
        cell.source = text_of(cell)
        cell.pop("attachments", None)
    shown.cells.insert(1, new_markdown_cell(offer(name), id="offer"))
    moving.insert(shown, name.removesuffix(".ipynb"))
    return shown


def offer(name: str) -> str:
    """Return the line below a title: the notebook to keep, and where it can be opened."""
    links = [f'<a href="../downloads/{name}" download>Download this notebook</a>']
    if address := open_address(name):
        links.append(f'<a href="{address}">Open in a hosted notebook</a>')
    return f'<p class="offer">{" ".join(links)}</p>'


def first_page() -> str:
    """Return the first page, with the way to a hosted notebook where there is one."""
    text = "Each notebook's page has a button that downloads it"
    if address := open_address(paths()[0].name):
        text += f", and one that opens it in a hosted notebook; [begin there with 00]({address})."
    else:
        text += ". Hosted notebook services take it; the instructor's guide says how."
    page = (BOOK / "index.md").read_text("utf-8").replace("{{ hosted }}", text)
    return page.replace("{{ film }}", moving.figure("film", "_static"))


def public(guide: str) -> str:
    """Return the guide without what is for the instructor alone, nor links to it."""
    for heading in UNSAID:
        mark = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        guide, count = re.subn(rf"^## {heading}\n.*?(?=^## )", "", guide, flags=re.M | re.S)
        if count != 1:
            raise ValueError(f"The guide has {count} sections “{heading}”, expected one.")
        guide = re.sub(rf"^- \[[^\]]+\]\(#{mark}\).*\n", "", guide, flags=re.M)
        guide = re.sub(rf"\[([^\]]+)\]\(#{mark}\)", r"\1", guide)
    return guide


def reference() -> str:
    """Return the page of the package, a section a room, in the order of the data's way."""
    sections = [
        f"## `{name}`\n\n```{{eval-rst}}\n.. automodule:: nst_helpers.{name}\n   :members:\n"
        # Where a room is a folder, its own list says what it offers.
        + ("   :imported-members:\n" if (PACKAGE / name).is_dir() else "")
        + "```\n"
        for name in ROOMS
    ]
    return "\n".join([(BOOK / "reference.md").read_text("utf-8"), *sections])


def prepare() -> None:
    """Write all that Sphinx reads."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    for folder in ("notebooks", "docs", "extra/downloads", "static/katex"):
        (SOURCE / folder).mkdir(parents=True)
    (SOURCE / "index.md").write_text(first_page(), "utf-8")
    for path in paths():
        notebook = nbformat.read(path, 4)
        nbformat.write(page(notebook, path.name), SOURCE / "notebooks" / path.name)
        nbformat.write(download(notebook), SOURCE / "extra" / "downloads" / path.name)
    for name in PAGES:
        text = (DOCS / name).read_text("utf-8")
        text = public(text) if name == "instructor_guide.md" else text
        (SOURCE / "docs" / name).write_text(text, "utf-8")
    for name in re.findall(r"!\[.+?\]\(docs/(.+?)\)", first_page()):
        shutil.copy(DOCS / name, SOURCE / "docs")
    (SOURCE / "reference.md").write_text(reference(), "utf-8")
    katex(SOURCE / "static" / "katex")
    letters(SOURCE / "static" / "japanese.woff")


def katex(target: Path) -> None:
    """Put KaTeX's styles and fonts beside the pages, in the one format that all browsers read."""
    if not KATEX.exists():
        shutil.move(npm.fetch(PACKAGES, BUILD / "npm", "KaTeX") / "katex" / "dist", KATEX)
        shutil.rmtree(BUILD / "npm")
    styles = (KATEX / "katex.min.css").read_text("utf-8")
    styles = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("\w+"\)', "", styles)
    (target / "katex.min.css").write_text(styles, "utf-8")
    for path in KATEX.glob("fonts/*.woff2"):
        (target / "fonts").mkdir(exist_ok=True)
        shutil.copy(path, target / "fonts")


def letters(target: Path) -> None:
    """Put the Japanese letters that occur beside the pages, for systems that have none."""
    pages = [
        path.read_text("utf-8") for path in SOURCE.rglob("*") if path.suffix in (".md", ".ipynb")
    ]
    found = sorted(set(re.findall("[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]", "".join(pages))))
    package = Path(str(find_spec("matplotlib_fontja").origin)).parent  # type: ignore[union-attr]
    font = package / "fonts" / "ipaexg.ttf"
    subset.main([str(font), f"--text={''.join(found)}", "--flavor=woff", f"--output-file={target}"])


def build() -> None:
    """Write the book anew, with all formulas set; end with Sphinx's or KaTeX's own words if not."""
    shutil.rmtree(TARGET, ignore_errors=True)
    sphinx = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-E", "-a"]
    folders = ["-c", str(BOOK), "-d", str(SOURCE / "read"), str(SOURCE), str(TARGET)]
    if subprocess.run([*sphinx, *folders]).returncode:
        raise SystemExit("The book was not written: a warning is an error.")
    pages = sorted(map(str, TARGET.rglob("*.html")))
    formulas = ["node", str(BOOK / "formulas.cjs"), str(KATEX / "katex.js")]
    if subprocess.run([*formulas, *pages]).returncode:
        raise SystemExit("The book was not written: a formula cannot be set.")


if __name__ == "__main__":
    began = time.monotonic()
    prepare()
    build()
    files = [path for path in TARGET.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    count = sum(path.suffix == ".html" for path in files)
    said = f"{count} pages, {size:.1f} MB, {time.monotonic() - began:.0f} s"
    print(f"{TARGET.relative_to(ROOT)}/index.html: {said}")
