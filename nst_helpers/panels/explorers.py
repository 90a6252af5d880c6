"""The explorers of notebooks 01–04: each a plain function first, controls around it second."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache

import ipywidgets as widgets
import keras
import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from PIL import Image, ImageDraw

from nst_helpers.activations import channel_peaks, cut_patch, extractor, receptive_field
from nst_helpers.figures import COLOURS, LECTURE_COLOURS
from nst_helpers.gallery import PICTURES, load_picture, stripes_and_patches
from nst_helpers.images import check_image, resize_image, to_pil
from nst_helpers.network.vgg import STYLE_LAYERS
from nst_helpers.panels.controls import (
    Panel,
    View,
    explorer,
    figure_picture,
    menu,
    number,
    short_name,
    slider,
    small_figure,
)
from nst_helpers.style_matrix import gram_matrix, strongest_pairs

SIZE = 192  # pixels of the longer side: all activations of all pictures fit into 100 MB
TILE = 96  # pixels of a patch or a map in a row of several
RED = LinearSegmentedColormap.from_list("red channel", ["black", LECTURE_COLOURS[0], "white"])
YELLOW = LinearSegmentedColormap.from_list("yellow channel", ["black", LECTURE_COLOURS[1], "white"])
SYNTHETIC = "stripes and patches"

Blocks = Mapping[str, Mapping[str, np.ndarray]]


# What the explorers show: plain functions.


def activation_view(
    pictures: Mapping[str, np.ndarray],
    activations: Blocks,
    fields: Mapping[str, Callable],
    picture: str,
    layer: str,
    channel: int,
) -> View:
    """Show where a channel fires in a picture, and the patches that excite it most.

    Parameters
    ----------
    pictures : {name: array (1, H, W, 3)}
        RGB in [0, 1].
    activations : {layer: {name: array (1, n_H, n_W, n_C)}}
        Of all these pictures.
    fields : {layer: ReceptiveField}
        From ``receptive_field``.
    picture, layer : str
        What to show.
    channel : int
        Taken modulo the layer's n_C.

    Returns
    -------
    View
        The picture lit where the channel fires, the feature map, nine patches.
    """
    blocks = activations[layer]
    n_H, n_W, n_C = blocks[picture].shape[1:]
    channel %= n_C
    feature_map = np.float32(blocks[picture][0, :, :, channel])
    peaks = channel_peaks(blocks, channel)
    patches = [cut_patch(pictures[p.picture], fields[layer].box(p.i, p.j)) for p in peaks]
    largest = feature_map.max()
    name = short_name(layer)
    best = peaks[0]
    return View(
        [
            [
                ("The picture, lit where the channel fires", lit(pictures[picture], feature_map)),
                (
                    f"Feature map: {n_H} × {n_W} numbers, 0 to {number(largest)}",
                    coloured(feature_map),
                ),
                ("The patches that excite it most, of all pictures", tiled(patches, 3)),
            ]
        ],
        f"{name}, channel {channel} of {n_C}: at most {number(largest)} in this picture. Most "
        f"excited by “{PICTURES[best.picture].title}” ({number(best.activation)}); one activation "
        f"sees {fields[layer].size} × {fields[layer].size} pixels.",
    )


def pair_view(
    picture: np.ndarray, block: np.ndarray, k: int, k_prime: int, i: float, j: float
) -> View:
    """Show the pair of numbers at one position, among all pairs, and the sum they make.

    Parameters
    ----------
    picture : array (1, H, W, 3)
        RGB in [0, 1].
    block : array (1, n_H, n_W, n_C)
        The picture's activations.
    k, k_prime : int
        Two channels.
    i, j : float
        The position, as shares of the height and the width, 0 to 1.

    Returns
    -------
    View
        The picture and both feature maps with the position marked; scatter and running sum.
    """
    n_H, n_W = block.shape[1:3]
    i, j = round(i * (n_H - 1)), round(j * (n_W - 1))
    red, yellow = np.float32(block[0, :, :, k]), np.float32(block[0, :, :, k_prime])
    here = i * n_W + j
    sums = np.cumsum(np.float64(red).ravel() * np.float64(yellow).ravel())
    x, y = red[i, j], yellow[i, j]
    return View(
        [
            [
                ("The picture, with the position", marked(picture, i, j, n_H, n_W)),
                (f"Channel k = {k}", marked(coloured(red, RED), i, j, n_H, n_W)),
                (f"Channel k' = {k_prime}", marked(coloured(yellow, YELLOW), i, j, n_H, n_W)),
            ],
            [
                (
                    "Left: all pairs, one dot a position. Right: their products, summed row by row",
                    _pairs_and_sum(red.ravel(), yellow.ravel(), sums, here, k, k_prime),
                )
            ],
        ],
        f"At i = {i}, j = {j} the pair is ({number(x)}, {number(y)}), its product "
        f"{number(x * y)}. The sum has reached {number(sums[here])} of G = {number(sums[-1])} "
        f"over all {n_H} · {n_W} positions.",
    )


def style_matrix_view(
    pictures: Mapping[str, np.ndarray],
    activations: Blocks,
    layer: str,
    picture_a: str,
    picture_b: str,
    pairs: str,
) -> View:
    """Show two pictures' style matrices, their difference, and the strongest pairs.

    The matrices are divided by their number of positions, so that the pictures' sizes do not
    count.

    Parameters
    ----------
    pictures : {name: array (1, H, W, 3)}
        RGB in [0, 1].
    activations : {layer: {name: array (1, n_H, n_W, n_C)}}
        Of all these pictures.
    layer, picture_a, picture_b : str
        What to compare.
    pairs : {"A", "B", "difference"}
        In which matrix the strongest pairs of different channels are looked for.

    Returns
    -------
    View
        Three matrices; below, where the three strongest pairs fire together in A and in B.
    """
    blocks = {name: np.float32(activations[layer][name]) for name in (picture_a, picture_b)}
    a_A, a_B = blocks[picture_a], blocks[picture_b]
    G_A, G_B = (gram_matrix(a).numpy() / (a.shape[1] * a.shape[2]) for a in (a_A, a_B))
    matrices = {"A": G_A, "B": G_B, "difference": G_A - G_B}
    # A few entries tower above all others; they may share the full colour.
    largest = max(float(np.quantile(G, 0.998)) for G in (G_A, G_B))
    strongest = strongest_pairs(matrices[pairs], 3)
    together = []
    for k, k_prime, _ in strongest:
        for side, name in (("A", picture_a), ("B", picture_b)):
            product = blocks[name][0, :, :, k] * blocks[name][0, :, :, k_prime]
            peak = max(_bright(b[0, :, :, k] * b[0, :, :, k_prime]) for b in blocks.values())
            shown = lit(_square(pictures[name]), product, largest=peak)
            together.append((f"{side}: {k} and {k_prime}", shown))
    listed = "; ".join(f"{k} and {k_prime} ({number(value)})" for k, k_prime, value in strongest)
    where = {"A": "in A", "B": "in B", "difference": "in the difference A − B"}[pairs]
    distance = np.linalg.norm(G_A - G_B) / np.linalg.norm(G_A)
    return View(
        [
            [
                (f"A: G a position, 0 to {number(largest)} or more", matrix_picture(G_A, largest)),
                ("B: the same colours", matrix_picture(G_B, largest)),
                ("A − B: red where A has more, blue B", matrix_picture(G_A - G_B, largest, True)),
            ],
            together,
        ],
        f"{short_name(layer)}: the strongest pairs {where} are channels {listed}. The difference "
        f"measures {distance:.0%} of A. Brightness goes with the root of an entry.",
    )


def layer_view(
    style: np.ndarray, syntheses: Mapping[str, tuple[np.ndarray, Mapping]], layer: str
) -> View:
    """Show what one layer's style matrix alone makes of noise, and how its cost fell.

    Parameters
    ----------
    style : array (1, H, W, 3)
        The style picture, RGB in [0, 1].
    syntheses : {layer: (image, history)}
        What ``StyleTransfer.run`` returned for each layer alone.
    layer : str
        Which of them.

    Returns
    -------
    View
        Style picture, synthesis, and the curves with this layer's drawn strongly.
    """
    image, history = syntheses[layer]
    J = np.asarray(history["J"])
    return View(
        [
            [
                ("The style picture S", style),
                (f"From noise, with {short_name(layer)} alone", image),
                ("J, as a share of its first value", figure_picture(_curves_of(syntheses, layer))),
            ]
        ],
        f"{short_name(layer)}: {len(J)} steps took J from {number(J[0])} to "
        f"{number(J[-1])}, a factor of {number(J[0] / max(J[-1], 1e-30))}.",
    )


# The explorers: controls around these functions.


def activation_explorer(vgg: keras.Model) -> Panel:
    """Explore where a channel fires, and what excites it (notebook 01).

    Parameters
    ----------
    vgg : keras.Model
        From ``load_vgg``.

    Returns
    -------
    Panel
        Controls for picture, layer and channel.
    """
    pictures, activations = _all_activations(vgg)
    fields = {layer: receptive_field(vgg, layer) for layer in STYLE_LAYERS}
    controls = {
        "picture": _picture_menu("Picture", "The picture that the network looks at", "great_wave"),
        "layer": _layer_slider("Layer l: early layers see edges, later ones larger things", 1),
        "channel": widgets.IntSlider(
            value=5, max=_most_channels(activations["block1_conv1"]) - 1, description="Channel k",
            tooltip="One of the n_C channels of the layer",
        ),
    }  # fmt: skip

    def all_channels(change: dict) -> None:
        controls["channel"].max = _most_channels(activations[change["new"]]) - 1

    controls["channel"].max = _most_channels(activations[controls["layer"].value]) - 1
    controls["layer"].observe(all_channels, "value")

    def view(picture: str, layer: str, channel: int) -> View:
        return activation_view(pictures, activations, fields, picture, layer, channel)

    return explorer("Activation explorer", controls, view)


def pair_explorer(
    vgg: keras.Model, layer: str = "block2_conv1", channels: Sequence[int] = (0, 1)
) -> Panel:
    """Explore the pair of numbers at a position, and the sum that becomes G_kk' (notebook 02).

    Parameters
    ----------
    vgg : keras.Model
        From ``load_vgg``.
    layer : str
        Keras' name of the layer.
    channels : (int, int)
        The first choice of k and k'.

    Returns
    -------
    Panel
        Controls for the picture, both channels, the position, and how much occurs together.
    """
    extract = extractor(vgg, [layer])
    n_C = vgg.get_layer(layer).output.shape[-1]

    @lru_cache(maxsize=32)
    def seen(name: str, together: float) -> tuple[np.ndarray, np.ndarray]:
        picture = stripes_and_patches(together) if name == SYNTHETIC else load_picture(name, 128)
        return picture, extract(picture)[layer].numpy()

    def channel(which: str, value: int, colour: str) -> widgets.IntSlider:
        tip = f"The {colour} channel of the pair, one of {n_C} in {short_name(layer)}"
        return widgets.IntSlider(value=value, max=n_C - 1, description=which, tooltip=tip)

    def place(which: str, value: float, tip: str) -> widgets.FloatSlider:
        return widgets.FloatSlider(
            value=value, max=1, step=0.02, description=which, tooltip=tip, readout_format=".0%"
        )

    names = [(SYNTHETIC, SYNTHETIC), *_picture_options()]
    controls = {
        "picture": menu("Picture", "The picture that the network looks at", names, SYNTHETIC),
        "together": slider(
            "Together", "Share of the cells with vertical texture that are orange too "
            "(stripes and patches only)",
            [(f"{share:.0%}", share) for share in np.arange(9) / 8], 0.5,
        ),
        "k": channel("Channel k", channels[0], "red"),
        "k_prime": channel("Channel k'", channels[1], "yellow"),
        "i": place("Height i", 0.3, "The position's row, from the top to the bottom"),
        "j": place("Width j", 0.3, "The position's column, from left to right"),
    }  # fmt: skip

    def view(picture: str, together: float, k: int, k_prime: int, i: float, j: float) -> View:
        return pair_view(*seen(picture, float(together)), k, k_prime, i, j)

    return explorer(f"Pair explorer ({short_name(layer)})", controls, view)


def style_matrix_explorer(vgg: keras.Model) -> Panel:
    """Explore two pictures' style matrices and what tells them apart (notebook 03).

    Parameters
    ----------
    vgg : keras.Model
        From ``load_vgg``.

    Returns
    -------
    Panel
        Controls for the layer and the two pictures.
    """
    pictures, activations = _all_activations(vgg)
    which = [("strongest in A", "A"), ("strongest in B", "B"), ("differ most", "difference")]
    controls = {
        "picture_a": _picture_menu("Picture A", "The picture of the first matrix", "starry_night"),
        "picture_b": _picture_menu("Picture B", "The picture of the second matrix", "great_wave"),
        "layer": _layer_slider("Layer l in which the style is measured", 2),
        "pairs": menu("Pairs", "Which pairs of channels are named and shown", which, "difference"),
    }

    squares = {name: _square(picture) for name, picture in pictures.items()}  # once, not a move

    def view(**choices: str) -> View:
        return style_matrix_view(squares, activations, **choices)

    return explorer("Style matrix explorer", controls, view)


def layer_explorer(style: np.ndarray, syntheses: Mapping[str, tuple[np.ndarray, Mapping]]) -> Panel:
    """Explore what each layer's style matrix holds (notebook 04).

    Parameters
    ----------
    style : array (1, H, W, 3)
        The style picture, RGB in [0, 1].
    syntheses : {layer: (image, history)}
        What ``StyleTransfer.run`` returned for each layer alone.

    Returns
    -------
    Panel
        A slider through the layers.
    """
    style = check_image(style, "style")
    options = [(short_name(layer), layer) for layer in syntheses]
    tip = "The one layer l whose style matrix the noise was brought to"
    controls = {"layer": slider("Layer l", tip, options, options[len(options) // 2][1])}

    views = {layer: layer_view(style, syntheses, layer) for layer in syntheses}
    return explorer("Layer explorer", controls, lambda layer: views[layer])


# Presentation: arrays to look at.


def coloured(values: np.ndarray, cmap: str | LinearSegmentedColormap = "viridis") -> np.ndarray:
    """Return numbers as colours, from 0 to the largest.

    Parameters
    ----------
    values : array (H, W)
        ≥ 0.
    cmap : str or Colormap
        Matplotlib's name of the colours, or a map of colours.

    Returns
    -------
    numpy.ndarray
        (1, H, W, 3), RGB in [0, 1].
    """
    scaled = values / max(float(values.max()), 1e-12)
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
        (1, H, W, 3); grey and dark where the numbers are 0.
    """
    largest = max(_bright(values) if largest is None else largest, 1e-12)
    light = np.sqrt(np.clip(values / largest, 0, 1)).astype(np.float32)
    size = picture.shape[2], picture.shape[1]
    light = np.asarray(Image.fromarray(light).resize(size, Image.Resampling.BILINEAR))
    light = np.clip(light, 0, 1)[None, ..., None]
    dark = 0.22 * picture.mean(axis=-1, keepdims=True)
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


