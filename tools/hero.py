"""Make the large picture of the book's first page and of notebook 00: `python -m tools.hero`."""

import base64

import nbformat
import numpy as np

from nst_helpers import StyleTransfer, load_picture, resize_image
from nst_helpers.images import to_pil
from tools.series import DOCS, all_paths

HERO = DOCS / "hero.jpg"
GAP = 12  # white pixels between the pictures


def beside(large: np.ndarray, upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """Put two pictures, one above the other, beside a large one of the height of both."""
    height = (large.shape[1] - GAP) // 2
    width = max(height * picture.shape[2] // picture.shape[1] for picture in (upper, lower))
    page = np.ones((1, large.shape[1], large.shape[2] + GAP + width, 3), np.float32)
    page[:, :, : large.shape[2]] = large
    for top, picture in ((0, upper), (height + GAP, lower)):
        wide = height * picture.shape[2] // picture.shape[1]
        left = large.shape[2] + GAP
        page[:, top : top + height, left : left + wide] = resize_image(picture, (height, wide))
    return page


def attach() -> None:
    """Put the picture into the first cell of notebook 00, in each language that has one."""
    picture = base64.b64encode(HERO.read_bytes()).decode()
    for path in all_paths():
        if path.name.startswith("00_"):
            notebook = nbformat.read(path, 4)
            notebook.cells[0]["attachments"] = {HERO.name: {"image/jpeg": picture}}
            nbformat.write(notebook, path)


if __name__ == "__main__":
    content, style = load_picture("summer_palace", 640), load_picture("starry_night", 640)
    image, _ = StyleTransfer(content, style).run(150)
    to_pil(beside(image, content, style)).save(HERO, quality=85)
    attach()
