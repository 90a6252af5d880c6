"""What the package says to a learner is said in Japanese too: all of it, and nothing in English."""

import ast
import gettext
import html
import io
import re
from string import Formatter

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.font_manager import get_font
from matplotlib.text import Text

from nst_helpers import STYLE_LAYERS, device
from nst_helpers.exercises import EXERCISES, PREDICTIONS, checks, judge, judge_prediction
from nst_helpers.figures import (
    plot_block,
    plot_curves,
    plot_matrices,
    plot_overlay,
    plot_pairs,
    plot_shares,
)
from nst_helpers.figures.look import encode_figure, in_one_look, wrapped
from nst_helpers.figures.words import folded, words_of_titles
from nst_helpers.languages import _, language
from nst_helpers.panels import explorers, studio
from nst_helpers.panels.curves import in_words, plot_terms
from nst_helpers.session import cell_order, hosted
from tools import translate

PO = translate.catalogue_path("ja")
CATALOGUE = translate.read_catalogue("ja")
TRANSLATED = {message.id: message.string for message in CATALOGUE if message.id}


# The catalogue


def test_it_holds_all_messages_and_no_others():
    assert [m.id for m in translate.messages() if m.id] == list(TRANSLATED)


def test_every_message_is_translated():
    assert [text for text, said in TRANSLATED.items() if not said.strip()] == []
    assert not [message.id for message in CATALOGUE if message.fuzzy]


def placeholders(text):
    return sorted(
        {f"{name}:{spec}!{conv}" for _, name, spec, conv in Formatter().parse(text) if name}
    )


@pytest.mark.parametrize("text", [text for text in TRANSLATED if "{" in text])
def test_placeholders_agree(text):
    assert placeholders(TRANSLATED[text]) == placeholders(text)


def test_translations_are_japanese():
    same = [text for text, said in TRANSLATED.items() if text == said and english(text)]
    assert same == []
    assert {said: found for said in TRANSLATED.values() if (found := english(said))} == {}


def test_what_is_read_is_what_is_edited():
    """The compiled catalogue agrees with the one that people edit: `make ja` writes it."""
    compiled, edited = (
        gettext.GNUTranslations(io.BytesIO(file))._catalog
        for file in (PO.with_suffix(".mo").read_bytes(), translate.compiled(CATALOGUE))
    )
    assert compiled.pop("") and edited.pop("")  # which version of Babel wrote it
    assert compiled == edited


# What is marked

# Texts of two words that nobody is told: of Matplotlib, of CSS, of files, of errors and of help.
NOT_SAID = {
    *("Say whether my_", ") is right.\n\nWhat is asked: ", "dotted currentColor"),
    *("border:1px dashed currentColor", "solid currentColor", "outside right upper"),
    *("center left", "axes fraction", "center right", "changed after steps", "another backend"),
    "DejaVu Sans",
    *("The curve ", "The series", "The group", "The row", "A pair", "A ring's picture"),
}


def texts(tree):
    """The texts of a module but for docstrings and errors."""
    skipped = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise | ast.Assert):
            skipped |= {id(inner) for inner in ast.walk(node)}
        elif isinstance(node, ast.Expr):
            skipped.add(id(node.value))
    for node in ast.walk(tree):
        said = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if said and id(node) not in skipped:
            yield node.value


def unmarked(source):
    """What reads like words for a learner, and is no message."""
    return [
        text
        for text in texts(ast.parse(source))
        if re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", text)
        and text not in TRANSLATED
        and text not in NOT_SAID
        and not re.search(r"[<>{};]|^nst", text)
    ]


# The exercises' tables hold nothing but messages: they are collected as they are.
MODULES = [
    path
    for room in ("exercises", "figures", "panels", "session")
    for path in sorted((translate.PACKAGE / room).glob("*.py"))
    if not re.match("notebook_|parts|given", path.name)
]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_every_sentence_is_marked(path):
    assert unmarked(path.read_text("utf-8")) == []


def test_the_search_for_unmarked_sentences_finds_them():
    source = '''
def said(n):
    """A docstring is no message."""
    if not n:
        raise ValueError("errors are for programmers")
    return "This sentence is new", f"so are {n} more", _("Layer explorer")
'''
    assert unmarked(source) == ["This sentence is new", "so are "]


# What is said

# Written alike in both languages: formats, programs, and words of the code.
ALIKE = """
PNG JPEG WebP HEIC AVIF Python Jupyter JupyterLab NumPy PyTorch TensorFlow GPU None VGG kHz
Adam keras Gatys Run All Above Selected Cell make lab VIII BFGS reshape return sqrt float ord
"""
NOT_WORDS = r"\{[^}]*\}|\w+Error.*?。|<svg.*?</svg>|<style.*?</style>|<[^>]*>|`[^`]*`|\$[^$]*\$"


def english(text):
    """English words of a text: not values, errors, names of code or layers, or what is alike."""
    text = html.unescape(re.sub(NOT_WORDS, " ", text, flags=re.DOTALL))
    words = re.findall(
        r"(?<![\w.])[A-Za-z]{3,}(?![\w.(]*[_\d(])", re.sub("[ぁ-ヿ一-鿿]", " ", text)
    )
    return [word for word in words if word not in ALIKE.split()]


@pytest.fixture
def in_japanese(monkeypatch):
    monkeypatch.setenv("NST_LANG", "ja")


def test_the_search_for_english_finds_it():
    assert english("層conv4_1のJ_contentは`a = b`") == []
    assert english("層 Layer <b title='x'>step</b>") == ["Layer", "step"]


