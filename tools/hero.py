"""Make the large picture of the README and of the book's first page: `python -m tools.hero`."""

import numpy as np

from nst_helpers import StyleTransfer, load_picture, resize_image
from nst_helpers.images import to_pil
from tools.series import DOCS

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


if __name__ == "__main__":
    content, style = load_picture("summer_palace", 640), load_picture("starry_night", 640)
    image, _ = StyleTransfer(content, style).run(150)
    to_pil(beside(image, content, style)).save(DOCS / "hero.jpg", quality=85)
