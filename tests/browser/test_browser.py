"""The explorers and the studio in real browsers' pages: JupyterLab, Notebook 7 and Voilà.

Run with ``make test-browser``. Screenshots are written to the folder that the environment
variable NST_SCREENSHOTS names, or to tests/browser/screenshots.
"""

import itertools
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
from nbconvert import HTMLExporter
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

# Without the transfers of notebook 04; each notebook takes a kernel, which takes its time.
SET_UP = [
    "import numpy as np",
    "from nst_helpers import STYLE_LAYERS, load_picture, load_vgg",
    "from nst_helpers.panels import *",
    "from nst_helpers.panels import run",
    "vgg, S = load_vgg(), load_picture('starry_night', 160)",
    "runs = {l: (S * n / 5, {'J': np.exp(-np.arange(60) / (9 * n))})"
    " for n, l in enumerate(STYLE_LAYERS, 1)}",
]
FOUND = (
    "{'orange': ('block1_conv2', 45), 'vertical': ('block3_conv1', 11),"
    " 'faces': ('block5_conv1', 104)}"
)
NOTEBOOKS = {
    "panels": [
        SET_UP,
        [f"activation_explorer(vgg, {FOUND})"],
        ["pair_explorer(vgg)"],
        ["style_matrix_explorer(vgg)"],
        ["layer_explorer(S, runs)"],
        # A block of voxels whose slices differ, of one painting.
        ["rows = [np.roll(S[0, :40, :40], n, axis=1) for n in range(40)]",
         "slice_explorer(np.stack(rows)[None])"],
        # What notebook 06 shows: seven statistics in three choices of layers, and five mixtures.
        ["statistics = ['style matrix', 'means', 'means and variances', 'diagonal of G',"
         " 'covariance', 'Pearson', 'positions']",
         "choices = ['all five layers', 'conv2_1 alone', 'conv4_1 alone']",
         "brick = load_picture('brick', 96)[:, :64]",
         "statistic_explorer(brick, {one: {layers: brick * (7 - n) / (7 + m)"
         " for m, layers in enumerate(choices)} for n, one in enumerate(statistics)})"],
        ["wave = load_picture('great_wave', 160)[:, : S.shape[1], : S.shape[2]]",
         "S = S[:, : wave.shape[1]]",
         "shares = (0, 0.25, 0.5, 0.75, 1)",
         "mixtures = {w: w * S + (1 - w) * wave for w in shares}",
         "mixture_explorer({'The Starry Night': S, 'The Great Wave': wave}, mixtures)"],
        ["style_studio(vgg)"],
        ["from nst_helpers.sound import load_recording",
         "from nst_helpers.figures.sounds import play",
         "play({name: load_recording(name, 1) for name in ('tabla', 'vinyl', 'guitar')})"],
    ],
    "studios": [
        SET_UP,
        ["style_studio(vgg)"],
        ["style_studio(vgg, 'flower', 'great_wave')"],
        ["import gc", "found = [one for one in gc.get_objects() if isinstance(one, run.Run)]",
         "print('running:', sum(one.state == 'running' for one in found))"],
    ],
    "saved": [[*SET_UP[:3], "S = load_picture('starry_night', 160)", SET_UP[-1]],
              ["layer_explorer(S, runs)"]],
}  # fmt: skip
EXPLORERS = (
    "Activation explorer",
    "Pair explorer",
    "Style matrix explorer",
    "Layer explorer",
    "Slice explorer",
    "Statistic explorer",
    "Mixture explorer",
)
PANELS = (*EXPLORERS, "Style studio")
WIDTHS = (390, 592, 844, 1008, 1200)  # pixels of a panel
THEMES = ("light", "dark")
WINDOW = {"width": 1700, "height": 1150}
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},  # all cells are on the page
}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="There is no Chromium: install it to test in one."),
]
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
def folder(tmp_path_factory):
    """A folder of notebooks, and of servers' settings."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "notebooks").mkdir()
    for name, cells in NOTEBOOKS.items():
        cells = [new_code_cell("\n".join(cell)) for cell in cells]
        kernel = {"name": "python3", "display_name": "Python 3"}  # else JupyterLab asks for one
        made = new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(made, folder / "notebooks" / f"{name}.ipynb")
    for name, values in SETTINGS.items():
        place = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(values))
    return folder


def jupyter(folder, kind):
    """Start a JupyterLab ("lab") or a Notebook 7 ("notebook"); the process and its address."""
    port = free_port()
    process = served(
        [
            "jupyter",
            kind,
            "--no-browser",
            "--allow-root",
            f"--port={port}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.token={TOKEN}",
            f"--ServerApp.root_dir={folder / 'notebooks'}",
            f"--ServerApp.tornado_settings={LARGE_UPLOADS}",
        ],
        port,
        folder / f"log of {kind}",
        JUPYTER_CONFIG_DIR=str(folder / "config"),
        JUPYTER_DATA_DIR=str(folder / "data"),
        JUPYTER_RUNTIME_DIR=str(folder / "runtime"),
        JUPYTERLAB_SETTINGS_DIR=str(folder / "settings"),
        JUPYTERLAB_WORKSPACES_DIR=str(folder / "workspaces"),
    )
    return process, f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def lab(folder):
    process, address = jupyter(folder, "lab")
    yield address
    process.terminate()
    process.wait(30)


class Page:
    """A notebook in the browser."""

    def __init__(self, browser, address):
        self.page = browser.new_page(viewport=WINDOW)
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
        self.menu("Run", "Run All Cells")

    def menu(self, *path):
        self.page.click(f".lm-MenuBar-itemLabel:text-is('{path[0]}')")
        for item in path[1:]:
            self.page.click(f".lm-Menu-itemLabel:text-is('{item}')")

    def theme(self, theme):
        """Choose JupyterLab's theme, and wait until its colours are there."""
        dark = str(theme == "light").lower()
        if self.page.get_attribute("body", "data-jp-theme-light") != dark:
            self.menu("Settings", "Theme", f"JupyterLab {theme.capitalize()}")
        self.page.wait_for_selector(f"body[data-jp-theme-light='{dark}']", state="attached")
        time.sleep(1)

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


