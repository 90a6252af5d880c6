"""What notebook 00 says of the network, the pictures, the transfer and the hours, counted again."""

import re
from collections import Counter

import nbformat
import pytest

from nst_helpers import PICTURES, STYLE_LAYERS, StyleTransfer, load_picture, load_vgg
from tools.series import NOTEBOOKS, paths


def opening(path):
    """The first cell of a notebook: what it is for, and its minutes."""
    return nbformat.read(path, as_version=4).cells[0].source


def minutes(what, beyond=False):
    """The minutes stated for one thing in the lecture's notebooks, 00 to 05b, or in those after."""
    chosen = [path for path in paths() if (path.stem >= "06") == beyond]
    found = [re.findall(rf"(?:{what}): (\d+) minutes", opening(path)) for path in chosen]
    return sum(int(number) for numbers in found for number in numbers)


def test_the_pictures_are_those_that_are_counted():
    """Section 3: five photographs, five paintings and prints, three textures; the titles."""
    kinds = Counter(picture.kind for picture in PICTURES.values())
    assert kinds == {"content": 5, "style": 5, "texture": 3}
    painters, titles = zip(
        *(p.title.split(", ")[:2] for p in PICTURES.values() if p.kind == "style"), strict=True
    )
    assert sorted(Counter(painters).values()) == [1, 2, 2]
    assert "The Starry Night" in titles and not {*painters} & {*titles}


def test_the_bundled_network_has_all_the_layers_under_the_same_names():
    """Section 3."""
    for name in ("vgg16", "vgg19"):
        layers = [layer.name for layer in load_vgg(name, weights=None).layers]
        assert {*STYLE_LAYERS} <= {*layers}


def test_j_falls_to_a_small_part(real_vgg):
    """Section 1 prints 7 % after 40 steps; half the side and half the steps go as far."""
    C, S = load_picture("cat_chelsea", size=112), load_picture("great_wave", size=112)
    _, history = StyleTransfer(C, S, real_vgg, beta=0.0007).run(20)
    assert history["J"][-1] < 0.2 * history["J"][0]


def test_the_hours_of_the_map_are_the_sums_of_the_notebooks():
    """Section 4: under five hours; over two of reading, one and a half of exercises, and so on."""
    panels = minutes("Explorer|Studio")
    assert minutes("Reading") > 120
    assert minutes("Exercises") == pytest.approx(90, abs=10)
    assert panels < 30
    assert minutes("Reading") + minutes("Exercises") + panels < 300
    assert minutes("Reading|Exercises|Explorer", beyond=True) == pytest.approx(80, abs=8)


def test_only_04_and_05_take_their_sizes_from_the_device():
    """Section 3, and the pages: all other sizes are fixed."""
    asking = {
        path.name[:2]
        for path in NOTEBOOKS.glob("*.ipynb")
        if "device()." in path.read_text("utf-8")
    }
    assert asking == {"04", "05"}
