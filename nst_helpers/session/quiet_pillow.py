"""Pillow without the reader's limits and warnings, while the package reads a picture."""

from __future__ import annotations

import contextlib
import threading
import warnings
from collections.abc import Iterator

from PIL import Image, ImageFile

_one_at_a_time = threading.Lock()  # these settings belong to the whole process


@contextlib.contextmanager
def quiet_pillow() -> Iterator[None]:
    """Let the package's limit of pixels hold, whatever the reader's is, and no warning be shown.

    Pillow warns of size and of damage; here both are refused, or harmless. What is cut off is
    refused, too, where the reader lets Pillow fill it with grey.

    Yields
    ------
    None
        Nothing; the settings come back at the end.
    """
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        filled, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = limit
            ImageFile.LOAD_TRUNCATED_IMAGES = filled
