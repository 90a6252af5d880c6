"""A progress bar on standard output, which hears an interrupt."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from nst_helpers.session.interrupts import interrupt_flag

try:
    from tqdm import tqdm
except ValueError as error:  # it reads the environment when it is imported
    raise ImportError(
        f"The progress bar cannot start with its settings ({error}). They are the environment "
        "variables that begin with TQDM_. Mend them, then restart the kernel."
    ) from error


@contextlib.contextmanager
def progress_bar(total: int, shown: bool) -> Iterator[Callable[[float], bool]]:
    """Count the steps of a walk, and let an interrupt end it after the step at hand.

    Parameters
    ----------
    total : int
        Steps of the whole walk.
    shown : bool
        Draw the bar; an interrupt is heard without it, too.

    Yields
    ------
    callable
        Told J after each step, it returns whether the kernel was interrupted.
    """
    with (
        interrupt_flag() as flag,
        tqdm(total=total, disable=not shown, unit="step", file=_StandardOut()) as bar,
    ):

        def interrupted(J: float) -> bool:
            bar.update()
            bar.set_postfix_str(f"J = {J:.3g}", refresh=False)
            return flag.is_set()

        yield interrupted


class _StandardOut:
    """Standard output as it is now: notebooks replace it, and red is for errors.

    There may be none, or a full or a broken one; what a host puts there may only write. No walk
    ends for that.
    """

    @property
    def encoding(self) -> str | None:
        return getattr(sys.stdout, "encoding", None)

    def write(self, text: str) -> None:
        with contextlib.suppress(AttributeError, OSError, ValueError):
            sys.stdout.write(text)

    def flush(self) -> None:
        with contextlib.suppress(AttributeError, OSError, ValueError):
            sys.stdout.flush()
