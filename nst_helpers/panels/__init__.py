"""The panels: explorers that answer while a slider moves, and the style studio."""

from nst_helpers.panels.explorers import (
    activation_explorer,
    layer_explorer,
    mixture_explorer,
    pair_explorer,
    slice_explorer,
    statistic_explorer,
    style_matrix_explorer,
)
from nst_helpers.panels.studio import style_studio

__all__ = [
    "activation_explorer",
    "layer_explorer",
    "mixture_explorer",
    "pair_explorer",
    "slice_explorer",
    "statistic_explorer",
    "style_matrix_explorer",
    "style_studio",
]
