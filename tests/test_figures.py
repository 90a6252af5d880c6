"""Figures: returned and not shown, legible, and never without alternative text."""

import base64
import inspect
import io
import itertools
import json
import re
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from bs4 import BeautifulSoup
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from nst_helpers import figures, load_picture
from nst_helpers.figures import words
from nst_helpers.figures.look import PIXELS
from nst_helpers.figures.words import DESCRIPTIONS

RNG = np.random.default_rng(0)
PICTURE = RNG.random((1, 24, 32, 3))
MAP, MATRIX = RNG.random((6, 8)), RNG.normal(size=(5, 5))
LINE = np.arange(1, 9)
VOXELS = RNG.random((1, 6, 8, 10, 3))

SAMPLES = {
    "plot_images": lambda plot: plot(
        [PICTURE] * 3, ["one", "two", "three"], rings={1: (2, 3, 9, 9)}
    ),
    "plot_maps": lambda plot: plot([MAP] * 4 + [PICTURE], list("abcde"), label="activation"),
    "plot_grid": lambda plot: plot({"one": [PICTURE, MAP], "two": [PICTURE, MAP]}, ["a", "b"]),
    "plot_gradients": lambda plot: plot([PICTURE - 0.5] * 3, ["one", "two", "three"]),
    "plot_overlay": lambda plot: plot([PICTURE] * 2, [MAP - 0.5] * 2, ["one", "two"], "change"),
    "plot_block": lambda plot: plot(12, 16, 64, mark=(1, 2)),
    "plot_cube": lambda plot: plot(VOXELS),
    "plot_pairs": lambda plot: plot([(LINE, LINE)] * 2, ["one", "two"], mark=3),
    "plot_matrices": lambda plot: plot([MATRIX] * 2, ["one", "two"], label="G", diverging=True),
    "plot_curves": lambda plot: plot(
        {"Adam": (LINE, 1 / LINE), "L-BFGS": (LINE, 1 / LINE**2)}, marks={"β = 2": 4}
    ),
    "plot_bars": lambda plot: plot({"one": LINE[:3], "two": LINE[1:4]}, list("abc"), "J"),
    "plot_shares": lambda plot: plot({"one": [0.5, 0.49, 0.01], "two": [1, 0, 0]}, list("abc")),
}
PLOTS = {
    name: function
    for name, function in inspect.getmembers(figures, inspect.isfunction)
    if name.startswith("plot_")
}


@pytest.fixture(params=sorted(SAMPLES))
def figure(request):
    return SAMPLES[request.param](PLOTS[request.param])


def test_every_plotting_function_has_a_sample():
    assert sorted(SAMPLES) == sorted(PLOTS), "add the new one's sample above"


def test_each_returns_its_figure_and_shows_nothing(figure):
    assert isinstance(figure, Figure)
    assert figure.axes
    assert not plt.get_fignums()
    assert mpl.rcParams["font.size"] == mpl.rcParamsDefault["font.size"]


def test_all_text_can_be_read_on_a_projector(figure):
    """1000 pixels are shown on 590 in JupyterLab at 1024, with its list of files open."""
    figure.draw_without_rendering()
    texts = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
    pixels = {t.get_text(): t.get_fontsize() / 72 * PIXELS * 0.59 for t in texts}
    assert min(pixels.values(), default=11) >= 11


def test_nothing_is_cut_off(figure):
    figure.draw_without_rendering()
    box, whole = figure.get_tightbbox(), figure.bbox_inches
    assert box.x0 >= -0.05
    assert box.y0 >= -0.05
    assert box.x1 <= whole.x1 + 0.05
    assert box.y1 <= whole.y1 + 0.05


def test_no_figure_is_wider_than_the_text_or_higher_than_a_projector(figure):
    width, height = figure.get_size_inches()
    assert width <= 10
    assert height <= 7


