"""The usual mistakes of each exercise: {what it is called: (a function that makes it, advice)}.

They are compared by their values, so it does not matter how a student writes the same mistake.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from nst_helpers.costs import content_cost, layer_style_cost
from nst_helpers.exercises.judge import Mistake


def _rows(a: np.ndarray) -> np.ndarray:
    return np.reshape(a, (-1, np.shape(a)[-1]))


def _gram(a: np.ndarray) -> np.ndarray:
    return _rows(a).T @ _rows(a)


def _wrong_reshape(a: np.ndarray) -> np.ndarray:
    F = np.reshape(a, (np.shape(a)[-1], -1))
    return F @ F.T


def _channels_first(a: np.ndarray) -> np.ndarray:
    rows = np.reshape(np.moveaxis(a, -1, 1), (-1, np.shape(a)[-1]))
    return rows.T @ rows


def _centred(a: np.ndarray) -> np.ndarray:
    return a - np.mean(a, axis=(1, 2), keepdims=True)


ACTIVATION_MISTAKES = {
    "height and width exchanged": Mistake(
        lambda a, i, j, k: a[0, j, i, k],
        "i counts the rows (height), j the columns (width): i comes first.",
    ),
    "channels first": Mistake(
        lambda a, i, j, k: a[0, k, i, j],
        "TensorFlow keeps the channels last: (1, n_H, n_W, n_C).",
    ),
    "counted from 1": Mistake(
        lambda a, i, j, k: a[0, i - 1, j - 1, k - 1],
        "The lecture counts from 1, Python from 0. Here i, j and k are already Python's.",
    ),
    "batch axis forgotten": Mistake(
        lambda a, i, j, k: a[i, j, k],
        "The first axis counts the pictures, and there is one: begin with index 0.",
    ),
    "all channels of the position": Mistake(
        lambda a, i, j, k: a[0, i, j],
        "That is the whole column of channels at (i, j); k picks one number out of it.",
    ),
    "all positions of the channel": Mistake(
        lambda a, i, j, k: a[0, :, :, k],
        "That is the whole feature map of channel k; i and j pick one position of it.",
    ),
    "batch axis left on": Mistake(
        lambda a, i, j, k: a[:, i, j, k],
        "The number is right, but in an array of length 1. There is one picture: index 0.",
    ),
}

BLOCK_SHAPE_MISTAKES = {
    "one pooling too many": Mistake(
        lambda H, W, block, filters: (H // 2**block, W // 2**block, filters),
        "Block 1 comes before the first pooling: only block − 1 poolings lie in front.",
    ),
    "divided by the number of the block": Mistake(
        lambda H, W, block, filters: (H // block, W // block, filters),
        "Every pooling halves, so the halvings multiply: 2, 4, 8, 16.",
    ),
    "divided by twice the number of poolings": Mistake(
        lambda H, W, block, filters: (
            H // max(1, 2 * (block - 1)),
            W // max(1, 2 * (block - 1)),
            filters,
        ),
        "Every pooling halves what the one before has left: 2 · 2 · 2, not 2 + 2 + 2.",
    ),
    "height and width exchanged": Mistake(
        lambda H, W, block, filters: (
            W // 2 ** (block - 1),
            H // 2 ** (block - 1),
            filters,
        ),
        "Height first, as in (1, n_H, n_W, n_C).",
    ),
    "channels pooled too": Mistake(
        lambda H, W, block, filters: (
            H // 2 ** (block - 1),
            W // 2 ** (block - 1),
            filters // 2 ** (block - 1),
        ),
        "Pooling looks at height and width only. n_C is the number of filters, whatever H, W.",
    ),
    "no pooling": Mistake(
        lambda H, W, block, filters: (H, W, filters),
        "The convolutions keep height and width, but the pooling between blocks halves both.",
    ),
    "channels first": Mistake(
        lambda H, W, block, filters: (
            filters,
            H // 2 ** (block - 1),
            W // 2 ** (block - 1),
        ),
        "TensorFlow keeps the channels last: (n_H, n_W, n_C).",
    ),
    "batch axis left on": Mistake(
        lambda H, W, block, filters: (1, H // 2 ** (block - 1), W // 2 ** (block - 1), filters),
        "The numbers are right. Asked are three, without the 1 that counts the pictures.",
    ),
}


def _pairs(a, k, k_prime) -> np.ndarray:
    return _rows(a)[:, [k, k_prime]]


PAIRS_MISTAKES = {
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
        lambda a, k, k_prime: _rows(a)[:, [k, k]],
        "Both numbers of your pairs come from channel k; the second belongs to k'.",
    ),
    "k and k' exchanged": Mistake(
        lambda a, k, k_prime: _rows(a)[:, [k_prime, k]],
        "The first column is channel k, the second k'.",
    ),
    "rows and columns exchanged": Mistake(
        lambda a, k, k_prime: _pairs(a, k, k_prime).T,
        "One row a pair: the shape is (n_H · n_W, 2).",
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
        lambda a, k, k_prime: _pairs(_centred(a), k, k_prime),
        "The lecture takes the numbers as they are.",
    ),
    "multiplied already": Mistake(
        lambda a, k, k_prime: _rows(a)[:, k] * _rows(a)[:, k_prime],
        "The product of the pair comes in the next notebook; here the two numbers stay apart.",
    ),
    "channels and height mixed": Mistake(
        lambda a, k, k_prime: np.stack([a[0, k].ravel(), a[0, k_prime].ravel()], axis=-1),
        "k indexed the height. The channels are the last axis.",
    ),
}

STYLE_MATRIX_ENTRY_MISTAKES = {
    "missing prime": Mistake(
        lambda a, k, k_prime: np.sum(a[..., k] ** 2),
        "Channel k is multiplied by itself, as in the spoken formula: the second factor needs k'.",
    ),
    "prime on both": Mistake(
        lambda a, k, k_prime: np.sum(a[..., k_prime] ** 2),
        "Channel k' is multiplied by itself: the first factor needs k.",
    ),
    "mean subtracted": Mistake(
        lambda a, k, k_prime: np.sum(_centred(a)[..., k] * _centred(a)[..., k_prime]),
        "Not here: the style matrix is the unnormalised cross-covariance, of the numbers as "
        "they are.",
    ),
    "divided by n_H n_W": Mistake(
        lambda a, k, k_prime: np.mean(a[..., k] * a[..., k_prime]),
        "The lecture's sum is a sum, not a mean over the positions.",
    ),
    "mean subtracted: one for the whole block": Mistake(
        lambda a, k, k_prime: np.sum((a - np.mean(a))[..., k] * (a - np.mean(a))[..., k_prime]),
        "Not here, and not the mean of all channels at all: the numbers are taken as they are.",
    ),
    "covariance": Mistake(
        lambda a, k, k_prime: np.mean(_centred(a)[..., k] * _centred(a)[..., k_prime]),
        "Mean subtracted and divided by the number of positions. The style matrix does neither.",
    ),
    "covariance, divided by n_H n_W − 1": Mistake(
        lambda a, k, k_prime: np.cov(_rows(a)[:, k], _rows(a)[:, k_prime])[0, 1],
        "np.cov subtracts the mean and divides. The style matrix does neither.",
    ),
    "Pearson correlation": Mistake(
        lambda a, k, k_prime: np.corrcoef(_rows(a)[:, k], _rows(a)[:, k_prime])[0, 1],
        'The lecture says "correlation" for the intuition only; nothing is subtracted or divided.',
    ),
    "divided by n_H n_W n_C": Mistake(
        lambda a, k, k_prime: np.sum(a[..., k] * a[..., k_prime]) / np.size(a),
        "Many programs do that; the lecture's sum is a plain sum.",
    ),
    "reshape where a transpose was needed": Mistake(
        lambda a, k, k_prime: _wrong_reshape(a)[k, k_prime],
        "Reshape never moves a number to another place in memory, so your rows mix channels. "
        "a[..., k] is channel k.",
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
        lambda a, k, k_prime: _gram(a),
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
}

GRAM_MISTAKES = {
    "reshape where a transpose was needed": Mistake(
        _wrong_reshape,
        "Reshape never moves a number to another place in memory, so your rows mix channels. "
        "Reshape to (n_H · n_W, n_C) first, then transpose.",
    ),
    "reshape where a transpose was needed: channels first": Mistake(
        _channels_first,
        "You moved the channels to the front, and then the reshape put pieces of them beside each "
        "other. Leave them last and reshape to (n_H · n_W, n_C).",
    ),
    "mean subtracted: one for the whole block": Mistake(
        lambda a: _gram(a - np.mean(a)),
        "The style matrix takes the numbers as they are.",
    ),
    "mean subtracted: over the channels": Mistake(
        lambda a: _gram(a - np.mean(a, axis=-1, keepdims=True)),
        "The style matrix takes the numbers as they are.",
    ),
    "mean subtracted": Mistake(
        lambda a: _gram(_centred(a)),
        "That is a covariance, but for the division. The style matrix takes the numbers as they "
        "are.",
    ),
    "divided by n_H n_W": Mistake(
        lambda a: _gram(a) / len(_rows(a)),
        "Many programs do that; the lecture's G is the plain sum.",
    ),
    "divided by n_H n_W n_C": Mistake(
        lambda a: _gram(a) / np.size(a),
        "Many programs do that; the lecture's G is the plain sum.",
    ),
    "covariance": Mistake(
        lambda a: np.atleast_2d(np.cov(_rows(a).T, bias=True)),
        "Mean subtracted and divided by the number of positions. The style matrix does neither.",
    ),
    "covariance, divided by n_H n_W − 1": Mistake(
        lambda a: np.atleast_2d(np.cov(_rows(a).T)),
        "np.cov subtracts the mean and divides. The style matrix does neither.",
    ),
    "divided by n_C": Mistake(
        lambda a: _gram(a) / np.shape(a)[-1],
        "The lecture's G is the plain sum over the positions; nothing is divided.",
    ),
    "Pearson correlation": Mistake(
        lambda a: np.corrcoef(_rows(a).T),
        'The lecture says "correlation" for the intuition only; nothing is subtracted or divided.',
    ),
    "each channel scaled to length 1": Mistake(
        lambda a: _gram(a / np.linalg.norm(_rows(a), axis=0)),
        "How strong a channel is belongs to the style; nothing is divided.",
    ),
    "missing prime = diagonal only": Mistake(
        lambda a: np.sum(_rows(a) ** 2, axis=0),
        "Those are the entries with k = k'. Let k and k' run over the channels independently.",
    ),
    "missing prime = diagonal only, zeros elsewhere": Mistake(
        lambda a: np.diag(np.sum(_rows(a) ** 2, axis=0)),
        "Only the entries with k = k' are filled. Let k and k' run independently.",
    ),
    "missing prime = each row one number": Mistake(
        lambda a: np.tile(np.sum(_rows(a) ** 2, axis=0)[:, None], (1, a.shape[-1])),
        "Your entries do not depend on k': both factors come from channel k.",
    ),
    "missing prime = each column one number": Mistake(
        lambda a: np.tile(np.sum(_rows(a) ** 2, axis=0)[None], (a.shape[-1], 1)),
        "Your entries do not depend on k: both factors come from channel k'.",
    ),
    "summed over the wrong axes: n_H × n_H": Mistake(
        lambda a: np.einsum("bijk,bljk->il", a, a),
        "You compare rows of the picture. Sum over i and j, and keep the channels.",
    ),
    "summed over the wrong axes: n_W × n_W": Mistake(
        lambda a: np.einsum("bijk,bilk->jl", a, a),
        "You compare columns of the picture. Sum over i and j, and keep the channels.",
    ),
    "summed over the wrong axes: positions × positions": Mistake(
        lambda a: _rows(a) @ _rows(a).T,
        "You compare positions. With the positions as rows, it is the first factor that is "
        "transposed.",
    ),
    "summed over the wrong axes: the width only": Mistake(
        lambda a: np.einsum("bijk,bijl->bikl", a, a),
        "That is a matrix for every row of the picture. Unroll height *and* width into one axis.",
    ),
    "channels and height mixed": Mistake(
        lambda a: (
            np.transpose(a[0], (2, 1, 0)).reshape(-1, a.shape[1]).T @ a[0].reshape(a.shape[1], -1).T
        ),
        "The rows of the picture stand where the channels should. The channels are the last axis.",
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
        lambda a: np.outer(np.sum(_rows(a), axis=0), np.sum(_rows(a), axis=0)),
        "First multiply at each position, then sum: where things happen together is what counts.",
    ),
    "one number": Mistake(
        lambda a: np.sum(a * a),
        "Everything is summed. k and k' are not summed over: each pair has an entry of its own.",
    ),
    "not summed": Mistake(
        lambda a: np.einsum("bijk,bijl->ijkl", a, a),
        "Those are the products at every position; sum them over i and j.",
    ),
    "batch axis left on": Mistake(
        lambda a: _gram(a)[None],
        "The numbers are right. G is n_C × n_C, without the axis of length 1 in front.",
    ),
    "only half of the matrix": Mistake(
        lambda a: np.triu(_gram(a)),
        "Below the diagonal there are zeros. G is symmetric: both halves are filled.",
    ),
    "diagonal missing": Mistake(
        lambda a: _gram(a) - np.diag(np.diag(_gram(a))),
        "k = k' is allowed: the diagonal says how active each channel is.",
    ),
}

STYLE_MATRIX_SIZE_MISTAKES = {
    "size of the picture": Mistake(
        lambda a: np.shape(a)[1:3],
        "G compares channels with channels: height and width are summed away.",
    ),
    "positions × positions": Mistake(
        lambda a: (len(_rows(a)),) * 2,
        "G compares channels with channels: the positions are summed away.",
    ),
    "size of the table": Mistake(
        lambda a: _rows(a).shape,
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
        lambda a: _rows(a).T.shape,
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
}

CONSTANT_MISTAKES = {
    "constant without the square": Mistake(
        lambda n_H, n_W, n_C: 1 / (2 * n_H * n_W * n_C),
        "The square stands outside the bracket: everything in it is squared.",
    ),
    "4 in place of (2 …)²": Mistake(
        lambda n_H, n_W, n_C: 1 / (4 * n_H * n_W * n_C),
        "Squaring makes 4 of the 2, but n_H, n_W and n_C are squared too.",
    ),
    "the 2 not squared": Mistake(
        lambda n_H, n_W, n_C: 1 / (2 * (n_H * n_W * n_C) ** 2),
        "The 2 stands inside the bracket, so it is squared too.",
    ),
    "the 2 forgotten": Mistake(
        lambda n_H, n_W, n_C: 1 / (n_H * n_W * n_C) ** 2,
        "The bracket begins with a 2.",
    ),
    "only n_C squared": Mistake(
        lambda n_H, n_W, n_C: 1 / (2 * n_H * n_W * n_C**2),
        "In Python, ** binds before *: put the product into brackets, then square.",
    ),
    "brackets forgotten": Mistake(
        lambda n_H, n_W, n_C: 1 / 2 * n_H * n_W * n_C,
        "1 / 2 * n is half of n. What is below the fraction line needs brackets.",
    ),
    "brackets forgotten, n_C squared": Mistake(
        lambda n_H, n_W, n_C: 1 / 2 * n_H * n_W * n_C**2,
        "1 / 2 * n is half of n. What is below the fraction line needs brackets.",
    ),
    "brackets forgotten, all squared": Mistake(
        lambda n_H, n_W, n_C: 1 / 2 * (n_H * n_W * n_C) ** 2,
        "1 / 2 * n is half of n. What is below the fraction line needs brackets.",
    ),
    "not inverted": Mistake(
        lambda n_H, n_W, n_C: (2 * n_H * n_W * n_C) ** 2,
        "That is the denominator: the constant is 1 divided by it.",
    ),
    "n_C forgotten": Mistake(
        lambda n_H, n_W, n_C: 1 / (2 * n_H * n_W) ** 2,
        "Positions and channels both count: n_C stands in the bracket too.",
    ),
    "positions forgotten": Mistake(
        lambda n_H, n_W, n_C: 1 / (2 * n_C) ** 2,
        "Positions and channels both count: n_H and n_W stand in the bracket too.",
    ),
    "^ in place of **": Mistake(
        lambda n_H, n_W, n_C: 1 / ((2 * n_H * n_W * n_C) ^ 2),
        "In Python ^ is no power but works on bits. Write ** 2.",
    ),
    "square root in place of the square": Mistake(
        lambda n_H, n_W, n_C: 1 / np.sqrt(2 * n_H * n_W * n_C),
        "** 2 squares; ** 0.5 and sqrt take the root.",
    ),
    "whole-number division": Mistake(
        lambda n_H, n_W, n_C: 0,
        "// cuts off what follows the point, and nothing is left. Use /.",
    ),
    "a sum in the bracket": Mistake(
        lambda n_H, n_W, n_C: 1 / (2 * (n_H + n_W + n_C)) ** 2,
        "The three numbers are multiplied: together they count the block's activations.",
    ),
}


def _constant(n_H: int, n_W: int, n_C: int) -> float:
    return 1 / (2 * n_H * n_W * n_C) ** 2


def _layer(gram: Callable = _gram, distance: Callable | None = None, constant=None) -> Callable:
    """Return the layer's cost with one part replaced by a wrong one."""
    distance = distance or (lambda D: np.sum(D**2))
    constant = constant or _constant
    return lambda a_S, a_G: constant(*a_G.shape[1:]) * distance(gram(a_S) - gram(a_G))


