"""What the exercises share: blocks to try, and the parts that answers are made of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from nst_helpers.exercises.judge import Mistake

# Height, width and channels always differ, so that no mix-up of axes stays hidden.
SHAPES = ((2, 3, 4), (5, 3, 2), (3, 4, 6), (1, 3, 5))


def example_block() -> tf.Tensor:
    """Return the small block that every checker tries first, to compute on by hand.

    Returns
    -------
    tf.Tensor
        (1, 2, 3, 4), whole numbers from 0 to 9.
    """
    return tf.constant(block((2, 3, 4), 0), tf.float32)


def tiny_block() -> tf.Tensor:
    """Return the block of a picture of 2 × 2 positions with two channels, to work out on paper.

    Returns
    -------
    tf.Tensor
        (1, 2, 2, 2), whole numbers from 0 to 2.
    """
    return tf.constant([[[[0, 2], [1, 2]], [[1, 0], [2, 0]]]], tf.float32)


def block(shape: tuple[int, int, int], seed: int) -> np.ndarray:
    """Return activations: whole numbers for seed 0, else positive and negative fractions."""
    random = np.random.default_rng(seed)
    if seed == 0:
        return random.integers(0, 10, (1, *shape)).astype(float)
    return random.normal(0.7, 1.5, (1, *shape)).astype(np.float32).astype(float)


def rows(a: np.ndarray) -> np.ndarray:
    """Return the block as a table: one row per position, one column per channel."""
    return np.reshape(a, (-1, np.shape(a)[-1]))


def gram(a: np.ndarray) -> np.ndarray:
    """Return the style matrix."""
    return rows(a).T @ rows(a)


def wrong_reshape(a: np.ndarray) -> np.ndarray:
    """Return what comes of a reshape where a transpose was needed."""
    F = np.reshape(a, (np.shape(a)[-1], -1))
    return F @ F.T


def channels_first(a: np.ndarray) -> np.ndarray:
    """Return what comes of moving the channels to the front and then reshaping."""
    return gram(np.moveaxis(a, -1, 1).reshape(np.shape(a)))


def centred(a: np.ndarray) -> np.ndarray:
    """Return the block with each channel's mean subtracted."""
    return a - np.mean(a, axis=(1, 2), keepdims=True)


# How a style matrix goes wrong, wherever one is computed: first those of the right size.
WRONG_GRAMS = {
    "reshape where a transpose was needed": Mistake(
        wrong_reshape,
        "Reshape never moves a number to another place in memory, so the rows of your table mix "
        "channels. Reshape to (n_H · n_W, n_C) first, then transpose.",
    ),
    "reshape where a transpose was needed: channels first": Mistake(
        channels_first,
        "You moved the channels to the front, and then the reshape put pieces of them beside each "
        "other. Leave them last and reshape to (n_H · n_W, n_C).",
    ),
    "mean subtracted": Mistake(
        lambda a: gram(centred(a)),
        "That is a covariance, but for the division. The style matrix takes the activations as "
        "they are.",
    ),
    "mean subtracted: one for the whole block": Mistake(
        lambda a: gram(a - np.mean(a)),
        "The style matrix takes the activations as they are.",
    ),
    "mean subtracted: over the channels": Mistake(
        lambda a: gram(a - np.mean(a, axis=-1, keepdims=True)),
        "The style matrix takes the activations as they are.",
    ),
    "divided by n_H n_W": Mistake(
        lambda a: gram(a) / len(rows(a)),
        "Many programs do that to G; the lecture's G is the plain sum.",
    ),
    "divided by n_H n_W n_C": Mistake(
        lambda a: gram(a) / np.size(a),
        "Many programs do that to G; the lecture's G is the plain sum.",
    ),
}
WRONG_AXES = {
    "summed over the wrong axes: n_H × n_H": Mistake(
        lambda a: np.einsum("bijk,bljk->il", a, a),
        "You compare rows of the picture. Sum over i and j, and keep the channels.",
    ),
    "summed over the wrong axes: n_W × n_W": Mistake(
        lambda a: np.einsum("bijk,bilk->jl", a, a),
        "You compare columns of the picture. Sum over i and j, and keep the channels.",
    ),
    "summed over the wrong axes: positions × positions": Mistake(
        lambda a: rows(a) @ rows(a).T,
        "You compare positions. With the positions as rows, it is the first factor that is "
        "transposed.",
    ),
}


def with_each(wrong: dict[str, Mistake], answer: Callable[[Callable], Callable]) -> dict:
    """Return the mistakes of a longer answer in which one part is wrong.

    Parameters
    ----------
    wrong : {name: Mistake}
        The part's mistakes.
    answer : callable
        From a part, such as a way to compute G, to the longer answer that is made with it.

    Returns
    -------
    {name: Mistake}
        Under the same names, with the same advice.
    """
    return {name: Mistake(answer(part), advice) for name, (part, advice) in wrong.items()}
