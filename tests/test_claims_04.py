"""The numbers on which the sentences of notebook 04 stand, computed anew with the bundled VGG16."""

import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import (
    STYLE_LAYERS,
    StyleTransfer,
    extractor,
    gram_matrix,
    layer_style_cost,
    load_picture,
    load_vgg,
    receptive_field,
)
from nst_helpers.costs import style_gradient
from nst_helpers.descent import minimise
from nst_helpers.exercises import example_block
from nst_helpers.style_matrix import gram_matrix_per_position

CONV1, CONV2, CONV3, CONV4, CONV5 = STYLE_LAYERS


@pytest.fixture(scope="module")
def vgg():
    return load_vgg("vgg16")


@pytest.fixture(scope="module")
def extract(vgg):
    return extractor(vgg, STYLE_LAYERS)


@pytest.fixture(scope="module")
def blocks(extract):
    """The painting, its copy of twice the size, and the flower."""
    pictures = {
        "painting": load_picture("starry_night", size=192),
        "copy": load_picture("starry_night", size=384),
        "flower": load_picture("flower", size=192),
    }
    return {name: extract(picture) for name, picture in pictures.items()}


def cost(layer, a_S, a_G):
    return float(layer_style_cost(a_S[layer], a_G[layer]))


def test_the_layers_costs_differ_by_powers_of_ten(blocks):
    """Section 2, and section 4: 10⁵ is a sixth of the flower's in conv1_1, 17 times in conv5_1."""
    J = {layer: cost(layer, blocks["painting"], blocks["flower"]) for layer in STYLE_LAYERS}
    assert sorted(J, key=J.get) == [CONV5, CONV1, CONV4, CONV2, CONV3]
    assert max(J.values()) / min(J.values()) > 10_000
    assert 1e5 / J[CONV1] == pytest.approx(1 / 6, rel=0.1)
    assert 1e5 / J[CONV5] == pytest.approx(17, rel=0.05)
    for layer in STYLE_LAYERS:
        assert cost(layer, blocks["painting"], blocks["painting"]) == 0


def test_the_constant_leaves_a_quarter_of_the_mean_squared_difference(blocks):
    """Section 2: so what differs between the layers is the activations' size, fourth power."""
    sizes = {}
    for layer in STYLE_LAYERS:
        a_S, a_G = blocks["painting"][layer], blocks["flower"][layer]
        G_S, G_G = gram_matrix_per_position(a_S), gram_matrix_per_position(a_G)
        quarter = float(tf.reduce_mean((G_S - G_G) ** 2)) / 4
        assert cost(layer, blocks["painting"], blocks["flower"]) == pytest.approx(quarter, rel=1e-4)
        sizes[layer] = float(tf.sqrt(tf.reduce_mean(a_S**2)))
    assert sorted(sizes, key=sizes.get)[0] == CONV5
    assert set(sorted(sizes, key=sizes.get)[-2:]) == {CONV2, CONV3}


def test_the_formula_is_the_tape_s_gradient():
    """Section 3, on n_H ≠ n_W ≠ n_C; too much is lowered: no entry of the gradient is negative."""
    a_S, a_G = np.random.default_rng(4).normal(size=(2, 1, 4, 3, 2))
    moving = tf.Variable(a_G)
    with tf.GradientTape() as tape:
        J = layer_style_cost(a_S, moving)
    np.testing.assert_allclose(style_gradient(a_S, a_G), tape.gradient(J, moving), rtol=1e-10)
    active = np.maximum(a_S, 0)  # after a ReLU
    assert np.min(style_gradient(active, np.sqrt(2) * active)) >= 0, "G_G = 2 G_S"
    assert np.max(style_gradient(active, np.sqrt(0.5) * active)) <= 0, "G_G = ½ G_S"


