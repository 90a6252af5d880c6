"""The kernel's event loop: changes come in from any thread, and only the last one counts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

GATHER = 0.02  # seconds in which changes are gathered into one


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
        self._function, self._loop = function, running_loop()
        self._due: asyncio.TimerHandle | None = None

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
