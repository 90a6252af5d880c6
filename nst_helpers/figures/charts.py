"""Blocks, dots, matrices, curves and bars: each function returns its figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from matplotlib.ticker import MaxNLocator

from nst_helpers.figures import given
from nst_helpers.figures.look import (
    COLOURS,
    LECTURE_COLOURS,
    WIDTH,
    arrows,
    in_one_look,
    new_figure,
    reach,
)
from nst_helpers.figures.words import number_text
from nst_helpers.languages import N_, _
from nst_helpers.refusals import whole_number

DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
HATCHES = ("", "//", "..", "xx", "\\\\", "++", "oo")
BESIDE = 1.8  # inches: the bar of colours and the name of the upright axis
CHANNEL = "channel"
WRITTEN = 6  # rows of a matrix whose entries can be written in it
DENSE = 5000  # dots that can be drawn large without hiding one another


@in_one_look
def plot_block(
    n_H: int, n_W: int, n_C: int, *, mark: tuple[int, int] | None = None, shown: int = 5
) -> Figure:
    """Draw an activation block as the lecture does: sheets of cells, a colour a channel.

    Parameters
    ----------
    n_H, n_W, n_C : int
        Shape of the block; it is written on the edges.
    mark : (i, j), optional
        Mark this cell of the first two sheets, counted from 0 in the cells drawn.
    shown : int
        How many channels are drawn.

    Returns
    -------
    Figure
        The drawing; at most 6 × 6 cells a sheet.

    Raises
    ------
    ValueError
        A number that is not a whole one above 0.
    """
    for name, number in (("n_H", n_H), ("n_W", n_W), ("n_C", n_C), ("shown", shown)):
        whole_number(number, name, 1)
    rows, columns = min(n_H, 6), min(n_W, 6)
    figure, axes = new_figure(height=4.2)
    axis = axes[0, 0]
    drawn = min(shown, n_C)
    step = np.array([0.75, 0.5])
    for k in range(drawn - 1, -1, -1):
        for i in range(rows):
            for j in range(columns):
                corner = np.array([j, rows - 1 - i]) + k * step
                square = corner + np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
                marked = mark == (i, j) and k < 2
                axis.add_patch(
                    Polygon(
                        square,
                        facecolor=LECTURE_COLOURS[k % len(LECTURE_COLOURS)],
                        edgecolor="black" if marked else "white",
                        linewidth=3 if marked else 0.8,
                        zorder=(drawn - k) * 2 + marked,
                    )
                )
    depth = (drawn - 1) * step
    axis.text(-0.25, rows / 2, f"$n_H$ = {n_H}", ha="right", va="center")
    axis.text(columns / 2, -0.25, f"$n_W$ = {n_W}", ha="center", va="top")
    axis.text(
        *(np.array([columns + 0.3, 0]) + depth / 2 - [0, 0.2]),
        f"$n_C$ = {n_C}" + (_(" ({drawn} drawn)").format(drawn=drawn) if drawn < n_C else ""),
        ha="left",
        va="top",
    )
    axis.set_xlim(-2.5, columns + depth[0] + 3)
    axis.set_ylim(-0.9, rows + depth[1] + 0.2)
    axis.set_aspect("equal")
    axis.axis("off")
    return figure


@in_one_look
def plot_pairs(
    pairs: Sequence[tuple[np.ndarray, np.ndarray]],
    titles: Sequence[str],
    labels: tuple[str, str] = (N_("red channel"), N_("yellow channel")),
    mark: int | None = None,
) -> Figure:
    """Show pairs of numbers as scatter plots on the same axes, one dot a pair.

    Parameters
    ----------
    pairs : sequence of (array (n,), array (n,))
        For example activations of two channels at the same positions.
    titles : sequence of str
        One a scatter plot.
    labels : (str, str)
        What the two numbers are.
    mark : int, optional
        Index of a dot to ring.

    Returns
    -------
    Figure
        The scatter plots side by side.

    Raises
    ------
    TypeError, ValueError
        Not a list of pairs with a title each, the two of a pair differ in length, or there is no
        such position to mark.
    """
    for pair in pairs:
        given.pair(pair, "A pair")
        if mark is not None:
            whole_number(mark, "mark", 0, len(pair[0]) - 1)
    given.arrays([pair[0] for pair in pairs], titles, "pairs", given.LINE)
    figure, axes = new_figure(1, len(pairs), 4.2, sharex=True, sharey=True)
    for axis, (x, y), title in zip(axes.flat, pairs, titles, strict=True):
        # So many dots that they cover each other are drawn small and pale: darker is denser.
        size, alpha = (14, 0.45) if len(x) < DENSE else (6, 0.18)
        axis.scatter(x, y, s=size, alpha=alpha, color=COLOURS[0], edgecolors="none")
        if mark is not None:
            axis.scatter(x[mark], y[mark], s=180, facecolors="none", edgecolors=COLOURS[5], lw=3)
        axis.set(title=title, xlabel=_(labels[0]))
        axis.grid(alpha=0.3)
    axes[0, 0].set_ylabel(_(labels[1]))
    return figure


@in_one_look
def plot_matrices(
    matrices: Sequence[np.ndarray],
    titles: Sequence[str],
    *,
    label: str = "",
    diverging: bool = False,
    over: Sequence[str] | None = None,
) -> Figure:
    """Show matrices side by side on one scale of colours, small ones with their numbers.

    Parameters
    ----------
    matrices : sequence of arrays (n_C, n_C)
        Style matrices, for example.
    titles : sequence of str
        One a matrix.
    label : str
        What the colours measure.
    diverging : bool
        Centre the colours on 0, for differences and correlations.
    over : sequence of str, optional
        What the rows and columns of each matrix are; default: "channel".

    Returns
    -------
    Figure
        The matrices with one bar of colours. An arrow at its end says that a few entries are
        larger than the scale.

    Raises
    ------
    TypeError, ValueError
        Not a list of matrices with a title each.
    """
    matrices = given.arrays(matrices, titles, "matrices", given.MATRIX)
    over = [CHANNEL] * len(matrices) if over is None else over
    given.arrays(matrices, over, "matrices", given.MATRIX)
    highest = reach(matrices)
    lowest = -highest if diverging else min(0.0, *(float(m.min()) for m in matrices))
    side = min((WIDTH - BESIDE) / len(matrices), 4.6)
    figure, axes = new_figure(1, len(matrices), side + 0.8, side * len(matrices) + BESIDE)
    for axis, matrix, title, name in zip(axes.flat, matrices, titles, over, strict=True):
        image = axis.imshow(
            matrix, vmin=lowest, vmax=highest, cmap="RdBu_r" if diverging else "cividis"
        )
        axis.set(title=title, xlabel=_("channel k'") if name == CHANNEL else name)
        axis.set_anchor("W")  # in the middle of spare room, its label would lie beyond the figure
        for line in (axis.xaxis, axis.yaxis):
            line.set_major_locator(MaxNLocator(6, integer=True))
        if axis is axes[0, 0] or name != over[0]:
            axis.set_ylabel(_("channel k") if name == CHANNEL else name)
        if max(matrix.shape) <= WRITTEN:
            _write_entries(axis, matrix, image)
    figure.colorbar(
        image,
        ax=axes.ravel().tolist(),
        shrink=0.8,
        label=label,
        extend=arrows(matrices, both=diverging),
        format=lambda value, place: number_text(value),
    )
    return figure


def _write_entries(axis: Axes, matrix: np.ndarray, image) -> None:
    """Write a small matrix' numbers into its cells, light on dark and dark on light."""
    for (row, column), value in np.ndenumerate(matrix):
        light = np.dot(image.cmap(image.norm(value))[:3], (0.3, 0.6, 0.1)) > 0.5
        axis.text(
            column,
            row,
            number_text(value),
            ha="center",
            va="center",
            color="black" if light else "white",
        )


