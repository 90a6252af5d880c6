"""The numbers on which the sentences of notebook 04 stand, computed anew with the bundled VGG16."""

import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import (
    STYLE_LAYERS,
    StyleTransfer,
    extractor,
    layer_style_cost,
    load_picture,
    load_vgg,
    receptive_field,
)
from nst_helpers.costs import style_gradient
from nst_helpers.descent import minimise
from nst_helpers.exercises import example_block

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


def test_conv1_1_has_32_times_the_activations_of_conv5_1(blocks):
    """Section 2: so its constant is 1024 times smaller, and no one β can absorb it."""
    sizes = [blocks["flower"][layer].shape.num_elements() for layer in (CONV1, CONV5)]
    assert sizes[0] == 32 * sizes[1]


def test_the_formula_is_the_tape_s_gradient():
    """Section 3, on n_H ≠ n_W ≠ n_C."""
    a_S, a_G = np.random.default_rng(4).normal(size=(2, 1, 4, 3, 2))
    moving = tf.Variable(a_G)
    with tf.GradientTape() as tape:
        J = layer_style_cost(a_S, moving)
    np.testing.assert_allclose(style_gradient(a_S, a_G), tape.gradient(J, moving), rtol=1e-10)


def test_where_the_photograph_would_change(extract, blocks):
    """Section 3: conv2_1 comes nearest to leaving the sky alone, conv4_1 is busiest there."""
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
    assert sorted(in_the_sky, key=in_the_sky.get)[-2:] == [CONV3, CONV4]
    assert in_the_sky[CONV4] == pytest.approx(2, abs=0.1)
    assert all(0.4 < share < 0.8 for share in left.values()), "every move pays"


def test_doubled_activations_cost_16_times_and_tiles_the_same():
    """Sections 4 and summary."""
    one, other = example_block(), example_block()[:, :, :, ::-1]
    J = layer_style_cost(one, other)
    assert float(layer_style_cost(2 * one, 2 * other) / J) == pytest.approx(16)
    tiled = [tf.tile(block, [1, 2, 2, 1]) for block in (one, other)]
    assert float(layer_style_cost(*tiled) / J) == pytest.approx(1)


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
    without = cost(CONV5, left, extract(style[:, 56:, 96:]))
    assert 0.9 < without / other < 1, "nearest without the moon, though only just"
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
    """Section 6: alike at 1 and 2 pixels, which conv1_1 sees, and soon no more."""
    painting, found = syntheses
    blobs = found[CONV1][0]
    for apart in (1, 2):
        assert alike(blobs, apart) == pytest.approx(alike(painting, apart), abs=0.08)
    assert alike(blobs, 3) > 0.4, "wider than 3 pixels"
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