ODD_SETTINGS = {
    "font.size": 30,
    "text.usetex": True,
    "axes.titlesize": "xx-small",
    "figure.dpi": 40,
    "savefig.dpi": 33,
    "savefig.bbox": "tight",
    "savefig.format": "pdf",
    "savefig.facecolor": "black",
    "image.cmap": "jet",
    "image.origin": "lower",
    "lines.linewidth": 9,
    "axes.grid": True,
    "axes.formatter.useoffset": False,
    "hatch.color": "red",
    "legend.loc": "center",
    "xtick.labelsize": 4,
}


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_the_reader_s_own_settings_change_nothing(name):
    usual = figures.encode_figure(SAMPLES[name](PLOTS[name]))
    with plt.style.context(["dark_background", "ggplot", ODD_SETTINGS]):
        before = dict(mpl.rcParams)
        assert figures.encode_figure(SAMPLES[name](PLOTS[name])) == usual
        assert dict(mpl.rcParams) == before


def contrast_on_white(colour):
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)
    )
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def test_each_line_is_told_from_the_ground():
    assert contrast_on_white("white") == pytest.approx(1)
    assert contrast_on_white("black") == pytest.approx(21)
    assert min(map(contrast_on_white, figures.COLOURS)) >= 3


def test_curves_and_bars_are_told_apart_without_colour():
    curves = SAMPLES["plot_curves"](figures.plot_curves)
    assert len({line.get_linestyle() for line in curves.axes[0].lines[:2]}) == 2
    bars = SAMPLES["plot_bars"](figures.plot_bars)
    assert len({bar.get_hatch() for bar in bars.axes[0].patches}) == 2
    shares = SAMPLES["plot_shares"](figures.plot_shares)
    assert len({bar.get_hatch() for bar in shares.axes[0].patches}) == 3


def test_a_bar_on_a_logarithmic_axis_has_no_length():
    """Every bar is as thick on the page, whatever its number, and its middle is the number."""
    values = {"one": [1e-3, 5.0, 40.0], "two": [1e4, 5.0, 2e-2]}
    for groups in (values, {"equal": [3.0, 3.0, 3.0]}):
        (axis,) = figures.plot_bars(groups, list("abc"), "J").axes
        ends = [(bar.get_y(), bar.get_y() + bar.get_height()) for bar in axis.patches]
        middles = [np.sqrt(low * high) for low, high in ends]
        np.testing.assert_allclose(middles, np.ravel(list(groups.values())), rtol=1e-6)
        tall = [np.ptp(axis.transData.transform([(0, y) for y in end])[:, 1]) for end in ends]
        assert max(tall) < 1.01 * min(tall) < 20
        low, high = axis.get_ylim()
        assert low < min(ends)[0] and max(ends)[1] < high
    (axis,) = figures.plot_bars(values, list("abc"), "J", log=False).axes
    assert {bar.get_y() for bar in axis.patches} == {0}
    (axis,) = figures.plot_bars({"none": [0.0, 0.0, 1.0]}, list("abc"), "J").axes
    assert np.isfinite(axis.get_ylim()).all()


def test_names_along_an_axis_stay_within_it():
    figure = figures.plot_curves({"ours": (["conv1_1", "conv2_1", "conv5_1"], LINE[:3])})
    figure.draw_without_rendering()
    (axis,) = figure.axes
    room = axis.get_window_extent()
    names = [label.get_window_extent() for label in axis.get_xticklabels()]
    assert len(names) == 3
    assert min(name.x0 for name in names) >= room.x0
    assert max(name.x1 for name in names) <= room.x1


def test_a_legend_stands_beside_its_curves():
    figure = SAMPLES["plot_curves"](figures.plot_curves)
    figure.draw_without_rendering()
    assert figure.legends[0].get_window_extent().x0 > figure.axes[0].bbox.x1


def test_a_curve_alone_that_has_the_axis_name_needs_no_legend():
    assert not figures.plot_curves({"J": (LINE, LINE)}, ylabel="J").legends
    assert figures.plot_curves({"Adam": (LINE, LINE)}, ylabel="J").legends


