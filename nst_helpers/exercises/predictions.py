"""How a prediction is judged: a choice of what will happen, and what each choice is told.

The question and its choices stand in the notebook.
"""

from __future__ import annotations

from typing import NamedTuple


class Prediction(NamedTuple):
    """Which choice is right, the first hint, and what each choice is told."""

    name: str
    right: str
    hint: str
    feedback: dict[str, str]


def judge_choice(prediction: Prediction, choice: str | None) -> tuple[bool, str]:
    """Return whether the choice is right, and the sentence for it.

    Parameters
    ----------
    prediction : Prediction
        What was asked.
    choice : str or None
        A letter such as "b"; None or "" while there is none.

    Returns
    -------
    (bool, str)
        Right or not, and what is printed.
    """
    _, right, hint, feedback = prediction
    letters = ", ".join(f'"{letter}"' for letter in feedback)
    if choice is None or choice is ... or (isinstance(choice, str) and not choice.strip()):
        why = f"choose one of {letters} and run the cell again"
        return False, f"Not attempted yet: {why}.\nFirst hint: {hint}"
    letter = choice.strip(" ().:").lower() if isinstance(choice, str) else None
    if letter not in feedback:
        return False, f"{choice!r} is no choice here: write one of {letters}."
    verdict = "Right" if letter == right else "Not so"
    return letter == right, f"{verdict}. {feedback[letter]}"
