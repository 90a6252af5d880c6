"""Interrupts (Ctrl-C, a notebook's stop button) as a flag that a long run reads between steps."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def interrupt_flag() -> Iterator[threading.Event]:
    """Turn the first interrupt into a flag, read between two steps; a second one interrupts.

    Python lets only the main thread have handlers: in others the flag is never set.

    Yields
    ------
    threading.Event
        Set by the first interrupt.
    """
    flag = threading.Event()

    def raise_flag(number, frame) -> None:
        if flag.is_set():
            raise KeyboardInterrupt
        flag.set()

    if threading.current_thread() is not threading.main_thread():
        yield flag
        return
    previous = signal.signal(signal.SIGINT, raise_flag)
    try:
        yield flag
    finally:
        signal.signal(signal.SIGINT, previous)
