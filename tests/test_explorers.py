"""The explorers: the plain functions, and that controls change what is seen."""

import asyncio
import threading

import numpy as np
import pytest

from nst_helpers import STYLE_LAYERS, load_picture, receptive_field
from nst_helpers.panels.drawing import (
    View,
    coloured,
    enlarge,
    lit,
    marked,
    matrix_picture,
    still_figure,
    tiled,
)
from nst_helpers.panels.event_loop import LastValueWins
from nst_helpers.panels.explorers import (
    activation_explorer,
    layer_explorer,
    pair_explorer,
    style_matrix_explorer,
)
from nst_helpers.panels.look import Panel, explorer, slider
from nst_helpers.panels.views import activation_view, layer_view, pair_view, style_matrix_view
from nst_helpers.panels.wording import number, short_name, trouble
from nst_helpers.style_matrix import gram_matrix, strongest_pairs


@pytest.fixture(scope="module")
def pictures():
    return {name: load_picture(name, 48) for name in ("flower", "great_wave")}


@pytest.fixture(scope="module")
def activations():
    rng = np.random.default_rng(0)
    shapes = {"flower": (1, 8, 12, 6), "great_wave": (1, 6, 9, 6)}
    blocks = {name: rng.random(shape, dtype=np.float32) for name, shape in shapes.items()}
    return {"block2_conv1": blocks}


@pytest.fixture
def syntheses():
    noise = np.random.default_rng(0).random((1, 40, 50, 3), dtype=np.float32)
    return {layer: (noise * n / 5, {"J": [4.0, 2.0, n]}) for n, layer in enumerate(STYLE_LAYERS, 1)}


def all_pictures(view):
    return [picture for row in view.rows for _, picture in row]


def assert_shown(view):
    assert view.sentence
    for picture in all_pictures(view):
        assert picture.ndim == 4
        assert picture.shape[3] == 3
        assert 0 <= picture.min() <= picture.max() <= 1
    assert still_figure(view.rows).get_figwidth() == 9


# Plain functions


def test_activation_view_names_the_most_exciting_picture(vgg, pictures, activations):
    fields = {"block2_conv1": receptive_field(vgg, "block2_conv1")}
    blocks = activations["block2_conv1"]
    blocks = {name: block.copy() for name, block in blocks.items()}
    blocks["great_wave"][0, 2, 3, 4] = 7
    view = activation_view(
        pictures, {"block2_conv1": blocks}, fields, "flower", "block2_conv1", channel=4
    )
    assert_shown(view)
    assert "Great Wave" in view.sentence
    assert "(7)" in view.sentence
    assert "conv2_1, channel 4 of 6" in view.sentence


def test_pair_view_sums_to_the_style_matrix_entry(activations):
    block = activations["block2_conv1"]["flower"]
    G = gram_matrix(block).numpy()
    view = pair_view(load_picture("flower", 48), block, 1, 4, 1.0, 1.0)
    assert_shown(view)
    assert view.sentence.count(number(G[1, 4])) == 2  # at the last position the sum is whole
    assert "i = 7, j = 11" in view.sentence


def test_style_matrix_view_of_a_picture_with_itself_has_no_difference(pictures, activations):
    view = style_matrix_view(
        pictures, activations, "block2_conv1", "flower", "flower", "difference"
    )
    assert_shown(view)
    assert "0% of A" in view.sentence
    assert [len(row) for row in view.rows] == [3, 6]


def test_strongest_pairs_leave_out_the_diagonal():
    G = np.diag([9.0, 9.0, 9.0])
    G[0, 2] = G[2, 0] = -3
    G[1, 2] = G[2, 1] = 2
    assert strongest_pairs(G, 2) == [(0, 2, -3.0), (1, 2, 2.0)]
    assert len(strongest_pairs(G, 10)) == 3


def test_layer_view_tells_how_far_the_cost_fell(syntheses):
    view = layer_view(load_picture("great_wave", 48), syntheses, "block2_conv1")
    assert_shown(view)
    assert "from 4 to 2, a factor of 2" in view.sentence


def test_lit_shows_the_picture_in_full_light_and_grey_without():
    picture = np.broadcast_to(np.float32([0.9, 0.2, 0.1]), (1, 20, 20, 3))
    bright = lit(picture, np.ones((4, 4)))
    dark = lit(picture, np.zeros((4, 4)))
    np.testing.assert_allclose(bright, picture, atol=1e-5)
    assert np.ptp(dark, axis=-1).max() < 1e-6
    assert dark.max() < 0.15


def test_marked_frames_the_cell():
    white = np.ones((1, 32, 64, 3), np.float32)
    framed = marked(white, 1, 3, 4, 8)
    dark = np.argwhere(framed[0, :, :, 0] < 0.1)
    factor = framed.shape[1] / 32
    np.testing.assert_allclose(dark.mean(axis=0) / factor, [12, 28], atol=0.5)


