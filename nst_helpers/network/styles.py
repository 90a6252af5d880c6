"""The network for styles: VGG with another border and another pooling, and quicker."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

import keras
import tensorflow as tf

from nst_helpers.network.winograd import WORTH_IT, transformed, winograd_convolution
from nst_helpers.refusals import choice, said
from nst_helpers.session.device import refuse_graphs, visible_gpus

BORDERS = ("edge", "zero")
POOLINGS = ("average", "max")
PLAIN = "a chain of 3×3 convolutions (stride 1, 'same', bias, relu) and 2×2 poolings"
# Whatever the reader has set in Keras: style matrices overflow half precision.
FORM = {"dtype": "float32", "data_format": "channels_last"}


@keras.saving.register_keras_serializable("nst_helpers")
class FrozenConv2D(keras.layers.Conv2D):
    """A 3×3 convolution whose weights stay, with a border of its own, and quick on a CPU.

    Parameters
    ----------
    filters : int
        Number of channels.
    border : {"edge", "zero"}
        What the picture is continued with.
    fast : bool
        Use ``winograd_convolution`` where there is one picture and many channels.
    name : str
        The layer's.
    """

    def __init__(self, filters: int, *, border: str, fast: bool, name: str) -> None:
        # Random numbers would take time; the weights follow.
        zeros = {"kernel_initializer": "zeros", "bias_initializer": "zeros"}
        plain = {"padding": "same", "activation": "relu", **zeros, **FORM}
        super().__init__(filters, 3, name=name, **plain)
        self.border, self.fast = border, fast
        self._transformed: tf.Variable | None = None

    def build(self, input_shape):  # noqa: D102
        super().build(input_shape)
        assign = self.kernel.assign

        def followed(value):
            given = assign(value)
            if self._transformed is not None:
                self._transformed.assign(transformed(self.kernel.value))
            return given

        # Every way to give new weights comes by here: to the layer, to the model, from a file.
        self.kernel.assign = followed

    def call(self, inputs):  # noqa: D102
        edge = self.border == "edge"
        if self.fast and inputs.shape[0] == 1 and math.prod(self.kernel.shape[2:]) >= WORTH_IT:
            outputs = winograd_convolution(inputs, self._transformed_kernel(), edge)
        elif edge:
            padded = tf.pad(inputs, [[0, 0], [1, 1], [1, 1], [0, 0]], "SYMMETRIC")
            outputs = tf.nn.conv2d(padded, self.kernel, 1, "VALID")
        else:
            outputs = tf.nn.conv2d(inputs, self.kernel, 1, "SAME")
        return self.activation(tf.nn.bias_add(outputs, self.bias))

    def get_config(self):  # noqa: D102
        return {name: getattr(self, name) for name in ("filters", "border", "fast", "name")}

    def _transformed_kernel(self) -> tf.Tensor:
        """Return the kernel as the fast way wants it, made when it is needed first."""
        if self._transformed is None:
            with tf.init_scope():  # beside the graph that is being traced, for all graphs
                kernel = transformed(self.kernel.value)
                self._transformed = tf.Variable(kernel, trainable=False)
        return self._transformed.value()


def for_styles(vgg: keras.Model, *, border: str = "edge", pooling: str = "average") -> keras.Model:
    """Return a copy of VGG that is made for measuring and transferring styles.

    Its layers keep their names and weights, and it is float32 and channels last, whatever
    Keras is set to. On a CPU its wide convolutions are computed in a faster way, which changes
    no number. What a picture costs depends on `border` and `pooling`.

    Parameters
    ----------
    vgg : keras.Model
        VGG16, VGG19 or a network like them: a chain of 3×3 convolutions (stride 1, "same",
        relu) and 2×2 poolings.
    border : {"edge", "zero"}
        What the convolutions see beyond the picture's border: its edge repeated, or zeros as
        in VGG.
    pooling : {"average", "max"}
        The mean of each 2×2 window, or its maximum as in VGG.

    Returns
    -------
    keras.Model
        Input (1, H, W, 3) as ``preprocess`` makes it, of any size.

    Raises
    ------
    TypeError
        Not a Keras model.
    ValueError
        An unknown border or pooling, or a network of another kind.
    RuntimeError
        Inside of tf.function or tf.Graph, or with eager execution off.

    Notes
    -----
    Zeros are a frame that no picture has: with them even an even picture excites the channels
    along its border. Averages are from Gatys, Ecker & Bethge, "Image Style Transfer Using
    Convolutional Neural Networks" (CVPR 2016), section 2, who find their pictures slightly more
    appealing. ``make bench`` measures what each does to the pictures of a transfer, which differs
    from pair to pair.
    """
    choice(border, "border", BORDERS)
    choice(pooling, "pooling", POOLINGS)
    refuse_graphs("A network")
    links = {layer.name: getattr(layer, "filters", None) for layer in chain(vgg)}
    network = build(vgg.name, links, border, pooling)
    for layer in links:
        network.get_layer(layer).set_weights(vgg.get_layer(layer).get_weights())
    return network


def build(name: str, links: Mapping[str, int | None], border: str, pooling: str) -> keras.Model:
    """Return a network like VGG, frozen, with weights of 0.

    Parameters
    ----------
    name : str
        The network's.
    links : {layer: int or None}
        The layers in their order: a convolution's number of channels, None for a pooling.
    border, pooling : str
        See ``for_styles``.

    Returns
    -------
    keras.Model
        Input (1, H, W, 3).
    """
    fast = not visible_gpus()  # a GPU does by itself what the fast way does
    pool = keras.layers.AveragePooling2D if pooling == "average" else keras.layers.MaxPooling2D
    x = image = keras.Input((None, None, 3), dtype="float32")
    for layer, channels in links.items():
        if channels is None:
            x = pool(2, name=layer, **FORM)(x)
        else:
            x = FrozenConv2D(channels, border=border, fast=fast, name=layer)(x)
    network = keras.Model(image, x, name=name)
    network.dtype_policy = FORM["dtype"]
    network.trainable = False
    return network


def measurable(vgg: keras.Model) -> keras.Model:
    """Return the network, or say why no style is measured with it as it is.

    Parameters
    ----------
    vgg : keras.Model
        From ``load_vgg``, ``for_styles``, or Keras' own VGG without its classifier.

    Returns
    -------
    keras.Model
        The same.

    Raises
    ------
    TypeError
        Not a Keras model.
    ValueError
        Not a chain as ``for_styles`` takes, not float32, not channels last, or its input has
        a fixed size.
    """
    layers = chain(vgg)
    forms = {(layer.compute_dtype, layer.data_format) for layer in layers}
    if forms != {tuple(FORM.values())} or vgg.input_shape != (None, None, None, 3):
        raise ValueError(
            f"{vgg.name} takes pictures {vgg.input_shape} and computes in "
            f"{', '.join(sorted({layer.compute_dtype for layer in layers}))}; expected "
            "(None, None, None, 3) and float32. for_styles(vgg) makes such a network of it, "
            'for_styles(vgg, border="zero", pooling="max") one that changes nothing else.'
        )
    return vgg


def chain(vgg: keras.Model) -> list[keras.Layer]:
    """Return the layers of a network like VGG behind its input, or say how it is another one.

    Parameters
    ----------
    vgg : keras.Model
        From ``load_vgg`` or ``for_styles``, or Keras' own VGG without its classifier.

    Returns
    -------
    list of keras.Layer
        Convolutions and poolings, each of which follows the one before alone.

    Raises
    ------
    TypeError
        Not a Keras model.
    ValueError
        A network of another kind.
    """
    if not isinstance(vgg, keras.Model):
        raise TypeError(f"vgg is {said(vgg)}, expected the network that load_vgg() returns.")
    trouble = _trouble(vgg)
    if trouble:
        raise ValueError(
            f"{vgg.name} is not like VGG without its classifier, {PLAIN}: {trouble}. "
            "load_vgg() returns such a network."
        )
    return vgg.layers[1:]


def _trouble(vgg: keras.Model) -> str:
    """Return what keeps a network from being like VGG; nothing where it is."""
    for layer in vgg.layers:
        if isinstance(layer, keras.Model):
            return f"it holds a whole network, so give vgg.get_layer({layer.name!r}) instead"
    if isinstance(vgg, keras.Sequential):
        return "it is a Sequential, so give keras.Model(vgg.inputs, vgg.outputs) instead"
    if not vgg.layers or not isinstance(vgg.layers[0], keras.layers.InputLayer):
        return "its layers are joined by code of its own"
    if 3 not in vgg.input_shape:
        return f"its pictures are {vgg.input_shape}"
    for layer in vgg.layers[1:]:
        if not _is_convolution(layer) and not _is_pooling(layer):
            return f"its layer {layer.name} is a {type(layer).__name__} of another kind"
    # A layer of these kinds has one input each time that it is used.
    for before, layer in itertools.pairwise(vgg.get_config()["layers"]):
        inputs = [part for node in layer["inbound_nodes"] for part in node["args"]]
        if [part["config"]["keras_history"][0] for part in inputs] != [before["name"]]:
            return f"its layer {layer['name']} does not follow {before['name']} alone"
    return ""


def _is_convolution(layer: keras.Layer) -> bool:
    # Not a class made from Conv2D, which may compute something else.
    return (
        type(layer) in (keras.layers.Conv2D, FrozenConv2D)
        and (layer.kernel_size, layer.strides, layer.dilation_rate) == ((3, 3), (1, 1), (1, 1))
        and (layer.padding, layer.groups, layer.use_bias) == ("same", 1, True)
        and layer.activation is keras.activations.relu
    )


def _is_pooling(layer: keras.Layer) -> bool:
    return type(layer) in (keras.layers.MaxPooling2D, keras.layers.AveragePooling2D) and (
        layer.pool_size,
        layer.strides,
        layer.padding,
    ) == ((2, 2), (2, 2), "valid")
