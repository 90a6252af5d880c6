"""The Japanese notebooks are in step with the English: the same cells and code, no old text."""

import copy
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import forms, hosted, translate
from tools.series import DOCS, HOSTED, NOTEBOOKS, SWITCH, cell_of, exercise_names, notes, paths
from tools.translate import faults, in_step, sheet, state, switched, take, to_do

JAPANESE = paths("ja")


@pytest.fixture(params=JAPANESE, ids=lambda path: path.name)
def both(request):
    """A notebook in English and in Japanese."""
    return nbformat.read(NOTEBOOKS / request.param.name, 4), nbformat.read(request.param, 4)


def test_they_have_the_same_cells(both):
    english, japanese = both
    assert [cell.id for cell in japanese.cells if cell.id != SWITCH] == [
        cell.id for cell in english.cells if cell.id != SWITCH
    ]
    for one, other in zip(english.cells, japanese.cells, strict=True):
        assert other.cell_type == one.cell_type
        assert other.metadata.get("tags") == one.metadata.get("tags"), one.id


def test_no_text_is_missing_or_older_than_the_english(both):
    """`make ja` writes the cells that this names to build/ja, with the English of today."""
    assert to_do(*both) == {}


def test_nothing_but_words_differs(both):
    english, japanese = both
    there = {cell.id: cell for cell in japanese.cells}
    found = {
        cell.id: wrong
        for cell in english.cells
        if cell.id not in (HOSTED, SWITCH) and (wrong := faults(cell, there[cell.id]))
    }
    assert found == {}
    for cell in english.cells:
        if cell.cell_type == "code" and not translate.has_words(cell) and cell.id != HOSTED:
            assert there[cell.id].source == cell.source


def test_each_leads_to_the_other(both):
    english, japanese = both
    name = next(path.name for path in JAPANESE if nbformat.read(path, 4) == japanese)
    assert english.cells[1].id == japanese.cells[1].id == SWITCH
    assert f"](ja/{name})" in english.cells[1].source
    assert f"](../{name})" in japanese.cells[1].source


def test_the_first_cell_sets_the_language(both):
    for notebook, language in zip(both, ("en", "ja")):
        cell = next(cell for cell in notebook.cells if cell.cell_type == "code")
        assert cell.source == hosted.source(language=language)


EXERCISES = [(path, name) for path in JAPANESE for name in exercise_names(nbformat.read(path, 4))]


@pytest.fixture(scope="module")
def solved():
    """Each notebook as an instructor gets it: it runs every solution through its checker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NST_LANG", "ja")
        return {path: forms.instructor(nbformat.read(path, 4)) for path in JAPANESE}


@pytest.mark.parametrize(("path", "name"), EXERCISES, ids=[name for _, name in EXERCISES])
def test_solutions_are_right_and_checked_in_japanese(solved, path, name):
    (shown,) = cell_of(solved[path], "check", name).outputs
    assert shown.data["text/plain"].startswith("✓ 正解。")
    hints = cell_of(nbformat.read(path, 4), "hints", name).source
    folds = re.findall(r"<summary>(.*?)</summary>", hints)
    assert folds == ["ヒント1", "ヒント2", "ヒント3", "解答"]


# The pages


@pytest.fixture(params=forms.PAGES)
def pages(request):
    """A page in English and in Japanese, each without the line that leads to the other."""
    name, found = request.param, []
    for path, other in ((DOCS / name, f"ja/{name}"), (DOCS / "ja" / name, f"../{name}")):
        title, switch, text = path.read_text("utf-8").split("\n\n", 2)
        assert switch.endswith(f"]({other})")
        found.append(f"{title}\n\n{text}".replace("../../notebooks/ja/", "../notebooks/"))
    return found


def places(page):
    """The notebooks and sections that each row of a page's tables names."""
    cells = [cell for row in re.findall(r"^\|.*$", page, re.M) for cell in row.split("|")]
    unsaid = r"\]\([^)]*\)|[“「\"][^”」\"]*[”」\"]"  # addresses, and the titles of exercises
    shown = [re.sub(unsaid, "", cell) for cell in cells if ".ipynb)" in cell]
    return [re.findall(r"\d+b?", cell) for cell in shown]


def test_the_pages_say_the_same(pages):
    english, japanese = pages
    assert faults(new_markdown_cell(english), new_markdown_cell(japanese)) == []
    assert places(english) == places(japanese) != []


def test_the_questions_name_exercises_as_the_notebooks_do():
    text = (DOCS / "ja" / "questions.md").read_text("utf-8")
    titles = [
        re.split("[:\N{FULLWIDTH COLON}]", line, maxsplit=1)[1]
        for path in JAPANESE
        for cell in nbformat.read(path, 4).cells
        for line in cell.source.splitlines()
        if line.startswith("### 練習問題")
    ]
    named = re.findall("(?:練習問題|予想)「([^」]+)」", text)
    assert named and not {*named} - {*titles}


# The tool