def test_tiles_fill_a_grid():
    patches = [np.full((1, side, side, 3), 0.5, np.float32) for side in (3, 10, 132)]
    sheet = tiled(patches, 2)
    assert sheet.shape == (1, 198, 198, 3)
    assert sheet[0, -1, -1, 0] == 1  # the fourth place is empty


def test_colours_go_from_zero_to_the_largest():
    values = np.array([[0.0, 2.0]])
    assert coloured(values, "gray")[0, 0].tolist() == [[0, 0, 0], [1, 1, 1]]
    signed = matrix_picture(np.array([[0.0, 4.0], [-4.0, 0.0]]), 4.0, signed=True)
    red, blue = signed[0, 10, -10], signed[0, -10, 10]
    assert red[0] > red[2]
    assert blue[2] > blue[0]
    assert not np.isnan(matrix_picture(np.zeros((3, 3)), 0.0)).any()


def test_numbers_and_names_are_readable():
    assert number(131_872.4) == "132,000"
    assert number(0.0123456) == "0.0123"
    assert number(-3) == "-3"
    assert short_name("block4_conv2") == "conv4_2"
    assert enlarge(np.zeros((1, 100, 50, 3)), 320).shape == (1, 400, 200, 3)


# Controls


def slider_of(panel, label):
    return next(one for one in panel.children[1].children if one.description.startswith(label))


def said(panel):
    return panel.children[-1].value


def sent(panel):
    return [tile.children[0].value for row in panel.children[2].children for tile in row.children]


@pytest.fixture(scope="module")
def panels(real_vgg):
    noise = np.random.default_rng(0).random((1, 40, 50, 3), dtype=np.float32)
    runs = {layer: (noise * n / 5, {"J": [4.0, n]}) for n, layer in enumerate(STYLE_LAYERS, 1)}
    return {
        "activation": activation_explorer(real_vgg),
        "pair": pair_explorer(real_vgg, channels=(3, 17)),
        "style matrix": style_matrix_explorer(real_vgg),
        "layer": layer_explorer(load_picture("great_wave", 48), runs),
    }


@pytest.mark.parametrize(
    ("name", "label", "value"),
    [
        ("activation", "Channel", 60),
        ("activation", "Layer", "block5_conv1"),
        ("activation", "Picture", "brick"),
        ("pair", "Together", 1.0),
        ("pair", "Channel k'", 30),
        ("pair", "Height", 0.9),
        ("pair", "Picture", "grass"),
        ("style matrix", "Layer", "block5_conv1"),
        ("style matrix", "Picture B", "flower"),
        ("style matrix", "Pairs", "A"),
        ("layer", "Layer", "block5_conv1"),
    ],
)
def test_every_control_changes_what_is_seen(panels, name, label, value):
    panel = panels[name]
    before, sentence = sent(panel), said(panel)
    slider_of(panel, label).value = value
    assert sent(panel) != before
    assert said(panel) != sentence
    assert "nst-trouble" not in said(panel)


def test_every_control_has_a_label_and_a_tooltip(panels):
    for panel in panels.values():
        for control in panel.children[1].children:
            assert control.description
            assert control.tooltip


def test_a_panel_is_a_picture_with_a_sentence_where_no_front_end_is(panels):
    for panel in panels.values():
        data, metadata = panel._repr_mimebundle_()
        kind = next(kind for kind in data if kind.startswith("image/"))
        assert len(data[kind]) > 5000
        assert len(metadata[kind]["alt"]) > 30
        assert data["text/plain"].endswith("run this cell in JupyterLab to use its controls.")
        assert len(data["text/plain"]) < 110


def test_an_error_becomes_a_sentence_and_the_picture_stays():
    def view(share):
        return View([[("grey", np.full((1, 9, 9, 3), 1 / (1 - share)))]], "It is grey.")

    panel = explorer("Test", {"share": slider("Share", "A number", (-1.0, 1.0), -1.0)}, view)
    before = sent(panel)
    slider_of(panel, "Share").value = 1.0
    assert "nst-trouble" in said(panel)
    assert "ZeroDivisionError" in said(panel)
    assert sent(panel) == before


def test_trouble_reads_as_a_sentence():
    assert trouble(ValueError("the size is wrong.")) == "The size is wrong."
    assert "memory is full" in trouble(MemoryError())
    assert "ZeroDivisionError" in trouble(ZeroDivisionError("division by zero"))


def test_the_last_value_wins_over_many():
    seen, now = [], {"value": 0}

    async def drag():
        changed = LastValueWins(lambda: seen.append(now["value"]))
        for value in range(50):
            now["value"] = value
            changed()
        await asyncio.sleep(0.1)
        now["value"] = 99
        other = threading.Thread(target=changed)  # as JupyterLab may
        other.start()
        other.join()
        await asyncio.sleep(0.1)

    asyncio.run(drag())
    assert seen == [49, 99]


def test_without_a_loop_a_change_is_answered_at_once():
    seen = []
    LastValueWins(lambda: seen.append(1))()
    assert seen == [1]


def test_a_title_cannot_inject_html():
    panel = Panel([], "<script>", lambda: None)
    assert "&lt;script&gt;" in panel.children[0].value
