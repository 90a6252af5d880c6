"""The style studio: move α, β and λ^[l] while the picture is being optimised."""

from __future__ import annotations

import asyncio
import base64
import html
import time
import weakref
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import PureWindowsPath
from typing import NamedTuple

import ipywidgets as widgets
import keras
import numpy as np
from IPython import get_ipython

from nst_helpers.costs import Weights, as_weights
from nst_helpers.film import encode_film
from nst_helpers.gallery import PICTURES, load_picture
from nst_helpers.images import encode_png, load_image, resize_image
from nst_helpers.languages import N_, _
from nst_helpers.network.vgg import STYLE_LAYERS, load_vgg
from nst_helpers.panels.curves import curves_svg, plot_terms
from nst_helpers.panels.drawing import View, encode_quickly, figure_picture
from nst_helpers.panels.event_loop import LastValueWins, on_loop, running_loop
from nst_helpers.panels.look import Panel, Status, box, fill, menu, slider, tile
from nst_helpers.panels.run import Make, Run, drive, in_python
from nst_helpers.panels.wording import number, short_name, short_title, trouble
from nst_helpers.session.device import device
from nst_helpers.transfer import StyleTransfer

START, PAUSE, GO_ON = N_("Start"), N_("Pause"), N_("Go on")
SIZES = (128, 192, 256, 384, 512)
STEPS = (0, 30, 60, 120, 300, 600)  # 0: until paused
PREVIEW_SIZE, PREVIEW_STEPS = 128, 24
# Made anew when an upload has come; panel.js waits for that.
WAITING = '<div class="nst-waiting" role="status" data-came="{}"></div>'
KEPT = 4  # earlier pictures
THUMBNAIL = 96  # pixels
ONE_MOVE = 1.5  # seconds: changes of a slider that follow closer are one move, to be undone as one
GRACE = 1.0  # seconds a panel may be off the page, as when its cell is moved

_in_cell: weakref.WeakValueDictionary = weakref.WeakValueDictionary()


class Upload(NamedTuple):
    """A picture of the reader's own: its file's name, and (1, H, W, 3)."""

    name: str
    picture: np.ndarray


def received(value: Mapping | tuple) -> tuple[str, bytes] | None:
    """Return the name and the content of an uploaded file, None where there is none.

    Parameters
    ----------
    value : tuple or dict
        A ``FileUpload``'s: ipywidgets 8 gives a tuple of files, ipywidgets 7 {name: file}.

    Returns
    -------
    (str, bytes) or None
        The name without folders and of at most 40 characters.
    """
    if not value:
        return None
    if isinstance(value, Mapping):
        name, file = list(value.items())[-1]
    else:
        name, file = value[-1]["name"], value[-1]
    name = "".join(c for c in PureWindowsPath(name).name if c.isprintable()).strip()
    return name[-40:] or _("your picture"), bytes(file["content"])


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
    return [("0", 0.0), *((number(v), v) for v in values)]


