"""A progress bar on standard output, which hears an interrupt."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from nst_helpers.session.interrupts import interrupt_flag
from nst_helpers.session.standard_out import StandardOut

UNUSABLE = (
    "The progress bar cannot start with its settings ({error}). They are the environment "
    "variables that begin with TQDM_. Mend them, then restart the kernel."
)

try:
    from tqdm import tqdm
except ValueError as error:  # it reads the environment when it is imported
    raise ImportError(UNUSABLE.format(error=error)) from error


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

    Raises
    ------
    ValueError
        A variable that begins with TQDM_ holds a form that the bar cannot be drawn in.
    """
    with interrupt_flag() as flag, _bar(total, shown) as bar:

        def interrupted(J: float) -> bool:
            bar.update()
            bar.set_postfix_str(f"J = {J:.3g}", refresh=False)
            return flag.is_set()

        yield interrupted


def _bar(total: int, shown: bool) -> tqdm:
    try:
        return tqdm(total=total, disable=not shown, unit="step", file=StandardOut())
    except Exception as error:  # of any kind: it is drawn at once, in the form that a variable has
        raise ValueError(UNUSABLE.format(error=error)) from error
