"""Each convention against its project's own formulas in loops; equal gradients when converted."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import STYLE_LAYERS, load_picture, load_vgg, preprocess
from nst_helpers.activations import cut
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

# The projects' own formulas, read in their code (the versions stand in conventions.py) and written
# down here in float64 loops, one by one: nothing is shared with the table but the names.


def squares(x, y):
    """Σ (x − y)² and the number of its terms."""
    total = 0.0
    for index in np.ndindex(x.shape):
        total += (float(x[index]) - float(y[index])) ** 2
    return total, x.size


def mean_square(x, y):  # nn.MSELoss, F.mse_loss, nn.MSECriterion, .square().mean()
    total, count = squares(x, y)
    return total / count


def products(a):
    """Σ_ij a_ijk a_ijk', n_H, n_W and n_C."""
    n_H, n_W, n_C = a.shape
    G = np.zeros((n_C, n_C))
    for i, j, k, k_prime in np.ndindex(n_H, n_W, n_C, n_C):
        G[k, k_prime] += float(a[i, j, k]) * float(a[i, j, k_prime])
    return G, n_H, n_W, n_C


def lecture_style(a_S, a_G, pixels):  # 1 / (2 n_H n_W n_C)² of the squares
    (G_S, *_), (G_G, n_H, n_W, n_C) = products(a_S), products(a_G)
    return squares(G_S, G_G)[0] / (2 * n_H * n_W * n_C) ** 2


def our_style(a_S, a_G, pixels):  # the lecture's, with G_S for as many positions as G
    (G_S, h, w, _), (G_G, n_H, n_W, n_C) = products(a_S), products(a_G)
    return squares(G_S * (n_H * n_W) / (h * w), G_G)[0] / (2 * n_H * n_W * n_C) ** 2


def gatys_gram(a):  # GramMatrix: bmm, then div_(h * w)
    G, n_H, n_W, _ = products(a)
    return G / (n_H * n_W)


def tensorflow_gram(a):  # gram_matrix: einsum over num_locations
    G, n_H, n_W, _ = products(a)
    num_locations = n_H * n_W
    return G / num_locations


def keras_style(a_S, a_G, pixels):  # style_loss, with channels = 3 and size = img_nrows * img_ncols
    return squares(products(a_S)[0], products(a_G)[0])[0] / (4.0 * 3**2 * pixels**2)


def torch_gram(a):  # gram_matrix: div(a * b * c * d), a the batch of 1
    G, n_H, n_W, n_C = products(a)
    return G / (1 * n_C * n_H * n_W)


def lua_gram(a):  # StyleLoss: div(input:nElement())
    return products(a)[0] / a.size


def d2l_gram(a):  # gram: / (num_channels * n)
    G, n_H, n_W, n_C = products(a)
    return G / (n_C * n_H * n_W)


def of_grams(gram):
    return lambda a_S, a_G, pixels: mean_square(gram(a_S), gram(a_G))


def half_sum(a_C, a_G):
    return squares(a_C, a_G)[0] / 2


def plain_sum(a_C, a_G):
    return squares(a_C, a_G)[0]


SMALL = 1 / (255 * (0.229 + 0.224 + 0.225) / 3)  # PyTorch's pixels: of 0..1, over the spread
OWN = {  # content, style of a layer, the size of the activations that they see
    "ours": (lambda a_C, a_G: mean_square(a_C, a_G) / 2, our_style, 1),
    "lecture": (half_sum, lecture_style, 1),
    "Gatys' PyTorch notebook": (mean_square, of_grams(gatys_gram), 1),
    "TensorFlow tutorial": (mean_square, of_grams(tensorflow_gram), 1),
    "keras.io example": (plain_sum, keras_style, 1),
    "PyTorch tutorial": (mean_square, of_grams(torch_gram), SMALL),
    "jcjohnson/neural-style": (mean_square, of_grams(lua_gram), 1),
    "d2l": (mean_square, of_grams(d2l_gram), SMALL),
}


def blocks(seed):
    """Random activations of the content layer and of the style layers, in float64."""
    rng = np.random.default_rng(seed)
    shapes = {"content": CONTENT} | SHAPES
    return {layer: tf.constant(rng.normal(size=(1, *shape))) for layer, shape in shapes.items()}


def own_cost(name, weights, a_C, a_S, a_G):
    """J by a project's own formulas."""
    content, style, s = OWN[name]
    a_C, a_S, a_G = ({k: s * v[0].numpy() for k, v in a.items()} for a in (a_C, a_S, a_G))
    J = weights.alpha * content(a_C["content"], a_G["content"])
    for layer, weight in weights.lambdas.items():
        J += weights.beta * weight * style(a_S[layer], a_G[layer], PIXELS)
    return J


def cost_in(name, weights, a_C, a_S, a_G):
    """J by the table."""
    J = weights.alpha * content_cost_in(name, a_C["content"], a_G["content"], PIXELS)
    for layer, weight in weights.lambdas.items():
        J += weights.beta * weight * layer_style_cost_in(name, a_S[layer], a_G[layer], PIXELS)
    return J