def test_where_the_photograph_would_change(extract, blocks):
    """Section 3: none leaves the sky alone, conv2_1 is weakest there, conv4_1 busiest."""
    C, in_the_sky, left = load_picture("summer_palace", size=192), {}, {}
    pixels = tf.Variable(C)
    for layer in STYLE_LAYERS:
        with tf.GradientTape() as tape:
            J = layer_style_cost(blocks["painting"][layer], extract(pixels)[layer])
        gradient = tape.gradient(J, pixels).numpy()
        size = np.abs(gradient)
        in_the_sky[layer] = size[:, :50, 110:165].mean() / size.mean()
        moved = np.clip(C - 0.1 * gradient / np.percentile(size, 99), 0, 1)
        left[layer] = cost(layer, blocks["painting"], extract(moved)) / float(J)
        if layer == CONV1:
            darker = -gradient[:, :50, 110:165].mean(axis=3)
            assert (darker < 0).mean() > 0.8, "the sky darker all over"
            assert (
                moved[..., 2].mean() - C[..., 2].mean()
                > 0
                > moved[..., 0].mean() - C[..., 0].mean()
            )
    assert min(in_the_sky, key=in_the_sky.get) == CONV2
    assert in_the_sky[CONV2] == pytest.approx(0.7, abs=0.1)
    assert sorted(in_the_sky, key=in_the_sky.get)[-2:] == [CONV3, CONV4]
    assert in_the_sky[CONV4] == pytest.approx(2, abs=0.1)
    assert all(0.4 < share < 0.8 for share in left.values()), "every move pays"


def test_doubled_activations_cost_16_times_and_tiles_the_same():
    """Sections 4 and summary."""
    one, other = example_block(), example_block()[:, :, :, ::-1]
    J = layer_style_cost(one, other)
    assert float(layer_style_cost(2 * one, 2 * other) / J) == pytest.approx(16)
    slopes = style_gradient(2 * one, 2 * other)
    np.testing.assert_allclose(slopes, 8 * style_gradient(one, other), rtol=1e-3)
    tiled = [tf.tile(block, [1, 2, 2, 1]) for block in (one, other)]
    assert float(layer_style_cost(*tiled) / J) == pytest.approx(1)


def test_by_the_bare_formula_a_tiled_painting_is_far_from_itself(blocks):
    """Section 4: farther than the flower in every layer; per position at zero."""

    def bare(a_S, a_G):  # the constant is the same for both pairs
        return float(tf.reduce_sum((gram_matrix(a_S) - gram_matrix(a_G)) ** 2))

    for layer in STYLE_LAYERS:
        a, flower = blocks["painting"][layer], blocks["flower"][layer]
        four = tf.tile(a, [1, 2, 2, 1])
        assert bare(four, a) > 1.5 * bare(flower, a)
        assert layer_style_cost(four, a) < 1e-6 * layer_style_cost(flower, a)


def test_the_large_copy_is_near_but_not_at_zero(blocks):
    """Section 4."""
    for layer in STYLE_LAYERS:
        flower = cost(layer, blocks["flower"], blocks["painting"])
        assert 0.01 < cost(layer, blocks["copy"], blocks["painting"]) / flower < 0.3


def test_halves_of_a_painting_and_the_moon(extract):
    """Section 5."""
    style = load_picture("starry_night", size=192)
    left, right = extract(style[:, :, :96]), extract(style[:, :, 96:])
    village = extract(load_picture("village_street_auvers", 192))
    flower = extract(load_picture("flower", 192))
    for layer in (CONV1, CONV2, CONV3, CONV4):
        assert cost(layer, left, right) < min(
            cost(layer, left, village), cost(layer, left, flower)
        ), "the right half is nearest"
    for layer in (CONV1, CONV2, CONV3):
        assert cost(layer, left, village) > cost(layer, left, flower), "one hand, two styles"
    half, other = cost(CONV5, left, right), cost(CONV5, left, village)
    assert 4 < half / other < 5
    corners = {}
    for place in ((0, 56), (0, 0), (110, 0), (110, 56)):
        covered = style[:, :, 96:].copy()
        covered[:, place[0] : place[0] + 40, place[1] : place[1] + 40] = covered[:, 50:90, 20:60]
        corners[place] = cost(CONV5, left, extract(covered))
    assert corners[0, 56] < other, "without the moon the right half is nearest"
    for place in ((0, 0), (110, 0), (110, 56)):
        assert corners[place] == pytest.approx(half, rel=0.25), "another corner changes little"
    squares = [(a[CONV5].numpy()[0] ** 2).sum(axis=2) for a in (left, right)]
    four = [np.sort(s, axis=None)[-4:].sum() / s.sum() for s in squares]
    assert four == pytest.approx([0.14, 0.40], abs=0.01)
    assert {tuple(p) for p in np.argwhere(squares[1] >= np.sort(squares[1], axis=None)[-4])} == {
        (0, 4), (0, 5), (1, 4), (1, 5)
    }, "all at the moon"  # fmt: skip


