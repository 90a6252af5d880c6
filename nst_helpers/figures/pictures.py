"""Pictures, maps, and what is drawn over them: each function returns its figure."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from nst_helpers import refusals
from nst_helpers.figures import given
from nst_helpers.figures.look import (
    COLOURS,
    HIGHEST,
    LINE,
    WIDTH,
    arrows,
    in_one_look,
    new_figure,
    reach,
    wrapped,
)
from nst_helpers.languages import _
from nst_helpers.refusals import whole_number

TALLEST = 4.6  # inches: a picture in a row of one or two
BAR = 1.2  # inches: a bar of colours with its label
SIGNED = colormaps["RdBu_r"]


@in_one_look
def plot_images(
    images: Sequence[np.ndarray],
    titles: Sequence[str],
    columns: int | None = None,
    *,
    rings: Mapping[int, tuple[int, int, int, int]] | None = None,
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
    rings : {n: (top, left, height, width)}, optional
        Frame this part of the n-th picture, counted from 0, in pixels: where to look.

    Returns
    -------
    Figure
        The grid.

    Raises
    ------
    TypeError, ValueError
        Not a list of pictures with a title each, or an impossible number of columns.
    """
    images = given.arrays(images, titles, "images", given.PICTURE)
    columns = 5 if columns is None else whole_number(columns, "columns", 1)
    figure, axes = _grid(images, titles, columns)
    _ring(axes, rings)
    return figure


@in_one_look
def plot_maps(
    maps: Sequence[np.ndarray],
    titles: Sequence[str],
    columns: int = 4,
    *,
    label: str = "",
    rings: Mapping[int, tuple[int, int, int, int]] | None = None,
) -> Figure:
    """Show feature maps in a grid, and pictures beside them where they are given.

    Parameters
    ----------
    maps : sequence of arrays (n_H, n_W)
        One channel each. An array (1, H, W, 3) among them is shown as a picture.
    titles : sequence of str
        One a map.
    columns : int
        Maps in a row.
    label : str
        What the brightness measures. With a label all maps have one scale, and a bar of colours
        shows it, with an arrow where a few values lie beyond it; without one each map has its own.
    rings : {n: (top, left, height, width)}, optional
        Frame this part of the n-th map, counted from 0, in its own cells: where to look.

    Returns
    -------
    Figure
        The grid.

    Raises
    ------
    TypeError, ValueError
        Not a list of maps with a title each, or an impossible number of columns.
    """
    maps = given.arrays(maps, titles, "maps", given.MAP, given.PICTURE)
    drawn = [m for m in maps if m.ndim == 2]
    scale = _scale(drawn) if label and drawn else None
    figure, axes = _grid(
        maps, titles, whole_number(columns, "columns", 1), scale, BAR if scale else 0
    )
    _ring(axes, rings)
    if scale:
        bar = ScalarMappable(scale)
        figure.colorbar(bar, ax=axes, label=label, aspect=25, extend=arrows(drawn))
    return figure


@in_one_look
def plot_grid(rows: Mapping[str, Sequence[np.ndarray]], columns: Sequence[str]) -> Figure:
    """Show pictures in a grid with a heading for each row and each column.

    Parameters
    ----------
    rows : {heading: sequence of arrays (1, H, W, 3)}
        RGB in [0, 1], one a column. An array (n_H, n_W) among them is shown as a map.
    columns : sequence of str
        Headings of the columns.

    Returns
    -------
    Figure
        The grid.

    Raises
    ------
    TypeError, ValueError
        Not a dictionary of rows, or a row has not one picture a column.
    """
    given.named(rows, "rows", "{heading: pictures}")
    given.texts(columns, "columns")
    given.rows(rows, columns, "The row")
    forms = given.PICTURE, given.MAP
    pictures = [
        given.array(picture, f"rows[{heading!r}][{n}]", *forms)
        for heading, row in rows.items()
        for n, picture in enumerate(row)
    ]
    titles = [*columns, *[""] * (len(pictures) - len(columns))]
    figure, axes = _grid(pictures, titles, len(columns), beside=LINE)
    for axis, heading in zip(axes[:: len(columns)], rows, strict=True):
        # Upright in front of the row: without ticks the axis' own name has room there.
        axis.set_axis_on()
        axis.set(xticks=[], yticks=[], ylabel=textwrap.fill(heading, 18))
        axis.spines[:].set_visible(False)
    return figure


@in_one_look
def plot_gradients(
    gradients: Sequence[np.ndarray], titles: Sequence[str], columns: int = 5
) -> Figure:
    """Show gradients of pictures as pictures on one scale: grey is 0.

    Parameters
    ----------
    gradients : sequence of arrays (1, H, W, 3)
        By how much something grows with each value of a picture.
    titles : sequence of str
        One a gradient.
    columns : int
        Gradients in a row.

    Returns
    -------
    Figure
        The grid; equal gradients have equal colours in all of it.

    Raises
    ------
    TypeError, ValueError
        Not a list of gradients with a title each, or an impossible number of columns.
    """
    gradients = given.arrays(gradients, titles, "gradients", given.PICTURE)
    columns = whole_number(columns, "columns", 1)
    full = reach(gradients)
    return _grid([0.5 + gradient / (2 * full) for gradient in gradients], titles, columns)[0]


