"""The book in a browser, from its folder: each page wide and narrow, in the light and in the dark.

The screenshots lie beside those of the other tests.
"""

import html
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlparse

import nbformat
import pytest
from test_browser import SCREENSHOTS, chromium  # noqa: F401

from nst_helpers.languages import _
from tools import book, moving, npm
from tools.series import DOCS, NOTES, all_paths, folder, language_of, speaking


def pages(language):
    """The pages of a language, as they lie in the book."""
    with speaking(language):
        names = [*book.sources(), "search"]
    return [(Path(folder(language)) / f"{name}.html").as_posix() for name in names]


PAGES = [page for language in book.editions() for page in pages(language)]
FIRST = 1_000_000  # bytes of the first page before it is scrolled
LAYOUTS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]

# What is wrong with a page, seen from within: all lists are empty in a good one.
SEEN = r"""async () => {
  const inner = document.querySelector('article') || document.body;
  const walk = document.createTreeWalker(inner, NodeFilter.SHOW_TEXT);
  const unset = [];
  for (let node; (node = walk.nextNode());) {
    const apart = 'pre, code, script, style, .formula, .sig, .field-list strong';  // **options
    if (node.parentElement.closest(apart)) continue;
    const left = /\$[^$\n]+\$|\\\(|\\\[|\\[a-z]{3}|\*\*|[ぁ-ヿ一-鿿]\*/;
    if (left.test(node.data)) unset.push(node.data.slice(0, 80));
  }
  for (const one of document.querySelectorAll('.formula')) {
    if (!one.querySelector('.katex-html') || one.querySelector('.katex-error')) {
      unset.push(one.textContent.slice(0, 80));
    }
  }
  const images = [...document.querySelectorAll('article img')];
  images.forEach((one) => { one.loading = 'eager'; });
  await Promise.all(images.map((one) => one.decode().catch(() => {})));
  await document.fonts.ready;
  return {
    wide: document.documentElement.scrollWidth - innerWidth,
    unset,
    formulas: document.querySelectorAll('.formula').length,
    broken: images.filter((one) => !one.naturalWidth).map((one) => one.src),
    // A Japanese letter says as much as two others.
    silent: images.filter((one) => one.alt.replace(/[^\x00-\u03ff]/g, '12').length < 20)
      .map((one) => one.src),
    said: images.map((one) => one.alt),
    stick_out: images.filter((one) => one.getBoundingClientRect().right > innerWidth)
      .map((one) => one.src),
    // Where there is room, nothing has to be scrolled to be read.
    cut: innerWidth < 1280 ? [] : [...document.querySelectorAll('.katex-display, article pre')]
      .filter((one) => one.scrollWidth > one.clientWidth + 1)
      .map((one) => one.textContent.slice(0, 80)),
    open: [...document.querySelectorAll('article details[open]')].map((one) => one.innerText),
    fonts: [...document.fonts].filter((one) => one.status === 'error').map((one) => one.family),
  };
}"""


@pytest.fixture(scope="module")
def made():
    """The book, made anew; and Axe, if it is there, to look at it."""
    if why := npm.trouble():
        pytest.skip(f"{why}: it fetches KaTeX")
    if importlib.util.find_spec("myst_nb") is None:
        pytest.skip("myst-nb is missing: make test-browser installs it")
    run = subprocess.run([sys.executable, "-m", "tools.book"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return book.TARGET


@pytest.fixture(scope="module")
def axe():
    folder = Path(pytest.importorskip("axe_playwright_python").__file__).parent
    return (folder / "axe.min.js").read_text("utf-8")


class Watched:
    """A page with what it complained of and what it asked for."""

    def __init__(self, browser, width=1280, scheme="light", **options):
        self.page = browser.new_page(
            viewport={"width": width, "height": 900}, color_scheme=scheme, **options
        )
        self.wrong, self.asked = [], []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on(
            "console",
            lambda said: self.wrong.append(said.text) if said.type in ("error", "warning") else 0,
        )
        self.page.on("requestfailed", lambda request: self.wrong.append(request.url))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.page.close()


def test_every_page_is_known(made):
    assert {path.relative_to(made).as_posix() for path in made.rglob("*.html")} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole(chromium, made, axe, name):  # noqa: F811
    # The look is the same in all languages: of the others, the first and the last are enough.
    for width, scheme in LAYOUTS[::3] if re.match(r"\w\w/", name) else LAYOUTS:
        with Watched(chromium, width, scheme) as watched:
            page = watched.page
            page.goto((made / name).as_uri())
            seen = page.evaluate(SEEN)
            place = f"{width} {scheme}"
            for fault in ("unset", "broken", "silent", "stick_out", "cut", "open", "fonts"):
                assert seen[fault] == [], (place, fault)
            assert seen["wide"] <= 0, place
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 200) == (scheme == "dark")
            shot = f"book_{name.replace('/', '_').removesuffix('.html')}_{width}_{scheme}.png"
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SCREENSHOTS / shot)
            if (width, scheme) in (LAYOUTS[0], LAYOUTS[-1]):
                page.evaluate(axe)
                found = page.evaluate(
                    "axe.run({preload: false})"
                )  # it would read styles by requests
                serious = [
                    (one["id"], node["html"][:200], node["failureSummary"])
                    for one in found["violations"]
                    if one["impact"] in ("serious", "critical")
                    for node in one["nodes"]
                ]
                assert serious == [], place
                assert "color-contrast" in {one["id"] for one in found["passes"]}
        assert watched.wrong == [], place
        assert all(url.startswith(("file:", "data:")) for url in watched.asked), "no network"
    if name == "notebooks/03_style_matrix.html":
        assert seen["formulas"] > 50