def end_kernels(address):
    """A closed page leaves its kernel running, and five kernels need much memory."""
    with urllib.request.urlopen(f"{address}/api/kernels?token={TOKEN}") as answer:
        kernels = json.load(answer)
    for kernel in kernels:
        one = f"{address}/api/kernels/{kernel['id']}?token={TOKEN}"
        urllib.request.urlopen(urllib.request.Request(one, method="DELETE")).close()


@pytest.fixture
def notebook(chromium, lab):
    def open_notebook(name):
        page = Page(chromium, f"{lab}/lab/tree/{name}.ipynb?token={TOKEN}&reset")
        page.run_all()
        return page

    yield open_notebook
    end_kernels(lab)


@pytest.fixture(scope="module")
def panels(chromium, lab):
    """One page with every panel, for all tests that leave it as it is."""
    page = Page(chromium, f"{lab}/lab/tree/panels.ipynb?token={TOKEN}&reset")
    page.run_all()
    page.panel("Style studio")
    time.sleep(2)
    yield page
    page.close()
    end_kernels(lab)


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
    time.sleep(0.3)
    panel.screenshot(path=SCREENSHOTS / f"{name}.png")


# How panels fit ---------------------------------------------------------------------------------

MEASURE = """panel => {
  const whole = panel.getBoundingClientRect();
  const visible = (one) => one.checkVisibility() && one.getBoundingClientRect().width > 0;
  const all = (selector) => [...panel.querySelectorAll(selector)].filter(visible);
  const box = (one) => { const b = one.getBoundingClientRect();
    return {left: b.left - whole.left, top: b.top - whole.top, right: b.right - whole.left,
            bottom: b.bottom - whole.top, name: one.className + ' ' + one.textContent.slice(0, 30)};
  };
  const pen = document.createElement('canvas').getContext('2d');
  const cut = all('select').filter((one) => {
    const style = getComputedStyle(one);
    pen.font = style.font;
    const room = one.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return pen.measureText(one.selectedOptions[0].text).width > room + 1;
  });
  const clipped = all('.nst-caption').filter((one) => one.scrollWidth > one.clientWidth + 1 ||
    one.scrollHeight > one.clientHeight + 1);
  const solid = 'button, select, a, .widget-label, .widget-readout, [role=slider], img, ' +
    '.nst-caption, .nst-status, .nst-plot, .nst-legend, code';
  return {
    width: whole.width, height: whole.height,
    boxes: all(solid).map(box),
    tracks: all('.slider').map((one) => one.getBoundingClientRect().width),
    cut: [...cut.map((one) => one.selectedOptions[0].text),
          ...clipped.map((one) => one.textContent)],
    small: all('*').filter((one) => [...one.childNodes].some((n) => n.nodeType === 3 &&
      n.data.trim()) && parseFloat(getComputedStyle(one).fontSize) < 11).map(box),
  };
}"""


