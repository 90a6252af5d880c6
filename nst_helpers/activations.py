"""What the network sees: the activations of chosen layers, and what excites a channel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from nst_helpers.blocks import as_block
from nst_helpers.images import MAX_SIDE, as_image
from nst_helpers.network.styles import chain
from nst_helpers.network.vgg import known_layer, preprocess
from nst_helpers.refusals import known, said, whole_number
from nst_helpers.session.device import refuse_graphs
from nst_helpers.session.forks import refuse_fork

Extract = Callable[[tf.Tensor], dict[str, tf.Tensor]]


def extractor(vgg: keras.Model, layers: Iterable[str]) -> Extract:
    """Return a function from a picture to the activations of these layers, in one pass.

    The network is cut at the deepest layer asked for.

    Parameters
    ----------
    vgg : keras.Model
        From ``load_vgg``.
    layers : iterable of str
        Keras' names, such as "block4_conv2"; at least one.

    Returns
    -------
    callable
        From a picture (1, H, W, 3), RGB in [0, 1], to {layer: tensor (1, n_H, n_W, n_C)}.
        It raises ValueError for another shape or range.

    Raises
    ------
    TypeError, ValueError
        A network that is not like VGG; no layer, or one that the network does not have (the
        nearest names are given).
    """
    links = chain(vgg)
    layers = known_layers(vgg, layers)
    network = cut(vgg, layers)
    smallest = max(_field(links, layer).stride for layer in layers)

    def extract(image: tf.Tensor) -> dict[str, tf.Tensor]:
        if not tf.inside_function():
            refuse_graphs("A block of activations")
        if tf.is_symbolic_tensor(image):
            return network(preprocess(image))
        refuse_fork()
        checked = as_image(image)
        height, width = checked.shape[1:3]
        if min(height, width) < smallest:
            raise ValueError(
                f"The picture is {width}×{height} pixels; these layers need at least "
                f"{smallest}×{smallest}. Load it at a larger size."
            )
        # A tensor stays the one that a tape may watch.
        return network(preprocess(image if tf.is_tensor(image) else checked))

    return extract


def cut(vgg: keras.Model, layers: Iterable[str]) -> keras.Model:
    """Return the network up to the deepest of these layers, which it gives all in one pass.

    Parameters
    ----------
    vgg : keras.Model
        From ``load_vgg``.
    layers : iterable of str
        From ``known_layers``.

    Returns
    -------
    keras.Model
        From a preprocessed picture to {layer: tensor (1, n_H, n_W, n_C)}; checks nothing.
    """
    network = keras.Model(vgg.input, {layer: vgg.get_layer(layer).output for layer in layers})
    network.dtype_policy = vgg.dtype_policy  # not the reader's
    return network


def known_layers(vgg: keras.Model, layers: Iterable[str]) -> list[str]:
    """Return the layers' names as a list, or say which the network does not have.

    Parameters
    ----------
    vgg : keras.Model
        From ``load_vgg``.
    layers : iterable of str
        Keras' names.

    Returns
    -------
    list of str
        Without repeats, in the order given.

    Raises
    ------
    TypeError
        Not a network; a single string, or something else that is no list of names.
    ValueError
        No layer, or one that the network does not have.
    """
    if isinstance(layers, str) or not isinstance(layers, Iterable):
        raise TypeError(f"layers is {layers!r}, expected a list such as ['block4_conv2'].")
    layers = list(layers)
    if not layers:
        raise ValueError("No layer was given, expected a list such as ['block4_conv2'].")
    for layer in layers:
        known_layer(vgg, layer)
    return list(dict.fromkeys(layers))


class ReceptiveField(NamedTuple):
    """The square of pixels that one activation sees: its side, and the step to the next."""

    size: int
    stride: int

    def box(self, i: int, j: int) -> tuple[int, int, int, int]:
        """Return the square that one activation sees; it may reach over the border.

        Parameters
        ----------
        i, j : int
            Row and column of the activation, from 0.

        Returns
        -------
        (top, left, bottom, right)
            In pixels.

        Raises
        ------
        ValueError
            i or j is not a whole number from 0 on.
        """
        i, j = whole_number(i, "i"), whole_number(j, "j")
        top, left = (round((n + 0.5) * self.stride - self.size / 2) for n in (i, j))
        return top, left, top + self.size, left + self.size


def receptive_field(vgg: keras.Model, layer: str) -> ReceptiveField:
    """Return how many pixels across an activation of this layer sees.

    Parameters
    ----------
    vgg : keras.Model
        From ``load_vgg``.
    layer : str
        Keras' name.

    Returns
    -------
    ReceptiveField
        In pixels.

    Raises
    ------
    TypeError, ValueError
        Not a network like VGG, or one that does not have the layer.
    """
    links = chain(vgg)
    known_layer(vgg, layer)
    return _field(links, layer)


def _field(links: Iterable[keras.Layer], layer: str) -> ReceptiveField:
    size, stride = 1, 1
    for step in links:
        if isinstance(step, keras.layers.Conv2D):
            size += (step.kernel_size[0] - 1) * stride
        else:  # a pooling
            size += (step.pool_size[0] - 1) * stride
            stride *= step.strides[0]
        if step.name == layer:
            break
    return ReceptiveField(size, stride)


class Peak(NamedTuple):
    """Where a channel is excited most in one picture."""

    picture: str
    i: int
    j: int
    activation: float


def channel_peaks(
    activations: Mapping[str, np.ndarray], channel: int, count: int = 9
) -> list[Peak]:
    """Return the pictures that excite a channel most, and where; the strongest first.

    Parameters
    ----------
    activations : {picture: array (1, n_H, n_W, n_C)}
        One layer's activations of several pictures.
    channel : int
        0 ≤ channel < n_C.
    count : int
        How many peaks, at most one per picture.

    Returns
    -------
    list of Peak
        At most `count`.

    Raises
    ------
    TypeError, ValueError
        No such channel, no picture, NaN, or a count under 1.

    Notes
    -----
    Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks" (ECCV 2014),
    figure 2.
    """
    if not isinstance(activations, Mapping) or not activations:
        raise ValueError("activations is no filled dictionary {picture: array (1, n_H, n_W, n_C)}.")
    count = whole_number(count, "count", 1)
    peaks = []
    for name, a in activations.items():
        a = as_block(a, f"The activations of {name}").numpy()
        whole_number(channel, "channel", 0, a.shape[-1] - 1, "in this layer")
        feature_map = a[0, :, :, channel]
        i, j = np.unravel_index(np.argmax(feature_map), feature_map.shape)
        peaks.append(Peak(name, int(i), int(j), float(feature_map[i, j])))
    return sorted(peaks, key=lambda peak: -peak.activation)[:count]


def cut_patch(image: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    """Return the part of a picture inside the box; white where the box reaches outside.

    Parameters
    ----------
    image : array (1, H, W, 3)
        RGB in [0, 1].
    box : (top, left, bottom, right)
        In pixels.

    Returns
    -------
    numpy.ndarray
        (1, bottom − top, right − left, 3).

    Raises
    ------
    TypeError, ValueError
        Not a picture, or the box is empty or wholly outside.
    """
    image = as_image(image)
    height, width = image.shape[1:3]
    if not isinstance(box, tuple | list) or len(box) != 4:
        raise ValueError(f"box is {said(box)}, expected (top, left, bottom, right) in pixels.")
    top, left, bottom, right = (
        whole_number(n, f"box[{place}]", -MAX_SIDE, 2 * MAX_SIDE, "pixels")
        for place, n in enumerate(box)
    )
    if max(bottom - top, right - left) > MAX_SIDE:
        raise ValueError(f"box is {box!r}: a side may have {MAX_SIDE} pixels at most.")
    if not (top < bottom and left < right):
        raise ValueError(f"box is {box!r}: bottom must lie below top, and right beyond left.")
    if bottom <= 0 or right <= 0 or top >= height or left >= width:
        raise ValueError(f"box is {box!r}, wholly outside the picture of {width}×{height} pixels.")
    patch = np.ones((1, bottom - top, right - left, image.shape[3]), np.float32)
    rows, columns = slice(max(top, 0), min(bottom, height)), slice(max(left, 0), min(right, width))
    patch[:, rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = (
        image[:, rows, columns]
    )
    return patch


def activation_gradient(
    extract: Extract, image: np.ndarray, layer: str, channel: int, i: int, j: int
) -> np.ndarray:
    """Return how one activation would change with each pixel: ∂a_ijk / ∂image.

    Parameters
    ----------
    extract : callable
        From ``extractor``.
    image : array (1, H, W, 3)
        RGB in [0, 1].
    layer : str
        One of the extractor's layers.
    channel, i, j : int
        Which activation.

    Returns
    -------
    numpy.ndarray
        float32, (1, H, W, 3), signed.

    Raises
    ------
    TypeError, ValueError
        Not a picture, a layer that the extractor does not give, or no such activation.
    """
    image = tf.constant(as_image(image))
    if not callable(extract):
        raise TypeError(f"extract is {extract!r}, expected the function that extractor() returns.")
    with tf.GradientTape() as tape:
        tape.watch(image)
        blocks = extract(image)
        if not isinstance(blocks, Mapping):
            raise TypeError(
                f"extract gives {type(blocks).__name__}, expected {{layer: activations}} as the "
                "function that extractor() returns does."
            )
        known(layer, blocks, "The extractor gives no layer")
        for name, index, count in zip(
            ("i", "j", "channel"), (i, j, channel), blocks[layer].shape[1:]
        ):
            whole_number(index, name, 0, count - 1, "in this layer")
        activation = blocks[layer][0, i, j, channel]
    return tape.gradient(activation, image).numpy()
