"""Pillow without its own limit and warnings, while the package reads a picture."""

from __future__ import annotations

import contextlib
import threading
import warnings
from collections.abc import Iterator

from PIL import Image

_one_at_a_time = threading.Lock()  # both settings belong to the whole process


@contextlib.contextmanager
def quiet_pillow() -> Iterator[None]:
    """Let the package's limit of pixels hold, whatever the reader's is, and no warning be shown.

    Pillow warns of size and of damage; here both are refused, or harmless.

    Yields
    ------
    None
        Nothing; the settings come back at the end.
    """
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = limit
