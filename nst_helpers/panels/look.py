"""The panels' one look: boxes of controls and pictures, and their manners."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import ipywidgets as widgets

from nst_helpers.figures import encode_figure
from nst_helpers.panels.drawing import Row, View, encode_quickly, still_figure
from nst_helpers.panels.event_loop import LastValueWins
from nst_helpers.panels.wording import trouble

TALLEST = 320  # pixels: rows of few pictures are not blown up beyond this height
SMALLEST_SHOWN = 320  # pixels: small pictures are enlarged before they are sent

DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
HERE = Path(__file__).parent
CSS = (HERE / "look.css").read_text("utf-8")
NAMES = (HERE / "names.js").read_text("utf-8")


class Panel(widgets.VBox):
    """A box of widgets that is a still picture where no front end answers.

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
            f"<style>{CSS}</style>{_names(children)}"
            f'<div class="nst-title">{html.escape(name)}</div>'
        )
        super().__init__([title, *children], layout=_layout("10px"))
        self.add_class("nst-panel")

    def __repr__(self) -> str:
        """Return the sentence that stands where neither widgets nor pictures can be shown."""
        return f"{self._name}: run this cell in JupyterLab to use its controls."

    def _repr_mimebundle_(self, **kwargs) -> tuple[dict, dict]:
        data = super()._repr_mimebundle_(**kwargs)
        view = self._still()
        kind, content = encode_figure(still_figure(view.rows))
        return {**data, kind: content}, {kind: {"alt": f"{self._name}. {view.sentence}"}}


class Tiles(widgets.VBox):
    """Rows of captioned pictures whose contents are replaced in place, without flicker."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._tiles = [[_tile() for _ in row] for row in rows]
        boxes = [
            widgets.HBox(row, layout=_layout("14px", align_items="flex-start", width="100%"))
            for row in self._tiles
        ]
        super().__init__(boxes, layout=_layout("10px", align_items="center"))
        self.show(rows)

    def show(self, rows: Sequence[Row]) -> None:
        """Replace the pictures and captions; as many as there were at the beginning."""
        for box, tiles, row in zip(self.children, self._tiles, rows, strict=True):
            aspects = sum(picture.shape[2] / picture.shape[1] for _, picture in row)
            box.layout.max_width = f"{aspects * TALLEST + 14 * len(row):.0f}px"
            for tile, (caption, picture) in zip(tiles, row, strict=True):
                image, text = tile.children
                image.value = encode_quickly(picture, SMALLEST_SHOWN)
                text.value = caption_html(caption)
                # Shares of the width in proportion to the aspect make equal heights.
                tile.layout.flex = f"{picture.shape[2] / picture.shape[1]:.3f} 1 0"


class Status(widgets.HTML):
    """A line that tells what is going on; screen readers read it out."""

    def say(self, sentence: str, trouble: bool = False) -> None:
        """Show the sentence; `trouble` marks it as one about something that went wrong."""
        kind = "nst-status nst-trouble" if trouble else "nst-status"
        self.value = f'<div class="{kind}" role="status">{html.escape(sentence)}</div>'


def explorer(name: str, controls: dict[str, widgets.Widget], view: Callable[..., View]) -> Panel:
    """Put controls around a plain function.

    Parameters
    ----------
    name : str
        Title of the panel.
    controls : {parameter: Widget}
        One control for each parameter of `view`.
    view : callable
        From the controls' values to a ``View``, always with equally many pictures.

    Returns
    -------
    Panel
        To be shown by a cell.
    """

    def current() -> View:
        return view(**{parameter: control.value for parameter, control in controls.items()})

    first = current()
    tiles, status = Tiles(first.rows), Status()
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
    return Panel([controls_grid(list(controls.values())), tiles, status], name, current)


def controls_grid(controls: Sequence[widgets.Widget]) -> widgets.Box:
    """Return the controls in two aligned columns.

    Parameters
    ----------
    controls : sequence of Widget
        Sliders and menus.

    Returns
    -------
    Box
        A grid that becomes one column where it is narrow.
    """
    for control in controls:
        control.layout.width = "auto"
    columns = "repeat(auto-fit, minmax(380px, 1fr))"
    layout = widgets.Layout(display="grid", grid_template_columns=columns, grid_gap="4px 28px")
    return widgets.Box(list(controls), layout=layout)


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
    return widgets.SelectionSlider(
        options=options, value=value, description=description, tooltip=tooltip, **more
    )


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
    return widgets.Dropdown(options=options, value=value, description=description, tooltip=tooltip)


def caption_html(caption: str) -> str:
    """Return a caption as HTML, safe whatever it contains."""
    return f'<div class="nst-caption">{html.escape(caption)}</div>'


def _names(children: Sequence[widgets.Widget]) -> str:
    """Return an invisible picture that runs NAMES in the page once it is loaded."""
    tips, script = html.escape(json.dumps(dict(_tooltips(children)))), html.escape(NAMES)
    return f'<img hidden src="{DOT}" data-tips="{tips}" onload="{script}">'


def _tooltips(children: Sequence[widgets.Widget]) -> Iterator[tuple[str, str]]:
    """Yield the label and the tooltip of each control, also of those in boxes."""
    for child in children:
        if isinstance(child, widgets.Box):
            yield from _tooltips(child.children)
        elif getattr(child, "tooltip", None):
            yield child.description, child.tooltip


def _layout(gap: str, **options: str) -> widgets.Layout:
    return widgets.Layout(grid_gap=gap, **options)


def _tile() -> widgets.VBox:
    image = widgets.Image(format="jpeg", layout=widgets.Layout(width="100%"))
    return widgets.VBox([image, widgets.HTML()], layout=widgets.Layout(min_width="0"))
