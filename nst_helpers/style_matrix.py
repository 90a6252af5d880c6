"""The style matrix (Gram matrix) of a layer, and the other ways to say "goes together"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from nst_helpers.refusals import array, whole_number


def gram_matrix(a: tf.Tensor) -> tf.Tensor:
    """Return the style matrix G_kk' = Σ_ij a_ijk a_ijk', also called the Gram matrix.

    Parameters
    ----------
    a : tensor (1, n_H, n_W, n_C)
        Activations of one layer.

    Returns
    -------
    tf.Tensor
        (n_C, n_C), symmetric; in squared units of the activations, summed over positions.

    Raises
    ------
    ValueError
        Another shape, or (outside a graph) NaN.

    Notes
    -----
    Gatys, Ecker & Bethge, "Image Style Transfer Using Convolutional Neural Networks"
    (CVPR 2016), equation 3.
    """
    return _columns_times_columns(unroll(a))


@tf.custom_gradient
def _columns_times_columns(rows: tf.Tensor) -> tuple[tf.Tensor, Callable]:
    """Return rowsᵀ rows. Its two factors are one table, so one product is the whole gradient."""

    def gradient(upstream: tf.Tensor) -> tf.Tensor:
        return tf.matmul(rows, upstream + tf.transpose(upstream))

    return tf.matmul(rows, rows, transpose_a=True), gradient


def unroll(a: tf.Tensor) -> tf.Tensor:
    """Return the block as a table: one row a position, one column a channel.

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
    ValueError
        Another shape, or (outside a graph) NaN.
    """
    a = check_activations(a)
    return tf.reshape(a, (-1, tf.shape(a)[-1]))


def positions(a: tf.Tensor) -> tf.Tensor:
    """Return the number of positions n_H · n_W of a block, in the block's own type.

    Parameters
    ----------
    a : tensor (1, n_H, n_W, n_C)
        Activations of one layer.

    Returns
    -------
    tf.Tensor
        A scalar.

    Raises
    ------
    ValueError
        Another shape, or (outside a graph) NaN.
    """
    a = check_activations(a)
    shape = tf.shape(a)
    return tf.cast(shape[1] * shape[2], a.dtype)


def covariance_matrix(a: tf.Tensor) -> tf.Tensor:
    """Return the covariance of the channels: means subtracted, divided by n_H n_W.

    Parameters
    ----------
    a : tensor (1, n_H, n_W, n_C)
        Activations of one layer.

    Returns
    -------
    tf.Tensor
        (n_C, n_C), in squared units of the activations.

    Raises
    ------
    ValueError
        Another shape, or (outside a graph) NaN.
    """
    rows = unroll(a)
    centred = rows - tf.reduce_mean(rows, axis=0)
    return tf.matmul(centred, centred, transpose_a=True) / tf.cast(tf.shape(rows)[0], rows.dtype)


def pearson_matrix(a: tf.Tensor) -> tf.Tensor:
    """Return Pearson's correlation of the channels: covariance over both standard deviations.

    Parameters
    ----------
    a : tensor (1, n_H, n_W, n_C)
        Activations of one layer.

    Returns
    -------
    tf.Tensor
        (n_C, n_C), in [-1, 1]; 0 where a channel does not vary at all.

    Raises
    ------
    ValueError
        Another shape, or (outside a graph) NaN.
    """
    covariance = covariance_matrix(a)
    variance = tf.linalg.diag_part(covariance)
    # A constant channel leaves a variance of rounding errors, which correlates by chance.
    rounding = (100 * np.finfo(variance.dtype.as_numpy_dtype).eps) ** 2
    varies = variance > rounding * tf.reduce_mean(tf.square(unroll(a)), axis=0)
    deviation = tf.sqrt(tf.where(varies, variance, 0))
    return tf.math.divide_no_nan(covariance, deviation[:, None] * deviation[None, :])


def check_activations(a: tf.Tensor, name: str = "The activations") -> tf.Tensor:
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


def strongest_pairs(G: np.ndarray, count: int = 3) -> list[tuple[int, int, float]]:
    """Return the pairs of different channels with the largest entries in absolute value.

    Parameters
    ----------
    G : array (n_C, n_C)
        A style matrix, or a difference of two; symmetric.
    count : int
        How many pairs, at most.

    Returns
    -------
    list of (k, k', entry)
        k < k', the strongest first.

    Raises
    ------
    ValueError
        Not a square matrix, or an impossible count.
    """
    G, count = array(G, "G", "n_C", "n_C"), whole_number(count, "count", 1)
    k, k_prime = np.triu_indices(len(G), 1)
    entries = G[k, k_prime]
    order = np.argsort(-np.abs(entries), kind="stable")[:count]
    return [(int(k[n]), int(k_prime[n]), float(entries[n])) for n in order]