@pytest.fixture
def english():
    shown = 'step = 3\nshow(plot([step], f"{step} of {n} steps"), "a_figure")  # what is seen here'
    return new_notebook(
        cells=[
            new_markdown_cell("# A title\n\n[on](02_next.ipynb), $$x^2$$", id="title"),
            new_code_cell("import numpy as np", id="setup", outputs=[], execution_count=1),
            new_code_cell(shown, id="figure", metadata={"nst_notes": "Ask what is seen."}),
        ]
    )


JAPANESE_OF = {
    "title": "# 題\n\n[次へ](02_next.ipynb)、$$x^2$$",
    "figure": 'step = 3\nshow(plot([step], f"{n}中{step}"), "a_figure")  # ここで見えるもの',
}


@pytest.fixture
def japanese(english):
    there = in_step(english, None, "ja")
    text = filled(sheet(english, there, "ja", "01_a"), JAPANESE_OF)
    assert take(text, english, there, "ja") == []
    return there


def filled(text, said):
    for name, parts in translate.read_sheet(text).items():
        head, place, tail = text.partition(f"%%%% {name} ")
        old = f"%% Japanese\n{parts['Japanese']}"
        text = head + place + tail.replace(old, f"%% Japanese\n{said.get(name, '')}", 1)
    return text.replace("%% Japanese notes\n", "%% Japanese notes\n何が見えるか尋ねます。")


def test_a_translation_begins_as_the_english(english):
    there = in_step(english, None, "ja")
    assert [cell.id for cell in there.cells] == ["title", HOSTED, "setup", "figure"]
    assert to_do(english, there) == {"title": "missing", "figure": "missing"}


def test_a_filled_sheet_is_taken(english, japanese):
    assert to_do(english, japanese) == {}
    cells = {cell.id: cell for cell in japanese.cells}
    assert {name: cells[name].source for name in JAPANESE_OF} == JAPANESE_OF
    assert notes(cells["figure"]) == "何が見えるか尋ねます。"
    assert cells["title"].metadata["nst_of"] == state(english.cells[0])
    assert sheet(english, japanese, "ja", "01_a") == ""
    assert in_step(english, japanese, "ja") == japanese, "once more changes nothing"


@pytest.mark.parametrize("name", ["title", "figure"])
def test_a_change_of_the_english_is_noticed(english, japanese, name):
    cell = next(cell for cell in english.cells if cell.id == name)
    cell.source += " "
    assert to_do(english, japanese) == {name: "outdated"}
    text = sheet(english, japanese, "ja", "01_a")
    assert JAPANESE_OF[name] in text and cell.source in text, "old translation, new English"


def test_changed_notes_are_noticed(english, japanese):
    english.cells[2].metadata["nst_notes"] = "Ask something else."
    assert to_do(english, japanese) == {"figure": "outdated"}


def test_a_key_is_a_word_where_it_is_set_and_a_name_where_it_is_looked_up():
    assert translate.strings('found["mean colours"] = made["style matrix"]') == ["mean colours"]


def test_code_without_words_follows_by_itself(english, japanese):
    english.cells[1].source = "import scipy"
    english.cells.insert(1, new_markdown_cell("More.", id="more"))
    del english.cells[0]
    there = in_step(english, japanese, "ja")
    assert [cell.id for cell in there.cells] == ["more", HOSTED, "setup", "figure"]
    assert there.cells[2].source == "import scipy"
    assert to_do(english, there) == {"more": "missing"}


@pytest.mark.parametrize(
    "name, change, fault",
    [
        ("figure", ("step = 3", "step = 4"), "the code differs"),
        ("figure", ("{n}中", ""), "the code differs"),
        ("figure", ("{step}", "{step:3}"), "the code differs"),
        ("figure", ('"a_figure"', '"another_figure"'), "the code differs"),
        ("figure", ("# ここで見えるもの", "# what is seen here"), "still in English"),
        ("title", ("$$x^2$$", "$$x^3$$"), "formulas"),
        ("title", ("02_next", "03_next"), "links"),
        ("title", ("# 題", "題"), "headings"),
    ],
)
def test_what_must_stay_is_held(english, name, change, fault):
    there = in_step(english, None, "ja")
    said = JAPANESE_OF | {name: JAPANESE_OF[name].replace(*change)}
    refused = take(filled(sheet(english, there, "ja", "01_a"), said), english, there, "ja")
    assert len(refused) == 1 and refused[0].startswith(name) and fault in refused[0]
    assert name in to_do(english, there)


def test_a_sheet_of_yesterday_is_not_taken(english):
    there = in_step(english, None, "ja")
    text = filled(sheet(english, there, "ja", "01_a"), JAPANESE_OF)
    english.cells[0].source += " More."
    assert "has changed" in take(text, english, there, "ja")[0]


def test_what_is_begun_in_a_sheet_stays(english):
    there = in_step(english, None, "ja")
    begun = filled(sheet(english, there, "ja", "01_a"), {"title": "# 書きかけ"})
    assert "# 書きかけ" in sheet(english, there, "ja", "01_a", begun)


def test_the_line_to_the_other_language_stands_once(english):
    again = copy.deepcopy(english)
    for _ in range(2):
        switched(again, "01_a.ipynb", "en")
    assert [cell.id for cell in again.cells][:2] == ["title", SWITCH]
    assert len(again.cells) == len(english.cells) + 1
