"""What keeps a picture clean: each measure left out, one at a time, and what that costs.

Called by `bench.py`. All transfers of a pair take the same time.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter

STEPS = 60
WORK = 33  # steps at full size alone that take as long as the default's 60 at two sizes
WITHOUT = {
    "default": ("edge", "average", 0, STEPS),
    "the border": ("zero", "average", 0, STEPS),
    "averages": ("edge", "max", 0, STEPS),
    "coarse to fine": ("edge", "average", 1, WORK),
}


def frame(image: np.ndarray, content: np.ndarray) -> float:
    """Return how much the outer 3 pixels changed in brightness beyond the 9 next to them."""
    change = (image - content)[0].mean(-1) * 255
    inside, outside = np.zeros((2, *change.shape), bool)
    outside[:] = True
    outside[3:-3, 3:-3] = False
    inside[3:-3, 3:-3] = True
    inside[12:-12, 12:-12] = False
    return abs(float(change[outside].mean() - change[inside].mean()))


def grid(image: np.ndarray) -> float:
    """Return the amplitude of what alternates from pixel to pixel along whole lines."""
    grey = image[0, 2:-2, 2:-2].mean(-1) * 255
    amplitudes = [
        (lines * (-1.0) ** np.arange(lines.shape[1])).mean(axis=1) for lines in (grey, grey.T)
    ]
    return float(np.sqrt(np.mean(np.concatenate(amplitudes) ** 2)))


def grain(image: np.ndarray) -> float:
    """Return the standard deviation of colour (without brightness) finer than a pixel or two."""
    colour = (image[0] - image[0].mean(-1, keepdims=True)) * 255
    return float(np.std(colour - gaussian_filter(colour, (1, 1, 0))))


def draw(cases: list[tuple[str, np.ndarray, np.ndarray]], path) -> None:
    """Draw enlarged pieces, without and with each measure."""
    figure = Figure(figsize=(11, 5.5), layout="constrained")
    grid_of_axes = figure.subplots(2, len(cases))
    for column, (title, without, with_it) in zip(grid_of_axes.T, cases):
        for axes, image, word in zip(column, (without, with_it), ("without", "with")):
            axes.imshow(image[0], interpolation="nearest")
            axes.set_title(f"{word} {title}", fontsize=13)
            axes.set_axis_off()
    figure.savefig(path, dpi=80, pil_kwargs={"quality": 90})
