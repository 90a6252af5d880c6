"""The style studio: move α, β and λ^[l] while the picture is being optimised."""

from __future__ import annotations

import asyncio
import base64
import time
import weakref
from collections.abc import Callable, Mapping

import ipywidgets as widgets
import keras
import numpy as np
from IPython import get_ipython

from nst_helpers.costs import Weights, as_weights
from nst_helpers.gallery import PICTURES, load_picture
from nst_helpers.images import encode_png, load_image, resize_image
from nst_helpers.network.vgg import STYLE_LAYERS, load_vgg
from nst_helpers.panels.curves import curves_picture
from nst_helpers.panels.drawing import View, encode_quickly
from nst_helpers.panels.event_loop import LastValueWins, on_loop, running_loop
from nst_helpers.panels.look import Panel, Status, caption_html, menu, slider
from nst_helpers.panels.run import Run, drive
from nst_helpers.panels.wording import short_name, trouble
from nst_helpers.session.device import device
from nst_helpers.transfer import StyleTransfer

SIZES = (128, 192, 256, 384, 512)
STEPS = (30, 60, 120, 300, 600)
PREVIEW_SIZE, PREVIEW_STEPS = 128, 16
DRAWING_SHARE = 0.03  # of the time may go into drawing the curves
LONGEST_WAIT = 4.0  # seconds between two drawings, however slow they are
GRACE = 1.0  # seconds a panel may be off the page, as when its cell is moved

_in_cell: weakref.WeakValueDictionary = weakref.WeakValueDictionary()


def readable_values(lowest: int, highest: int) -> list[tuple[str, float]]:
    """Return 0 and the values 1, 2, 5 of each power of ten, with readable names.

    Parameters
    ----------
    lowest, highest : int
        Exponents of ten.

    Returns
    -------
    list of (name, value)
        For a logarithmic slider that can also be switched off.
    """
    values = [float(f"{m}e{e}") for e in range(lowest, highest) for m in (1, 2, 5)]
    values.append(float(f"1e{highest}"))
    return [("0", 0.0), *((f"{v:.10f}".rstrip("0").rstrip("."), v) for v in values)]


