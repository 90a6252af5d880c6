"""The explorers and the studio in a real JupyterLab in a real browser.

Run with ``make test-browser``. Screenshots are written to the folder that the environment
variable NST_SCREENSHOTS names, or to tests/browser/screenshots.
"""

import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

TOP = Path(__file__).resolve().parents[2]
SCREENSHOTS = Path(os.environ.get("NST_SCREENSHOTS", Path(__file__).parent / "screenshots"))
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
MINUTES = 60_000  # milliseconds
TOKEN = "of-this-test"

if not CHROMIUM:
    pytest.skip(
        "There is no Chromium here: install it to test in a browser.", allow_module_level=True
    )
playwright = pytest.importorskip(
    "playwright.sync_api", reason="Playwright is not installed: make test-browser installs it."
)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def served(command, port, log, **environment):
    """Start a server and wait until it answers."""
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            env={**os.environ, "NST_BACKBONE": "vgg16", **environment},
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    for _ in range(240):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2)
            return process
        except urllib.error.HTTPError:
            return process
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.25)
    process.terminate()
    raise TimeoutError(log.read_text())


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab on a copy of the notebooks; the address of its root."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(TOP / "notebooks", folder / "notebooks")
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(
        json.dumps({"fetchNews": "false", "checkForUpdates": False})
    )
    port = free_port()
    command = [
        "jupyter",
        "lab",
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.token={TOKEN}",
        f"--ServerApp.root_dir={folder / 'notebooks'}",
    ]
    process = served(
        command,
        port,
        folder / "log",
        JUPYTER_CONFIG_DIR=str(folder / "config"),
        JUPYTER_RUNTIME_DIR=str(folder / "runtime"),
        JUPYTERLAB_SETTINGS_DIR=str(folder / "settings"),
        JUPYTERLAB_WORKSPACES_DIR=str(folder / "workspaces"),
    )
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(30)


class Page:
    """A notebook in the browser."""

    def __init__(self, browser, address):
        self.page = browser.new_page(viewport={"width": 1400, "height": 1150})
        self.errors = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        # Voilà answers when the cells have run.
        self.page.goto(address, timeout=3 * MINUTES)

    def _listen(self, message):
        # Favicons and the like are the server's affair, not the notebook's.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def run_all(self):
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=MINUTES)
        self.page.wait_for_selector("text=/Python 3.*Idle/", timeout=2 * MINUTES)
        self.page.keyboard.press("Control+b")
        self.page.click(".lm-MenuBar-itemLabel:text-is('Run')")
        self.page.click(".lm-Menu-itemLabel:text-is('Run All Cells')")

    def panel(self, name):
        panel = self.page.locator(f".nst-panel:has(.nst-title:text('{name}'))")
        panel.wait_for(timeout=6 * MINUTES)
        panel.scroll_into_view_if_needed()
        return panel

    def close(self):
        text = self.page.inner_text("body").lower()
        assert "model not found" not in text
        assert "error displaying widget" not in text
        assert "traceback" not in text
        self.page.close()
        assert self.errors == []


@pytest.fixture
def notebook(chromium, lab):
    def open_notebook(name):
        page = Page(chromium, f"{lab}/lab/tree/{name}?token={TOKEN}&reset")
        page.run_all()
        return page

    yield open_notebook
    # A closed page leaves its kernel running, and five kernels need much memory.
    with urllib.request.urlopen(f"{lab}/api/kernels?token={TOKEN}") as answer:
        kernels = json.load(answer)
    for kernel in kernels:
        address = f"{lab}/api/kernels/{kernel['id']}?token={TOKEN}"
        urllib.request.urlopen(urllib.request.Request(address, method="DELETE")).close()


def pictures(panel):
    """The addresses of the panel's pictures: they change where a picture does."""
    return panel.locator("img").evaluate_all("all => all.map(one => one.src)")


def slider(panel, label):
    """The handle of the slider with this label; it takes arrow keys."""
    row = panel.locator(f".widget-inline-hbox:has(> label:text('{label}'))")
    return row.locator(".noUi-handle").first


