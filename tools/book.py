"""Write the book: `python -m tools.book`.

The series as pages that open from a folder, without a network and without a server. Sphinx and
myst-nb make them from what is committed; no cell is run, and a warning is an error. KaTeX, which
sets the formulas, comes from npm's registry, once.

Each language has a book of its own, the English one at the top, the Japanese one in `ja`. A page is
there in a language if its source is; what leads to one that is not leads to the English page.
"""

from __future__ import annotations

import copy
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from nst_helpers.languages import N_, _, language, languages
from tools import guide, letters, moving, npm
from tools.hosted import open_address
from tools.series import (
    BUILD,
    DOCS,
    HOSTED,
    NOTES,
    ROOT,
    SWITCH,
    folder,
    paths,
    speaking,
    text_of,
)

BOOK = DOCS / "book"
SOURCE = BUILD / "book-source"
TARGET = BUILD / "book"
KATEX = BUILD / "katex"
PACKAGES = ("katex@0.16.22",)
PAGES = ("questions.md", "glossary.md", "instructor_guide.md")
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
    guide.HEADING,
    N_("Misunderstandings, and the question that exposes each"),
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
        if cell.cell_type == "markdown":
            cell.source = quiet(cell.source)
    shown.cells.insert(1, new_markdown_cell(offer(name), id="offer"))
    moving.insert(shown, name.removesuffix(".ipynb"), f"../{place('_static')}")
    return shown


def quiet(text: str) -> str:
    """Give the line that says which points of the lecture come a look of its own."""
    line = r"^(\*" + _("Lecture") + r"[:\uff1a](?:.+\n?)+)"
    return re.sub(line, r'<div class="lecture">\n\n\1\n\n</div>\n', text, flags=re.M)


def offer(name: str) -> str:
    """Return the line below a title: the notebook to keep, and where it can be opened."""
    words = _("Download this notebook")
    links = [f'<a href="../downloads/{name}" download>{words}</a>']
    if address := open_address((Path(folder(language())) / name).as_posix()):
        words = _("Open in a hosted notebook")
        links.append(f'<a href="{address}">{words}</a>')
    return f'<p class="offer">{" ".join(links)}</p>'


def first_page() -> str:
    """Return the first page, with the way to a hosted notebook where there is one."""
    text = _("Each notebook's page has a button that downloads it.")
    if address := open_address((Path(folder(language())) / paths()[0].name).as_posix()):
        begin = _("Another one opens it in a hosted notebook; [begin there with 00]({address}).")
        text = f"{text} {begin.format(address=address)}"
    else:
        text += " " + _("Hosted notebook services take it; the instructor's guide says how.")
    page = sources()["index"].read_text("utf-8").replace("{{ hosted }}", text)
    beside = [name for name in sources() if name.startswith("docs/") or name == "reference"]
    page = page.replace("{{ beside }}", "\n".join(beside))
    return page.replace("{{ film }}", moving.figure("film", place("_static")))


def editions() -> list[str]:
    """Return the languages that have a book: those with a first page."""
    return [code for code in languages() if (BOOK / folder(code) / "index.md").exists()]


def sources() -> dict[str, Path]:
    """Return the pages of the language that is spoken, each with what it is made from."""
    code = language()
    of = {"index": BOOK / folder(code) / "index.md"}
    of |= {f"notebooks/{path.stem}": path for path in paths(code)}
    of |= {f"docs/{Path(name).stem}": DOCS / folder(code) / name for name in PAGES}
    of["reference"] = BOOK / folder(code) / "reference.md"
    return {name: path for name, path in of.items() if path.exists()}


def place(address: str) -> str:
    """Return where a file of the whole book lies, as it is seen from the language's own part."""
    return f"../{address}" if folder(language()) else address


def linked(text: str, source: Path) -> str:
    """Lead the links of a page to others in its language, or where there is none to English ones.

    The line that leads to the page itself in the other language is left out: the book has its own.
    """
    text = re.sub(rf"^\[[^\]]+\]\((?:\.\./|\w\w/){source.name}\)\n+", "", text, flags=re.M)
    own = sources()
    with speaking("en"):
        english = sources()
    up = "../" * next(name for name, path in own.items() if path == source).count("/")

    def lead(found: re.Match[str]) -> str:
        words, address, mark = found.groups(default="")
        there = Path(os.path.relpath(source.parent / address, ROOT)).as_posix()
        page = re.fullmatch(r"(notebooks|docs)/(?:(\w\w)/)?(\w+)\.(?:ipynb|md)", there)
        name = f"{page[1]}/{page[3]}" if page else ""
        if not page or name not in english:
            return found[0]
        if name in own and (not mark or (page[2] or "en") == language()):
            return f"[{words}]({up}{name}{own[name].suffix}{mark})"
        return f'<a href="{up}{place(name)}.html{mark}">{words}</a>'

    return re.sub(r"(?<!!)\[([^\]]+)\]\(([^)\s:#]+)(#[^)\s]+)?\)", lead, text)


def public(guide: str) -> str:
    """Return the guide without what is for the instructor alone, nor links to it."""
    for heading in map(_, UNSAID):
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
    """Write all that Sphinx reads, for each language."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    (SOURCE / "static" / "katex").mkdir(parents=True)
    for code in editions():
        with speaking(code):
            write_pages(SOURCE / code, SOURCE / "extra" / code)
    katex(SOURCE / "static" / "katex")


def write_pages(target: Path, extra: Path) -> None:
    """Write the pages of the language that is spoken, and the notebooks to download."""
    for part in (target / "notebooks", target / "docs", extra / "downloads"):
        part.mkdir(parents=True)
    for name, path in sources().items():
        to = target / f"{name}{path.suffix}"
        if path.suffix == ".ipynb":
            notebook = nbformat.read(path, 4)
            nbformat.write(download(notebook), extra / "downloads" / path.name)
            shown = page(notebook, path.name)
            for cell in shown.cells:
                if cell.cell_type == "markdown":
                    cell.source = linked(cell.source, path)
            nbformat.write(shown, to)
            continue
        made = {"index": first_page, "reference": reference}
        text = made[name]() if name in made else path.read_text("utf-8")
        text = public(text) if path.name == guide.NAME else text
        to.write_text(linked(text, path), "utf-8")
    for name in re.findall(r"!\[.+?\]\(docs/(.+?)\)", first_page()):
        shutil.copy(DOCS / name, target / "docs")


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


def build() -> None:
    """Write the book anew, with all formulas set; end with Sphinx's or KaTeX's own words if not."""
    shutil.rmtree(TARGET, ignore_errors=True)
    sphinx = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-E", "-a"]
    runs = []
    for code in editions():
        read = str(SOURCE / "read" / code)
        folders = ["-c", str(BOOK), "-d", read, str(SOURCE / code), str(TARGET / folder(code))]
        runs.append(subprocess.Popen([*sphinx, *folders], env=os.environ | {"NST_LANG": code}))
    if any([run.wait() for run in runs]):
        raise SystemExit("The book was not written: a warning is an error.")
    said = [*TARGET.rglob("*.html"), *TARGET.rglob("translations.js")]
    for code in editions():
        letters.write(TARGET / folder(code) / "_static" / "japanese.woff", said)
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
