"""Pictures' words where screen readers look for them: in JupyterLab and in exported pages."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from base64 import b64encode
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output

from nst_helpers import load_picture
from nst_helpers.figures import bundle, plot_curves, plot_images, words
from nst_helpers.figures.look import PIXELS, TEXT

TOP = Path(__file__).resolve().parents[2]
SHARE = TOP / "share" / "jupyter"
SCREENSHOTS = Path(os.environ.get("NST_SCREENSHOTS", Path(__file__).parent / "screenshots"))
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ODD = 'A "quoted" <b>sentence</b> & Hokusai\'s wave, 北斎.'
SEEN = """pictures => pictures.map(one => ({
  alt: one.alt, width: one.getBoundingClientRect().width, pixels: one.naturalWidth,
}))"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="There is no Chromium: install it to test in one."),
]
playwright = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it.")


def shown(figure, said):
    """The outputs of a cell that shows a figure, as a saved notebook holds them."""
    data, metadata = bundle(figure, said)
    kind = next(iter(metadata))
    data[kind] = b64encode(data[kind]).decode()
    folded = {"text/html": words.folded(said)}
    return [
        new_output("display_data", data=data, metadata=metadata),
        new_output("display_data", data=folded),
    ]


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """A saved notebook, never trusted, with a photograph, a chart and a picture without words."""
    steps = np.arange(1, 30)
    figures = {
        ODD: plot_images([load_picture("great_wave", 128)], ["the Great Wave"]),
        "A falling curve.": plot_curves({"J": (steps, 1 / steps)}),
        "": plot_curves({"J": (steps, steps)}),
    }
    outputs = [shown(figure, said) for said, figure in figures.items()]
    outputs[2] = outputs[2][:1]
    outputs[2][0].metadata = {}
    cells = [
        new_code_cell("show(figure)", outputs=one, execution_count=n)
        for n, one in enumerate(outputs, 1)
    ]
    kernel = {"name": "python3", "display_name": "Python 3"}
    path = tmp_path_factory.mktemp("words") / "saved.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def lab(notebook):
    """The address of a JupyterLab with the extension, as an installation brings it."""
    folder = notebook.parent
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    quiet = folder / "settings" / "@jupyterlab" / "apputils-extension"
    quiet.mkdir(parents=True)
    (quiet / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"]
    command += [f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=words"]
    command += [f"--ServerApp.root_dir={folder}"]
    places = {
        f"JUPYTER{name}_DIR": str(folder / name.strip("_").lower())
        for name in ("_CONFIG", "_RUNTIME", "LAB_SETTINGS", "LAB_WORKSPACES")
    } | {"JUPYTER_PATH": str(SHARE), "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings")}
    log = (folder / "log").open("w")
    process = subprocess.Popen(
        command, env=os.environ | places, stdout=log, stderr=subprocess.STDOUT
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{address}/api", timeout=2).close()
            break
        except OSError:
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.25)
    yield address
    process.terminate()
    process.wait(30)


def open_page(browser, address, width=1024):
    page = browser.new_page(viewport={"width": width, "height": 768})
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.goto(address)
    page.wait_for_selector("img >> nth=2", timeout=90_000)
    return page


def assert_words(page, selector):
    pictures = page.locator(selector).evaluate_all(SEEN)
    assert [picture["alt"] for picture in pictures[:2]] == [ODD, "A falling curve."]
    assert len(pictures) == 3
    for picture in pictures[:2]:  # twice the pixels, for fine screens
        assert picture["pixels"] >= 1.9 * picture["width"] > 500
    return pictures


def assert_folded_words_open(page):
    folded = page.locator("details")
    assert folded.count() == 2
    assert folded.evaluate_all("all => all.map(one => one.open)") == [False, False]
    folded.nth(0).locator("summary").focus()
    page.keyboard.press("Enter")
    assert folded.evaluate_all("all => all.map(one => one.open)") == [True, False]
    assert folded.nth(0).inner_text().endswith(ODD)


def test_a_saved_notebook_in_jupyterlab_has_the_words(chromium, lab, notebook):
    page = open_page(chromium, f"{lab}/lab/tree/{notebook.name}?token=words&reset")
    page.wait_for_function("document.querySelector('.jp-RenderedImage img').alt !== ''")
    assert page.locator(".jp-mod-trusted .jp-RenderedImage").count() == 0
    pictures = assert_words(page, ".jp-RenderedImage img")
    assert pictures[2]["alt"] == ""
    assert page.get_by_role("img", name="A falling curve.").count() == 1
    assert_folded_words_open(page)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "words_lab.png")
    page.keyboard.press("Escape")
    page.close()
    assert page.errors == []


@pytest.mark.parametrize("width", [1024, 390])
@pytest.mark.parametrize("template", ["words", "classic"])
def test_an_exported_page_has_the_words(chromium, notebook, template, width):
    exporter = HTMLExporter(
        template_name=template,
        extra_template_basedirs=[str(SHARE / "nbconvert" / "templates")],
        # The formulas' script would come from the network.
        mathjax_url="",
        require_js_url="",
    )
    target = notebook.with_name(f"{template}.html")
    target.write_text(exporter.from_filename(str(notebook))[0], "utf-8")
    page = open_page(chromium, target.as_uri(), width)
    pictures = page.locator("img").evaluate_all(SEEN)
    assert [picture["alt"] for picture in pictures[:2]] == [ODD, "A falling curve."]
    if template == "words":  # letters can be read on a phone: a figure is reached by a swipe
        for picture in pictures[:2]:
            inch = picture["width"] / picture["pixels"] * 2 * PIXELS
            assert TEXT["font.size"] / 72 * inch >= 11
    else:
        assert max(picture["width"] for picture in pictures) <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert_folded_words_open(page)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"words_{template}_{width}.png")
    page.close()
    assert page.errors == []


def test_the_extension_s_own_description_is_whole():
    folder = SHARE / "labextensions" / "nst-words"
    package = json.loads((folder / "package.json").read_text("utf-8"))
    build = package["jupyterlab"]["_build"]
    assert (folder / build["load"]).is_file()
    assert f'"{package["name"]}"' in (folder / build["load"]).read_text("utf-8")
