"""What the drawing functions are given is checked here, so that their own code only draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nst_helpers import refusals

# Forms of what is drawn: a length, or a name for any length.
PICTURE = (1, "H", "W", 3)
MAP = ("n_H", "n_W")
MATRIX = ("n_C", "n_C")
LINE = ("n",)


def arrays(items: Sequence, titles: Sequence[str], what: str, *forms: tuple) -> list[np.ndarray]:
    """Return the arrays to be drawn, one a title, each of one of these forms.

    Parameters
    ----------
    items : sequence of arrays
        What is drawn.
    titles : sequence of str
        One an array.
    what : str
        What a message calls the arrays.
    *forms : tuple
        Shapes that can be drawn.

    Returns
    -------
    list of numpy.ndarray
        The same, float64.

    Raises
    ------
    TypeError, ValueError
        Not as many arrays of these forms as titles.
    """
    if not isinstance(items, Sequence | np.ndarray):
        form = ", ".join(map(str, forms[0]))
        raise TypeError(f"{what} is {type(items).__name__}, expected a list of arrays ({form}).")
    texts(titles, "titles")
    if not len(items) or len(items) != len(titles):
        raise ValueError(
            f"{len(items)} {what} and {len(titles)} titles are given; expected as many of both, "
            "and at least one."
        )
    return [array(item, f"{what}[{n}]", *forms) for n, item in enumerate(items)]


def array(item: np.ndarray, name: str, *forms: tuple) -> np.ndarray:
    """Return one array to be drawn, of one of these forms.

    Parameters
    ----------
    item : array
        What is drawn.
    name : str
        What a message calls it.
    *forms : tuple
        Shapes that can be drawn; where none fits, the first one is expected.

    Returns
    -------
    numpy.ndarray
        The same, float64.

    Raises
    ------
    TypeError, ValueError
        Not an array of one of these forms.
    """
    shape = getattr(item, "shape", ())
    form = next((form for form in forms if _fits(shape, form)), forms[0])
    return refusals.array(item, name, *form)


def _fits(shape: tuple, form: tuple) -> bool:
    return len(shape) == len(form) and all(
        wanted == length for wanted, length in zip(form, shape) if isinstance(wanted, int)
    )


def texts(items: Sequence[str], name: str) -> None:
    """Refuse what is not a list of texts.

    Parameters
    ----------
    items : sequence of str
        Titles, for example.
    name : str
        What a message calls them.

    Raises
    ------
    TypeError
        One text alone, or something else among them.
    """
    if isinstance(items, str) or not all(isinstance(text, str) for text in items):
        raise TypeError(f"{name} is {items!r}, expected a list of texts, one for each drawing.")


def pair(items: tuple[np.ndarray, np.ndarray], name: str) -> None:
    """Refuse what is not two arrays of one length.

    Parameters
    ----------
    items : (array (n,), array (n,))
        x and y.
    name : str
        What a message calls them.

    Raises
    ------
    TypeError, ValueError
        Without lengths, or of two.
    """
    try:
        lengths = [len(values) for values in items]
    except TypeError as error:
        raise TypeError(f"{name} is {items!r}, expected two arrays (x, y).") from error
    if len(lengths) != 2 or lengths[0] != lengths[1]:
        raise ValueError(f"{name} has lengths {lengths}, expected two arrays of one length (x, y).")


def named(items: Mapping, name: str, form: str, most: int | None = None) -> None:
    """Refuse what is not a dictionary with something in it, and with not too much.

    Parameters
    ----------
    items : mapping
        What is drawn, by its names.
    name : str
        What a message calls it.
    form : str
        What a message says it should look like.
    most : int, optional
        How many can be told apart.

    Raises
    ------
    TypeError, ValueError
        No dictionary, an empty one, or too large a one.
    """
    refusals.dictionary(items, name, form)
    if not items:
        raise ValueError(f"{name} is empty: there is nothing to draw.")
    if most and len(items) > most:
        raise ValueError(
            f"{len(items)} {name} are given; at most {most} can be told apart. Draw two figures."
        )


def rows(items: Mapping[str, Sequence], names: Sequence[str], what: str) -> None:
    """Refuse rows that have not one item for each name.

    Parameters
    ----------
    items : {row: sequence}
        What is drawn.
    names : sequence of str
        Names of what is in each row.
    what : str
        What a message calls a row.

    Raises
    ------
    ValueError
        A row of another length.
    """
    for row, values in items.items():
        found = len(values) if hasattr(values, "__len__") else refusals.said(values)
        if isinstance(values, str) or found != len(names):
            raise ValueError(
                f"{what} {row!r} has {found}, expected one for each of the {len(names)} names."
            )
