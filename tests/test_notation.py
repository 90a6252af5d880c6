"""One notation: mathematics is typeset in all prose, and the search for what is not finds it."""

import json

import pytest

from nst_helpers.figures.words import DESCRIPTIONS
from tools import notation


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the activations a^[l](C)", ["a^[l]"]),
        ("| a^\\[l\\](C) |", ["a^\\[l\\]"]),
        ("Σ_ij of ‖x‖_F", ["Σ_ij", "‖_F"]),
        ("G_{kk'} of layer l", ["G_{kk'}"]),
        ("| λ^[l] | n_H × n_W |", ["λ^[l]", "n_H", "n_W"]),
        ("## J_style falls", ["J_style"]),
        ("from 10^-5 to 10^{-2}", ["10^-5", "10^{-2}"]),
        ("the product A^T A", ["A^T"]),
        ("it costs $5 and n_C more", ["n_C"]),
        ("$a^{[l]}$ beside a_C", ["a_C"]),
        ("**G_kk** and <b>a_G</b>", ["G_kk", "a_G"]),
        ("[J_style](docs/J_style.md)", ["J_style"]),
    ],
)
def test_raw_formulas_are_found(text, found):
    assert notation.raw(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "$a^{[l]}$, $G_{kk'}$ and\n\n$$J_{style}^{[l]} = \\lambda^{[l]}$$",
        "`n_H`, ``a_C = b``, ```\nG_S = 1\n```, and <code>J_style</code>",
        "\\begin{align}n_C\\end{align}",
        "conv4_2, block4_conv2, load_picture and great_wave are names",
        "AᵀA, n², 10⁻⁵, β/α and λ are letters",
        "<!-- n_H --> [the guide](a_b.md), https://example.org/x_y^2",
        '<details id="s_1">open</details>',
    ],
)
def test_what_is_typeset_or_code_is_left_alone(text):
    assert notation.raw(text) == []


def test_all_documents_are_read():
    names = {path.name for path in notation.documents()}
    assert {"00_start_here.ipynb", "05_style_transfer.ipynb", "README.md", "glossary.md"} <= names
    places = [place for path in notation.documents() for place, _ in notation.texts(path)]
    assert len(places) > 100


@pytest.mark.parametrize("path", notation.documents(), ids=lambda path: path.name)
def test_mathematics_is_typeset(path):
    """`python -m tools.notation` finds it in all of them."""
    found = {place: raw for place, text in notation.texts(path) if (raw := notation.raw(text))}
    assert not found


@pytest.mark.parametrize("path", sorted(DESCRIPTIONS.glob("*.json")), ids=lambda path: path.name)
def test_words_for_the_ear_hold_no_formula(path):
    for name, words in json.loads(path.read_text("utf-8")).items():
        assert not [f for f in notation.raw(words) if "^" in f or "{" in f], name