def overlapping(boxes):
    """The pairs of boxes that share more than a pixel's breadth."""

    def shared(one, other, low, high):
        return min(one[high], other[high]) - max(one[low], other[low])

    return [
        (one["name"], other["name"])
        for one, other in itertools.combinations(boxes, 2)
        if shared(one, other, "left", "right") > 1.5 and shared(one, other, "top", "bottom") > 1.5
    ]


def set_width(panel, width):
    """Give the panel a width in pixels, or its own; let it settle."""
    panel.evaluate(
        """(one, width) => {
          one.style.width = one.style.maxWidth = width ? `${width}px` : '';
        }""",
        width,
    )
    time.sleep(0.3)


def assert_fits(seen):
    """Nothing sticks out, lies over another thing, is cut, too short or too small."""
    width = seen["width"]
    for box in seen["boxes"]:
        assert box["left"] >= 0 and box["right"] <= width, (width, box)
    assert overlapping(seen["boxes"]) == [], width
    assert min(seen["tracks"]) >= 200, width
    assert seen["cut"] == [], width
    assert seen["small"] == [], width


def test_the_measure_of_overlaps_sees_them():
    here = {"left": 0, "right": 10, "top": 0, "bottom": 10, "name": "here"}
    beside = here | {"left": 10, "right": 20, "name": "beside"}
    over = here | {"left": 5, "right": 12, "name": "over"}
    assert overlapping([here, beside]) == []
    assert overlapping([here, beside, over]) == [("here", "over"), ("beside", "over")]


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_fits_into_every_width(panels, name):
    panel = panels.panel(name)
    try:
        for width in WIDTHS:
            set_width(panel, width)
            seen = panel.evaluate(MEASURE)
            print(name, width, "px wide,", round(seen["height"]), "px high; tracks from",
                  round(min(seen["tracks"])))  # fmt: skip
            assert seen["width"] == width
            assert_fits(seen)
            if width == 1008 and name in EXPLORERS:
                assert seen["height"] <= 600
            if width == 390:  # one column: no control beside another, no picture beside another
                controls = [box for box in seen["boxes"] if "widget-label" in box["name"]]
                assert name == "Style studio" or len({box["left"] for box in controls}) == 1
    finally:
        set_width(panel, None)


@pytest.mark.parametrize("theme", THEMES)
def test_players_of_sounds_fit_into_every_width(panels, theme):
    panels.theme(theme)
    output = panels.page.locator(".jp-OutputArea-output:has(audio)")
    output.scroll_into_view_if_needed()
    try:
        for width in WIDTHS:
            set_width(output, width)
            shot(output, f"players_{width}_{theme}")
            seen = output.evaluate(PLAYERS)
            assert [one["name"] for one in seen] == ["tabla", "vinyl", "guitar"]
            for one in seen:
                assert one["left"] >= 0 and one["right"] <= width, (width, one)
                assert one["right"] - one["left"] >= 200, (width, one)
                assert one["controls"] and one["beside"]
    finally:
        set_width(output, None)
        panels.theme("light")


PLAYERS = """output => [...output.querySelectorAll('audio')].map((one) => {
  const whole = output.getBoundingClientRect(), box = one.getBoundingClientRect();
  const said = document.evaluate(`.//*[text()='${one.ariaLabel}']`, output).iterateNext();
  const there = said && said.getBoundingClientRect();
  return {name: one.ariaLabel, left: box.left - whole.left, right: box.right - whole.left,
          controls: one.controls,
          beside: there && (there.right <= box.left + 1 || there.bottom <= box.top + 1)};
})"""


def test_every_panel_fits_on_a_projector_at_150_percent(panels):
    """1024 × 768 at 150 % are 683 × 512 pixels of the page."""
    panels.page.set_viewport_size({"width": 683, "height": 512})
    try:
        time.sleep(1)
        for name in PANELS:
            panel = panels.panel(name)
            seen = panel.evaluate(MEASURE)
            print(
                name, "at 150 %:", round(seen["width"]), "px wide,", round(seen["height"]), "high"
            )
            assert 450 < seen["width"] < 683, name
            assert_fits(seen)
            shot(panel, f"{name.lower().replace(' ', '_')}_150_percent")
    finally:
        panels.page.set_viewport_size(WINDOW)


