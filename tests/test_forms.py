"""Exercises inside the notebooks: solutions are right, and forms and slides can be made."""

import ast
import re
import shutil

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from nst_helpers.exercises import EXERCISES, PREDICTIONS
from nst_helpers.exercises.checks import ASKED
from tools import forms, slides
from tools.series import DOCS, ROOT, TALLY, cell_of, exercise_names, paths, speaking
from tools.series import NOTEBOOKS as NOTEBOOKS_AT

NOTEBOOKS = {path.stem: nbformat.read(path, 4) for path in paths()}
IN_NOTEBOOKS = [(stem, name) for stem, nb in NOTEBOOKS.items() for name in exercise_names(nb)]
every_notebook = pytest.mark.parametrize("stem", NOTEBOOKS)
every_exercise = pytest.mark.parametrize(("stem", "name"), IN_NOTEBOOKS)


def test_every_exercise_stands_in_one_notebook():
    names = [name for _, name in IN_NOTEBOOKS]
    assert len(names) == len(set(names)) >= 10
    assert set(names) == {*EXERCISES, *PREDICTIONS}


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """Build the instructor form once: it runs every solution through its checker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NST_BACKBONE", "vgg16")
        target = forms.build("instructor", target=tmp_path_factory.mktemp("forms") / "instructor")
    return {path.stem: nbformat.read(path, 4) for path in target.glob("*.ipynb")}


@every_exercise
def test_the_solution_is_right_and_the_stub_is_not_attempted(solved, stem, name):
    check = cell_of(solved[stem], "check", name)
    (shown,) = check.outputs
    assert shown.data["text/plain"].startswith("✓ Right. ") and "✓ Right" in shown.data["text/html"]
    assert "### BEGIN HIDDEN TESTS" in check.source
    (unsolved,) = cell_of(NOTEBOOKS[stem], "check", name).outputs
    assert unsolved.data["text/plain"].startswith("○ Not attempted yet. ")


@every_exercise
def test_hints_stand_in_folds_and_nowhere_else(stem, name):
    hints = cell_of(NOTEBOOKS[stem], "hints", name).source
    folds = re.findall(
        r"<details><summary>(.*?)</summary>\n\n(.*?)\n\n</details>", hints, re.DOTALL
    )
    assert [title for title, _ in folds] == ["Hint 1", "Hint 2", "Hint 3", "Solution"]
    assert hints.count("<details") == 4, "each is opened by the student"
    assert len({text for _, text in folds}) == 4
    (check,) = cell_of(NOTEBOOKS[stem], "check", name).outputs
    for _, text in folds:
        assert text not in check.data["text/plain"]


@every_exercise
def test_the_notebook_and_the_tally_call_an_exercise_by_the_same_title(stem, name):
    heading = cell_of(NOTEBOOKS[stem], "about", name).source.splitlines()[0]
    title = heading.partition(": ")[2].replace(r"\lambda", "λ").replace("$", "")
    assert title == {**EXERCISES, **PREDICTIONS}[name].title


@every_notebook
def test_the_tally_lists_the_exercises_in_the_notebook_s_order(stem):
    names = exercise_names(NOTEBOOKS[stem])
    assert [name for name in ASKED.get(stem.partition("_")[0], ()) if name in names] == names


@every_exercise
def test_solving_is_never_needed_to_go_on(stem, name):
    mine = {f"my_{name}", f"choice_{name}"}
    for cell in NOTEBOOKS[stem].cells:
        own = cell.id in {f"{part}-{name}" for part in ("exercise", "check", "run")}
        own |= f'yours("{name}", my_{name})' in cell.source  # ours stands in
        if cell.cell_type == "code" and not own and not cell.source.startswith("%"):
            used = {node.id for node in ast.walk(ast.parse(cell.source)) if hasattr(node, "id")}
            assert not used & mine, cell.id


@every_notebook
def test_the_two_forms_differ_in_the_exercises_only(solved, stem):
    student = forms.student(NOTEBOOKS[stem])
    text = "\n".join(cell.source for cell in student.cells)
    assert "<summary>Solution" not in text and "BEGIN SOLUTION" not in text
    theirs = {cell.id: cell for cell in solved[stem].cells if not cell.id.startswith("notes-")}
    for cell in student.cells:
        part, _, name = cell.id.partition("-")
        if cell.id != TALLY and ((stem, name) not in IN_NOTEBOOKS or part in ("about", "hints")):
            assert cell == theirs[cell.id]


@every_exercise
def test_cells_carry_what_nbgrader_asks_for(solved, stem, name):
    for form in (solved[stem], forms.student(NOTEBOOKS[stem])):
        answer, check = (
            cell_of(form, part, name).metadata["nbgrader"] for part in ("exercise", "check")
        )
        for marks in (answer, check):
            assert marks["schema_version"] == 3 and re.fullmatch(r"[\w-]+", marks["grade_id"])
        assert answer["solution"] and not answer["locked"] and not answer["grade"]
        assert check["grade"] and check["locked"] and check["points"] > 0


def test_nothing_that_students_get_leads_to_the_guide(solved, tmp_path, monkeypatch):
    monkeypatch.setattr(forms, "exercise_names", lambda notebook: [])  # no need to solve them
    folder = forms.build("instructor", target=tmp_path / "instructor")
    pages = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in folder.rglob("*.md")
    }
    assert set(pages) == {
        path.relative_to(DOCS).as_posix()
        for path in DOCS.rglob("*.md")
        if path.name in (*forms.PAGES, forms.GUIDE)
    }
    for name, text in pages.items():
        assert name.endswith(forms.GUIDE) or f"{forms.GUIDE}" not in text, name
    for notebook in solved.values():
        assert not [cell.id for cell in notebook.cells if f"({forms.GUIDE}" in cell.source]
    assert f'"{forms.GUIDE}"]' in (folder / "nbgrader_config.py").read_text("utf-8")


@every_notebook
def test_every_cell_has_a_place_on_the_slides(stem):
    kinds = {cell.metadata.get("slideshow", {}).get("slide_type") for cell in NOTEBOOKS[stem].cells}
    assert kinds <= {"slide", "subslide", "skip", "-"} and "slide" in kinds
    assert any("nst_notes" in cell.metadata for cell in NOTEBOOKS[stem].cells)


@every_notebook
def test_the_slides_need_no_network(stem):
    page = slides.export(ROOT / "notebooks" / f"{stem}.ipynb")
    assert not re.findall(r'<(?:script|link)[^>]*(?:src|href)="(?:https?:)?//', page)
    assert ' alt=""' not in page
    assert page.count("<section>") > 4 and '<aside class="notes">' in page


@every_notebook
def test_each_slide_has_one_figure_at_most_and_each_figure_a_slide(stem):
    made = slides.slides(NOTEBOOKS[stem])
    figures = [[b.cell.id for b in slide.blocks if b.kind == "figure"] for slide in made]
    assert max(map(len, figures)) == 1
    expected = [
        cell.id
        for cell in NOTEBOOKS[stem].cells
        for data in (
            *cell.get("attachments", {}).values(),
            *(output.get("data", {}) for output in cell.get("outputs", [])),
        )
        if any(kind.startswith("image/") for kind in data)
    ]
    assert [*dict.fromkeys(name for names in figures for name in names)] == expected
    assert all(slide.height <= slides.ROOM for slide in made)


def test_code_on_a_slide_is_broken_for_its_letters():
    long = "found = first_of_two(one_argument, another_argument, a_third_argument, the_last)"
    cells = [
        nbformat.v4.new_markdown_cell(f"# Title\n\n```python\n{long}\n```"),
        nbformat.v4.new_code_cell(long),
        nbformat.v4.new_code_cell(f"%time\n{long}"),  # no plain Python: it stays as it is
    ]
    (slide,) = slides.slides(nbformat.v4.new_notebook(cells=cells))
    plain = [re.sub(r"<[^>]+>", "", block.html).strip() for block in slide.blocks[1:]]
    longest = [max(map(len, text.splitlines())) for text in plain]
    assert longest[0] == longest[1] <= slides.LETTERS["code"] < longest[2] == len(long)


def test_each_slide_leads_to_the_same_place_in_the_other_language():
    text = [new_markdown_cell(f"## {n} A section\n\n{'Words. ' * n}", id=f"s{n}") for n in (1, 2)]
    split = [
        new_markdown_cell("## 1 一\n\n言葉。", id="s1"),
        new_markdown_cell("長い。" * 1200 + "\n\n" + "長い。" * 1200, id="more"),
        new_markdown_cell("## 2 二\n\n言葉。", id="s2"),
    ]
    english = slides.slides(
        new_notebook(cells=[text[0], new_markdown_cell("x", id="more"), text[1]])
    )
    japanese = slides.slides(new_notebook(cells=split))
    assert len(japanese) > len(english) == 2
    assert slides.same_places(english, japanese) == [0, len(japanese) - 1]
    there = slides.same_places(japanese, english)
    assert there[0] == 0 and there[-1] == 1 and there == sorted(there)


@pytest.mark.parametrize("path", paths("ja"), ids=lambda path: path.stem)
def test_slides_in_japanese_have_the_same_looks(path):
    page, english = slides.export(path), slides.export(NOTEBOOKS_AT / path.name)
    assert '<html lang="ja">' in page and '<html lang="en">' in english
    for look in ('class="exercise"', 'class="try"', 'class="lecture"'):
        assert page.count(look) == english.count(look), look
    assert page.count(f'href="{path.stem}.slides.html#/') == page.count("<section>")
    assert english.count(f'href="{path.stem}.ja.slides.html#/') == english.count("<section>")


def test_a_form_in_another_language_than_is_spoken_is_refused():
    with speaking("ja"), pytest.raises(ValueError, match="has 0 solutions"):
        forms.student(NOTEBOOKS["03_style_matrix"])


@pytest.mark.parametrize("path", paths("ja"), ids=lambda path: path.stem)
def test_a_student_s_form_in_japanese_has_no_solution(path):
    with speaking("ja"):
        form = forms.student(nbformat.read(path, 4))
    for name in exercise_names(form):
        hints = cell_of(form, "hints", name).source
        assert "解答" not in hints and "```python" not in hints


def test_slides_without_npm(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match=r"npm is missing.*Node\.js"):
        slides.fetch(tmp_path)


@every_notebook
def test_a_layer_in_brackets_does_not_become_a_link(stem):
    for cell in NOTEBOOKS[stem].cells:
        assert cell.cell_type == "code" or "^[l](" not in cell.source, cell.id
