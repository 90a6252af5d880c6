"""The Japanese pages say what the English ones say: headings, tables, code, links and numbers."""

import re
from collections import Counter

import pytest

from tools.series import DOCS, ROOT

ENGLISH = {ROOT / "README.ja.md": ROOT / "README.md"}
ENGLISH |= {path: DOCS / path.name for path in sorted((DOCS / "ja").glob("*.md"))}
FENCE = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)


def numbers(text):
    """How often each number stands in a text, where it is not code, a formula or an address."""
    plain = re.sub(r"\]\([^)]*\)|`[^`\n]*`|\$[^$\n]*\$|https?://\S+", " ", FENCE.sub(" ", text))
    return Counter(re.findall(r"\d+(?:[.,/]\d+)*", plain))


def links(text):
    """How often each page is led to, whichever language it is in."""
    found = re.findall(r"\]\(([^)\s#]+)[^)\s]*\)", FENCE.sub(" ", text))
    return Counter(re.sub(r"^(\.\./)+|(?<=/)ja/|^ja/|\.ja(?=\.md)", "", link) for link in found)


@pytest.fixture(params=ENGLISH, ids=lambda path: path.relative_to(ROOT).as_posix())
def both(request):
    """A page in English and in Japanese."""
    return ENGLISH[request.param].read_text("utf-8"), request.param.read_text("utf-8")


def test_they_have_the_same_parts(both):
    english, japanese = both
    for part in (r"^#+ ", r"^\|(?=.*\|$)", r"^- "):
        one, other = (re.findall(part, text, re.MULTILINE) for text in both)
        assert other == one, part
    own = japanese.replace("notebooks/ja/", "notebooks/")
    assert FENCE.findall(own) == FENCE.findall(english)


def test_they_lead_to_the_same_places(both):
    english, japanese = map(links, both)
    assert japanese == english


def test_no_number_is_lost_or_old(both):
    english, japanese = map(numbers, both)
    assert english - japanese == Counter()


def test_each_leads_to_the_other_below_its_title(both):
    english, japanese = (text.split("\n\n")[1] for text in both)
    assert re.fullmatch(r"\[[^\]]*日本語[^\]]*\]\((ja/\w+|README\.ja)\.md\)", english)
    assert re.fullmatch(r"\[[^\]]* in English\]\((\.\./\w+|README)\.md\)", japanese)


def test_what_differs_is_seen():
    assert numbers("1.7 times, `3`, in 1/8 of 512 × 512") - numbers("1.7倍、1/8、512") == {"512": 1}
    assert links("[a](docs/a.md#b)") == links("[あ](docs/ja/a.md#い)") == {"docs/a.md": 1}
