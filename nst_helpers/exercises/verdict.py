"""What a check found, and how it looks: ✓, ✗ or ○ in words, with colour where a page can show it.

Letters are white on a dark green or red, or in the page's own colour, so that they can be read in
a light and in a dark theme; where a page shows no colours, the marks and the words remain.
"""

from __future__ import annotations

import html
import re
from typing import NamedTuple

RIGHT, WRONG, OPEN = "✓", "✗", "○"
WORDS = {RIGHT: "Right", WRONG: "Not right yet", OPEN: "Not attempted yet"}
LINES = {RIGHT: "solid #1a7f37", WRONG: "solid #c62828", OPEN: "dotted currentColor"}
BADGES = {
    RIGHT: "color:#ffffff;background:#1a7f37",
    WRONG: "color:#ffffff;background:#c62828",
    OPEN: "border:1px dashed currentColor",
}


class Verdict(NamedTuple):
    """What a checker found: is it right, which mistake was recognised, what is told."""

    right: bool
    mistake: str | None
    told: str
    attempted: bool = True

    @property
    def mark(self) -> str:
        """✓, ✗ or ○."""
        return RIGHT if self.right else WRONG if self.attempted else OPEN

    @property
    def text(self) -> str:
        """All that is said, in plain text."""
        mistake = f": {self.mistake}" if self.mistake else ""
        gap = "\n" if mistake or "\n" in self.told else " "
        return f"{self.mark} {WORDS[self.mark]}{mistake}.{gap}{self.told}"

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        mistake = f" · <strong>{as_html(self.mistake)}</strong>" if self.mistake else ""
        head = badge(self.mark, WORDS[self.mark]) + mistake
        return framed(f"{head}<br>{as_html(self.told)}", LINES[self.mark])


class Tally(NamedTuple):
    """The exercises of one notebook, each title with its mark."""

    notebook: str
    marks: dict[str, str]

    @property
    def opening(self) -> str:
        """How many are solved."""
        solved = list(self.marks.values()).count(RIGHT)
        return f"Notebook {self.notebook}: {solved} of {len(self.marks)} exercises solved."

    @property
    def closing(self) -> str:
        """What the rest is to be taken for."""
        if set(self.marks.values()) == {RIGHT}:
            return "That is all of them: well done."
        return "What is open can wait: nothing later needs it."

    def __repr__(self) -> str:
        lines = [f"{mark} {_entry(title, mark)}" for title, mark in self.marks.items()]
        return "\n".join([self.opening, *lines, self.closing])

    def _repr_html_(self) -> str:
        lines = [
            f"{badge(mark)} {as_html(_entry(title, mark))}" for title, mark in self.marks.items()
        ]
        opening = f"<strong>{as_html(self.opening)}</strong>"
        return framed("<br>".join([opening, *lines, as_html(self.closing)]))


def _entry(title: str, mark: str) -> str:
    return title if mark == RIGHT else f"{title} ({WORDS[mark].lower()})"


def badge(mark: str, words: str = "") -> str:
    """Return a mark as HTML: white on its colour, or framed where nothing was tried."""
    look = f"padding:1px 8px;border-radius:9px;{BADGES[mark]}"
    return f'<strong style="{look}">{" ".join((mark, words)).strip()}</strong>'


def framed(inner: str, line: str = "solid currentColor") -> str:
    """Return a paragraph as HTML, with a line beside it."""
    return f'<div style="border-left:4px {line};padding:2px 10px;line-height:1.8">{inner}</div>'


def as_html(text: str) -> str:
    """Return plain text as HTML, with what stands between backticks as code."""
    text = html.escape(text, quote=False).replace("\n", "<br>")
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