LAYER_STYLE_COST_MISTAKES = {
    **{
        name: Mistake(_layer(constant=CONSTANT_MISTAKES[name].function), advice)
        for name, (_, advice) in CONSTANT_MISTAKES.items()
        if name != "whole-number division"
    },
    "constant forgotten": Mistake(
        _layer(constant=lambda *size: 1),
        "The squared norm is right; it still has to be divided by (2 n_H n_W n_C)².",
    ),
    "norm without the square": Mistake(
        _layer(distance=lambda D: np.sqrt(np.sum(D**2))),
        "The cost takes the norm squared: leave the square root out.",
    ),
    "mean in place of the sum": Mistake(
        _layer(distance=lambda D: np.mean(D**2)),
        "The squared Frobenius norm is the sum over k and k'; the constant divides already.",
    ),
    "mean and no constant": Mistake(
        _layer(distance=lambda D: np.mean(D**2), constant=lambda *size: 1),
        "The mean divides by n_C² only. The lecture sums and divides by (2 n_H n_W n_C)².",
    ),
    "difference not squared": Mistake(
        _layer(distance=np.sum),
        "Positive and negative differences cancel: square each before summing.",
    ),
    "absolute value in place of the square": Mistake(
        _layer(distance=lambda D: np.sum(np.abs(D))),
        "The Frobenius norm sums squares.",
    ),
    "square of the sum": Mistake(
        _layer(distance=lambda D: np.sum(D) ** 2),
        "Square each difference first, then sum.",
    ),
    "not summed": Mistake(
        _layer(distance=lambda D: D**2),
        "The cost is one number: sum the squares over k and k'.",
    ),
    "largest singular value in place of the Frobenius norm": Mistake(
        _layer(distance=lambda D: np.linalg.norm(D, 2) ** 2),
        "ord=2 is another norm of a matrix. The Frobenius norm sums all squared entries.",
    ),
    "missing prime = diagonal only": Mistake(
        _layer(gram=lambda a: np.sum(_rows(a) ** 2, axis=0)),
        "Your style matrices hold only k = k': what goes together is not measured.",
    ),
    "reshape where a transpose was needed": Mistake(
        _layer(gram=_wrong_reshape),
        "Reshape never moves a number, so the rows of your table mix channels. "
        "Reshape to (n_H · n_W, n_C) first, then transpose.",
    ),
    "reshape where a transpose was needed: channels first": Mistake(
        _layer(gram=_channels_first),
        "You moved the channels to the front, and then the reshape put pieces of them beside each "
        "other. Leave them last and reshape to (n_H · n_W, n_C).",
    ),
    "mean subtracted: one for the whole block": Mistake(
        _layer(gram=lambda a: _gram(a - np.mean(a))),
        "The style matrix takes the activations as they are.",
    ),
    "divided by n_H n_W n_C": Mistake(
        _layer(gram=lambda a: _gram(a) / np.size(a)),
        "Your style matrices are divided by all activations, and the constant divides once more.",
    ),
    "summed over the wrong axes: n_H × n_H": Mistake(
        _layer(gram=lambda a: np.einsum("bijk,bljk->il", a, a)),
        "You compare rows of the picture. Sum over i and j, and keep the channels.",
    ),
    "summed over the wrong axes: n_W × n_W": Mistake(
        _layer(gram=lambda a: np.einsum("bijk,bilk->jl", a, a)),
        "You compare columns of the picture. Sum over i and j, and keep the channels.",
    ),
    "mean subtracted": Mistake(
        _layer(gram=lambda a: _gram(_centred(a))),
        "The style matrix takes the activations as they are.",
    ),
    "divided by n_H n_W": Mistake(
        _layer(gram=lambda a: _gram(a) / len(_rows(a))),
        "Your style matrices are divided by the positions, and the constant divides once more.",
    ),
    "summed over the wrong axes: positions × positions": Mistake(
        _layer(gram=lambda a: _rows(a) @ _rows(a).T),
        "The first factor is transposed, so that the channels are left.",
    ),
    "activations compared, not style matrices": Mistake(
        lambda a_S, a_G: _constant(*a_G.shape[1:]) * np.sum((a_S - a_G) ** 2),
        "That compares position by position, as the content cost does.",
    ),
    "style matrix of the difference": Mistake(
        lambda a_S, a_G: _constant(*a_G.shape[1:]) * np.sum(_gram(a_S - a_G) ** 2),
        "First a style matrix of each picture, then the difference of the two.",
    ),
    "minus forgotten": Mistake(
        lambda a_S, a_G: _constant(*a_G.shape[1:]) * np.sum((_gram(a_S) + _gram(a_G)) ** 2),
        "The cost measures how far apart the two are: subtract.",
    ),
    "style picture forgotten": Mistake(
        lambda a_S, a_G: _constant(*a_G.shape[1:]) * np.sum(_gram(a_G) ** 2),
        "Without G(S) the cost only asks for silence. Subtract the two matrices.",
    ),
}