@in_one_look
def plot_overlay(
    images: Sequence[np.ndarray], changes: Sequence[np.ndarray], titles: Sequence[str], label: str
) -> Figure:
    """Show over pale pictures where something is more (red) and where less (blue).

    Parameters
    ----------
    images : sequence of arrays (1, H, W, 3)
        RGB in [0, 1].
    changes : sequence of arrays (n_H, n_W)
        One a picture, of its size or of a layer's: a signed number per position.
    titles : sequence of str
        One a picture.
    label : str
        What the colours measure.

    Returns
    -------
    Figure
        The pictures side by side with one bar of colours.

    Raises
    ------
    TypeError, ValueError
        Not as many pictures, changes and titles.
    """
    images = given.arrays(images, titles, "images", given.PICTURE)
    changes = given.arrays(changes, titles, "changes", given.MAP)
    scale = Normalize(-reach(changes), reach(changes))
    pale = [0.6 + 0.4 * image.mean(axis=3, keepdims=True).repeat(3, axis=3) for image in images]
    figure, axes = _grid(pale, titles, 3, beside=BAR)
    for axis, change in zip(axes, changes, strict=True):
        height, width = axis.images[0].get_array().shape[:2]
        colours = SIGNED(scale(change))
        colours[..., 3] = np.clip(np.abs(change) / scale.vmax, 0, 1) ** 0.5  # nothing where it is 0
        axis.imshow(colours, extent=(-0.5, width - 0.5, height - 0.5, -0.5))
    bar, ends = ScalarMappable(scale, SIGNED), arrows(changes, both=True)
    figure.colorbar(bar, ax=axes, label=label, aspect=25, extend=ends)
    return figure


def _grid(
    pictures: Sequence[np.ndarray],
    titles: Sequence[str],
    columns: int,
    scale: Normalize | None = None,
    beside: float = 0,
) -> tuple[Figure, list[Axes]]:
    """Draw pictures and maps under their titles, with room (in inches) for what stands beside."""
    columns = min(columns, len(pictures))
    cells = [pictures[n : n + columns] for n in range(0, len(pictures), columns)]
    titles = [_(title) for title in titles]  # the bundled pictures' names are messages
    heads = [titles[n : n + columns] for n in range(0, len(pictures), columns)]
    flat = [[_aspect(picture) for picture in row] for row in cells]  # height / width
    # Pictures of a single row are of one height; those of a grid stand below each other.
    shares = [1 / a for a in flat[0]] if len(cells) == 1 else [1.0] * columns
    room = (WIDTH - beside) / sum(shares)
    room = min(room, TALLEST / max(a * s for row in flat for a, s in zip(row, shares)))
    tall = [max(a * s for a, s in zip(row, shares)) for row in flat]
    # Titles take room from the pictures, and a narrower picture breaks its title.
    for _again in range(3):
        broken = [[wrapped(head, room * s) for head, s in zip(row, shares)] for row in heads]
        lines = [max(head.count("\n") + bool(head) for head in row) for row in broken]
        room = min(room, max(HIGHEST - LINE * sum(lines), HIGHEST / 2) / sum(tall))
    figure, axes = new_figure(
        len(cells),
        columns,
        room * sum(tall) + LINE * sum(lines),
        max(room * sum(shares) + beside, WIDTH / 2),
        width_ratios=shares,
        height_ratios=tall,
    )
    drawn = list(axes.flat)
    for axis in drawn:
        axis.set_anchor("N")
        axis.set_axis_off()
    for axis, picture, title in zip(drawn, pictures, chain(*broken), strict=False):
        if picture.ndim == 4:
            # A patch of a few pixels is shown as pixels, not as a blur.
            smooth = "bicubic" if min(picture.shape[1:3]) > 12 else "nearest"
            axis.imshow(np.clip(picture[0], 0, 1), interpolation=smooth)
        else:
            axis.imshow(picture, interpolation="nearest", norm=scale)
        axis.set_title(title)
    return figure, drawn[: len(pictures)]


def _ring(axes: Sequence[Axes], rings: Mapping[int, Sequence[int]] | None) -> None:
    """Frame parts of pictures and maps, each (top, left, height, width) in its own pixels."""
    for n, box in (rings or {}).items():
        axis = axes[whole_number(n, "A ring's picture", 0, len(axes) - 1)]
        top, left, height, width = refusals.array(box, f"rings[{n}]", 4)
        for colour, line in (("white", 6), (COLOURS[5], 3)):  # seen on every ground
            corner = left - 0.5, top - 0.5
            ring = Rectangle(corner, width, height, fill=False, edgecolor=colour, linewidth=line)
            axis.add_patch(ring).set_clip_on(False)


def _aspect(picture: np.ndarray) -> float:
    height, width = picture.shape[1:3] if picture.ndim == 4 else picture.shape
    return height / width


def _scale(maps: Sequence[np.ndarray]) -> Normalize:
    return Normalize(min(float(m.min()) for m in maps), reach(maps))
