"""VGG, the network that looks at the pictures: loading it, and preparing it for transfer."""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from nst_helpers.languages import _
from nst_helpers.network.download import PATIENCE, DownloadError, vgg19_file
from nst_helpers.network.styles import BORDERS, POOLINGS, build
from nst_helpers.network.weights import BUNDLED_VGG16, read_weights
from nst_helpers.paths import as_path, unwrapped
from nst_helpers.refusals import choice, nearest, whole_number
from nst_helpers.session.device import refuse_graphs, set_up_tensorflow
from nst_helpers.session.forks import refuse_fork
from nst_helpers.session.standard_out import say

STYLE_LAYERS = ("block1_conv1", "block2_conv1", "block3_conv1", "block4_conv1", "block5_conv1")
CONTENT_LAYER = "block4_conv2"
CONVOLUTIONS = {"vgg19": (2, 2, 4, 4, 4), "vgg16": (2, 2, 3, 3, 3)}  # in each of the blocks
CHANNELS = (64, 128, 256, 512, 512)
BACKBONES = tuple(CONVOLUTIONS)
CAFFE_MEAN = (103.939, 116.779, 123.68)  # of ImageNet: blue, green, red, in 0..255


def load_vgg(
    name: str | None = None,
    weights: str | Path | None = "imagenet",
    seed: int = 0,
    *,
    border: str = "edge",
    pooling: str = "average",
) -> keras.Model:
    """Load VGG without its classifier, as a frozen Keras model that is made for styles.

    Two things differ from VGG as it was published: the convolutions see the picture's edge
    repeated beyond its border, and the poolings take means. ``load_vgg(border="zero",
    pooling="max")`` is VGG as published.

    With no name, the environment variable NST_BACKBONE decides ("vgg19" or "vgg16"). Where it
    is not set: VGG19 from Keras' cache or by one short, bounded download; else the bundled
    VGG16, which has the same five blocks and the same names for all layers the series uses,
    and a printed sentence says so. NST_WEIGHTS may name a weights file to use instead.

    Parameters
    ----------
    name : {"vgg19", "vgg16"} or None
        Which network. A name given here is never replaced by the other one.
    weights : "imagenet", path or None
        The published weights, a file of your own, or None for seeded random ones (for tests).
    seed : int
        Seed of the random weights.
    border, pooling : str
        See ``for_styles``.

    Returns
    -------
    keras.Model
        Input (1, H, W, 3) as ``preprocess`` makes it; layers by Keras' names.

    Raises
    ------
    ValueError
        An unknown name, border or pooling, or a file that does not hold this network's weights.
    TypeError
        weights is neither a path nor "imagenet" nor None.
    FileNotFoundError
        There is no such weights file.
    DownloadError
        ``load_vgg("vgg19")`` could not be had; an OSError.
    RuntimeError
        Inside of tf.function or tf.Graph, with eager execution off, or in a forked child.

    Notes
    -----
    Simonyan & Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition"
    (arXiv 1409.1556).
    """
    if not isinstance(name, str | None):
        raise ValueError(f"The network {name!r} is unknown. Choose vgg19 or vgg16.")
    if not isinstance(weights, str | os.PathLike | None):
        raise TypeError(f"weights is {weights!r}, expected 'imagenet', a path or None.")
    choice(border, "border", BORDERS)
    choice(pooling, "pooling", POOLINGS)
    form = {"border": border, "pooling": pooling}
    refuse_fork()
    refuse_graphs("A network")
    set_up_tensorflow()
    asked = name or unwrapped(os.environ.get("NST_BACKBONE", "")).lower() or None
    if asked is not None and asked not in BACKBONES:
        origin = "" if name else " in the environment variable NST_BACKBONE"
        raise ValueError(f"The network {asked!r}{origin} is unknown. Choose vgg19 or vgg16.")
    own_file = unwrapped(os.environ.get("NST_WEIGHTS", ""))
    if weights == "imagenet" and own_file:
        try:
            return _filled(asked or "vgg19", as_path(own_file), **form)
        except (OSError, ValueError) as error:
            raise type(error)(f"{error} The environment variable NST_WEIGHTS names it.") from error
    if weights is None:
        return _seeded(_empty(asked or "vgg19", **form), seed)
    if weights != "imagenet":
        return _filled(asked or "vgg19", as_path(weights), **form)
    if asked is None:
        try:
            return _filled("vgg19", vgg19_file(PATIENCE), **form)
        except DownloadError as error:
            told = _(
                "VGG19 is not here yet: {error}. The bundled VGG16 is used instead, and "
                'everything works with it; for VGG19, run load_vgg("vgg19") when you are online.'
            )
            say(told.format(error=error))
            asked = "vgg16"
    if asked == "vgg16":
        return _filled("vgg16", BUNDLED_VGG16, **form)
    try:
        return _filled("vgg19", vgg19_file(patience=15 * PATIENCE), **form)
    except DownloadError as error:
        raise DownloadError(
            f'VGG19 cannot be loaded: {error}. Try again, use load_vgg("vgg16"), which '
            'is bundled, or give the file: load_vgg("vgg19", weights=path).'
        ) from error


