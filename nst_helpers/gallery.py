"""The bundled pictures with their credits, and synthetic ones whose statistics are known."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from nst_helpers.images import load_image
from nst_helpers.refusals import known, share, whole_number

_HERE = Path(__file__).resolve().parent
# In the repository data/ lies beside the package; in a wheel it travels inside.
DATA = _HERE / "data" if (_HERE / "data").is_dir() else _HERE.parent / "data"


class Picture(NamedTuple):
    """One bundled picture: its kind, title, credit, licence and file."""

    kind: str
    title: str
    credit: str
    licence: str
    path: Path


_GCOMPRIS, _TEXTURES = "GCompris paintings (WebMuseum)", "cc0textures.com; scikit-image"
_FREE = "public domain"
_CATALOGUE = {
    "content": {
        "summer_palace": (
            "Tower of the Summer Palace, Beijing",
            "danielbuechele (Flickr); scikit-learn",
            "CC BY 2.0",
        ),
        "flower": ("A flower", "vultilion (Flickr); scikit-learn", "CC BY 2.0"),
        "cat_chelsea": ("Chelsea the cat", "Stefan van der Walt; scikit-image", "CC0"),
        "coffee": ("A cup of coffee", "Rachel Michetti (Pikolo Espresso Bar); scikit-image", "CC0"),
        "astronaut": ("Eileen Collins", "NASA; scikit-image", _FREE),
    },
    "style": {
        "starry_night": ("Vincent van Gogh, The Starry Night, 1889", "OpenCV sample data", _FREE),
        "village_street_auvers": (
            "Vincent van Gogh, Village Street in Auvers, 1890",
            _GCOMPRIS,
            _FREE,
        ),
        "great_wave": (
            "Katsushika Hokusai, The Great Wave off Kanagawa, c. 1831",
            _GCOMPRIS,
            _FREE,
        ),
        "poppies": ("Katsushika Hokusai, Poppies, c. 1833", _GCOMPRIS, _FREE),
        "composition_viii": ("Wassily Kandinsky, Composition VIII, 1923", _GCOMPRIS, _FREE),
    },
    "texture": {
        "brick": ("Brick", _TEXTURES, "CC0"),
        "grass": ("Grass", "linolafett (DeviantArt); scikit-image", "CC0"),
        "gravel": ("Gravel", _TEXTURES, "CC0"),
    },
}
PICTURES = {
    name: Picture(kind, *words, DATA / kind / f"{name}.jpg")
    for kind, pictures in _CATALOGUE.items()
    for name, words in pictures.items()
}


def load_picture(name: str, size: int | None = 256) -> np.ndarray:
    """Load a bundled picture by its name in ``PICTURES``.

    Parameters
    ----------
    name : str
        For example "starry_night".
    size : int or None
        The longer side in pixels; None keeps the file's own (at most 640).

    Returns
    -------
    numpy.ndarray
        float32, (1, H, W, 3), RGB in [0, 1].

    Raises
    ------
    ValueError
        No such name (the nearest ones are given), or a size out of range.
    FileNotFoundError
        The file is missing from `data/`.
    """
    return load_image(PICTURES[known(name, PICTURES, "There is no picture")].path, size)


def stripes_and_patches(
    together: float, size: int = 128, cells: int = 4, seed: int = 0
) -> np.ndarray:
    """Paint vertical texture and orange patches that do, or do not, occur together.

    The picture is a board of cells. Half of them carry a fine vertical texture, half an orange
    tint, in numbers that do not depend on `together`: only the overlap does.

    Parameters
    ----------
    together : float
        The share of textured cells that are orange too: 0 never together, 1 always.
    size : int
        Side of the square picture in pixels, 32 to 1024.
    cells : int
        Cells along a side, an even number of 2 to 16.
    seed : int
        Seed of the arrangement.

    Returns
    -------
    numpy.ndarray
        float32, (1, size, size, 3), RGB in [0, 1].

    Raises
    ------
    ValueError
        A parameter out of its range.
    """
    together = share(together, "together")
    size = whole_number(size, "size", 32, 1024, "pixels")
    if whole_number(cells, "cells", 2, 16) % 2:
        raise ValueError(f"cells is {cells}, expected an even number from 2 to 16.")
    order = np.random.default_rng(whole_number(seed, "seed")).permutation(cells * cells)
    half = len(order) // 2
    shared = round(together * half)
    textured = np.isin(np.arange(len(order)), order[:half]).reshape(cells, cells)
    tinted = np.isin(np.arange(len(order)), order[half - shared : 2 * half - shared])
    tinted = tinted.reshape(cells, cells)

    cell = np.arange(size) * cells // size
    texture_here, tint_here = textured[np.ix_(cell, cell)], tinted[np.ix_(cell, cell)]
    grey, orange = np.array([0.55, 0.55, 0.55]), np.array([0.95, 0.55, 0.15])
    colour = np.where(tint_here[..., None], orange, grey)
    wave = 0.35 * np.sign(np.sin(2 * np.pi * (np.arange(size) + 0.5) / 6))[None, :, None]
    picture = colour * (1 + np.where(texture_here[..., None], wave, 0))
    return np.clip(picture, 0, 1).astype(np.float32)[None]
