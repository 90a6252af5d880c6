"""The explorers: the plain functions, and that controls change what is seen."""

import asyncio
import html
import itertools
import threading

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Text

from nst_helpers import STYLE_LAYERS, load_picture, receptive_field
from nst_helpers.figures.look import HIGHEST
from nst_helpers.panels import look, views
from nst_helpers.panels.curves import plot_terms
from nst_helpers.panels.drawing import (
    View,
    coloured,
    enlarge,
    figure_picture,
    lit,
    marked,
    matrix_picture,
    patch,
    still_figure,
)
from nst_helpers.panels.event_loop import LastValueWins
from nst_helpers.panels.explorers import (
    activation_explorer,
    layer_explorer,
    mixture_explorer,
    pair_explorer,
    slice_explorer,
    statistic_explorer,
    style_matrix_explorer,
)
from nst_helpers.panels.look import Panel, explorer, slider
from nst_helpers.panels.views import (
    activation_view,
    layer_view,
    mixture_view,
    pair_view,
    slice_view,
    statistic_view,
    style_matrix_view,
)
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
    assert still_figure(view.rows).get_figwidth() == 10


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
    assert "in “flower”: at most" in view.sentence
    assert "7 in “great wave”" in view.sentence
    assert [len(row) for row in view.rows] == [2, 2]
    assert view.rows[1][0][0] == "great wave: 7"
    assert "conv2_1, channel 4 of 6" in view.sentence


def test_hatching_is_named_where_there_is_some(vgg, pictures, activations):
    fields = {"block2_conv1": receptive_field(vgg, "block2_conv1")}

    def shown(place):
        blocks = {name: b.copy() for name, b in activations["block2_conv1"].items()}
        blocks["great_wave"][0, 5, 5, 4] = 7
        blocks["flower"][(0, *place, 4)] = 5
        view = activation_view(
            pictures, {"block2_conv1": blocks}, fields, "flower", "block2_conv1", 4
        )
        # Hatching is grey; the flower and the wave are not.
        grey = [np.ptp(picture[0, :8, :8], axis=-1).max() == 0 for _, picture in view.rows[1]]
        return any(grey), "Hatched: beyond the border." in view.sentence

    assert shown((6, 6)) == (False, False)
    assert shown((0, 0)) == (True, True)


def test_pair_view_sums_to_the_style_matrix_entry(activations):
    block = activations["block2_conv1"]["flower"]
    G = gram_matrix(block).numpy()
    view = pair_view(load_picture("flower", 48), block, 1, 4, 7, 99)
    assert_shown(view)
    assert view.sentence.count(number(G[1, 4])) == 2  # at the last position the sum is whole
    assert "i = 7, j = 11" in view.sentence


def test_style_matrix_view_of_a_picture_with_itself_has_no_difference(pictures, activations):
    view = style_matrix_view(
        pictures, activations, "block2_conv1", "flower", "flower", "difference"
    )
    assert_shown(view)
    assert "their matrices are equal" in view.sentence
    assert [len(row) for row in view.rows] == [3, 4]


def test_the_strongest_pairs_are_among_the_channels_shown(pictures, activations):
    blocks = {name: block.copy() for name, block in activations["block2_conv1"].items()}
    blocks["flower"][..., [2, 5]] = 30.0
    view = style_matrix_view(
        pictures, {"block2_conv1": blocks}, "block2_conv1", "flower", "great_wave", "difference", 2
    )
    assert "2 strongest of 6 channels" in view.sentence
    assert "in the difference A − B: 2, 5 (" in view.sentence
    assert view.sentence.startswith("A “flower”, B “great wave”, conv2_1: ")
    assert [caption for caption, _ in view.rows[1][:2]] == ["A: 2 and 5", "B: 2 and 5"]


def test_a_map_is_on_the_channels_own_scale_over_all_pictures(vgg, pictures, activations):
    fields = {"block2_conv1": receptive_field(vgg, "block2_conv1")}
    blocks = {name: block.copy() for name, block in activations["block2_conv1"].items()}
    blocks["great_wave"][0, 2, 3, 4] = 100
    view = activation_view(
        pictures, {"block2_conv1": blocks}, fields, "flower", "block2_conv1", channel=4
    )
    darkest = coloured(np.zeros((1, 1)))[0, 0, 0]
    assert np.abs(view.rows[0][1][1] - darkest).max() < 0.05
    assert "1% of the most in any" in view.sentence


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


def test_slice_view_cuts_across_each_axis():
    volume = np.random.default_rng(2).random((1, 5, 6, 7, 3))
    view = slice_view(volume, 4)
    found = all_pictures(view)
    for axis, picture in enumerate(found):
        np.testing.assert_allclose(picture[0], np.take(volume[0], 4, axis=axis), rtol=1e-6)
    assert_shown(view)
    with pytest.raises(ValueError, match="volume has shape"):
        slice_explorer(volume[0])


