"""Find formulas that are not typeset: `python -m tools.notation [files]`.

Prose, tables and headings of notebooks and documents have one notation: mathematics between dollar
signs, names of the code between backticks. Raw a^[l], G_{kk'}, J_style or 10^-5 is neither.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat

from tools.series import DOCS, ROOT, all_paths

CODE = re.compile(r"```.*?```|~~~.*?~~~|<(pre|code)\b.*?</\1>|(`+)(?!`).*?(?<!`)\2(?!`)", re.DOTALL)
# Not \(…\) and \[…\]: GitHub takes them for escaped brackets.
MATHS = re.compile(
    r"(?<!\\)\$\$.*?\$\$|(?<![\\$])\$(?![\s$])(?:\\.|[^$\\])+?\$|"
    r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}",
    re.DOTALL,
)
NOT_READ = re.compile(r"<!--.*?-->|\]\([^)\s]*[./#][^)]*\)|<[^>]*>|https?://\S+", re.DOTALL)
RAW = re.compile(
    r"\w*\^(?:\\?\[[^\]]*\]|\{[^}]*\}|[-−+\d]\d*|[A-Za-z]\b)"  # a^[l], x^{2}, 10^-5, A^T
    r"|\b\w*_\{[^}]*\}"  # G_{kk'}
    r"|(?:\b[A-Za-zα-ωΣ]|[‖|)])_\w+"  # n_H, a_C, J_style, ‖x‖_F
)


def raw(markdown: str) -> list[str]:
    """Return what is written as a formula and not typeset, in the order of the text."""
    text = markdown
    for kind in (CODE, MATHS, NOT_READ):
        text = kind.sub(" ", text)
    return [found.group() for found in RAW.finditer(text)]


def texts(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the prose of a file in pieces, each with the name of its place."""
    if path.suffix == ".ipynb":
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "markdown":
                yield f"{path.name}, {cell.id}", cell.source
    else:
        yield path.name, path.read_text("utf-8")


def documents() -> list[Path]:
    """Return all notebooks and documents that are read."""
    return [
        *all_paths(),
        *sorted(ROOT.glob("*.md")),
        *sorted(DOCS.glob("*.md")),
        *sorted(DOCS.glob("ja/*.md")),
    ]


if __name__ == "__main__":
    count = 0
    for path in [Path(name) for name in sys.argv[1:]] or documents():
        for place, text in texts(path):
            if found := raw(text):
                count += len(found)
                print(f"{place}: {', '.join(found)}")
    print(f"{count} formulas are not typeset.")
    sys.exit(count > 0)
