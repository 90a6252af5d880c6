"""The network that looks at the pictures: its weights, VGG, and its fast convolution."""

from nst_helpers.network.styles import for_styles
from nst_helpers.network.vgg import (
    BACKBONES,
    CONTENT_LAYER,
    STYLE_LAYERS,
    known_layer,
    load_vgg,
    preprocess,
)

__all__ = [
    "BACKBONES",
    "CONTENT_LAYER",
    "STYLE_LAYERS",
    "for_styles",
    "known_layer",
    "load_vgg",
    "preprocess",
]