def set_value(slider: widgets.SelectionSlider, value: float) -> None:
    """Move a slider to a value, which takes its place among the others if it is new.

    Parameters
    ----------
    slider : SelectionSlider
        Over numbers in ascending order.
    value : float
        ≥ 0.
    """
    steps = getattr(slider, "steps", slider.options)
    slider.steps = steps
    known = value in (step for _, step in steps)
    options = steps if known else sorted([*steps, (number(value), value)], key=lambda one: one[1])
    slider.options = tuple(options)
    slider.value = value


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
        self.network, self._loop = vgg, running_loop()
        self._own: dict[str, Upload] = {}
        self._kept: list[str] = []
        self._moves: list[Weights] = []  # what Undo goes back to
        self._last_move = ("", 0.0)
        self._came = 0  # uploads, good and bad
        self._quiet = False  # sliders are being set by a button
        self.run: Run | None = None
        self.previewed = False
        self._task: asyncio.Task | None = None
        self._build(content, style)
        self.set_weights(self.weights._replace(lambdas=self._equal_lambdas()))
        self._connect()
        self._show_pictures()
        self._preview()

    # What it looks like.

    def _build(self, content: str, style: str) -> None:
        bundled = [(short_title(name), name) for name in PICTURES]
        self.content = menu(
            _("Content C"), _("The picture whose content G keeps"), bundled, content
        )
        self.style = menu(_("Style S"), _("The picture whose style G takes"), bundled, style)
        self.uploads = {"content": _upload("C"), "style": _upload("S")}
        sizes = [(f"{size} px", size) for size in SIZES]
        self.size = menu(_("Size"), _("The longer side of G; twice the size, four times the time"),
                         sizes, device().size)  # fmt: skip
        steps = [
            (_("{count} steps").format(count=count) if count else _("until paused"), count)
            for count in STEPS
        ]
        self.steps = menu(
            _("Run"), _("How long: evaluations of J and its gradient"), steps, STEPS[0]
        )
        self.alpha = slider(_("α content"), _("Weight α of the content cost J_content"),
                            readable_values(-2, 2), 1.0)  # fmt: skip
        self.beta = slider(_("β style"), _("Weight β of the style cost J_style"),
                           readable_values(-5, 1), 0.01)  # fmt: skip
        weight = _("Weight λ of the style cost of layer {layer}")
        self.lambdas = {
            layer: slider(f"λ {short_name(layer)}",
                          weight.format(layer=short_name(layer)),
                          readable_values(-3, 5), 0.2)
            for layer in STYLE_LAYERS
        }  # fmt: skip
        only = _("Only this layer: λ = 1 for {layer}, 0 elsewhere")
        self.only = {
            layer: _button(_("only"), only.format(layer=short_name(layer)))
            for layer in STYLE_LAYERS
        }
        self.equal = _button(_("λ equal"), _("The same weight λ = 0.2 for all five layers"))
        self.equal_say = _button(
            _("equal say"), _("Each layer gets the same share of J_style at C")
        )
        self.undo = _button(_("Undo"), _("Take back the last move of a weight"))
        self.go = _button(_("Start"), _("Begin, pause, or go on"))
        self.anew = _button(
            _("Start over"), _("Begin again from the content; the picture is kept below")
        )
        self.film = _button(_("Film"), _("Make a film of the run, to be downloaded"))
        self.copy = _button(_("Copy"), _("Copy the line of Python that makes this picture"))
        self.copy.add_class("nst-copy")
        self.pace, self.link, self.film_link = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.code, self.kept, self.curves = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.waiting = widgets.HTML(WAITING.format(0))
        self.status = Status()
        self.pictures = {name: tile() for name in "GCS"}
        self.panel = Panel(self._arranged(), _("Style studio"), self._view)

    def _arranged(self) -> list[widgets.Widget]:
        for name, one in self.pictures.items():
            one.add_class(f"nst-{name}")
        for one in (self.alpha, self.beta, *self.lambdas.values()):
            one.add_class("nst-inline")
        weights = [box("nst-weight", one) for one in (self.alpha, self.beta)]
        weights += [box("nst-weight", self.lambdas[la], self.only[la]) for la in STYLE_LAYERS]
        self.pace.add_class("nst-pace")
        self.status.add_class("nst-line")
        return [
            box("nst-choices", box("nst-choice", self.content, self.uploads["content"]),
                box("nst-choice", self.style, self.uploads["style"])),
            self.waiting,
            box("nst-bar", self.size, self.steps, self.go, self.anew, self.link,
                box("nst-slot", self.film, self.film_link)),
            box("nst-now", self.status, self.pace),
            box("nst-studio", box("nst-three", *self.pictures.values()),
                box("nst-weights", *weights,
                    box("nst-presets", self.equal, self.equal_say, self.undo)),
                self.curves),
            box("nst-python", self.code, self.copy),
            self.kept,
        ]  # fmt: skip

    def _view(self) -> View:
        terms, marks = (self.run.terms, self.run.marks) if self.run else ({}, [])
        done = self.run.number if self.run else 0
        row = [(_("Content C"), self._picture("content")),
               (_("G after {done} steps").format(done=done), self._image()),
               (_("Style S"), self._picture("style"))]  # fmt: skip
        told = _(
            "Three pictures: the content, the picture G after {done} steps, and the style; below "
            "them the curves of J and of each of its terms over these steps."
        )
        if done == PREVIEW_STEPS:
            told += " " + _(
                "β J_style, the sum of its five layers, is nearly all of J and falls with it; "
                "α J_content begins at step 2 and rises."
            )
        return View(
            [row, [(_("The terms of J"), figure_picture(plot_terms(terms, marks)))]],
            # No measured numbers: they differ from machine to machine, and outputs are compared.
            told.format(done=done),
        )

    # What it does.

    def _connect(self) -> None:
        def clicked(button: widgets.Button, action: Callable) -> None:
            button.on_click(lambda _: on_loop(self._loop, self._safely, action))

        def chosen(menu: widgets.Dropdown, action: Callable) -> None:
            menu.observe(LastValueWins(lambda: self._safely(action)), "value")

        clicked(self.go, self._press)
        clicked(self.anew, self._start_over)
        clicked(self.film, self._make_film)
        clicked(self.undo, self._undo)
        clicked(self.equal, lambda: self._preset(dict.fromkeys(STYLE_LAYERS, 0.2), _("λ equal")))
        clicked(self.equal_say, self._equal_say)
        for layer, button in self.only.items():
            alone = {other: float(other == layer) for other in STYLE_LAYERS}
            clicked(button, lambda alone=alone: self._preset(alone))
        for kind, upload in self.uploads.items():
            upload.observe(
                lambda _, kind=kind: on_loop(self._loop, self._safely, self._upload, kind), "value"
            )
        for weight in (self.alpha, self.beta, *self.lambdas.values()):
            steer = LastValueWins(partial(self._safely, self._steer, weight.description))
            weight.observe(steer, "value")
        chosen(self.content, self._new_content)
        chosen(self.style, self._new_style)
        chosen(self.size, self._new_size)
        chosen(self.steps, self._new_count)
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

    @property
    def weights(self) -> Weights:
        """What the sliders say."""
        lambdas = {layer: float(one.value) for layer, one in self.lambdas.items()}
        return Weights(float(self.alpha.value), float(self.beta.value), lambdas)

    def set_weights(self, weights: Weights) -> None:
        """Move all sliders at once, as one move."""
        self._quiet = True
        try:
            set_value(self.alpha, weights.alpha)
            set_value(self.beta, weights.beta)
            for layer, value in weights.lambdas.items():
                set_value(self.lambdas[layer], value)
        finally:
            self._quiet = False
        self._last = weights  # that could be used

    def _picture(self, kind: str, size: int | None = None) -> np.ndarray:
        name, size = getattr(self, kind).value, size or self.size.value
        own = self._own.get(name)
        return load_picture(name, size) if own is None else resize_image(own.picture, size)

    def _maker(self, size: int | None = None) -> Make:
        content, style = self._picture("content", size), self._picture("style", size)
        vgg = self.network

        def make(at_hand: np.ndarray | None) -> StyleTransfer:
            if at_hand is None:
                return StyleTransfer(content, style, vgg, lambdas="equal")
            start = resize_image(at_hand, content.shape[1:3])
            return StyleTransfer(content, style, vgg, lambdas="equal", start=start, levels=1)

        return make

    def _press(self) -> None:
        """Start, pause or go on: whatever the button says."""
        if self.run is not None and self.run.state == "running":
            self.run.pause()
            self.status.say(_("Pausing after step {step}.").format(step=self.run.number + 1))
            return
        if self.run is None or self.previewed:
            self._begin()
        else:
            self.run.resume()
        self._go_on()

    def _begin(self) -> None:
        self.stop()
        self.run = Run(
            self._maker(), self.weights, self.steps.value or device().steps, self.steps.value
        )
        self.previewed, self._task = False, None  # an earlier run's task ends by itself
        self._show_pictures()
        self._show_code()

    def _go_on(self) -> None:
        self._offer()
        self._tell()
        if self.idle:
            walk = drive(self.run, self._show)
            if running_loop() is None:
                asyncio.run(walk)
            else:
                self._task = asyncio.create_task(walk)

    def _wake(self) -> None:
        """Go on where the run has come to rest: something has changed."""
        if self.run.state in ("resting", "failed"):
            self.run.resume()
            self._go_on()
        else:
            self._tell()

    @property
    def _steerable(self) -> bool:
        return self.run is not None and not self.previewed

    def _steer(self, which: str) -> None:
        if self._quiet:
            return
        weights = as_weights(self.weights)
        if weights == self._last:
            return
        now = time.monotonic()
        if (which, True) != (self._last_move[0], now - self._last_move[1] < ONE_MOVE):
            self._moves.append(self._last)
        self._last_move = which, now
        self._take(weights)

    def _take(self, weights: Weights, says: str = "") -> None:
        self._last = weights
        self.undo.disabled = not self._moves
        if self.run is not None:
            self.run.steer(weights, says)
        self._show_code()
        if self._steerable:
            self._wake()
        else:
            self.status.say(_("Press Start. Every slider may be moved while it runs."))

    def _preset(self, lambdas: Mapping[str, float], says: str = "") -> None:
        weights = self.weights._replace(lambdas=dict(lambdas))
        if weights == self._last:
            return
        self._moves.append(self._last)
        self._last_move = "", 0.0
        self.set_weights(weights)
        self._take(weights, says)

    def _equal_say(self) -> None:
        self._preset(self._equal_lambdas(), _("equal say"))

    def _equal_lambdas(self) -> dict[str, float]:
        pictures = self._picture("content"), self._picture("style")
        lambdas = StyleTransfer(*pictures, self.network, lambdas="equal say").lambdas
        return {layer: float(f"{value:.3g}") for layer, value in lambdas.items()}

    def _undo(self) -> None:
        if not self._moves:
            return
        weights = self._moves.pop()
        self._last_move = "", 0.0
        self.set_weights(weights)
        self._take(weights)

    def _start_over(self) -> None:
        runs = self.run is not None and self.run.state == "running"
        self._keep()
        self._begin()
        if runs:
            self._go_on()
        else:
            self._rest(_("Press Start. The picture so far is kept below."))

    def _new_content(self) -> None:
        """Another content needs another beginning: the picture so far is kept."""
        runs = self.run is not None and self.run.state == "running"
        self._keep()
        self._begin()
        if runs:
            self._go_on()
        else:
            self._rest(_("C is “{picture}”. Press Start.").format(picture=self.content.label))

    def _rest(self, sentence: str) -> None:
        """Show what is chosen, with no run."""
        self.stop()
        self._show_pictures()
        self._show_curves()
        self._show_code()
        self._offer()
        self.pace.value = ""
        self.status.say(sentence)

    def _new_style(self) -> None:
        told = _("S is “{picture}”. Press Start.").format(picture=self.style.label)
        self._go_with(_("S: {picture}").format(picture=self.style.label), told)

    def _new_size(self) -> None:
        told = _("G will be {size} px. Press Start.").format(size=self.size.value)
        self._go_with(f"{self.size.value} px", told)

    def _go_with(self, mark: str, sentence: str) -> None:
        """Take another style or size and go on from the picture at hand."""
        self._show_code()
        if self._steerable:
            self.run.change(self._maker(), mark)
            self._show_style()
            self._wake()
        else:
            self._rest(sentence)

    def _new_count(self) -> None:
        self._show_code()
        if self._steerable:
            self.run.rest_after(self.steps.value)
            self._show_pace()

    def _upload(self, kind: str) -> None:
        upload = self.uploads[kind]
        file = received(upload.value)
        if file is None:
            return
        if not isinstance(upload.value, Mapping):
            upload.value = ()  # so that the same file can be chosen again
        name, content = file
        try:
            picture = load_image(content, SIZES[-1])
        except (ValueError, TypeError) as error:
            told = _("“{file}”: {trouble} C and S stay as they are.")
            raise ValueError(told.format(file=name, trouble=trouble(error))) from error
        finally:
            self._came += 1
            self.waiting.value = WAITING.format(self._came)
        key = f"own {len(self._own) + 1}"
        self._own[key] = Upload(name, picture)
        upload.count += 1
        if not isinstance(upload.value, Mapping):  # ipywidgets 7 counts by itself
            own = _("Your own {letter} ({count})")
            upload.description = own.format(letter=upload.letter, count=upload.count)
        menu = getattr(self, kind)
        menu.options = [*menu.options, (name, key)]
        menu.value = key

    def _viewed(self, before: int | None, after: int | None) -> None:
        if self._loop is not None and (after or 0) < (before or 0):
            self._loop.call_later(GRACE, self.left, before)

    @property
    def idle(self) -> bool:
        """Whether no step is being taken."""
        return self._task is None or self._task.done()

    def use_loop(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Work on another event loop than the one that ran when the studio was made."""
        self._loop = loop

    def left(self, before: int) -> None:
        """Pause or end the run where the page shows fewer views of the panel than before."""
        if not self.panel._view_count:
            self.stop()
            self.status.say(_("The studio left the page, so its run ended. Start begins anew."))
            self._show_state()
        elif self.panel._view_count < before and self.run is not None:
            self.run.pause()

    def stop(self) -> None:
        """End the run for good and let go of its memory; what is shown stays."""
        run, self.run = self.run, None
        if run is not None:
            run.stop()
            if self.idle:
                run.close()

    # What it shows.

    def _show(self, run: Run) -> None:
        """Show a run after a step, unless another one has taken its place."""
        if run is not self.run:
            return
        if run.image is not None:
            self._show_image()
        self._show_curves()
        self._show_pace()
        if run.state != "running":
            self._offer()
            self._show_code()
        if run.state != "running" or run.number <= 2:
            self._tell()

    def _show_state(self) -> None:
        """Say on the button what it does now."""
        state = "idle" if self.run is None or self.previewed else self.run.state
        label = {"idle": START, "running": PAUSE}.get(state, GO_ON)
        self.go.description = _(label)
        self.go.button_style = "" if state == "running" else "primary"
        self.anew.disabled = state == "idle"
        self.film.disabled = state == "running" or self.run is None or not self.run.frames
        self.undo.disabled = not self._moves

    def _tell(self) -> None:
        run = self.run
        self._show_state()
        if run.state == "failed":
            told = _("{trouble} Move a slider, or go on.").format(trouble=run.message)
            self.status.say(told, trouble=True)
        elif run.state == "paused":
            self.status.say(_("Paused after step {step}.").format(step=run.number))
        elif run.state == "resting" and run.rest and run.number >= run.rest:
            told = _("{count} steps are done. Move a slider, and it goes on.")
            self.status.say(told.format(count=run.number))
        elif run.state == "resting":
            self.status.say(_("No step lowers J any more. Move a slider, and it goes on."))
        elif run.number == 0:
            self.status.say(_("Starting: the first step takes a little longer."))
        else:
            self.status.say(_("Running. Move a slider: it counts from the next step on."))

    def _show_pace(self) -> None:
        run = self.run
        limited = run.rest and run.number <= run.rest
        told = (
            _("step {step} of {all}, {s:.2f} s each")
            if limited
            else _("step {step}, {s:.2f} s each")
        )
        self.pace.value = told.format(step=run.number, all=run.rest, s=run.seconds)

    def _image(self) -> np.ndarray:
        """Return the picture to be shown, at the full size."""
        if self.run is None or self.run.image is None:
            return self._picture("content")
        if self.run.state != "running":
            return self.run.transfer.image
        return resize_image(self.run.image, self.run.transfer.size)

    def _show_image(self) -> None:
        fill(self.pictures["G"], _("Generated picture G"), self._image())

    def _show_pictures(self) -> None:
        caption = _("Content C: {picture}").format(picture=self.content.label)
        fill(self.pictures["C"], caption, self._picture("content"))
        self._show_style()
        self._show_image()

    def _show_style(self) -> None:
        caption = _("Style S: {picture}").format(picture=self.style.label)
        fill(self.pictures["S"], caption, self._picture("style"))

    def _show_curves(self) -> None:
        run = self.run
        self.curves.value = curves_svg(run.terms, run.marks) if run else curves_svg({}, [])

    def _show_code(self) -> None:
        run = self.run
        steps = run.number if self._steerable and run.number else self.steps.value
        line = in_python(
            self._in_python("content"), self._in_python("style"),
            as_weights(self.weights), steps or device().steps,
        )  # fmt: skip
        self.code.value = f"<code>{html.escape(line)}</code>"

    def _in_python(self, kind: str) -> str:
        name = getattr(self, kind).value
        own = self._own.get(name)
        if own is None:
            return f'load_picture("{name}", {self.size.value})'
        return f"load_image({own.name!r}, {self.size.value})"

    def _offer(self) -> None:
        """Put the picture, with the settings that made it, behind the download link."""
        self._show_state()
        self.film.remove_class("nst-hidden")
        self.film_link.value = ""
        if self.run is None or self.run.image is None or self.run.state == "running":
            label = _("Download")
            self.link.value = f'<a class="nst-link nst-off" aria-disabled="true">{label}</a>'
            return
        data = encode_png(self._image(), self.settings())
        self.link.value = _download(
            _("Download"), "style_transfer.png", "image/png", data,
            _("The picture as PNG, with the settings that made it inside"),
        )  # fmt: skip

    def _keep(self) -> None:
        """Keep the picture at hand below, where something else takes its place."""
        run = self.run
        if not self._steerable or run.image is None:
            return
        words = _("step {step}, α {alpha}, β {beta}").format(
            step=run.number, alpha=number(run.weights.alpha), beta=number(run.weights.beta)
        )
        run.pause()
        picture = self._image()
        data = encode_png(picture, self.settings())
        height, width = picture.shape[1:3]
        small = encode_quickly(resize_image(picture, THUMBNAIL))
        source = f"data:image/jpeg;base64,{base64.b64encode(small).decode()}"
        alt = _("Kept picture, {words}").format(words=words)
        image = f'<img alt="{alt}" src="{source}">'
        saves = _("Download this picture, {width} × {height}")
        link = _download(
            f"{image}<span>{words}</span>", f"kept_{len(self._kept) + 1}.png", "image/png", data,
            saves.format(width=width, height=height), "nst-keep",
        )  # fmt: skip
        self._kept.append(link)
        self.kept.value = (
            _("Kept, the last {count} at most; a click downloads one:").format(count=KEPT)
            + f'<div class="nst-kept">{"".join(self._kept[-KEPT:])}</div>'
        )

    def _make_film(self) -> None:
        run = self.run
        if run is None or not run.frames:
            return
        frames = [frame[None] / np.float32(255) for frame in run.frames]
        frames.append(self._image())
        self.film.description, self.film.disabled = _("Making …"), True

        def show(data: bytes) -> None:
            self.film.description = _("Film")
            if run is self.run and run.state != "running":
                self.film.add_class("nst-hidden")
                self.film_link.value = _download(
                    _("Save film"), "style_transfer.webp", "image/webp", data,
                    _("A film of {count} pictures").format(count=len(frames)),
                )  # fmt: skip
            self._show_state()

        async def make() -> None:
            try:
                show(await asyncio.to_thread(encode_film, frames))
            except Exception as error:  # whatever it is, it is told in the studio
                self.film.description = _("Film")
                self.status.say(trouble(error), trouble=True)

        if running_loop() is None:
            asyncio.run(make())
        else:
            self._film_task = asyncio.create_task(make())

    def settings(self) -> dict:
        """Return what made the picture: written into the PNG that is downloaded."""
        run = self.run
        height, width = run.transfer.size
        return {
            "network": self.network.name,
            "content": self.content.label,
            "style": self.style.label,
            "width": width,
            "height": height,
            "steps": run.number,
            "alpha": run.weights.alpha,
            "beta": run.weights.beta,
            "lambdas": dict(run.weights.lambdas),
            "changed after steps": {str(step): words for step, words in run.marks},
        }

    def _preview(self) -> None:
        """Make a short run, so that there is something to see before the first click."""
        self.previewed = True
        self.run = Run(self._maker(PREVIEW_SIZE), self.weights, PREVIEW_STEPS, PREVIEW_STEPS)
        while self.run.state == "running":
            try:
                self.run.take(self.run.advance())
            except Exception as error:  # whatever it is, it is told in the studio
                self.run.fail(error)
        self._show_image()
        self._show_curves()
        self._show_code()
        self._offer()
        if self.run.state == "failed":
            self._tell()
        else:
            told = _(
                "A first impression: {steps} steps at {size} px. Press Start: every slider may be "
                "moved while it runs."
            )
            self.status.say(told.format(steps=PREVIEW_STEPS, size=PREVIEW_SIZE))


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


def _button(description: str, tooltip: str) -> widgets.Button:
    return widgets.Button(description=description, tooltip=tooltip)


def _upload(letter: str) -> widgets.FileUpload:
    description = _("Your own {letter}").format(letter=letter)
    made = widgets.FileUpload(accept="image/*", description=description)
    tip = _("Take a picture of your own for {letter}: PNG, JPEG, WebP, HEIC or AVIF")
    made.tooltip = tip.format(letter=letter)
    made.letter, made.count = letter, 0
    made.add_class("nst-upload")
    return made


def _download(
    label: str, name: str, kind: str, data: bytes, title: str, look: str = "nst-link"
) -> str:
    """Return a link that saves the data under the name."""
    address = f"data:{kind};base64,{base64.b64encode(data).decode()}"
    return f'<a class="{look}" download="{name}" title="{title}" href="{address}">{label}</a>'
