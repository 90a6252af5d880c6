"""What panels show: arrays as pictures, small figures, and pictures as bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from PIL import Image, ImageDraw, ImageFont

from nst_helpers.activations import cut_patch
from nst_helpers.figures import COLOURS, LECTURE_COLOURS, WIDTH
from nst_helpers.figures.look import HIGHEST, LINE, in_one_look, wrapped
from nst_helpers.images import to_pil

GAP = 0.1  # inches: between the pictures of a still
TILE = 100  # pixels of a patch, or more
LARGE, SMOOTH = 600, 128  # pixels: of a picture in a still, or more; from which on it has no cells
SIDE, MARGIN = 312, 52  # pixels of a matrix, and of the numbers beside it
RED = LinearSegmentedColormap.from_list("red channel", ["black", LECTURE_COLOURS[0], "white"])
YELLOW = LinearSegmentedColormap.from_list("yellow channel", ["black", LECTURE_COLOURS[1], "white"])

# Seen by 3 : 1 on a light and on a dark ground: the palette, its two bright colours darkened.
LINES = (COLOURS[0], "#B17A00", COLOURS[2], "#C26A9A", "#2B8CC4", COLOURS[5], "#777777")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))

Row = Sequence[tuple[str, np.ndarray]]


class View(NamedTuple):
    """What a panel shows: rows of captioned pictures (1, H, W, 3), and a sentence on them."""

    rows: Sequence[Row]
    sentence: str


def enlarge(picture: np.ndarray, smallest: int) -> np.ndarray:
    """Enlarge a small picture by a whole factor, so that its cells stay sharp squares.

    Parameters
    ----------
    picture : array (1, H, W, 3)
        RGB in [0, 1].
    smallest : int
        The longer side becomes at least this, in pixels.

    Returns
    -------
    numpy.ndarray
        (1, f H, f W, 3).
    """
    factor = -(-smallest // max(picture.shape[1:3]))
    return picture.repeat(factor, axis=1).repeat(factor, axis=2)


def encode_quickly(picture: np.ndarray, smallest: int = 1) -> bytes:
    """Return a picture as a JPEG file: made twenty times as fast as a PNG.

    Parameters
    ----------
    picture : array (1, H, W, 3)
        RGB in [0, 1].
    smallest : int
        The longer side becomes at least this, in pixels, by a whole factor.

    Returns
    -------
    bytes
        The file's content.
    """
    eight_bits = to_pil(picture)
    factor = -(-smallest // max(eight_bits.size))
    large = eight_bits.resize([factor * side for side in eight_bits.size], Image.Resampling.NEAREST)
    stream = io.BytesIO()
    # Colours in full resolution, so that charts and maps stay sharp.
    large.save(stream, "JPEG", quality=92, subsampling=0)
    return stream.getvalue()


@in_one_look
def figure_picture(figure: Figure) -> np.ndarray:
    """Return a figure as a picture (1, H, W, 3), RGB in [0, 1]."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[None, ..., :3] / np.float32(255)


@in_one_look
def small_figure(width: float, height: float, columns: int = 1, **options):
    """Return a small figure for a place that is redrawn often: no layout is computed.

    Parameters
    ----------
    width, height : float
        In inches.
    columns : int
        Axes in a row.
    **options
        For ``Figure.subplots_adjust``.

    Returns
    -------
    (Figure, array of Axes)
        The axes as an array (columns,).
    """
    figure = Figure(figsize=(width, height), dpi=100, facecolor="white")
    axes = figure.subplots(1, columns, squeeze=False)[0]
    margins = {"left": 0.13, "right": 0.96, "top": 0.96, "bottom": 0.17} | options
    figure.subplots_adjust(**margins)
    return figure, axes


