"""The style studio: move α, β and λ^[l] while the picture is being optimised."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import signal
import statistics
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

import ipywidgets as widgets
import keras
import matplotlib as mpl
import numpy as np
from IPython import get_ipython
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nst_helpers.costs import check_lambdas, check_weight
from nst_helpers.figures import COLOURS, TEXT
from nst_helpers.gallery import PICTURES, load_picture
from nst_helpers.images import encode_png, load_image, resize_image
from nst_helpers.network.vgg import STYLE_LAYERS, load_vgg
from nst_helpers.panels.controls import (
    LastValueWins,
    Panel,
    Status,
    View,
    caption_html,
    encode_quickly,
    figure_picture,
    menu,
    on_loop,
    running_loop,
    short_name,
    slider,
    small_figure,
    trouble,
)
from nst_helpers.session.device import device
from nst_helpers.transfer import Step, StyleTransfer

SIZES = (128, 192, 256, 384, 512)
STEPS = (30, 60, 120, 300, 600)
PREVIEW_SIZE, PREVIEW_STEPS = 128, 16
DRAWING_SHARE = 0.03  # of the time may go into drawing the curves
LONGEST_WAIT = 4.0  # seconds between two drawings, however slow they are
GRACE = 1.0  # seconds a panel may be off the page, as when its cell is moved

_running: weakref.WeakSet = weakref.WeakSet()
_in_cell: weakref.WeakValueDictionary = weakref.WeakValueDictionary()


class Weights(NamedTuple):
    """The weights of J: α, β and {layer: λ^[l]}."""

    alpha: float
    beta: float
    lambdas: Mapping[str, float]


def check_weights(weights: Weights) -> Weights:
    """Return the weights, or say why nothing can be minimised with them.

    Parameters
    ----------
    weights : Weights
        Each ≥ 0.

    Returns
    -------
    Weights
        The same.

    Raises
    ------
    ValueError
        All λ are 0, both α and β are 0, or one is negative or not finite.
    """
    check_weight(weights.alpha, "alpha")
    check_weight(weights.beta, "beta")
    if not weights.alpha and not weights.beta:
        raise ValueError("α and β are both 0: there is nothing to minimise. Raise one of them.")
    if not any(weights.lambdas.values()):
        raise ValueError("All λ are 0: no style is measured. Raise at least one of them.")
    check_lambdas(weights.lambdas)
    return weights


def weighted_terms(costs: Mapping, weights: Weights) -> dict[str, float]:
    """Return the terms of J = α J_content + β Σ_l λ^[l] J_style^[l], each with its weights.

    Parameters
    ----------
    costs : dict
        From ``Step.costs``.
    weights : Weights
        Those of the step.

    Returns
    -------
    dict
        {"J": …, "α J_content": …, "β J_style": …, "β λ J_style (conv1_1)": …, …}.
    """
    beta, lambdas = weights.beta, weights.lambdas
    terms = {
        "J": costs["J"],
        "α J_content": weights.alpha * costs["J_content"],
        "β J_style": beta * costs["J_style"],
    }
    for layer, cost in costs["J_style_layer"].items():
        terms[_term(layer)] = beta * lambdas[layer] * cost
    return terms


def _term(layer: str) -> str:
    return f"β λ J_style ({short_name(layer)})"


TERMS = ("J", "α J_content", "β J_style", *map(_term, STYLE_LAYERS))


class Run:
    """One transfer, step by step: running, paused, finished, failed or stopped.

    It knows no widgets. ``advance`` may be called in any thread, one call at a time; all else
    belongs to the thread that made it.

    Parameters
    ----------
    make : callable
        Makes the ``StyleTransfer``, at the first step.
    count : int
        Number of steps.
    weights : Weights
        The first ones.

    Attributes
    ----------
    state : str
        "running", "paused", "finished", "failed" or "stopped".
    message : str
        Why it failed.
    image : array or None
        The last good picture, (1, H, W, 3), of the level's size.
    number : int
        Steps done.
    terms : {name: list of float}
        The terms of J, one entry a step.
    marks : list of int
        The steps after which a weight changed.
    """

    def __init__(self, make: Callable[[], StyleTransfer], count: int, weights: Weights) -> None:
        self._make, self.count = make, count
        self._walk, self.transfer = None, None
        self._wanted = self.weights = check_weights(weights)
        self.state, self.message = "running", ""
        self.image: np.ndarray | None = None
        self.number = 0
        self.terms: dict[str, list[float]] = {}
        self.marks: list[int] = []
        self._seconds: deque[float] = deque(maxlen=15)

    @property
    def seconds(self) -> float:
        """Typical seconds of a step, from one step's end to the next one's."""
        return statistics.median(self._seconds) if self._seconds else 0.0

    def pause(self) -> None:
        """Take no further step for now."""
        if self.state == "running":
            self.state = "paused"

    def resume(self) -> None:
        """Go on where it was paused."""
        if self.state == "paused":
            self.state = "running"

    def stop(self) -> None:
        """Take no further step, ever."""
        self.state = "stopped"

    def fail(self, error: Exception) -> None:
        """End with a sentence; the last good picture stays."""
        if self.state != "stopped":
            self.state, self.message = "failed", trouble(error)

    def steer(self, weights: Weights) -> None:
        """Take other weights at the next step; ValueError where they cannot be used."""
        self._wanted = check_weights(weights)

    def advance(self) -> tuple[Step, Weights] | None:
        """Take one step, with the latest weights; None at the end."""
        if self.transfer is None:
            self.transfer = self._make()
            self._walk = self.transfer.steps(self.count)
        weights = self._wanted
        # The larger one first: α and β must never both be 0, not even in passing.
        for name in sorted(("alpha", "beta"), key=lambda name: -getattr(weights, name)):
            setattr(self.transfer, name, getattr(weights, name))
        self.transfer.lambdas = weights.lambdas
        step = next(self._walk, None)
        return None if step is None else (step, weights)

    def take(self, result: tuple[Step, Weights] | None, seconds: float = 0.0) -> None:
        """Record what ``advance`` returned."""
        if self.state == "stopped":
            return
        if result is None:
            self.state = "finished"
            if self.transfer.message:
                self.state, self.message = "failed", self.transfer.message
            return
        step, weights = result
        if weights != self.weights:
            self.marks.append(self.number)
            self.weights = weights
        self.image, self.number = step.image, step.number
        for name, value in weighted_terms(step.costs, weights).items():
            self.terms.setdefault(name, []).append(value)
        self._seconds.append(seconds)
        if self.number == self.count:
            self.state = "finished"

    def close(self) -> None:
        """Let go of the optimiser."""
        if self._walk is not None:
            self._walk.close()


async def drive(run: Run, show: Callable[[Run], None]) -> None:
    """Take steps in a thread of their own while the run is running, and show each.

    Everything but the step itself happens on the event loop, so nothing races; the kernel is
    free for other cells between two steps.

    Parameters
    ----------
    run : Run
        Is stepped until it is paused or ends.
    show : callable
        Is called on the event loop after every step.
    """
    with _paused_by_interrupt(run):
        before = time.perf_counter()
        while run.state == "running":
            _listen()
            try:
                result = await asyncio.to_thread(run.advance)
                now = time.perf_counter()
                run.take(result, now - before)
                before = now
            except Exception as error:  # whatever it is, it is told in the studio
                run.fail(error)
            show(run)
    if run.state != "paused":
        run.close()


@contextlib.contextmanager
def _paused_by_interrupt(run: Run):
    """Make the kernel's interrupt pause all runs; an idle kernel would ignore it."""
    _running.add(run)
    try:
        yield
    finally:
        _running.discard(run)
        if not _running and _in_main() and signal.getsignal(signal.SIGINT) is _pause_all:
            signal.signal(signal.SIGINT, signal.SIG_IGN)


