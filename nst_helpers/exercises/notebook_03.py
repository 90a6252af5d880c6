"""The exercises of notebook 03, the style matrix: cases, usual mistakes and what is said."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nst_helpers.exercises.judge import Exercise, Mistake
from nst_helpers.exercises.parts import (
    SHAPES,
    WRONG_AXES,
    WRONG_GRAMS,
    block,
    centred,
    gram,
    rows,
    tiny_block,
    with_each,
    wrong_reshape,
)
from nst_helpers.exercises.predictions import Prediction
from nst_helpers.reference import gram_matrix_loops

_ENTRY_SHAPES = [((2, 3, 4), (0, 1)), ((5, 4, 3), (2, 0)), ((4, 5, 6), (3, 1)), ((4, 3, 5), (2, 2))]


STYLE_MATRIX_ENTRY = Exercise(
    name="style_matrix_entry",
    title="the missing prime",
    question="One entry G_kk' of the style matrix of a block (1, n_H, n_W, n_C).",
    arguments=("a", "k", "k_prime"),
    cases=tuple(
        (block(shape, seed), *channels) for seed, (shape, channels) in enumerate(_ENTRY_SHAPES)
    ),
    right=lambda a, k, k_prime: np.sum(a[..., k] * a[..., k_prime]),
    mistakes={
        **with_each(WRONG_GRAMS, lambda gram: lambda a, k, k_prime: gram(a)[k, k_prime]),
        "missing prime": Mistake(
            lambda a, k, k_prime: np.sum(a[..., k] ** 2),
            "Channel k is multiplied by itself, as in the spoken formula: the second factor needs "
            "k'.",
        ),
        "prime on both": Mistake(
            lambda a, k, k_prime: np.sum(a[..., k_prime] ** 2),
            "Channel k' is multiplied by itself: the first factor needs k.",
        ),
        "covariance": Mistake(
            lambda a, k, k_prime: np.mean(centred(a)[..., k] * centred(a)[..., k_prime]),
            "Mean subtracted and divided by the number of positions. The style matrix does "
            "neither.",
        ),
        "covariance, divided by n_H n_W − 1": Mistake(
            lambda a, k, k_prime: np.cov(rows(a)[:, k], rows(a)[:, k_prime])[0, 1],
            "np.cov subtracts the mean and divides. The style matrix does neither.",
        ),
        "Pearson correlation": Mistake(
            lambda a, k, k_prime: np.corrcoef(rows(a)[:, k], rows(a)[:, k_prime])[0, 1],
            'The lecture says "correlation" for the intuition only; nothing is subtracted or '
            "divided.",
        ),
        "positions on the diagonal only": Mistake(
            lambda a, k, k_prime: sum(
                a[0, i, i, k] * a[0, i, i, k_prime] for i in range(min(a.shape[1:3]))
            ),
            "i and j run independently of each other: n_H · n_W positions, not those with i = j.",
        ),
        "summed over the wrong axes: the height only": Mistake(
            lambda a, k, k_prime: np.sum(a[0, :, :, k] * a[0, :, :, k_prime], axis=0),
            "The sum runs over i and over j: one number is left.",
        ),
        "summed over the wrong axes: the width only": Mistake(
            lambda a, k, k_prime: np.sum(a[0, :, :, k] * a[0, :, :, k_prime], axis=1),
            "The sum runs over i and over j: one number is left.",
        ),
        "the whole matrix": Mistake(
            lambda a, k, k_prime: gram(a),
            "That is G with all its entries; asked is the one in row k and column k'.",
        ),
        "product of the sums": Mistake(
            lambda a, k, k_prime: np.sum(a[..., k]) * np.sum(a[..., k_prime]),
            "First multiply the two numbers of each pair, then sum the products.",
        ),
        "one position only": Mistake(
            lambda a, k, k_prime: a[0, -1, -1, k] * a[0, -1, -1, k_prime],
            "Only the last position is left: is it = where += was needed?",
        ),
        "not summed": Mistake(
            lambda a, k, k_prime: a[0, :, :, k] * a[0, :, :, k_prime],
            "Those are the products at every position; the entry is their sum.",
        ),
        "channels and height mixed": Mistake(
            lambda a, k, k_prime: np.sum(a[0, k] * a[0, k_prime]),
            "k indexed the height. The channels are the last axis.",
        ),
        "added in place of multiplied": Mistake(
            lambda a, k, k_prime: np.sum(a[..., k] + a[..., k_prime]),
            "The two numbers of a pair are multiplied.",
        ),
    },
    praise="With its prime the formula speaks of two channels, not of one with itself.",
)

_TINY = tiny_block().numpy()


def _by_hand(gram: Callable, advice: str) -> Mistake:
    return Mistake(lambda: gram(_TINY), advice)


STYLE_MATRIX_BY_HAND = Exercise(
    name="style_matrix_by_hand",
    title="a style matrix by hand",
    question="The four entries of the style matrix of tiny_block(), worked out on paper.",
    arguments=(),
    cases=((),),
    right=lambda: gram(_TINY),
    mistakes={
        "positions × positions": _by_hand(
            lambda a: rows(a) @ rows(a).T,
            "Your matrix compares positions, A Aᵀ. Two channels make a 2 × 2 matrix: Aᵀ A.",
        ),
        "rows of the picture in place of channels": _by_hand(
            wrong_reshape,
            "You multiplied the rows of the picture with each other. An entry goes through one "
            "map and through the other, position by position.",
        ),
        "columns of the picture in place of channels": _by_hand(
            lambda a: np.einsum("bijk,bilk->jl", a, a),
            "You multiplied the columns of the picture with each other. An entry goes through one "
            "map and through the other, position by position.",
        ),
        "divided by the positions": _by_hand(
            lambda a: gram(a) / len(rows(a)),
            "You have divided by the 4 positions. The lecture's sum is a plain sum.",
        ),
        "divided by all activations": _by_hand(
            lambda a: gram(a) / np.size(a),
            "You have divided by the 8 activations. The lecture's sum is a plain sum.",
        ),
        "mean subtracted": _by_hand(
            lambda a: gram(centred(a)),
            "You have subtracted each channel's mean. The style matrix takes the numbers as "
            "they are.",
        ),
        "covariance": _by_hand(
            lambda a: gram(centred(a)) / len(rows(a)),
            "Mean subtracted and divided by the 4 positions. The style matrix does neither.",
        ),
        "covariance, divided by n_H n_W − 1": _by_hand(
            lambda a: gram(centred(a)) / (len(rows(a)) - 1),
            "Mean subtracted and divided by 3. The style matrix does neither.",
        ),
        **{
            f"position ({at // 2}, {at % 2}) forgotten": _by_hand(
                lambda a, at=at: gram(np.delete(rows(a), at, axis=0)),
                "Every entry sums four products, one per position; you have three of them.",
            )
            for at in range(4)
        },
        "diagonal not squared": _by_hand(
            lambda a: gram(a) - np.diag(np.diag(gram(a))) + np.diag(np.sum(rows(a), axis=0)),
            "Off the diagonal you are right. On it a channel is multiplied by itself: squares.",
        ),
        "diagonal only": _by_hand(
            lambda a: np.diag(np.diag(gram(a))),
            "The diagonal is right. Off it one channel is multiplied with the other.",
        ),
        "only half of the matrix": _by_hand(
            lambda a: np.triu(gram(a)),
            "The lower half is missing: channel 1 with 0 is the same sum as 0 with 1.",
        ),
        "channels exchanged": _by_hand(
            lambda a: gram(a)[::-1, ::-1],
            "The sums are right. The first row and column belong to channel 0.",
        ),
        "missing prime = each row one number": _by_hand(
            lambda a: np.tile(np.sum(rows(a) ** 2, axis=0)[:, None], (1, 2)),
            "Off the diagonal you multiplied a channel with itself: the second factor needs k'.",
        ),
        "missing prime = each column one number": _by_hand(
            lambda a: np.tile(np.sum(rows(a) ** 2, axis=0)[None], (2, 1)),
            "Off the diagonal you multiplied a channel with itself: the first factor needs k.",
        ),
        "product of the sums": _by_hand(
            lambda a: np.outer(np.sum(rows(a), axis=0), np.sum(rows(a), axis=0)),
            "First multiply at each position, then sum.",
        ),
        "added in place of multiplied": _by_hand(
            lambda a: np.add.outer(np.sum(rows(a), axis=0), np.sum(rows(a), axis=0)),
            "The two numbers of a position are multiplied.",
        ),
    },
    praise="Four products in each entry, one per position, and the same sum for (0, 1) and (1, 0).",
    canonical=lambda G: np.reshape(G, (2, 2)) if np.shape(G) == (4,) else np.asarray(G),
)

STYLE_MATRIX_SIZE = Exercise(
    name="style_matrix_size",
    title="the size of G",
    question="The numbers of rows and columns of a block's style matrix.",
    arguments=("a",),
    cases=tuple((block(shape, seed),) for seed, shape in enumerate(SHAPES)),
    right=lambda a: (np.shape(a)[-1],) * 2,
    mistakes={
        "size of the picture": Mistake(
            lambda a: np.shape(a)[1:3],
            "G compares channels with channels: height and width are summed away.",
        ),
        "positions × positions": Mistake(
            lambda a: (len(rows(a)),) * 2,
            "G compares channels with channels: the positions are summed away.",
        ),
        "size of the table": Mistake(
            lambda a: rows(a).shape,
            "That is the unrolled block, before it is multiplied with itself.",
        ),
        "size of the block": Mistake(
            lambda a: np.shape(a)[1:],
            "That is the block itself. i and j are summed over; k and k' are left.",
        ),
        "size of the block, with the batch axis": Mistake(
            lambda a: np.shape(a),
            "That is the block itself. i and j are summed over; k and k' are left.",
        ),
        "one number only": Mistake(
            lambda a: np.shape(a)[-1],
            "That is n_C. A matrix has a number of rows and a number of columns.",
        ),
        "channels × positions": Mistake(
            lambda a: rows(a).T.shape,
            "That is the unrolled block, before it is multiplied with itself.",
        ),
        "batch axis left on": Mistake(
            lambda a: (1, np.shape(a)[-1], np.shape(a)[-1]),
            "Right but for the 1: G is a matrix, with rows and columns only.",
        ),
        "number of entries": Mistake(
            lambda a: np.shape(a)[-1] ** 2,
            "That is how many entries G has; asked are its rows and columns.",
        ),
    },
    praise="n_C × n_C, for a picture of any size: that is why two pictures can be compared.",
)

GRAM_MATRIX_LOOPS = Exercise(
    name="gram_matrix_loops",
    title="the style matrix by loops",
    question="The style matrix (n_C, n_C) of a block (1, n_H, n_W, n_C), by four loops.",
    arguments=("a",),
    cases=tuple((block(shape, seed),) for seed, shape in enumerate(SHAPES)),
    right=gram_matrix_loops,
    mistakes={
        **WRONG_GRAMS,
        **WRONG_AXES,
        "covariance": Mistake(
            lambda a: np.atleast_2d(np.cov(rows(a).T, bias=True)),
            "Mean subtracted and divided by the number of positions. The style matrix does "
            "neither.",
        ),
        "covariance, divided by n_H n_W − 1": Mistake(
            lambda a: np.atleast_2d(np.cov(rows(a).T)),
            "np.cov subtracts the mean and divides. The style matrix does neither.",
        ),
        "divided by n_C": Mistake(
            lambda a: gram(a) / np.shape(a)[-1],
            "The lecture's G is the plain sum over the positions; nothing is divided.",
        ),
        "Pearson correlation": Mistake(
            lambda a: np.corrcoef(rows(a).T),
            'The lecture says "correlation" for the intuition only; nothing is subtracted or '
            "divided.",
        ),
        "each channel scaled to length 1": Mistake(
            lambda a: gram(a / np.linalg.norm(rows(a), axis=0)),
            "How strong a channel is belongs to the style; nothing is divided.",
        ),
        "missing prime = diagonal only": Mistake(
            lambda a: np.sum(rows(a) ** 2, axis=0),
            "Those are the entries with k = k'. Let k and k' run over the channels independently.",
        ),
        "missing prime = diagonal only, zeros elsewhere": Mistake(
            lambda a: np.diag(np.sum(rows(a) ** 2, axis=0)),
            "Only the entries with k = k' are filled. Let k and k' run independently.",
        ),
        "missing prime = each row one number": Mistake(
            lambda a: np.tile(np.sum(rows(a) ** 2, axis=0)[:, None], (1, a.shape[-1])),
            "Your entries do not depend on k': both factors come from channel k.",
        ),
        "missing prime = each column one number": Mistake(
            lambda a: np.tile(np.sum(rows(a) ** 2, axis=0)[None], (a.shape[-1], 1)),
            "Your entries do not depend on k: both factors come from channel k'.",
        ),
        "summed over the wrong axes: the width only": Mistake(
            lambda a: np.einsum("bijk,bijl->bikl", a, a),
            "That is a matrix for every row of the picture. Unroll height and width into one axis.",
        ),
        "channels and height mixed": Mistake(
            lambda a: (
                np.transpose(a[0], (2, 1, 0)).reshape(-1, a.shape[1]).T
                @ a[0].reshape(a.shape[1], -1).T
            ),
            "The rows of the picture stand where the channels should. The channels are the last "
            "axis.",
        ),
        "= where += was needed": Mistake(
            lambda a: np.outer(a[0, -1, -1], a[0, -1, -1]),
            "Only the last position is left in your sum: add to the entry, do not replace it.",
        ),
        "returned inside the loop": Mistake(
            lambda a: np.outer(a[0, 0, 0], a[0, 0, 0]),
            "Only the first position is in your sum: is the return indented too far?",
        ),
        "returned inside the innermost loop": Mistake(
            lambda a: (
                np.square(a[0, 0, 0, 0])
                * np.eye(1, np.shape(a)[-1] ** 2).reshape((np.shape(a)[-1],) * 2)
            ),
            "Only one product was added before you returned: is the return indented too far?",
        ),
        "product of the sums": Mistake(
            lambda a: np.outer(np.sum(rows(a), axis=0), np.sum(rows(a), axis=0)),
            "First multiply at each position, then sum: where things happen together is what "
            "counts.",
        ),
        "one number": Mistake(
            lambda a: np.sum(a * a),
            "Everything is summed. k and k' are not summed over: each pair has an entry of its "
            "own.",
        ),
        "not summed": Mistake(
            lambda a: np.einsum("bijk,bijl->ijkl", a, a),
            "Those are the products at every position; sum them over i and j.",
        ),
        "batch axis left on": Mistake(
            lambda a: gram(a)[None],
            "The numbers are right. G is n_C × n_C, without the axis of length 1 in front.",
        ),
        "only half of the matrix": Mistake(
            lambda a: np.triu(gram(a)),
            "Below the diagonal there are zeros. G is symmetric: both halves are filled.",
        ),
        "diagonal missing": Mistake(
            lambda a: gram(a) - np.diag(np.diag(gram(a))),
            "k = k' is allowed: the diagonal says how active each channel is.",
        ),
    },
    praise="Four loops, one product in the middle: the formula letter by letter.",
)

GRAM_MATRIX = GRAM_MATRIX_LOOPS._replace(
    name="gram_matrix",
    title="the style matrix by one product",
    question="The style matrix (n_C, n_C) of a block (1, n_H, n_W, n_C), by one matrix product.",
    praise="One matrix product sums over all positions at once, for every pair of channels.",
)

# A picture of 128 × 128 pixels has 8 × 8 positions in conv5_1, and 512 channels. What is the
# largest rank that its style matrix can have?
RANK = Prediction(
    name="rank",
    title="the rank of G",
    right="b",
    feedback={
        # 8.
        "a": "That is the height, or the width. Every one of the 8 × 8 positions is a row of A.",
        # 64.
        "b": "G = Aᵀ A, and A has 64 rows, one per position: a product has no higher rank than its "
        "factors. Of 512 directions a small picture fills 64 at most.",
        # 128.
        "c": "That is the side of the picture. conv5_1 stands behind four poolings, each of which "
        "halves it: 8 × 8 positions.",
        # 512.
        "d": "G has 512 rows, but each is a sum of the 64 rows of A, with factors before them: no "
        "more than 64 can be independent.",
    },
)

# The activations are mirrored, left for right. What happens to G?
MIRRORED = Prediction(
    name="mirrored",
    title="in the mirror",
    right="b",
    feedback={
        # G is mirrored as well.
        "a": "G has no axis for left and right: i and j are summed over.",
        # G stays as it is.
        "b": "The same pairs of numbers, met in another order: the same sum.",
        # G is transposed.
        "c": "G is symmetric, so its transpose is itself; but why should it be transposed?",
        # The entries off the diagonal change their sign.
        "d": "Where two channels go together they do so in the mirrored block as well.",
    },
)

# Two matrices 3 × 3: which pair of different channels occurs together more in B than in A?
WHICH_PAIR = Prediction(
    name="which_pair",
    title="which pair of channels grew?",
    right="c",
    feedback={
        # Stripes and orange.
        "a": "That entry is the largest off the diagonal in both, but it did not change. "
        "Subtract the two matrices.",
        # Orange and blue.
        "b": "That entry became smaller: 3 − 5.",
        # Stripes and blue.
        "c": "It grew by 4, the most off the diagonal: stripes and blue come together now.",
        # Blue and blue.
        "d": "The diagonal grew there, but that is one channel with itself: more blue, not a pair.",
    },
)