@in_one_look
def still_figure(rows: Sequence[Row]) -> Figure:
    """Draw rows of captioned pictures as one figure, each row of one height.

    Parameters
    ----------
    rows : sequence of rows of (caption, array (1, H, W, 3))
        RGB in [0, 1].

    Returns
    -------
    Figure
        The pictures.
    """
    shapes = [[picture.shape[1] / picture.shape[2] for _, picture in row] for row in rows]
    heights = [(WIDTH - GAP * (len(row) + 1)) / sum(1 / s for s in row) for row in shapes]
    widths = [[height / shape for shape in row] for height, row in zip(heights, shapes)]
    captions = [
        [wrapped(caption, width) for (caption, _), width in zip(row, places)]
        for row, places in zip(rows, widths)
    ]
    heads = [GAP + LINE * (1 + max(text.count("\n") for text in row)) for row in captions]
    # Photographs stand in the first row: they may be smaller, which charts and numbers may not.
    over = max(0, sum(heights) + sum(heads) - HIGHEST)
    heights[0] -= min(over, heights[0] / 2)
    whole = sum(heights) + sum(heads)
    figure, top = Figure(figsize=(WIDTH, whole)), whole
    for row, places, texts, height, head in zip(rows, widths, captions, heights, heads):
        top, left = top - head - height, GAP
        for (_, picture), width, caption in zip(row, places, texts):
            axis = figure.add_axes((left / WIDTH, top / whole, width / WIDTH, height / whole))
            axis.imshow(_large(picture), interpolation="antialiased")
            axis.set_title(caption)
            axis.set_axis_off()
            left += width + GAP
    return figure


