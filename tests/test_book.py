"""What goes into the book, and what stays out; its pages are opened in tests/browser."""

import ast
import base64
import copy
import itertools
import json
import re
import shutil

import nbformat
import pytest
from PIL import Image
from test_forms import NOTEBOOKS

import nst_helpers
from nst_helpers.figures.book import handle_mime
from nst_helpers.languages import languages
from tools import book, moving, series, slides
from tools.hero import HERO
from tools.hosted import TO_FILL_IN, open_address
from tools.series import DOCS, NOTES, ROOT, SWITCH, all_paths, speaking

every_notebook = pytest.mark.parametrize("stem", NOTEBOOKS)


@every_notebook
def test_speakers_notes_stay_out(stem):
    assert any(NOTES in cell.metadata for cell in NOTEBOOKS[stem].cells)
    for made in (book.page(NOTEBOOKS[stem], f"{stem}.ipynb"), book.download(NOTEBOOKS[stem])):
        assert not any(NOTES in cell.metadata for cell in made.cells)


@every_notebook
def test_a_page_offers_its_notebook_below_the_title(stem):
    cells = book.page(NOTEBOOKS[stem], f"{stem}.ipynb").cells
    assert cells[0].source.startswith("# ")
    assert f'href="../downloads/{stem}.ipynb"' in cells[1].source
    assert [cell.id for cell in book.download(NOTEBOOKS[stem]).cells] == [
        cell.id for cell in NOTEBOOKS[stem].cells if cell.id != SWITCH
    ]


def test_the_guide_is_public_but_for_what_the_speaker_says():
    guide = (DOCS / "instructor_guide.md").read_text("utf-8")
    public = book.public(guide)
    before, after = (re.findall(r"^## (.+)$", text, re.M) for text in (guide, public))
    assert [heading for heading in before if heading not in after] == list(book.UNSAID)
    for notebook in NOTEBOOKS.values():
        for cell in notebook.cells:
            assert cell.metadata.get(NOTES, "no notes")[:60] not in public
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in after}
    assert set(re.findall(r"\]\(#([^)]+)\)", public)) <= anchors


def test_the_guide_s_unsaid_sections_are_found():
    with pytest.raises(ValueError, match="0 sections “What to say at each figure”"):
        book.public("# A guide\n\n## Two plans\n")
    with speaking("ja"), pytest.raises(ValueError, match="0 sections “それぞれの図で話すこと”"):
        book.public("# A guide\n\n## What to say at each figure\n\n## Two plans\n")


# Languages


