"""Standard output as it is now: notebooks replace it, and red is for errors.

There may be none, or a full or a broken one; it may lack our letters; what a host puts there may
only write. Nothing ends for that.
"""

from __future__ import annotations

import contextlib
import sys


class StandardOut:
    """A stream that writes to standard output what can be written there."""

    @property
    def encoding(self) -> str | None:
        """Name what standard output has letters of."""
        return getattr(sys.stdout, "encoding", None)

    def write(self, text: str) -> None:
        """Write a text; letters that are not there become their numbers.

        Parameters
        ----------
        text : str
            What is written.
        """
        with contextlib.suppress(AttributeError, OSError, ValueError):
            try:
                sys.stdout.write(text)
            except UnicodeEncodeError as error:  # as Python itself writes errors
                known = text.encode(error.encoding, "backslashreplace")
                sys.stdout.write(known.decode(error.encoding))

    def flush(self) -> None:
        """Send on what was written."""
        with contextlib.suppress(AttributeError, OSError, ValueError):
            sys.stdout.flush()


def say(sentence: object) -> None:
    """Print a sentence, whatever standard output is.

    Parameters
    ----------
    sentence : object
        What `print` would take.
    """
    print(sentence, file=StandardOut())