@pytest.fixture
def finished(syntheses):
    images = iter([image for image, _ in syntheses.values()])
    return {
        statistic: {layers: next(images) for layers in ("all five", "conv1_1")}
        for statistic in ("style matrix", "means")
    }


def test_statistic_view_compares_with_the_first_in_the_same_layers(finished):
    style = load_picture("great_wave", 48)
    view = statistic_view(style, finished, "means", "conv1_1")
    expected = [style, finished["means"]["conv1_1"], finished["style matrix"]["conv1_1"]]
    for found, picture in zip(all_pictures(view), expected, strict=True):
        np.testing.assert_array_equal(found, picture)
    assert "conv1_1" in view.sentence and "means" in view.sentence
    assert_shown(view)


def test_mixture_view_shows_the_transfer_between_its_two_styles(finished):
    styles = {"Hokusai": load_picture("great_wave", 48), "poppies": load_picture("poppies", 48)}
    mixtures = {0.25: finished["means"]["conv1_1"]}
    view = mixture_view(styles, mixtures, 0.25)
    # A larger w is more of the first: it stands at the right, whither the slider goes.
    expected = styles["poppies"], mixtures[0.25], styles["Hokusai"]
    for found, picture in zip(all_pictures(view), expected, strict=True):
        np.testing.assert_array_equal(found, picture)
    assert "25% are those of Hokusai, 75% of poppies" in view.sentence
    assert_shown(view)


def test_explorers_of_finished_pictures_refuse_what_is_not_finished(finished):
    style = load_picture("great_wave", 48)
    styles = {"one": style, "other": style}
    uneven = finished | {"squares": {"conv1_1": style}}
    for given in (uneven, {"means": {}}, {}):
        with pytest.raises(ValueError, match="the same layers"):
            statistic_explorer(style, given)
    for given in ([style], {"means": style}):
        with pytest.raises(TypeError, match="expected a dictionary"):
            statistic_explorer(style, given)
    with pytest.raises(ValueError, match=r"conv1_1 has shape"):
        statistic_explorer(style, {"means": {"conv1_1": style[0]}})
    with pytest.raises(ValueError, match="expected two styles"):
        mixture_explorer({"one": style}, {0.5: style})
    with pytest.raises(ValueError, match="expected two styles"):
        mixture_explorer(styles, {})
    with pytest.raises(ValueError, match="a share from 0 to 1"):
        mixture_explorer(styles, {2: style})
    with pytest.raises(TypeError, match="expected a dictionary"):
        mixture_explorer([style, style], {0.5: style})


def test_lit_shows_the_picture_in_full_light_and_grey_without():
    picture = np.broadcast_to(np.float32([0.9, 0.2, 0.1]), (1, 20, 20, 3))
    bright = lit(picture, np.ones((4, 4)))
    dark = lit(picture, np.zeros((4, 4)))
    np.testing.assert_allclose(bright, picture, atol=1e-5)
    assert np.ptp(dark, axis=-1).max() < 1e-6
    assert dark.max() < 0.15
    half = lit(picture, np.full((4, 4), 0.5), 1)
    np.testing.assert_allclose(half, (bright + dark) / 2, atol=1e-5)
    # Silent and white is darker than firing and blue: what is lit is seen.
    white, blue = np.ones((1, 8, 8, 3), np.float32), np.full((1, 8, 8, 3), (0.1, 0.2, 0.6))
    assert lit(white, np.zeros((4, 4)), 1).mean() < lit(blue, np.ones((4, 4)), 1).mean()


def test_marked_frames_the_cell():
    white = np.ones((1, 32, 64, 3), np.float32)
    framed = marked(white, 1, 3, 4, 8)
    dark = np.argwhere(framed[0, :, :, 0] < 0.1)
    factor = framed.shape[1] / 32
    np.testing.assert_allclose(dark.mean(axis=0) / factor, [12, 28], atol=0.5)


def test_a_patch_is_hatched_beyond_the_border_and_itself_inside():
    picture = np.full((1, 10, 10, 3), (0.9, 0.2, 0.1), np.float32)
    cut = patch(picture, (-2, 5, 3, 10))
    assert cut.shape == (1, 100, 100, 3)  # five pixels, each twenty wide
    np.testing.assert_array_equal(cut[0, 40:], np.broadcast_to(picture[0, 0, 0], (60, 100, 3)))
    outside = cut[0, :40]
    assert np.ptp(outside, axis=-1).max() == 0  # grey
    assert len(np.unique(outside)) == 2  # stripes


