"""What the explorers of notebooks 01–04 show: plain functions, without a widget."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from nst_helpers.activations import channel_peaks, cut_patch
from nst_helpers.figures import COLOURS
from nst_helpers.gallery import PICTURES
from nst_helpers.images import resize_image
from nst_helpers.panels.drawing import (
    RED,
    YELLOW,
    View,
    bright,
    coloured,
    figure_picture,
    lit,
    marked,
    matrix_picture,
    small_figure,
    tiled,
)
from nst_helpers.panels.wording import number, short_name
from nst_helpers.style_matrix import gram_matrix, strongest_pairs

SIZE = 192  # pixels of the longer side: all activations of all pictures fit into 100 MB

Blocks = Mapping[str, Mapping[str, np.ndarray]]


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
            peak = max(bright(b[0, :, :, k] * b[0, :, :, k_prime]) for b in blocks.values())
            shown = lit(square_picture(pictures[name]), product, largest=peak)
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


def square_picture(picture: np.ndarray) -> np.ndarray:
    """Return the picture pressed into a square of ``SIZE`` pixels: equal tiles for all."""
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
