"""What notebook 06 says of its numbers, computed again."""

import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import (
    STYLE_LAYERS,
    StyleTransfer,
    covariance_matrix,
    extractor,
    gram_matrix_per_position,
    load_picture,
    pearson_matrix,
    resize_image,
)
from nst_helpers.colours import colours_matched
from nst_helpers.descent import minimise
from nst_helpers.statistics import (
    channel_means,
    mean_squares,
    means_and_variances,
    positions_matrix,
)


@pytest.fixture(scope="module")
def extract(real_vgg):
    return extractor(real_vgg, STYLE_LAYERS)


@pytest.fixture(scope="module")
def style():
    return load_picture("starry_night", 96)[:, :64]


@pytest.fixture(scope="module")
def a_S(extract, style):
    return extract(style)


def off(found, wanted):
    """By how many per cent two tensors differ, by their norms."""
    return float(100 * tf.norm(found - wanted) / tf.norm(wanted))


def test_how_many_numbers_each_measure_has_in_conv3_1(a_S):
    a = a_S["block3_conv1"]
    assert a.shape == (1, 16, 24, 256)
    for measure, numbers in (
        (gram_matrix_per_position, 65_536),
        (channel_means, 256),
        (means_and_variances, 512),
        (mean_squares, 256),
        (covariance_matrix, 65_536),
        (pearson_matrix, 65_536),
        (positions_matrix, 147_456),
    ):
        assert tf.size(measure(a)) == numbers, measure


def test_pearsons_matrix_does_not_hear_how_loud_a_channel_is(a_S):
    a = tf.cast(a_S["block3_conv1"], tf.float64)
    factors = np.random.default_rng(0).uniform(0.5, 2, a.shape[-1])
    assert off(pearson_matrix(a * factors + 3), pearson_matrix(a)) < 0.1
    assert off(gram_matrix_per_position(a * factors), gram_matrix_per_position(a)) > 10


def test_the_positions_matrix_knows_no_channels(a_S):
    a = a_S["block3_conv1"].numpy()
    order = np.random.default_rng(0).permutation(a.shape[-1])
    assert off(positions_matrix(a[..., order]), positions_matrix(a)) < 0.01
    assert off(gram_matrix_per_position(a[..., order]), gram_matrix_per_position(a)) > 50


def test_variances_drown_means_and_deviations_do_not(extract):
    """Section 2: s² is in squared units, so its squared differences are the larger by far."""
    mean, variance = means_and_variances(extract(load_picture("brick", 96))["block2_conv1"])
    assert tf.reduce_sum(variance**2) > 1000 * tf.reduce_sum(mean**2)
    assert 0.2 < tf.reduce_sum(variance) / tf.reduce_sum(mean**2) < 5


def test_which_measures_tell_the_blocks_of_exercise_2_apart():
    """Section 2: A and B have the same means, but other pairs."""
    A = tf.constant([[[[2.0, 2], [2, 2], [0, 0], [0, 0]]]])
    B = tf.constant([[[[2.0, 0], [2, 0], [0, 2], [0, 2]]]])
    for measure in (channel_means, means_and_variances, mean_squares):
        np.testing.assert_allclose(measure(A), measure(B), atol=1e-6)
    for measure in (gram_matrix_per_position, covariance_matrix, pearson_matrix):
        assert float(measure(A)[0, 1]) > float(measure(B)[0, 1]) + 0.5, measure
    places = [np.diag(positions_matrix(a)) for a in (A, B)]
    np.testing.assert_allclose(places, [[4, 4, 0, 0], [2, 2, 2, 2]])


def test_in_conv2_1_alone_measures_with_pairs_are_nearest_in_what_goes_together(real_vgg, extract):
    brick = load_picture("brick", 96)[:, :64]
    rng = np.random.default_rng(0)
    faint = np.float32(0.5 + 0.1 * rng.normal(size=brick.shape)).clip(0, 1)
    layer = "block2_conv1"
    wanted = pearson_matrix(extract(brick)[layer])

    def left(measure):
        walk = StyleTransfer(
            None, brick, real_vgg, statistic=measure, lambdas={layer: 1.0}, start=faint
        )
        image, _ = walk.run(15, progress=False)
        return off(pearson_matrix(extract(image)[layer]), wanted)

    with_pairs = [*map(left, (gram_matrix_per_position, covariance_matrix, pearson_matrix))]
    without = [*map(left, (channel_means, mean_squares, means_and_variances))]
    assert max(with_pairs) < min(without)
    assert [with_pairs[0], without[1]] == pytest.approx([42, 48], abs=3)


def test_grey_and_a_chequerboard_have_one_matrix_and_two_covariances():
    flat = np.full((1, 4, 4, 1), 0.5, "float32")
    board = np.float32(np.sqrt(0.5) * (np.indices((4, 4)).sum(0) % 2))[None, ..., None]
    for a, variance in ((flat, 0), (board, 0.125)):
        assert float(gram_matrix_per_position(a)[0, 0]) == pytest.approx(0.25, abs=1e-6)
        assert float(covariance_matrix(a)[0, 0]) == pytest.approx(variance, abs=1e-6)


def test_bricks_and_grass_meet_in_conv1_1_and_only_there(extract):
    bricks, grass = (load_picture(name, 96)[:, :64, :64] for name in ("brick", "grass"))

    def G_of(picture, layer="block1_conv1"):
        return gram_matrix_per_position(extract(picture)[layer])

    halfway = (G_of(bricks) + G_of(grass)) / 2
    assert 30 < off(G_of(bricks), G_of(grass)) < 50
    met = [
        minimise(lambda X: tf.reduce_sum((G_of(X) - halfway) ** 2), X, 40, progress=False)[0]
        for X in (bricks, grass)
    ]
    assert off(*map(G_of, met)) < 2
    assert off(*(G_of(X, "block3_conv1") for X in met)) > 20


def test_the_matrix_of_two_pictures_laid_over_each_other_is_not_the_mixture(extract, style, a_S):
    wave = resize_image(load_picture("great_wave", 96), style.shape[1:3])
    a_W, both = extract(wave), extract((style + wave) / 2)
    for layer in STYLE_LAYERS:
        G_1, G_2, G_3 = (gram_matrix_per_position(a[layer]) for a in (a_S, a_W, both))
        assert off(G_3, (G_1 + G_2) / 2) > 10, layer


def test_matched_colours_are_the_photographs_but_for_what_is_clipped():
    photograph, painting = load_picture("summer_palace", 96), load_picture("starry_night", 96)
    found = colours_matched(painting, to=photograph)
    for statistic in (channel_means, covariance_matrix):
        assert off(statistic(found), statistic(photograph)) < 25
        assert off(statistic(painting), statistic(photograph)) > 25