@in_one_look
def plot_curves(
    curves: Mapping[str, tuple[np.ndarray, np.ndarray]],
    xlabel: str = N_("step"),
    ylabel: str = "J",
    log: bool = True,
    *,
    marks: Mapping[str, float] | None = None,
) -> Figure:
    """Draw curves on one pair of axes, told apart by colour and by dash.

    Parameters
    ----------
    curves : {label: (x, y)}
        One-dimensional arrays; x may be names.
    xlabel, ylabel : str
        Names of the axes.
    log : bool
        Logarithmic y axis.
    marks : {label: x}, optional
        Upright dashed lines that say what happens there.

    Returns
    -------
    Figure
        The curves with a legend beside them, and a line at 0 where they cross it.

    Raises
    ------
    TypeError, ValueError
        Not a dictionary of one to seven curves, or an x and a y differ in length.
    """
    given.named(curves, "curves", "{label: (x, y)}", len(COLOURS))
    for label, pair in curves.items():
        given.pair(pair, f"The curve {label!r}")
    figure, axes = new_figure(height=4.2)
    axis = axes[0, 0]
    for (label, (x, y)), colour, dash in zip(curves.items(), COLOURS, DASHES, strict=False):
        axis.plot(x, y, label=label, color=colour, linestyle=dash, linewidth=2.5)
    for label, place in (marks or {}).items():
        axis.axvline(place, color="#555555", linestyle=(0, (4, 3)), linewidth=1.5)
        axis.text(place, 0.98, f" {label}", transform=axis.get_xaxis_transform(), va="top")
    places = [x for x, _ in curves.values()]
    if any(np.asarray(x).dtype.kind == "U" for x in places):
        axis.margins(x=0.12)  # half of the first and the last name stand outside the curves
    if all(np.issubdtype(np.asarray(x).dtype, np.integer) for x in places):
        axis.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    _finish(axis, ylabel, log)
    axis.set_xlabel(_(xlabel))
    if list(curves) != [ylabel]:
        figure.legend(loc="outside right upper")
    return figure