STYLE_COST_MISTAKES = {
    "λ normalised": Mistake(
        lambda J, lambdas: sum(lambdas[la] * J[la] for la in J) / sum(lambdas.values()),
        "The λ are used as they are given; they need not add up to 1.",
    ),
    "λ normalised: by the largest": Mistake(
        lambda J, lambdas: sum(lambdas[la] * J[la] for la in J) / max(lambdas.values()),
        "The λ are used as they are given; none of them has to be 1.",
    ),
    "λ forgotten": Mistake(
        lambda J, lambdas: sum(J.values()),
        "Every layer counts as much as its λ says.",
    ),
    "mean over the layers": Mistake(
        lambda J, lambdas: sum(lambdas[la] * J[la] for la in J) / len(J),
        "The formula has a sum; nothing is divided by the number of layers.",
    ),
    "sums multiplied": Mistake(
        lambda J, lambdas: sum(J.values()) * sum(lambdas.values()),
        "Multiply each layer's cost with its own λ, then sum.",
    ),
    "added in place of multiplied": Mistake(
        lambda J, lambdas: sum(lambdas[la] + J[la] for la in J),
        "λ weighs its layer: it is a factor.",
    ),
    "= where += was needed, looping over J_layers": Mistake(
        lambda J, lambdas: [lambdas[la] * J[la] for la in J][-1],
        "Only the last layer is left in your sum.",
    ),
    "= where += was needed": Mistake(
        lambda J, lambdas: [lambdas[la] * J[la] for la in lambdas][-1],
        "Only the last layer is left in your sum.",
    ),
    "returned inside the loop": Mistake(
        lambda J, lambdas: next(lambdas[la] * J[la] for la in J),
        "Only the first layer is in your sum: is the return indented too far?",
    ),
    "λ squared": Mistake(
        lambda J, lambdas: sum(lambdas[la] ** 2 * J[la] for la in J),
        "λ stands in the formula once.",
    ),
    "divided by λ": Mistake(
        lambda J, lambdas: sum(J[la] / lambdas[la] for la in J),
        "A larger λ makes its layer count more: multiply.",
    ),
    "paired by order, not by layer": Mistake(
        lambda J, lambdas: sum(x * y for x, y in zip(J.values(), lambdas.values())),
        "The two dictionaries may list the layers in different orders: look each up by name.",
    ),
    "not summed": Mistake(
        lambda J, lambdas: [lambdas[la] * J[la] for la in J],
        "The style cost is one number: sum over the layers.",
    ),
}

