"""What else a style could be: each statistic against loops in float64, and in a transfer."""

import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import StyleTransfer, gram_matrix_per_position
from nst_helpers.statistics import (
    as_mask,
    channel_means,
    mean_squares,
    means_and_variances,
    positions_matrix,
    region_matrix,
)

OF_CHANNELS = [channel_means, means_and_variances, mean_squares]
ALL = [*OF_CHANNELS, positions_matrix, lambda a: region_matrix(a, np.ones((6, 5)))]


def by_loops(a, function):
    """One number for each channel, from the list of its activations."""
    _, n_H, n_W, n_C = a.shape
    lists = [[float(a[0, i, j, k]) for i in range(n_H) for j in range(n_W)] for k in range(n_C)]
    return np.array([function(numbers) for numbers in lists])


def mean(numbers):
    return sum(numbers) / len(numbers)


def variance(numbers):
    return mean([(x - mean(numbers)) ** 2 for x in numbers])


def test_means_variances_and_squares_are_what_loops_give(blocks):
    a = blocks[0]
    means, variances = by_loops(a, mean), by_loops(a, variance)
    np.testing.assert_allclose(channel_means(a), means, rtol=1e-5)
    np.testing.assert_allclose(means_and_variances(a), [means, variances], rtol=1e-4)
    np.testing.assert_allclose(mean_squares(a), means**2 + variances, rtol=1e-5)
    np.testing.assert_allclose(mean_squares(a), np.diag(gram_matrix_per_position(a)), rtol=1e-5)


def test_the_matrix_of_positions_is_what_loops_give_and_has_the_same_norm(blocks):
    a = blocks[1]
    _, n_H, n_W, n_C = a.shape
    places = [(i, j) for i in range(n_H) for j in range(n_W)]
    expected = [
        [mean([float(a[0, i, j, k] * a[0, p, q, k]) for k in range(n_C)]) for p, q in places]
        for i, j in places
    ]
    found = positions_matrix(a)
    assert found.shape == (n_H * n_W, n_H * n_W)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    # AᵀA and AAᵀ have the same singular values: what differs is what they can tell apart.
    A = np.float64(a).reshape(-1, n_C)
    assert np.linalg.norm(found) * n_C == pytest.approx(np.linalg.norm(A.T @ A), rel=1e-5)


def test_a_region_counts_its_own_positions_only(blocks):
    a = blocks[0]
    mask = np.zeros(a.shape[1:3])
    mask[:2, 1:] = 1
    np.testing.assert_allclose(
        region_matrix(a, mask), gram_matrix_per_position(a[:, :2, 1:]), rtol=1e-5
    )
    np.testing.assert_allclose(
        region_matrix(a, np.ones((7, 9))), gram_matrix_per_position(a), rtol=1e-5
    )


def test_the_whole_is_made_of_its_regions_by_their_sizes(blocks):
    a = blocks[1]
    mask = np.random.default_rng(0).random(a.shape[1:3])
    parts = mask.mean() * region_matrix(a, mask) + (1 - mask).mean() * region_matrix(a, 1 - mask)
    np.testing.assert_allclose(parts, gram_matrix_per_position(a), rtol=1e-4)


def test_a_large_mask_is_averaged_to_the_layers_size():
    a = np.random.default_rng(3).random((1, 2, 3, 4)).astype(np.float32)
    mask = np.zeros((8, 12))
    mask[:4, :2] = 1  # half of the first position of the first row
    one = a[0, 0, 0]
    np.testing.assert_allclose(region_matrix(a, mask), np.outer(one, one), rtol=1e-5)
    mask[4:, 4:8] = 1  # and the whole second one of the second row
    other = a[0, 1, 1]
    expected = (np.outer(one, one) / 2 + np.outer(other, other)) / 1.5
    np.testing.assert_allclose(region_matrix(a, mask), expected, rtol=1e-5)


@pytest.mark.parametrize("statistic", ALL)
def test_a_statistic_that_forgets_places_does_not_see_a_shuffle(statistic, blocks):
    a = blocks[0]
    rows = np.random.default_rng(4).permutation(a.reshape(-1, a.shape[-1]))
    seen = np.allclose(statistic(a), statistic(rows.reshape(a.shape)), rtol=1e-4)
    assert seen == (statistic is not positions_matrix)


@pytest.mark.parametrize("statistic", ALL)
def test_a_statistic_keeps_float64_and_gives_the_same_in_a_graph(statistic, blocks):
    a = tf.constant(blocks[0])
    np.testing.assert_allclose(tf.function(statistic)(a), statistic(a), rtol=1e-5)
    assert statistic(tf.cast(a, tf.float64)).dtype == tf.float64


@pytest.mark.parametrize("statistic", ALL)
def test_what_is_no_block_is_refused(statistic):
    with pytest.raises(ValueError, match="expected \\(1, n_H, n_W, n_C\\)"):
        statistic(np.ones((3, 4, 5)))
    with pytest.raises(ValueError, match="NaN"):
        statistic(np.full((1, 2, 2, 2), np.nan))
    with pytest.raises(TypeError, match="expected numbers"):
        statistic("a block")


@pytest.mark.parametrize(
    ("mask", "error", "words"),
    [
        ("sky", TypeError, "expected an array"),
        (np.ones((1, 4, 4)), ValueError, r"expected \(H, W\)"),
        (np.zeros((4, 4)), ValueError, "0 everywhere"),
        (np.full((4, 4), 255), ValueError, r"expected \[0, 1\]"),
        (np.full((4, 4), -0.1), ValueError, r"expected \[0, 1\]"),
        (np.full((4, 4), np.nan), ValueError, r"expected \[0, 1\]"),
        (np.ones((0, 4)), ValueError, r"expected \(H, W\)"),
    ],
)
def test_what_is_no_mask_is_refused(mask, error, words, blocks):
    with pytest.raises(error, match=words):
        region_matrix(blocks[0], mask)


def test_truth_values_are_a_mask():
    np.testing.assert_array_equal(as_mask(np.eye(3, dtype=bool)), np.eye(3, dtype=np.float32))


@pytest.mark.parametrize("statistic", [*OF_CHANNELS, ALL[-1]])
def test_a_transfer_goes_down_with_each_statistic(statistic, vgg, content, style):
    options = {"lambdas": {"block1_conv1": 1.0}, "levels": 1, "alpha": 0}
    transfer = StyleTransfer(content, style, vgg, statistic=statistic, **options)
    _, history = transfer.run(8, progress=False)
    assert min(history["J"]) < 0.5 * history["J"][0]


def test_positions_can_be_compared_at_one_size_only(vgg, content, style):
    lambdas = {"block2_conv1": 1.0}
    alike = style[:, : content.shape[1], : content.shape[2]]
    options = {"statistic": positions_matrix, "lambdas": lambdas, "levels": 1}
    assert alike.shape == content.shape
    costs, _ = StyleTransfer(content, alike, vgg, **options).cost_and_gradient(content)
    assert costs["J_style"] > 0
    with pytest.raises(ValueError, match="pictures of one size"):
        StyleTransfer(content, style, vgg, **options).cost_and_gradient(content)
