"""The threads of NumPy's linear algebra, which belong to the whole process."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Iterator

from threadpoolctl import ThreadpoolController

_one_at_a_time = threading.Lock()


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Let NumPy's linear algebra have one thread, for short sums between two steps of a network.

    Its threads stay awake for a while after a sum, and would take the processors from the network.

    Yields
    ------
    None
        Nothing; the number of threads comes back at the end. Others wait for their turn.
    """
    with _one_at_a_time, _libraries().limit(limits=1, user_api="blas"):
        yield


@functools.cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()  # looks for the libraries, which takes some milliseconds
