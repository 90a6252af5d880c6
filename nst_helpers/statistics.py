"""What else a style could be: functions from a block to a tensor, for ``StyleTransfer``.

Each is per position, so that it does not grow with the picture. The style matrix, the covariance
and Pearson's matrix are in ``style_matrix``.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from nst_helpers.blocks import as_block, table
from nst_helpers.refusals import array


def channel_means(a: tf.Tensor) -> tf.Tensor:
    """Return the mean of each channel over all positions.

    Parameters
    ----------
    a : tensor (1, n_H, n_W, n_C)
        Activations of one layer.

    Returns
    -------
    tf.Tensor
        (n_C,), in units of the activations.

    Raises
    ------
    TypeError, ValueError
        Not a block, or (outside a graph) NaN.
    """
    return tf.reduce_mean(as_block(a), axis=(0, 1, 2))


def means_and_variances(a: tf.Tensor) -> tf.Tensor:
    """Return the mean and the variance of each channel.

    Parameters
    ----------
    a : tensor (1, n_H, n_W, n_C)
        Activations of one layer.

    Returns
    -------
    tf.Tensor
        (2, n_C): the means, and below them the variances, divided by n_H n_W.

    Raises
    ------
    TypeError, ValueError
        Not a block, or (outside a graph) NaN.

    Notes
    -----
    Li, Wang, Liu & Hou, "Demystifying Neural Style Transfer" (IJCAI 2017), match means and standard
    deviations; Huang & Belongie (ICCV 2017) build a fast transfer on them.
    """
    return tf.stack(tf.nn.moments(as_block(a), axes=(0, 1, 2)))


def mean_squares(a: tf.Tensor) -> tf.Tensor:
    """Return the diagonal of the style matrix per position: the mean of a_ijk².

    Parameters
    ----------
    a : tensor (1, n_H, n_W, n_C)
        Activations of one layer.

    Returns
    -------
    tf.Tensor
        (n_C,), in squared units of the activations.

    Raises
    ------
    TypeError, ValueError
        Not a block, or (outside a graph) NaN.
    """
    return tf.reduce_mean(tf.square(as_block(a)), axis=(0, 1, 2))


def positions_matrix(a: tf.Tensor) -> tf.Tensor:
    """Return A Aᵀ / n_C: how alike the activations of each two positions are.

    It is the other product of the unrolled block A (n_H n_W × n_C), and grows with the picture:
    two pictures can be compared only at one size.

    Parameters
    ----------
    a : tensor (1, n_H, n_W, n_C)
        Activations of one layer.

    Returns
    -------
    tf.Tensor
        (n_H · n_W, n_H · n_W), symmetric; in squared units of the activations.

    Raises
    ------
    TypeError, ValueError
        Not a block, or (outside a graph) NaN.
    """
    A = table(as_block(a))
    return tf.matmul(A, A, transpose_b=True) / tf.cast(tf.shape(A)[1], A.dtype)


def region_matrix(a: tf.Tensor, mask: np.ndarray) -> tf.Tensor:
    """Return the style matrix per position of a region: Σ_ij m_ij a_ijk a_ijk' / Σ_ij m_ij.

    Parameters
    ----------
    a : tensor (1, n_H, n_W, n_C)
        Activations of one layer.
    mask : array (H, W)
        1 inside the region and 0 outside, as large as the picture or of any other size; shares
        between the two count in part. It is brought to the layer's size by averages.

    Returns
    -------
    tf.Tensor
        (n_C, n_C), symmetric; in squared units of the activations.

    Raises
    ------
    TypeError, ValueError
        Not a block; not a mask, or one that is 0 everywhere.

    Notes
    -----
    Gatys et al., "Controlling Perceptual Factors in Neural Style Transfer" (CVPR 2017),
    section 4: guided Gram matrices, whose guidance channels are the roots of these weights.
    """
    a = as_block(a)
    m = tf.image.resize(as_mask(mask)[None, :, :, None], tf.shape(a)[1:3], "area")
    m = tf.cast(m, a.dtype)
    return tf.matmul(table(a), table(m * a), transpose_a=True) / tf.reduce_sum(m)


def as_mask(mask: np.ndarray) -> np.ndarray:
    """Return the mask as float32, or say what is wrong with it.

    Parameters
    ----------
    mask : array (H, W)
        From 0, outside the region, to 1, inside; truth values will do.

    Returns
    -------
    numpy.ndarray
        float32, (H, W).

    Raises
    ------
    TypeError, ValueError
        Not an array of two axes, numbers outside [0, 1], NaN, or 0 everywhere.
    """
    found = array(mask, "mask", "H", "W").astype(np.float32)
    if not (found.min() >= 0 and found.max() <= 1):  # NaN is neither
        raise ValueError(
            f"mask ranges from {found.min():.3g} to {found.max():.3g}, expected [0, 1]: 1 inside "
            "the region, 0 outside."
        )
    if not found.any():
        raise ValueError("mask is 0 everywhere: the region has no position. Set a part of it to 1.")
    return found
