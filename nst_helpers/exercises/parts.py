"""What the exercises share: blocks to try, and the parts that answers are made of."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

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
