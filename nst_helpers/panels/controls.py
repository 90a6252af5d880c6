"""What the explorers and the studio share: panels of controls and pictures, and their manners."""

from __future__ import annotations

import asyncio
import html
import io
import json
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import ipywidgets as widgets
import matplotlib as mpl
import numpy as np
import tensorflow as tf
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from nst_helpers.figures import TEXT, WIDTH, encode_figure
from nst_helpers.images import to_pil

TALLEST = 320  # pixels: rows of few pictures are not blown up beyond this height
GATHER = 0.02  # seconds in which changes are gathered into one
SMALLEST_SHOWN = 320  # pixels: small pictures are enlarged before they are sent

# One look for all panels; the sizes are for the last row of a lecture room, and whatever can be
# moved stands out from the ground by 3 : 1 or more.
LOOK = """<style>
.nst-panel { --jp-widgets-font-size: 16px; --jp-widgets-inline-height: 34px;
  --jp-widgets-inline-label-width: 110px; --jp-widgets-slider-handle-size: 20px;
  padding: 12px 14px; border: 1px solid #b8bec8; border-radius: 8px; background: #fff;
  color: #1b1f24; }
.nst-panel .widget-label, .nst-panel .widget-readout, .nst-panel .widget-html-content,
.nst-panel select, .nst-panel button { font-size: 16px; color: #1b1f24; }
.nst-panel .widget-readout { min-width: 76px; }
.nst-panel select, .nst-panel button { border: 1px solid #6b7280; }
.nst-panel select { background-color: #fff; }
.nst-panel button.mod-primary { background: #0072B2; color: #fff; }
.nst-panel .noUi-target, .nst-panel .noUi-connects { background: #7a8089 !important;
  border-color: #7a8089 !important; }
.nst-panel .noUi-handle { background: #0072B2 !important; border: 1px solid #003A5C !important; }
.nst-panel .widget-html-content { line-height: 1.35; }
.nst-panel button:focus-visible, .nst-panel select:focus-visible, .nst-panel a:focus-visible,
.nst-panel .widget-readout:focus-visible, .nst-panel .noUi-handle:focus-visible {
  outline: 3px solid #D55E00 !important; outline-offset: 2px; }
.nst-panel .widget-box { overflow: visible; }  /* what scrolls would take the Tab key */
.nst-panel .nst-title { font-size: 20px; font-weight: 600; }
.nst-panel .nst-caption { text-align: center; }
.nst-panel .nst-status { min-height: 1.4em; }
.nst-panel .nst-trouble { font-weight: 600; border-left: 6px solid #D55E00; padding-left: 10px; }
.nst-panel a.nst-link { display: inline-block; padding: 5px 14px; border-radius: 4px;
  background: #0072B2; color: #fff; text-decoration: none; }
</style>"""

# ipywidgets leaves sliders without an accessible name, menus without their tooltip, and pictures
# without alternative text. An invisible picture, once loaded, sees to that, also after changes.
NAMES = """<img hidden src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
  data-tips="{tips}" onload="
  const tips = JSON.parse(this.dataset.tips);
  const tell = (one, what, text) => {
    if (one && text && one.getAttribute(what) !== text) one.setAttribute(what, text);
  };
  const name = (panel) => {
    for (const row of panel.querySelectorAll('.widget-inline-hbox')) {
      const label = row.querySelector('label'), readout = row.querySelector('.widget-readout');
      const handle = row.querySelector('[role=slider]');
      if (!label) continue;
      tell(row, 'title', tips[label.textContent]);
      tell(handle, 'aria-label', label.textContent);
      tell(handle, 'aria-valuetext', readout && readout.textContent);
      if (readout && readout.isContentEditable) {
        tell(readout, 'role', 'textbox');
        tell(readout, 'aria-label', label.textContent + ', typed');
      }
    }
    for (const image of panel.querySelectorAll('img.widget-image')) {
      const caption = image.parentElement.querySelector('.nst-caption');
      tell(image, 'alt', caption && caption.textContent);
    }
    for (const bar of panel.querySelectorAll('.widget-hprogress')) {
      tell(bar, 'role', 'progressbar');
      tell(bar, 'aria-label', 'Steps done');
    }
  };
  const begin = (tries) => {
    const panel = this.closest('.nst-panel');
    if (!panel) { if (tries) setTimeout(begin, 200, tries - 1); return; }
    name(panel);
    const watch = {childList: true, subtree: true, characterData: true};
    new MutationObserver(() => name(panel)).observe(panel, watch);
  };
  begin(50);">"""