def test_steps_are_whole_and_zero_is_drawn_where_it_is_crossed():
    for last in (3, 5, 24, 60):
        figure = figures.plot_curves({"J": (range(1, last + 1), np.ones(last))})
        ticks = figure.axes[0].get_xticks()
        assert np.all(ticks == np.round(ticks))
    crossed = figures.plot_curves({"r": (LINE, LINE - 4.0)}, log=False)
    assert [list(line.get_ydata()) for line in crossed.axes[0].lines[1:]] == [[0, 0]]
    above = figures.plot_curves({"r": (LINE, LINE)}, log=False)
    assert len(above.axes[0].lines) == 1


def test_a_mark_says_what_happens_there():
    figure = figures.plot_curves({"J": (LINE, LINE)}, marks={"β = 2": 5})
    axis = figure.axes[0]
    assert list(axis.lines[1].get_xdata()) == [5, 5]
    assert axis.texts[0].get_text().strip() == "β = 2"
    assert axis.texts[0].get_position()[0] == 5


def test_matrices_share_one_scale():
    figure = figures.plot_matrices([MATRIX, 3 * MATRIX], ["one", "three"], diverging=True)
    limits = {image.get_clim() for axis in figure.axes[:2] for image in axis.images}
    low, high = limits.pop()
    assert not limits
    assert -low == high == pytest.approx(3 * np.abs(MATRIX).max())


def test_one_entry_does_not_rule_the_colours():
    lively = RNG.normal(size=(30, 30))
    lively[3, 3] = 1000
    figure = figures.plot_matrices([lively], ["one"], diverging=True)
    assert 2 < figure.axes[0].images[0].get_clim()[1] < 4
    bar = figure.axes[1]._colorbar
    assert bar.extend == "both"


def test_small_matrices_show_their_numbers():
    figure = figures.plot_matrices([[[14, 5], [5, 6]], np.eye(9)], ["AᵀA", "G"])
    assert [text.get_text() for text in figure.axes[0].texts] == ["14", "5", "5", "6"]
    assert not figure.axes[1].texts


def test_matrices_say_what_their_rows_are():
    figure = figures.plot_matrices([np.eye(2), np.eye(3)], ["a", "b"], over=["channel", "position"])
    assert [axis.get_xlabel() for axis in figure.axes[:2]] == ["channel k'", "position"]
    assert [axis.get_ylabel() for axis in figure.axes[:2]] == ["channel k", "position"]


def test_pictures_keep_their_number_and_titles():
    figure = figures.plot_images([PICTURE] * 4, list("abcd"), columns=2)
    assert [axis.get_title() for axis in figure.axes] == list("abcd")
    np.testing.assert_allclose(figure.axes[0].images[0].get_array(), PICTURE[0])


def test_titles_of_a_row_stand_at_one_height():
    upright = RNG.random((1, 40, 24, 3))
    for columns in (2, 4):
        figure = figures.plot_images([PICTURE, upright] * 2, list("abcd"), columns)
        figure.draw_without_rendering()
        tops = [axis.bbox.y1 for axis in figure.axes]
        for n in range(0, 4, columns):
            assert np.ptp(tops[n : n + columns]) < 2


def test_long_titles_are_broken_and_do_not_run_into_each_other():
    square = RNG.random((1, 24, 24, 3))
    row = figures.plot_images([PICTURE] * 5, ["a long title of a picture"] * 5)
    board = figures.plot_images([square] * 9, ["orange, horizontal"] * 9, 3)  # narrow: it is high
    for figure in (row, board):
        figure.draw_without_rendering()
        boxes = [axis.title.get_window_extent() for axis in figure.axes]
        assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
        assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 for box in boxes)


def test_a_ring_frames_its_pixels():
    figure = figures.plot_images([PICTURE] * 2, list("ab"), rings={1: (4, 20, 8, 12)})
    assert not figure.axes[0].patches
    ring = figure.axes[1].patches[-1]
    assert ring.get_xy() == (19.5, 3.5)
    assert (ring.get_width(), ring.get_height()) == (12, 8)
    assert not ring.get_fill()
    figure = figures.plot_maps(
        [PICTURE, MAP], list("ab"), label="activation", rings={1: (2, 3, 1, 1)}
    )
    assert not figure.axes[0].patches
    assert figure.axes[1].patches[-1].get_xy() == (2.5, 1.5)