@pytest.mark.parametrize("name", PAGES)
def test_no_link_is_broken(made, name):
    text = (made / name).read_text("utf-8")
    for address in re.findall(r'\b(?:href|src)="([^"]*)"', text):
        address = html.unescape(address)
        if address.startswith(("https://", "data:")):
            continue
        there = urlparse(address)
        assert not there.scheme, address
        path = (made / name).parent / unquote(there.path) if there.path else made / name
        assert path.is_file(), address
        if there.fragment and path.suffix == ".html":
            mark = unquote(there.fragment)
            assert re.search(rf'\b(?:id|name)="{re.escape(mark)}"', path.read_text("utf-8")), (
                address
            )


@pytest.mark.parametrize("path", all_paths(), ids=lambda path: f"{language_of(path)}-{path.stem}")
def test_a_notebook_is_shown_with_its_figures_words_and_without_the_speaker_s(
    chromium,  # noqa: F811
    made,
    path,
):
    notebook = nbformat.read(path, 4)
    part = made / folder(language_of(path))
    with speaking(language_of(path)):
        solution = _("Solution")
    with Watched(chromium) as watched:
        watched.page.goto((part / "notebooks" / f"{path.stem}.html").as_uri())
        said = watched.page.evaluate(SEEN)["said"]
        solutions = watched.page.locator("details", has_text=solution)
        folded = [c for c in notebook.cells if f"<summary>{solution}</summary>" in c.source]
        assert solutions.count() >= len(folded)
    figures = [
        output.metadata[kind]["alt"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for kind in output.get("data", {})
        if kind.startswith("image/")
    ]
    assert figures and [words for words in said if words in figures] == figures
    given = (part / "downloads" / path.name).read_text("utf-8")
    shown = html.unescape((part / "notebooks" / f"{path.stem}.html").read_text("utf-8"))
    nbformat.validate(nbformat.reads(given, 4))
    for cell in notebook.cells:
        if notes := cell.metadata.get(NOTES):
            assert notes[:40] not in shown and json.dumps(notes, ensure_ascii=False) not in given


ASKED = [
    ("en", "Gram", ["03_style_matrix", "glossary"]),
    ("en", "グラム行列", ["glossary"]),
    ("ja", "グラム行列", ["00_start_here", "03_style_matrix"]),
    ("ja", "相関", ["02_channel_correlation"]),
    ("ja", "gram_matrix", ["02_channel_correlation"]),
]


@pytest.mark.parametrize(("language", "words", "places"), ASKED)
def test_the_search_finds(chromium, made, language, words, places):  # noqa: F811
    with speaking(language):
        there = {Path(name).name for name in book.sources()}
    with Watched(chromium, 390) as watched:
        page = watched.page
        page.goto((made / folder(language) / "index.html").as_uri())
        page.locator("label[for='__navigation']:visible").click()
        page.locator("input[name='q']").fill(words)
        page.keyboard.press("Enter")
        for found in there.intersection(places):  # they come one after the other
            page.wait_for_selector(f"#search-results li a[href*='{found}.html']")
        page.locator("#search-results li a").first.click()
        page.wait_for_selector("article")
    assert watched.wrong == []


@pytest.mark.parametrize("language", book.editions())
@pytest.mark.parametrize("width", [1280, 390])
def test_the_first_page_is_light(chromium, made, language, width):  # noqa: F811
    with Watched(chromium, width) as watched:
        watched.page.goto(
            (made / folder(language) / "index.html").as_uri(), wait_until="networkidle"
        )
        files = {Path(unquote(urlparse(url).path)) for url in watched.asked if url[:5] == "file:"}
        assert sum(path.stat().st_size for path in files) < FIRST
        assert watched.page.locator("article img").first.bounding_box()["y"] < 500


@pytest.mark.parametrize("page", [page for page in pages("ja") if page != "ja/search.html"])
def test_each_heading_leads_to_the_same_in_the_other_language(chromium, made, page):  # noqa: F811
    texts = [(made / name).read_text("utf-8") for name in (page, page.removeprefix("ja/"))]
    assert [re.search(r'<html[^>]* lang="(\w+)"', text)[1] for text in texts] == ["ja", "en"]
    assert [text.count("Back to top") for text in texts] == [0, 1]
    japanese, english = (re.findall(r"<h([1-4])>", text) for text in texts)
    assert japanese == english
    with Watched(chromium, 390) as watched:
        watched.page.goto((made / page).as_uri())
        for there in ("English", "日本語"):
            headings = watched.page.locator("article :is(h1, h2, h3, h4)")
            at = headings.count() // 2
            headings.nth(at).evaluate("one => one.scrollIntoView({behavior: 'instant'})")
            name = headings.nth(at).evaluate("one => one.tagName")
            watched.page.locator("article > .other-language").click()
            watched.page.wait_for_url(re.compile("#heading-"))
            top = watched.page.locator("article :is(h1, h2, h3, h4)").nth(at)
            assert top.evaluate("one => one.tagName") == name, there
            watched.page.wait_for_timeout(100)
            bottom = watched.page.evaluate("document.body.scrollHeight - innerHeight - scrollY")
            assert -5 <= top.bounding_box()["y"] <= 300 or bottom < 5, there
    assert watched.wrong == []


def state(figure):
    """What a figure shows: its moving pictures, their words, the sentence."""
    return figure.evaluate(
        """one => [...one.querySelectorAll('img')].map((i) => [i.src.split('/').pop(), i.alt])
           .flat().concat(one.querySelector('output').textContent)"""
    )


@pytest.mark.parametrize("name", moving.PLACES)
def test_a_figure_moves_by_keyboard_mouse_and_touch(chromium, made, name):  # noqa: F811
    content = json.loads(moving.words(name).read_text("utf-8"))
    address = (made / "notebooks" / f"{moving.PLACES[name][0]}.html").as_uri()
    with Watched(chromium, 390, has_touch=True) as watched:
        page = watched.page
        page.goto(address)
        figure = page.locator(f"#moving-{name}")
        figure.scroll_into_view_if_needed()
        for slider in content["sliders"]:
            control = figure.get_by_role("slider", name=slider["label"], exact=True)
            last = len(slider["values"]) - 1
            seen = [state(figure)]
            control.focus()
            page.keyboard.press("Home")
            page.keyboard.press("ArrowRight")
            seen.append(state(figure))
            assert control.get_attribute("aria-valuetext") == slider["values"][1]
            box = control.bounding_box()
            middle = box["y"] + box["height"] / 2
            page.mouse.click(box["x"] + box["width"] - 2, middle)
            seen.append(state(figure))
            assert control.input_value() == str(last)
            page.touchscreen.tap(box["x"] + 4, middle)
            seen.append(state(figure))
            assert control.input_value() == "0"
            assert len({json.dumps(one) for one in seen[1:]}) == 3
            page.mouse.click(box["x"] + box["width"] / 2, middle)
        page.wait_for_function(
            "one => [...one.querySelectorAll('img')].every((i) => i.complete && i.naturalWidth)",
            arg=figure.element_handle(),
        )
        if content["plays"]:
            control.focus()
            page.keyboard.press("Home")
            before = state(figure)
            figure.get_by_role("button", name="Play").click()
            page.wait_for_function(
                "([one, was]) => one.querySelector('output').textContent !== was",
                arg=[figure.element_handle(), before[-1]],
            )
            figure.get_by_role("button", name="Pause").click()
            still = state(figure)
            page.wait_for_timeout(500)
            assert state(figure) == still
        figure.screenshot(path=SCREENSHOTS / f"book_moving_{name}_390.png")
    assert watched.wrong == []


@pytest.mark.parametrize("name", moving.PLACES)
def test_without_a_script_the_still_figure_is_seen(chromium, made, name):  # noqa: F811
    with Watched(chromium, java_script_enabled=False) as watched:
        page = watched.page
        page.goto((made / "notebooks" / f"{moving.PLACES[name][0]}.html").as_uri())
        figure = page.locator(f"#moving-{name}")
        figure.scroll_into_view_if_needed()
        assert figure.locator("img").count() >= 1
        for picture in figure.locator("img").all():
            assert picture.bounding_box()["width"] > 100
            address = picture.get_attribute("src")
            assert (made / "notebooks" / address).resolve().is_file()
            assert "{" not in picture.get_attribute("alt")
        assert figure.locator("input, button").count() == 0
        assert len(figure.locator("output").inner_text()) > 15
        figure.screenshot(path=SCREENSHOTS / f"book_still_{name}_1280.png")


def test_the_guide_keeps_the_speaker_s_words(made):
    text = (made / "docs" / "instructor_guide.html").read_text("utf-8")
    assert "What to say at each figure" not in text
    assert (DOCS / "instructor_guide.md").is_file()
