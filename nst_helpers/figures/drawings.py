"""Each function draws one thing and returns the figure. No mathematics here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from nst_helpers.figures.look import COLOURS, LECTURE_COLOURS, WIDTH, new_figure
from nst_helpers.refusals import whole_number


def plot_images(
    images: Sequence[np.ndarray], titles: Sequence[str], columns: int | None = None
) -> Figure:
    """Show pictures in a grid, each under its title.

    Parameters
    ----------
    images : sequence of arrays (1, H, W, 3)
        RGB in [0, 1].
    titles : sequence of str
        One a picture.
    columns : int, optional
        Pictures in a row; default: all, at most 5.

    Returns
    -------
    Figure
        The grid.

    Raises
    ------
    TypeError, ValueError
        Not a list of pictures with a title each, or an impossible number of columns.
    """
    images = _checked(images, titles, "images", (1, None, None, 3), "(1, H, W, 3)")
    columns = min(5 if columns is None else whole_number(columns, "columns", 1), len(images))
    rows = -(-len(images) // columns)
    aspect = max(image.shape[1] / image.shape[2] for image in images)
    lines = max(title.count("\n") for title in titles) + 1
    height = rows * (WIDTH / columns * aspect + 0.27 * lines)
    figure, axes = new_figure(rows, columns, min(height, 14))
    for axis in axes.flat:
        axis.axis("off")
    for axis, image, title in zip(axes.flat, images, titles, strict=False):
        # A patch of a few pixels is shown as pixels, not as a blur.
        smooth = min(image.shape[1:3]) > 12
        axis.imshow(np.clip(image[0], 0, 1), interpolation="lanczos" if smooth else "nearest")
        axis.set_title(title)
    return figure


def plot_maps(
    maps: Sequence[np.ndarray], titles: Sequence[str], columns: int = 4, cmap: str = "viridis"
) -> Figure:
    """Show feature maps in a grid, each in its own range of brightness.

    Parameters
    ----------
    maps : sequence of arrays (n_H, n_W)
        One channel each.
    titles : sequence of str
        One a map.
    columns : int
        Maps in a row.
    cmap : str
        Matplotlib's name of the colours.

    Returns
    -------
    Figure
        The grid.

    Raises
    ------
    TypeError, ValueError
        Not a list of maps with a title each, or an impossible number of columns.
    """
    maps = _checked(maps, titles, "maps", (None, None), "(n_H, n_W)")
    columns = min(whole_number(columns, "columns", 1), len(maps))
    rows = -(-len(maps) // columns)
    aspect = max(m.shape[0] / m.shape[1] for m in maps)
    figure, axes = new_figure(rows, columns, rows * (WIDTH / columns * aspect + 0.3))
    for axis in axes.flat:
        axis.axis("off")
    for axis, feature_map, title in zip(axes.flat, maps, titles, strict=False):
        axis.imshow(feature_map, cmap=cmap)
        axis.set_title(title)
    return figure


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
    axis.text(-0.25, rows / 2, f"$n_H$ = {n_H}", ha="right", va="center", fontsize=15)
    axis.text(columns / 2, -0.25, f"$n_W$ = {n_W}", ha="center", va="top", fontsize=15)
    axis.text(
        *(np.array([columns + 0.3, 0]) + depth / 2 - [0, 0.2]),
        f"$n_C$ = {n_C}" + (f" ({drawn} drawn)" if drawn < n_C else ""),
        ha="left",
        va="top",
        fontsize=15,
    )
    axis.set_xlim(-2.5, columns + depth[0] + 3)
    axis.set_ylim(-0.9, rows + depth[1] + 0.2)
    axis.set_aspect("equal")
    axis.axis("off")
    return figure


def plot_pairs(
    pairs: Sequence[tuple[np.ndarray, np.ndarray]],
    titles: Sequence[str],
    labels: tuple[str, str] = ("red channel", "yellow channel"),
    mark: int | None = None,
) -> Figure:
    """Show pairs of activations as scatter plots on the same axes, one dot a position.

    Parameters
    ----------
    pairs : sequence of (array (n,), array (n,))
        Activations of two channels at the same positions.
    titles : sequence of str
        One a scatter plot.
    labels : (str, str)
        Names of the two channels.
    mark : int, optional
        Index of a position to ring.

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
        _check_pair(pair, "A pair")
        if mark is not None:
            whole_number(mark, "mark", 0, len(pair[0]) - 1)
    _checked([pair[0] for pair in pairs], titles, "pairs", (None,), "(n,)")
    figure, axes = new_figure(1, len(pairs), 3.6, sharex=True, sharey=True)
    for axis, (x, y), title in zip(axes.flat, pairs, titles, strict=True):
        axis.scatter(x, y, s=12, alpha=0.45, color=COLOURS[0], edgecolors="none")
        if mark is not None:
            axis.scatter(x[mark], y[mark], s=160, facecolors="none", edgecolors=COLOURS[5], lw=2.5)
        axis.set(title=title, xlabel=labels[0])
        axis.grid(alpha=0.3)
    axes[0, 0].set_ylabel(labels[1])
    return figure


