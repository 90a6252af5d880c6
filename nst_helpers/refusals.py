"""What a reader may give by mistake, and the sentence for it: given, expected, what to do."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

LARGEST = float(np.finfo(np.float32).max)


def whole_number(
    value: int, name: str, least: int = 0, most: int | None = None, unit: str = ""
) -> int:
    """Return the whole number, or say which ones are expected.

    Parameters
    ----------
    value : int
        Python's or NumPy's; truth values, floats and texts are no whole numbers.
    name : str
        What the message calls it.
    least, most : int
        Bounds, both allowed; None leaves the upper one open.
    unit : str
        What the message says behind the bounds, such as "pixels".

    Returns
    -------
    int
        Python's own, which never runs over.

    Raises
    ------
    ValueError
        Not a whole number, or out of bounds.
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if whole and least <= value and (most is None or value <= most):
        return int(value)
    if most is not None:
        expected = f"{'' if whole else 'a whole number, '}{least} to {most}"
    else:
        expected = f"a whole number {'above 0' if least == 1 else f'from {least} on'}"
    raise ValueError(f"{name} is {said(value)}, expected {f'{expected} {unit}'.strip()}.")


def number(value: float | tf.Tensor, name: str, *, above_zero: bool = False) -> float | tf.Tensor:
    """Return the number, or say why it cannot be used.

    Parameters
    ----------
    value : float or scalar tensor
        Finite in float32, and ≥ 0. Inside a graph a tensor passes unchecked.
    name : str
        What the message calls it.
    above_zero : bool
        Refuse 0 as well.

    Returns
    -------
    float or tf.Tensor
        The same number, of the type that was given.

    Raises
    ------
    TypeError
        Not a number; truth values and texts are none.
    ValueError
        Negative, NaN, infinite, or 0 where it must be above.
    """
    if tf.is_symbolic_tensor(value):
        return value
    wanted = "above 0" if above_zero else "≥ 0"
    try:
        if isinstance(value, str | bytes | bool | np.bool_):
            raise TypeError("texts and truth values are no numbers")
        found = float(value)
    except OverflowError:  # a whole number with hundreds of digits
        found = float("inf")
    except Exception as error:  # other libraries' numbers refuse in their own ways
        raise TypeError(f"{name} is {said(value)}, expected a number {wanted}.") from error
    if found == 0 and above_zero:
        raise ValueError(f"{name} is {found}, expected a number above 0.")
    if not 0 <= found <= LARGEST:
        raise ValueError(
            f"{name} is {found}, expected a finite number {wanted} that float32 can hold."
        )
    return value


def share(value: float, name: str) -> float:
    """Return the share, or say that it must lie between nothing and all.

    Parameters
    ----------
    value : float
        From 0 to 1.
    name : str
        What the message calls it.

    Returns
    -------
    float
        The same share.

    Raises
    ------
    ValueError
        Not a number from 0 to 1.
    """
    is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= 1:
        raise ValueError(f"{name} is {said(value)}, expected a share from 0 to 1.")
    return float(value)


def choice(value: str, name: str, choices: Iterable[str], otherwise: str = "") -> str:
    """Return the name that was chosen, or say which ones there are.

    Parameters
    ----------
    value : str
        One of the choices.
    name : str
        What the message calls it.
    choices : iterable of str
        All that can be chosen.
    otherwise : str
        What may stand there too, such as "a picture".

    Returns
    -------
    str
        The same name.

    Raises
    ------
    ValueError
        Another name, or no name at all.
    """
    choices = list(choices)
    if not isinstance(value, str) or value not in choices:
        known = ", ".join(choices) + (f", or {otherwise}" if otherwise else "")
        raise ValueError(f"{name} is {said(value)}; choose from {known}.")
    return value


def known(value: Hashable, table: Mapping, sentence: str) -> Any:
    """Return the key that a table has, or say what may have been meant.

    Parameters
    ----------
    value : hashable
        A key of the table.
    table : mapping
        Its keys are all that there are.
    sentence : str
        What the message says before the value, such as "There is no picture".

    Returns
    -------
    hashable
        The same key.

    Raises
    ------
    ValueError
        The table does not have it.
    """
    try:
        found = value in table
    except TypeError:  # lists and arrays can be no keys
        found = False
    if not found:
        raise ValueError(f"{sentence} {said(value)}. {nearest(value, table)}")
    return value


def nearest(name: object, known: Iterable[str]) -> str:
    """Return the sentence that names what the reader may have meant.

    Parameters
    ----------
    name : object
        What was given.
    known : iterable of str
        What is there.

    Returns
    -------
    str
        "Did you mean …?", or the whole list where nothing is near.
    """
    known = [str(one) for one in known]
    close = difflib.get_close_matches(said(name).strip("'"), known, n=3, cutoff=0.5)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return f"Choose from {', '.join(known)}."


def dictionary(value: Mapping, name: str, form: str) -> Mapping:
    """Return the dictionary, or say which one is expected.

    Parameters
    ----------
    value : mapping
        Any.
    name : str
        What the message calls it.
    form : str
        What the message says of it, such as "{layer: activations}".

    Returns
    -------
    mapping
        The same.

    Raises
    ------
    TypeError
        Something else.
    """
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} is {type(value).__name__}, expected a dictionary {form}.")
    return value


def array(value: object, name: str, *form: int | str) -> np.ndarray:
    """Return the array in float64, or say which form is expected.

    Parameters
    ----------
    value : array
        Numbers.
    name : str
        What the message calls it.
    *form : int or str
        The length of each axis; a name such as "n_C" stands for any length, the same wherever
        it is written again.

    Returns
    -------
    numpy.ndarray
        float64; may hold NaN.

    Raises
    ------
    TypeError
        Not an array of numbers.
    ValueError
        Another shape, or empty.
    """
    expected = f"({', '.join(map(str, form))}{',' if len(form) == 1 else ''})"
    try:
        found = np.asarray(value)
        if found.dtype.kind not in "biuf":
            raise TypeError(f"it holds {found.dtype}")
        found = np.asarray(found, np.float64)
    except Exception as error:  # other libraries' arrays refuse in their own ways
        raise TypeError(
            f"{name} is {type(value).__name__}, expected an array of numbers {expected}."
        ) from error
    lengths: dict[int | str, int] = {side: side for side in form if isinstance(side, int)}
    fits = found.ndim == len(form) and all(
        lengths.setdefault(wanted, length) == length
        for wanted, length in zip(form, found.shape, strict=True)
    )
    if not fits or not found.size:
        raise ValueError(f"{name} has shape {found.shape}, expected {expected}.")
    return found


def said(value: object) -> str:
    """Return what was given, in one short line for a message.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    str
        At most 80 characters.
    """
    try:
        words = " ".join(repr(value).split())
    except Exception:  # giants of more digits than Python prints; objects without words
        return f"a {type(value).__name__} that cannot be printed"
    return words if len(words) <= 80 else f"{words[:77]}..."
