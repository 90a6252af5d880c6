"""The lecture's costs, each a function that reads like its equation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import tensorflow as tf

from nst_helpers.refusals import nearest, number, said
from nst_helpers.style_matrix import check_activations, gram_matrix, positions


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
    ValueError
        The two shapes differ, or one is not (1, n_H, n_W, n_C).

    Notes
    -----
    Gatys, Ecker & Bethge, "Image Style Transfer Using Convolutional Neural Networks"
    (CVPR 2016), equation 1, which is the lecture's form.
    """
    a_G = check_activations(a_G, "a_G")
    a_C = tf.cast(check_activations(a_C, "a_C"), a_G.dtype)
    if not a_C.shape.is_compatible_with(a_G.shape):
        raise ValueError(
            f"a_C has shape {tuple(a_C.shape)} and a_G {tuple(a_G.shape)}; the content cost "
            "compares position by position. Load both pictures at the same size."
        )
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
    ValueError
        The numbers of channels differ, or a shape is not (1, n_H, n_W, n_C).

    Notes
    -----
    Gatys, Ecker & Bethge, "Image Style Transfer Using Convolutional Neural Networks"
    (CVPR 2016), equation 4.
    """
    a_G = check_activations(a_G, "a_G")
    a_S = tf.cast(check_activations(a_S, "a_S"), a_G.dtype)
    if a_S.shape[-1] != a_G.shape[-1]:
        raise ValueError(
            f"a_S has {a_S.shape[-1]} channels and a_G {a_G.shape[-1]}; a style matrix is "
            "n_C × n_C. Take both from the same layer."
        )
    G_S = gram_matrix(a_S) * (positions(a_G) / positions(a_S))
    return style_matrix_cost(G_S, a_G)


def style_matrix_cost(G_S: tf.Tensor, a_G: tf.Tensor) -> tf.Tensor:
    """Return J_style_layer from a style matrix that is already known.

    Parameters
    ----------
    G_S : tensor (n_C, n_C)
        Style matrix of the style picture, for as many positions as a_G has.
    a_G : tensor (1, n_H, n_W, n_C)
        Activations of the generated picture.

    Returns
    -------
    tf.Tensor
        A scalar ≥ 0.

    Raises
    ------
    TypeError, ValueError
        G_S is no matrix (n_C, n_C), or a_G has another shape.
    """
    a_G = check_activations(a_G, "a_G")
    try:
        G_S = tf.cast(G_S, a_G.dtype)
    except Exception as error:  # other libraries' arrays refuse in their own ways
        raise TypeError(f"G_S is {type(G_S).__name__}, expected a tensor (n_C, n_C).") from error
    if not G_S.shape.is_compatible_with((a_G.shape[-1], a_G.shape[-1])):
        raise ValueError(
            f"G_S has shape {tuple(G_S.shape)}, expected (n_C, n_C) for the {a_G.shape[-1]} "
            "channels of a_G. Take both from the same layer."
        )
    n_C = tf.cast(tf.shape(a_G)[-1], a_G.dtype)
    constant = 1 / (2 * positions(a_G) * n_C) ** 2
    return constant * tf.reduce_sum(tf.square(G_S - gram_matrix(a_G)))


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
    ValueError
        A layer of `lambdas` is missing from the activations, or a bad weight.

    Notes
    -----
    Gatys, Ecker & Bethge (CVPR 2016), equation 5; they write w_l for λ^[l].
    """
    lambdas = as_lambdas(lambdas)
    for name, block in (("a_S", a_S), ("a_G", a_G)):
        if not isinstance(block, Mapping):
            raise TypeError(
                f"{name} is {type(block).__name__}, expected a dictionary {{layer: activations}} "
                "such as an extractor gives."
            )
        for layer in lambdas:
            if layer not in block:
                raise ValueError(f"{name} has no layer {layer!r}. {nearest(layer, block)}")
    J_layers = [layer_style_cost(a_S[layer], a_G[layer]) for layer in lambdas]
    values = _in_one_type(*lambdas.values(), *J_layers)
    weights, J_layers = values[: len(lambdas)], values[len(lambdas) :]
    return tf.add_n([weight * J for weight, J in zip(weights, J_layers, strict=True)])


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
    ValueError
        A weight or a cost is negative or not finite.

    Notes
    -----
    Gatys, Ecker & Bethge (CVPR 2016), equation 7.
    """
    for name, J in (("J_content", J_content), ("J_style", J_style)):
        number(J, name)
    alpha, beta = number(alpha, "alpha"), number(beta, "beta")
    alpha, J_content, beta, J_style = _in_one_type(alpha, J_content, beta, J_style)
    return alpha * J_content + beta * J_style


def _in_one_type(*values: float | tf.Tensor) -> list[float | tf.Tensor]:
    """Return the values with all tensors in the widest type among them, or TensorFlow stops."""
    types = [value.dtype for value in values if tf.is_tensor(value) and value.dtype.is_floating]
    widest = max(types, key=lambda dtype: dtype.size, default=None)
    return [tf.cast(value, widest) if types and tf.is_tensor(value) else value for value in values]


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
    if not isinstance(lambdas, Mapping):
        raise TypeError(
            f"lambdas is {type(lambdas).__name__}, expected a dictionary such as "
            '{"block1_conv1": 0.2}.'
        )
    checked = {layer: number(weight, f"lambdas[{layer!r}]") for layer, weight in lambdas.items()}
    known = [weight for weight in checked.values() if not tf.is_symbolic_tensor(weight)]
    if len(known) == len(checked) and not any(float(weight) > 0 for weight in known):
        raise ValueError(
            f"lambdas {'are all 0' if lambdas else 'is empty'}: at least one layer needs a weight "
            "above 0, else no style is measured."
        )
    return checked