def plot_matrices(
    matrices: Sequence[np.ndarray],
    titles: Sequence[str],
    *,
    label: str = "",
    diverging: bool = False,
) -> Figure:
    """Show matrices over the channels side by side, on one scale of colours.

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

    Returns
    -------
    Figure
        The matrices with one colour bar.

    Raises
    ------
    TypeError, ValueError
        Not a list of matrices with a title each.
    """
    matrices = _checked(matrices, titles, "matrices", (None, None), "(n_C, n_C)")
    figure, axes = new_figure(1, len(matrices), min(WIDTH / len(matrices) * 0.85 + 0.5, 5))
    largest = max(float(np.abs(m).max()) for m in matrices)
    lowest = -largest if diverging else min(0.0, *(float(m.min()) for m in matrices))
    for axis, matrix, title in zip(axes.flat, matrices, titles, strict=True):
        image = axis.imshow(
            matrix, vmin=lowest, vmax=largest, cmap="RdBu_r" if diverging else "cividis"
        )
        axis.set(title=title, xlabel="channel k'")
    axes[0, 0].set_ylabel("channel k")
    bar = figure.colorbar(image, ax=axes.ravel().tolist(), shrink=0.8)
    bar.set_label(label, fontsize=13)
    bar.ax.tick_params(labelsize=12)
    return figure


def plot_curves(
    curves: Mapping[str, tuple[np.ndarray, np.ndarray]],
    xlabel: str = "step",
    ylabel: str = "J",
    log: bool = True,
) -> Figure:
    """Draw curves on one pair of axes, told apart by colour and by dash.

    Parameters
    ----------
    curves : {label: (x, y)}
        One-dimensional arrays.
    xlabel, ylabel : str
        Names of the axes.
    log : bool
        Logarithmic y axis.

    Returns
    -------
    Figure
        The curves with a legend.

    Raises
    ------
    TypeError, ValueError
        Not a dictionary of one to seven curves, or an x and a y differ in length.
    """
    _check_named(curves, "curves", "{label: (x, y)}")
    for label, pair in curves.items():
        _check_pair(pair, f"The curve {label!r}")
    if len(curves) > len(COLOURS):
        raise ValueError(
            f"{len(curves)} curves are given; at most {len(COLOURS)} can be told apart. Draw two "
            "figures."
        )
    figure, axes = new_figure(height=3.8)
    axis = axes[0, 0]
    dashes = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
    for (label, (x, y)), colour, dash in zip(curves.items(), COLOURS, dashes, strict=False):
        axis.plot(x, y, label=label, color=colour, linestyle=dash, linewidth=2.5)
    if log:
        axis.set_yscale("log")
    axis.set(xlabel=xlabel, ylabel=ylabel)
    axis.grid(alpha=0.3)
    axis.legend(fontsize=12)
    return figure


def plot_bars(
    groups: Mapping[str, Sequence[float]],
    names: Sequence[str],
    ylabel: str,
    log: bool = True,
) -> Figure:
    """Draw groups of bars: one group a name, one colour a series.

    Parameters
    ----------
    groups : {series: sequence of float}
        One number a name in each series.
    names : sequence of str
        Labels under the groups.
    ylabel : str
        What the height measures.
    log : bool
        Logarithmic y axis.

    Returns
    -------
    Figure
        The bars with a legend.

    Raises
    ------
    TypeError, ValueError
        Not a dictionary of series, or a series has not one number a name.
    """
    _check_named(groups, "groups", "{series: numbers}")
    for series, values in groups.items():
        if np.shape(values) != (len(names),):
            raise ValueError(
                f"The series {series!r} has shape {np.shape(values)}, expected one number for each "
                f"of the {len(names)} names."
            )
    figure, axes = new_figure(height=3.8)
    axis = axes[0, 0]
    place, width = np.arange(len(names)), 0.8 / len(groups)
    hatches = ("", "//", "..", "xx", "\\\\", "++", "oo")
    for n, (series, values) in enumerate(groups.items()):
        axis.bar(
            place + (n - (len(groups) - 1) / 2) * width,
            values,
            width,
            label=series,
            color=COLOURS[n % len(COLOURS)],
            hatch=hatches[n % len(hatches)],
            edgecolor="white",
        )
    if log:
        axis.set_yscale("log")
    axis.set_xticks(place, names)
    axis.set_ylabel(ylabel)
    axis.grid(alpha=0.3, axis="y")
    if len(groups) > 1:
        axis.legend(fontsize=12)
    return figure


def _checked(
    items: Sequence, titles: Sequence[str], what: str, shape: tuple, form: str
) -> list[np.ndarray]:
    """Return the arrays to be drawn, one a title; None in `shape` stands for any length."""
    if not isinstance(items, Sequence | np.ndarray):
        raise TypeError(f"{what} is {type(items).__name__}, expected a list of arrays {form}.")
    if isinstance(titles, str) or not all(isinstance(title, str) for title in titles):
        raise TypeError(f"titles is {titles!r}, expected a list of texts, one for each drawing.")
    if not len(items) or len(items) != len(titles):
        raise ValueError(
            f"{len(items)} {what} and {len(titles)} titles are given; expected as many of both, "
            "and at least one."
        )
    arrays = [np.asarray(item) for item in items]
    for n, array in enumerate(arrays):
        fits = [wanted in (None, found) for wanted, found in zip(shape, array.shape)]
        if array.ndim != len(shape) or not all(fits) or not array.size:
            raise ValueError(f"{what}[{n}] has shape {array.shape}, expected {form}.")
    return arrays


def _check_pair(pair: tuple, name: str) -> None:
    try:
        lengths = [len(values) for values in pair]
    except TypeError as error:
        raise TypeError(f"{name} is {pair!r}, expected two arrays (x, y).") from error
    if len(lengths) != 2 or lengths[0] != lengths[1]:
        raise ValueError(f"{name} has lengths {lengths}, expected two arrays of one length (x, y).")


def _check_named(items: Mapping, name: str, form: str) -> None:
    if not isinstance(items, Mapping):
        raise TypeError(f"{name} is {type(items).__name__}, expected a dictionary {form}.")
    if not items:
        raise ValueError(f"{name} is empty: there is nothing to draw.")
