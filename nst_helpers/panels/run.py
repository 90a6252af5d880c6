"""A run of the studio without widgets: steps, pauses, weights that change under way."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections import deque
from collections.abc import Callable, Generator, Mapping
from typing import NamedTuple

import numpy as np

from nst_helpers.costs import Weights, as_weights
from nst_helpers.languages import _
from nst_helpers.network.vgg import STYLE_LAYERS
from nst_helpers.panels.wording import number, short_name, trouble
from nst_helpers.session.interrupts import heard_between_cells
from nst_helpers.transfer import Step, StyleTransfer

FRAMES = 120  # pictures remembered for a film: ten seconds, and 70 MB at 512 px
ON_AND_ON = 1_000_000  # steps: nobody comes to their end

Make = Callable[[np.ndarray | None], StyleTransfer]


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


def in_python(content: str, style: str, weights: Weights, steps: int) -> str:
    """Return the line of Python that runs a transfer with these settings.

    Parameters
    ----------
    content, style : str
        Python that loads the pictures.
    weights : Weights
        Of the five style layers.
    steps : int
        Evaluations of J.

    Returns
    -------
    str
        An expression; its value is (image, history).
    """
    lambdas = ", ".join(f"{weight:.10g}" for weight in weights.lambdas.values())
    return (
        f"StyleTransfer({content}, {style}, alpha={weights.alpha:.10g}, "
        f"beta={weights.beta:.10g}, lambdas=[{lambdas}]).run({steps})"
    )


def said_change(before: Weights, after: Weights) -> str:
    """Return what changed from one choice of weights to another: "β = 2".

    Parameters
    ----------
    before, after : Weights
        Of the same layers.

    Returns
    -------
    str
        At most two weights, or what they have become together.
    """
    pairs = [("α", before.alpha, after.alpha), ("β", before.beta, after.beta)]
    pairs += [
        (f"λ {short_name(layer)}", before.lambdas[layer], weight)
        for layer, weight in after.lambdas.items()
    ]
    changed = [f"{name} = {number(new)}" for name, old, new in pairs if new != old]
    used = [layer for layer, weight in after.lambdas.items() if weight]
    if len(changed) <= 2:
        return ", ".join(changed)
    if len(used) == 1:
        return _("only {layer}").format(layer=short_name(used[0]))
    return _("λ equal") if len(set(after.lambdas.values())) == 1 else _("several weights")


class Ask(NamedTuple):
    """What is wanted from the next step on, and in which words a change is marked."""

    make: Make
    weights: Weights
    says: str = ""


class Run:
    """One transfer, step by step, for as long as it is wanted.

    It knows no widgets. ``advance`` may be called in any thread, one call at a time; all else
    belongs to the thread that made it.

    Parameters
    ----------
    make : callable
        Makes the ``StyleTransfer`` at the first step: from its own start, coarse to fine, where
        it is given None; else from the picture that it is given, at the full size alone.
    weights : Weights
        The first ones.
    plan : int
        Steps of the walk from coarse to fine.
    rest : int
        Steps after which the run rests; 0: it goes on until it is paused.

    Attributes
    ----------
    state : str
        "running", "paused", "resting", "failed" or "stopped".
    message : str
        Why it failed.
    image : array or None
        The last good picture, (1, H, W, 3), of the level's size.
    number : int
        Steps done.
    weights : Weights
        Those of the last step.
    terms : {name: list of float}
        The terms of J, one entry a step.
    marks : list of (int, str)
        The steps after which something changed, and what.
    frames : list of arrays (H, W, 3)
        Pictures on the way, 8 bits: every one, or every second, fourth … of a long run.
    """

    def __init__(self, make: Make, weights: Weights, plan: int, rest: int = 0) -> None:
        self._ask = self._used = Ask(make, as_weights(weights))
        self._plan, self.rest, self._rests_at = plan, rest, rest
        self._walk: Generator[Step] | None = None
        self.transfer: StyleTransfer | None = None
        self.weights = self._ask.weights
        self.state, self.message = "running", ""
        self.image: np.ndarray | None = None
        self.number = 0
        self.terms: dict[str, list[float]] = {}
        self.marks: list[tuple[int, str]] = []
        self.frames: list[np.ndarray] = []
        self._every = 1
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
        """Go on from the picture at hand."""
        if self.state == "resting":
            self._rests_at = self.number + self.rest
        if self.state != "stopped":
            self.state, self.message = "running", ""

    def stop(self) -> None:
        """Take no further step, ever."""
        self.state = "stopped"

    def fail(self, error: Exception) -> None:
        """Halt with a sentence; the last good picture stays."""
        self._walk = None
        if self.state != "stopped":
            self.state, self.message = "failed", trouble(error)

    def rest_after(self, rest: int) -> None:
        """Rest after so many steps, of which those done count; 0: not at all."""
        self.rest = rest
        self._rests_at = rest if self.number < rest else self.number + rest

    def steer(self, weights: Weights, says: str = "") -> None:
        """Take other weights at the next step; ValueError where they cannot be used."""
        self._ask = Ask(self._ask.make, as_weights(weights), says)

    def change(self, make: Make, says: str) -> None:
        """Take another transfer at the next step, going on from the picture at hand."""
        self._ask = Ask(make, self._ask.weights, says)

    def advance(self) -> Taken:
        """Take a step with what was asked for last.

        After a change the picture at hand is measured anew and a step is taken at once, so that
        the next picture shows the change.

        Returns
        -------
        Taken
            One step, or two, or none where no step lowers J any more.
        """
        ask, before = self._ask, self._used
        self._used = ask
        if self.transfer is None or ask.make is not before.make:
            at_hand = None if self.transfer is None else self.transfer.image
            self._begin(ask, at_hand)
        elif self._walk is None:  # it failed
            self._begin(ask, self.image)
        self.transfer.weights = ask.weights
        changed = (ask.make, ask.weights) != (before.make, before.weights)
        steps = self._next(2 if changed and self.number else 1)
        if not steps and not self.transfer.message:  # the walk is over: a new one from there on
            self._begin(ask, self.transfer.image)
            # Its first step only measures the picture at hand.
            steps = self._next(2)
            steps = steps if len(steps) == 2 else []
        return Taken(steps, before, ask)

    def _begin(self, ask: Ask, at_hand: np.ndarray | None) -> None:
        if self._walk is not None:
            self._walk.close()
        self.transfer = ask.make(at_hand)
        self.transfer.weights = ask.weights
        self._walk = self.transfer.steps(self._plan if at_hand is None else ON_AND_ON)

    def _next(self, count: int) -> list[Step]:
        return list(itertools.islice(self._walk, count))

    def take(self, taken: Taken, seconds: float = 0.0) -> None:
        """Record what ``advance`` returned."""
        if self.state == "stopped":
            return
        if self.transfer.message:
            self._walk = None
            self.state, self.message = "failed", self.transfer.message
        elif not taken.steps:
            self._walk = None
            self.state = "resting"
        before, ask = taken.before, taken.ask
        says = ask.says or said_change(before.weights, ask.weights)
        if self.number and taken.steps and before != ask and says:
            self.marks.append((self.number, says))
        self.weights = ask.weights
        for step in taken.steps:
            self.image = step.image
            self.number += 1
            for name, value in weighted_terms(step.costs, ask.weights).items():
                self.terms.setdefault(name, []).append(value)
            self._seconds.append(seconds / len(taken.steps))
            self._remember(step.image)
        if self.state == "running" and self.rest and self.number >= self._rests_at:
            self.state = "resting"

    def _remember(self, image: np.ndarray) -> None:
        if (self.number - 1) % self._every == 0:
            self.frames.append(np.uint8(np.rint(image[0] * 255)))
        if len(self.frames) > FRAMES:
            self.frames, self._every = self.frames[::2], 2 * self._every

    def close(self) -> None:
        """Let go of the optimiser."""
        if self._walk is not None:
            self._walk.close()


class Taken(NamedTuple):
    """What ``Run.advance`` did: its steps, what was asked for before, and what now."""

    steps: list[Step]
    before: Ask
    ask: Ask


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
    with heard_between_cells(run.pause) as listen:
        before = time.perf_counter()
        while run.state == "running":
            listen()
            try:
                taken = await asyncio.to_thread(run.advance)
                now = time.perf_counter()
                run.take(taken, now - before)
                before = now
            except Exception as error:  # whatever it is, it is told in the studio
                run.fail(error)
            show(run)
    if run.state == "stopped":
        run.close()
