"""The slides in a browser: the arrow to the right reaches every figure, and nothing overflows."""

import shutil

import nbformat
import pytest
from test_browser import SCREENSHOTS, chromium  # noqa: F401

from tools import slides
from tools.series import paths

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
  return {parts, images: images.map((one) => ({...place(one), alt: one.alt})),
          at: Reveal.getSlidePastCount(), last: Reveal.isLastSlide(),
          letters: body.innerText.trim().length};
}"""


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    """A folder with reveal.js and MathJax."""
    if shutil.which("npm") is None:
        pytest.skip("npm is missing: it fetches reveal.js and MathJax")
    folder = tmp_path_factory.mktemp("slides")
    slides.fetch(folder)
    return folder


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
def test_the_right_arrow_reaches_every_figure_and_nothing_overflows(chromium, target, path):  # noqa: F811
    made = target / f"{path.stem}.slides.html"
    made.write_text(slides.export(path), encoding="utf-8")
    page, errors, asked = chromium.new_page(viewport={"width": 1280, "height": 800}), [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(made.as_uri())
    page.wait_for_function("window.MathJax && MathJax.startup && MathJax.startup.promise")
    page.evaluate("MathJax.startup.promise")
    shown, wrong, steps = [], [], 0
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
            shown.append(image["alt"])
        assert seen["images"] or seen["letters"] > 10, f"{number} is empty"
        page.screenshot(path=SCREENSHOTS / f"{path.stem}-{seen['at'] + 1:02}.png")
        if seen["last"]:
            break
        page.keyboard.press("ArrowRight")
        steps += 1
    page.close()
    assert not wrong and not errors
    assert all(url.startswith("file:") for url in asked), "no network is needed"
    figures = [
        output.metadata[kind]["alt"]
        for cell in nbformat.read(path, 4).cells
        for output in cell.get("outputs", [])
        for kind in output.get("data", {})
        if kind.startswith("image/")
    ]
    assert [*dict.fromkeys(shown)] == figures
    assert figures