@pytest.mark.parametrize("theme", THEMES)
def test_letters_and_what_moves_stand_out_in_both_themes(panels, theme):
    axe = Path(pytest.importorskip("axe_playwright_python").__file__).with_name("axe.min.js")
    panels.theme(theme)
    try:
        panels.page.evaluate(axe.read_text("utf-8"))
        panels.page.set_viewport_size({"width": 1700, "height": 2500})  # one column is high
        for name in PANELS:
            panel = panels.panel(name)
            ground, *parts = panel.evaluate(COLOURS)
            assert (luminance(ground[1]) < 0.1) == (theme == "dark")
            faint = [(what, contrast(ours, ground[1])) for what, ours in parts]
            faint = [one for one in faint if one[1] < 3]
            assert not faint, (theme, name)
            assert len(parts) >= 2
            for width in WIDTHS:
                set_width(panel, width)
                shot(panel, f"{name.lower().replace(' ', '_')}_{width}_{theme}")
            set_width(panel, None)
        found = panels.page.evaluate(
            "axe.run('.nst-panel', {runOnly: ['color-contrast', 'image-alt', 'svg-img-alt', "
            "'role-img-alt', 'button-name', 'select-name', 'link-name', 'aria-valid-attr', "
            "'aria-input-field-name']})"
        )
        told = [(one["id"], node["html"][:200], node["failureSummary"]) for one in
                found["violations"] for node in one["nodes"]]  # fmt: skip
        assert told == []
        assert {one["id"] for one in found["passes"]} >= {"color-contrast", "button-name"}
    finally:
        panels.page.set_viewport_size(WINDOW)
        panels.theme("light")


# What moves or bounds a control, with its colour; the ground comes first.
COLOURS = """panel => {
  const paint = (selector, property) => [...panel.querySelectorAll(selector)]
    .filter((one) => one.checkVisibility() && !one.closest('[disabled]'))
    .map((one) => [selector, getComputedStyle(one)[property]]);
  return [['ground', getComputedStyle(panel).backgroundColor],
    ...paint('.noUi-handle', 'backgroundColor'), ...paint('.noUi-target', 'backgroundColor'),
    ...paint('button', 'borderTopColor'), ...paint('select', 'borderTopColor'),
    ...paint('.nst-plot polyline', 'stroke'), ...paint('.nst-legend line', 'stroke'),
    ...paint('.nst-upright', 'stroke'),
    // What is off now is still read: in its own colour, not faded.
    ...[...panel.querySelectorAll('button:disabled')].map((one) => getComputedStyle(one))
      .map((look) => ['off', look.opacity === '1' ? look.color : look.backgroundColor])];
}"""