def _listen() -> None:
    """Hear interrupts between cells; asked at each step, since a cell sets its own handler."""
    if _in_main() and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, _pause_all)


def _in_main() -> bool:
    return threading.current_thread() is threading.main_thread()


def _pause_all(number, frame) -> None:
    for run in list(_running):
        run.pause()


def plot_terms(terms: Mapping[str, list[float]], marks: list[int], count: int) -> Figure:
    """Draw the terms of J over the steps, with a line where a weight changed.

    Parameters
    ----------
    terms : {name: list of float}
        As in ``Run.terms``; where a term is 0 it is not drawn.
    marks : list of int
        Steps after which a weight changed.
    count : int
        All steps: the longest that the time axis becomes.

    Returns
    -------
    Figure
        Always the same one, without a legend: a fresh one would take three times as long.
    """
    figure, lines, upright = _terms_chart()
    axis, done, reach = figure.axes[0], 0, 15
    for name, line in zip(TERMS, lines, strict=True):
        values = np.array(terms.get(name, ()), float)
        values[values <= 0] = np.nan
        line.set_data(np.arange(1, len(values) + 1), values)
        line.set_marker("." if len(values) == 1 else "")
        done = max(done, len(values))
    upright.set_data(np.repeat(marks, 3) + 0.5, np.tile([0, 1, np.nan], len(marks)))
    # The axis doubles when the curves have filled it, up to all steps.
    while reach < done:
        reach *= 2
    axis.set_xlim(0.5, max(min(reach, count), 2) + 0.5)
    axis.relim()
    axis.autoscale_view(scalex=False)
    return figure