Row = Sequence[tuple[str, np.ndarray]]


class View(NamedTuple):
    """What a panel shows: rows of captioned pictures (1, H, W, 3), and a sentence on them."""

    rows: Sequence[Row]
    sentence: str


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
            f'{LOOK}{_names(children)}<div class="nst-title">{html.escape(name)}</div>'
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


class LastValueWins:
    """A callback for controls that calls a function once, however many changes came.

    The function reads the controls itself, so it sees the last values. It runs on the event
    loop that was running when this object was made, whatever thread a change is reported in;
    where there is none, at once.

    Parameters
    ----------
    function : callable
        Takes nothing.
    """

    def __init__(self, function: Callable[[], None]) -> None:
        self._function, self._loop, self._due = function, running_loop(), None

    def __call__(self, _change: object = None) -> None:  # noqa: D102
        on_loop(self._loop, self._schedule)

    def _schedule(self) -> None:
        if self._loop is None or not self._loop.is_running():
            self._function()
        elif self._due is None:
            self._due = self._loop.call_later(GATHER, self._run)

    def _run(self) -> None:
        self._due = None
        self._function()


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


def short_name(layer: str) -> str:
    """Return the layer's name as it is in the text: "block4_conv2" is conv4_2."""
    return layer.replace("block", "conv").replace("_conv", "_")


def number(value: float) -> str:
    """Return a number to three digits, written out: 132,000."""
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.10g}" if abs(rounded) < 1e10 else f"{rounded:.3g}"


def trouble(error: Exception) -> str:
    """Return an error as a sentence for the reader.

    Parameters
    ----------
    error : Exception
        What was raised.

    Returns
    -------
    str
        What happened and what to do.
    """
    if isinstance(error, MemoryError | tf.errors.ResourceExhaustedError):
        return "The memory is full. Choose a smaller size, or close other notebooks' kernels."
    if isinstance(error, ValueError | TypeError | OSError):
        sentence = str(error)
        return sentence[:1].upper() + sentence[1:]
    first = (str(error).strip() or "no more is known").splitlines()[0]
    return f"This did not work ({type(error).__name__}: {first}). Change a control, or run anew."


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the event loop of this thread, or None where none runs."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def on_loop(loop: asyncio.AbstractEventLoop | None, function: Callable, *arguments) -> None:
    """Call a function on the loop, from any thread; at once where the loop does not run.

    JupyterLab may deliver a widget's messages in another thread than the kernel's own.

    Parameters
    ----------
    loop : event loop or None
        From ``running_loop``.
    function : callable
        What to call.
    *arguments
        Its arguments.
    """
    if loop is not None and loop.is_running():
        loop.call_soon_threadsafe(function, *arguments)
    else:
        function(*arguments)


def caption_html(caption: str) -> str:
    """Return a caption as HTML, safe whatever it contains."""
    return f'<div class="nst-caption">{html.escape(caption)}</div>'


