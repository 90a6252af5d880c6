"""Each convention written out as its authors compute it, and equal gradients after conversion."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from nst_helpers.conventions import (
    CONVENTIONS,
    PUBLISHED,
    PYTORCH_SPREAD,
    Shape,
    content_cost_in,
    convert_weights,
    layer_style_cost_in,
    shape_of,
)
from nst_helpers.costs import Weights, content_cost, layer_style_cost
from nst_helpers.reference import content_cost_loops, layer_style_cost_loops

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


def blocks(seed):
    """Random activations of the content layer and of the style layers, in float64."""
    rng = np.random.default_rng(seed)
    shapes = {"content": CONTENT} | SHAPES
    return {layer: tf.constant(rng.normal(size=(1, *shape))) for layer, shape in shapes.items()}


def converted(source, target, weights):
    return convert_weights(
        weights,
        source=source,
        target=target,
        content=Shape(*CONTENT, PIXELS),
        style={layer: Shape(*shape, PIXELS) for layer, shape in SHAPES.items()},
    )


WEIGHTS = Weights(0.7, 0.3, {"block1_conv1": 0.2, "block2_conv1": 1.5})


@pytest.mark.parametrize(("source", "target"), list(itertools.permutations(CONVENTIONS, 2)))
def test_converted_weights_give_equal_costs_and_gradients(source, target):
    a_C, a_S, a_G = blocks(3), blocks(4), blocks(5)
    costs, gradients = [], []
    for name, weights in ((source, WEIGHTS), (target, converted(source, target, WEIGHTS))):
        with tf.GradientTape() as tape:
            tape.watch(a_G)
            J = written_out(name, *weights, a_C["content"], a_S, a_G)
        costs.append(J)
        gradients.append(tape.gradient(J, a_G))
    np.testing.assert_allclose(*costs, rtol=1e-10)
    for place in a_G:
        np.testing.assert_allclose(gradients[0][place], gradients[1][place], rtol=1e-10)
        assert np.abs(gradients[0][place]).max() > 0


@pytest.mark.parametrize("name", CONVENTIONS)
def test_the_costs_are_those_written_out(name):
    alpha, beta, lambdas = WEIGHTS
    a_C, a_S, a_G = blocks(3), blocks(4), blocks(5)
    J = alpha * content_cost_in(name, a_C["content"], a_G["content"], PIXELS)
    for layer, weight in lambdas.items():
        J += beta * weight * layer_style_cost_in(name, a_S[layer], a_G[layer], PIXELS)
    np.testing.assert_allclose(J, written_out(name, *WEIGHTS, a_C["content"], a_S, a_G), rtol=1e-12)


def test_the_lectures_costs_are_those_of_plain_loops():
    a_S, a_G = blocks(4), blocks(5)
    one, other = a_S["block1_conv1"], a_G["block1_conv1"]
    lecture = "lecture, Gatys' paper"
    np.testing.assert_allclose(
        layer_style_cost_in(lecture, one, other, PIXELS),
        layer_style_cost_loops(one.numpy(), other.numpy()),
    )
    np.testing.assert_allclose(
        content_cost_in(lecture, one, other, PIXELS),
        content_cost_loops(one.numpy(), other.numpy()) * 6 * 5 * 3,
    )


def test_ours_are_the_packages_costs_for_style_pictures_of_any_size():
    a_S = tf.constant(np.random.default_rng(6).normal(size=(1, 4, 9, 3)))
    a_C, a_G = blocks(4)["block1_conv1"], blocks(5)["block1_conv1"]
    np.testing.assert_allclose(
        layer_style_cost_in("ours", a_S, a_G, PIXELS), layer_style_cost(a_S, a_G)
    )
    np.testing.assert_allclose(content_cost_in("ours", a_C, a_G, PIXELS), content_cost(a_C, a_G))


def test_those_that_divide_by_positions_agree_for_style_pictures_of_any_size():
    a_S = tf.constant(np.random.default_rng(6).normal(size=(1, 4, 9, 3)))
    a_G = blocks(5)["block1_conv1"]
    for name in set(CONVENTIONS) - {"lecture, Gatys' paper", "keras.io example"}:
        _, beta, lambdas = converted("ours", name, WEIGHTS)
        J = beta * lambdas["block1_conv1"] * layer_style_cost_in(name, a_S, a_G, PIXELS)
        np.testing.assert_allclose(J, 0.3 * 0.2 * layer_style_cost(a_S, a_G), rtol=1e-10)


@pytest.mark.parametrize("name", CONVENTIONS)
def test_there_and_back_again(name):
    alpha, beta, lambdas = converted(name, "ours", converted("ours", name, WEIGHTS))
    assert (alpha, beta) == pytest.approx(WEIGHTS[:2], rel=1e-12)
    assert lambdas == pytest.approx(WEIGHTS[2], rel=1e-12)


def test_smaller_activations_need_larger_weights():
    alpha, _, lambdas = converted("jcjohnson/neural-style", "d2l", WEIGHTS)
    assert alpha == pytest.approx(0.7 * PYTORCH_SPREAD**2)
    assert lambdas["block1_conv1"] == pytest.approx(0.2 * PYTORCH_SPREAD**4)


def test_published_weights_are_those_of_known_conventions():
    assert set(PUBLISHED) == set(CONVENTIONS) - {"ours", "lecture, Gatys' paper"}
    _, beta, weight = PUBLISHED["Gatys' PyTorch notebook"]
    assert beta * weight(Shape(8, 8, 64, 64)) == pytest.approx(1000 / 64**2)


def test_shape_of_reads_the_shape():
    for pixels in (80, np.int64(80)):
        assert shape_of(tf.zeros((1, 4, 5, 6)), pixels) == Shape(4, 5, 6, 80)
    with pytest.raises(ValueError, match="pixels is 0"):
        shape_of(tf.zeros((1, 4, 5, 6)), 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"source": "tensorflow"}, "no convention 'tensorflow'"),
        ({"weights": Weights(-1, 1, {"block1_conv1": 1.0})}, "alpha is -1"),
        ({"target": "d3l"}, "Did you mean d2l"),
        ({"weights": Weights(1, 1, {"block9": 1.0})}, "no shape for block9"),
        ({"content": (6, 5, 3)}, "content is"),
        ({"style": {"block1_conv1": Shape(0, 5, 3, 9)}}, "style.'block1_conv1'..n_H is 0"),
    ],
)
def test_bad_input_is_named(change, message):
    given = {
        "weights": Weights(1.0, 1.0, {"block1_conv1": 1.0}),
        "source": "ours",
        "target": "d2l",
        "content": Shape(*CONTENT, PIXELS),
        "style": {"block1_conv1": Shape(6, 5, 3, PIXELS)},
    }
    with pytest.raises(ValueError, match=message):
        convert_weights(**(given | change))