def known_layer(vgg: keras.Model, layer: str) -> str:
    """Return the layer's name, or say which names the network has that are like it.

    Parameters
    ----------
    vgg : keras.Model
        From ``load_vgg``.
    layer : str
        Keras' name, such as "block4_conv2".

    Returns
    -------
    str
        The same name.

    Raises
    ------
    TypeError
        Not a network.
    ValueError
        The network does not have the layer.
    """
    if not isinstance(vgg, keras.Model):
        raise TypeError(f"vgg is {vgg!r}, expected the network that load_vgg() returns.")
    known = [layer.name for layer in vgg.layers[1:]]
    if not isinstance(layer, str) or layer not in known:
        # The papers and the lecture write conv4_2 for block4_conv2.
        meant = re.sub(r"^conv(\d)_(\d)$", r"block\1_conv\2", str(layer))
        raise ValueError(f"{vgg.name} has no layer {layer!r}. {nearest(meant, known)}")
    return layer


def preprocess(image: tf.Tensor) -> tf.Tensor:
    """Bring a picture into VGG's own (Caffe) convention: BGR, 0..255, ImageNet's mean off.

    Parameters
    ----------
    image : tensor (1, H, W, 3)
        RGB in [0, 1].

    Returns
    -------
    tf.Tensor
        (1, H, W, 3), BGR, about -124..151.

    Raises
    ------
    TypeError, ValueError
        Not floating-point numbers, or another shape.
    """
    try:
        image = tf.convert_to_tensor(image)
    except Exception as error:  # other libraries' arrays refuse in their own ways
        raise TypeError(
            f"image must be a tensor (1, H, W, 3), not {type(image).__name__}."
        ) from error
    if not image.dtype.is_floating:
        raise TypeError(f"image holds {image.dtype.name}, expected float32 in [0, 1].")
    if image.shape.rank != 4 or image.shape[-1] != 3:
        raise ValueError(f"image has shape {tuple(image.shape)}, expected (1, H, W, 3).")
    return image[..., ::-1] * 255 - tf.constant(CAFFE_MEAN, image.dtype)


def _empty(name: str, border: str, pooling: str) -> keras.Model:
    """Return the network with weights of 0, its layers named as Keras names them."""
    links: dict[str, int | None] = {}
    for block, (count, channels) in enumerate(zip(CONVOLUTIONS[name], CHANNELS, strict=True), 1):
        links |= {f"block{block}_conv{n}": channels for n in range(1, count + 1)}
        links[f"block{block}_pool"] = None
    return build(name, links, border, pooling)


def _convolutions(model: keras.Model) -> list[keras.layers.Conv2D]:
    return [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]


def _seeded(model: keras.Model, seed: int) -> keras.Model:
    rng = np.random.default_rng(whole_number(seed, "seed"))
    for layer in _convolutions(model):
        fan_in = np.prod(layer.kernel.shape[:3])
        kernel = rng.normal(0, np.sqrt(2 / fan_in), layer.kernel.shape)
        layer.set_weights([kernel, np.zeros(layer.bias.shape)])
    return model


def _filled(name: str, path: Path, **form: str) -> keras.Model:
    with ThreadPoolExecutor(1) as reader:  # reads while Keras makes the network
        reading = reader.submit(read_weights, path)
        model = _empty(name, **form)
    found = reading.result()
    layers = _convolutions(model)
    if set(found) == {str(i) for i in range(len(found))}:
        names = [layer.name for layer in layers] + list(found)[len(layers) :]
        found = {name: found[str(i)] for i, name in zip(range(len(found)), names)}
    missing = [layer.name for layer in layers if layer.name not in found]
    if missing:
        raise ValueError(
            f"'{path.name}' is not a weights file of {model.name}: it lacks "
            f"{', '.join(missing[:3])}{' and more' if len(missing) > 3 else ''}. "
            f"Give a file made for {model.name}, or choose the other network."
        )
    extra = sorted(set(found) - {layer.name for layer in layers})
    if extra:
        raise ValueError(
            f"'{path.name}' is a file of another network: it has {', '.join(extra[:3])}, which "
            f"{model.name} has not. Choose the network that the file was made for."
        )
    for layer in layers:
        expected = [tuple(weight.shape) for weight in layer.weights]
        given = [array.shape for array in found[layer.name]]
        if given != expected:
            raise ValueError(
                f"'{path.name}' has shapes {given} in {layer.name}, but {model.name} needs "
                f"{expected}. Give a file made for {model.name}."
            )
        if not all(np.isfinite(array).all() for array in found[layer.name]):
            raise ValueError(
                f"'{path.name}' holds NaN or infinite weights in {layer.name}. Download it again."
            )
        layer.set_weights(found[layer.name])
    return model
