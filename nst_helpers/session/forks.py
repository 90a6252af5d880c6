"""A process that was forked after TensorFlow had started: TensorFlow's threads are not in it."""

from __future__ import annotations

import functools
import os

_left_behind = False


@functools.cache
def watch_forks() -> None:
    """From now on, remember in a forked child that it is one. To be called when a network is made.

    Windows has no forks.
    """
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_remember)


def _remember() -> None:
    global _left_behind
    _left_behind = True


def refuse_fork() -> None:
    """Say that a forked child cannot use the network, where it would wait for ever.

    Raises
    ------
    RuntimeError
        The process was forked after a network had been made.
    """
    if _left_behind:
        raise RuntimeError(
            "This process was forked after TensorFlow had started, and TensorFlow's threads are "
            "not in it: it would wait for ever. Start processes with "
            "multiprocessing.get_context('spawn'), or load the network in the new process only."
        )
