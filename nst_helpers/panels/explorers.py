"""The explorers of notebooks 01–04: controls around the views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import ipywidgets as widgets
import keras
import numpy as np

from nst_helpers.activations import extractor, receptive_field
from nst_helpers.gallery import PICTURES, load_picture, stripes_and_patches
from nst_helpers.images import check_image
from nst_helpers.network.vgg import STYLE_LAYERS
from nst_helpers.panels.drawing import View
from nst_helpers.panels.look import Panel, explorer, menu, slider
from nst_helpers.panels.views import (
    SIZE,
    activation_view,
    layer_view,
    pair_view,
    square_picture,
    style_matrix_view,
)
from nst_helpers.panels.wording import short_name

SYNTHETIC = "stripes and patches"


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

    squares = {
        name: square_picture(picture) for name, picture in pictures.items()
    }  # once, not a move

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
