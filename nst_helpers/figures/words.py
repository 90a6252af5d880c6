"""A figure is shown with its words, for readers who do not see it.

The words stand in ``nst_helpers/descriptions``, one file a notebook, so that a cell shows its
figure in a line and does not give away what is to be seen.
"""

from __future__ import annotations

import difflib
import json
from pathlib import Path

from IPython.display import display
from matplotlib.figure import Figure

from nst_helpers.figures.look import encode_figure

DESCRIPTIONS = Path(__file__).resolve().parent.parent / "descriptions"


def show(figure: Figure, name: str | None = None) -> None:
    """Show a figure with its alternative text, as small a file as its kind allows.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        From one of the ``plot_…`` functions.
    name : str, optional
        The figure's name in ``nst_helpers/descriptions``, where its words stand. Without a name the
        words are made of the figure's titles and axes: enough for one of your own.

    Raises
    ------
    TypeError, ValueError
        Not a figure, or no name of one.
    """
    if not isinstance(figure, Figure):
        raise TypeError(f"figure is {type(figure).__name__}; give what a plot_… function returns.")
    words = words_of_titles(figure) if name is None else description(name)
    kind, data = encode_figure(figure)
    display({kind: data, "text/plain": words}, metadata={kind: {"alt": words}}, raw=True)


def description(name: str) -> str:
    """Return the words of one of the series' figures.

    Parameters
    ----------
    name : str
        As it stands in ``nst_helpers/descriptions``.

    Returns
    -------
    str
        What the figure shows.

    Raises
    ------
    TypeError, ValueError
        Not a text, or no figure has this name.
    """
    if not isinstance(name, str):
        raise TypeError(
            f"name is {name!r}, expected the name of one of the series' figures. A figure of your "
            "own needs none: show(figure)."
        )
    words: dict[str, str] = {}
    for path in sorted(DESCRIPTIONS.glob("*.json")):
        words |= json.loads(path.read_text("utf-8"))
    if name not in words:
        near = difflib.get_close_matches(name, words, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(
            f"No figure of the series is named {name!r}.{hint} A figure of your own needs no name: "
            "show(figure)."
        )
    return words[name]


def words_of_titles(figure: Figure) -> str:
    """Return a figure's titles and names of axes as a sentence, for want of better words.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Any figure.

    Returns
    -------
    str
        One sentence.
    """
    parts = []
    for axis in figure.axes:
        legend = axis.get_legend()
        lines = [text.get_text() for text in legend.get_texts()] if legend else []
        over = f"{axis.get_ylabel()} over {axis.get_xlabel()}".removeprefix(" over ")
        names = (axis.get_title(), over.removesuffix(" over "), ", ".join(lines))
        parts.append(": ".join(" ".join(name.split()) for name in names if name.strip()))
    parts = [part for part in parts if part]
    return f"A figure. {'; '.join(parts)}." if parts else "A figure without a title."
