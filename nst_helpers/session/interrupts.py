"""Interrupts (Ctrl-C, a notebook's stop button), during a run and between cells."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator

_between_cells: list[Callable[[], None]] = []


@contextlib.contextmanager
def interrupt_flag() -> Iterator[threading.Event]:
    """Turn the first interrupt into a flag, read between two steps.

    A second one goes where it always went: it ends the run. The flag is never set where Python
    lets no handler be set (outside the main thread), and where the host program has decided that
    interrupts are ignored, end the process, or go to a handler of its own in C.

    Yields
    ------
    threading.Event
        Set by the first interrupt.
    """
    flag = threading.Event()
    before = signal.getsignal(signal.SIGINT)
    over = False

    def raise_flag(number: int, frame: object) -> None:
        if flag.is_set() and not over:
            before(number, frame)  # type: ignore[operator, misc, arg-type]
        flag.set()

    if not _in_main_thread() or not callable(before):
        yield flag
        return
    try:
        signal.signal(signal.SIGINT, raise_flag)
        yield flag
    finally:
        over = True  # nothing comes between now: the handler is given back for certain
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def heard_between_cells(action: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Let an interrupt be heard where no cell is running; an idle kernel ignores it.

    Parameters
    ----------
    action : callable
        What an interrupt calls.

    Yields
    ------
    callable
        To be called now and then: a cell that has run in between has set its own handler.
    """
    _between_cells.append(action)
    try:
        yield _listen
    finally:
        _between_cells.remove(action)
        if not _between_cells and _handler() is _call_all:
            signal.signal(signal.SIGINT, signal.SIG_IGN)


def _listen() -> None:
    if _handler() is signal.SIG_IGN:
        signal.signal(signal.SIGINT, _call_all)


def _call_all(number: int, frame: object) -> None:
    for action in list(_between_cells):
        action()


def _handler() -> object:
    """Return the handler of interrupts, where it can be changed."""
    return signal.getsignal(signal.SIGINT) if _in_main_thread() else None


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
