"""The curves of J and of its terms: as text that a browser draws, and as a still figure."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from nst_helpers.figures.look import in_one_look, new_figure
from nst_helpers.languages import _
from nst_helpers.panels.drawing import DASHES, LINES
from nst_helpers.panels.run import TERMS
from nst_helpers.panels.wording import number

POINTS = 200  # of a curve at most, each as good as a pixel
SIDE = 1000  # units of the drawing, stretched to the room there is
APART = 0.16  # of the width: marks that stand closer share the last one's words
# Of each term: colour, dashes and width. J is wide, so that β J_style cannot hide it.
LOOKS = {
    name: look
    for name, look in zip(
        TERMS,
        (
            ("currentColor", "", 5.5), (LINES[1], "8 4", 2.6), (LINES[0], "9 4 2 4", 2.6),
            (LINES[5], "2 4", 2.4), (LINES[2], "10 2", 2), (LINES[3], "5 2 2 2", 2),
            (LINES[4], "3 3", 2), (LINES[6], "", 1.6),
        ),
    )
}  # fmt: skip

Terms = Mapping[str, Sequence[float]]
Marks = Sequence[tuple[int, str]]


def curves_svg(terms: Terms, marks: Marks) -> str:
    """Return the terms of J over the steps as HTML: made anew after each step.

    The lines are a stretched SVG; all letters are HTML, of the same size at every width.

    Parameters
    ----------
    terms : {name: list of float}
        As in ``Run.terms``; where a term is 0 it is not drawn.
    marks : list of (int, str)
        The steps after which something changed, and what.

    Returns
    -------
    str
        One element of class "nst-curves".
    """
    done = max((len(values) for values in terms.values()), default=0)
    last = reach(done)
    floor, ceiling = decades(terms)
    x = (np.arange(done) + 0.5) * (SIDE / last)
    lines = []
    for name in TERMS:  # J first: what is drawn later lies over it
        values = np.asarray(terms.get(name, ()), float)
        if (values > 0).any():
            lines.append(_polyline(LOOKS[name], x, _height(values, floor, ceiling)))
    exponents = range(floor, ceiling + 1, math.ceil((ceiling - floor) / 5))
    rows = {power(n): SIDE * (ceiling - n) / (ceiling - floor) for n in exponents}
    columns = {str(n): (n - 0.5) * SIDE / last for n in ticks(last)}
    grid = "".join(f"M0 {y:.0f}H{SIDE}" for y in rows.values())
    grid += "".join(f"M{at:.0f} 0V{SIDE}" for at in columns.values())
    at = [(step * SIDE / last, words) for step, words in marks]
    upright = "".join(f"M{place:.0f} 0V{SIDE}" for place, _ in at)
    labels = [f'<i class="nst-y" style="top:{y / 10:.1f}%">{name}</i>' for name, y in rows.items()]
    labels += [f'<i class="nst-x" style="left:{p / 10:.1f}%">{n}</i>' for n, p in columns.items()]
    labels += [
        f'<i class="nst-mark{" nst-back" if place > SIDE * 0.7 else ""}" '
        f'style="left:{place / 10:.1f}%">{html.escape(words)}</i>'
        for place, words in apart(at)
    ]
    return (
        f'<div class="nst-curves" role="img" aria-label="{html.escape(in_words(terms, marks))}">'
        f'<div class="nst-plot"><svg aria-hidden="true" viewBox="0 0 {SIDE} {SIDE}" '
        f'preserveAspectRatio="none">'
        f'<path class="nst-grid" d="{grid}"/>{"".join(lines)}'
        f'<path class="nst-upright" d="{upright}"/></svg>{"".join(labels)}</div>{LEGEND}</div>'
    )


def in_words(terms: Terms, marks: Marks) -> str:
    """Return the curves' last values and the last change as a sentence.

    Parameters
    ----------
    terms, marks
        As for ``curves_svg``.

    Returns
    -------
    str
        For readers who do not see the curves.
    """
    done = max((len(values) for values in terms.values()), default=0)
    if not done:
        return _("The terms of J over the steps: none is done yet.")
    values = ", ".join(f"{name} {number(terms[name][-1])}" for name in TERMS if name in terms)
    told = _("The terms of J over the steps, after step {done}: {values}.")
    told = told.format(done=done, values=values)
    if not marks:
        return told
    changed = _("Last change after step {step}: {change}.")
    return f"{told} {changed.format(step=marks[-1][0], change=marks[-1][1])}"


@in_one_look
def plot_terms(terms: Terms, marks: Marks) -> Figure:
    """Draw the same curves as a figure, for a page without a kernel.

    Parameters
    ----------
    terms, marks
        As for ``curves_svg``.

    Returns
    -------
    Figure
        The curves with a legend.
    """
    figure, axes = new_figure(height=3.6)
    axis = axes[0, 0]
    for n, name in enumerate(TERMS):
        values = np.array(terms.get(name, ()), float)
        values[values <= 0] = np.nan
        axis.plot(
            np.arange(1, len(values) + 1), values, label=name, linewidth=0.9 * LOOKS[name][2],
            color="black" if name == "J" else LOOKS[name][0], zorder=2 + n / 10,
            linestyle="-" if name == "J" else DASHES[n % len(DASHES)],
        )  # fmt: skip
    for step, words in marks:
        axis.axvline(step + 0.5, color="#555555", linestyle=(0, (4, 3)))
        axis.annotate(words, (step + 0.6, 0.96), xycoords=("data", "axes fraction"), va="top")
    axis.set_yscale("log")
    axis.set(xlabel=_("step"), ylabel=_("terms of J"))
    axis.grid(alpha=0.3)
    axis.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, handlelength=3)
    return figure


def reach(done: int) -> int:
    """Return where the axis of steps ends: it doubles when the curves have filled it."""
    last = 15
    while last < done:
        last *= 2
    return last


def decades(terms: Terms) -> tuple[int, int]:
    """Return the powers of ten between which all terms lie; those that vanish run out below."""
    values = np.concatenate([np.zeros(0), *map(np.asarray, terms.values())])
    values = values[(values > 0) & np.isfinite(values)]
    if not values.size:
        return 0, 1
    values = values[values > values.max() * 1e-8]
    ceiling = math.ceil(math.log10(values.max()) - 1e-9)
    return min(math.floor(math.log10(values.min())), ceiling - 1), ceiling


def ticks(last: int) -> list[int]:
    """Return three to six round numbers up to the last."""
    unit = 10 ** (len(str(last)) - 1)
    step = next(
        s for s in (unit // 10, unit // 5, unit // 2, unit, 2 * unit) if s and last / s <= 6
    )
    return list(range(step, last + 1, step))


def power(exponent: int) -> str:
    """Return a power of ten as it is written: 10⁵."""
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def apart(marks: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Return the marks whose words have room: of those close together, the last one's."""
    kept: list[tuple[float, str]] = []
    for place, words in marks:
        if kept and place - kept[-1][0] < APART * SIDE:
            kept.pop()
        kept.append((place, words))
    return kept


