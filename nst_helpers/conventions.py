"""The same optimisation in the words of the lecture, of six other projects, and in ours.

All of them measure Σ (a_C − a_G)² and Σ (G_S − G_G)², with G_kk' = Σ a_k a_k', and divide these
two sums by numbers of their own. So weights are converted by ratios of what they divide by.

The lecture's row is equations 1 and 4 of Gatys' paper. Weights of the paper itself cannot be
converted: its network is another one, VGG19 with each channel scaled to a mean activation of 1,
and averages for the maxima.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import tensorflow as tf

from nst_helpers.blocks import as_block, content_blocks, style_blocks, table
from nst_helpers.costs import Weights, as_weights
from nst_helpers.refusals import dictionary, known, said, whole_number
from nst_helpers.style_matrix import gram

# PyTorch divides red, green and blue by 0.229, 0.224 and 0.225 (of pixels in 0..1); the mean of
# the three stands here for all. Each colour's own spread is within 1.4 % of it.
PYTORCH_SPREAD = 255 * (0.229 + 0.224 + 0.225) / 3
MOST = 10**12  # more of anything no block has, and floats would run over


class Shape(NamedTuple):
    """Shape of a layer's activations, and the number of pixels of the picture they come from."""

    n_H: int
    n_W: int
    n_C: int
    pixels: int

    @property
    def M(self) -> int:
        """Number of positions."""
        return self.n_H * self.n_W


class Convention(NamedTuple):
    """What one project divides by: the content's sum, the style matrix, and the style's sum.

    `scale` is the size of its pixels against 0..255.
    """

    content: Callable[[Shape], float]
    matrix: Callable[[Shape], float]
    cost: Callable[[Shape], float]
    scale: float = 1.0


def _one(s: Shape) -> float:
    return 1.0


def _positions(s: Shape) -> float:
    return float(s.M)


def _numbers(s: Shape) -> float:
    return float(s.M * s.n_C)


def _entries(s: Shape) -> float:
    return float(s.n_C**2)


CONVENTIONS: dict[str, Convention] = {
    # AᵀA / M and 4 C² are the lecture's AᵀA and (2 M C)², for style pictures of any size.
    "ours": Convention(lambda s: 2.0 * s.M * s.n_C, _positions, lambda s: 4.0 * s.n_C**2),
    "lecture": Convention(lambda s: 2.0, _one, lambda s: (2.0 * s.M * s.n_C) ** 2),
    # leongatys/PytorchNeuralStyleTransfer, NeuralStyleTransfer.ipynb, commit c7bc488
    "Gatys' PyTorch notebook": Convention(_numbers, _positions, _entries),
    # tensorflow/docs, tutorials/generative/style_transfer.ipynb, commit 6234418
    "TensorFlow tutorial": Convention(_numbers, _positions, _entries),
    # keras-team/keras-io, examples/generative/neural_style_transfer.py, commit 0896b2e
    "keras.io example": Convention(_one, _one, lambda s: 4.0 * 3**2 * s.pixels**2),
    # pytorch/tutorials, advanced_source/neural_style_tutorial.py, commit 0a7e686
    "PyTorch tutorial": Convention(_numbers, _numbers, _entries, 1 / PYTORCH_SPREAD),
    # jcjohnson/neural-style, neural_style.lua, commit 053a6e3; its pixels reach to 256
    "jcjohnson/neural-style": Convention(_numbers, _numbers, _entries),
    # d2l-ai/d2l-en, chapter_computer-vision/neural-style.md, release 1.0.3
    "d2l": Convention(_numbers, _numbers, _entries, 1 / PYTORCH_SPREAD),
}

# The weights that each project's own example sets: α, β, and λ as a function of the shape.
PUBLISHED: dict[str, tuple[float, float, Callable[[Shape], float]]] = {
    "Gatys' PyTorch notebook": (1.0, 1000.0, lambda s: 1 / s.n_C**2),
    "TensorFlow tutorial": (1e4, 1e-2, lambda s: 1 / 5),
    "keras.io example": (2.5e-8, 1e-6, lambda s: 1 / 5),
    "PyTorch tutorial": (1.0, 1e6, _one),
    "jcjohnson/neural-style": (5.0, 100.0, _one),
    "d2l": (1.0, 1e4, _one),  # 1000 in its first editions
}


def shape_of(a: tf.Tensor, pixels: int) -> Shape:
    """Return the shape of a layer's activations, as the conventions need it.

    Parameters
    ----------
    a : tensor (1, n_H, n_W, n_C)
        Activations of one layer.
    pixels : int
        H · W of the picture they come from; only keras.io's convention looks at it.

    Returns
    -------
    Shape
        n_H, n_W, n_C and pixels.

    Raises
    ------
    TypeError, ValueError
        Another shape, or no pixels.
    """
    return _shape(as_block(a), pixels)


def _shape(a: tf.Tensor, pixels: int) -> Shape:
    _, n_H, n_W, n_C = a.shape
    return Shape(n_H, n_W, n_C, whole_number(pixels, "pixels", 1, MOST))