def test_colours_go_from_zero_to_the_largest():
    values = np.array([[0.0, 2.0]])
    assert coloured(values, "gray")[0, 0].tolist() == [[0, 0, 0], [1, 1, 1]]
    np.testing.assert_array_equal(
        coloured(values, "gray", 4.0)[0, 0, 1], coloured(np.array([[0.5, 1.0]]), "gray")[0, 0, 0]
    )
    signed = matrix_picture(np.array([[0.0, 4.0], [-4.0, 0.0]]), np.arange(2), 4.0, signed=True)
    red, blue = signed[0, 100, -100], signed[0, -100, 100]
    assert red[0] > red[2]
    assert blue[2] > blue[0]
    assert not np.isnan(matrix_picture(np.zeros((3, 3)), np.arange(3), 0.0)).any()


def test_a_matrix_is_drawn_in_the_order_that_is_asked_for():
    matrix = np.diag([0.0, 1.0, 0.0])
    drawn = matrix_picture(matrix, np.array([1, 0, 2]), 1.0, framed=[(0, 2)])[0]
    first, last = drawn[80, 90], drawn[-30, -30]
    assert first[0] > 0.9 > 0.2 > last[0]  # yellow, dark blue


def test_numbers_and_names_are_readable():
    assert number(131_872.4) == "132,000"
    assert number(0.0123456) == "0.0123"
    assert number(-3) == "-3"
    assert short_name("block4_conv2") == "conv4_2"
    assert enlarge(np.zeros((1, 100, 50, 3)), 320).shape == (1, 400, 200, 3)


# Controls


def slider_of(panel, label):
    return next(one for one in panel.controls.values() if one.description.startswith(label))


def said(panel):
    return panel.status.value


def sent(panel):
    return [tile.children[0].value for row in panel.tiles.children for tile in row.children]


@pytest.fixture(scope="module")
def panels(real_vgg):
    noise = np.random.default_rng(0).random((1, 40, 50, 3), dtype=np.float32)
    runs = {layer: (noise * n / 5, {"J": [4.0, n]}) for n, layer in enumerate(STYLE_LAYERS, 1)}
    return {
        "activation": activation_explorer(
            real_vgg, {"orange": ("block1_conv2", 45), "faces": ("block5_conv1", 104)}
        ),
        "pair": pair_explorer(real_vgg, channels=(3, 17)),
        "style matrix": style_matrix_explorer(real_vgg),
        "layer": layer_explorer(load_picture("great_wave", 48), runs),
        "slice": slice_explorer(np.random.default_rng(1).random((1, 9, 12, 10, 3))),
        "statistic": statistic_explorer(
            noise,
            {
                "G": {"all": noise, "late": noise / 2},
                "means": {"all": noise / 3, "late": noise / 4},
            },
        ),
        "mixture": mixture_explorer({"a": noise, "b": 1 - noise}, {0: noise / 2, 1: noise / 3}),
    }


