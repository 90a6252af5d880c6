"""What the explorers of notebooks 01–04 show: plain functions, without a widget."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from nst_helpers.activations import ReceptiveField, channel_peaks
from nst_helpers.figures import COLOURS
from nst_helpers.figures.look import in_one_look
from nst_helpers.images import resize_image
from nst_helpers.languages import N_, _
from nst_helpers.panels.drawing import (
    DASHES,
    LINES,
    RED,
    YELLOW,
    View,
    bright,
    coloured,
    figure_picture,
    lit,
    marked,
    matrix_picture,
    patch,
    reaches_outside,
    small_figure,
)
from nst_helpers.panels.wording import number, readable, short_name
from nst_helpers.style_matrix import gram_matrix_per_position, strongest_pairs
from nst_helpers.volume import slices

SIZE = 192  # pixels of the longer side: all activations of all pictures fit into 100 MB

IN_A, IN_B, IN_BOTH = N_("in A"), N_("in B"), N_("in the difference A − B")
PATCHES = 6  # of the pictures that excite a channel most
PAIRS = 2  # of channels, shown in A and in B

Blocks = Mapping[str, Mapping[str, np.ndarray]]


def activation_view(
    pictures: Mapping[str, np.ndarray],
    activations: Blocks,
    fields: Mapping[str, ReceptiveField],
    picture: str,
    layer: str,
    channel: int,
) -> View:
    """Show where a channel fires in a picture, and the patches that excite it most.

    Light and colours are on the channel's own scale over all pictures, so that a picture which
    leaves the channel cold stays dark.

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
        The picture lit where the channel fires and the feature map; the patches.
    """
    blocks = activations[layer]
    n_H, n_W, n_C = blocks[picture].shape[1:]
    channel %= n_C
    feature_map = np.float32(blocks[picture][0, :, :, channel])
    peaks = channel_peaks(blocks, channel, PATCHES)
    best, here = peaks[0], feature_map.max()
    largest = max(best.activation, 1e-12)
    seen = [(pictures[peak.picture], fields[layer].box(peak.i, peak.j)) for peak in peaks]
    patches = [
        (
            _("{picture}: {number}").format(
                picture=readable(peak.picture), number=number(peak.activation)
            ),
            patch(*one),
        )
        for peak, one in zip(peaks, seen, strict=True)
    ]
    told = _(
        "{layer}, channel {k} of {n_C}, in “{seen}”: at most {here}, {share:.0%} of the most in "
        "any picture, {largest} in “{picture}”. Below, where it fires most; one activation sees "
        "{field} × {field} pixels."
    )
    if any(reaches_outside(*one) for one in seen):
        told = _("{sentence} Hatched: beyond the border.").format(sentence=told)
    scale = _("Feature map, {n_H} × {n_W}: dark 0, bright {largest}")
    return View(
        [
            [
                (_("Lit where the channel fires"), lit(pictures[picture], feature_map, largest)),
                (
                    scale.format(n_H=n_H, n_W=n_W, largest=number(largest)),
                    coloured(feature_map, largest=largest),
                ),
            ],
            patches,
        ],
        told.format(
            layer=short_name(layer),
            k=channel,
            n_C=n_C,
            seen=readable(picture),
            here=number(here),
            share=here / largest,
            largest=number(largest),
            picture=readable(best.picture),
            field=fields[layer].size,
        ),
    )


def pair_view(picture: np.ndarray, block: np.ndarray, k: int, k_prime: int, i: int, j: int) -> View:
    """Show the pair of numbers at one position, among all pairs, and the sum they make.

    Parameters
    ----------
    picture : array (1, H, W, 3)
        RGB in [0, 1].
    block : array (1, n_H, n_W, n_C)
        The picture's activations.
    k, k_prime : int
        Two channels.
    i, j : int
        The position: its row and column, at most the last ones.

    Returns
    -------
    View
        The picture and both feature maps with the position marked; scatter and running sum.
    """
    n_H, n_W = block.shape[1:3]
    i, j = min(i, n_H - 1), min(j, n_W - 1)
    red, yellow = np.float32(block[0, :, :, k]), np.float32(block[0, :, :, k_prime])
    here = i * n_W + j
    sums = np.cumsum(np.float64(red).ravel() * np.float64(yellow).ravel())
    x, y = red[i, j], yellow[i, j]
    pairs, total = _pairs_and_sum(red.ravel(), yellow.ravel(), sums, here, k, k_prime)
    told = _(
        "At i = {i}, j = {j} the pair is ({x}, {y}), its product {product}. The sum has reached "
        "{so_far} of G = {G} over all {n_H} · {n_W} positions."
    )
    names = _("Channel k = {k}").format(k=k), _("Channel k' = {k_prime}").format(k_prime=k_prime)
    return View(
        [
            [
                (_("The picture; click: another position"), marked(picture, i, j, n_H, n_W)),
                (names[0], marked(coloured(red, RED), i, j, n_H, n_W)),
                (names[1], marked(coloured(yellow, YELLOW), i, j, n_H, n_W)),
            ],
            [
                (_("All pairs, a dot per position"), pairs),
                (_("Their products, summed row by row"), total),
            ],
        ],
        told.format(
            i=i,
            j=j,
            x=number(x),
            y=number(y),
            product=number(x * y),
            so_far=number(sums[here]),
            G=number(sums[-1]),
            n_H=n_H,
            n_W=n_W,
        ),
    )


def style_matrix_view(
    pictures: Mapping[str, np.ndarray],
    activations: Blocks,
    layer: str,
    picture_a: str,
    picture_b: str,
    pairs: str,
    shown: int = 0,
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
    shown : int
        How many channels: those with the strongest pairs. 0 shows all.

    Returns
    -------
    View
        Three matrices; below, where the strongest pairs fire together in A and in B.
    """
    blocks = {name: np.float32(activations[layer][name]) for name in (picture_a, picture_b)}
    a_A, a_B = blocks[picture_a], blocks[picture_b]
    G_A, G_B = (gram_matrix_per_position(a).numpy() for a in (a_A, a_B))
    matrices = {"A": G_A, "B": G_B, "difference": G_A - G_B}
    strongest = strongest_pairs(matrices[pairs], PAIRS)
    # A channel is as strong as its strongest pair: so the pairs that are named are shown.
    strength = np.abs(matrices[pairs] - np.diag(np.diag(matrices[pairs]))).max(axis=0)
    order = np.argsort(-strength, kind="stable")[: shown or None]
    # A few entries tower above all others; they may share the full colour.
    quantile = 0.97 if shown else 0.998
    largest = max(float(np.quantile(G[np.ix_(order, order)], quantile)) for G in (G_A, G_B))
    framed = [pair[:2] for pair in strongest] if shown else []
    distance = np.linalg.norm(G_A - G_B) / np.linalg.norm(G_A)
    difference = _("A − B, {distance:.0%} of A; red: more in A").format(distance=distance)
    drawn = [
        (caption, matrix_picture(G, order, largest, signed, framed))
        for caption, G, signed in (
            (_("A per position, 0 to {largest}").format(largest=number(largest)), G_A, False),
            (_("B, in the same colours"), G_B, False),
            (difference, G_A - G_B, True),
        )
    ]
    together = []
    for k, k_prime, _value in strongest:
        roots = [np.sqrt(b[0, :, :, k] * b[0, :, :, k_prime]) for b in (a_A, a_B)]
        peak = max(bright(root) for root in roots)
        for side, name, root in zip("AB", (picture_a, picture_b), roots, strict=True):
            caption = _("{side}: {k} and {k_prime}").format(side=side, k=k, k_prime=k_prime)
            together.append((caption, lit(pictures[name], root, peak)))
    listed = _(" and ").join(f"{k}, {k_prime} ({number(value)})" for k, k_prime, value in strongest)
    where = {"A": IN_A, "B": IN_B, "difference": IN_BOTH}[pairs]
    if np.array_equal(G_A, G_B):
        says = _(
            "A and B are the same picture: their matrices are equal, and A − B is 0 everywhere."
        )
    else:
        says = _(
            "The difference measures {distance:.0%} of A. Strongest pairs {where}: {listed}; "
            "below, both lit where the two fire together."
        ).format(distance=distance, where=_(where), listed=listed)
    told = (
        _("A “{A}”, B “{B}”, {layer}: {shown} strongest of {n_C} channels, two pairs framed.")
        if shown
        else _("A “{A}”, B “{B}”, {layer}: all {n_C} channels, sorted.")
    )
    told = told.format(
        A=readable(picture_a), B=readable(picture_b), layer=short_name(layer),
        shown=len(order), n_C=len(G_A),
    )  # fmt: skip
    colours = _("Colour goes with the root of an entry.")
    return View(
        [drawn, together],
        _("{which} {says} {colours}").format(which=told, says=says, colours=colours),
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
    told = _(
        "{layer}: {steps} steps took J from {first} to {last}, a factor of {factor}. Of the curves "
        "this layer's is the thick one."
    )
    return View(
        [
            [
                (_("The style picture S"), style),
                (_("From noise, with {layer} alone").format(layer=short_name(layer)), image),
            ],
            [(_("J, as a share of its first value"), figure_picture(_curves_of(syntheses, layer)))],
        ],
        told.format(
            layer=short_name(layer),
            steps=len(J),
            first=number(J[0]),
            last=number(J[-1]),
            factor=number(J[0] / max(J[-1], 1e-30)),
        ),
    )


def slice_view(volume: np.ndarray, place: int) -> View:
    """Show the slices of a block of voxels that cross at one place on its diagonal.

    Parameters
    ----------
    volume : array (1, n_D, n_H, n_W, 3)
        RGB in [0, 1].
    place : int
        Number of the slice along each axis, from 0.

    Returns
    -------
    View
        One slice across each axis.
    """
    names = (
        _("Front to back: {place}"),
        _("Top to bottom: {place}"),
        _("Left to right: {place}"),
    )
    row = [
        (name.format(place=place), slices(volume, axis).numpy()[None, place])
        for axis, name in enumerate(names)
    ]
    told = _("Three slices through one block of voxels, number {place} on each axis.")
    return View([row], told.format(place=place))


def statistic_view(
    style: np.ndarray,
    finished: Mapping[str, Mapping[str, np.ndarray]],
    statistic: str,
    layers: str,
) -> View:
    """Show what a statistic makes of noise, beside the style picture and the first statistic.

    Parameters
    ----------
    style : array (1, H, W, 3)
        The style picture, RGB in [0, 1].
    finished : {statistic: {layers: array (1, H, W, 3)}}
        The pictures, RGB in [0, 1]; the first statistic is what the others are compared with.
    statistic, layers : str
        Which of them.

    Returns
    -------
    View
        The style picture, and two pictures made of noise in the same layers.
    """
    first, made = next(iter(finished)), _("From noise: {statistic}")
    row = [
        (_("The style picture S"), style),
        (made.format(statistic=statistic), finished[statistic][layers]),
        (made.format(statistic=first), finished[first][layers]),
    ]
    told = _("Measured in {layers}: {statistic}, and {first} to compare.")
    return View([row], told.format(layers=layers, statistic=statistic, first=first))


def mixture_view(
    styles: Mapping[str, np.ndarray], mixtures: Mapping[float, np.ndarray], share: float
) -> View:
    """Show a transfer between two style pictures.

    Parameters
    ----------
    styles : {name: array (1, H, W, 3)}
        Two pictures, RGB in [0, 1].
    mixtures : {w: array (1, H, W, 3)}
        The transfers, by the share of the first picture's style matrices.
    share : float
        Which of them.

    Returns
    -------
    View
        The second style picture, the transfer, and the first: towards it a larger w goes.
    """
    (first, S_1), (second, S_2) = styles.items()
    row = [(second, S_2), (f"w = {share:g}", mixtures[share]), (first, S_1)]
    told = _("Of the style matrices {share:.0%} are those of {first}, {rest:.0%} of {second}.")
    return View([row], told.format(share=share, rest=1 - share, first=first, second=second))


def square_picture(picture: np.ndarray) -> np.ndarray:
    """Return the picture pressed into a square of ``SIZE`` pixels: equal tiles for all."""
    return resize_image(picture, (SIZE, SIZE))


class _Chart:
    """A plot whose ground is drawn once, and a ring that is drawn anew when a position moves.

    Made once: to make axes takes longer than to draw them.
    """

    def __init__(self, left: float, *line: str, **look: object) -> None:
        figure, (self.axis,) = small_figure(5, 3.4, left=left, bottom=0.2, top=0.92)
        self.canvas = FigureCanvasAgg(figure)
        (self.line,) = self.axis.plot([], [], *line, color=COLOURS[0], **look)
        (self.ring,) = self.axis.plot(
            [], [], "o", color=COLOURS[5], markersize=14, fillstyle="none", mew=3, animated=True
        )
        self.axis.grid(alpha=0.3)
        self.axis.locator_params(nbins=5)  # the ticks' numbers take most of the time
        self.of: object = None
        self.ground: object = None

    def picture(self, of: object, x, y, here: int, **names: str) -> np.ndarray:
        """Return the chart of (x, y) with a ring at `here`; `of` says whether it is a new one."""
        if self.of != of:
            self._draw_ground(x, y, **names)
            self.of = of
        self.canvas.restore_region(self.ground)
        self.ring.set_data(x[[here]], y[[here]])
        self.axis.draw_artist(self.ring)
        return np.asarray(self.canvas.buffer_rgba())[None, ..., :3] / np.float32(255)

    @in_one_look  # ticks are made when they are drawn
    def _draw_ground(self, x, y, **names: str) -> None:
        self.line.set_data(x, y)
        self.axis.set(**names)
        self.axis.relim()
        self.axis.autoscale_view()
        self.canvas.draw()
        self.ground = self.canvas.copy_from_bbox(self.canvas.figure.bbox)


@cache
@in_one_look
def _charts() -> tuple[_Chart, _Chart]:
    pairs = _Chart(0.2, ".", alpha=0.5, markersize=6, markeredgewidth=0)
    total = _Chart(0.17, linewidth=2.5)
    total.axis.axhline(0, color="black", linewidth=1)
    total.axis.ticklabel_format(axis="y", scilimits=(-2, 3), useMathText=True)
    return pairs, total


def _pairs_and_sum(red, yellow, sums, here: int, k: int, k_prime: int) -> list[np.ndarray]:
    pairs, total = _charts()
    of = k, k_prime, red.tobytes(), yellow.tobytes()
    across, up = _("channel k = {k}"), _("channel k' = {k_prime}")
    names = {"xlabel": across.format(k=k), "ylabel": up.format(k_prime=k_prime)}
    summed = _("sum; at the end G({k}, {k_prime})").format(k=k, k_prime=k_prime)
    return [
        pairs.picture(of, red, yellow, here, **names),
        total.picture(
            of, np.arange(len(sums)), sums, here,
            xlabel=_("positions summed so far"), ylabel=summed,
        ),
    ]  # fmt: skip


@in_one_look
def _curves_of(syntheses: Mapping[str, tuple[np.ndarray, Mapping]], chosen: str) -> Figure:
    figure, (axis,) = small_figure(7.2, 2.5, left=0.14, right=0.71, bottom=0.29, top=0.95)
    for n, (layer, (_image, history)) in enumerate(syntheses.items()):
        J = np.asarray(history["J"])
        axis.plot(
            np.arange(1, len(J) + 1), J / (J[0] or 1),
            color=LINES[n % len(LINES)], linestyle=DASHES[n % len(DASHES)],
            linewidth=5 if layer == chosen else 1.8, label=short_name(layer),
        )  # fmt: skip
    if np.isfinite(axis.dataLim.minposy):  # there is something above 0
        axis.set_yscale("log")
    axis.set(xlabel=_("step"), ylabel=_("J / first J"))
    axis.tick_params(which="minor", labelleft=False)
    axis.grid(alpha=0.3)
    figure.legend(loc="center right", frameon=False, handlelength=3, borderpad=0)
    return figure
