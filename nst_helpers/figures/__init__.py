"""Figures: drawn, in one look, and shown with their words. No mathematics here."""

from nst_helpers.figures.charts import (
    plot_bars,
    plot_block,
    plot_curves,
    plot_matrices,
    plot_pairs,
    plot_shares,
)
from nst_helpers.figures.cube import plot_cube
from nst_helpers.figures.look import (
    COLOURS,
    LECTURE_COLOURS,
    WIDTH,
    encode_figure,
    in_one_look,
    new_figure,
)
from nst_helpers.figures.pictures import (
    plot_gradients,
    plot_grid,
    plot_images,
    plot_maps,
    plot_overlay,
)
from nst_helpers.figures.words import bundle, number_text, show

__all__ = [
    "COLOURS",
    "LECTURE_COLOURS",
    "WIDTH",
    "bundle",
    "encode_figure",
    "in_one_look",
    "new_figure",
    "number_text",
    "plot_bars",
    "plot_block",
    "plot_cube",
    "plot_curves",
    "plot_gradients",
    "plot_grid",
    "plot_images",
    "plot_maps",
    "plot_matrices",
    "plot_overlay",
    "plot_pairs",
    "plot_shares",
    "show",
]