def _height(values: np.ndarray, floor: int, ceiling: int) -> np.ndarray:
    """Return the values' places from the top down; what is 0 lies below all."""
    exponents = np.log10(np.clip(values, 10.0 ** (floor - 1), 10.0 ** (ceiling + 1)))
    return (ceiling - exponents) * (SIDE / (ceiling - floor))


def _polyline(look: tuple[str, str, float], x: np.ndarray, y: np.ndarray) -> str:
    colour, dashes, width = look
    if len(x) > POINTS:
        chosen = np.linspace(0, len(x) - 1, POINTS).astype(int)
        x, y = x[chosen], y[chosen]
    if len(x) == 1:  # a point is a very short line
        x, y = np.append(x, x + 1), np.append(y, y)
    points = " ".join(map("%d,%d".__mod__, zip(x.tolist(), y.tolist())))
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<polyline stroke="{colour}" stroke-width="{width}"{dashed} points="{points}"/>'


def _legend() -> str:
    keys = [
        '<li><svg aria-hidden="true" viewBox="0 0 34 8"><line x2="34" y1="4" y2="4" '
        f'stroke="{colour}" stroke-width="{width}" stroke-dasharray="{dashes}"/></svg>{name}</li>'
        for name, (colour, dashes, width) in LOOKS.items()
    ]
    return f'<ul class="nst-legend">{"".join(keys)}</ul>'


LEGEND = _legend()
