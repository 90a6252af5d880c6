"""Take the pictures of the explorers in `docs/`: `python -m tools.portraits`.

All panels stand on one page, which Voilà serves; there each is used for a moment in Chromium. After
a change of how a panel looks they are taken anew.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image
from playwright.sync_api import Locator

from tools.page import MINUTES, opened
from tools.series import DOCS

QUALITY = 82  # of the JPEGs: letters stay sharp
SHARP = 1.5  # pixels of the screen a pixel of the page
WIDE, HALF = 1200, 592  # pixels of a panel: as wide as the README, or one of two beside each other


class Portrait(NamedTuple):
    """A panel: the picture's name, what its title begins with, its width, and the code."""

    name: str
    title: str
    width: int
    code: str


SET_UP = """
import tensorflow as tf
from nst_helpers import STYLE_LAYERS, StyleTransfer, extractor, gram_matrix_per_position
from nst_helpers import load_picture, load_vgg
from nst_helpers.descent import minimise
from nst_helpers.panels import *
from nst_helpers.volume import enlarged, faint_noise, slices, slices_style_cost
vgg, S = load_vgg(), load_picture("starry_night", 112)
"""
# The channels are those that notebooks 01 and 02 find in the bundled VGG16.
PORTRAITS = (
    Portrait("activation_explorer", "Activation explorer", HALF, """
found = {"orange": ("block1_conv2", 45), "vertical": ("block3_conv1", 11),
         "faces": ("block5_conv1", 104)}
activation_explorer(vgg, found)
"""),
    Portrait("explorer", "Pair explorer", WIDE, """
pair_explorer(vgg, "block1_conv2", channels=(29, 49))
"""),
    Portrait("style_matrix_explorer", "Style matrix explorer", HALF, """
style_matrix_explorer(vgg)
"""),
    Portrait("layer_explorer", "Layer explorer", HALF, """
syntheses = {}
for layer in STYLE_LAYERS:
    only = StyleTransfer(None, S, vgg, lambdas={layer: 1.0}, beta=1.0, start="noise", levels=1)
    syntheses[layer] = only.run(45, progress=False)
layer_explorer(S, syntheses)
"""),
    Portrait("slice_explorer", "Slice explorer", HALF, """
see = extractor(vgg, STYLE_LAYERS[:3])
volume = faint_noise(S, 12)
for size in (12, 24, 36):
    a_S = see(load_picture("starry_night", 3 * size))
    mean = {n: tf.reduce_mean(gram_matrix_per_position(a) ** 2) for n, a in a_S.items()}
    lambdas = {n: 1 / float(square) for n, square in mean.items()}
    J = lambda x: tf.add_n([slices_style_cost(a_S, see(slices(x, n)), lambdas) for n in range(3)])
    volume, _ = minimise(J, enlarged(volume, size), 25, progress=False)
slice_explorer(volume)
"""),
)  # fmt: skip


def take(portrait: Portrait, panel: Locator) -> None:
    """Take the picture of one panel, after its use."""
    panel.evaluate("(one, width) => { one.style.width = `${width}px`; }", portrait.width)
    if portrait.name == "activation_explorer":
        panel.get_by_role("combobox", name="Picture").select_option("Chelsea the cat")
        panel.get_by_role("button", name="faces").click()
    time.sleep(3)
    panel.evaluate("() => document.activeElement.blur()")
    path = DOCS / f"{portrait.name}.jpg"
    picture = Image.open(io.BytesIO(panel.screenshot())).convert("RGB")
    width = WIDE if portrait.width == WIDE else round(SHARP * HALF)
    height = round(width * picture.height / picture.width)
    small = picture.resize((width, height), Image.Resampling.LANCZOS)
    small.save(path, "JPEG", quality=QUALITY, optimize=True)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


def page_of(portraits: tuple[Portrait, ...], folder: Path) -> Path:
    """Write a notebook with these panels."""
    cells = [new_code_cell(code) for code in (SET_UP, *(one.code for one in portraits))]
    kernel = {"name": "python3", "display_name": "Python 3"}
    path = folder / "panels.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


if __name__ == "__main__":
    wanted = tuple(one for one in PORTRAITS if one.name in (sys.argv[1:] or one.name))
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(page_of(wanted, Path(folder)), (1400, 1400), SHARP) as page,
    ):
        for portrait in wanted:
            panel = page.locator(f".nst-panel:has(.nst-title:text('{portrait.title}'))")
            panel.wait_for(timeout=3 * MINUTES)
            take(portrait, panel)