def tiled(patches: Sequence[np.ndarray], columns: int) -> np.ndarray:
    """Return square pictures in a grid with white gaps.

    Parameters
    ----------
    patches : sequence of arrays (1, side, side, 3)
        RGB in [0, 1]; sides may differ.
    columns : int
        Pictures in a row.

    Returns
    -------
    numpy.ndarray
        (1, H, W, 3).
    """
    rows = -(-len(patches) // columns)
    step = TILE + 6
    sheet = np.ones((1, rows * step - 6, columns * step - 6, 3), np.float32)
    for n, patch in enumerate(patches):
        tile = to_pil(patch).resize((TILE, TILE), Image.Resampling.BICUBIC)
        top, left = n // columns * step, n % columns * step
        sheet[0, top : top + TILE, left : left + TILE] = np.float32(tile) / 255
    return sheet


def matrix_picture(matrix: np.ndarray, largest: float, signed: bool = False) -> np.ndarray:
    """Return a matrix as colours whose strength goes with the root of the entries.

    Parameters
    ----------
    matrix : array (n_C, n_C)
        Entries, ≥ 0 unless `signed`.
    largest : float
        The entry of full colour.
    signed : bool
        White is 0, red above, blue below.

    Returns
    -------
    numpy.ndarray
        (1, 384, 384, 3), RGB in [0, 1].
    """
    root = np.sign(matrix) * np.sqrt(np.clip(np.abs(matrix) / max(largest, 1e-12), 0, 1))
    values, cmap = ((root + 1) / 2, "RdBu_r") if signed else (root, "cividis")
    colours = mpl.colormaps[cmap](values, bytes=True)
    picture = Image.fromarray(colours[..., :3])
    method = Image.Resampling.NEAREST if len(matrix) < 384 else Image.Resampling.BOX
    return np.float32(picture.resize((384, 384), method))[None] / 255


def _bright(values: np.ndarray) -> float:
    """Return a large value that is not one single peak's."""
    return float(np.quantile(values, 0.99))


def _square(picture: np.ndarray) -> np.ndarray:
    return resize_image(picture, (SIZE, SIZE))


@cache
def _pair_chart() -> tuple:
    """Return the canvas, its two axes, the five marks in them, and a place for what is drawn.

    Made once: to make axes takes longer than to draw them.
    """
    figure, (pairs, total) = small_figure(
        10, 3.5, 2, left=0.09, right=0.985, wspace=0.27, bottom=0.19, top=0.91
    )
    ring = {"color": COLOURS[5], "markersize": 14, "fillstyle": "none", "mew": 3}
    marks = (
        *pairs.plot([], [], ".", color=COLOURS[0], alpha=0.35, markersize=5, markeredgewidth=0),
        *pairs.plot([], [], "o", **ring, animated=True),
        *total.plot([], [], color=COLOURS[0], linewidth=2.5),
        *total.plot([], [], "o", **ring, animated=True),
        total.axhline(0, color="black", linestyle="--", linewidth=1.5),
    )
    total.set_xlabel("positions summed so far")
    for axis in (pairs, total):
        axis.grid(alpha=0.3)
        axis.locator_params(nbins=5)  # the ticks' numbers take most of the time
    total.ticklabel_format(axis="y", scilimits=(-2, 3))
    return FigureCanvasAgg(figure), pairs, total, marks, {}


def _pairs_and_sum(red, yellow, sums, here: int, k: int, k_prime: int) -> np.ndarray:
    canvas, pairs, total, (dots, pair, line, reached, end), drawn = _pair_chart()
    shown = (k, k_prime, red.tobytes(), yellow.tobytes())
    if drawn.get("of") != shown:
        dots.set_data(red, yellow)
        line.set_data(range(len(sums)), sums)
        end.set_ydata(sums[[-1, -1]])
        pairs.set(xlabel=f"channel k = {k}", ylabel=f"channel k' = {k_prime}")
        total.set_ylabel(f"sum; at the end G({k}, {k_prime})")
        for axis in (pairs, total):
            axis.relim()
            axis.autoscale_view()
        canvas.draw()
        drawn.update(of=shown, ground=canvas.copy_from_bbox(canvas.figure.bbox))
    # Where only the position moved, only the two rings are drawn anew.
    canvas.restore_region(drawn["ground"])
    pair.set_data(red[[here]], yellow[[here]])
    reached.set_data([here], sums[[here]])
    pairs.draw_artist(pair)
    total.draw_artist(reached)
    return np.asarray(canvas.buffer_rgba())[None, ..., :3] / np.float32(255)


def _curves_of(syntheses: Mapping[str, tuple[np.ndarray, Mapping]], chosen: str) -> Figure:
    figure, (axis,) = small_figure(5, 3.75, left=0.18, bottom=0.16, top=0.83)
    dashes = ("-", "--", "-.", ":", (0, (5, 1)))
    for n, (layer, (_, history)) in enumerate(syntheses.items()):
        strong = layer == chosen
        J = np.asarray(history["J"])
        axis.semilogy(
            J / J[0], color=COLOURS[n % 7], linestyle=dashes[n % 5],
            linewidth=4 if strong else 1.8, alpha=1 if strong else 0.6, label=short_name(layer),
        )  # fmt: skip
    axis.set(xlabel="step", ylabel="J / first J")
    axis.grid(alpha=0.3)
    figure.legend(loc="upper center", ncols=3, fontsize=12, frameon=False, labelspacing=0.2)
    return figure


def _all_activations(vgg: keras.Model) -> tuple[dict, dict]:
    """Return all bundled pictures, and {layer: {name: activations}} in half precision."""
    pictures = {name: load_picture(name, SIZE) for name in PICTURES}
    extract = extractor(vgg, STYLE_LAYERS)
    activations: dict = {layer: {} for layer in STYLE_LAYERS}
    for name, picture in pictures.items():
        for layer, block in extract(picture).items():
            activations[layer][name] = block.numpy().astype(np.float16)
    return pictures, activations


def _most_channels(blocks: Mapping[str, np.ndarray]) -> int:
    return next(iter(blocks.values())).shape[-1]


def _picture_options() -> list[tuple[str, str]]:
    return [(picture.title, name) for name, picture in PICTURES.items()]


def _picture_menu(description: str, tooltip: str, value: str) -> widgets.Dropdown:
    return menu(description, tooltip, _picture_options(), value)


def _layer_slider(tooltip: str, first: int) -> widgets.SelectionSlider:
    options = [(short_name(layer), layer) for layer in STYLE_LAYERS]
    return slider("Layer l", tooltip, options, STYLE_LAYERS[first])
