"""Figures: drawn, in one look, and shown with their words."""

from nst_helpers.figures.drawings import (
    plot_bars,
    plot_block,
    plot_curves,
    plot_images,
    plot_maps,
    plot_matrices,
    plot_pairs,
)
from nst_helpers.figures.look import (
    COLOURS,
    LECTURE_COLOURS,
    TEXT,
    WIDTH,
    encode_figure,
    new_figure,
)
from nst_helpers.figures.words import show

__all__ = [
    "COLOURS",
    "LECTURE_COLOURS",
    "TEXT",
    "WIDTH",
    "encode_figure",
    "new_figure",
    "plot_bars",
    "plot_block",
    "plot_curves",
    "plot_images",
    "plot_maps",
    "plot_matrices",
    "plot_pairs",
    "show",
]