def luminance(colour):
    """WCAG's relative luminance of "rgb(…)"."""
    shares = [float(n) / 255 for n in re.findall(r"[\d.]+", colour)[:3]]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    lights = sorted((luminance(one), luminance(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def test_the_measure_of_contrast_is_wcags():
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)
    assert contrast("rgb(119, 119, 119)", "rgb(255, 255, 255)") == pytest.approx(4.48, abs=0.01)


# Explorers --------------------------------------------------------------------------------------

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


def test_every_explorer_answers_its_keys(panels):
    moved = {
        "Activation": ["Channel k", "Layer"],
        "Pair": ["Channel k'", "Row i", "Together"],
        "Style matrix": ["Layer"],
        "Layer": ["Layer"],
        "Slice": ["Slice"],
        "Statistic": ["Layers"],
        "Mixture": ["w"],
    }
    for name, labels in moved.items():
        panel = panels.panel(f"{name} explorer")
        panel.evaluate(WATCH)
        seconds = []
        for label in labels:
            handle = slider(panel, label)
            handle.focus()
            for key in ["ArrowRight"] * 2 + ["ArrowLeft"] * 4:
                before = panels.page.evaluate("seen.pictures")
                value = handle.get_attribute("aria-valuenow")
                panels.page.keyboard.press(key)
                if handle.get_attribute("aria-valuenow") == value:
                    continue  # at the end of the slider
                until(lambda before=before: panels.page.evaluate("seen.pictures") > before, 20)
                time.sleep(0.3)
                seconds.append(panels.page.evaluate("seen.after.at(-1)"))
        print(f"{name} explorer: median {np.median(seconds):.3f} s, maximum {max(seconds):.3f} s")
        assert len(seconds) >= 3
        assert panel.locator(".nst-trouble").count() == 0


def test_the_last_of_many_moves_wins(panels):
    panel = panels.panel("Pair explorer")
    panel.evaluate(WATCH)
    handle = slider(panel, "Row i")
    handle.focus()
    panels.page.keyboard.press("Home")
    until(lambda: "At i = 0," in panel.locator(".nst-status").inner_text())
    time.sleep(1)
    before = panels.page.evaluate("seen.pictures")
    for _ in range(50):
        panels.page.keyboard.press("ArrowRight")
    until(lambda: "At i = 50," in panel.locator(".nst-status").inner_text(), 20)
    time.sleep(1)
    assert "At i = 50," in panel.locator(".nst-status").inner_text()
    # Five pictures an update at most, of which the page may report each by itself.
    assert 0 < panels.page.evaluate("seen.pictures") - before <= 5 * 50


def test_a_click_chooses_the_position(panels):
    panel = panels.panel("Pair explorer")
    image = panel.locator(".nst-click img").nth(1)
    box = image.bounding_box()
    image.click(position={"x": 0.75 * box["width"], "y": 0.25 * box["height"]})
    until(lambda: re.search(r"At i = 1[56], j = 4[78] ", panel.inner_text()), 20)
    assert slider(panel, "Column j").get_attribute("aria-valuetext") in ("47", "48")


def test_a_button_leads_to_a_channel_and_paintings_have_no_share(panels):
    panel = panels.panel("Activation explorer")
    panel.get_by_role("button", name="faces").click()
    until(lambda: "conv5_1, channel 104 of 512" in panel.inner_text(), 20)
    panel = panels.panel("Pair explorer")
    together = panel.locator(".widget-hslider:has(label:text-is('Together')) .slider")
    panel.get_by_role("combobox", name="Picture").select_option("Poppies")
    until(lambda: together.get_attribute("disabled") is not None, 20)
    panel.get_by_role("combobox", name="Picture").select_option("stripes and patches")
    until(lambda: together.get_attribute("disabled") is None, 20)


CONTROLS = ("slider", "button", "combobox", "img", "textbox", "link", "progressbar")


@pytest.mark.parametrize("name", PANELS)
def test_controls_have_names_and_tab_reaches_them(panels, name):
    """Every control has a name and a tooltip, and Tab alone comes to it and shows where it is."""
    panel = panels.panel(name)
    until(lambda: slider(panel, "").get_attribute("aria-valuetext"))
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
          const all = [...panel.querySelectorAll('button, select, a[href], [role=slider]')]
            .filter(one => one.checkVisibility() && !one.disabled
                    && !one.closest('[disabled]'));
          all.forEach((one, n) => { one.dataset.stop = n; });
          all[0].focus();
          return all.length;
        }"""
    )
    reached, outlined = set(), set()
    for _ in range(3 * stops):
        stop, outline = panels.page.evaluate(
            """() => [document.activeElement?.dataset?.stop,
                      getComputedStyle(document.activeElement).outlineStyle]"""
        )
        if stop is None and len(reached) == stops:
            break
        if stop is not None:
            reached.add(int(stop))
            if outline != "none":
                outlined.add(int(stop))
        panels.page.keyboard.press("Tab")
    assert reached == set(range(stops))
    assert outlined >= set(range(1, stops))


# The studio -------------------------------------------------------------------------------------


def press(studio, name):
    studio.get_by_role("button", name=name, exact=True).click()


def choose(studio, menu, item):
    studio.get_by_role("combobox", name=menu).select_option(item)


def step(studio):
    found = re.search(r"step (\d+)", studio.locator(".nst-pace").inner_text())
    return int(found.group(1)) if found else 0


def says(studio, words):
    return words in studio.locator(".nst-status").inner_text()


def boxes_at_all_widths(studio):
    """{width: its boxes, three times}: while it runs, steps are taken in between."""
    found = {}
    for width in WIDTHS:
        set_width(studio, width)
        found[width] = []
        for _ in range(3):
            found[width].append(studio.evaluate(MEASURE)["boxes"])
            time.sleep(0.2)
    set_width(studio, None)
    return found


def assert_nothing_moved(before, after):
    """Each thing stands where it stood; a sentence may be shorter or longer in its room."""
    for width, (boxes, *_) in before.items():
        for now in after[width]:
            moved = [
                (width, one, other)
                for one, other in zip(boxes, now, strict=True)
                if max(abs(one[side] - other[side]) for side in ("left", "top", "bottom")) > 1
                and "nst-status" not in one["name"]
            ]
            assert moved == []


def test_a_lesson_in_the_studio(panels, tmp_path):
    """Start, watch, move, pause, download, go on, enlarge, film, undo, start over."""
    studio, page = panels.panel("Style studio"), panels.page
    choose(studio, "Size", "128 px")
    until(lambda: says(studio, "Press Start"))
    before = boxes_at_all_widths(studio)
    press(studio, "Start")
    until(lambda: step(studio) >= 3)
    assert_nothing_moved(before, boxes_at_all_widths(studio))  # two steps or more at each

    # The curves are at most a step behind.
    lags = []
    for _ in range(15):
        at, drawn = studio.evaluate(
            """one => [one.querySelector('.nst-pace').textContent,
                       one.querySelector('.nst-curves').getAttribute('aria-label')]"""
        )
        drawn = int(re.search(r"after step (\d+)", drawn)[1])
        lags.append(int(re.search(r"step (\d+)", at)[1]) - drawn)
        time.sleep(0.1)
    assert set(lags) <= {-1, 0, 1}, lags

    handle = slider(studio, "β")
    handle.focus()
    seen = pictures(studio)
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    at = step(studio)
    until(lambda: step(studio) >= at + 3)
    assert pictures(studio) != seen
    until(lambda: re.search(r"β = \d", studio.locator(".nst-plot").inner_text()))
    shot(studio, "studio_running")
    before = boxes_at_all_widths(studio)

    studio.get_by_role("button", name="Pause", exact=True).focus()
    page.keyboard.press("Enter")
    until(lambda: says(studio, "Paused after"), 20)
    held = step(studio)
    time.sleep(1)
    assert step(studio) == held
    assert_nothing_moved(before, boxes_at_all_widths(studio))
    shot(studio, "studio_paused")

    def saved(name):
        with page.expect_download() as download:
            studio.get_by_role("link", name=name).click()
        return Image.open(download.value.path())

    with saved("Download") as picture:
        assert max(picture.size) == 128
        settings = json.loads(picture.text["nst settings"])
    assert settings["steps"] == held
    assert settings["beta"] > 0.01
    assert "β = " in str(settings["changed after steps"])
    press(studio, "Film")
    studio.get_by_role("link", name="Save film").wait_for(timeout=MINUTES)
    with saved("Save film") as film:
        assert film.n_frames > 5

    choose(studio, "Run", "30 steps")
    choose(studio, "Size", "192 px")
    press(studio, "Go on")
    until(lambda: step(studio) > held)
    until(lambda: "192 px" in studio.locator(".nst-plot").inner_text())
    until(lambda: says(studio, "Move a slider, and it goes on"), 120)
    ended = step(studio)
    press(studio, "Undo")  # a weight that moves wakes the run
    until(lambda: step(studio) > ended)
    press(studio, "Start over")
    until(lambda: step(studio) < ended)
    kept = studio.locator(".nst-keep")
    assert kept.count() == 1
    assert f"step {ended}" in kept.inner_text() or "step" in kept.inner_text()
    if studio.get_by_role("button", name="Pause", exact=True).count():
        press(studio, "Pause")
    until(lambda: studio.get_by_role("button", name="Go on", exact=True).count())

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press(studio, "Copy")
    line = page.evaluate("navigator.clipboard.readText()")
    assert line == studio.locator("code").inner_text()
    assert line.startswith('StyleTransfer(load_picture("summer_palace", 192), ')


def upload(page, studio, path, letter="C"):
    with page.page.expect_file_chooser() as chooser:
        studio.get_by_role("button", name=f"Your own {letter}").click()
    chooser.value.set_files(path)


def shown_aspect(studio):
    """Width over height of the content picture."""
    image = studio.locator(".nst-C img")
    return image.evaluate("one => one.naturalWidth / one.naturalHeight")


def pictures_from_a_phone(folder):
    """Turned by EXIF, with an alpha channel, and larger than a message of Jupyter's may be."""
    rng = np.random.default_rng(0)
    turned = Image.Exif()
    turned[0x0112] = 6
    wide = Image.fromarray(rng.integers(0, 256, (200, 400, 3), np.uint8))
    wide.save(folder / "turned.jpg", exif=turned)
    Image.fromarray(rng.integers(0, 256, (120, 360, 4), np.uint8)).save(folder / "alpha ü.png")
    Image.fromarray(rng.integers(0, 256, (2000, 2500, 3), np.uint8)).save(folder / "large.png")
    assert (folder / "large.png").stat().st_size > 12e6
    return {"turned.jpg": 0.5, "alpha ü.png": 3, "large.png": 1.25}


def test_two_studios_uploads_an_interrupt_a_restart_and_the_end_of_a_cell(notebook, tmp_path):
    page = notebook("studios")
    first, second = page.page.locator(".nst-panel").first, page.page.locator(".nst-panel").nth(1)
    second.wait_for(timeout=6 * MINUTES)
    time.sleep(2)
    button = first.locator(".nst-upload").first
    until(lambda: button.inner_text().strip() == "Your own C")
    for count, (name, aspect) in enumerate(pictures_from_a_phone(tmp_path).items(), 1):
        upload(page, first, tmp_path / name)
        until(lambda aspect=aspect: abs(shown_aspect(first) / aspect - 1) < 0.03)
        assert first.locator(".nst-trouble").count() == 0
        until(lambda name=name: says(first, f"“{name}”"))
        until(lambda count=count: button.inner_text().strip() == f"Your own C ({count})")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    upload(page, first, tmp_path / "broken.png")
    until(lambda: says(first, "“broken.png”") and says(first, "not a picture"))
    assert abs(shown_aspect(first) / 1.25 - 1) < 0.03

    def begin(*studios):
        for studio in studios:
            choose(studio, "Size", "128 px")
            until(lambda studio=studio: says(studio, "Press Start"))
        time.sleep(0.5)
        for studio in studios:
            press(studio, "Start")
        until(lambda: all(step(studio) >= 3 for studio in studios))

    def run_cell(index):
        page.page.locator(".jp-CodeCell").nth(index).locator(".jp-InputPrompt").click()
        page.page.keyboard.press("Control+Enter")

    def counted(number):
        run_cell(3)
        output = page.page.locator(".jp-CodeCell").nth(3).locator(".jp-OutputArea-output")
        until(lambda: output.count() and f"running: {number}" in output.first.inner_text())

    begin(first, second)
    counted(2)  # and another cell is executed while both run
    held = step(first), step(second)
    until(lambda: step(first) > held[0] and step(second) > held[1])
    page.menu("Kernel", "Interrupt Kernel")
    until(lambda: all(says(studio, "Paused after") for studio in (first, second)), 20)
    counted(0)

    press(first, "Go on")
    until(lambda: says(first, "Running"))
    counted(1)
    run_cell(1)  # its own cell again: the old run ends, a new studio stands there
    until(lambda: says(first, "A first impression"))
    counted(0)

    begin(first)
    page.menu("Kernel", "Restart Kernel and Run All Cells…")
    page.page.click(".jp-Dialog .jp-mod-accept")
    until(lambda: page.page.locator(".nst-panel:has-text('A first impression')").count() == 2)
    counted(0)

    begin(second)
    counted(1)
    page.page.locator(".jp-CodeCell").nth(2).locator(".jp-InputPrompt").click()
    page.page.keyboard.press("Escape")
    page.page.keyboard.type("dd")
    until(lambda: page.page.locator(".nst-panel").count() == 1)
    time.sleep(2)
    run_cell(2)
    output = page.page.locator(".jp-CodeCell").nth(2).locator(".jp-OutputArea-output")
    until(lambda: "running: 0" in output.first.inner_text(), 20)
    page.close()


# Without JupyterLab, and without a kernel -------------------------------------------------------

STILL = ".jp-RenderedImage img"


def assert_still(page):
    """The still picture stands where the panel was, once, and no error does."""
    still = page.locator(STILL).first
    still.wait_for(timeout=MINUTES)
    assert still.evaluate("one => one.naturalWidth") > 500
    assert still.is_visible()
    assert page.locator(".jp-OutputArea img:visible").count() == 1
    assert page.locator("details.nst-words:visible").count() == 1
    time.sleep(5)  # the widgets' manager gives a model two seconds to appear
    assert page.locator(".nst-panel").count() == 0
    broken = page.get_by_text("Error displaying widget")
    assert not any(one.is_visible() for one in broken.all())
    assert "model not found" not in page.locator("body").inner_text()


def test_a_saved_notebook_opened_later_shows_the_still(chromium, lab, folder):
    page = Page(chromium, f"{lab}/lab/tree/saved.ipynb?token={TOKEN}&reset")
    page.run_all()
    page.panel("Layer explorer")
    assert page.page.locator(STILL).count() == 1
    assert not page.page.locator(STILL).first.is_visible()  # the living panel stands for it
    page.page.keyboard.press("Control+s")
    path = folder / "notebooks" / "saved.ipynb"
    until(lambda: nbformat.read(path, 4).cells[1].outputs)
    page.close()
    end_kernels(lab)

    later = chromium.new_page(viewport={"width": 1024, "height": 768})
    later.goto(f"{lab}/lab/tree/saved.ipynb?token={TOKEN}&reset")
    assert_still(later)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    later.screenshot(path=SCREENSHOTS / "saved_and_reopened.png")
    later.close()
    end_kernels(lab)

    saved = nbformat.read(path, 4)
    exported = folder / "exported.html"
    exported.write_text(HTMLExporter().from_notebook_node(saved)[0], "utf-8")
    export = chromium.new_page()
    export.goto(exported.as_uri())
    assert_still(export)
    export.close()


def test_notebook_7_shows_the_panel_and_later_the_still(chromium, folder):
    pytest.importorskip("notebook")
    made = folder / "notebooks" / "classic.ipynb"
    cells = [new_code_cell("\n".join(cell)) for cell in NOTEBOOKS["saved"]]
    kernel = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), made)
    process, address = jupyter(folder, "notebook")
    try:
        page = Page(chromium, f"{address}/notebooks/classic.ipynb?token={TOKEN}")
        page.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=MINUTES)
        page.page.wait_for_selector(".jp-NotebookKernelStatus:not(:has-text('Busy'))",
                                    state="attached", timeout=MINUTES)  # fmt: skip
        time.sleep(3)
        page.menu("Run", "Run All Cells")
        panel = page.panel("Layer explorer")
        handle = slider(panel, "Layer")
        until(lambda: handle.get_attribute("aria-valuetext"))
        time.sleep(1)
        before = pictures(panel)
        handle.focus()
        page.page.keyboard.press("ArrowRight")
        until(lambda: pictures(panel) != before, 20)
        assert not page.page.locator(STILL).first.is_visible()
        shot(panel, "layer_explorer_notebook_7")
        page.page.keyboard.press("Control+s")
        until(lambda: nbformat.read(made, 4).cells[1].outputs)
        time.sleep(1)
        # Notebook 7 complains of JupyterLab's settings, whatever the notebook holds.
        page.errors = [error for error in page.errors if "'schema'" not in error]
        page.close()
        end_kernels(address)
        later = chromium.new_page(viewport={"width": 1024, "height": 768})
        later.goto(f"{address}/notebooks/classic.ipynb?token={TOKEN}")
        assert_still(later)
        later.close()
    finally:
        end_kernels(address)
        process.terminate()
        process.wait(30)


