"""The look of all figures: colours, letters, width, and the file that a figure becomes."""

from __future__ import annotations

import io

import matplotlib as mpl
from matplotlib.figure import Figure

# Okabe & Ito's palette: told apart with every common kind of colour blindness.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000")
LECTURE_COLOURS = ("#D7263D", "#F4C430", "#6A4C93", "#2E8B57", "#E8871E")
WIDTH = 9.0  # inches
TEXT = {"font.size": 13, "axes.titlesize": 13, "axes.labelsize": 13, "legend.fontsize": 12}


def encode_figure(figure: Figure) -> tuple[str, bytes]:
    """Return the figure as a PNG or a JPEG file, whichever is smaller.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Any figure.

    Returns
    -------
    (str, bytes)
        The media type, "image/png" or "image/jpeg", and the file's content.

    Raises
    ------
    TypeError
        Not a figure.
    """
    if not isinstance(figure, Figure):
        raise TypeError(f"figure is {type(figure).__name__}; give what a plot_… function returns.")
    files = {}
    for kind, options in (("png", {}), ("jpeg", {"pil_kwargs": {"quality": 88}})):
        stream = io.BytesIO()
        figure.savefig(stream, format=kind, dpi=100, facecolor="white", **options)
        files[f"image/{kind}"] = stream.getvalue()
    return min(files.items(), key=lambda item: len(item[1]))


def new_figure(rows: int = 1, columns: int = 1, height: float = 3.5, **options):
    """Return an empty figure of the series' width and look, and its axes.

    Parameters
    ----------
    rows, columns : int
        Grid of axes.
    height : float
        In inches.
    **options
        For ``Figure.subplots``.

    Returns
    -------
    (Figure, array of Axes)
        The axes as an array (rows, columns).
    """
    with mpl.rc_context(TEXT):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False, **options)
    return figure, axes
