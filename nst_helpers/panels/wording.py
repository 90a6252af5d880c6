"""How the panels put layers, numbers and errors into words."""

from __future__ import annotations

import tensorflow as tf

from nst_helpers.gallery import PICTURES


def short_name(layer: str) -> str:
    """Return the layer's name as it is in the text: "block4_conv2" is conv4_2."""
    return layer.replace("block", "conv").replace("_conv", "_")


def short_title(name: str) -> str:
    """Return a bundled picture's title without painter, place and year: it fits into a menu."""
    painter_or_title, *more = PICTURES[name].title.split(", ")
    return more[0] if PICTURES[name].kind == "style" else painter_or_title


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
        return "The memory is full. Choose a smaller size, or close other notebooks' kernels."
    if isinstance(error, ValueError | TypeError | OSError):
        sentence = str(error)
        return sentence[:1].upper() + sentence[1:]
    first = (str(error).strip() or "no more is known").splitlines()[0]
    return f"This did not work ({type(error).__name__}: {first}). Change a control, or run anew."
