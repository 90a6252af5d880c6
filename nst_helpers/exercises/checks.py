"""What a notebook calls: ``check_gram_matrix(my_gram_matrix)``, ``check_prediction("tiled", "a")``.

An exercise is written down once, in the module of its notebook; its checker is made here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nst_helpers.exercises import notebook_01, notebook_02, notebook_03, notebook_04, notebook_05
from nst_helpers.exercises.judge import Exercise, judge
from nst_helpers.exercises.predictions import Prediction, judge_choice

ASKED = {
    item.name: item
    for notebook in (notebook_01, notebook_02, notebook_03, notebook_04, notebook_05)
    for item in vars(notebook).values()
    if isinstance(item, Exercise | Prediction)
}
EXERCISES = {name: item for name, item in ASKED.items() if isinstance(item, Exercise)}
PREDICTIONS = {name: item for name, item in ASKED.items() if isinstance(item, Prediction)}


def check_prediction(name: str, choice: str | None) -> None:
    """Print what a choice is told; nothing is given away while there is none.

    Parameters
    ----------
    name : str
        A key of `PREDICTIONS`.
    choice : str or None
        A letter such as "b"; None or "" while there is none.

    Raises
    ------
    ValueError
        There is no such prediction.
    """
    print(judge_prediction(name, choice)[1])


def judge_prediction(name: str, choice: str | None) -> tuple[bool, str]:
    """Return whether the choice is right, and the sentence for it.

    Parameters
    ----------
    name : str
        A key of `PREDICTIONS`.
    choice : str or None
        A letter such as "b"; None or "" while there is none.

    Returns
    -------
    (bool, str)
        Right or not, and what is printed.

    Raises
    ------
    ValueError
        There is no such prediction.
    """
    if name not in list(PREDICTIONS):
        raise ValueError(f"There is no prediction {name!r}; expected one of {list(PREDICTIONS)}.")
    return judge_choice(PREDICTIONS[name], choice)


def _checker(exercise: Exercise) -> Callable[[Any], None]:
    def check(answer: Any) -> None:
        print(judge(exercise, answer).text)

    check.__name__ = f"check_{exercise.name}"
    check.__doc__ = f"Say whether my_{exercise.name}({', '.join(exercise.arguments)}) is right."
    return check


CHECKERS = {f"check_{name}": _checker(exercise) for name, exercise in EXERCISES.items()}
