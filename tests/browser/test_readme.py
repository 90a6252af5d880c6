"""The README as a hosting site shows it: a finished picture first, and nothing wider than a phone.

The page has the width, the margins and the tables of GitHub's.
"""

import pytest
from markdown_it import MarkdownIt
from test_browser import SCREENSHOTS, chromium  # noqa: F401

from tools import letters
from tools.portraits import PORTRAITS
from tools.series import DOCS, ROOT

LOOK = """
  body { margin: 0; color: #1f2328;
         font: 16px/1.5 "Noto Sans", Helvetica, Arial, sans-serif, japanese; }
  article { box-sizing: border-box; max-width: 1012px; margin: 0 auto; padding: 32px; }
  @media (max-width: 767px) { article { padding: 16px; } }
  h1, h2 { border-bottom: 1px solid #d1d9e0; padding-bottom: 0.3em; margin: 24px 0 16px; }
  h1 { font-size: 2em; margin-top: 0; }
  p, ul, table, pre { margin: 0 0 16px; }
  img { max-width: 100%; }
  pre { padding: 16px; overflow: auto; background: #f6f8fa; font-size: 85%; }
  code { font-size: 85%; overflow-wrap: break-word; }
  pre code { font-size: 100%; }
  table { display: block; width: max-content; max-width: 100%; overflow: auto;
          border-collapse: collapse; }
  td, th { padding: 6px 13px; border: 1px solid #d1d9e0; }
"""
SEEN = """() => ({
  wide: document.documentElement.scrollWidth,
  headings: [...document.querySelectorAll('h2')].map((one) => [one.textContent,
    one.getBoundingClientRect().top]),
  images: [...document.querySelectorAll('img')].map((one) => {
    const b = one.getBoundingClientRect();
    return {name: one.src.split('/').pop(), alt: one.alt, pixels: one.naturalWidth,
            top: b.top, bottom: b.bottom, width: b.width}; }),
})"""


FIRST = ("Get it", "Open it", "What you will see"), ("手に入れる", "開く", "見られるもの")
LAST = ("Commands and tests", "Licences"), ("コマンドとテスト", "ライセンス")


@pytest.fixture(scope="module", params=["README.md", "README.ja.md"])
def readme(request, tmp_path_factory):
    """The README as a page."""
    text = (ROOT / request.param).read_text("utf-8")
    body = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    page = tmp_path_factory.mktemp("readme") / "readme.html"
    page.write_text(
        f'<!doctype html><meta charset="utf-8"><base href="{ROOT.as_uri()}/">'
        f'<style>@font-face {{ font-family: japanese; src: url("{letters.FONT.as_uri()}"); }}{LOOK}'
        f"</style><article>{body}</article>",
        encoding="utf-8",
    )
    return page


@pytest.mark.parametrize("width", [1280, 390])
def test_the_readme_begins_with_a_result_and_ends_with_the_tests(chromium, readme, width):  # noqa: F811
    page = chromium.new_page(viewport={"width": width, "height": 800})
    page.goto(readme.as_uri(), wait_until="load")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    language = page.evaluate("Number(/[ぁ-ヿ]/.test(document.querySelector('h1').textContent))")
    page.screenshot(
        path=SCREENSHOTS / f"readme_{['en', 'ja'][language]}_{width}.png", full_page=True
    )
    seen = page.evaluate(SEEN)
    page.close()
    assert seen["wide"] <= width
    first = seen["images"][0]
    assert first["name"] == "studio.webp"
    assert first["bottom"] <= 800, "a picture that is being made is on the first screen"
    names, tops = zip(*seen["headings"])
    assert names[:3] == FIRST[language] and names[-2:] == LAST[language]
    assert tops[0] <= 2 * 800, "how to get it is on the second screen"
    panels = [one for one in seen["images"] if tops[2] < one["top"] < tops[3]]
    assert {one["name"] for one in panels} >= {f"{one.name}.jpg" for one in PORTRAITS}
    for image in seen["images"]:
        assert len(image["alt"]) >= 20, image
        assert image["pixels"] >= image["width"], "it is sharp"
        assert (DOCS / image["name"]).stat().st_size < 250_000 or image is first, image