@pytest.mark.parametrize(
    ("name", "label", "value"),
    [
        ("activation", "Channel", 60),
        ("activation", "Layer", "block5_conv1"),
        ("activation", "Picture", "brick"),
        ("pair", "Together", 1.0),
        ("pair", "Channel k'", 30),
        ("pair", "Row", 60),
        ("pair", "Picture", "grass"),
        ("style matrix", "Layer", "block5_conv1"),
        ("style matrix", "Picture B", "flower"),
        ("style matrix", "Pairs", "A"),
        ("style matrix", "Channels", 0),
        ("layer", "Layer", "block5_conv1"),
        ("slice", "Slice", 8),
        ("statistic", "Statistic", "G"),
        ("statistic", "Layers", "late"),
        ("mixture", "w", 0.0),
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
        for control in panel.controls.values():
            assert control.description
            assert control.tooltip


def test_a_button_jumps_to_a_channel_that_was_found(panels):
    panel = panels["activation"]
    buttons = panel.buttons
    assert [button.description for button in buttons] == ["orange", "faces"]
    buttons[1].click()
    assert "conv5_1, channel 104 of 512" in said(panel)
    buttons[0].click()
    assert "conv1_2, channel 45 of 64" in said(panel)


def test_a_channel_that_is_not_there_is_refused(real_vgg):
    with pytest.raises(ValueError, match="'odd' is channel 64 of 'block1_conv2'"):
        activation_explorer(real_vgg, {"odd": ("block1_conv2", 64)})
    with pytest.raises(ValueError, match="'odd' is channel 1 of 'conv'"):
        activation_explorer(real_vgg, {"odd": ("conv", 1)})


def test_a_click_chooses_the_position_and_paintings_have_no_share(panels):
    panel = panels["pair"]
    slider_of(panel, "Picture").value = "stripes and patches"
    assert not slider_of(panel, "Together").disabled
    panel.clicked.value = "0.0 0.999"
    assert "At i = 63, j = 0 " in said(panel)
    slider_of(panel, "Picture").value = "great_wave"
    assert slider_of(panel, "Together").disabled
    assert slider_of(panel, "Row").max < 63  # a landscape of 128 pixels has fewer rows
    panel.clicked.value = "1.0 0.0"
    assert "At i = 0, j = 63 " in said(panel)


def test_a_panel_is_a_picture_with_its_words_where_no_front_end_is(panels):
    for panel in panels.values():
        (data, metadata), (folded, _), (widget, _) = panel.outputs()
        kind = next(kind for kind in data if kind.startswith("image/"))
        assert len(data[kind]) > 5000
        assert len(metadata[kind]["alt"]) > 30
        assert data["text/plain"] == metadata[kind]["alt"]
        assert html.escape(metadata[kind]["alt"]) in folded["text/html"]
        assert widget[look.WIDGET]["model_id"] == panel.model_id
        assert widget["text/plain"] == repr(panel)
        assert repr(panel).endswith("run this cell in JupyterLab to use its controls.")


def test_a_still_is_legible_whole_and_one_slide_high(panels):
    for name, panel in panels.items():
        figure = still_figure(panel._still().rows)
        figure.draw_without_rendering()
        texts = [axis.title for axis in figure.axes]
        assert all(text.get_text() and text.get_fontsize() >= 16 for text in texts)
        assert figure.get_figheight() <= HIGHEST + 0.01, name
        whole = figure.bbox
        for text in texts:
            box = text.get_window_extent()
            assert whole.x0 <= box.x0 and box.x1 <= whole.x1 and box.y1 <= whole.y1, (name, text)
        boxes = [text.get_window_extent() for text in texts]
        assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2)), name


def test_no_letter_of_a_chart_is_cut_off(syntheses):
    block = np.random.default_rng(0).random((1, 64, 64, 2), dtype=np.float32) * 1500
    pair_view(np.full((1, 64, 64, 3), 0.5), block, 0, 1, 20, 20)
    charts = [chart.axis.figure for chart in views._charts()]
    for figure in (*charts, views._curves_of(syntheses, "block3_conv1")):
        box, whole = figure.get_tightbbox(), figure.bbox_inches
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= whole.x1 and box.y1 <= whole.y1
        # On a phone a chart is 362 pixels wide.
        texts = [text for text in figure.findobj(Text) if text.get_text()]
        assert min(text.get_fontsize() for text in texts) / 72 * 362 / whole.width >= 11


def test_a_still_shows_pictures_smooth_and_few_cells_sharp():
    def colours(side):
        board = np.indices((side, side)).sum(axis=0) // (side // 8) % 2
        board = np.repeat(np.float32(board)[None, ..., None], 3, axis=-1)
        drawn = still_figure([[("a board", board)]]).axes[0].images[0].get_array()
        assert max(drawn.shape) >= 600
        return len(np.unique(drawn))

    assert colours(64) == 2
    assert colours(160) > 2


def test_the_activation_explorer_begins_with_the_first_channel_found(real_vgg):
    found = {"orange": ("block1_conv2", 45), "faces": ("block5_conv1", 104)}
    assert "conv1_2, channel 45 of 64, in “astronaut”" in said(activation_explorer(real_vgg, found))
    assert "conv2_1, channel 5 of 128" in said(activation_explorer(real_vgg))


def test_a_still_does_not_heed_the_reader_s_settings(syntheses):
    def still():
        views._charts.cache_clear()
        pairs = pair_view(np.full((1, 4, 4, 3), 0.5), np.ones((1, 4, 4, 2)), 0, 1, 2, 2)
        layers = layer_view(np.full((1, 40, 50, 3), 0.5), syntheses, "block3_conv1")
        terms = figure_picture(plot_terms({"J": [3.0, 2.0]}, [(1, "β = 2")]))
        rows = [*pairs.rows, *layers.rows, [("The terms of J", terms)]]
        return figure_picture(still_figure(rows))

    usual = still()
    with plt.style.context(["dark_background", "ggplot", {"font.size": 30, "axes.grid": True}]):
        np.testing.assert_array_equal(still(), usual)
    views._charts.cache_clear()


def test_the_still_comes_first_and_the_widget_is_an_output_of_its_own(panels, monkeypatch):
    shown = []
    monkeypatch.setattr(look, "display", lambda data, **more: shown.append(data))
    panels["layer"]._ipython_display_()
    assert [look.WIDGET in data for data in shown] == [False, False, True]


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