def until(condition, seconds=60):
    """Wait until the condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.1)


def shot(panel, name):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    panel.evaluate("one => one.scrollIntoView({block: 'start'})")
    time.sleep(0.5)
    panel.screenshot(path=SCREENSHOTS / f"{name}.png")


@pytest.mark.parametrize(
    ("name", "title", "label", "key"),
    [
        ("01_activations", "Activation explorer", "Channel", "ArrowRight"),
        ("02_channel_correlation", "Pair explorer", "Together", "ArrowRight"),
        ("03_style_matrix", "Style matrix explorer", "Layer", "ArrowRight"),
        ("04_layer_style_cost", "Layer explorer", "Layer", "ArrowRight"),
    ],
)
def test_an_explorer_answers_its_slider(notebook, name, title, label, key):
    page = notebook(f"{name}.ipynb")
    panel = page.panel(title)
    before, said = pictures(panel), panel.locator(".nst-status").inner_text()
    handle = slider(panel, label)
    handle.focus()
    for _ in range(3):
        page.page.keyboard.press(key)
    until(lambda: pictures(panel) != before, 20)
    until(lambda: panel.locator(".nst-status").inner_text() != said, 5)
    assert panel.locator(".nst-trouble").count() == 0
    shot(panel, f"explorer_{name[:2]}")
    page.close()


def test_the_studio_is_played_by_keyboard_and_ends_with_its_cell(notebook, tmp_path):
    page = notebook("05_style_transfer.ipynb")
    studio = page.panel("Style studio")
    play_the_studio(page, studio, tmp_path)
    deleting_the_cell_pauses_the_run(page, studio)
    page.close()


def play_the_studio(page, studio, tmp_path):
    def press(button):
        studio.get_by_role("button", name=button, exact=True).focus()
        page.page.keyboard.press("Enter")

    def step():
        found = re.search(r"step (\d+) of", studio.inner_text())
        return int(found.group(1)) if found else 0

    def upload(path):
        with page.page.expect_file_chooser() as chooser:
            studio.get_by_role("button", name="Your own C").click()
        chooser.value.set_files(path)

    def says(words):
        return words in studio.locator(".nst-status").inner_text()

    studio.get_by_label("Size").select_option("128 px")
    studio.get_by_label("Steps").select_option("300")
    until(lambda: says("Press Start. Every"))
    time.sleep(0.5)
    press("Start")
    until(lambda: step() >= 5)
    before = pictures(studio)
    handle = slider(studio, "β")
    handle.focus()
    for _ in range(4):
        page.page.keyboard.press("ArrowRight")
    at = step()
    until(lambda: step() >= at + 5)
    until(lambda: sum(a != b for a, b in zip(before, pictures(studio))) >= 2)  # G and curves
    shot(studio, "studio_running")

    press("Pause")
    until(lambda: says("Paused"), 15)
    held = step()
    time.sleep(1.5)
    assert step() == held
    shot(studio, "studio_paused")

    with page.page.expect_download() as download:
        studio.get_by_role("link", name="Download").click()
    with Image.open(download.value.path()) as picture:
        assert max(picture.size) == 128
        settings = json.loads(picture.text["nst settings"])
    assert settings["steps"] == held
    assert settings["beta"] > 0.01
    assert settings["weights changed after steps"]

    press("Start")
    until(lambda: step() > held)
    press("Reset")
    until(lambda: says("Press Start") and step() == 0, 15)

    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    upload(broken)
    until(lambda: says("not a picture"))
    stream = io.BytesIO()
    Image.fromarray(np.full((40, 60, 3), (200, 30, 60), np.uint8)).save(stream, "WEBP")
    own = tmp_path / "../own picture.webp"
    own.write_bytes(stream.getvalue())
    before = pictures(studio)[0]
    upload(own)
    until(lambda: pictures(studio)[0] != before)
    until(lambda: studio.locator(".nst-trouble").count() == 0)


def deleting_the_cell_pauses_the_run(page, studio):
    studio.get_by_label("Steps").select_option("600")
    until(lambda: "Press Start. Every" in studio.inner_text())
    time.sleep(0.5)
    studio.get_by_role("button", name="Start", exact=True).click()
    until(lambda: "step 3 of" in studio.inner_text())
    cell = page.page.locator(".jp-CodeCell:has(.nst-panel)")
    cell.locator(".jp-InputPrompt").click()
    page.page.keyboard.press("Escape")
    page.page.keyboard.type("dd")
    until(lambda: studio.count() == 0)
    time.sleep(3)
    page.page.keyboard.press("b")
    page.page.keyboard.press("Enter")
    page.page.keyboard.type(
        "from nst_helpers import studio; print('running:', len(studio._running))"
    )
    page.page.keyboard.press("Control+Enter")
    page.page.wait_for_selector("text=/running: 0/", timeout=MINUTES)


def test_the_studio_opens_alone_without_code(chromium, tmp_path):
    shutil.copy(TOP / "docs" / "studio.ipynb", tmp_path)
    port = free_port()
    command = ["voila", "--no-browser", f"--port={port}", str(tmp_path / "studio.ipynb")]
    process = served(command, port, tmp_path / "log", JUPYTER_RUNTIME_DIR=str(tmp_path / "run"))
    try:
        page = Page(chromium, f"http://127.0.0.1:{port}/")
        studio = page.panel("Style studio")
        studio.get_by_label("Size").select_option("128 px")
        until(lambda: "Press Start. Every" in studio.inner_text())
        time.sleep(0.5)
        studio.get_by_role("button", name="Start", exact=True).click()
        until(lambda: "step 5 of" in studio.inner_text())
        assert page.page.locator(".jp-InputArea").count() == 0
        shot(studio, "studio_page")
        page.close()
    finally:
        process.terminate()
        process.wait(30)
