"""How a prediction is judged: a choice of what will happen, and what each choice is told."""

from __future__ import annotations

from typing import NamedTuple

from nst_helpers.exercises.verdict import Verdict
from nst_helpers.languages import _


class Prediction(NamedTuple):
    """Which choice is right, and what each choice is told; the choices stand in the notebook."""

    name: str
    title: str
    right: str
    feedback: dict[str, str]


def judge_choice(prediction: Prediction, choice: str | None) -> Verdict:
    """Say whether a choice is right, and why.

    Parameters
    ----------
    prediction : Prediction
        What was asked.
    choice : str or None
        A letter such as "b"; None or "" while there is none.

    Returns
    -------
    Verdict
        Not attempted while the choice is no letter of the question.
    """
    letters = ", ".join(f'"{letter}"' for letter in prediction.feedback)
    if choice is None or choice is ... or (isinstance(choice, str) and not choice.strip()):
        told = _("Choose one of {letters} and run the cell again.").format(letters=letters)
        return Verdict(False, None, told, attempted=False)
    letter = choice.strip(" ().:").lower() if isinstance(choice, str) else None
    if letter not in prediction.feedback:
        told = _("{choice!r} is no choice here: write one of {letters}.")
        told = told.format(choice=choice, letters=letters)
        return Verdict(False, None, told, attempted=False)
    return Verdict(letter == prediction.right, None, _(prediction.feedback[letter]))