def _large(picture: np.ndarray) -> np.ndarray:
    """Return a picture (1, H, W, 3) as pixels for a still: smooth, or in cells if it has few."""
    if max(picture.shape[1:3]) < SMOOTH:
        return enlarge(picture, LARGE)[0]
    eight_bits = to_pil(picture)
    factor = -(-LARGE // max(eight_bits.size))
    size = [factor * side for side in eight_bits.size]
    return np.asarray(eight_bits.resize(size, Image.Resampling.BICUBIC))


def coloured(
    values: np.ndarray,
    cmap: str | LinearSegmentedColormap = "viridis",
    largest: float | None = None,
) -> np.ndarray:
    """Return numbers as colours, from 0 to the largest.

    Parameters
    ----------
    values : array (H, W)
        ≥ 0.
    cmap : str or Colormap
        Matplotlib's name of the colours, or a map of colours.
    largest : float, optional
        The number of the last colour; default: the largest there is.

    Returns
    -------
    numpy.ndarray
        (1, H, W, 3), RGB in [0, 1].
    """
    scaled = values / max(float(values.max() if largest is None else largest), 1e-12)
    colours = mpl.colormaps[cmap] if isinstance(cmap, str) else cmap
    return np.float32(colours(scaled)[None, ..., :3])


def lit(picture: np.ndarray, values: np.ndarray, largest: float | None = None) -> np.ndarray:
    """Return the picture as if lit by a lamp at every position, as strong as its number.

    Parameters
    ----------
    picture : array (1, H, W, 3)
        RGB in [0, 1].
    values : array (n_H, n_W)
        ≥ 0.
    largest : float, optional
        The number of full light; default: one that few exceed.

    Returns
    -------
    numpy.ndarray
        (1, H, W, 3); grey and nearly black where the numbers are 0.
    """
    largest = max(bright(values) if largest is None else largest, 1e-12)
    light = np.clip(values / largest, 0, 1).astype(np.float32)
    size = picture.shape[2], picture.shape[1]
    light = np.asarray(Image.fromarray(light).resize(size, Image.Resampling.BILINEAR))
    light = np.clip(light, 0, 1)[None, ..., None]
    dark = 0.25 * picture.mean(axis=-1, keepdims=True)
    return light * picture + (1 - light) * dark


def marked(picture: np.ndarray, i: int, j: int, n_H: int, n_W: int) -> np.ndarray:
    """Return the picture with the cell (i, j) of an n_H × n_W grid framed.

    Parameters
    ----------
    picture : array (1, H, W, 3)
        RGB in [0, 1].
    i, j, n_H, n_W : int
        The cell and the grid.

    Returns
    -------
    numpy.ndarray
        (1, H', W', 3), enlarged to some 320 pixels.
    """
    factor = -(-320 // max(picture.shape[1:3]))
    large = to_pil(picture.repeat(factor, axis=1).repeat(factor, axis=2))
    x, y = (j + 0.5) * large.width / n_W, (i + 0.5) * large.height / n_H
    draw = ImageDraw.Draw(large)
    # Black inside white is seen on every ground.
    for radius, colour, width in ((15, "white", 9), (13, "black", 4)):
        draw.rectangle((x - radius, y - radius, x + radius, y + radius), None, colour, width)
    return np.float32(large)[None] / 255


def patch(picture: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    """Return the part of a picture inside the box; hatched where the box reaches outside.

    Parameters
    ----------
    picture : array (1, H, W, 3)
        RGB in [0, 1].
    box : (top, left, bottom, right)
        In pixels.

    Returns
    -------
    numpy.ndarray
        (1, bottom − top, right − left, 3), enlarged by a whole factor to some 100 pixels.
    """
    inside = cut_patch(np.zeros_like(picture), box) == 0  # what lies outside is white
    cut, inside = enlarge(cut_patch(picture, box), TILE), enlarge(inside, TILE)
    rows, columns = np.indices(cut.shape[1:3])
    stripes = np.where((rows + columns) % 12 < 3, 0.45, 0.85).astype(np.float32)
    return np.where(inside, cut, stripes[None, ..., None])


def reaches_outside(picture: np.ndarray, box: tuple[int, int, int, int]) -> bool:
    """Tell whether a box (top, left, bottom, right) reaches beyond the picture (1, H, W, 3)."""
    top, left, bottom, right = box
    return min(top, left) < 0 or bottom > picture.shape[1] or right > picture.shape[2]


def matrix_picture(
    matrix: np.ndarray,
    order: np.ndarray,
    largest: float,
    signed: bool = False,
    framed: Sequence[tuple[int, int]] = (),
) -> np.ndarray:
    """Return a matrix as colours whose strength goes with the root of the entries.

    Parameters
    ----------
    matrix : array (n_C, n_C)
        Entries, ≥ 0 unless `signed`.
    order : array of int
        The channels drawn, from left to right and from top to bottom.
    largest : float
        The entry of full colour.
    signed : bool
        White is 0, red above, blue below.
    framed : sequence of (int, int)
        Pairs of channels to frame; with them, the channels' numbers stand at rows and columns.

    Returns
    -------
    numpy.ndarray
        (1, H, W, 3), RGB in [0, 1].
    """
    matrix = matrix[np.ix_(order, order)]
    root = np.sign(matrix) * np.sqrt(np.clip(np.abs(matrix) / max(largest, 1e-12), 0, 1))
    values, cmap = ((root + 1) / 2, "RdBu_r") if signed else (root, "cividis")
    cells = Image.fromarray(mpl.colormaps[cmap](values, bytes=True)[..., :3])
    # Drawn by Pillow: axes with a name at each row would take ten times as long.
    if not framed:
        cells = cells.resize((SIDE, SIDE), Image.Resampling.BOX)
        return np.float32(cells)[None] / 255
    sheet = Image.new("RGB", (SIDE + MARGIN, SIDE + MARGIN), "white")
    sheet.paste(cells.resize((SIDE, SIDE), Image.Resampling.NEAREST), (MARGIN, MARGIN))
    sheet.paste(_numbers(order, "rm"), (0, MARGIN))
    sheet.paste(_numbers(order, "lm").transpose(Image.Transpose.ROTATE_90), (MARGIN, 0))
    draw, cell = ImageDraw.Draw(sheet), SIDE / len(order)
    for pair in framed:
        places = [MARGIN + np.argmax(order == k) * cell for k in pair]
        for x, y in (places, places[::-1]):
            draw.rectangle((x, y, x + cell, y + cell), outline=COLOURS[5], width=4)
    return np.float32(sheet)[None] / 255


def _numbers(order: np.ndarray, anchor: str) -> Image.Image:
    """Return the channels' numbers, one at each row of a matrix."""
    strip = Image.new("RGB", (MARGIN, SIDE), "white")
    font = ImageFont.truetype(f"{mpl.get_data_path()}/fonts/ttf/DejaVuSans.ttf", 24)
    for n, k in enumerate(order):
        at = MARGIN - 5 if anchor == "rm" else 5, (n + 0.5) * SIDE / len(order)
        ImageDraw.Draw(strip).text(at, str(k), "black", font, anchor=anchor)
    return strip


def bright(values: np.ndarray) -> float:
    """Return a large value that is not one single peak's."""
    return float(np.quantile(values, 0.99))