def content_cost_in(convention: str, a_C: tf.Tensor, a_G: tf.Tensor, pixels: int) -> tf.Tensor:
    """Return the content cost as one convention computes it.

    Parameters
    ----------
    convention : str
        A name in ``CONVENTIONS``.
    a_C, a_G : tensors (1, n_H, n_W, n_C)
        Activations for pixels in 0..255, of the content and the generated picture. They are taken
        in the size of the project's pixels, as in a network without biases.
    pixels : int
        H · W of the generated picture.

    Returns
    -------
    tf.Tensor
        A scalar ≥ 0.

    Raises
    ------
    TypeError, ValueError
        An unknown convention, or a block of another shape.
    """
    by = _convention(convention)
    a_C, a_G = content_blocks(a_C, a_G)
    shape = _shape(a_G, pixels)
    return tf.reduce_sum(tf.square(by.scale * (a_C - a_G))) / by.content(shape)


def layer_style_cost_in(convention: str, a_S: tf.Tensor, a_G: tf.Tensor, pixels: int) -> tf.Tensor:
    """Return the style cost of one layer as one convention computes it.

    Parameters
    ----------
    convention : str
        A name in ``CONVENTIONS``.
    a_S, a_G : tensors (1, n_H, n_W, n_C)
        Activations for pixels in 0..255, of the style and the generated picture. They are taken
        in the size of the project's pixels, as in a network without biases.
    pixels : int
        H · W of the generated picture.

    Returns
    -------
    tf.Tensor
        A scalar ≥ 0.

    Raises
    ------
    TypeError, ValueError
        An unknown convention, or a block of another shape.
    """
    by = _convention(convention)
    a_S, a_G = style_blocks(a_S, a_G)
    G_S, G_G = (gram(table(by.scale * a)) / by.matrix(_shape(a, pixels)) for a in (a_S, a_G))
    return tf.reduce_sum(tf.square(G_S - G_G)) / by.cost(_shape(a_G, pixels))


def convert_weights(
    weights: Weights, *, source: str, target: str, content: Shape, style: Mapping[str, Shape]
) -> Weights:
    """Return the weights that give in one convention the same J as these give in another.

    J and its gradient are equal, not only proportional. β is kept; what differs from layer to
    layer goes into λ. Exact between all that see the activations of pixels in 0..255, where the
    style picture and the generated one have the same number of positions. (The lecture and
    keras.io divide both matrices by the same number, the others each by its own.)

    Not exact for "PyTorch tutorial" and "d2l". Their pixels are s = 1/57.6 as large, and in a
    network without biases the two sums would be s² and s⁴ as large, which is what is reckoned
    here. VGG has biases, which do not shrink: with VGG16 as published and such pixels,
    activations are 1.3 to 1.9 times s times ours (in norm), and style costs 2.6 to 10 times s⁴
    times ours. Theirs is another network, trained for such pixels. And the PyTorch tutorial takes
    its costs before the ReLU, where half of the entries of conv1_1's matrix are negative; d2l, in
    PyTorch, does so in conv5_1, the last layer of its cut network. For these two, what comes out
    compares what is divided by, and no more.

    Parameters
    ----------
    weights : Weights
        α, β and λ^[l] in the source convention.
    source, target : str
        Names in ``CONVENTIONS``.
    content : Shape
        Shape of the content layer.
    style : {layer: Shape}
        Shape of each style layer.

    Returns
    -------
    Weights
        α, β and λ^[l] in the target convention.

    Raises
    ------
    TypeError, ValueError
        An unknown convention, a layer without a shape, an impossible shape, or a bad weight.
    """
    from_, to = _convention(source), _convention(target)
    alpha, beta, lambdas = as_weights(weights)
    content, style = _as_shape(content, "content"), _shapes(style, lambdas)
    return Weights(
        alpha * _content_factor(from_, content) / _content_factor(to, content),
        beta,
        {
            layer: weight * _style_factor(from_, style[layer]) / _style_factor(to, style[layer])
            for layer, weight in lambdas.items()
        },
    )


def _content_factor(by: Convention, s: Shape) -> float:
    return by.scale**2 / by.content(s)  # squares of activations


def _style_factor(by: Convention, s: Shape) -> float:
    return by.scale**4 / (by.matrix(s) ** 2 * by.cost(s))  # squares of products of two


def _convention(name: str) -> Convention:
    return CONVENTIONS[known(name, CONVENTIONS, "There is no convention")]


def _shapes(style: Mapping[str, Shape], lambdas: Mapping[str, float]) -> dict[str, Shape]:
    dictionary(style, "style", "{layer: Shape}")
    missing = [layer for layer in lambdas if layer not in style]
    if missing:
        raise ValueError(f"style has no shape for {', '.join(missing)}. Give a Shape for each.")
    return {layer: _as_shape(style[layer], f"style[{layer!r}]") for layer in lambdas}


def _as_shape(shape: Shape, name: str) -> Shape:
    if not isinstance(shape, Shape):
        raise ValueError(
            f"{name} is {said(shape)}, expected Shape(n_H, n_W, n_C, pixels). "
            "shape_of(a, pixels) makes one from activations."
        )
    return Shape(
        *(whole_number(n, f"{name}.{part}", 1, MOST) for part, n in shape._asdict().items())
    )
