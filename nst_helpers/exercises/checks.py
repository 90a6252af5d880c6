"""What a notebook calls: ``check_gram_matrix(my_gram_matrix)``, ``check_prediction("tiled", "a")``.

An exercise is written down once, in the module of its notebook; its checker is made here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from IPython.display import display

from nst_helpers import refusals
from nst_helpers.exercises import (
    notebook_01,
    notebook_02,
    notebook_03,
    notebook_04,
    notebook_05,
    notebook_06,
    notebook_07,
)
from nst_helpers.exercises.judge import Exercise, judge
from nst_helpers.exercises.predictions import Prediction, judge_choice
from nst_helpers.exercises.verdict import OPEN, Tally, Verdict
from nst_helpers.languages import _
from nst_helpers.session.standard_out import say

MODULES = {
    "01": notebook_01,
    "02": notebook_02,
    "03": notebook_03,
    "04": notebook_04,
    "05": notebook_05,
    "06": notebook_06,
    "07": notebook_07,
}
# What each notebook asks, in its order.
ASKED = {
    number: {
        item.name: item for item in vars(module).values() if isinstance(item, Exercise | Prediction)
    }
    for number, module in MODULES.items()
}
ALL = {name: item for items in ASKED.values() for name, item in items.items()}
EXERCISES = {name: item for name, item in ALL.items() if isinstance(item, Exercise)}
PREDICTIONS = {name: item for name, item in ALL.items() if isinstance(item, Prediction)}

# What this kernel last found, by the exercise's name.
_found: dict[str, Verdict] = {}


def check_prediction(name: str, choice: str | None) -> None:
    """Show what a choice is told; nothing is given away while there is none.

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
    _show(name, judge_prediction(name, choice))


def judge_prediction(name: str, choice: str | None) -> Verdict:
    """Say whether a choice is right, and why.

    Parameters
    ----------
    name : str
        A key of `PREDICTIONS`.
    choice : str or None
        A letter such as "b"; None or "" while there is none.

    Returns
    -------
    Verdict
        Not attempted while the choice is no letter of the question.

    Raises
    ------
    ValueError
        There is no such prediction.
    """
    return judge_choice(PREDICTIONS[refusals.choice(name, "name", PREDICTIONS)], choice)


def tally(notebook: str) -> None:
    """Show which exercises of a notebook are solved and which are open.

    What counts is each exercise's last check since the kernel was started.

    Parameters
    ----------
    notebook : str
        The notebook's number, such as "03".

    Raises
    ------
    ValueError
        There is no such notebook, or it has no exercises.
    """
    refusals.choice(notebook, "notebook", ASKED)
    marks = {
        item.title: _found[name].mark if name in _found else OPEN
        for name, item in ASKED[notebook].items()
    }
    display(Tally(notebook, marks))


def yours(name: str, answer: Any) -> Callable:
    """Return the reader's own function where it is right, else the exercise's.

    Parameters
    ----------
    name : str
        A key of `EXERCISES`.
    answer : callable or None
        The reader's function, such as ``my_style_cost``.

    Returns
    -------
    callable
        One of the two; a printed line says which.

    Raises
    ------
    ValueError
        There is no such exercise.
    """
    exercise = EXERCISES[refusals.choice(name, "name", EXERCISES)]
    right = judge(exercise, answer).right
    told = _("my_{name}: yours") if right else _("my_{name}: ours stands in, until yours is right")
    say(told.format(name=name))
    return answer if right else exercise.right


def _checker(exercise: Exercise) -> Callable[[Any], None]:
    def check(answer: Any) -> None:
        _show(exercise.name, judge(exercise, answer))

    check.__name__ = f"check_{exercise.name}"
    check.__doc__ = (
        f"Say whether my_{exercise.name}({', '.join(exercise.arguments)}) is right.\n\n"
        f"What is asked: {exercise.question}"
    )
    return check


def _show(name: str, verdict: Verdict) -> None:
    _found[name] = verdict
    display(verdict)


CHECKERS = {f"check_{name}": _checker(exercise) for name, exercise in EXERCISES.items()}