def converted(source, target, weights):
    return convert_weights(
        weights,
        source=source,
        target=target,
        content=Shape(*CONTENT, PIXELS),
        style={layer: Shape(*shape, PIXELS) for layer, shape in SHAPES.items()},
    )


WEIGHTS = Weights(0.7, 0.3, {"block1_conv1": 0.2, "block2_conv1": 1.5})


@pytest.mark.parametrize("name", CONVENTIONS)
def test_each_row_of_the_table_is_the_projects_own_formula(name):
    a_C, a_S, a_G = blocks(3), blocks(4), blocks(5)
    content, style, s = OWN[name]
    expected = content(s * a_C["content"][0].numpy(), s * a_G["content"][0].numpy())
    found = content_cost_in(name, a_C["content"], a_G["content"], PIXELS)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    for layer in SHAPES:
        pair = a_S[layer], a_G[layer]
        expected = style(*(s * a[0].numpy() for a in pair), PIXELS)
        assert expected > 0
        np.testing.assert_allclose(layer_style_cost_in(name, *pair, PIXELS), expected, rtol=1e-12)


@pytest.mark.parametrize("name", sorted(set(CONVENTIONS) - {"lecture", "keras.io example"}))
def test_each_row_for_a_style_picture_of_another_size(name):
    a_S = tf.constant(np.random.default_rng(6).normal(size=(1, 4, 9, 3)))
    a_G = blocks(5)["block1_conv1"]
    _, style, s = OWN[name]
    expected = style(s * a_S[0].numpy(), s * a_G[0].numpy(), PIXELS)
    np.testing.assert_allclose(layer_style_cost_in(name, a_S, a_G, PIXELS), expected, rtol=1e-12)


@pytest.mark.parametrize(("source", "target"), list(itertools.permutations(CONVENTIONS, 2)))
def test_converted_weights_give_equal_costs_and_gradients(source, target):
    a_C, a_S, a_G = blocks(3), blocks(4), blocks(5)
    both = [(source, WEIGHTS), (target, converted(source, target, WEIGHTS))]
    own = [own_cost(name, weights, a_C, a_S, a_G) for name, weights in both]
    np.testing.assert_allclose(*own, rtol=1e-10)
    gradients = []
    for name, weights in both:
        with tf.GradientTape() as tape:
            tape.watch(a_G)
            J = cost_in(name, weights, a_C, a_S, a_G)
        gradients.append(tape.gradient(J, a_G))
    for place in a_G:
        np.testing.assert_allclose(gradients[0][place], gradients[1][place], rtol=1e-10)
        assert np.abs(gradients[0][place]).max() > 0


def test_the_weights_are_those_that_the_projects_publish():
    C = Shape(8, 8, 64, 64)
    found = {name: (a, b, weight(C)) for name, (a, b, weight) in PUBLISHED.items()}
    assert found == {
        "Gatys' PyTorch notebook": (1, 1e3, 1 / 64**2),
        "TensorFlow tutorial": (1e4, 1e-2, 1 / 5),
        "keras.io example": (2.5e-8, 1e-6, 1 / 5),
        "PyTorch tutorial": (1, 1e6, 1),
        "jcjohnson/neural-style": (5e0, 1e2, 1),
        "d2l": (1, 1e4, 1),
    }


def test_biases_break_the_laws_of_smaller_pixels():
    """Without biases activations shrink with s, and style costs with s⁴. With VGG's they do not."""
    real_vgg = load_vgg("vgg16", border="zero", pooling="max")  # as published
    pictures = load_picture("summer_palace", 128), load_picture("starry_night", 128)
    biases = {w.path: w.numpy() for w in real_vgg.weights if w.path.endswith("bias")}

    def compared():
        network = cut(real_vgg, STYLE_LAYERS)
        full = [network(preprocess(picture)) for picture in pictures]
        small = [network(SMALL * preprocess(picture)) for picture in pictures]
        for layer in STYLE_LAYERS:
            sizes = [float(tf.norm(a[0][layer])) for a in (small, full)]
            costs = [float(layer_style_cost(a[1][layer], a[0][layer])) for a in (small, full)]
            yield sizes[0] / (SMALL * sizes[1]), costs[0] / (SMALL**4 * costs[1])

    for activations, cost in compared():
        assert 1.3 < activations < 1.9
        assert 2.6 < cost < 10
    try:
        for weight in real_vgg.weights:
            if weight.path in biases:
                weight.assign(np.zeros_like(biases[weight.path]))
        np.testing.assert_allclose(list(compared()), 1, rtol=1e-3)
    finally:
        for weight in real_vgg.weights:
            if weight.path in biases:
                weight.assign(biases[weight.path])


def test_the_lectures_costs_are_those_of_plain_loops():
    a_S, a_G = blocks(4), blocks(5)
    one, other = a_S["block1_conv1"], a_G["block1_conv1"]
    np.testing.assert_allclose(
        layer_style_cost_in("lecture", one, other, PIXELS),
        layer_style_cost_loops(one.numpy(), other.numpy()),
    )
    np.testing.assert_allclose(
        content_cost_in("lecture", one, other, PIXELS),
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
    for name in set(CONVENTIONS) - {"lecture", "keras.io example"}:
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
