"""How the panels put layers, numbers and errors into words."""

from __future__ import annotations

import tensorflow as tf

from nst_helpers.gallery import PICTURES
from nst_helpers.languages import _


def short_name(layer: str) -> str:
    """Return the layer's name as it is in the text: "block4_conv2" is conv4_2."""
    return layer.replace("block", "conv").replace("_conv", "_")


def short_title(name: str) -> str:
    """Return a bundled picture's title without painter, place and year: it fits into a menu."""
    painter_or_title, *more = PICTURES[name].title.split(", ")
    title = more[0] if PICTURES[name].kind == "style" else painter_or_title
    return _(title)


def readable(picture: str) -> str:
    """Return a bundled picture's short name as words: "starry night"."""
    words = picture.replace("_", " ")
    return _(words)


def number(value: float) -> str:
    """Return a number to three digits, written out: 132,000."""
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.10g}" if abs(rounded) < 1e10 else f"{rounded:.3g}"


def trouble(error: Exception) -> str:
    """Return an error as a sentence for the reader.

    Parameters
    ----------
    error : Exception
        What was raised.

    Returns
    -------
    str
        What happened and what to do.
    """
    if isinstance(error, MemoryError | tf.errors.ResourceExhaustedError):
        return _("The memory is full. Choose a smaller size, or close other notebooks' kernels.")
    if isinstance(error, ValueError | TypeError | OSError):
        sentence = str(error)
        return sentence[:1].upper() + sentence[1:]
    first = (str(error).strip() or _("no more is known")).splitlines()[0]
    told = _("This did not work ({error}: {message}). Change a control, or run anew.")
    return told.format(error=type(error).__name__, message=first)
