"""What a check found, and how it looks: ✓, ✗ or ○ in words, with colour where a page can show it.

Letters are white on a dark green or red, or in the page's own colour, so that they can be read in
a light and in a dark theme; where a page shows no colours, the marks and the words remain.
"""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from nst_helpers.languages import N_, _

RIGHT, WRONG, OPEN = "✓", "✗", "○"
WORDS = {RIGHT: N_("Right"), WRONG: N_("Not right yet"), OPEN: N_("Not attempted yet")}
OPEN_IN_LIST = {WRONG: N_("not right yet"), OPEN: N_("not attempted yet")}
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
        words = _(WORDS[self.mark])
        if self.mistake:
            words = _("{verdict}: {mistake}").format(verdict=words, mistake=_(self.mistake))
        gap = "\n" if self.mistake or "\n" in self.told else " "
        verdict = _("{verdict}.").format(verdict=words)
        return f"{self.mark} {verdict}{gap}{self.told}"

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        mistake = f" · <strong>{as_html(_(self.mistake))}</strong>" if self.mistake else ""
        head = badge(self.mark, _(WORDS[self.mark])) + mistake
        return framed(f"{head}<br>{as_html(self.told)}", LINES[self.mark])


class Tally(NamedTuple):
    """The exercises of one notebook, each title with its mark."""

    notebook: str
    marks: dict[str, str]

    @property
    def opening(self) -> str:
        """How many are solved."""
        solved = list(self.marks.values()).count(RIGHT)
        told = _("Notebook {notebook}: {solved} of {all} exercises solved.")
        return told.format(notebook=self.notebook, solved=solved, all=len(self.marks))

    @property
    def closing(self) -> str:
        """What the rest is to be taken for."""
        if set(self.marks.values()) == {RIGHT}:
            return _("That is all of them: well done.")
        return _("What is open can wait: nothing later needs it.")

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
    title = _(title)
    if mark == RIGHT:
        return title
    return _("{title} ({verdict})").format(title=title, verdict=_(OPEN_IN_LIST[mark]))


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
