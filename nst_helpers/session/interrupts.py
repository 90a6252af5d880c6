"""Interrupts (Ctrl-C, a notebook's stop button) as a flag that a long run reads between steps."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator


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
            before(number, frame)
        flag.set()

    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield flag
        return
    try:
        signal.signal(signal.SIGINT, raise_flag)
        yield flag
    finally:
        over = True  # nothing comes between now: the handler is given back for certain
        signal.signal(signal.SIGINT, before)
