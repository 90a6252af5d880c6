"""The style matrix (Gram matrix) of a layer, and the other ways to say "goes together"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from nst_helpers.blocks import as_block, positions, table
from nst_helpers.refusals import array, whole_number


def gram_matrix(a: tf.Tensor) -> tf.Tensor:
    """Return the style matrix G_kk' = Σ_ij a_ijk a_ijk', also called the Gram matrix.

    Statisticians call it the uncentred second moment of the channels, here as a sum; the
    lecture, an unnormalised cross-covariance.

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
    TypeError, ValueError
        Not a block, or (outside a graph) NaN.

    Notes
    -----
    Gatys, Ecker & Bethge, "Image Style Transfer Using Convolutional Neural Networks"
    (CVPR 2016), equation 3.
    """
    return gram(table(as_block(a)))


def gram_matrix_per_position(a: tf.Tensor) -> tf.Tensor:
    """Return the style matrix divided by n_H n_W: the mean of a_ijk a_ijk' over positions.

    So pictures of different sizes can be compared.

    Parameters
    ----------
    a : tensor (1, n_H, n_W, n_C)
        Activations of one layer.

    Returns
    -------
    tf.Tensor
        (n_C, n_C), symmetric; in squared units of the activations.

    Raises
    ------
    TypeError, ValueError
        Not a block, or (outside a graph) NaN.
    """
    return gram_per_position(as_block(a))


@tf.custom_gradient
def gram(rows: tf.Tensor) -> tuple[tf.Tensor, Callable]:
    """Return rowsᵀ rows. Its two factors are one table, so one product is the whole gradient.

    Parameters
    ----------
    rows : tensor (n_H · n_W, n_C)
        From ``table``.

    Returns
    -------
    tf.Tensor
        (n_C, n_C).
    """

    def gradient(upstream: tf.Tensor) -> tf.Tensor:
        return tf.matmul(rows, upstream + tf.transpose(upstream))

    return tf.matmul(rows, rows, transpose_a=True), gradient


def gram_per_position(a: tf.Tensor) -> tf.Tensor:
    """Return what ``gram_matrix_per_position`` does, of a block that is checked already.

    Parameters
    ----------
    a : tensor (1, n_H, n_W, n_C)
        From ``as_block``, or the network.

    Returns
    -------
    tf.Tensor
        (n_C, n_C).
    """
    return gram(table(a)) / positions(a)


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
    TypeError, ValueError
        Not a block, or (outside a graph) NaN.
    """
    return _covariance(as_block(a))


def _covariance(a: tf.Tensor) -> tf.Tensor:
    return gram_per_position(a - tf.reduce_mean(a, axis=(0, 1, 2)))


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
    TypeError, ValueError
        Not a block, or (outside a graph) NaN.
    """
    a = as_block(a)
    covariance = _covariance(a)
    deviation = tf.sqrt(_variance(a, covariance))
    return tf.math.divide_no_nan(covariance, deviation[:, None] * deviation[None, :])


def _variance(a: tf.Tensor, covariance: tf.Tensor) -> tf.Tensor:
    """Return the diagonal; 0 where a constant channel leaves rounding errors alone."""
    variance = tf.linalg.diag_part(covariance)
    rounding = (100 * np.finfo(variance.dtype.as_numpy_dtype).eps) ** 2
    varies = variance > rounding * tf.reduce_mean(tf.square(a), axis=(0, 1, 2))
    return tf.where(varies, variance, 0)


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
    TypeError, ValueError
        Not a square matrix, or an impossible count.
    """
    G, count = array(G, "G", "n_C", "n_C"), whole_number(count, "count", 1)
    k, k_prime = np.triu_indices(len(G), 1)
    entries = G[k, k_prime]
    order = np.argsort(-np.abs(entries), kind="stable")[:count]
    return [(int(k[n]), int(k_prime[n]), float(entries[n])) for n in order]