TOTAL_COST_MISTAKES = {
    "α and β swapped": Mistake(
        lambda a_C, a_S, a_G, alpha, beta: (
            beta * content_cost(a_C, a_G) + alpha * layer_style_cost(a_S, a_G)
        ),
        "α weighs the content, β the style.",
    ),
    "G of the content image": Mistake(
        lambda a_C, a_S, a_G, alpha, beta: (
            alpha * content_cost(a_C, a_G) + beta * layer_style_cost(a_C, a_G)
        ),
        "Style is compared with the style picture: G(S) comes from a_S.",
    ),
    "style of the content against style of the style": Mistake(
        lambda a_C, a_S, a_G, alpha, beta: (
            alpha * content_cost(a_C, a_G) + beta * layer_style_cost(a_S, a_C)
        ),
        "The style cost does not see the generated picture: compare a_S with a_G.",
    ),
    "content of the style image": Mistake(
        lambda a_C, a_S, a_G, alpha, beta: (
            alpha * content_cost(a_S, a_G) + beta * layer_style_cost(a_S, a_G)
        ),
        "Content is compared with the content picture: a_C.",
    ),
    "content of the content against content of the style": Mistake(
        lambda a_C, a_S, a_G, alpha, beta: (
            alpha * content_cost(a_C, a_S) + beta * layer_style_cost(a_S, a_G)
        ),
        "The content cost does not see the generated picture: compare a_C with a_G.",
    ),
    "not added": Mistake(
        lambda a_C, a_S, a_G, alpha, beta: [
            alpha * content_cost(a_C, a_G),
            beta * layer_style_cost(a_S, a_G),
        ],
        "J is one number: the sum of the two.",
    ),
    "C and S exchanged": Mistake(
        lambda a_C, a_S, a_G, alpha, beta: (
            alpha * content_cost(a_S, a_G) + beta * layer_style_cost(a_C, a_G)
        ),
        "Content goes with a_C, style with a_S.",
    ),
    "α and β forgotten": Mistake(
        lambda a_C, a_S, a_G, alpha, beta: content_cost(a_C, a_G) + layer_style_cost(a_S, a_G),
        "Each cost has its weight.",
    ),
    "α forgotten": Mistake(
        lambda a_C, a_S, a_G, alpha, beta: (
            content_cost(a_C, a_G) + beta * layer_style_cost(a_S, a_G)
        ),
        "The content cost has a weight too.",
    ),
    "β forgotten": Mistake(
        lambda a_C, a_S, a_G, alpha, beta: (
            alpha * content_cost(a_C, a_G) + layer_style_cost(a_S, a_G)
        ),
        "The style cost has a weight too.",
    ),
    "weights normalised": Mistake(
        lambda a_C, a_S, a_G, alpha, beta: (
            (alpha * content_cost(a_C, a_G) + beta * layer_style_cost(a_S, a_G)) / (alpha + beta)
        ),
        "α and β are used as they are given; they need not add up to 1.",
    ),
    "weights outside the bracket": Mistake(
        lambda a_C, a_S, a_G, alpha, beta: (
            (alpha + beta) * (content_cost(a_C, a_G) + layer_style_cost(a_S, a_G))
        ),
        "Each weight belongs to one cost only.",
    ),
    "minus in place of plus": Mistake(
        lambda a_C, a_S, a_G, alpha, beta: (
            alpha * content_cost(a_C, a_G) - beta * layer_style_cost(a_S, a_G)
        ),
        "Both costs are to become small, so they are added.",
    ),
    "content only": Mistake(
        lambda a_C, a_S, a_G, alpha, beta: alpha * content_cost(a_C, a_G),
        "The style cost is missing.",
    ),
    "style only": Mistake(
        lambda a_C, a_S, a_G, alpha, beta: beta * layer_style_cost(a_S, a_G),
        "The content cost is missing.",
    ),
    "content cost not divided by n_H n_W n_C": Mistake(
        lambda a_C, a_S, a_G, alpha, beta: (
            alpha * tf.reduce_sum((a_C - a_G) ** 2) / 2 + beta * layer_style_cost(a_S, a_G)
        ),
        "That is the lecture's ½‖a_C − a_G‖². Here content_cost divides it by the number of "
        "its terms, so that α means the same for every size of picture.",
    ),
}