def test_maps_have_their_own_scales_or_one_with_a_bar():
    own = figures.plot_maps([MAP, 2 * MAP], list("ab"))
    assert own.axes[0].images[0].get_clim()[1] == pytest.approx(MAP.max())
    assert len(own.axes) == 2
    one = figures.plot_maps([MAP, 2 * MAP, PICTURE], list("abc"), label="activation")
    assert {axis.images[0].get_clim()[1] for axis in one.axes[:2]} == {2 * MAP.max()}
    assert one.axes[3].get_ylabel() == "activation"


def test_a_grid_has_headings_both_ways():
    figure = SAMPLES["plot_grid"](figures.plot_grid)
    assert [axis.get_title() for axis in figure.axes] == ["a", "b", "", ""]
    assert [axis.get_ylabel() for axis in figure.axes] == ["one", "", "two", ""]


def test_gradients_share_one_scale_and_grey_is_zero():
    figure = figures.plot_gradients([PICTURE, PICTURE / 100], list("ab"))
    first, second = (axis.images[0].get_array() for axis in figure.axes)
    np.testing.assert_allclose((first - 0.5) / 100, second - 0.5, atol=1e-9)
    assert first.max() == pytest.approx(1)


def test_an_overlay_is_red_above_zero_blue_below_and_clear_at_zero():
    figure = figures.plot_overlay([PICTURE], [np.array([[2.0, 0.0, -2.0]])], ["a"], "change")
    red, clear, blue = figure.axes[0].images[1].get_array()[0]
    assert red[0] > red[2]
    assert blue[2] > blue[0]
    assert (red[3], clear[3], blue[3]) == (1, 0, 1)


def test_shares_are_written_in_their_places():
    figure = SAMPLES["plot_shares"](figures.plot_shares)
    widths = [bar.get_width() for bar in figure.axes[0].patches]
    np.testing.assert_allclose(widths, [50, 100, 49, 0, 1, 0])
    texts = [text.get_text() for text in figure.axes[0].texts if text.get_text()]
    assert texts == ["50 %", "100 %", "49 %"]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (1, "1"),
        (0.05, "0.05"),
        (-2.5, "−2.5"),
        (1 / 3, "0.333"),
        (1234.6, "1,235"),
        (1e-5, "10⁻⁵"),
        (-1e-3, "−10⁻³"),
        (2.5e6, "2.5·10⁶"),
        (99_999, "10⁵"),
        (np.float32(0.001), "10⁻³"),
        (float("nan"), "nan"),
    ],
)
def test_numbers_are_written_in_one_way(number, text):
    assert figures.number_text(number) == text


# Shown


@pytest.fixture
def shown(monkeypatch):
    calls = []
    monkeypatch.setattr(words, "display", lambda data, **options: calls.append((data, options)))
    return calls


def test_a_figure_of_the_series_carries_its_words(shown):
    assert figures.show(SAMPLES["plot_images"](figures.plot_images), "nine_boards") is None
    (data, options), (folded, _) = shown
    kind = next(iter(data))
    assert kind in ("image/png", "image/jpeg")
    alt = json.loads((DESCRIPTIONS / "02_channel_correlation.json").read_text("utf-8"))
    assert data["text/plain"] == alt["nine_boards"]
    assert options["metadata"] == {kind: {"alt": alt["nine_boards"], "width": 1000}}
    assert options["raw"] is True
    with Image.open(io.BytesIO(data[kind])) as picture:
        assert picture.width == 2000
    assert list(folded) == ["text/html"]
    assert f"<summary>In words</summary>{alt['nine_boards']}</details>" in folded["text/html"]