def curves_picture(terms: Mapping[str, list[float]], marks: list[int], count: int) -> np.ndarray:
    """Return ``plot_terms`` with its legend as a picture (1, H, W, 3), RGB in [0, 1]."""
    curves = figure_picture(plot_terms(terms, marks, count))
    return np.concatenate([_legend_picture(), curves], axis=1)


@lru_cache(maxsize=1)
def _terms_chart() -> tuple[Figure, list, Line2D]:
    figure, (axis,) = small_figure(7, 3.2, left=0.12, right=0.965, top=0.97, bottom=0.17)
    lines = [axis.plot([], **look)[0] for look in _looks()]
    (upright,) = axis.plot(
        [], transform=axis.get_xaxis_transform(), color="#555555", linewidth=1.5,
        linestyle=(0, (4, 3)),
    )  # fmt: skip
    axis.set_yscale("log")
    # Typeset powers and small ticks would take more time than all the rest.
    axis.yaxis.set_major_formatter(lambda value, place: f"{value:g}")
    axis.minorticks_off()
    axis.set_xlabel("step")
    axis.grid(alpha=0.3)
    return figure, lines, upright


@lru_cache(maxsize=1)
def _legend_picture() -> np.ndarray:
    """Return the legend of the terms; drawn once, since its letters take time."""
    with mpl.rc_context(TEXT):
        figure = Figure(figsize=(7, 0.8), dpi=100, facecolor="white")
    handles = [Line2D([], [], label=name, **look) for name, look in zip(TERMS, _looks())]
    figure.legend(
        handles=handles, loc="center", ncols=3, fontsize=10.5, frameon=False, columnspacing=1.0,
        handlelength=2.6, labelspacing=0.25,
    )  # fmt: skip
    return figure_picture(figure)


def _looks() -> list[dict]:
    """Return colour, dash and width of each term: told apart without colours too."""
    looks = [
        ("black", "-", 3.5), (COLOURS[0], "--", 3), (COLOURS[5], "-.", 3),
        (COLOURS[1], ":", 2.2), (COLOURS[2], (0, (5, 1)), 1.8),
        (COLOURS[3], (0, (3, 1, 1, 1)), 1.8), (COLOURS[4], (0, (1, 1)), 1.8), ("#777777", "-", 1.4),
    ]  # fmt: skip
    return [dict(zip(("color", "linestyle", "linewidth"), look, strict=True)) for look in looks]


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
        check_weights(self._weights())
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
