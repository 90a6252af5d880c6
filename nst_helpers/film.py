"""A film of a run: its steps as an animated picture that every browser shows."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from nst_helpers.files import file_to_write, write_whole
from nst_helpers.images import as_image, resize_image, to_pil
from nst_helpers.refusals import choice, number, said, whole_number
from nst_helpers.transfer import Step

FILMS = {".webp": "WEBP", ".gif": "GIF"}
PACES = 0.1, 50  # pictures a second; browsers slow down what is quicker
LAST = 2000  # milliseconds that the last picture stays


def save_film(
    frames: Iterable[Step | np.ndarray],
    path: str | Path,
    *,
    pace: float = 12,
    size: int | None = None,
) -> Path:
    """Write a film of the steps, whole or not at all: ``save_film(transfer.steps(60), "G.webp")``.

    Parameters
    ----------
    frames : iterable of Step or array (1, H, W, 3)
        RGB in [0, 1], at least two. All become as large as the last one.
    path : str or Path
        Ends in .webp or .gif. An existing file is replaced.
    pace : float
        Pictures a second, 0.1 to 50.
    size : int, optional
        The longer side in pixels; default: the last picture's.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    TypeError, ValueError
        Fewer than two pictures, an option that cannot be used, or an unknown ending.
    OSError
        No such folder, the disk is full, or nothing may be written there.
    """
    path = file_to_write(path, FILMS)
    write_whole(encode_film(frames, FILMS[path.suffix.lower()], pace=pace, size=size), path)
    return path


def encode_film(
    frames: Iterable[Step | np.ndarray],
    kind: str = "WEBP",
    *,
    pace: float = 12,
    size: int | None = None,
) -> bytes:
    """Return pictures as an animated WebP or GIF file that begins anew at its end.

    Parameters
    ----------
    frames : iterable of Step or array (1, H, W, 3)
        RGB in [0, 1], at least two: ``transfer.steps(60)``, for example. All become as large as
        the last one.
    kind : {"WEBP", "GIF"}
        A GIF has 256 colours and is several times as large.
    pace : float
        Pictures a second, 0.1 to 50.
    size : int, optional
        The longer side in pixels; default: the last picture's.

    Returns
    -------
    bytes
        The content of a file.

    Raises
    ------
    TypeError, ValueError
        Fewer than two pictures, or an option that cannot be used.
    """
    choice(kind, "kind", FILMS.values())
    pace = number(pace, "pace", above_zero=True)
    if not PACES[0] <= pace <= PACES[1]:
        raise ValueError(f"pace is {pace}, expected {PACES[0]} to {PACES[1]} pictures a second.")
    if size is not None:
        size = whole_number(size, "size", 2, 4096, "pixels")
    if not isinstance(frames, Iterable):
        raise TypeError(
            f"frames is {said(frames)}, expected steps: transfer.steps(60), for example."
        )
    pictures = [
        as_image(frame.image if isinstance(frame, Step) else frame, f"frames[{n}]")
        for n, frame in enumerate(frames)
    ]
    if len(pictures) < 2:
        raise ValueError(f"frames holds {len(pictures)} pictures; a film needs two or more.")
    last = pictures[-1] if size is None else resize_image(pictures[-1], size)
    first, *others = (to_pil(resize_image(picture, last.shape[1:3])) for picture in pictures)
    durations = [round(1000 / pace)] * len(others) + [LAST]
    stream = io.BytesIO()
    options = {"quality": 80, "method": 2} if kind == "WEBP" else {"optimize": False}
    first.save(
        stream, kind, save_all=True, append_images=others, duration=durations, loop=0, **options
    )
    return stream.getvalue()