def _step(image, gradient, rate) -> np.ndarray:
    return np.clip(image - rate * gradient, 0, 1)


GRADIENT_STEP_MISTAKES = {
    "positive gradient step": Mistake(
        lambda image, gradient, rate: _step(image, -gradient, rate),
        "The gradient points uphill: subtract it.",
    ),
    "not clipped": Mistake(
        lambda image, gradient, rate: image - rate * gradient,
        "Some pixels have left [0, 1]: they are no colours any more.",
    ),
    "positive gradient step, not clipped": Mistake(
        lambda image, gradient, rate: image + rate * gradient,
        "The gradient points uphill: subtract it, then keep the pixels in [0, 1].",
    ),
    "rate forgotten": Mistake(
        lambda image, gradient, rate: _step(image, gradient, 1),
        "The gradient is multiplied by the rate: how far to walk.",
    ),
    "divided by the rate": Mistake(
        lambda image, gradient, rate: _step(image, gradient, 1 / rate),
        "A larger rate is a longer step: multiply.",
    ),
    "only the sign of the gradient": Mistake(
        lambda image, gradient, rate: _step(image, np.sign(gradient), rate),
        "Steeper directions get longer steps: use the gradient itself.",
    ),
    "gradient scaled to length 1": Mistake(
        lambda image, gradient, rate: _step(image, gradient / np.linalg.norm(gradient), rate),
        "Plain gradient descent uses the gradient as it is.",
    ),
    "step times the picture": Mistake(
        lambda image, gradient, rate: _step(image, image * gradient, rate),
        "The picture itself is no factor of the step.",
    ),
    "clipped before the step": Mistake(
        lambda image, gradient, rate: np.clip(image, 0, 1) - np.clip(rate * gradient, 0, 1),
        "Clip last: it is the new picture that has to lie in [0, 1].",
    ),
    "not clipped at 1": Mistake(
        lambda image, gradient, rate: np.clip(image - rate * gradient, 0, None),
        "Pictures lie in [0, 1] in this series: clip at 1 as well, and not at 255.",
    ),
    "not clipped at 0": Mistake(
        lambda image, gradient, rate: np.clip(image - rate * gradient, None, 1),
        "Pictures lie in [0, 1] in this series: clip at 0 as well.",
    ),
    "batch axis lost": Mistake(
        lambda image, gradient, rate: _step(image, gradient, rate)[0],
        "The numbers are right. A picture is (1, H, W, 3), with the 1 in front.",
    ),
    "stretched in place of clipped": Mistake(
        lambda image, gradient, rate: (lambda x: (x - x.min()) / (x.max() - x.min()))(
            image - rate * gradient
        ),
        "Stretching changes every pixel; clipping only those that have left [0, 1].",
    ),
    "the step in place of the picture": Mistake(
        lambda image, gradient, rate: -rate * gradient,
        "That is the way walked; the new picture is the old one plus it.",
    ),
    "the gradient clipped": Mistake(
        lambda image, gradient, rate: image - rate * np.clip(gradient, 0, 1),
        "It is the new picture that has to lie in [0, 1], not the gradient.",
    ),
}