def test_the_studio_opens_alone_without_code_and_says_when_nothing_came(chromium, tmp_path):
    """On a server with Jupyter's own limit of 10 MB a message, too."""
    shutil.copy(TOP / "docs" / "studio.ipynb", tmp_path)
    port = free_port()
    command = ["voila", "--no-browser", f"--port={port}", str(tmp_path / "studio.ipynb")]
    process = served(command, port, tmp_path / "log", JUPYTER_RUNTIME_DIR=str(tmp_path / "run"))
    try:
        page = Page(chromium, f"http://127.0.0.1:{port}/?theme=dark")
        studio = page.panel("Style studio")
        choose(studio, "Size", "128 px")
        until(lambda: says(studio, "Press Start"))
        time.sleep(0.5)
        press(studio, "Start")
        until(lambda: step(studio) >= 5)
        assert page.page.locator(".jp-InputArea").count() == 0
        shot(studio, "studio_page")
        press(studio, "Pause")
        until(lambda: says(studio, "Paused after"), 20)
        pictures_from_a_phone(tmp_path)
        upload(page, studio, tmp_path / "large.png")
        until(lambda: "Nothing has come of “large.png”" in studio.inner_text(), 60)
        assert "10 MB" in studio.inner_text()
        page.page.close()
    finally:
        process.terminate()
        process.wait(30)
