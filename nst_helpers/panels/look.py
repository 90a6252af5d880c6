"""The panels' one look: boxes of controls and pictures, and their manners."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import ipywidgets as widgets
import numpy as np
from IPython.display import display

from nst_helpers.figures.words import bundle, folded
from nst_helpers.languages import N_, _
from nst_helpers.panels.drawing import Row, View, encode_quickly, still_figure
from nst_helpers.panels.event_loop import LastValueWins
from nst_helpers.panels.wording import trouble

TALLEST = 240  # pixels: rows of few pictures are not blown up beyond this height
SMALLEST_SHOWN = 320  # pixels: small pictures are enlarged before they are sent
MANY = 4  # pictures in a row from which on they may be small
DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
HERE = Path(__file__).parent
CSS = (HERE / "look.css").read_text("utf-8")
SCRIPT = (HERE / "panel.js").read_text("utf-8")
# What panel.js says.
SAID_BY_SCRIPT = {
    "typed": N_("{label}, typed"),
    "nothing": N_(
        "Nothing has come of “{file}” ({size} MB). Jupyter takes 10 MB at a time unless it is told "
        "otherwise: make the picture smaller, or start it with make lab, which takes 200 MB. If "
        "the studio does not answer any more, load the page anew."
    ),
    "copied": N_("Copied"),
    "selected": N_("Selected"),
}
WIDGET = "application/vnd.jupyter.widget-view+json"
# Where a notebook is opened without its kernel, the still says all; "model not found" says nothing.
NO_MODEL = (
    '<style class="nst-still">.jp-OutputArea-child:has(.nst-still) + .jp-OutputArea-child > '
    ".jupyter-widgets:not(:has(*)) { display: none; }</style>"
)


class Panel(widgets.VBox):
    """A box of widgets, shown after a still picture that stands in for it without a kernel.

    Parameters
    ----------
    children : sequence of Widget
        What the box holds.
    name : str
        Names the panel, as in "The pair explorer".
    still : callable
        Gives the ``View`` that stands for the panel on a page without a kernel.
    """

    def __init__(
        self, children: Sequence[widgets.Widget], name: str, still: Callable[[], View]
    ) -> None:
        self._name, self._still = name, still
        title = widgets.HTML(
            f"<style>{CSS}</style>{_script(children)}"
            f'<div class="nst-title">{html.escape(name)}</div>'
        )
        super().__init__([title, *children], layout=widgets.Layout(grid_gap="8px"))
        self.add_class("nst-panel")

    def __repr__(self) -> str:
        """Return the sentence that stands where neither widgets nor pictures can be shown."""
        told = _("{panel}: run this cell in JupyterLab to use its controls.")
        return told.format(panel=self._name)

    def outputs(self) -> list[tuple[dict, dict]]:
        """Return the bundles that a cell shows: the still picture, its words, and the widget.

        They are outputs of their own: a front end shows one kind of each, and the widget's dies
        with its kernel. While it lives it hides the others, see look.css.
        """
        view = self._still()
        words = _("{panel}. {sentence}").format(panel=self._name, sentence=view.sentence)
        widget = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return [
            bundle(still_figure(view.rows), words),
            ({"text/html": NO_MODEL + folded(words)}, {}),
            ({WIDGET: widget, "text/plain": repr(self)}, {}),
        ]

    def _ipython_display_(self, **kwargs) -> None:
        for data, metadata in self.outputs():
            display(data, metadata=metadata, raw=True)


class Tiles(widgets.VBox):
    """Rows of captioned pictures whose contents are replaced in place, without flicker.

    Parameters
    ----------
    rows : sequence of rows of (caption, array (1, H, W, 3))
        RGB in [0, 1].
    click : bool
        A click in the first picture chooses a position.
    """

    def __init__(self, rows: Sequence[Row], click: bool = False) -> None:
        self._tiles = [[tile() for _ in row] for row in rows]
        if click:
            for one in self._tiles[0]:
                one.add_class("nst-click")
        boxes = [widgets.HBox(row) for row in self._tiles]
        for box in boxes:
            box.add_class("nst-row")
            if len(box.children) >= MANY:
                box.add_class("nst-many")
        super().__init__(boxes)
        self.add_class("nst-pictures")
        self.show(rows)

    def show(self, rows: Sequence[Row]) -> None:
        """Replace the pictures and captions; as many as there were at the beginning."""
        for box, tiles, row in zip(self.children, self._tiles, rows, strict=True):
            aspects = sum(picture.shape[2] / picture.shape[1] for _, picture in row)
            box.layout.max_width = f"{aspects * TALLEST + 14 * len(row):.0f}px"
            for one, (caption, picture) in zip(tiles, row, strict=True):
                fill(one, caption, picture, SMALLEST_SHOWN)


class Status(widgets.HTML):
    """A line that tells what is going on; screen readers read it out."""

    def say(self, sentence: str, trouble: bool = False) -> None:
        """Show the sentence; `trouble` marks it as one about something that went wrong."""
        kind = "nst-status nst-trouble" if trouble else "nst-status"
        self.value = f'<div class="{kind}" role="status">{html.escape(sentence)}</div>'


def explorer(
    name: str,
    controls: Mapping[str, widgets.Widget],
    view: Callable[..., View],
    more: Sequence[widgets.Widget] = (),
    click: bool = False,
) -> Panel:
    """Put controls around a plain function.

    Parameters
    ----------
    name : str
        Title of the panel.
    controls : {parameter: Widget}
        One control for each parameter of `view`.
    view : callable
        From the controls' values to a ``View``, always with equally many pictures.
    more : sequence of Widget
        Shown under the controls: buttons that move them.
    click : bool
        A click in a picture of the first row is reported to ``Clicked``, one of `more`.

    Returns
    -------
    Panel
        To be shown by a cell. Its ``controls``, ``tiles`` and ``status`` are attributes.
    """

    def current() -> View:
        return view(**{parameter: control.value for parameter, control in controls.items()})

    first = current()
    tiles, status = Tiles(first.rows, click), Status()
    status.say(first.sentence)

    def update() -> None:
        try:
            new = current()
            tiles.show(new.rows)
            status.say(new.sentence)
        except Exception as error:  # whatever it is, it is told in the panel
            status.say(trouble(error), trouble=True)

    changed = LastValueWins(update)
    for control in controls.values():
        control.observe(changed, "value")
    above = box("nst-controls", *controls.values(), *more)
    status.add_class("nst-sentence")
    panel = Panel([box("nst-explorer", above, tiles, status)], name, current)
    panel.controls, panel.tiles, panel.status = controls, tiles, status
    return panel


class Clicked(widgets.Text):
    """Hears of clicks in a panel's pictures; not seen itself.

    Parameters
    ----------
    function : callable
        Is given the place of each click: shares of the width and of the height, 0 to 1.
    """

    def __init__(self, function: Callable[[float, float], None]) -> None:
        super().__init__(continuous_update=False)
        self.add_class("nst-clicked")
        self.add_class("nst-hidden")

        def heard(change: dict) -> None:
            shares = (float(share) for share in change["new"].split()[:2])
            function(*(min(max(share, 0.0), 1.0) for share in shares))

        self.observe(heard, "value")


def box(name: str, *children: widgets.Widget) -> widgets.Box:
    """Return a box whose layout stands in look.css under its name."""
    made = widgets.Box(list(children))
    made.add_class(name)
    return made


def control(widget: widgets.Widget, tooltip: str) -> widgets.Widget:
    """Return a control as the panels show it: name and number above, what moves below."""
    widget.tooltip = tooltip  # no argument: ipywidgets 7 does not know it
    widget.add_class("nst-control")
    return widget


def slider(
    description: str, tooltip: str, options: Sequence, value: object, **more
) -> widgets.SelectionSlider:
    """Return a slider over given values, each with a readable name.

    Parameters
    ----------
    description, tooltip : str
        The label, and the sentence that explains it.
    options : sequence of values or (name, value)
        From left to right.
    value : object
        The first choice.
    **more
        For ``SelectionSlider``.

    Returns
    -------
    SelectionSlider
        Moves by mouse and by arrow keys.
    """
    return control(
        widgets.SelectionSlider(options=options, value=value, description=description, **more),
        tooltip,
    )


def count_slider(description: str, tooltip: str, value: int, most: int) -> widgets.IntSlider:
    """Return a slider over the whole numbers from 0 on.

    Parameters
    ----------
    description, tooltip : str
        The label, and the sentence that explains it.
    value, most : int
        The first choice, and the last number.

    Returns
    -------
    IntSlider
        Moves by mouse and by arrow keys; its number can be typed.
    """
    return control(widgets.IntSlider(value=value, max=most, description=description), tooltip)


def menu(description: str, tooltip: str, options: Sequence, value: object) -> widgets.Dropdown:
    """Return a drop-down menu.

    Parameters
    ----------
    description, tooltip : str
        The label, and the sentence that explains it.
    options : sequence of values or (name, value)
        From top to bottom.
    value : object
        The first choice.

    Returns
    -------
    Dropdown
        The menu.
    """
    return control(widgets.Dropdown(options=options, value=value, description=description), tooltip)


def tile() -> widgets.VBox:
    """Return a place for a picture and its caption."""
    made = widgets.VBox([widgets.Image(format="jpeg"), widgets.HTML()])
    made.add_class("nst-tile")
    return made


def fill(tile: widgets.VBox, caption: str, picture: np.ndarray, smallest: int = 1) -> None:
    """Show a picture and its caption in a tile.

    Parameters
    ----------
    tile : VBox
        From ``tile``.
    caption : str
        Under the picture; also its alternative text.
    picture : array (1, H, W, 3)
        RGB in [0, 1].
    smallest : int
        The longer side becomes at least this, in pixels, by a whole factor.
    """
    image, text = tile.children
    image.value = encode_quickly(picture, smallest)
    text.value = caption_html(caption)
    # Shares of the width in proportion to the aspect make equal heights.
    tile.layout.flex = f"{picture.shape[2] / picture.shape[1]:.3f} 1 0"


def caption_html(caption: str) -> str:
    """Return a caption as HTML, safe whatever it contains."""
    return f'<div class="nst-caption">{html.escape(caption)}</div>'


def _script(children: Sequence[widgets.Widget]) -> str:
    """Return an invisible picture that runs SCRIPT in the page once it is loaded."""
    tips, script = html.escape(json.dumps(dict(_tooltips(children)))), html.escape(SCRIPT)
    words = html.escape(json.dumps({name: _(text) for name, text in SAID_BY_SCRIPT.items()}))
    return f'<img hidden src="{DOT}" data-tips="{tips}" data-words="{words}" onload="{script}">'


def _tooltips(children: Sequence[widgets.Widget]) -> Iterator[tuple[str, str]]:
    """Yield the label and the tooltip of each control, also of those in boxes."""
    for child in children:
        if isinstance(child, widgets.Box):
            yield from _tooltips(child.children)
        elif getattr(child, "tooltip", None):
            yield child.description, child.tooltip
