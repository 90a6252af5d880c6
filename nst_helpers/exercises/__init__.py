"""The exercises: the judge, the questions with their usual mistakes, and the predictions."""

from nst_helpers.exercises.judge import judge
from nst_helpers.exercises.predictions import PREDICTIONS, check_prediction, judge_prediction
from nst_helpers.exercises.questions import (
    EXERCISES,
    check_activation,
    check_block_shape,
    check_constant,
    check_gradient_step,
    check_gram_matrix,
    check_gram_matrix_loops,
    check_layer_style_cost,
    check_pairs,
    check_style_cost,
    check_style_matrix_entry,
    check_style_matrix_size,
    check_total_cost,
    example_block,
)

__all__ = [
    "EXERCISES",
    "PREDICTIONS",
    "check_activation",
    "check_block_shape",
    "check_constant",
    "check_gradient_step",
    "check_gram_matrix",
    "check_gram_matrix_loops",
    "check_layer_style_cost",
    "check_pairs",
    "check_prediction",
    "check_style_cost",
    "check_style_matrix_entry",
    "check_style_matrix_size",
    "check_total_cost",
    "example_block",
    "judge",
    "judge_prediction",
]
