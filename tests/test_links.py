"""Every link leads somewhere, and every section and exercise that is named exists."""

import re

import nbformat
import pytest
from test_forms import NOTEBOOKS

import nst_helpers
from nst_helpers import conventions, exercises, images
from tools import forms, guide
from tools.series import ROOT, notes, text_of

PAGES = [
    *ROOT.glob("*.md"),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs").glob("ja/*.md")),
    *ROOT.glob("data/**/README.md"),
]
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in PAGES} | {
    f"notebooks/{stem}.ipynb": "\n\n".join(
        text_of(cell) for cell in notebook.cells if cell.cell_type == "markdown"
    )
    for stem, notebook in NOTEBOOKS.items()
}
BY_NUMBER = {stem.partition("_")[0]: f"notebooks/{stem}.ipynb" for stem in NOTEBOOKS}
every_text = pytest.mark.parametrize("name", TEXTS)
NUMBERS = r"(\d+(?:(?:, | and | to )\d+)*)"


def without_code(text):
    return re.sub(r"```.*?```|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]*\$", " ", text, flags=re.DOTALL)


def anchor(heading):
    """A heading as the forges and JupyterLab's preview write it into a link."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def headings(text):
    return re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)


def sections(name):
    """The numbered sections of a notebook, number to heading."""
    return dict(re.findall(r"^## (\d+) (.+)$", TEXTS[name], re.MULTILINE))


def broken_links(text, folder):
    for target in re.findall(r"(?<!\\)\]\(([^)\s]+)\)", without_code(text)):
        if target.startswith(("http://", "https://", "mailto:", "data:")):
            continue
        place, _, mark = target.partition("#")
        path = (folder / place).resolve()
        if place and not path.exists():
            yield target
        elif mark:
            there = path.read_text("utf-8") if place else text
            if mark not in map(anchor, headings(there)):
                yield target


def named_sections(name):
    """(notebook, number) of each section that is named; the nearest notebook before it counts."""
    for passage in re.split(r"\||\n\n|;|\. ", without_code(TEXTS[name])):
        for found in re.finditer(rf"\b[Ss]ections? {NUMBERS}", passage):
            before = re.findall(r"(?:\[|\bnotebook |^\s*|, )(0\db?)\b", passage[: found.start()])
            place = BY_NUMBER[before[-1]] if before else name
            for number in re.findall(r"\d+", found.group(1)):
                yield place, number


@every_text
def test_every_link_leads_somewhere(name):
    assert [*broken_links(TEXTS[name], (ROOT / name).parent)] == []


@every_text
def test_every_section_that_is_named_exists(name):
    for place, number in named_sections(name):
        assert place.endswith(".ipynb") and number in sections(place), (place, number)


def test_the_searches_find_what_is_wrong(tmp_path):
    (tmp_path / "page.md").write_text("# It's one\n", "utf-8")
    text = "[a](none.md), [b](page.md#its-one), [c](page.md#two), [d](#here)\n\n## Here"
    assert [*broken_links(text, tmp_path)] == ["none.md", "page.md#two"]
    assert len([*named_sections("docs/questions.md")]) > 5
    assert ("notebooks/03_style_matrix.ipynb", "2") in named_sections(
        "notebooks/03_style_matrix.ipynb"
    )


@pytest.mark.parametrize("kind", ["student", "instructor"])
def test_a_form_can_be_handed_out_as_it_is(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(forms, "exercise_names", lambda notebook: [])  # no need to solve them
    folder = forms.build(kind, target=tmp_path / kind)
    assert (folder / forms.GUIDE).exists() == (kind == "instructor")
    for path in folder.rglob("*.md"):
        assert [*broken_links(path.read_text("utf-8"), path.parent)] == []
    for path in folder.rglob("*.ipynb"):
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "markdown":
                assert [*broken_links(text_of(cell), path.parent)] == []


def index(name):
    """The index of the lecture's points in a page: point to the (notebook, section) pairs."""
    rows = re.findall(r"^\| (\d+) \| [^|]+ \| (.*) \|$", TEXTS[name], re.MULTILINE)
    return {
        int(point): {
            (notebook, number)
            for notebook, numbers in re.findall(rf"\[(0\db?)\][^,]*, sections? {NUMBERS}", where)
            for number in re.findall(r"\d+", numbers)
        }
        for point, where in rows
    }


def test_both_indices_say_the_same_and_hold_every_point():
    first, second = index("notebooks/00_start_here.ipynb"), index("docs/instructor_guide.md")
    assert first == second
    assert sorted(first) == list(range(1, 18)) and all(first.values())


