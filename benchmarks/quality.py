"""What keeps a picture clean: each measure left out, one at a time, and what that costs.

Called by `bench.py`. All transfers of a pair take the same time.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter

STEPS = 60
WORK = 44  # steps at full size alone that take as long as the default's 60 at two sizes
WITHOUT = {
    "default": ("edge", "average", 0, STEPS),
    "the border": ("zero", "average", 0, STEPS),
    "averages": ("edge", "max", 0, STEPS),
    "coarse to fine": ("edge", "average", 1, WORK),
}


def frame(image: np.ndarray) -> float:
    """Return how far the mean colour of the outermost line is from that of the line within it.

    Root mean square over the four sides and the three colours, in grey levels of 255.
    """
    pixels = image[0] * 255
    sides = [pixels, pixels[::-1], pixels.transpose(1, 0, 2), pixels[:, ::-1].transpose(1, 0, 2)]
    steps = [side[0].mean(axis=0) - side[1].mean(axis=0) for side in sides]
    return float(np.sqrt(np.mean(np.square(steps))))


def grid(image: np.ndarray) -> float:
    """Return how much the four places of the pooling's 2×2 windows differ from each other.

    In brightness, each a mean over all windows: a picture that knows nothing of them has 0.
    """
    grey = image[0, : image.shape[1] // 2 * 2, : image.shape[2] // 2 * 2].mean(-1) * 255
    places = [grey[i::2, j::2].mean() for i in (0, 1) for j in (0, 1)]
    return float(np.std(places))


def grain(image: np.ndarray) -> float:
    """Return the standard deviation of colour (without brightness) finer than a pixel or two."""
    colour = (image[0] - image[0].mean(-1, keepdims=True)) * 255
    return float(np.std(colour - gaussian_filter(colour, (1, 1, 0))))


def draw(cases: list[list[tuple[str, np.ndarray]]], path) -> None:
    """Draw enlarged pieces, one pair a column: without a measure, and with it."""
    figure = Figure(figsize=(14.5, 5.5), layout="constrained")
    for column, case in zip(figure.subplots(2, len(cases)).T, cases):
        for axes, (title, image) in zip(column, case):
            axes.imshow(image[0], interpolation="nearest")
            axes.set_title(title, fontsize=13)
            axes.set_axis_off()
    figure.savefig(path, dpi=80)