def test_what_is_not_there_in_a_language_leads_to_the_english(tmp_path, monkeypatch):
    for name in ("notebooks/01_a.ipynb", "notebooks/02_b.ipynb", "notebooks/ja/01_a.ipynb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "docs" / "ja").mkdir(parents=True)
    for name in ("questions.md", "glossary.md", "ja/questions.md"):
        (tmp_path / "docs" / name).touch()
    monkeypatch.setattr(series, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr(book, "DOCS", tmp_path / "docs")
    monkeypatch.setattr(book, "ROOT", tmp_path)
    text = (
        "[English](../01_a.ipynb)\n\n[two](02_b.ipynb), [terms](../../docs/glossary.md#gram), "
        "[asked](../../docs/ja/questions.md), [asked too](../../docs/questions.md), "
        "[there](../../docs/questions.md#why), [elsewhere](https://example.org), [here](#gram)"
    )
    with speaking("ja"):
        made = book.linked(text, tmp_path / "notebooks" / "ja" / "01_a.ipynb")
        page = book.linked(
            "[one](../../notebooks/ja/01_a.ipynb)", tmp_path / "docs/ja/questions.md"
        )
    assert made == (
        '<a href="../../notebooks/02_b.html">two</a>, '
        '<a href="../../docs/glossary.html#gram">terms</a>, '
        "[asked](../docs/questions.md), [asked too](../docs/questions.md), "
        '<a href="../../docs/questions.html#why">there</a>, '
        "[elsewhere](https://example.org), [here](#gram)"
    )
    assert page == "[one](../notebooks/01_a.ipynb)"


def test_the_points_of_the_lecture_have_a_look_of_their_own():
    text = "## 1 A\n\n*Lecture: points 1 and 2.* They\nare few.\n\nMore."
    quiet = (
        '## 1 A\n\n<div class="lecture">\n\n*Lecture: points 1 and 2.* They\nare few.\n\n\n</div>\n'
    )
    assert book.quiet(text) == quiet + "\nMore."
    with speaking("ja"):
        assert book.quiet("*講義:1。*").startswith('<div class="lecture">')


@pytest.mark.parametrize("code", book.editions())
def test_a_first_page_names_what_there_is(code):
    with speaking(code):
        page, pages = book.first_page(), book.sources()
    assert "{{" not in page
    for name in pages:
        assert name == "index" or name.startswith("notebooks/") or f"\n{name}\n" in page


ADDRESSES = {
    "git+https://github.com/someone/nst.git": "https://colab.research.google.com/github/"
    "someone/nst/blob/main/notebooks/03.ipynb",
    "git+https://github.com/someone/nst.git@spring": "https://colab.research.google.com/github/"
    "someone/nst/blob/spring/notebooks/03.ipynb",
    "git+https://gitlab.com/a/b/nst.git@v2": "https://mybinder.org/v2/git/"
    "https%3A%2F%2Fgitlab.com%2Fa%2Fb%2Fnst.git/v2?labpath=notebooks/03.ipynb",
    "git+https://codeberg.org/a/nst": "https://mybinder.org/v2/git/"
    "https%3A%2F%2Fcodeberg.org%2Fa%2Fnst/HEAD?labpath=notebooks/03.ipynb",
    "https://example.org/nst_helpers-2.0.0-py3-none-any.whl": None,
    TO_FILL_IN: None,
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_notebook_opens_in_a_hosted_service_where_an_address_is_set(address, monkeypatch):
    opened = open_address("03.ipynb", address)
    assert opened == ADDRESSES[address]
    monkeypatch.setattr(book, "open_address", lambda name: opened)
    assert ("Open in a hosted notebook" in book.offer("03.ipynb")) == bool(opened)
    assert (str(opened) in book.first_page()) == bool(opened)
    assert "{{" not in book.first_page()


def test_the_reference_has_every_name_that_readers_import():
    rooms = {name: vars(__import__(f"nst_helpers.{name}", fromlist=["_"])) for name in book.ROOMS}
    here = {name for room in rooms.values() for name in room}
    used = set(nst_helpers.__all__)
    for notebook in NOTEBOOKS.values():
        for cell in notebook.cells:
            if cell.cell_type == "code":
                for node in ast.walk(ast.parse(cell.source)):
                    if isinstance(node, ast.ImportFrom) and node.module.startswith("nst_helpers"):
                        used |= {alias.name for alias in node.names}
    assert used - here - {"welcome"} == set(), "give its room a place in tools/book.py"


def test_without_npm(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(book, "KATEX", tmp_path / "none")
    with pytest.raises(SystemExit, match=r"npm is missing. It fetches KaTeX.*Node\.js"):
        book.katex(tmp_path)


class Renderer:
    def render_image(self, data):
        return [{"uri": data.mime_type}]


class Output:
    def __init__(self, mime_type, metadata):
        self.mime_type, self.output_metadata = mime_type, metadata


def test_a_figure_in_a_book_has_its_words():
    shown = Output("image/png", {"image/png": {"alt": "A wave.", "width": 900}})
    assert handle_mime(Renderer(), shown, False) == [{"uri": "image/png", "alt": "A wave."}]
    for other in (Output("image/png", {}), Output("text/html", {"text/html": {"alt": "?"}})):
        assert handle_mime(Renderer(), other, False) is None


def test_the_readme_has_a_place_for_the_book_s_address():
    first_screen = (ROOT / "README.md").read_text("utf-8").partition("\n## ")[0]
    assert "`ADDRESS_OF_THE_BOOK`" in first_screen
    assert (ROOT / ".github" / "workflows" / "book.yml").is_file()


# The figures that move


WORDS = [f"figure.{code}.json" for code in languages()]


def test_all_frames_are_there_and_they_are_small():
    folders = sorted(path.name for path in moving.FRAMES.iterdir())
    assert folders == sorted(moving.PLACES)
    files = [path for path in moving.FRAMES.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 6_000_000
    for name in folders:
        expected = {*WORDS}
        for content in (
            json.loads((moving.FRAMES / name / words).read_text("utf-8")) for words in WORDS
        ):
            places = [*itertools.product(*(range(len(s["values"])) for s in content["sliders"]))]
            assert len(content["said"]) == len(set(content["said"])) == len(places)
            for number, pane in enumerate(content["panes"]):
                moved = places if pane["moves"] else [()]
                files = {"-".join(map(str, [number, *at])) + pane["ending"] for at in moved}
                for file in files:
                    with Image.open(moving.FRAMES / name / file) as picture:
                        assert list(picture.size) == pane["size"], (name, file)
                expected |= files
        assert {path.name for path in (moving.FRAMES / name).iterdir()} == expected


@pytest.mark.parametrize("name", moving.PLACES)
def test_a_figure_says_the_same_numbers_in_each_language(name):
    contents = [json.loads((moving.FRAMES / name / words).read_text("utf-8")) for words in WORDS]
    numbers = [
        [sorted(re.findall(r"[\d.⁰-⁹⁻]+\d", said)) for said in one["said"]] for one in contents
    ]
    values = [[slider["values"] for slider in one["sliders"]] for one in contents]
    assert all(one == numbers[0] for one in numbers) and all(one == values[0] for one in values)
    with speaking("ja"):
        text = moving.figure(name, "")
    said = re.findall(r'(?:<p>|<output>|<figcaption>|alt=")(.+?)[<"]', text)
    assert len(said) >= 4 and not [words for words in said if not re.search("[ぁ-ヿ一-鿿]", words)]


@pytest.mark.parametrize("name", moving.PLACES)
def test_a_figure_stands_below_its_cell_and_shows_its_first_place(name):
    stem, cell = moving.PLACES[name]
    made = book.page(NOTEBOOKS[stem], f"{stem}.ipynb").cells
    ids = [one.id for one in made]
    assert ids[ids.index(f"moving-{name}") - 1] == cell
    source = made[ids.index(f"moving-{name}")].source
    content = json.loads(re.search(r'"application/json">(.*)</script>', source)[1])
    assert (content["play"], content["pause"]) == ("Play", "Pause")
    first = "-".join(str(slider["first"]) for slider in content["sliders"])
    pane = next(n for n, pane in enumerate(content["panes"]) if pane["moves"])
    assert f'src="../_static/moving/{name}/{pane}-{first}.webp"' in source
    assert "\n\n" not in source


def test_a_figure_whose_cell_is_gone_says_so():
    stem, cell = moving.PLACES["together"]
    notebook = copy.deepcopy(NOTEBOOKS[stem])
    notebook.cells = [one for one in notebook.cells if one.id != cell]
    with pytest.raises(ValueError, match=f"The figure together stands below {cell}"):
        book.page(notebook, f"{stem}.ipynb")


@pytest.mark.parametrize("path", [path for path in all_paths() if path.name.startswith("00_")])
def test_notebook_00_begins_with_the_large_picture(path):
    first = nbformat.read(path, 4).cells[0]
    assert base64.b64decode(first.attachments["hero.jpg"]["image/jpeg"]) == HERO.read_bytes()
    address = f"(data:image/jpeg;base64,{first.attachments['hero.jpg']['image/jpeg']})"
    shown = book.page(nbformat.read(path, 4), path.name).cells[0]
    assert address in shown.source and "attachments" not in shown
    picture = slides.slides(nbformat.read(path, 4))[0].blocks[1]
    assert picture.html.startswith('<img src="data:image/jpeg;base64,')
