"""The exercises: a judge, the predictions, and one module a notebook with all that it asks.

To add one, write an `Exercise` or a `Prediction` into its notebook's module, at its place in the
order: the checker ``check_NAME`` and the line in the tally come by themselves. In the notebook it
has the cells about-NAME, exercise-NAME, check-NAME and hints-NAME.
"""

from nst_helpers.exercises.checks import (
    CHECKERS,
    EXERCISES,
    PREDICTIONS,
    check_prediction,
    judge_prediction,
    tally,
    yours,
)
from nst_helpers.exercises.judge import judge
from nst_helpers.exercises.parts import example_block, tiny_block

# check_gram_matrix and its like, one for each exercise.
globals().update(CHECKERS)

__all__ = [
    "EXERCISES",
    "PREDICTIONS",
    "check_prediction",
    "example_block",
    "judge",
    "judge_prediction",
    "tally",
    "tiny_block",
    "yours",
    *CHECKERS,
]
