"""Figures: returned and not shown, legible, and never without alternative text."""

import inspect
import io
import json
import re

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from nst_helpers import figures
from nst_helpers.figures import words
from nst_helpers.figures.words import DESCRIPTIONS

RNG = np.random.default_rng(0)
PICTURE = RNG.random((1, 24, 32, 3))
MAP, MATRIX = RNG.random((6, 8)), RNG.normal(size=(5, 5))
LINE = np.arange(1, 9)

SAMPLES = {
    "plot_images": lambda plot: plot([PICTURE] * 3, ["one", "two", "three"]),
    "plot_maps": lambda plot: plot([MAP] * 5, list("abcde")),
    "plot_block": lambda plot: plot(12, 16, 64, mark=(1, 2)),
    "plot_pairs": lambda plot: plot([(LINE, LINE)] * 2, ["one", "two"], mark=3),
    "plot_matrices": lambda plot: plot([MATRIX] * 2, ["one", "two"], label="G", diverging=True),
    "plot_curves": lambda plot: plot({"Adam": (LINE, 1 / LINE), "L-BFGS": (LINE, 1 / LINE**2)}),
    "plot_bars": lambda plot: plot({"one": LINE[:3], "two": LINE[1:4]}, list("abc"), "J"),
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
    figure.draw_without_rendering()
    texts = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
    assert texts
    small = [(t.get_text(), t.get_fontsize()) for t in texts if t.get_fontsize() < 11.9]
    assert not small


def test_nothing_is_cut_off(figure):
    figure.draw_without_rendering()
    box, whole = figure.get_tightbbox(), figure.bbox_inches
    assert box.x0 >= -0.05
    assert box.y0 >= -0.05
    assert box.x1 <= whole.x1 + 0.05
    assert box.y1 <= whole.y1 + 0.05


def test_curves_and_bars_are_told_apart_without_colour():
    curves = SAMPLES["plot_curves"](figures.plot_curves)
    assert len({line.get_linestyle() for line in curves.axes[0].lines}) == 2
    bars = SAMPLES["plot_bars"](figures.plot_bars)
    assert len({bar.get_hatch() for bar in bars.axes[0].patches}) == 2


def test_matrices_share_one_scale():
    figure = figures.plot_matrices([MATRIX, 3 * MATRIX], ["one", "three"], diverging=True)
    low, high = {image.get_clim() for axis in figure.axes for image in axis.images}.pop()
    assert -low == high == pytest.approx(3 * np.abs(MATRIX).max())
    assert len({image.get_clim() for axis in figure.axes for image in axis.images}) == 1


def test_pictures_keep_their_number_and_titles():
    figure = figures.plot_images([PICTURE] * 4, list("abcd"), columns=2)
    assert [axis.get_title() for axis in figure.axes] == list("abcd")
    np.testing.assert_allclose(figure.axes[0].images[0].get_array(), PICTURE[0])


# Shown


@pytest.fixture
def shown(monkeypatch):
    calls = []
    monkeypatch.setattr(words, "display", lambda data, **options: calls.append((data, options)))
    return calls


def test_a_figure_of_the_series_carries_its_words(shown):
    assert figures.show(SAMPLES["plot_images"](figures.plot_images), "nine_boards") is None
    (data, options), kind = shown[0], next(iter(shown[0][0]))
    assert kind in ("image/png", "image/jpeg")
    alt = json.loads((DESCRIPTIONS / "02_channel_correlation.json").read_text("utf-8"))
    assert data["text/plain"] == alt["nine_boards"]
    assert options["metadata"] == {kind: {"alt": alt["nine_boards"]}}
    assert options["raw"] is True
    with Image.open(io.BytesIO(data[kind])) as picture:
        assert picture.size == (900, picture.height)


def test_a_figure_of_ones_own_carries_its_titles_and_axes(shown):
    figures.show(SAMPLES["plot_images"](figures.plot_images))
    figures.show(SAMPLES["plot_curves"](figures.plot_curves))
    figures.show(figures.plot_pairs([(LINE, LINE)], ["the\nwave"]))
    figures.show(Figure())
    assert [data["text/plain"] for data, _ in shown] == [
        "A figure. one; two; three.",
        "A figure. J over step: Adam, L-BFGS.",
        "A figure. the wave: yellow channel over red channel.",
        "A figure without a title.",
    ]


def test_a_name_that_no_figure_has_is_refused(shown):
    with pytest.raises(ValueError, match=r"'nine_bords'\. Did you mean 'nine_boards'\?"):
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


def test_the_smaller_file_is_chosen():
    noise = figures.plot_images([RNG.random((1, 300, 300, 3))] * 2, ["one", "two"])
    lines = SAMPLES["plot_curves"](figures.plot_curves)
    for figure, expected in ((noise, "image/jpeg"), (lines, "image/png")):
        kind, data = figures.encode_figure(figure)
        assert kind == expected
        sizes = []
        for form, options in (("png", {}), ("jpeg", {"pil_kwargs": {"quality": 88}})):
            stream = io.BytesIO()
            figure.savefig(stream, format=form, dpi=100, **options)
            sizes.append(len(stream.getvalue()))
        assert len(data) <= 1.01 * min(sizes)
        with Image.open(io.BytesIO(data)) as picture:
            assert f"image/{picture.format.lower()}" == kind
