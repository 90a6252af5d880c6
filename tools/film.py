"""Film the studio while its sliders move, for the README's first screen: `python -m tools.film`.

The studio stands in a real Chromium, as `make studio` opens it; each step of its run is one
picture of the film.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
from playwright.sync_api import Locator, sync_playwright

from nst_helpers import load_image, save_film
from tools.series import DOCS

FILM = DOCS / "studio.webp"
WIDTH, PACE = 960, 6  # pixels; pictures a second
MOVES = (  # a slider, how far it is moved, and how many steps are seen afterwards
    ("", 0, 12),
    ("β style", 5, 9),
    ("λ conv1_1", 6, 8),
    ("α content", 5, 12),
)


@contextlib.contextmanager
def studio() -> Iterator[str]:
    """Serve the studio.

    Yields
    ------
    str
        Its address.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.lab", "studio", "--no-browser", f"--port={port}"],
        env=os.environ | {"NST_BACKBONE": "vgg16"},
    )
    try:
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            assert process.poll() is None, "Voilà has ended."
            time.sleep(0.5)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(30)


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
    with studio() as address, sync_playwright() as driver:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1240, "height": 1150})
        page.goto(address, timeout=180_000)
        panel = page.locator(".nst-panel")
        panel.get_by_text("A first impression").wait_for(timeout=180_000)
        save_film(film(panel), FILM, pace=PACE, size=WIDTH)
        browser.close()
    print(f"{FILM.name}: {FILM.stat().st_size / 1e6:.1f} MB")
