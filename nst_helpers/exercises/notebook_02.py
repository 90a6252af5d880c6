"""The exercises of notebook 02, channels that go together: cases, usual mistakes, what is said."""

from __future__ import annotations

import numpy as np

from nst_helpers.exercises.judge import Exercise, Mistake
from nst_helpers.exercises.parts import block, centred, rows
from nst_helpers.exercises.predictions import Prediction


def _pairs(a, k, k_prime) -> np.ndarray:
    return rows(a)[:, [k, k_prime]]


def _in_any_order(pairs) -> np.ndarray:
    """Sort the pairs: which position comes first does not matter."""
    pairs = np.asarray(pairs)
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        return pairs
    return pairs[np.lexsort(pairs.T)]


PAIRS = Exercise(
    name="pairs",
    title="all the pairs of two channels",
    question="The pairs (a_ijk, a_ijk') of all positions, as a table (n_H · n_W, 2), in any order.",
    arguments=("a", "k", "k_prime"),
    cases=(
        (block((2, 3, 4), 0), 0, 1),
        (block((5, 4, 3), 1), 2, 0),
        (block((4, 5, 6), 2), 3, 1),
        # Behind a ReLU the pair (0, 0) occurs at several positions, and each of them counts.
        (np.maximum(block((6, 5, 4), 3), 0), 2, 1),
    ),
    right=lambda a, k, k_prime: np.reshape(a[..., [k, k_prime]], (-1, 2)),
    mistakes={
        "one position only": Mistake(
            lambda a, k, k_prime: a[0, -1, -1, [k, k_prime]],
            "That is the pair in the lower right corner. Collect one pair at every position.",
        ),
        "one row of positions only": Mistake(
            lambda a, k, k_prime: a[0, 0][:, [k, k_prime]],
            "Those are the positions with i = 0. Go over every i and every j.",
        ),
        "positions on the diagonal only": Mistake(
            lambda a, k, k_prime: np.array(
                [a[0, i, i, [k, k_prime]] for i in range(min(a.shape[1:3]))]
            ),
            "i and j run independently of each other: n_H · n_W positions, not those with i = j.",
        ),
        "missing prime": Mistake(
            lambda a, k, k_prime: rows(a)[:, [k, k]],
            "Both numbers of your pairs come from channel k; the second belongs to k'.",
        ),
        "k and k' exchanged": Mistake(
            lambda a, k, k_prime: rows(a)[:, [k_prime, k]],
            "The first column is channel k, the second k'.",
        ),
        "rows and columns exchanged": Mistake(
            lambda a, k, k_prime: _pairs(a, k, k_prime).T,
            "One row per pair: the shape is (n_H · n_W, 2).",
        ),
        "reshape where a transpose was needed": Mistake(
            lambda a, k, k_prime: np.reshape(_pairs(a, k, k_prime).T, (-1, 2)),
            "Reshape keeps the order of the numbers: two positions of one channel became a pair. "
            "Stack along the last axis instead.",
        ),
        "reshape where a transpose was needed: the whole block": Mistake(
            lambda a, k, k_prime: np.reshape(a, (np.shape(a)[-1], -1))[[k, k_prime]].T,
            "Reshape never moves a number to another place in memory, so your rows mix channels. "
            "Reshape to (n_H · n_W, n_C), and take the columns k and k'.",
        ),
        "the same pair only once": Mistake(
            lambda a, k, k_prime: np.unique(_pairs(a, k, k_prime), axis=0),
            "Two positions with the same pair are two pairs: how often it occurs is what counts.",
        ),
        "mean subtracted": Mistake(
            lambda a, k, k_prime: _pairs(centred(a), k, k_prime),
            "The lecture takes the numbers as they are.",
        ),
        "multiplied already": Mistake(
            lambda a, k, k_prime: rows(a)[:, k] * rows(a)[:, k_prime],
            "The product of the pair comes in the next notebook; here the two numbers stay apart.",
        ),
        "channels and height mixed": Mistake(
            lambda a, k, k_prime: np.stack([a[0, k].ravel(), a[0, k_prime].ravel()], axis=-1),
            "k indexed the height. The channels are the last axis.",
        ),
    },
    praise="One pair per position: n_H · n_W points in the scatter plot.",
    canonical=_in_any_order,
)

# Red only in the left half, yellow only in the right: the sum of products, the covariance?
NEVER_TOGETHER = Prediction(
    name="never_together",
    title="never together",
    right="a",
    feedback={
        # The sum is 0, the covariance is below 0.
        "a": "Every product holds a 0, so their sum is 0. The covariance is the mean product, 0, "
        "less the product of the two means, which is above 0.",
        # Both are 0.
        "b": "The sum of products is 0, but the covariance subtracts the means first, and then "
        "every 0 lies below its mean.",
        # Both are below 0.
        "c": "A sum of products of numbers ≥ 0 cannot be negative. Only the covariance can.",
        # The sum is above 0, the covariance below 0.
        "d": "Look at one position: one of the two numbers is always 0. What is the product?",
    },
)
