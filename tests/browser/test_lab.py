"""JupyterLab as `make lab` opens it: every link of every notebook opens its page."""

import json
import re

import nbformat
import pytest
from test_browser import MINUTES, TOKEN, chromium, free_port, playwright, served  # noqa: F401
from test_links import without_code

from tools.series import ROOT, paths

SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},  # all cells are on the page
}


playwright.expect.set_options(timeout=MINUTES)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab that was started as `make lab` starts it."""
    folder = tmp_path_factory.mktemp("lab")
    for name, values in SETTINGS.items():
        place = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(values))
    port = free_port()
    command = ["tools.lab", "--no-browser", f"--port={port}", "--ServerApp.port_retries=0"]
    process = served(
        [*command, f"--ServerApp.token={TOKEN}"],
        port,
        folder / "log",
        JUPYTER_CONFIG_DIR=str(folder / "config"),
        JUPYTER_RUNTIME_DIR=str(folder / "runtime"),
        JUPYTERLAB_SETTINGS_DIR=str(folder / "settings"),
        JUPYTERLAB_WORKSPACES_DIR=str(folder / "workspaces"),
    )
    # It opens in a browser by this page, which the server writes for a file to run.
    redirect = next((folder / "runtime").glob("jpserver-file-to-run-*-open.html"))
    yield f"http://127.0.0.1:{port}", redirect
    process.terminate()
    process.wait(30)


def links(path):
    """The pages that a notebook leads to, each once."""
    cells = [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown"]
    found = re.findall(r"(?<!\\)\]\(([^)\s]+)\)", without_code("\n\n".join(cells)))
    elsewhere = re.compile("https?:|mailto:|attachment:|#")
    return [*dict.fromkeys(link for link in found if not elsewhere.match(link))]


def test_the_first_notebook_is_what_opens(chromium, lab):  # noqa: F811
    _, redirect = lab
    page = chromium.new_page()
    page.goto(redirect.as_uri())
    page.wait_for_selector(".jp-NotebookPanel .jp-RenderedHTMLCommon h1", timeout=MINUTES)
    assert "00_start_here.ipynb" in page.url
    page.close()


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
def test_every_link_opens_its_page_rendered(chromium, lab, path):  # noqa: F811
    address, _ = lab
    page = chromium.new_page(viewport={"width": 1400, "height": 1000})
    page.goto(f"{address}/lab/tree/notebooks/{path.name}?token={TOKEN}&reset")
    tabs = page.locator("#jp-main-dock-panel .lm-TabBar-tab")
    cell = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-MarkdownOutput"
    page.wait_for_selector(f"{cell} h1", timeout=MINUTES)
    for link in links(path):
        target = (path.parent / link.partition("#")[0]).resolve()
        place = target.relative_to(ROOT).as_posix()
        anchor = page.locator(f"{cell} a[href*='{place}']").first
        anchor.wait_for(timeout=MINUTES)
        anchor.click()
        kind = ".jp-NotebookPanel" if target.suffix == ".ipynb" else ".jp-MarkdownViewer"
        current = page.locator("#jp-main-dock-panel .lm-TabBar-tab.lm-mod-current")
        playwright.expect(current).to_contain_text(target.name)
        playwright.expect(page.locator(f"{kind} h1:visible").first).to_be_visible()
        # Back to where the links are; a translation has the same name.
        tabs.filter(has_text=path.name).first.click()
    page.close()