class Studio:
    """The studio's widgets, around a ``Run``.

    Parameters
    ----------
    vgg : keras.Model
        From ``load_vgg``.
    content, style : str
        Names of bundled pictures.
    """

    def __init__(self, vgg: keras.Model, content: str, style: str) -> None:
        self._vgg, self._loop = vgg, running_loop()
        self._own: dict[str, np.ndarray] = {}
        self.run: Run | None = None
        self._task: asyncio.Task | None = None
        self._next_drawing = 0.0
        self._build(content, style)
        self._show_pictures()
        self._preview()
        self._connect()

    # What it looks like.

    def _build(self, content: str, style: str) -> None:
        bundled = [(picture.title, name) for name, picture in PICTURES.items()]
        self.content = menu("Content C", "The picture whose content G keeps", bundled, content)
        self.style = menu("Style S", "The picture whose style G takes", bundled, style)
        kinds = ".png,.jpg,.jpeg,.webp"
        self.uploads = {
            "content": widgets.FileUpload(
                accept=kinds, description="Your own C",
                tooltip="Take a content picture of your own: PNG, JPEG or WebP, up to 10 MB",
            ),
            "style": widgets.FileUpload(
                accept=kinds, description="Your own S",
                tooltip="Take a style picture of your own: PNG, JPEG or WebP, up to 10 MB",
            ),
        }  # fmt: skip
        suits = device()
        sizes = [(f"{size} px", size) for size in SIZES]
        self.size = menu("Size", "The longer side of G; twice the size, four times the time",
                         sizes, suits.size)  # fmt: skip
        self.steps = menu("Steps", "How often J and its gradient are evaluated", STEPS, suits.steps)
        self.alpha = slider("α  content", "Weight α of the content cost J_content",
                            readable_values(-2, 2), 1.0)  # fmt: skip
        self.beta = slider("β  style", "Weight β of the style cost J_style",
                           readable_values(-5, 1), 0.01)  # fmt: skip
        self.lambdas = {
            layer: widgets.FloatSlider(
                value=0.2, max=1, step=0.05, description=f"λ  {short_name(layer)}",
                tooltip=f"Weight λ of the style cost of layer {short_name(layer)}",
            )
            for layer in STYLE_LAYERS
        }  # fmt: skip
        self.only = {
            layer: widgets.Button(
                description="only", tooltip=f"Only this layer: λ = 1 for {short_name(layer)}, "
                "0 for the others", layout=widgets.Layout(width="64px", flex="0 0 auto"),
            )
            for layer in STYLE_LAYERS
        }  # fmt: skip
        self.equal = widgets.Button(
            description="λ equal", tooltip="The same weight λ = 0.2 for all five layers"
        )
        self.start = widgets.Button(
            description="Start", button_style="primary", tooltip="Begin, or go on after a pause"
        )
        self.pause = widgets.Button(description="Pause", tooltip="Stop after the step at hand")
        self.reset = widgets.Button(description="Reset", tooltip="Give this run up")
        self.bar = widgets.IntProgress(
            max=1, tooltip="Steps done", layout=widgets.Layout(flex="1 1 120px", min_width="80px")
        )
        self.pace, self.link, self.status = widgets.HTML(), widgets.HTML(), Status()
        self.curves = widgets.Image(format="jpeg", layout=widgets.Layout(width="100%"))
        self.pictures = {name: _picture() for name in ("C", "G", "S")}
        self.panel = Panel(self._arranged(), "Style studio", self._view)

    def _arranged(self) -> list[widgets.Widget]:
        def row(*children: widgets.Widget, **layout) -> widgets.HBox:
            layout = {"grid_gap": "14px", "align_items": "center"} | layout
            return widgets.HBox(children, layout=widgets.Layout(**layout))

        for wide in (self.content, self.style, self.alpha, self.beta, *self.lambdas.values()):
            wide.layout = widgets.Layout(flex="1 1 0", width="auto", min_width="0")
            wide.style.description_width = "95px"
        for narrow in (self.size, self.steps):
            narrow.layout = widgets.Layout(width="150px", flex="0 0 auto")
            narrow.style.description_width = "48px"
        for button in (self.start, self.pause, self.reset, self.equal):
            button.layout = widgets.Layout(width="96px", flex="0 0 auto")
        for upload in self.uploads.values():
            upload.layout = widgets.Layout(width="172px", flex="0 0 auto")
        self.equal.layout.width = "100%"
        # The empty box keeps α and β as long as the λ beside their buttons.
        sliders = [
            row(one, widgets.Box(layout=self.only[STYLE_LAYERS[0]].layout), grid_gap="6px")
            for one in (self.alpha, self.beta)
        ]
        sliders += [row(self.lambdas[la], self.only[la], grid_gap="6px") for la in STYLE_LAYERS]
        weights = widgets.VBox(
            [*sliders, self.equal],
            layout=widgets.Layout(flex="42 1 0", min_width="0", grid_gap="5px"),
        )
        says = widgets.HTML(
            caption_html("The terms of J, step by step; dashed upright: a weight was changed")
        )
        curves = widgets.VBox(
            [self.curves, says], layout=widgets.Layout(flex="58 1 0", min_width="0")
        )
        return [
            row(self.content, self.uploads["content"], self.style, self.uploads["style"]),
            row(self.start, self.pause, self.reset, self.size, self.steps, self.bar, self.pace,
                self.link),
            self.status,
            row(*(tile for tile in self.pictures.values()), align_items="flex-end"),
            row(weights, curves, align_items="flex-start"),
        ]  # fmt: skip

    def _view(self) -> View:
        shown = self._image()
        terms = self.run.terms if self.run else {}
        marks, count = (self.run.marks, self.run.count) if self.run else ([], 1)
        row = [("Content C", self._picture("content")), ("G, after a short run", shown),
               ("Style S", self._picture("style"))]  # fmt: skip
        done = self.run.number if self.run else 0
        return View(
            [row, [("The terms of J", curves_picture(terms, marks, count))]],
            f"Three pictures: the content, the picture G after {done} steps, and the style; "
            "below them the curves of J and of each of its terms.",
        )

    # What it does.

    def _connect(self) -> None:
        def clicked(button: widgets.Button, action: Callable) -> None:
            button.on_click(lambda _: on_loop(self._loop, self._safely, action))

        clicked(self.start, self._start)
        clicked(self.pause, self._pause)
        clicked(self.reset, self._reset)
        clicked(self.equal, lambda: self._set_lambdas(dict.fromkeys(STYLE_LAYERS, 0.2)))
        for layer, button in self.only.items():
            alone = {other: float(other == layer) for other in STYLE_LAYERS}
            clicked(button, lambda alone=alone: self._set_lambdas(alone))
        for upload, kind in ((upload, kind) for kind, upload in self.uploads.items()):
            upload.observe(
                lambda _, kind=kind: on_loop(self._loop, self._safely, self._upload, kind), "value"
            )
        steer = LastValueWins(lambda: self._safely(self._steer))
        for weight in (self.alpha, self.beta, *self.lambdas.values()):
            weight.observe(steer, "value")
        anew = LastValueWins(lambda: self._safely(self._reset))
        for choice in (self.content, self.style, self.size, self.steps):
            choice.observe(anew, "value")
        # The page counts the panel's views from 0; where one goes, its cell may be gone.
        self.panel._view_count = 0
        self.panel.observe(
            lambda change: on_loop(self._loop, self._viewed, change["old"], change["new"]),
            "_view_count",
        )

    def _safely(self, action: Callable, *arguments) -> None:
        try:
            action(*arguments)
        except Exception as error:  # whatever it is, it is told in the studio
            self.status.say(trouble(error), trouble=True)

    def _weights(self) -> Weights:
        lambdas = {layer: float(one.value) for layer, one in self.lambdas.items()}
        return Weights(float(self.alpha.value), float(self.beta.value), lambdas)

    def _picture(self, kind: str, size: int | None = None) -> np.ndarray:
        name = getattr(self, kind).value
        size = size or self.size.value
        return (
            resize_image(self._own[name], size) if name in self._own else load_picture(name, size)
        )

    def _new_run(self, size: int, count: int) -> Run:
        content, style = self._picture("content", size), self._picture("style", size)

        def make() -> StyleTransfer:
            return StyleTransfer(content, style, self._vgg)

        return Run(make, count, self._weights())

    def _start(self) -> None:
        if self.run is not None and self.run.state == "paused":
            self.run.resume()
        elif self.run is None or self.run.state != "running":
            self.run = self._new_run(self.size.value, self.steps.value)
            self.bar.max, self.bar.value = self.run.count, 0
            self._next_drawing = 0.0
            self.link.value = ""
            self._show_image(self._picture("content"))
            self._task = None  # an earlier run's task ends by itself
        self._tell()
        if self._task is None or self._task.done():
            walk = drive(self.run, self._show)
            if running_loop() is None:
                asyncio.run(walk)
            else:
                self._task = asyncio.create_task(walk)

    def _pause(self) -> None:
        if self.run is not None and self.run.state == "running":
            self.run.pause()
            self.status.say(f"Pausing after step {self.run.number + 1}.")

    def _reset(self) -> None:
        self.stop()
        self.bar.value, self.pace.value, self.link.value = 0, "", ""
        self._show_pictures()
        self._draw_curves()
        self.status.say("Press Start. Every slider may be moved while it runs.")

    def _steer(self) -> None:
        as_weights(self._weights())
        if self.run is not None and self.run.state in ("running", "paused"):
            self.run.steer(self._weights())
            self._tell()

    def _set_lambdas(self, lambdas: Mapping[str, float]) -> None:
        for layer, value in lambdas.items():
            self.lambdas[layer].value = value

    def _upload(self, kind: str) -> None:
        upload = self.uploads[kind]
        if not upload.value:
            return
        content = bytes(upload.value[0]["content"])
        # Emptied, so that the same file can be chosen again.
        upload.value = ()
        picture = load_image(content, SIZES[-1])
        name = f"own {kind} {len(self._own) + 1}"
        self._own[name] = picture
        control = getattr(self, kind)
        control.options = [*control.options, (f"Your own picture {len(self._own)}", name)]
        control.value = name

    def _viewed(self, before: int | None, after: int | None) -> None:
        if self._loop is not None and (after or 0) < (before or 0):
            self._loop.call_later(GRACE, self._leave, before)

    def _leave(self, before: int) -> None:
        if not self.panel._view_count:
            self.stop()
            self.status.say("The studio left the page, so its run ended. Start begins anew.")
        elif self.panel._view_count < before:
            self._pause()

    def stop(self) -> None:
        """End the run for good and let go of its memory; what is shown stays."""
        run, self.run = self.run, None
        if run is not None:
            run.stop()
            if self._task is None or self._task.done():
                run.close()

    # What it shows.

    def _show(self, run: Run) -> None:
        """Show a run after a step, unless another one has taken its place."""
        if run is not self.run:
            return
        ended = run.state != "running"
        if run.image is not None:
            self._show_image(self._image())
        self.bar.value = run.number
        self.pace.value = (
            f"step {run.number} of {run.count}, {run.seconds:.2f} s a step" if run.number else ""
        )
        begin = time.perf_counter()
        if ended or begin >= self._next_drawing:
            self._draw_curves()
            end = time.perf_counter()
            self._next_drawing = end + min((end - begin) / DRAWING_SHARE, LONGEST_WAIT)
        if ended:
            self._offer()
        if ended or run.number == 1:
            self._tell()

    def _tell(self) -> None:
        run = self.run
        if run.state == "failed":
            self.status.say(run.message, trouble=True)
        elif run.state == "paused":
            self.status.say(f"Paused after step {run.number}. Start goes on.")
        elif run.state == "finished":
            self.status.say(f"Finished: {run.number} steps. The best picture is shown.")
        elif run.number == 0:
            self.status.say("Starting: the first step takes a little longer.")
        else:
            self.status.say("Running. Move a slider: it counts from the next step on.")

    def _image(self) -> np.ndarray:
        """Return the picture to be shown, at the full size."""
        if self.run is None or self.run.image is None:
            return self._picture("content")
        if self.run.state == "finished":
            return self.run.transfer.image
        return resize_image(self.run.image, self.run.transfer.size)

    def _show_image(self, picture: np.ndarray) -> None:
        self._put("G", picture, "Generated picture G", 1.2)

    def _show_pictures(self) -> None:
        self._put("C", self._picture("content"), "Content C")
        self._put("S", self._picture("style"), "Style S")
        self._show_image(self._image())

    def _put(self, name: str, picture: np.ndarray, caption: str, share: float = 1.0) -> None:
        image, text = self.pictures[name].children
        image.value = encode_quickly(picture)
        text.value = caption_html(caption)
        self.pictures[name].layout.flex = f"{share * picture.shape[2] / picture.shape[1]:.3f} 1 0"

    def _draw_curves(self) -> None:
        run = self.run
        none = {}, [], self.steps.value
        picture = curves_picture(*((run.terms, run.marks, run.count) if run else none))
        self.curves.value = encode_quickly(picture)

    def _offer(self) -> None:
        """Put the picture, with the settings that made it, behind the download link."""
        if self.run.image is None:
            return
        data = base64.b64encode(encode_png(self._image(), self.settings())).decode()
        self.link.value = (
            f'<a class="nst-link" download="style_transfer.png" title="The picture as PNG, with '
            f'the settings that made it inside" href="data:image/png;base64,{data}">Download</a>'
        )

    def settings(self) -> dict:
        """Return what made the picture: written into the PNG that is downloaded."""
        run = self.run
        height, width = run.transfer.size
        return {
            "network": self._vgg.name,
            "content": self.content.label,
            "style": self.style.label,
            "width": width,
            "height": height,
            "steps": run.number,
            "alpha": run.weights.alpha,
            "beta": run.weights.beta,
            "lambdas": dict(run.weights.lambdas),
            "weights changed after steps": list(run.marks),
        }

    def _preview(self) -> None:
        """Make a short run, so that there is something to see before the first click."""
        self.run = self._new_run(PREVIEW_SIZE, PREVIEW_STEPS)
        self.bar.max = PREVIEW_STEPS
        while self.run.state == "running":
            try:
                self.run.take(self.run.advance())
            except Exception as error:  # whatever it is, it is told in the studio
                self.run.fail(error)
        self.run.close()
        self._show_image(self._image())
        self.bar.value = self.run.number
        self._draw_curves()
        self._offer()
        if self.run.state == "failed":
            self._tell()
        else:
            self.status.say(
                f"A first impression: {PREVIEW_STEPS} steps at {PREVIEW_SIZE} px. Press Start for "
                "a full run; every slider may be moved while it runs."
            )


