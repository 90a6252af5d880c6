"""The lecture's costs, each a function that reads like its equation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import tensorflow as tf

from nst_helpers.blocks import content_blocks, positions, style_blocks, table
from nst_helpers.refusals import dictionary, known, number, said
from nst_helpers.style_matrix import gram_per_position


def content_cost(a_C: tf.Tensor, a_G: tf.Tensor) -> tf.Tensor:
    """Return J_content = ½ ‖a_C − a_G‖² / (n_H n_W n_C).

    The lecture writes ½ ‖a_C − a_G‖², a sum that grows with the picture. Divided by the number
    of its terms it does not, so α keeps its meaning when the picture's size changes. The
    lecture's value is this one times n_H n_W n_C.

    Parameters
    ----------
    a_C, a_G : tensors (1, n_H, n_W, n_C)
        Activations of the content and the generated picture in the content layer.

    Returns
    -------
    tf.Tensor
        A scalar ≥ 0, in squared units of the activations.

    Raises
    ------
    TypeError, ValueError
        The two shapes differ, or one is not (1, n_H, n_W, n_C).

    Notes
    -----
    Gatys, Ecker & Bethge, "Image Style Transfer Using Convolutional Neural Networks"
    (CVPR 2016), equation 1, which is the lecture's form.
    """
    return content_difference(*content_blocks(a_C, a_G))


def content_difference(a_C: tf.Tensor, a_G: tf.Tensor) -> tf.Tensor:
    """Return what ``content_cost`` does, of blocks that are checked already.

    Parameters
    ----------
    a_C, a_G : tensors (1, n_H, n_W, n_C)
        From ``as_block``, or the network.

    Returns
    -------
    tf.Tensor
        A scalar ≥ 0.
    """
    return tf.reduce_mean(tf.square(a_C - a_G)) / 2


def layer_style_cost(a_S: tf.Tensor, a_G: tf.Tensor) -> tf.Tensor:
    """Return J_style_layer = ‖G_S − G_G‖²_F / (2 n_H n_W n_C)².

    The style picture may have another size: n_H and n_W are those of the generated picture,
    and G_S, a sum over positions, is scaled by the ratio of the two numbers of positions. So
    both matrices count the same number of positions, and equal statistics cost nothing.

    Parameters
    ----------
    a_S : tensor (1, n_H', n_W', n_C)
        Activations of the style picture in the layer.
    a_G : tensor (1, n_H, n_W, n_C)
        Activations of the generated picture in the same layer.

    Returns
    -------
    tf.Tensor
        A scalar ≥ 0, in fourth powers of the activations' unit.

    Raises
    ------
    TypeError, ValueError
        The numbers of channels differ, or a shape is not (1, n_H, n_W, n_C).

    Notes
    -----
    Gatys, Ecker & Bethge, "Image Style Transfer Using Convolutional Neural Networks"
    (CVPR 2016), equation 4.
    """
    a_S, a_G = style_blocks(a_S, a_G)
    n_C = tf.cast(tf.shape(a_G)[-1], a_G.dtype)
    return style_difference(gram_per_position(a_S), gram_per_position(a_G), n_C)


def style_difference(G_S: tf.Tensor, G_G: tf.Tensor, n_C: float | tf.Tensor) -> tf.Tensor:
    """Return J_style_layer = ‖G_S − G_G‖²_F / (2 n_C)² of two style matrices per position.

    Per position they are divided by n_H n_W already, which is why the constant lacks it.

    Parameters
    ----------
    G_S, G_G : tensors (n_C, n_C)
        Style matrices per position, from ``gram_per_position``.
    n_C : number
        Of channels.

    Returns
    -------
    tf.Tensor
        A scalar ≥ 0.
    """
    return tf.reduce_sum(tf.square(G_S - G_G)) / (2 * n_C) ** 2


def style_gradient(a_S: tf.Tensor, a_G: tf.Tensor) -> tf.Tensor:
    """Return ∂J_style_layer/∂a_G = A (G_G − G_S) / (n_H n_W n_C)², in the form of the block.

    A is the unrolled block of G. Derivation: J_style_layer = ‖D‖²_F / (2 n_H n_W n_C)² with
    D = G_G − G_S and G_G = AᵀA. A small change dA changes D by dAᵀA + AᵀdA, and ‖D‖²_F by
    4 ⟨A D, dA⟩, since D is symmetric.

    Parameters
    ----------
    a_S : tensor (1, n_H', n_W', n_C)
        Activations of the style picture in the layer.
    a_G : tensor (1, n_H, n_W, n_C)
        Activations of the generated picture in the same layer.

    Returns
    -------
    tf.Tensor
        (1, n_H, n_W, n_C): how J_style_layer changes with each activation of G.

    Raises
    ------
    TypeError, ValueError
        The numbers of channels differ, or one is no block.

    Notes
    -----
    Gatys, Ecker & Bethge (CVPR 2016), equation 6. Their 0 for F < 0 is the ReLU's part of the
    way back to the picture, which is left to the network here.
    """
    a_S, a_G = style_blocks(a_S, a_G)
    n_C = tf.cast(tf.shape(a_G)[-1], a_G.dtype)
    D = gram_per_position(a_G) - gram_per_position(a_S)
    return tf.reshape(table(a_G) @ D / (positions(a_G) * n_C**2), tf.shape(a_G))


def style_cost(
    a_S: Mapping[str, tf.Tensor], a_G: Mapping[str, tf.Tensor], lambdas: Mapping[str, float]
) -> tf.Tensor:
    """Return J_style = Σ_l λ^[l] J_style_layer^[l].

    Parameters
    ----------
    a_S, a_G : {layer: tensor (1, n_H, n_W, n_C)}
        Activations of the style and the generated picture.
    lambdas : {layer: float}
        Weight λ^[l] ≥ 0 of each layer, at least one above 0; used as given, not normalised.

    Returns
    -------
    tf.Tensor
        A scalar ≥ 0.

    Raises
    ------
    TypeError, ValueError
        A layer of `lambdas` is missing from the activations, or a bad weight.

    Notes
    -----
    Gatys, Ecker & Bethge (CVPR 2016), equation 5; they write w_l for λ^[l].
    """
    lambdas = as_lambdas(lambdas)
    a_S, a_G = _layers(a_S, "a_S", lambdas), _layers(a_G, "a_G", lambdas)
    J_layers = [layer_style_cost(a_S[layer], a_G[layer]) for layer in lambdas]
    weights, J_layers = _in_one_type(lambdas.values(), J_layers)
    return tf.add_n([weight * J for weight, J in zip(weights, J_layers, strict=True)])


def _layers(blocks: Mapping, name: str, lambdas: Mapping) -> Mapping:
    """Return the blocks, or say which layer is missing."""
    dictionary(blocks, name, "{layer: activations} such as an extractor gives")
    for layer in lambdas:
        known(layer, blocks, f"{name} has no layer")
    return blocks


def total_cost(
    J_content: tf.Tensor, J_style: tf.Tensor, alpha: float = 1.0, beta: float = 1.0
) -> tf.Tensor:
    """Return J = α J_content + β J_style.

    Parameters
    ----------
    J_content, J_style : scalar tensors
        The two costs.
    alpha, beta : float
        Their weights, ≥ 0.

    Returns
    -------
    tf.Tensor
        A scalar.

    Raises
    ------
    TypeError, ValueError
        A weight or a cost is no number, negative, or not finite.

    Notes
    -----
    Gatys, Ecker & Bethge (CVPR 2016), equation 7.
    """
    weights = number(alpha, "alpha"), number(beta, "beta")
    costs = number(J_content, "J_content"), number(J_style, "J_style")
    (alpha, beta), (J_content, J_style) = _in_one_type(weights, costs)
    return alpha * J_content + beta * J_style


def _in_one_type(*groups: Iterable[float | tf.Tensor]) -> list[list[float | tf.Tensor]]:
    """Return the groups with all tensors in the widest type among them, or TensorFlow stops."""
    lists = [list(group) for group in groups]
    tensors: list = [value for group in lists for value in group if tf.is_tensor(value)]
    types = [t.dtype for t in tensors if tf.as_dtype(t.dtype).is_floating]
    if not types:
        return lists
    widest = max(types, key=lambda dtype: dtype.size)
    return [[tf.cast(v, widest) if tf.is_tensor(v) else v for v in group] for group in lists]


class Weights(NamedTuple):
    """The weights of J = α J_content + β Σ_l λ^[l] J_style^[l], one value.

    Attributes
    ----------
    alpha, beta : float
        Weights α of the content cost and β of the style cost.
    lambdas : {layer: float}
        Weight λ^[l] of each style layer.
    """

    alpha: float
    beta: float
    lambdas: Mapping[str, float]


def as_weights(weights: Weights) -> Weights:
    """Return the weights as plain floats, or say why no J can be made with them.

    Parameters
    ----------
    weights : Weights
        Each ≥ 0; α and β not both 0, at least one λ^[l] above 0.

    Returns
    -------
    Weights
        A copy.

    Raises
    ------
    TypeError
        Not ``Weights``, or not of numbers.
    ValueError
        A weight is negative, NaN or infinite, or there is nothing to minimise.
    """
    if not isinstance(weights, Weights):
        raise TypeError(f"weights is {said(weights)}, expected Weights(alpha, beta, lambdas).")
    alpha, beta = (float(number(w, n)) for w, n in zip(weights[:2], ("alpha", "beta")))
    if not alpha and not beta:
        raise ValueError(
            "alpha and beta are both 0: there is nothing to minimise. Raise one of them."
        )
    lambdas = as_lambdas(weights.lambdas)
    return Weights(alpha, beta, {layer: float(weight) for layer, weight in lambdas.items()})


def as_lambdas(lambdas: Mapping[str, float]) -> dict[str, float]:
    """Return the layers' weights, or say why they cannot be.

    Parameters
    ----------
    lambdas : {layer: float}
        Each ≥ 0, at least one above 0.

    Returns
    -------
    dict
        A copy.

    Raises
    ------
    TypeError
        Not a mapping of layers to numbers.
    ValueError
        Empty, all zero, or a weight that is negative, NaN or infinite.
    """
    dictionary(lambdas, "lambdas", 'such as {"block1_conv1": 0.2}')
    checked = {layer: number(weight, f"lambdas[{layer!r}]") for layer, weight in lambdas.items()}
    known = [weight for weight in checked.values() if not tf.is_symbolic_tensor(weight)]
    if len(known) == len(checked) and not any(float(weight) > 0 for weight in known):
        raise ValueError(
            f"lambdas {'are all 0' if lambdas else 'is empty'}: at least one layer needs a weight "
            "above 0, else no style is measured."
        )
    return checked
