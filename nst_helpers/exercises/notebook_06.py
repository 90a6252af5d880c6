"""The exercises of notebook 06, what else a style could be: cases, mistakes, what is said."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nst_helpers.exercises.judge import Exercise, Mistake
from nst_helpers.exercises.parts import (
    SHAPES,
    WRONG_AXES,
    WRONG_GRAMS,
    block,
    gram,
    with_each,
)
from nst_helpers.exercises.predictions import Prediction

CHANNEL_MEANS = Exercise(
    name="channel_means",
    title="one mean per channel",
    question="The mean of each channel over all positions of a block (1, n_H, n_W, n_C).",
    arguments=("a",),
    cases=tuple((block(shape, seed),) for seed, shape in enumerate(SHAPES)),
    right=lambda a: np.mean(a, axis=(0, 1, 2)),
    mistakes={
        "mean over the channels": Mistake(
            lambda a: np.mean(a[0], axis=-1),
            "That is a map, with one number per position. Keep the channels, and take the mean "
            "over height and width.",
        ),
        "sum in place of the mean": Mistake(
            lambda a: np.sum(a, axis=(0, 1, 2)),
            "That is the sum; divide it by the number of positions, n_H · n_W.",
        ),
        "divided by all activations": Mistake(
            lambda a: np.sum(a, axis=(0, 1, 2)) / np.size(a),
            "Each channel has n_H · n_W numbers; you divided by n_H · n_W · n_C.",
        ),
        "one number": Mistake(
            np.mean,
            "That is the mean of the whole block. Each channel has its own.",
        ),
        "over the height only": Mistake(
            lambda a: np.mean(a[0], axis=0),
            "There is still a number per column of the picture: take the mean over n_W as well.",
        ),
        "over the width only": Mistake(
            lambda a: np.mean(a[0], axis=1),
            "There is still a number per row of the picture: take the mean over n_H as well.",
        ),
        "axes left on": Mistake(
            lambda a: np.mean(a, axis=(0, 1, 2), keepdims=True),
            "The numbers are right. Asked are n_C of them, without the axes of length 1.",
        ),
        "batch axis left on": Mistake(
            lambda a: np.mean(a, axis=(1, 2)),
            "The numbers are right. Asked are n_C of them, without the axis of length 1 in front.",
        ),
        "mean of the squares": Mistake(
            lambda a: np.mean(a**2, axis=(0, 1, 2)),
            "That is the diagonal of G, per position. The mean takes the numbers as they are.",
        ),
        "standard deviation": Mistake(
            lambda a: np.std(a, axis=(0, 1, 2)),
            "That is how much a channel varies; asked is how active it is on average.",
        ),
        "largest in place of the mean": Mistake(
            lambda a: np.max(a, axis=(0, 1, 2)),
            "That is each channel's largest number, which knows of one position only.",
        ),
        "reshape where a transpose was needed": Mistake(
            lambda a: np.mean(np.reshape(a, (np.shape(a)[-1], -1)), axis=1),
            "Reshape never moves a number to another place in memory, so your rows mix channels. "
            "Take the mean over the axes 1 and 2.",
        ),
    },
    praise="n_C numbers: how much there is of each channel, and nothing of what goes together.",
)


# Two pictures: in A the stripes are red, in B red and stripes lie apart, and each channel is as
# active on average as in the other. Which measure tells A from B?
MEANS_ONLY = Prediction(
    name="means_only",
    title="means only",
    right="b",
    feedback={
        # The means of the channels.
        "a": "Each channel is as active on average in A as in B: the means are the same numbers.",
        # The style matrix.
        "b": "Its entry for red and stripes is large in A and 0 in B. That is what means lose: "
        "what goes together.",
        # Both.
        "c": "The style matrix does. But each channel is as active on average in A as in B.",
        # Neither.
        "d": "The means do not. But in A red and stripes are active at the same positions: look at "
        "their entry in G.",
    },
)

# A block has exactly the style matrix, per position, of S's block. What do we know of it?
SAME_MATRIX = Prediction(
    name="same_matrix",
    title="the same matrix",
    right="d",
    feedback={
        # It is the block of S.
        "a": "Exchange two positions, and the mean is the same: G knows of no places.",
        # It is the block of S, with its positions in another order.
        "b": "That is one way. But one channel with (3, 4) and one with (5, 0) have the same mean "
        "of squares, 12.5, and no number in common.",
        # It has as many positions as that of S.
        "c": "Four positions with 3, 4, 4 and 3 have the mean of squares of two with 3 and 4: "
        "12.5.",
        # None of these: blocks with other numbers have it too.
        "d": "(3, 4) and (5, 0) have the same mean of squares. So G is a summary: many blocks "
        "share it.",
    },
)


def _mixed(
    gram: Callable = gram, of: Callable = lambda G_1, G_2, w: w * G_1 + (1 - w) * G_2
) -> Callable:
    """Return w G_1 + (1 − w) G_2 with one part replaced by a wrong one."""
    return lambda a_1, a_2, w: of(gram(a_1), gram(a_2), w)


MIXED_STYLE = Exercise(
    name="mixed_style",
    title="between two painters",
    question="w G_1 + (1 − w) G_2, for two blocks of one shape and a weight w from 0 to 1.",
    arguments=("a_1", "a_2", "w"),
    cases=tuple(
        (block(shape, seed), block(shape, seed + 10), w)
        for seed, (shape, w) in enumerate(zip(SHAPES, (0.25, 0.75, 0.9, 0.4), strict=True))
    ),
    right=_mixed(),
    mistakes={
        **with_each(WRONG_GRAMS | WRONG_AXES, lambda gram: _mixed(gram=gram)),
        "weights exchanged": Mistake(
            _mixed(of=lambda G_1, G_2, w: (1 - w) * G_1 + w * G_2),
            "w belongs to the first picture: w = 1 is its style alone.",
        ),
        "the blocks mixed": Mistake(
            lambda a_1, a_2, w: gram(w * a_1 + (1 - w) * a_2),
            "You mixed the activations, position by position, as if one picture lay over the "
            "other. First two style matrices, then the mixture.",
        ),
        "the blocks weighed": Mistake(
            _mixed(of=lambda G_1, G_2, w: w**2 * G_1 + (1 - w) ** 2 * G_2),
            "G multiplies activations with each other, so a weight on them is squared. Weigh the "
            "matrices.",
        ),
        "weights do not sum to 1: w twice": Mistake(
            _mixed(of=lambda G_1, G_2, w: w * G_1 + w * G_2),
            "What one picture gives up goes to the other: the second weight is 1 − w.",
        ),
        "weights do not sum to 1: the first is 1": Mistake(
            _mixed(of=lambda G_1, G_2, w: G_1 + w * G_2),
            "What one picture gives up goes to the other: the weights are w and 1 − w.",
        ),
        "weights do not sum to 1: the second is 1": Mistake(
            _mixed(of=lambda G_1, G_2, w: w * G_1 + G_2),
            "What one picture gives up goes to the other: the second weight is 1 − w.",
        ),
        "the sum": Mistake(
            _mixed(of=lambda G_1, G_2, w: G_1 + G_2),
            "w is nowhere in it, and the matrix counts twice as many positions.",
        ),
        "half of each": Mistake(
            _mixed(of=lambda G_1, G_2, w: (G_1 + G_2) / 2),
            "That is the mixture for w = 1/2 only.",
        ),
        "minus in place of plus": Mistake(
            _mixed(of=lambda G_1, G_2, w: w * G_1 - (1 - w) * G_2),
            "A mixture adds its two parts.",
        ),
        "the brackets of 1 − w forgotten": Mistake(
            _mixed(of=lambda G_1, G_2, w: w * G_1 + 1 - w * G_2),
            "* binds before −: write (1 - w) in brackets.",
        ),
        "one number for the pair: the product": Mistake(
            _mixed(of=lambda G_1, G_2, w: w * G_1 * (1 - w) * G_2),
            "The two parts are added, not multiplied.",
        ),
    },
    praise="The style of a painter who never lived: J_style takes it in place of G_S.",
)