def style_studio(
    vgg: keras.Model | None = None,
    content: str = "summer_palace",
    style: str = "starry_night",
) -> Panel:
    """Open the style studio: α, β and every λ^[l] can be moved while G is optimised.

    Without a front end it is a still picture of a short run. Running the cell again, or
    deleting it, stops the run; so does the kernel's interrupt.

    Parameters
    ----------
    vgg : keras.Model, optional
        From ``load_vgg``, which is called where none is given.
    content, style : str
        Names of bundled pictures to begin with.

    Returns
    -------
    Panel
        To be shown by a cell.

    Raises
    ------
    ValueError
        No such bundled picture.
    """
    for name in (content, style):
        load_picture(name)
    studio = Studio(load_vgg() if vgg is None else vgg, content, style)
    cell = _current_cell()
    if cell is not None:
        if cell in _in_cell:
            _in_cell[cell].stop()
        _in_cell[cell] = studio
    # The panel keeps its studio alive, and the tests reach it there.
    studio.panel.studio = studio
    return studio.panel


def _current_cell() -> str | None:
    """Return the id of the notebook cell that is being run, where there is one."""
    shell = get_ipython()
    if shell is None or not hasattr(shell, "get_parent"):
        return None
    return shell.get_parent().get("metadata", {}).get("cellId")


def _picture() -> widgets.VBox:
    image = widgets.Image(format="jpeg", layout=widgets.Layout(width="100%"))
    return widgets.VBox([image, widgets.HTML()], layout=widgets.Layout(min_width="0"))
