"""The slides in a browser: the arrow to the right reaches every figure, and nothing overflows."""

import re

import nbformat
import pytest
from test_browser import SCREENSHOTS, chromium, contrast  # noqa: F401

from nst_helpers.figures.look import PIXELS, TEXT
from nst_helpers.languages import _
from tools import npm, slides
from tools.series import language_of, paths, speaking

LETTERS = 24  # pixels of a label on a slide of 1280
# What is seen of the slide that is shown: its pictures, and what sticks out of its room.
SEEN = """() => {
  const slide = Reveal.getCurrentSlide(), scale = Reveal.getScale();
  const box = slide.getBoundingClientRect(), body = slide.querySelector('.body');
  const place = (one) => {
    const b = one.getBoundingClientRect();
    return {right: (b.right - box.left) / scale, bottom: (b.bottom - box.top) / scale,
            width: b.width / scale, height: b.height / scale, what: one.outerHTML.slice(0, 80)};
  };
  const parts = [...body.querySelectorAll(':scope > *, td, code, svg')].map(place);
  const images = [...body.querySelectorAll('img')];
  const look = (one) => { const style = getComputedStyle(one);
    return {text: one.textContent, size: parseFloat(style.fontSize), colour: style.color,
            bar: parseFloat(style.borderLeftWidth), edge: style.borderLeftColor}; };
  const looks = (selector) => [...slide.querySelectorAll(selector)].map(look);
  return {parts,
          images: images.map((one) => ({...place(one), alt: one.alt,
                                        pixels: [one.naturalWidth, one.naturalHeight]})),
          labels: looks('.where, .switch, td, th, .lecture, pre, code, pre *').concat(look(
            document.querySelector('.slide-number'))),
          quiet: looks('.lecture'), headings: looks('h1, h2, h3'), other: looks('p, li'),
          at: Reveal.getSlidePastCount(), last: Reveal.isLastSlide(),
          letters: body.innerText.trim().length};
}"""


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    """A folder with reveal.js and MathJax."""
    if why := npm.trouble():
        pytest.skip(f"{why}: it fetches reveal.js and MathJax")
    folder = tmp_path_factory.mktemp("slides")
    slides.prepare(folder)
    return folder


# One notebook in Japanese stands for all: the rules are the same, only letters are wider.
SHOWN = [*paths(), *(path for path in paths("ja") if path.stem.startswith("02"))]


@pytest.mark.parametrize("path", SHOWN, ids=slides.name)
def test_the_right_arrow_reaches_every_figure_and_nothing_overflows(chromium, target, path):  # noqa: F811
    made = target / slides.name(path)
    made.write_text(slides.export(path), encoding="utf-8")
    page, errors, asked = chromium.new_page(viewport={"width": 1280, "height": 800}), [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(made.as_uri())
    page.wait_for_function("window.MathJax && MathJax.startup && MathJax.startup.promise")
    page.evaluate("MathJax.startup.promise")
    shown, wrong, quiet, edges, steps = [], [], [], {}, 0
    while True:
        seen = page.evaluate(SEEN)
        number = f"slide {seen['at'] + 1}"
        assert seen["at"] == steps, "each press goes on by one slide"
        for part in seen["parts"]:
            if part["bottom"] > slides.HEIGHT or part["right"] > slides.CANVAS - 80:
                wrong.append((number, part))
        assert len(seen["images"]) <= 1, number
        for image in seen["images"]:
            full = image["width"] > slides.WIDTH - 1 or image["height"] > slides.ROOM - 1
            assert full and len(image["alt"]) >= 20, number
            wide, high = image["pixels"]
            inch = 2 * PIXELS * min(image["width"] / wide, image["height"] / high)
            assert TEXT["font.size"] / 72 * inch >= LETTERS, number
            shown.append(image["alt"])
        assert min(label["size"] for label in seen["labels"]) >= LETTERS, number
        assert len(seen["headings"]) <= 1, f"{number} has more than one thought"
        for heading in seen["headings"]:
            kind = re.match(r"[^\W\d]*", heading["text"])[0]
            edges.setdefault(kind, set()).add((heading["bar"] > 8, heading["edge"]))
        for mark in seen["quiet"]:  # smaller and paler than the text, and legible
            others = [one["size"] for one in seen["other"] if one["text"] != mark["text"]]
            assert mark["size"] < min(others, default=28), number
            assert contrast(mark["colour"], "rgb(255, 255, 255)") >= 4.5
            quiet.append(mark["text"])
        assert seen["images"] or seen["letters"] > 10, f"{number} is empty"
        page.screenshot(path=SCREENSHOTS / f"{made.stem}-{seen['at'] + 1:02}.png")
        if seen["last"]:
            break
        page.keyboard.press("ArrowRight")
        steps += 1
    fonts = page.evaluate(
        "document.fonts.load('24px slides-japanese', '行列').then((all) => all.length)"
    )
    page.close()
    assert fonts == 1, "where the system has no Japanese letters, ours are there"
    assert not wrong and not errors
    assert all(url.startswith("file:") for url in asked), "no network is needed"
    figures = re.findall(r"!\[(.+?)\]\(attachment:", "\n".join(sources(path)))  # they begin a page
    figures += [
        output.metadata[kind]["alt"]
        for cell in nbformat.read(path, 4).cells
        for output in cell.get("outputs", [])
        for kind in output.get("data", {})
        if kind.startswith("image/")
    ]
    assert [*dict.fromkeys(shown)] == figures
    assert figures
    with speaking(language_of(path)):
        points, exercise, to_try = _("Lecture"), _("Exercise"), _("Try it")
    said = re.findall(rf"^\*({points}[:\uff1a].+?)\*", "\n".join(sources(path)), re.M)
    assert quiet == said
    # An exercise and a panel to try are told from other headings, and from each other.
    marked = [edges.pop(kind) for kind in (exercise, to_try.split()[0]) if kind in edges]
    assert all(len(looks) == 1 and next(iter(looks))[0] for looks in marked)
    assert len(set(map(frozenset, marked))) == len(marked)
    assert not any(barred for looks in edges.values() for barred, _ in looks)


def sources(path):
    return [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown"]
