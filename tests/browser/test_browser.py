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

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image

from tools.lab import LARGE_UPLOADS

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
FAST = 0.3  # seconds from a key to the picture

# All explorers in one notebook, without the transfers of notebook 04; and two studios in one.
SHORT = {
    "explorers": [
        [
            "import numpy as np",
            "from nst_helpers import STYLE_LAYERS, load_picture, load_vgg",
            "from nst_helpers.panels.explorers import *",
            "vgg, S = load_vgg(), load_picture('starry_night', 160)",
            "runs = {l: (S * n / 5, {'J': np.exp(-np.arange(60) / (9 * n))})"
            " for n, l in enumerate(STYLE_LAYERS, 1)}",
        ],
        ["activation_explorer(vgg)"],
        ["pair_explorer(vgg)"],
        ["style_matrix_explorer(vgg)"],
        ["layer_explorer(S, runs)"],
    ],
    "studios": [
        [
            "from nst_helpers import load_vgg",
            "from nst_helpers.panels import run, style_studio",
            "vgg = load_vgg()",
        ],
        ["style_studio(vgg)"],
        ["style_studio(vgg, 'flower', 'great_wave')"],
        ["print('running:', len(run.running))"],
    ],
}

pytestmark = pytest.mark.skipif(
    not CHROMIUM, reason="There is no Chromium here: install it to test in a browser."
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
    for name, cells in SHORT.items():
        cells = [new_code_cell("\n".join(cell)) for cell in cells]
        kernel = {"name": "python3", "display_name": "Python 3"}  # else JupyterLab asks for one
        made = new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(made, folder / "notebooks" / f"{name}.ipynb")
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
        f"--ServerApp.tornado_settings={LARGE_UPLOADS}",
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
        # The notebooks' prose may speak of such things; outputs may not.
        outputs = self.page.locator(".jp-OutputArea-output, .nst-panel").all_inner_texts()
        text = "\n".join(outputs).lower()
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
    return panel.locator("img.widget-image").evaluate_all("all => all.map(one => one.src)")


def slider(panel, label):
    """The handle of the slider with this label; it takes arrow keys."""
    return panel.get_by_role("slider", name=label).first


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


# In the page: when a key was pressed, and when the panel's first or later picture changed.
WATCH = """panel => {
  const seen = window.seen = {pressed: 0, after: [], pictures: 0};
  panel.addEventListener('keydown', () => { seen.pressed = performance.now(); }, true);
  const watch = new MutationObserver(changes => {
    if (changes.some(change => change.target.matches('img.widget-image'))) {
      seen.after.push((performance.now() - seen.pressed) / 1000);
      seen.pictures += 1;
    }
  });
  watch.observe(panel, {attributes: true, attributeFilter: ['src'], subtree: true});
}"""


def test_every_explorer_answers_fast_and_the_last_value_wins(notebook):
    page = notebook("explorers.ipynb")
    panels = {
        "Activation": ["Channel k", "Layer l"],
        "Pair": ["Channel k'", "Height i", "Together"],
        "Style matrix": ["Layer l"],
        "Layer": ["Layer l"],
    }
    page.panel("Layer explorer")  # the last one is there
    time.sleep(2)
    for name, labels in panels.items():
        panel = page.panel(f"{name} explorer")
        panel.evaluate(WATCH)
        seconds = []
        for label in labels:
            handle = slider(panel, label)
            handle.focus()
            for key in ["ArrowRight"] * 2 + ["ArrowLeft"] * 4:
                before = page.page.evaluate("seen.pictures")
                page.page.keyboard.press(key)
                deadline = time.monotonic() + 2
                while page.page.evaluate("seen.pictures") == before:
                    if time.monotonic() > deadline:
                        break  # at the end of the slider
                    time.sleep(0.1)  # the page itself keeps the time; asking takes some
                else:
                    time.sleep(0.3)
                    seconds.append(page.page.evaluate("seen.after.at(-1)"))
        print(f"{name} explorer: median {np.median(seconds):.3f} s, maximum {max(seconds):.3f} s")
        assert len(seconds) >= 3
        assert np.median(seconds) < FAST

    panel = page.panel("Pair explorer")
    panel.evaluate(WATCH)
    handle = slider(panel, "Height i")
    handle.focus()
    page.page.keyboard.press("Home")
    until(lambda: "At i = 0," in panel.locator(".nst-status").inner_text())
    until(lambda: handle.get_attribute("aria-valuetext") == "0%")
    before = page.page.evaluate("seen.pictures")
    for _ in range(50):
        page.page.keyboard.press("ArrowRight")
    until(lambda: "At i = 63," in panel.locator(".nst-status").inner_text(), 5)
    time.sleep(1)
    assert "At i = 63," in panel.locator(".nst-status").inner_text()
    shown = page.page.evaluate("seen.pictures") - before
    print(f"50 moves of one drag were answered by {shown} updates")
    assert shown < 40
    page.close()


CONTROLS = ("slider", "button", "combobox", "img", "textbox", "link", "progressbar")


def assert_named_and_reached_by_tab(page, panel):
    """Every control has a name and a tooltip, and Tab alone comes to it and shows where it is."""
    tree = panel.aria_snapshot()
    nameless = [
        line.strip()
        for line in tree.splitlines()
        if re.match(rf"\s*- ({'|'.join(CONTROLS)})\b(?! \")", line)
    ]
    assert not nameless, tree
    untold = panel.evaluate(
        """panel => [...panel.querySelectorAll('button, select, [role=slider]')]
        .filter(one => !one.closest('[title]:not([title=""])')
                && !one.closest('.widget-inline-hbox')?.querySelector('[title]:not([title=""])'))
        .map(one => one.outerHTML)"""
    )
    assert untold == []
    stops = panel.evaluate(
        """panel => {
          const all = [...panel.querySelectorAll('button, select, a, [role=slider]')]
            .filter(one => one.offsetParent);
          all.forEach((one, n) => { one.dataset.stop = n; });
          all[0].focus();
          return all.length;
        }"""
    )
    reached, outlined = set(), set()
    for _ in range(3 * stops):
        stop, outline = page.page.evaluate(
            """() => [document.activeElement?.dataset?.stop,
                      getComputedStyle(document.activeElement).outlineStyle]"""
        )
        if stop is None and len(reached) == stops:
            break
        if stop is not None:
            reached.add(int(stop))
            if outline != "none":
                outlined.add(int(stop))
        page.page.keyboard.press("Tab")
    assert reached == set(range(stops))
    assert outlined >= set(range(1, stops))


def test_controls_have_names_and_tab_reaches_them(notebook):
    page = notebook("explorers.ipynb")
    for name in ("Activation", "Pair", "Style matrix", "Layer"):
        panel = page.panel(f"{name} explorer")
        until(lambda panel=panel: slider(panel, "").get_attribute("aria-valuetext"))
        assert_named_and_reached_by_tab(page, panel)
    page.close()


def upload(page, studio, path):
    with page.page.expect_file_chooser() as chooser:
        studio.get_by_role("button", name="Your own C").click()
    chooser.value.set_files(path)


def shown_aspect(studio):
    """Width over height of the content picture."""
    image = studio.locator("img.widget-image").first
    return image.evaluate("one => one.naturalWidth / one.naturalHeight")


def pictures_from_a_phone(folder):
    """Turned by EXIF, with an alpha channel, and larger than a message of Jupyter's may be."""
    rng = np.random.default_rng(0)
    turned = Image.Exif()
    turned[0x0112] = 6
    wide = Image.fromarray(rng.integers(0, 256, (200, 400, 3), np.uint8))
    wide.save(folder / "turned.jpg", exif=turned)
    Image.fromarray(rng.integers(0, 256, (120, 360, 4), np.uint8)).save(folder / "alpha.png")
    Image.fromarray(rng.integers(0, 256, (2000, 2500, 3), np.uint8)).save(folder / "large.png")
    assert (folder / "large.png").stat().st_size > 12e6
    return {"turned.jpg": 0.5, "alpha.png": 3, "large.png": 1.25}


def test_two_studios_uploads_an_interrupt_and_a_restart(notebook, tmp_path):
    page = notebook("studios.ipynb")
    first, second = page.page.locator(".nst-panel").first, page.page.locator(".nst-panel").nth(1)
    second.wait_for(timeout=6 * MINUTES)
    assert_named_and_reached_by_tab(page, second)
    for name, aspect in pictures_from_a_phone(tmp_path).items():
        upload(page, first, tmp_path / name)
        until(lambda aspect=aspect: abs(shown_aspect(first) / aspect - 1) < 0.03)
        assert first.locator(".nst-trouble").count() == 0

    def step(studio):
        found = re.search(r"step (\d+) of", studio.inner_text())
        return int(found.group(1)) if found else 0

    def begin(*studios):
        for studio in studios:
            studio.get_by_role("combobox", name="Size").select_option("128 px")
            studio.get_by_role("combobox", name="Steps").select_option("600")
            until(lambda studio=studio: "Press Start. Every" in studio.inner_text())
        time.sleep(0.5)
        for studio in studios:
            studio.get_by_role("button", name="Start", exact=True).click()
        until(lambda: all(step(studio) >= 3 for studio in studios))

    def run_cell(index):
        page.page.locator(".jp-CodeCell").nth(index).locator(".jp-InputPrompt").click()
        page.page.keyboard.press("Control+Enter")

    def counted(number):
        run_cell(3)
        output = page.page.locator(".jp-CodeCell").nth(3).locator(".jp-OutputArea-output")
        until(lambda: output.count() and f"running: {number}" in output.first.inner_text(), 20)

    def menu(name, item):
        page.page.click(f".lm-MenuBar-itemLabel:text-is('{name}')")
        page.page.click(f".lm-Menu-itemLabel:text-is('{item}')")

    begin(first, second)
    counted(2)  # and another cell is executed while both run
    held = step(first), step(second)
    until(lambda: step(first) > held[0] and step(second) > held[1])
    menu("Kernel", "Interrupt Kernel")
    until(lambda: all("Paused after" in studio.inner_text() for studio in (first, second)), 20)
    counted(0)

    first.get_by_role("button", name="Start", exact=True).click()
    until(lambda: "Running" in first.inner_text())
    counted(1)
    run_cell(1)  # its own cell again: the old run ends, a new studio stands there
    until(lambda: "A first impression" in first.inner_text())
    counted(0)

    begin(first)
    menu("Kernel", "Restart Kernel and Run All Cells…")
    page.page.click(".jp-Dialog .jp-mod-accept")
    until(lambda: page.page.locator(".nst-panel:has-text('A first impression')").count() == 2)
    counted(0)
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

    def says(words):
        return words in studio.locator(".nst-status").inner_text()

    studio.get_by_role("combobox", name="Size").select_option("128 px")
    studio.get_by_role("combobox", name="Steps").select_option("300")
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
    upload(page, studio, broken)
    until(lambda: says("not a picture"))
    stream = io.BytesIO()
    Image.fromarray(np.full((40, 60, 3), (200, 30, 60), np.uint8)).save(stream, "WEBP")
    own = tmp_path / "own picture ü.webp"
    own.write_bytes(stream.getvalue())
    before = pictures(studio)[0]
    upload(page, studio, own)
    until(lambda: pictures(studio)[0] != before)
    until(lambda: studio.locator(".nst-trouble").count() == 0)


def deleting_the_cell_pauses_the_run(page, studio):
    studio.get_by_role("combobox", name="Steps").select_option("600")
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
        "from nst_helpers.panels import run; print('running:', len(run.running))"
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
        studio.get_by_role("combobox", name="Size").select_option("128 px")
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
