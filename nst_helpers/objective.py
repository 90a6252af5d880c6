"""The objective: what a picture G costs, term by term, and how J changes with each pixel.

J(G) = α J_content(C, G) + β Σ_l λ^[l] J_style^[l](S, G), measured by one network.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from nst_helpers.activations import cut, known_layers
from nst_helpers.costs import Weights, content_difference, style_difference, total_cost
from nst_helpers.network.styles import measurable
from nst_helpers.network.vgg import STYLE_LAYERS, preprocess
from nst_helpers.refusals import choice, said
from nst_helpers.session.device import refuse_graphs
from nst_helpers.session.forks import refuse_fork
from nst_helpers.style_matrix import gram_per_position

Statistic = Callable[[tf.Tensor], tf.Tensor]
PRESETS = ("equal say", "equal")
OTHER_SHAPE = (
    "statistic has other shapes for G than for S. Give one whose shape does not depend on n_H and "
    "n_W, or pictures of one size."
)

_shared: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


class Aims(NamedTuple):
    """What G is compared with: a_C of the content picture, and G_S per position of each layer."""

    a_C: tf.Tensor
    G_S: list[tf.Tensor]


class Objective:
    """J of a picture, its terms and its gradient, as one network sees them.

    Parameters
    ----------
    vgg : keras.Model
        From ``load_vgg`` or ``for_styles``, or Keras' own VGG without its classifier.
    content_layer : str or None
        Layer of the content cost; None leaves it out.
    style_layers : tuple of str
        Layers of the style cost; none leave it out.
    statistic : callable
        What a style is: from a block (1, n_H, n_W, n_C) to a tensor, per position, so that it
        does not grow with the picture.

    Raises
    ------
    TypeError, ValueError
        A network of another kind, or one without these layers.
    """

    def __init__(
        self,
        vgg: keras.Model,
        content_layer: str | None,
        style_layers: tuple[str, ...],
        statistic: Statistic = gram_per_position,
    ) -> None:
        layers = [*([] if content_layer is None else [content_layer]), *style_layers]
        vgg = measurable(vgg)
        self._network = cut(vgg, known_layers(vgg, layers))
        self.content_layer, self.style_layers = content_layer, style_layers
        self.statistic = statistic

    def aims(self, content: np.ndarray | None, style: np.ndarray | None) -> Aims:
        """Return what G is compared with.

        Parameters
        ----------
        content, style : array (1, H, W, 3)
            RGB in [0, 1]; None where that cost is left out.

        Returns
        -------
        Aims
            Of these two pictures.

        Raises
        ------
        TypeError
            The statistic is not a tensor of floating-point numbers.
        """
        a_C, G_S = tf.zeros((1, 1, 1, 1)), []
        if self.content_layer is not None:
            a_C = self._extract(content)[self.content_layer]
        if self.style_layers:
            a_S = self._extract(style)
            G_S = [self.statistic(a_S[layer]) for layer in self.style_layers]
        for G in G_S:
            if not tf.is_tensor(G) or not G.dtype.is_floating:
                raise TypeError(
                    f"statistic gives {said(G)}, expected a tensor of floating-point numbers."
                )
        return Aims(a_C, [tf.cast(G, tf.float32) for G in G_S])

    def layer_costs(self, image: np.ndarray, aims: Aims) -> dict[str, float]:
        """Return J_style_layer of each layer, without the rest of J.

        Parameters
        ----------
        image : array (1, H, W, 3)
            RGB in [0, 1].
        aims : Aims
            What it is compared with.

        Returns
        -------
        {layer: float}
            Each ≥ 0.
        """
        a = self._extract(image)
        J_layers = [self._layer_cost(G, a[la]) for la, G in zip(self.style_layers, aims.G_S)]
        return dict(zip(self.style_layers, map(float, J_layers)))

    def measure(self, image: np.ndarray, aims: Aims, weights: Weights) -> tuple[dict, np.ndarray]:
        """Return all costs of a picture, and dJ/dimage.

        Parameters
        ----------
        image : array (1, H, W, 3)
            RGB in [0, 1], float32; as large as the content picture, where there is one.
        aims : Aims
            What it is compared with.
        weights : Weights
            Of the two costs and of the style layers.

        Returns
        -------
        costs : dict
            "J", "J_content", "J_style" and "J_style_layer", itself {layer: cost}; floats.
        gradient : numpy.ndarray
            float32, (1, H, W, 3), per unit of pixel value.

        Raises
        ------
        ValueError
            The statistic of G has another shape than that of S.
        """
        refuse_fork()
        refuse_graphs("A value of J")
        lambdas = [weights.lambdas[layer] for layer in self.style_layers]
        numbers = (tf.constant(n, tf.float32) for n in (weights.alpha, weights.beta, lambdas))
        try:
            J, J_content, J_style, J_layers, gradient = self._traced(
                tf.constant(image), *aims, *numbers
            )
        except tf.errors.InvalidArgumentError as error:
            if self.statistic is gram_per_position:
                raise
            raise ValueError(OTHER_SHAPE) from error
        costs = {"J": float(J), "J_content": float(J_content), "J_style": float(J_style)}
        layers = dict(zip(self.style_layers, J_layers.numpy().tolist(), strict=True))
        return costs | {"J_style_layer": layers}, gradient.numpy()

    def _extract(self, image: np.ndarray | tf.Tensor) -> dict[str, tf.Tensor]:
        refuse_fork()
        return self._network(preprocess(image))

    def _layer_cost(self, G_S: tf.Tensor, a_G: tf.Tensor) -> tf.Tensor:
        G_G = tf.cast(self.statistic(a_G), tf.float32)
        if not G_G.shape.is_compatible_with(G_S.shape):
            raise ValueError(OTHER_SHAPE)
        return style_difference(G_S, G_G, a_G.shape[-1])

    @functools.cached_property
    def _traced(self) -> Callable:
        """The graph of J and its gradient; sizes, aims and weights may change without a new one."""
        picture, block = tf.TensorSpec((1, None, None, 3)), tf.TensorSpec((1, None, None, None))
        matrices, number = [tf.TensorSpec(None) for _ in self.style_layers], tf.TensorSpec(())
        signature = [picture, block, matrices, number, number, tf.TensorSpec((None,))]

        # There is nothing here to convert, and looking for it takes half of the tracing.
        @tf.function(input_signature=signature, autograph=False)
        def evaluate(image, a_C, G_S, alpha, beta, lambdas):
            with tf.GradientTape() as tape:
                tape.watch(image)
                a_G = self._extract(image)
                J_content = tf.constant(0.0)
                if self.content_layer is not None:
                    J_content = content_difference(a_C, a_G[self.content_layer])
                layers = zip(self.style_layers, G_S, strict=True)
                J_layers = [self._layer_cost(G, a_G[layer]) for layer, G in layers]
                J_layers = tf.stack(J_layers) if J_layers else tf.zeros_like(lambdas)
                J_style = tf.reduce_sum(lambdas * J_layers)
                J = total_cost(J_content, J_style, alpha, beta)
            gradient = tape.gradient(J, image, unconnected_gradients="zero")
            return J, J_content, J_style, J_layers, gradient

        try:
            # Called by itself, a function warns where many transfers are made in a loop.
            return evaluate.get_concrete_function()
        except Exception as error:
            if self.statistic is gram_per_position:
                raise
            raise TypeError(
                f"statistic cannot be followed by TensorFlow ({type(error).__name__}). Write it "
                "with TensorFlow's functions alone, without .numpy()."
            ) from error


def objective(
    vgg: keras.Model,
    content_layer: str | None,
    style_layers: tuple[str, ...],
    statistic: Statistic = gram_per_position,
) -> Objective:
    """Return the ``Objective``; with the style matrix, one and the same for all transfers alike.

    Parameters
    ----------
    vgg, content_layer, style_layers, statistic
        See ``Objective``.

    Returns
    -------
    Objective
        Traced once, at its first measurement.

    Raises
    ------
    TypeError, ValueError
        See ``Objective``.
    """
    if statistic is not gram_per_position:
        return Objective(vgg, content_layer, style_layers, statistic)
    made, key = _shared.setdefault(measurable(vgg), {}), (content_layer, style_layers)
    if key not in made:
        made[key] = Objective(vgg, content_layer, style_layers)
    return made[key]


def equal_say(J_layers: Mapping[str, float], J_style: float | None = None) -> dict[str, float]:
    """Return λ^[l] ∝ 1 / J_style_layer^[l]: each layer has the same share of J_style.

    Parameters
    ----------
    J_layers : {layer: float}
        Costs of some picture, such as the content picture.
    J_style : float, optional
        What they sum up to, weighted. Default: what it is with 1/L each.

    Returns
    -------
    {layer: float}
        1/L each where a layer costs nothing.
    """
    L = len(J_layers)
    if not all(J_layers.values()):
        return dict.fromkeys(J_layers, 1 / L)
    if J_style is None:
        J_style = sum(J_layers.values()) / L
    return {layer: J_style / (L * J) for layer, J in J_layers.items()}


def named_lambdas(lambdas: str | Mapping[str, float] | Sequence[float]) -> Mapping[str, float]:
    """Return λ^[l] by layer.

    Parameters
    ----------
    lambdas : "equal say", "equal", {layer: float} or sequence of float
        A sequence belongs to ``STYLE_LAYERS``.

    Returns
    -------
    {layer: float}
        1/L each for "equal", and for "equal say", which only the pictures can tell.

    Raises
    ------
    TypeError, ValueError
        Another word, or another number of weights.
    """
    if isinstance(lambdas, Mapping):
        return lambdas
    if isinstance(lambdas, str):
        choice(lambdas, "lambdas", PRESETS, "a weight for each layer")
        return dict.fromkeys(STYLE_LAYERS, 1 / len(STYLE_LAYERS))
    try:
        weights = list(lambdas)
    except TypeError as error:
        raise TypeError(
            f"lambdas is {said(lambdas)}, expected 'equal say', {{layer: weight}} or "
            f"{len(STYLE_LAYERS)} numbers."
        ) from error
    if len(weights) != len(STYLE_LAYERS):
        raise ValueError(
            f"lambdas has {len(weights)} numbers, expected {len(STYLE_LAYERS)}: one each for "
            f"{', '.join(STYLE_LAYERS)}."
        )
    return dict(zip(STYLE_LAYERS, weights, strict=True))