def enlarge(picture: np.ndarray, smallest: int) -> np.ndarray:
    """Enlarge a small picture by a whole factor, so that its cells stay sharp squares.

    Parameters
    ----------
    picture : array (1, H, W, 3)
        RGB in [0, 1].
    smallest : int
        The longer side becomes at least this, in pixels.

    Returns
    -------
    numpy.ndarray
        (1, f H, f W, 3).
    """
    factor = -(-smallest // max(picture.shape[1:3]))
    return picture.repeat(factor, axis=1).repeat(factor, axis=2)


def encode_quickly(picture: np.ndarray, smallest: int = 1) -> bytes:
    """Return a picture as a JPEG file: made twenty times as fast as a PNG.

    Parameters
    ----------
    picture : array (1, H, W, 3)
        RGB in [0, 1].
    smallest : int
        The longer side becomes at least this, in pixels, by a whole factor.

    Returns
    -------
    bytes
        The file's content.
    """
    eight_bits = to_pil(picture)
    factor = -(-smallest // max(eight_bits.size))
    large = eight_bits.resize([factor * side for side in eight_bits.size], Image.Resampling.NEAREST)
    stream = io.BytesIO()
    # Colours in full resolution, so that charts and maps stay sharp.
    large.save(stream, "JPEG", quality=92, subsampling=0)
    return stream.getvalue()


def figure_picture(figure: Figure) -> np.ndarray:
    """Return a figure as a picture (1, H, W, 3), RGB in [0, 1]."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[None, ..., :3] / np.float32(255)


def small_figure(width: float, height: float, columns: int = 1, **options):
    """Return a small figure for a place that is redrawn often: no layout is computed.

    Parameters
    ----------
    width, height : float
        In inches.
    columns : int
        Axes in a row.
    **options
        For ``Figure.subplots_adjust``.

    Returns
    -------
    (Figure, array of Axes)
        The axes as an array (columns,).
    """
    with mpl.rc_context(TEXT):
        figure = Figure(figsize=(width, height), dpi=100, facecolor="white")
        axes = figure.subplots(1, columns, squeeze=False)[0]
    margins = {"left": 0.13, "right": 0.98, "top": 0.96, "bottom": 0.17} | options
    figure.subplots_adjust(**margins)
    return figure, axes


def still_figure(rows: Sequence[Row]) -> Figure:
    """Draw rows of captioned pictures as one figure, each row of one height.

    Parameters
    ----------
    rows : sequence of rows of (caption, array (1, H, W, 3))
        RGB in [0, 1].

    Returns
    -------
    Figure
        The pictures.
    """
    aspects = [[picture.shape[2] / picture.shape[1] for _, picture in row] for row in rows]
    heights = [(WIDTH - 0.3 * len(row)) / sum(row) + 0.75 for row in aspects]
    with mpl.rc_context(TEXT):
        figure = Figure(figsize=(WIDTH, sum(heights)), layout="constrained")
        parts = figure.subfigures(len(rows), 1, squeeze=False, height_ratios=heights)[:, 0]
        for part, row, widths in zip(parts, rows, aspects, strict=True):
            axes = part.subplots(1, len(row), squeeze=False, width_ratios=widths)[0]
            for axis, (caption, picture) in zip(axes, row, strict=True):
                axis.imshow(enlarge(picture, 600)[0], interpolation="antialiased")
                axis.set_title(_wrapped(caption, axis.get_position().width * WIDTH), fontsize=12)
                axis.set_axis_off()
    return figure


def _names(children: Sequence[widgets.Widget]) -> str:
    tips = html.escape(json.dumps(dict(_tooltips(children))))
    return NAMES.replace("{tips}", tips)


def _tooltips(children: Sequence[widgets.Widget]) -> Iterator[tuple[str, str]]:
    """Yield the label and the tooltip of each control, also of those in boxes."""
    for child in children:
        if isinstance(child, widgets.Box):
            yield from _tooltips(child.children)
        elif getattr(child, "tooltip", None):
            yield child.description, child.tooltip


def _wrapped(caption: str, inches: float) -> str:
    return "\n".join(textwrap.wrap(caption, max(16, int(inches * 11.5))))


def _layout(gap: str, **options: str) -> widgets.Layout:
    return widgets.Layout(grid_gap=gap, **options)


def _tile() -> widgets.VBox:
    image = widgets.Image(format="jpeg", layout=widgets.Layout(width="100%"))
    return widgets.VBox([image, widgets.HTML()], layout=widgets.Layout(min_width="0"))
