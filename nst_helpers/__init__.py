"""Helpers of the notebook series on the style cost function of neural style transfer.

The modules follow the data's way: refusals → images, gallery → network → blocks, activations →
style_matrix → costs, reference, conventions → optimisers, transfer → figures → exercises, panels.
"""

from nst_helpers.session.cell_order import guide_order
from nst_helpers.session.quiet_start import start_tensorflow

start_tensorflow()
guide_order()

from nst_helpers.activations import (
    activation_gradient,
    channel_peaks,
    cut_patch,
    extractor,
    receptive_field,
)
from nst_helpers.blocks import unroll
from nst_helpers.costs import (
    content_cost,
    layer_style_cost,
    style_cost,
    style_gradient,
    total_cost,
)
from nst_helpers.film import save_film
from nst_helpers.gallery import PICTURES, load_picture, stripes_and_patches
from nst_helpers.images import load_image, resize_image, save_image
from nst_helpers.network.styles import for_styles
from nst_helpers.network.vgg import (
    CONTENT_LAYER,
    STYLE_LAYERS,
    load_vgg,
    preprocess,
)
from nst_helpers.session.device import device
from nst_helpers.style_matrix import (
    covariance_matrix,
    gram_matrix,
    gram_matrix_per_position,
    pearson_matrix,
)
from nst_helpers.transfer import StyleTransfer

__all__ = [
    "CONTENT_LAYER",
    "PICTURES",
    "STYLE_LAYERS",
    "StyleTransfer",
    "activation_gradient",
    "channel_peaks",
    "content_cost",
    "covariance_matrix",
    "cut_patch",
    "device",
    "extractor",
    "for_styles",
    "gram_matrix",
    "gram_matrix_per_position",
    "layer_style_cost",
    "load_image",
    "load_picture",
    "load_vgg",
    "pearson_matrix",
    "preprocess",
    "receptive_field",
    "resize_image",
    "save_film",
    "save_image",
    "stripes_and_patches",
    "style_cost",
    "style_gradient",
    "total_cost",
    "unroll",
]
