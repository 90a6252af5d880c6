"""A figure is shown with its words, for readers who do not see it."""

from __future__ import annotations

from IPython.display import display
from matplotlib.figure import Figure

from nst_helpers.figures.look import encode_figure


def show(figure: Figure, alt: str) -> None:
    """Show a figure with its alternative text, as small a file as its kind allows.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        From one of the functions below.
    alt : str
        What the figure shows, for readers who do not see it.

    Raises
    ------
    TypeError, ValueError
        Not a figure, or no alternative text.
    """
    if not isinstance(alt, str):
        raise TypeError(f"alt is {alt!r}: say in a sentence what the figure shows.")
    if not alt.strip():
        raise ValueError("alt is empty: say in a sentence what the figure shows.")
    kind, data = encode_figure(figure)
    display({kind: data, "text/plain": alt}, metadata={kind: {"alt": alt}}, raw=True)