def points_of_sections(name):
    """What the quiet line below a section's heading says: {number: points of the lecture}."""
    parts = re.split(r"^## (?:(\d+) )?", TEXTS[name], flags=re.MULTILINE)[1:]
    for number, text in zip(parts[::2], parts[1::2], strict=True):
        said = re.search(r"^\*Lecture: points? ([^*]*)\*$", text, re.MULTILINE)
        if number and said:
            spans = re.sub(
                r"(\d+) to (\d+)",
                lambda m: " ".join(map(str, range(int(m[1]), int(m[2]) + 1))),
                said[1],
            )
            yield number, {int(point) for point in re.findall(r"\d+", spans)}


def test_the_sections_name_the_points_that_the_index_finds_there():
    found = index("notebooks/00_start_here.ipynb")
    named = {point: set() for point in found}
    for number, name in BY_NUMBER.items():
        for section, points in points_of_sections(name):
            for point in points:
                named[point].add((number, section))
    for point, places in found.items():
        assert named[point] and named[point] <= places, point


def test_every_exercise_that_the_docs_name_exists():
    titles = "\n".join(
        re.findall(
            r"^### Exercise \d\.\d, (?:write it|predict): (.+)$", "\n".join(TEXTS.values()), re.M
        )
    )
    for name in ("docs/questions.md", "docs/instructor_guide.md"):
        found = re.findall(
            r"(?:[Ee]xercise|[Pp]rediction|Vote on) [\"“]([^\"”]+)[\"”]", TEXTS[name]
        )
        assert found
        for title in found:
            assert title in titles, title


def test_exercises_are_numbered_in_the_order_of_the_notebook():
    for number, name in BY_NUMBER.items():
        found = re.findall(r"^### Exercise (\d)\.(\d)", TEXTS[name], re.MULTILINE)
        expected = [(str(int(number[:2])), str(at)) for at in range(1, len(found) + 1)]
        assert found == expected, name


def test_the_guide_says_something_at_each_figure():
    for stem, notebook in NOTEBOOKS.items():
        silent = [c.id for c in guide.figure_cells(notebook) if len(notes(c)) < 15]
        assert silent == [], stem


@pytest.mark.parametrize(("language", "path"), guide.guides().items())
def test_the_guide_s_table_is_that_of_the_notebooks(language, path):
    page = path.read_text("utf-8")
    assert guide.written(page, language) == page, "python -m tools.guide writes the table"


def test_the_minutes_of_the_map_are_those_of_the_notebooks():
    rows = re.findall(
        r"^\| \[(0\db?) .* \| (\d+) \|$", TEXTS["notebooks/00_start_here.ipynb"], re.MULTILINE
    )
    assert ["00", *(number for number, _ in rows)] == sorted(BY_NUMBER)
    for number, minutes in rows:
        opening = TEXTS[BY_NUMBER[number]].partition("\n## ")[0]
        stated = re.findall(r"(?:Reading|Exercises|Explorer|Studio): (\d+) minutes", opening)
        assert stated and sum(map(int, stated)) == int(minutes), number
    lecture = sum(int(minutes) for number, minutes in rows if number < "06")
    assert 240 <= lecture <= 280, "the lecture in under five hours, with 00"


def test_the_map_names_every_room_and_every_effect():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    package = ROOT / "nst_helpers"
    rooms = {path.name for path in package.glob("*.py")} - {"__init__.py"}
    rooms |= {f"{path.parent.name}/" for path in package.glob("*/__init__.py")}
    rooms |= {f"session/{path.name}" for path in package.glob("session/[!_]*.py")}
    unnamed = [room for room in sorted(rooms) if f"{room}`" not in text]
    assert not unnamed, "give it a line in the map, or among the effects"
    named = re.findall(r"`(?:nst_helpers/|tools/|tests/)?([\w/]+\.py)`", text)
    assert [name for name in named if not [*ROOT.glob(f"**/{name}")]] == []


# The questions everyone asks ------------------------------------------------------------------

ASKED = (
    "divide the Gram matrix by something else",
    "11 and not 9.19",
    "black, NaN, or blue",
    "Ten minutes an iteration",
    "Where are the weights",
    "Model not found",
    "broke with the next Keras",
    "git pull is blocked by outputs",
    "present this from JupyterLab",
    "Is a lower loss a better picture",
)


@pytest.mark.parametrize("question", ASKED)
def test_every_question_is_answered_and_says_where(question):
    text = TEXTS["docs/questions.md"]
    rows = [row for row in text.splitlines() if row.startswith("| [") and question in row]
    assert len(rows) == 1
    assert question in "\n".join(re.findall(r"^## (.+)$", text, re.MULTILINE))
    code = rows[0].split("|")[-2]
    for name in re.findall(r"`([^`]+)`", code):
        word = re.match(r"[\w./]+", name).group()
        if word.endswith((".py", ".ipynb")):
            assert any((ROOT / folder / word).exists() for folder in (".", "nst_helpers")), word
        else:
            places = (nst_helpers, conventions, exercises, images)
            assert any(hasattr(place, word.rpartition(".")[2]) for place in places), word
