"""A figure is shown with its words, for readers who do not see it.

The words stand in ``nst_helpers/descriptions``, one file a notebook, so that a cell shows its
figure in a line and does not give away what is to be seen.
"""

from __future__ import annotations

import html
import json
import math
from pathlib import Path

from IPython.display import display
from matplotlib.figure import Figure

from nst_helpers.figures.look import PIXELS, encode_figure
from nst_helpers.languages import _
from nst_helpers.refusals import nearest, said

DESCRIPTIONS = Path(__file__).resolve().parent.parent / "descriptions"


def show(figure: Figure, name: str | None = None) -> None:
    """Show a figure with its words, as small a file as its kind allows.

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
    data, metadata = bundle(figure, words)
    display(data, metadata=metadata, raw=True)
    if name is not None:
        display({"text/html": folded(words)}, raw=True)


def bundle(figure: Figure, words: str) -> tuple[dict, dict]:
    """Return a figure as Jupyter's bundle of data and metadata, with its words in both.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Any figure.
    words : str
        What it shows.

    Returns
    -------
    (dict, dict)
        The picture and, for readers that have no pictures, its words; and the picture's
        alternative text and its width on the page in pixels, of which the file has twice as many.
    """
    kind, content = encode_figure(figure)
    width = round(figure.get_figwidth() * PIXELS)
    return {kind: content, "text/plain": words}, {kind: {"alt": words, "width": width}}


def folded(words: str) -> str:
    """Return words as a folded line of a page, for the many front ends that read no picture's.

    Parameters
    ----------
    words : str
        What a figure shows.

    Returns
    -------
    str
        HTML that hosting sites and untrusted notebooks leave as it is.
    """
    text = html.escape(words)
    summary = _("In words")
    return f'<details class="nst-words"><summary>{summary}</summary>{text}</details>'


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
            f"name is {said(name)}, expected the name of one of the series' figures. A figure of "
            "your own needs none: show(figure)."
        )
    words: dict[str, str] = {}
    for path in sorted(DESCRIPTIONS.glob("*.json")):
        words |= read_descriptions(path)
    if name not in words:
        raise ValueError(
            f"No figure of the series is named {name!r}. A figure of your own needs no name: "
            f"show(figure). {nearest(name, words)}"
        )
    return _(words[name])


def read_descriptions(path: Path) -> dict[str, str]:
    """Return the words of one notebook's figures.

    Parameters
    ----------
    path : Path
        One of the files in ``nst_helpers/descriptions``.

    Returns
    -------
    {name: words}
        In the order of the notebook, in English.
    """
    return json.loads(path.read_text("utf-8"))


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
        across, up = axis.get_xlabel(), axis.get_ylabel()
        both = _("{up} over {across}").format(up=up, across=across)
        over = both if up and across else up + across
        names = axis.get_title(), over
        parts.append(": ".join(" ".join(name.split()) for name in names if name.strip()))
    for legend in [axis.get_legend() for axis in figure.axes if axis.get_legend()] + figure.legends:
        parts.append(", ".join(text.get_text() for text in legend.get_texts()))
    parts = [part for part in parts if part]
    told = _("A figure. {parts}.") if parts else _("A figure without a title.")
    return told.format(parts="; ".join(parts))


def number_text(number: float) -> str:
    """Return a number as it is written in all figures: 0.05, 12,500, 10⁻⁵, 2.5·10⁶.

    Parameters
    ----------
    number : float
        Any number.

    Returns
    -------
    str
        Three digits of it; powers of ten below 0.01 and from 100,000 on.
    """
    if not math.isfinite(number):
        return str(float(number))
    if number == 0 or 0.01 <= abs(number) < 99_950:
        digits = 0 if abs(number) >= 1000 else 2 - math.floor(math.log10(abs(number) or 1))
        return f"{round(float(number), digits):,.10g}".replace("-", "−")
    factor, _, power = f"{number:.2e}".partition("e")
    factor = factor.rstrip("0").rstrip(".").replace("-", "−")
    ten = "10" + str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return {"1": "", "−1": "−"}.get(factor, f"{factor}·") + ten