def exported(cell, template):
    share = Path(__file__).parents[1] / "share" / "jupyter" / "nbconvert" / "templates"
    exporter = HTMLExporter(template_name=template, extra_template_basedirs=[str(share)])
    page = exporter.from_notebook_node(new_notebook(cells=[cell]))[0]
    return BeautifulSoup(page, "html.parser")


@pytest.mark.parametrize("template", ["words", "classic", "basic"])
def test_an_exported_page_has_the_words(template):
    said = 'Two "waves" & <one> boat.'
    data, metadata = figures.bundle(SAMPLES["plot_images"](figures.plot_images), said)
    kind = next(iter(metadata))
    data[kind] = base64.b64encode(data[kind]).decode()
    output = new_output("display_data", data=data, metadata=metadata)
    page = exported(new_code_cell(outputs=[output], execution_count=1), template)
    assert [image["alt"] for image in page.find_all("img")] == [said]


def test_an_exported_page_folds_the_code_that_only_draws():
    for tags, folded in ((["hide-input"], 1), ([], 0)):
        page = exported(new_code_cell("show(figure)", metadata={"tags": tags}), "words")
        assert len(page.select("details.nst-code")) == folded
        assert "show(figure)" in page.text.replace("\n", "")


def test_a_figure_of_ones_own_carries_its_titles_and_axes(shown):
    figures.show(SAMPLES["plot_images"](figures.plot_images))
    figures.show(SAMPLES["plot_curves"](figures.plot_curves))
    figures.show(figures.plot_pairs([(LINE, LINE)], ["the\nwave"]))
    figures.show(Figure())
    assert [data["text/plain"] for data, _ in shown] == [
        "A figure. one; two; three.",
        "A figure. J over step; Adam, L-BFGS.",
        "A figure. the wave: yellow channel over red channel.",
        "A figure without a title.",
    ]


def test_a_name_that_no_figure_has_is_refused(shown):
    with pytest.raises(ValueError, match=r"'nine_bords'\..* Did you mean nine_boards"):
        figures.show(SAMPLES["plot_curves"](figures.plot_curves), "nine_bords")
    with pytest.raises(ValueError, match=r"needs no name: show\(figure\)"):
        figures.show(SAMPLES["plot_curves"](figures.plot_curves), "")
    assert not shown


def test_no_two_figures_of_the_series_have_one_name_or_the_same_words():
    pairs = [
        pair
        for path in DESCRIPTIONS.glob("*.json")
        for pair in json.loads(path.read_text("utf-8"), object_pairs_hook=list)
    ]
    assert len(pairs) > 30
    names, texts = zip(*pairs)
    assert sorted(set(names)) == sorted(names)
    assert sorted(set(texts)) == sorted(texts)
    assert all(re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", name) for name in names)


def test_the_largest_matrix_takes_no_more_than_photographs():
    cloth = RNG.gamma(0.3, size=(512, 512))
    kind, data = figures.encode_figure(figures.plot_matrices([cloth], ["conv5_1"]))
    assert kind == "image/jpeg"
    assert len(data) < 250_000


def test_photographs_are_jpegs_and_drawings_are_pngs_that_show_the_same():
    photographs = [load_picture(name, 128) for name in ("summer_palace", "great_wave")]
    for figure, expected in (
        (figures.plot_images(photographs, ["one", "two"]), "image/jpeg"),
        (SAMPLES["plot_curves"](figures.plot_curves), "image/png"),
        (figures.plot_maps([MAP], ["a"]), "image/png"),
        (figures.plot_images([np.full((1, 90, 90, 3), 0.3)], ["a board"]), "image/png"),
    ):
        kind, data = figures.encode_figure(figure)
        assert kind == expected
        assert len(data) < 120_000
        drawn = io.BytesIO()
        figure.savefig(drawn, dpi=200, facecolor="white")
        with Image.open(io.BytesIO(data)) as picture, Image.open(drawn) as exact:
            assert f"image/{picture.format.lower()}" == kind
            assert picture.size == exact.size
            pairs = [np.asarray(one.convert("RGB"), float) for one in (picture, exact)]
            assert np.abs(pairs[0] - pairs[1]).mean() < 3
