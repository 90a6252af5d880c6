"""Film the studio while its sliders move, for the README's first screen: `python -m tools.film`.

The studio stands in a real Chromium, as `make studio` opens it; each step of its run is one
picture of the film.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from playwright.sync_api import Locator

from nst_helpers import load_image, save_film
from tools.page import MINUTES, opened
from tools.series import DOCS

FILM = DOCS / "studio.webp"
WIDTH, PACE = 960, 6  # pixels; pictures a second
MOVES = (  # a slider, how far it is moved, and how many steps are seen afterwards
    ("", 0, 12),
    ("β style", 5, 9),
    ("λ conv1_1", 6, 8),
    ("α content", 5, 12),
)


def film(panel: Locator) -> Iterator[np.ndarray]:
    """Start the studio's run, move its sliders, and yield a picture of the panel at each step."""
    panel.get_by_role("button", name="Start", exact=True).click()
    pace, seen = panel.locator(".nst-pace"), ""
    for name, presses, afterwards in MOVES:
        handle = panel.get_by_role("slider", name=name).first if name else None
        for n in range(abs(presses) + afterwards):
            while (now := pace.inner_text()) == seen:
                time.sleep(0.02)
            seen = now
            if handle and n < abs(presses):
                handle.press("ArrowRight" if presses > 0 else "ArrowLeft")
            yield load_image(panel.screenshot(), None)


if __name__ == "__main__":
    with opened(DOCS / "studio.ipynb", (1240, 1150)) as page:
        panel = page.locator(".nst-panel")
        panel.get_by_text("A first impression").wait_for(timeout=3 * MINUTES)
        save_film(film(panel), FILM, pace=PACE, size=WIDTH)
    print(f"{FILM.name}: {FILM.stat().st_size / 1e6:.1f} MB")
