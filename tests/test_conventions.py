"""Each convention written out as its authors compute it, and equal gradients after conversion."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from nst_helpers.conventions import CONVENTIONS, PYTORCH_SPREAD, Block, convert_weights

PIXELS = 30 * 28
SHAPES = {"block1_conv1": (6, 5, 3), "block2_conv1": (3, 4, 7)}
CONTENT = (3, 2, 5)


def flat(a):
    return tf.reshape(a, (-1, a.shape[-1]))


def gram(a):
    return tf.transpose(flat(a)) @ flat(a)


def mean_square(x):
    return tf.reduce_mean(x**2)


def written_out(name, alpha, beta, lambdas, a_C, a_S, a_G):
    """J of one convention, from its own definitions and with its own size of activations."""
    s = 1 / PYTORCH_SPREAD if name in ("PyTorch tutorial", "d2l") else 1.0
    difference = s * (a_C - a_G["content"])
    if name == "ours":
        J = alpha * mean_square(difference) / 2
    elif name.startswith("lecture"):
        J = alpha * tf.reduce_sum(difference**2) / 2
    elif name == "keras.io example":
        J = alpha * tf.reduce_sum(difference**2)
    else:
        J = alpha * mean_square(difference)
    for layer, weight in lambdas.items():
        n_H, n_W, n_C = SHAPES[layer]
        G_S, G_G = gram(s * a_S[layer]), gram(s * a_G[layer])
        if name in ("ours", "lecture, Gatys' paper"):
            cost = tf.reduce_sum((G_S - G_G) ** 2) / (4 * n_C**2 * (n_H * n_W) ** 2)
        elif name in ("Gatys' PyTorch notebook", "TensorFlow tutorial"):
            cost = mean_square((G_S - G_G) / (n_H * n_W))
        elif name == "keras.io example":
            cost = tf.reduce_sum((G_S - G_G) ** 2) / (4.0 * 3**2 * PIXELS**2)
        else:
            cost = mean_square((G_S - G_G) / (n_C * n_H * n_W))
        J += beta * weight * cost
    return J


@pytest.mark.parametrize(("source", "target"), list(itertools.permutations(CONVENTIONS, 2)))
def test_converted_weights_give_equal_gradients(source, target):
    rng = np.random.default_rng(3)
    a_C = tf.constant(rng.normal(size=(1, *CONTENT)))
    a_S = {layer: tf.constant(rng.normal(size=(1, *shape))) for layer, shape in SHAPES.items()}
    a_G = {layer: tf.constant(rng.normal(size=(1, *shape))) for layer, shape in SHAPES.items()}
    a_G["content"] = tf.constant(rng.normal(size=(1, *CONTENT)))
    weights = (0.7, 0.3, {"block1_conv1": 0.2, "block2_conv1": 1.5})
    converted = convert_weights(
        *weights,
        source=source,
        target=target,
        content=Block(*CONTENT, PIXELS),
        style={layer: Block(*shape, PIXELS) for layer, shape in SHAPES.items()},
    )
    gradients = []
    for name, (alpha, beta, lambdas) in ((source, weights), (target, converted)):
        with tf.GradientTape() as tape:
            tape.watch(a_G)
            J = written_out(name, alpha, beta, lambdas, a_C, a_S, a_G)
        gradients.append(tape.gradient(J, a_G))
    for place in a_G:
        np.testing.assert_allclose(gradients[0][place], gradients[1][place], rtol=1e-10)
        assert np.abs(gradients[0][place]).max() > 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"source": "tensorflow"}, "no convention 'tensorflow'"),
        ({"alpha": -1}, "alpha is -1"),
        ({"lambdas": {"block9": 1.0}}, "no shape for block9"),
    ],
)
def test_bad_input_is_named(change, message):
    given = {
        "alpha": 1.0,
        "beta": 1.0,
        "lambdas": {"block1_conv1": 1.0},
        "source": "ours",
        "target": "d2l",
        "content": Block(*CONTENT, PIXELS),
        "style": {"block1_conv1": Block(6, 5, 3, PIXELS)},
    }
    with pytest.raises(ValueError, match=message):
        convert_weights(**(given | change))
