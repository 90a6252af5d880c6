"""Three dimensions: a block of voxels is (1, n_D, n_H, n_W, 3); each of its slices is a picture."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from nst_helpers.costs import as_lambdas, layer_style_cost
from nst_helpers.refusals import array, dictionary, known, whole_number


def slices(volume: tf.Tensor, axis: int) -> tf.Tensor:
    """Return the slices across one axis, one after another, each a picture.

    Parameters
    ----------
    volume : tensor or array (1, n_D, n_H, n_W, 3)
        RGB in [0, 1].
    axis : {0, 1, 2}
        From front to back, from top to bottom, or from left to right.

    Returns
    -------
    tf.Tensor
        (n_D, n_H, n_W, 3), (n_H, n_D, n_W, 3) or (n_W, n_D, n_H, 3).

    Raises
    ------
    TypeError, ValueError
        Not a block of voxels (outside a graph), or another axis.
    """
    axis = whole_number(axis, "axis", 0, 2)
    if not tf.is_tensor(volume):
        volume = as_volume(volume)
    order = [axis, *(other for other in range(3) if other != axis), 3]
    return tf.transpose(volume[0], order)


def slices_style_cost(
    a_S: Mapping[str, tf.Tensor], a_G: Mapping[str, tf.Tensor], lambdas: Mapping[str, float]
) -> tf.Tensor:
    """Return Σ_l λ^[l] J_style_layer^[l], the mean of all slices, each measured by itself.

    Parameters
    ----------
    a_S : {layer: tensor (1, n_H', n_W', n_C)}
        Activations of the style picture.
    a_G : {layer: tensor (n, n_H, n_W, n_C)}
        Activations of n slices.
    lambdas : {layer: float}
        Weight λ^[l] ≥ 0 of each layer.

    Returns
    -------
    tf.Tensor
        A scalar ≥ 0.

    Raises
    ------
    TypeError, ValueError
        Not dictionaries of the same layers, or a negative weight.
    """
    lambdas = as_lambdas(lambdas)
    for name, blocks in (("a_S", a_S), ("a_G", a_G)):
        dictionary(blocks, name, "{layer: activations}")
        for layer in lambdas:
            known(layer, blocks, f"{name} has no layer")
    costs = [
        weight * tf.reduce_mean(_each(a_S[layer], a_G[layer])) for layer, weight in lambdas.items()
    ]
    return tf.add_n(costs)


def faint_noise(picture: np.ndarray, size: int, seed: int = 0) -> np.ndarray:
    """Return a block of voxels in a picture's mean colour, with a little noise.

    Strong noise would stay as grain: a style cost on every slice does not see all of it.

    Parameters
    ----------
    picture : array (1, H, W, 3)
        RGB in [0, 1].
    size : int
        Length of all three sides in voxels, 8 to 128.
    seed : int
        Of the noise.

    Returns
    -------
    numpy.ndarray
        float32, (1, size, size, size, 3), in [0, 1].

    Raises
    ------
    TypeError, ValueError
        Not a picture, or an impossible size or seed.
    """
    size = whole_number(size, "size", 8, 128, "voxels")
    rng = np.random.default_rng(whole_number(seed, "seed"))
    colour = array(picture, "picture", 1, "H", "W", 3).mean(axis=(0, 1, 2))
    noise = rng.normal(0, 0.03, (1, size, size, size, 3))
    return np.clip(colour + noise, 0, 1).astype(np.float32)


def enlarged(volume: np.ndarray, size: int) -> np.ndarray:
    """Return the block of voxels at a larger size, interpolated linearly.

    Parameters
    ----------
    volume : array (1, n_D, n_H, n_W, 3)
        RGB in [0, 1].
    size : int
        Length of the first side in voxels, up to 128; the others keep their ratio.

    Returns
    -------
    numpy.ndarray
        float32, (1, size, …, 3), in [0, 1].

    Raises
    ------
    TypeError, ValueError
        Not a block of voxels, or a size below what it has.
    """
    from scipy.ndimage import zoom  # takes half a second

    volume = as_volume(volume)
    factor = whole_number(size, "size", volume.shape[1], 128, "voxels") / volume.shape[1]
    return np.clip(zoom(volume, (1, factor, factor, factor, 1), order=1), 0, 1)


def as_volume(volume: np.ndarray, name: str = "volume") -> np.ndarray:
    """Return the block of voxels as a float32 array, or say what is wrong with it.

    Parameters
    ----------
    volume : array (1, n_D, n_H, n_W, 3)
        RGB in [0, 1].
    name : str
        What the message calls it.

    Returns
    -------
    numpy.ndarray
        float32, (1, n_D, n_H, n_W, 3).

    Raises
    ------
    TypeError
        Not an array of numbers.
    ValueError
        Another shape, values outside [0, 1], or NaN.
    """
    voxels = array(volume, name, 1, "n_D", "n_H", "n_W", 3)
    if not np.isfinite(voxels).all():
        raise ValueError(f"{name} holds NaN or infinite values; expected numbers in [0, 1].")
    if voxels.min() < -1e-3 or voxels.max() > 1 + 1e-3:
        raise ValueError(
            f"{name} ranges from {voxels.min():.3g} to {voxels.max():.3g}, expected [0, 1]. "
            "Divide 8-bit values by 255."
        )
    return np.float32(voxels)


def _each(a_S: tf.Tensor, a_G: tf.Tensor) -> tf.Tensor:
    """Return the cost of each slice: the picture's own function, for all slices at once."""
    return tf.vectorized_map(lambda a: layer_style_cost(a_S, a[None]), a_G)
