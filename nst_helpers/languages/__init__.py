"""What the series says to a learner, in the learner's language.

A message stands in the code in English: inside ``_(…)`` where it is said, and inside ``N_(…)``
where a table keeps it to be said later. What an exercise says, and the words of a figure, are
collected from their tables as they are: ``python -m tools.translate ja``.
"""

from __future__ import annotations

import gettext
import os
import re
from functools import cache
from pathlib import Path

CATALOGUES = Path(__file__).resolve().parent
ENGLISH = "en"


def language() -> str:
    """Return the language that is spoken now: it may change from one sentence to the next.

    Returns
    -------
    str
        What the environment variable NST_LANG asks for, such as "ja"; "en" where it asks for
        nothing, or for a language that the series does not speak.
    """
    # Its first letters: there may be blanks and quotes around it, a country or an encoding behind.
    asked = re.search(r"[a-z]+", os.environ.get("NST_LANG", "").lower())
    return asked[0] if asked and asked[0] in languages() else ENGLISH


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that the series speaks.

    Returns
    -------
    tuple of str
        "en" first.
    """
    return ENGLISH, *sorted(path.parts[-3] for path in CATALOGUES.glob("*/LC_MESSAGES/*.mo"))


def _(message: str) -> str:
    """Return a message in the language that is spoken now."""
    spoken = language()
    return message if spoken == ENGLISH or not message else _catalogue(spoken).gettext(message)


def N_(message: str) -> str:
    """Mark a message that a table keeps; it is said by ``_`` later.

    Parameters
    ----------
    message : str
        In English.

    Returns
    -------
    str
        The same.
    """
    return message


@cache
def _catalogue(spoken: str) -> gettext.NullTranslations:
    return gettext.translation("nst_helpers", CATALOGUES, [spoken])
