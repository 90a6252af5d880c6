"""A path as readers write it: with ~, quotes or blanks, as file://, or an address by mistake."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path
from urllib.request import url2pathname

QUOTES = ('""', "''", "“”", "„“", "‘’", "«»", "``")
# Copied along from dialogues and web pages.
UNSEEN = "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
ADDRESS = re.compile(
    r"[a-z][a-z0-9+.-]+:/|www\.[^/]+/|data:[a-z]+/|blob:|([a-z0-9-]+\.)+(com|org|net|edu|gov|io)/",
    re.IGNORECASE,
)


def as_path(path: str | os.PathLike) -> Path:
    """Return the path that is meant.

    What is there under the very name is taken. Else blanks and quotes around the name are taken
    off, `~` and variables such as `$HOME` are filled in, and a name is found in whichever of
    Unicode's two spellings (composed or decomposed) the disk has it.

    Parameters
    ----------
    path : str or path
        As the reader wrote it.

    Returns
    -------
    Path
        Whether or not something is there.

    Raises
    ------
    TypeError
        Not a path.
    FileNotFoundError
        An address in the web, or a file of another machine.
    """
    try:
        literal = Path(path)
    except TypeError as error:
        raise TypeError(
            f"path is {path!r}, expected the name of a file such as 'result.png'."
        ) from error
    if os.path.lexists(literal):
        return literal
    text = unwrapped(str(path))
    if text.lower().startswith("file:"):
        text = _local(text)
    elif ADDRESS.match(text):
        raise FileNotFoundError(
            f"There is no file '{text[:80]}': that is an address. Download it first, in the "
            "browser or with urllib.request.urlretrieve(address, 'photo.jpg'), and give that "
            "file's name."
        )
    return _as_on_disk(Path(os.path.expanduser(os.path.expandvars(text))))


def unwrapped(text: str) -> str:
    """Return the text without the blanks and quotes around it, as shells and dialogues leave them.

    Parameters
    ----------
    text : str
        A path, or the value of an environment variable.

    Returns
    -------
    str
        What was meant.
    """
    text = text.strip().strip(UNSEEN).strip()
    if len(text) > 1 and text[0] + text[-1] in QUOTES:
        return text[1:-1].strip()
    # A file dragged into a terminal comes with \ before blanks and brackets.
    return re.sub(r"\\([ '\"()&])", r"\1", text) if os.sep == "/" else text


def _local(address: str) -> str:
    """Return the path in a file:// address."""
    path = address[len("file:") :]
    if path.startswith("//"):
        host, slash, path = path[2:].partition("/")
        if host not in ("", "localhost"):
            raise FileNotFoundError(
                f"There is no file '{address[:80]}' here, but on the machine '{host}'. Copy it "
                "first, and give that file's name."
            )
        path = slash + path
    return url2pathname(path)


def _as_on_disk(path: Path) -> Path:
    """Return the path with each name spelt as it is on the disk, é in one character or in two."""
    if str(path).isascii() or os.path.lexists(path):
        return path
    found = Path(path.anchor)
    for name in path.parts[bool(path.anchor) :]:
        step = found / name
        if not os.path.lexists(step) and os.path.isdir(found):
            alike = (n for n in os.listdir(found) if _composed(n) == _composed(name))
            step = found / next(alike, name)
        found = step
    return found


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)
