"""A run of the studio without widgets: steps, pauses, weights that change under way."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import statistics
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Mapping

import numpy as np

from nst_helpers.costs import Weights, as_weights
from nst_helpers.network.vgg import STYLE_LAYERS
from nst_helpers.panels.wording import short_name, trouble
from nst_helpers.transfer import Step, StyleTransfer

running: weakref.WeakSet = weakref.WeakSet()


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
        self._wanted = self.weights = as_weights(weights)
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
        self._wanted = as_weights(weights)

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
    running.add(run)
    try:
        yield
    finally:
        running.discard(run)
        if not running and _in_main() and signal.getsignal(signal.SIGINT) is _pause_all:
            signal.signal(signal.SIGINT, signal.SIG_IGN)


def _listen() -> None:
    """Hear interrupts between cells; asked at each step, since a cell sets its own handler."""
    if _in_main() and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, _pause_all)


def _in_main() -> bool:
    return threading.current_thread() is threading.main_thread()


def _pause_all(number, frame) -> None:
    for run in list(running):
        run.pause()
