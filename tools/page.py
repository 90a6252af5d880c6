"""A notebook as a page in Chromium: what the tools that photograph and film panels begin with."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tools.lab import own_kernels

MINUTES = 60_000  # milliseconds
LONGEST = 20 * MINUTES  # until the cells have run: Voilà answers then


@contextlib.contextmanager
def opened(notebook: Path, size: tuple[int, int], sharp: float = 1.0) -> Iterator[Page]:
    """Serve a notebook by Voilà, open it in Chromium, and end both afterwards.

    Parameters
    ----------
    notebook : Path
        Its cells are run, with the bundled network.
    size : (int, int)
        Width and height of the page.
    sharp : float
        Pixels of the screen a pixel of the page.

    Yields
    ------
    playwright.sync_api.Page
        The page, when the cells have run.

    Raises
    ------
    RuntimeError
        Voilà ended before it answered.
    """
    own_kernels()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "voila", "--no-browser", f"--port={port}", str(notebook)]
    server = subprocess.Popen(
        command,
        env=os.environ | {"NST_BACKBONE": "vgg16"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait(server, port)
        root = getattr(os, "geteuid", lambda: 1)() == 0
        with sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
                args=["--no-sandbox"] if root else [],
            )
            width, height = size
            page = browser.new_page(
                viewport={"width": width, "height": height}, device_scale_factor=sharp
            )
            page.goto(f"http://127.0.0.1:{port}/", timeout=LONGEST)
            yield page
            browser.close()
    finally:
        server.terminate()
        server.wait(30)


def _wait(server: subprocess.Popen, port: int) -> None:
    while server.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.5)
    raise RuntimeError(
        "Voilà has ended before it answered: run the notebook in JupyterLab to see why."
    )
