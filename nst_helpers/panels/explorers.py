"""The explorers of the notebooks: controls around the views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import ipywidgets as widgets
import keras
import numpy as np
import tensorflow as tf

from nst_helpers.activations import extractor, receptive_field
from nst_helpers.gallery import PICTURES, load_picture, stripes_and_patches
from nst_helpers.images import as_image
from nst_helpers.languages import N_, _
from nst_helpers.network.vgg import STYLE_LAYERS
from nst_helpers.panels.drawing import View
from nst_helpers.panels.look import Clicked, Panel, box, count_slider, explorer, menu, slider
from nst_helpers.panels.views import (
    SIZE,
    activation_view,
    layer_view,
    mixture_view,
    pair_view,
    slice_view,
    square_picture,
    statistic_view,
    style_matrix_view,
)
from nst_helpers.panels.wording import short_name, short_title
from nst_helpers.refusals import dictionary, share
from nst_helpers.session.device import refuse_graphs
from nst_helpers.volume import as_volume

SYNTHETIC = N_("stripes and patches")
STRONGEST = 12  # channels of a matrix whose entries can be told apart


def activation_explorer(
    vgg: keras.Model, found: Mapping[str, tuple[str, int]] | None = None
) -> Panel:
    """Explore where a channel fires, and what excites it (notebook 01).

    Parameters
    ----------
    vgg : keras.Model
        From ``load_vgg``.
    found : {name: (layer, channel)}, optional
        Channels worth a button each; it begins with the first.

    Returns
    -------
    Panel
        Controls for picture, layer and channel.

    Raises
    ------
    ValueError
        A channel that the network has not.
    """
    found = found or {}
    wanted = {*STYLE_LAYERS, *(layer for layer, _ in found.values())}
    layers = [layer.name for layer in vgg.layers if layer.name in wanted]
    pictures, activations = _all_activations(vgg, layers)
    fields = {layer: receptive_field(vgg, layer) for layer in layers}
    for name, (layer, k) in found.items():
        if layer not in layers or not 0 <= k < _channels(activations[layer]):
            raise ValueError(f"{name!r} is channel {k!r} of {layer!r}: this network has none such.")
    picture = _picture_menu(_("Picture"), _("The picture that the network looks at"), "astronaut")
    layer, k = next(iter(found.values()), (STYLE_LAYERS[1], 5))
    depth = _layer_slider(
        _("Early layers see edges, later ones larger things"), layers, layers.index(layer)
    )
    channel = count_slider(
        _("Channel k"), _("One of the n_C channels of the layer"), k,
        _channels(activations[depth.value]) - 1,
    )  # fmt: skip

    def all_channels(change: dict) -> None:
        channel.max = _channels(activations[change["new"]]) - 1

    depth.observe(all_channels, "value")

    def jump(layer: str, k: int) -> None:
        depth.value = layer
        channel.value = k

    def button(name: str, layer: str, k: int) -> widgets.Button:
        tip = _("Channel {k} of {layer}, found above").format(k=k, layer=short_name(layer))
        made = widgets.Button(description=name, tooltip=tip)
        made.on_click(lambda _: jump(layer, k))
        return made

    def view(picture: str, layer: str, channel: int) -> View:
        return activation_view(pictures, activations, fields, picture, layer, channel)

    controls = {"picture": picture, "layer": depth, "channel": channel}
    buttons = [button(name, *where) for name, where in found.items()]
    more = [box("nst-found", *buttons)] if buttons else []
    panel = explorer(_("Activation explorer"), controls, view, more)
    panel.buttons = buttons
    return panel


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
        Controls for the picture, both channels, the position, and how much occurs together; a
        click in a picture chooses the position too.
    """
    refuse_graphs("A panel")
    extract = extractor(vgg, [layer])
    n_C = vgg.get_layer(layer).output.shape[-1]

    @lru_cache(maxsize=32)
    def seen(name: str, together: float) -> tuple[np.ndarray, np.ndarray]:
        picture = stripes_and_patches(together) if name == SYNTHETIC else load_picture(name, 128)
        return picture, extract(picture)[layer].numpy()

    def channel(which: str, value: int, tip: str) -> widgets.IntSlider:
        tip = tip.format(n_C=n_C, layer=short_name(layer))
        return count_slider(which, tip, value, n_C - 1)

    n_H, n_W = seen(SYNTHETIC, 0.5)[1].shape[1:3]
    names = [(_(SYNTHETIC), SYNTHETIC), *_picture_options()]
    picture = menu(_("Picture"), _("The picture that the network looks at"), names, SYNTHETIC)
    together = slider(
        _("Together"),
        _("Share of the cells with vertical texture that are orange too "
          "(stripes and patches only)"),
        [(f"{share:.0%}", share) for share in np.arange(9) / 8], 0.5,
    )  # fmt: skip
    row = count_slider(_("Row i"), _("The position's row, from the top down"), n_H // 3, n_H - 1)
    column = count_slider(
        _("Column j"), _("The position's column, from the left"), n_W // 3, n_W - 1
    )

    def new_picture(change: dict) -> None:
        together.disabled = change["new"] != SYNTHETIC
        n_H, n_W = seen(change["new"], float(together.value))[1].shape[1:3]
        row.max, column.max = n_H - 1, n_W - 1

    picture.observe(new_picture, "value")

    def clicked(x: float, y: float) -> None:
        row.value, column.value = round(y * (row.max + 1) - 0.5), round(x * (column.max + 1) - 0.5)

    def view(picture: str, together: float, k: int, k_prime: int, i: int, j: int) -> View:
        return pair_view(*seen(picture, float(together)), k, k_prime, i, j)

    red = _("The red channel of the pair, one of {n_C} in {layer}")
    yellow = _("The yellow channel of the pair, one of {n_C} in {layer}")
    controls = {
        "picture": picture,
        "together": together,
        "k": channel(_("Channel k"), channels[0], red),
        "k_prime": channel(_("Channel k'"), channels[1], yellow),
        "i": row,
        "j": column,
    }
    place = Clicked(clicked)
    title = _("Pair explorer ({layer})").format(layer=short_name(layer))
    panel = explorer(title, controls, view, [place], click=True)
    panel.clicked = place
    return panel


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
    pictures, activations = _all_activations(vgg, STYLE_LAYERS)
    which = [
        (_("strongest in A"), "A"),
        (_("strongest in B"), "B"),
        (_("differ most"), "difference"),
    ]
    strongest = _("the {count} strongest").format(count=STRONGEST)
    shown = [(strongest, STRONGEST), (_("all"), 0)]
    controls = {
        "picture_a": _picture_menu(
            _("Picture A"), _("The picture of the first matrix"), "starry_night"
        ),
        "picture_b": _picture_menu(
            _("Picture B"), _("The picture of the second matrix"), "great_wave"
        ),
        "layer": _layer_slider(_("The layer in which the style is measured"), STYLE_LAYERS, 2),
        "shown": menu(_("Channels"), _("Which channels the matrices show"), shown, STRONGEST),
        "pairs": menu(
            _("Pairs"), _("Which pairs of channels are named and shown"), which, "difference"
        ),
    }

    squares = {name: square_picture(picture) for name, picture in pictures.items()}  # once

    def view(**choices: Any) -> View:
        return style_matrix_view(squares, activations, **choices)

    return explorer(_("Style matrix explorer"), controls, view)


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
    style = as_image(style, "style")
    tip = _("The one layer whose style matrix the noise was brought to")
    controls = {"layer": _layer_slider(tip, list(syntheses), len(syntheses) // 2)}
    views = {layer: layer_view(style, syntheses, layer) for layer in syntheses}
    return explorer(_("Layer explorer"), controls, lambda layer: views[layer])


def slice_explorer(volume: np.ndarray) -> Panel:
    """Explore a block of voxels, slice by slice (notebook 07).

    Parameters
    ----------
    volume : array (1, n_D, n_H, n_W, 3)
        RGB in [0, 1].

    Returns
    -------
    Panel
        A slider through the slices of all three axes.
    """
    refuse_graphs("A panel")
    volume = as_volume(volume)
    last = min(volume.shape[1:4]) - 1
    tip = _("How deep the three slices lie, from the front, the top and the left")
    controls = {"place": count_slider(_("Slice"), tip, last // 2, last)}
    return explorer(_("Slice explorer"), controls, lambda place: slice_view(volume, place))


def statistic_explorer(
    style: np.ndarray, finished: Mapping[str, Mapping[str, np.ndarray]]
) -> Panel:
    """Explore what else a style could be (notebook 06).

    Parameters
    ----------
    style : array (1, H, W, 3)
        The style picture, RGB in [0, 1].
    finished : {statistic: {layers: array (1, H, W, 3)}}
        What each statistic in each choice of layers made of noise; the first statistic is what
        the others are compared with.

    Returns
    -------
    Panel
        Controls for the statistic and the layers.

    Raises
    ------
    TypeError, ValueError
        Not pictures, or not of the same layers for each statistic.
    """
    style = as_image(style, "style")
    finished = {
        statistic: {layers: as_image(image, f"{statistic}, {layers}") for layers, image in row}
        for statistic, row in _rows(finished)
    }
    names, layers = list(finished), list(next(iter(finished.values())))
    controls = {
        "statistic": menu(
            _("Statistic"), _("What is compared, in place of G"), names, names[1 % len(names)]
        ),
        "layers": slider(_("Layers"), _("In which layers it is measured"), layers, layers[0]),
    }

    def view(**choices: str) -> View:
        return statistic_view(style, finished, **choices)

    return explorer(_("Statistic explorer"), controls, view)


def mixture_explorer(
    styles: Mapping[str, np.ndarray], mixtures: Mapping[float, np.ndarray]
) -> Panel:
    """Explore the styles between two pictures (notebook 06).

    Parameters
    ----------
    styles : {name: array (1, H, W, 3)}
        Two pictures, RGB in [0, 1].
    mixtures : {w: array (1, H, W, 3)}
        The transfers, by the share w of the first picture's style matrices.

    Returns
    -------
    Panel
        A slider from one picture's style to the other's.

    Raises
    ------
    TypeError, ValueError
        Not two style pictures, or no transfers.
    """
    dictionary(styles, "styles", "{name: picture}")
    dictionary(mixtures, "mixtures", "{w: picture}")
    if len(styles) != 2 or not mixtures:
        raise ValueError(
            f"{len(styles)} styles and {len(mixtures)} mixtures are given, expected two styles and "
            "a transfer or more between them."
        )
    styles = {name: as_image(picture, name) for name, picture in styles.items()}
    mixtures = {share(w, "w"): as_image(picture, f"w = {w}") for w, picture in mixtures.items()}
    shares = sorted(mixtures)
    tip = _("The share of the first picture's style matrices; the second has the rest")
    options = [(f"{w:g}", w) for w in shares]
    controls = {"share": slider("w", tip, options, shares[len(shares) // 2])}
    return explorer(
        _("Mixture explorer"), controls, lambda share: mixture_view(styles, mixtures, share)
    )


def _rows(finished: Mapping[str, Mapping[str, np.ndarray]]) -> list[tuple[str, list]]:
    """Return (statistic, [(layers, picture)]), or say which statistic has other layers."""
    dictionary(finished, "finished", "{statistic: {layers: picture}}")
    for statistic, pictures in finished.items():
        dictionary(pictures, f"finished[{statistic!r}]", "{layers: picture}")
    kinds = {tuple(pictures) for pictures in finished.values()}
    if len(kinds) != 1 or () in kinds:
        raise ValueError(
            f"finished has pictures of the layers {sorted(kinds)}, expected the same layers, one "
            "or more, for each statistic."
        )
    return [(statistic, list(pictures.items())) for statistic, pictures in finished.items()]


def _all_activations(vgg: keras.Model, layers: Sequence[str]) -> tuple[dict, dict]:
    """Return all bundled pictures, and {layer: {name: activations}} in half precision."""
    refuse_graphs("A panel")
    pictures = {name: load_picture(name, SIZE) for name in PICTURES}
    extract = extractor(vgg, layers)
    activations: dict = {layer: {} for layer in layers}
    for name, picture in pictures.items():
        for layer, block in extract(picture).items():
            # By TensorFlow, whatever the reader's NumPy does where a number becomes 0.
            activations[layer][name] = tf.cast(block, tf.float16).numpy()
    return pictures, activations


def _channels(blocks: Mapping[str, np.ndarray]) -> int:
    return next(iter(blocks.values())).shape[-1]


def _picture_options() -> list[tuple[str, str]]:
    return [(short_title(name), name) for name in PICTURES]


def _picture_menu(description: str, tooltip: str, value: str) -> widgets.Dropdown:
    return menu(description, tooltip, _picture_options(), value)


def _layer_slider(tooltip: str, layers: Sequence[str], first: int) -> widgets.SelectionSlider:
    options = [(short_name(layer), layer) for layer in layers]
    return slider(_("Layer"), tooltip, options, layers[first])