@pytest.mark.parametrize(
    "asked, spoken",
    [
        *[("", "en"), ("ja", "ja"), ("ja_JP.UTF-8", "ja"), ("JA", "ja"), ("en-GB", "en")],
        *[("xx", "en"), (' "ja" ', "ja"), ("'ja_JP'", "ja"), ("英語", "en")],
    ],
)
def test_the_language_is_that_of_the_moment(monkeypatch, asked, spoken):
    monkeypatch.setenv("NST_LANG", asked)
    assert language() == spoken
    assert _("Right") == {"en": "Right", "ja": "正解"}[spoken]
    assert _("") == "" and _("no message of ours") == "no message of ours"


@pytest.mark.parametrize("name", EXERCISES)
def test_checkers_speak_japanese(in_japanese, name):
    exercise = EXERCISES[name]
    answers = [None, exercise.right, *(mistake.function for mistake in exercise.mistakes.values())]
    if not exercise.arguments:
        answers = [None, *(answer() for answer in answers[1:])]
    for answer in answers:
        verdict = judge(exercise, answer)
        said = re.sub(r"my_\w+|^\w+ = |, \w+ = ", " ", verdict.text)
        for argument in exercise.arguments:
            said = re.sub(rf"(?<![A-Za-z_]){argument}(?![A-Za-z_])", " ", said)
        assert english(said) == [], verdict.text
        assert english(verdict._repr_html_()) == english(verdict.text)


@pytest.mark.parametrize("name", PREDICTIONS)
def test_predictions_speak_japanese(in_japanese, name):
    for choice in [*PREDICTIONS[name].feedback, None, "z"]:
        assert english(judge_prediction(name, choice).text) == []


def test_the_tally_speaks_japanese(in_japanese):
    for notebook, asked in checks.ASKED.items():
        said = repr(
            checks.Tally(notebook, dict.fromkeys([item.title for item in asked.values()], "○"))
        )
        assert english(said) == []


def test_figures_speak_japanese(in_japanese):
    block = np.arange(9.0).reshape(3, 3)
    figures = [
        plot_block(3, 4, 9),
        plot_pairs([(block[0], block[1])], ["図"]),
        plot_matrices([block], ["図"]),
        plot_curves({"甲": (block[0], block[1])}),
        plot_shares({"甲": [0.5, 0.5]}, ["乙", "丙"]),
        plot_overlay([np.zeros((1, 8, 8, 3))], [block], ["図"], "丁"),
        plot_terms({"J": [2.0, 1.0]}, []),
    ]
    for figure in figures:
        said = [text.get_text() for text in figure.findobj(Text)]
        assert english(" ".join(said)) == []
        assert english(words_of_titles(figure)) == []
    assert "図の説明" in folded("図")


@pytest.mark.filterwarnings("error:Glyph")  # a letter that is missing
def test_every_letter_is_drawn(in_japanese, caplog):
    """No empty boxes: the fonts of figures have all letters of all messages."""
    names = in_one_look(lambda: mpl.rcParams["font.family"])()
    fonts = [get_font(font_manager.findfont(name)).get_charmap() for name in names]
    letters = set("".join(TRANSLATED.values())) - {"\n"}
    assert (
        sorted(letter for letter in letters if not any(ord(letter) in font for font in fonts)) == []
    )
    media, _file = encode_figure(plot_block(3, 4, 9))
    assert media == "image/png"
    assert "glyph" not in caplog.text, "beside a formula too"


def test_english_figures_keep_their_letters():
    assert in_one_look(lambda: mpl.rcParams["font.family"])() == ["sans-serif"]


def test_titles_are_broken_between_japanese_letters():
    title = "ノイズから、conv1_1だけで60ステップ進めたもの(βは0.01)。"
    lines = wrapped(title, 2.4).split("\n")
    assert "".join(lines) == title and len(lines) > 2
    assert all(sum(1 + (ord(letter) > 0x2FFF) for letter in line) <= 22 for line in lines)
    assert not any(line[0] in "、。)" for line in lines), "a line does not begin with these"
    assert any("conv1_1" in line for line in lines), "a name stays in one piece"


def said_by(widget):
    """All that a panel's widgets say, in boxes too."""
    said = [getattr(widget, name, None) for name in ("description", "tooltip")]
    said += getattr(widget, "_options_labels", None) or [getattr(widget, "value", None)]
    yield from (text for text in said if isinstance(text, str))
    for child in getattr(widget, "children", ()):
        yield from said_by(child)


@pytest.fixture
def panels(in_japanese, monkeypatch, vgg):
    monkeypatch.setattr(explorers, "SIZE", 48)
    monkeypatch.setattr(studio, "PREVIEW_STEPS", 2)
    noise = np.random.default_rng(0).random((1, 40, 50, 3), dtype=np.float32)
    syntheses = {layer: (noise, {"J": [4.0, 2.0]}) for layer in STYLE_LAYERS}
    return [
        explorers.activation_explorer(vgg),
        explorers.pair_explorer(vgg),
        explorers.style_matrix_explorer(vgg),
        explorers.layer_explorer(noise, syntheses),
        explorers.slice_explorer(np.zeros((1, 4, 4, 4, 3), np.float32)),
        studio.style_studio(vgg),
    ]


def test_panels_speak_japanese(panels):
    for panel in panels:
        for text in [repr(panel), *said_by(panel)]:
            if "load_picture(" not in text:  # the line of Python
                assert english(text) == [], text
        for data, _metadata in panel.outputs():
            assert english(data.get("text/plain", "")) == []


def test_notices_speak_japanese(in_japanese, tmp_path):
    assert english(str(device())) in ([], ["CPU"])
    assert english(_(hosted.NO_GPU)) == []
    assert english(cell_order.advice("a_C", ["x = 1"], [tmp_path])) == []
    assert english(in_words({"J": [1.0]}, [(1, "β = 2")])) == []
