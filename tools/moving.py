"""The book's figures that move without a kernel: where they stand, and their HTML.

`tools/frames.py` makes their pictures, `docs/book/_static/book.js` moves them. Without a script the
picture at the sliders' first places is seen.
"""

from __future__ import annotations

import html
import json
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from nst_helpers.languages import _, language
from tools.series import DOCS

FRAMES = DOCS / "book" / "_static" / "moving"
# Notebook and cell that a figure stands below. The film stands on the first page as well.
PLACES = {
    "together": ("02_channel_correlation", "pair-explorer"),
    "layers": ("04_layer_style_cost", "layer-explorer"),
    "weight_and_steps": ("05_style_transfer", "beta-facts"),
    "film": ("05_style_transfer", "idle"),
}


def insert(notebook: NotebookNode, stem: str, static: str) -> None:
    """Put each figure that belongs into a notebook below its cell."""
    for name, (where, cell_id) in PLACES.items():
        if where != stem:
            continue
        ids = [cell.id for cell in notebook.cells]
        if cell_id not in ids:
            raise ValueError(f"The figure {name} stands below {cell_id}, which {stem} has not.")
        made = new_markdown_cell(figure(name, static), id=f"moving-{name}")
        notebook.cells.insert(ids.index(cell_id) + 1, made)


def words(name: str) -> Path:
    """Return where it is written what a figure says, in the language that is spoken."""
    return FRAMES / name / f"figure.{language()}.json"


def figure(name: str, static: str) -> str:
    """Return a figure's HTML as Markdown takes it; `static` leads from the page to its pictures."""
    content = json.loads(words(name).read_text("utf-8"))
    content |= {"play": _("Play"), "pause": _("Pause")}
    sliders = content["sliders"]
    first = [slider["first"] for slider in sliders]
    values = [slider["values"][slider["first"]] for slider in sliders]
    place = 0
    for slider in sliders:
        place = place * len(slider["values"]) + slider["first"]
    panes = []
    for number, pane in enumerate(content["panes"]):
        file = "-".join(map(str, [number, *(first if pane["moves"] else [])])) + pane["ending"]
        width, height = pane["size"]
        panes.append(
            f'<div class="pane"><p>{html.escape(pane["title"])}</p><img loading="lazy" '
            f'src="{static}/moving/{name}/{file}" width="{width}" height="{height}" '
            f'alt="{html.escape(pane["words"].format(*values))}"></div>'
        )
    lines = [
        f'<figure class="moving" id="moving-{name}">',
        f"<figcaption>{html.escape(content['label'])}</figcaption>",
        f'<div class="panes">{"".join(panes)}</div>',
        f"<output>{html.escape(content['said'][place])}</output>",
        # A "<" would end the script if "/script" followed.
        '<script type="application/json">'
        + json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")
        + "</script>",
        "</figure>",
    ]
    return "```{raw} html\n" + "\n".join(lines) + "\n```"
