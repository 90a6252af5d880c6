"""A block's one form, (1, n_H, n_W, n_C), and what is read from it: its table, its channels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from nst_helpers.refusals import whole_number


def as_block(a: tf.Tensor, name: str = "The activations") -> tf.Tensor:
    """Return the block as a floating-point tensor, or say what is wrong with it.

    Parameters
    ----------
    a : tensor or array (1, n_H, n_W, n_C)
        Activations of one layer.
    name : str
        What the message calls them.

    Returns
    -------
    tf.Tensor
        The same block, float32 unless it was float64.

    Raises
    ------
    TypeError
        Not numbers.
    ValueError
        Another rank, more than one picture, an empty block, or (outside a graph) NaN.
    """
    if isinstance(a, np.ndarray) and a.dtype == np.float16:
        a = np.float32(a)  # by TensorFlow it would cost a line of complaint on older processors
    try:
        a = tf.convert_to_tensor(a)
    except Exception as error:  # other libraries' arrays refuse in their own ways
        raise TypeError(
            f"{name} must be a tensor (1, n_H, n_W, n_C), not {type(a).__name__}."
        ) from error
    if not (a.dtype.is_floating or a.dtype.is_integer):
        raise TypeError(f"{name} hold {a.dtype.name}; expected numbers such as float32.")
    if a.dtype != tf.float64:
        a = tf.cast(a, tf.float32)
    if a.shape.rank != 4 or a.shape[0] not in (1, None):
        raise ValueError(
            f"{name} have shape {tuple(a.shape)}, expected (1, n_H, n_W, n_C). "
            "Add the batch axis with a[None]."
        )
    if 0 in tuple(a.shape):
        raise ValueError(f"{name} are empty: shape {tuple(a.shape)}.")
    if tf.executing_eagerly() and not bool(tf.reduce_all(tf.math.is_finite(a))):
        raise ValueError(
            f"{name} hold NaN or infinite values. Check the picture: float32, RGB, [0, 1]."
        )
    return a


def content_blocks(a_C: tf.Tensor, a_G: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return two blocks that can be compared position by position, in the type of a_G.

    Parameters
    ----------
    a_C, a_G : tensors (1, n_H, n_W, n_C)
        Activations of the content and the generated picture in one layer.

    Returns
    -------
    (tf.Tensor, tf.Tensor)
        The same blocks.

    Raises
    ------
    TypeError, ValueError
        The two shapes differ, or one is no block.
    """
    a_G = as_block(a_G, "a_G")
    a_C = tf.cast(as_block(a_C, "a_C"), a_G.dtype)
    if not a_C.shape.is_compatible_with(a_G.shape):
        raise ValueError(
            f"a_C has shape {tuple(a_C.shape)} and a_G {tuple(a_G.shape)}; the content cost "
            "compares position by position. Load both pictures at the same size."
        )
    return a_C, a_G


def style_blocks(a_S: tf.Tensor, a_G: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return two blocks whose style matrices can be compared, in the type of a_G.

    Parameters
    ----------
    a_S : tensor (1, n_H', n_W', n_C)
        Activations of the style picture in one layer; its size is its own.
    a_G : tensor (1, n_H, n_W, n_C)
        Activations of the generated picture in the same layer.

    Returns
    -------
    (tf.Tensor, tf.Tensor)
        The same blocks.

    Raises
    ------
    TypeError, ValueError
        The numbers of channels differ, or one is no block.
    """
    a_G = as_block(a_G, "a_G")
    a_S = tf.cast(as_block(a_S, "a_S"), a_G.dtype)
    if a_S.shape[-1] != a_G.shape[-1]:
        raise ValueError(
            f"a_S has {a_S.shape[-1]} channels and a_G {a_G.shape[-1]}; a style matrix is "
            "n_C × n_C. Take both from the same layer."
        )
    return a_S, a_G


def unroll(a: tf.Tensor) -> tf.Tensor:
    """Return the block as a table: one row per position, one column per channel.

    Parameters
    ----------
    a : tensor (1, n_H, n_W, n_C)
        Activations of one layer.

    Returns
    -------
    tf.Tensor
        (n_H · n_W, n_C).

    Raises
    ------
    TypeError, ValueError
        Not a block.
    """
    return table(as_block(a))


def table(a: tf.Tensor) -> tf.Tensor:
    """Return what ``unroll`` does, of a block that is checked already.

    Parameters
    ----------
    a : tensor (1, n_H, n_W, n_C)
        From ``as_block``, or the network.

    Returns
    -------
    tf.Tensor
        (n_H · n_W, n_C).
    """
    return tf.reshape(a, (-1, tf.shape(a)[-1]))


def positions(a: tf.Tensor) -> tf.Tensor:
    """Return the number of positions n_H · n_W of a block that is checked already.

    Parameters
    ----------
    a : tensor (1, n_H, n_W, n_C)
        From ``as_block``, or the network.

    Returns
    -------
    tf.Tensor
        A scalar, of the block's own type.
    """
    return tf.cast(tf.size(a) // tf.shape(a)[-1], a.dtype)


def selective_channel(present: Sequence[np.ndarray], absent: Sequence[np.ndarray]) -> int:
    """Return the channel that tells best whether something is in a picture.

    It is the one whose weakest mean activation with the thing exceeds its strongest without it
    by most, in units of the channel's own mean activation over all the blocks.

    Parameters
    ----------
    present, absent : sequences of arrays (1, n_H, n_W, n_C)
        One layer's activations of pictures with and without the thing.

    Returns
    -------
    int
        0 ≤ channel < n_C.

    Raises
    ------
    TypeError
        One of the two is no list.
    ValueError
        One of the two is empty, the blocks differ in their number of channels, or hold NaN.
    """
    for name, given in (("present", present), ("absent", absent)):
        if not isinstance(given, Sequence | np.ndarray):
            raise TypeError(f"{name} is {type(given).__name__}, expected a list of blocks.")
    if not len(present) or not len(absent):
        raise ValueError(
            f"{len(present)} blocks with and {len(absent)} without are given; at least one of "
            "each is needed."
        )
    blocks = [as_block(a, "The blocks").numpy() for a in (*present, *absent)]
    counts = sorted({a.shape[-1] for a in blocks})
    if len(counts) > 1:
        raise ValueError(
            f"The blocks have shapes {[a.shape for a in blocks]}, expected (1, n_H, n_W, n_C) with "
            "the same n_C. Take all from the same layer."
        )
    means = np.stack([a.mean(axis=(0, 1, 2)) for a in blocks])
    weakest, strongest = means[: len(present)].min(axis=0), means[len(present) :].max(axis=0)
    return int(np.argmax((weakest - strongest) / (means.mean(axis=0) + 1e-3)))


def channel_pair(a: np.ndarray, k: int, k_prime: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of numbers of two channels: one pair per position.

    Parameters
    ----------
    a : array (1, n_H, n_W, n_C)
        Activations of one layer.
    k, k_prime : int
        Two channels, 0 ≤ k, k' < n_C.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Each (n_H · n_W,), in the same order of positions.

    Raises
    ------
    TypeError, ValueError
        Another shape, or no such channel.
    """
    a = as_block(a, "The activations").numpy()
    for name, channel in (("k", k), ("k_prime", k_prime)):
        whole_number(channel, name, 0, a.shape[-1] - 1)
    return a[..., k].ravel(), a[..., k_prime].ravel()
