"""The curves of J and of its terms, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nst_helpers.figures import COLOURS, TEXT
from nst_helpers.panels.drawing import figure_picture, small_figure
from nst_helpers.panels.run import TERMS


def plot_terms(terms: Mapping[str, list[float]], marks: list[int], count: int) -> Figure:
    """Draw the terms of J over the steps, with a line where a weight changed.

    Parameters
    ----------
    terms : {name: list of float}
        As in ``Run.terms``; where a term is 0 it is not drawn.
    marks : list of int
        Steps after which a weight changed.
    count : int
        All steps: the longest that the time axis becomes.

    Returns
    -------
    Figure
        Always the same one, without a legend: a fresh one would take three times as long.
    """
    figure, lines, upright = _terms_chart()
    axis, done, reach = figure.axes[0], 0, 15
    for name, line in zip(TERMS, lines, strict=True):
        values = np.array(terms.get(name, ()), float)
        values[values <= 0] = np.nan
        line.set_data(np.arange(1, len(values) + 1), values)
        line.set_marker("." if len(values) == 1 else "")
        done = max(done, len(values))
    upright.set_data(np.repeat(marks, 3) + 0.5, np.tile([0, 1, np.nan], len(marks)))
    # The axis doubles when the curves have filled it, up to all steps.
    while reach < done:
        reach *= 2
    axis.set_xlim(0.5, max(min(reach, count), 2) + 0.5)
    axis.relim()
    axis.autoscale_view(scalex=False)
    return figure


def curves_picture(terms: Mapping[str, list[float]], marks: list[int], count: int) -> np.ndarray:
    """Return ``plot_terms`` with its legend as a picture (1, H, W, 3), RGB in [0, 1]."""
    curves = figure_picture(plot_terms(terms, marks, count))
    return np.concatenate([_legend_picture(), curves], axis=1)


@lru_cache(maxsize=1)
def _terms_chart() -> tuple[Figure, list, Line2D]:
    figure, (axis,) = small_figure(7, 3.2, left=0.12, right=0.965, top=0.97, bottom=0.17)
    lines = [axis.plot([], **look)[0] for look in _looks()]
    (upright,) = axis.plot(
        [], transform=axis.get_xaxis_transform(), color="#555555", linewidth=1.5,
        linestyle=(0, (4, 3)),
    )  # fmt: skip
    axis.set_yscale("log")
    # Typeset powers and small ticks would take more time than all the rest.
    axis.yaxis.set_major_formatter(lambda value, place: f"{value:g}")
    axis.minorticks_off()
    axis.set_xlabel("step")
    axis.grid(alpha=0.3)
    return figure, lines, upright


@lru_cache(maxsize=1)
def _legend_picture() -> np.ndarray:
    """Return the legend of the terms; drawn once, since its letters take time."""
    with mpl.rc_context(TEXT):
        figure = Figure(figsize=(7, 0.8), dpi=100, facecolor="white")
    handles = [Line2D([], [], label=name, **look) for name, look in zip(TERMS, _looks())]
    figure.legend(
        handles=handles, loc="center", ncols=3, fontsize=10.5, frameon=False, columnspacing=1.0,
        handlelength=2.6, labelspacing=0.25,
    )  # fmt: skip
    return figure_picture(figure)


def _looks() -> list[dict]:
    """Return colour, dash and width of each term: told apart without colours too."""
    looks = [
        ("black", "-", 3.5), (COLOURS[0], "--", 3), (COLOURS[5], "-.", 3),
        (COLOURS[1], ":", 2.2), (COLOURS[2], (0, (5, 1)), 1.8),
        (COLOURS[3], (0, (3, 1, 1, 1)), 1.8), (COLOURS[4], (0, (1, 1)), 1.8), ("#777777", "-", 1.4),
    ]  # fmt: skip
    return [dict(zip(("color", "linestyle", "linewidth"), look, strict=True)) for look in looks]
