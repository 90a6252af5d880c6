"""Coarse to fine: where to begin, the sizes, the steps that each size gets, and the way up."""

from __future__ import annotations

import math

import numpy as np

from nst_helpers.images import as_image, resized
from nst_helpers.refusals import choice, whole_number

SMALLEST = 32  # pixels of the shorter side: block5 of VGG still has 2×2 positions
COARSEST = 80  # pixels of the shorter side below which no coarser level is made by itself
CLIMB = 0.4  # share of the steps spent below the full size

STARTS = ("content", "noise", "style")

Size = tuple[int, int]


def as_canvas(picture: np.ndarray, name: str) -> np.ndarray:
    """Return a copy of a picture that VGG can see through, or say that it is too small.

    Parameters
    ----------
    picture : array (1, H, W, 3)
        RGB in [0, 1]. What happens to it afterwards changes nothing in the copy.
    name : str
        What the message calls it.

    Returns
    -------
    numpy.ndarray
        float32, (1, H, W, 3), each side 32 px or more.

    Raises
    ------
    TypeError, ValueError
        Not a picture, or a side is too short.
    """
    picture = as_image(picture, name).copy()
    height, width = picture.shape[1:3]
    if min(height, width) < SMALLEST:
        raise ValueError(
            f"{name} is {width}×{height} pixels; each side needs at least {SMALLEST}. Load it at a "
            "larger size, or crop a long picture."
        )
    return picture


def first_picture(
    start: str | np.ndarray,
    content: np.ndarray | None,
    style: np.ndarray | None,
    size: Size,
    seed: int,
) -> tuple[np.ndarray, bool]:
    """Return the first G, and whether it is noise.

    Parameters
    ----------
    start : {"content", "noise", "style"} or array (1, H, W, 3)
        What to begin with; noise stands in for a content picture that is not there.
    content, style : array (1, H, W, 3) or None
        RGB in [0, 1].
    size : (int, int)
        Height and width of G.
    seed : int
        Seed of the noise.

    Returns
    -------
    image : numpy.ndarray
        float32, (1, H, W, 3) of this size, RGB in [0, 1].
    is_noise : bool
        True: the fine detail of the start is grain.

    Raises
    ------
    TypeError, ValueError
        Another word, a picture that is none or is not there, or a seed that is none.
    """
    if not isinstance(start, str):
        return resized(as_image(start, "start"), size), False
    choice(start, "start", STARTS, "a picture")
    if start == "noise" or (start == "content" and content is None):
        rng = np.random.default_rng(whole_number(seed, "seed"))
        return np.float32(rng.uniform(0.3, 0.7, (1, *size, 3))), True
    picture = content if start == "content" else style
    if picture is None:
        raise ValueError("start is 'style', but no style picture is given.")
    return resized(picture, size), False


def level_sizes(size: Size, levels: int | None = None) -> list[Size]:
    """Return the sizes of the levels, each twice the one before, the last the full size.

    Parameters
    ----------
    size : (int, int)
        Height and width of the full size, in pixels.
    levels : int, optional
        How many. Default: as many as keep the shorter side at 80 px or more.

    Returns
    -------
    list of (int, int)
        From coarse to fine.

    Raises
    ------
    ValueError
        Not a whole number, or so many that the shorter side falls below 32 px.
    """

    def most(least: int) -> int:
        return 1 + max(0, int(math.log2(min(size) / least)))

    levels = most(COARSEST) if levels is None else levels
    unit = f"for a picture of {size[1]}×{size[0]}"
    levels = whole_number(levels, "levels", 1, most(SMALLEST), unit)
    return [(round(size[0] / 2**n), round(size[1] / 2**n)) for n in reversed(range(levels))]


def shares(count: int, levels: int) -> list[int]:
    """Divide the steps among the levels; the full size always gets some.

    Parameters
    ----------
    count : int
        Number of steps, above 0.
    levels : int
        Number of levels, above 0.

    Returns
    -------
    list of int
        One number a level, `count` together.
    """
    if levels == 1:
        return [count]
    coarse = [round(count * CLIMB) // (levels - 1)] * (levels - 1)
    return [*coarse, count - sum(coarse)]


def at_level(picture: np.ndarray, size: Size, full: Size) -> np.ndarray:
    """Make the style picture smaller by the same factor as the generated one.

    Parameters
    ----------
    picture : array (1, H, W, 3)
        RGB in [0, 1], of any size.
    size, full : (int, int)
        Size of the level, and of the last level.

    Returns
    -------
    numpy.ndarray
        No side below 32 px.
    """
    sides = picture.shape[1:3]
    scale = max(max(size) / max(full), SMALLEST / min(sides))
    return resized(picture, (round(sides[0] * scale), round(sides[1] * scale)))


def enlarged(image: np.ndarray, size: Size, start: np.ndarray | None = None) -> np.ndarray:
    """Take a picture to the next level: the start there, plus the change so far.

    So the fine detail of the start is not blurred and made anew.

    Parameters
    ----------
    image : array (1, H, W, 3)
        RGB in [0, 1], of the level before.
    size : (int, int)
        Of the next one.
    start : array (1, H', W', 3), optional
        The first picture at the full size. None enlarges the picture as it is: the fine detail
        of noise would stay as grain.

    Returns
    -------
    numpy.ndarray
        (1, H, W, 3) of this size, RGB in [0, 1].
    """
    if start is None:
        return resized(image, size)
    before = resized(start, image.shape[1:3])
    change = resized(image, size) - resized(before, size)
    return np.clip(resized(start, size) + change, 0, 1)