@pytest.fixture(scope="module")
def syntheses(vgg):
    """As in section 6, a size smaller: {layer: (picture, lowest cost so far / first cost)}."""
    painting, found = load_picture("starry_night", size=96), {}
    for layer in STYLE_LAYERS:
        only = StyleTransfer(
            None, painting, vgg, lambdas={layer: 1.0}, beta=1.0, start="noise", seed=1, levels=1
        )
        picture, history = only.run(60, progress=False)
        found[layer] = picture, history["J"].min() / history["J"][0]
    return painting, found


def test_every_layer_ends_above_the_one_before(syntheses):
    """Section 6: conv1_1 falls by four powers of ten, conv5_1 by less than one."""
    left = [syntheses[1][layer][1] for layer in STYLE_LAYERS]
    assert left == sorted(left)
    assert left[0] < 1e-3 and left[-1] > 0.05


def test_the_palette_is_known_to_the_early_layers_only(syntheses):
    """Section 6: mean red, green and blue."""
    painting, found = syntheses
    colour = painting.mean((0, 1, 2))
    for layer in (CONV1, CONV2):
        np.testing.assert_allclose(found[layer][0].mean((0, 1, 2)), colour, atol=0.02)
    late = found[CONV5][0].mean((0, 1, 2))
    np.testing.assert_allclose(late, 0.5, atol=0.03)  # the noise's grey


def alike(picture, apart):
    grey = picture[0].mean(axis=2) - picture.mean()
    return np.mean(grey[:, :-apart] * grey[:, apart:]) / np.mean(grey**2)


def test_blobs_are_chains_of_likenesses(syntheses):
    """Section 6: alike at 1 and 2 pixels, which conv1_1 sees; what follows from that; and 0."""
    painting, found = syntheses
    blobs = found[CONV1][0]
    for apart in (1, 2):
        assert alike(blobs, apart) == pytest.approx(alike(painting, apart), abs=0.08)
    one, two = np.arccos([alike(blobs, 1), alike(blobs, 2)])
    assert alike(blobs, 3) > np.cos(one + two) > 0.1, "wider than 3 pixels"
    assert alike(blobs, 4) > np.cos(2 * two) > 0
    assert alike(blobs, 8) < 0.15 < alike(painting, 8)


def test_neither_the_matrix_nor_its_rank_makes_late_layers_slow(extract, syntheses):
    """Section 6: the activations themselves, moved freely, come near the goal."""
    painting, found = syntheses
    noise = np.random.default_rng(1).uniform(size=painting.shape).astype("float32")
    goal, start = extract(painting), extract(noise)
    for layer in (CONV4, CONV5):
        a, top = goal[layer], float(tf.reduce_max(goal[layer]))
        begin = np.minimum(start[layer], top)
        J = minimise(lambda b, a=a: layer_style_cost(a, b), begin, 60, 0, top, progress=False)[1]
        assert J.min() / J[0] < 0.01 < found[layer][1]


def test_what_an_activation_sees(vgg):
    """Section 6: 3 pixels in conv1_1; in conv5_1 nearly all of 144."""
    assert receptive_field(vgg, CONV1).size == 3
    assert receptive_field(vgg, CONV5).size > 0.9 * 144


def test_conv5_1_tells_above_from_below_and_sees_colours(extract):
    """Section 6: mirrored costs half of upside down; red and blue exchanged: not blind."""
    painting = load_picture("starry_night", size=144)
    noise = np.random.default_rng(1).uniform(size=painting.shape).astype("float32")
    goal = extract(painting)
    mirrored, upside_down, exchanged, grain = (
        cost(CONV5, goal, extract(np.ascontiguousarray(picture)))
        for picture in (painting[:, :, ::-1], painting[:, ::-1], painting[..., ::-1], noise)
    )
    assert mirrored / upside_down == pytest.approx(0.5, abs=0.05)
    assert 0.4 < exchanged / grain < 0.7