@in_one_look
def plot_bars(
    groups: Mapping[str, Sequence[float]],
    names: Sequence[str],
    ylabel: str,
    log: bool = True,
) -> Figure:
    """Draw groups of bars: one group a name, one colour a series.

    A logarithmic axis has no 0 at which a bar could begin, so that its length would say nothing:
    there each number is a short level bar at its height.

    Parameters
    ----------
    groups : {series: sequence of float}
        One number a name in each series.
    names : sequence of str
        Labels under the groups.
    ylabel : str
        What the height measures.
    log : bool
        Logarithmic y axis: level bars.

    Returns
    -------
    Figure
        The bars, with a legend where there are several series.

    Raises
    ------
    TypeError, ValueError
        Not a dictionary of one to seven series, or a series has not one number a name.
    """
    given.named(groups, "groups", "{series: numbers}", len(COLOURS))
    given.texts(names, "names")
    given.rows(groups, names, "The series")
    figure, axes = new_figure(height=4.2)
    axis = axes[0, 0]
    place, width = np.arange(len(names)), 0.8 / len(groups)
    tall = np.array([*groups.values()], float)
    below, above = _levels(axis, tall) if log else (np.zeros_like(tall), tall)
    for n, series in enumerate(groups):
        left = place + (n - (len(groups) - 1) / 2) * width
        axis.bar(left, above[n] - below[n], width, below[n], label=series, **_filling(n))
    for between in place[1:] - 0.5 if log else ():  # floating bars need a sign of their group
        axis.axvline(between, color="#CCCCCC", linewidth=1)
    _finish(axis, ylabel, log)
    axis.set_xticks(place, names)
    axis.grid(visible=False, axis="x")
    if len(groups) > 1:
        figure.legend(loc="outside right upper")
    return figure


def _levels(axis: Axes, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return lower and upper ends of level bars of one thickness on a logarithmic axis."""
    least, most = values[values > 0].min(initial=np.inf), values.max()
    if not 0 < least < np.inf:
        return values, values  # nothing that a logarithmic axis can show
    decade = max(10 * least / most, 1)  # what a narrow range lacks
    thick = (decade * most / least) ** 0.017
    beside = thick**3 * decade**0.5
    axis.set_ylim(least / beside, most * beside)
    return values / thick, values * thick


@in_one_look
def plot_shares(groups: Mapping[str, Sequence[float]], parts: Sequence[str]) -> Figure:
    """Draw how a whole is shared out: one bar of 100 % a group, one colour a part.

    Parameters
    ----------
    groups : {group: sequence of float}
        One share a part, together 1.
    parts : sequence of str
        Names of the parts, at most seven.

    Returns
    -------
    Figure
        The bars below each other; a share of 5 % and more is written in its place.

    Raises
    ------
    TypeError, ValueError
        Not a dictionary of groups, or a group's shares are not one a part, or not together 1.
    """
    given.named(groups, "groups", "{group: shares}")
    given.texts(parts, "parts")
    given.named(dict.fromkeys(parts), "parts", "", len(COLOURS))
    given.rows(groups, parts, "The group")
    for group, shares in groups.items():
        if min(shares) < 0 or abs(sum(shares) - 1) > 0.001:
            raise ValueError(
                f"The shares of {group!r} are {list(shares)}, expected numbers from 0 that add up "
                "to 1: divide them by their sum."
            )
    figure, axes = new_figure(height=0.9 + 0.6 * len(groups))
    axis = axes[0, 0]
    for n, part in enumerate(parts):
        widths = 100 * np.array([values[n] for values in groups.values()], float)
        before = 100 * np.array([sum(values[:n]) for values in groups.values()], float)
        bars = axis.barh(list(groups), widths, 0.7, before, label=part, **_filling(n))
        written = [f"{share:.0f} %" if share >= 5 else "" for share in widths]
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
        for text in axis.bar_label(bars, written, label_type="center"):
            text.set_bbox(box if text.get_text() else None)
    axis.set(xlim=(0, 100), xlabel=_("share in %"))
    axis.invert_yaxis()
    figure.legend(loc="outside right upper")
    return figure


def _finish(axis: Axes, ylabel: str, log: bool) -> None:
    """Set the upright axis, a grid, and a line at 0 where the axis crosses it."""
    axis.set_ylabel(ylabel)
    axis.grid(alpha=0.3)
    if log and np.isfinite(axis.dataLim.minposy):  # there is something above 0
        axis.set_yscale("log")
    elif axis.get_ylim()[0] < 0 < axis.get_ylim()[1]:
        axis.axhline(0, color="black", linewidth=1)


def _filling(n: int) -> dict:
    """Return the n-th colour and hatch of bars: told apart without colours too."""
    return {
        "color": COLOURS[n % len(COLOURS)],
        "hatch": HATCHES[n % len(HATCHES)],
        "edgecolor": "white",
    }
