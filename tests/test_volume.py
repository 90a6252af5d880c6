"""Blocks of voxels: their slices, and a style cost that measures every slice by itself."""

import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import extractor, style_cost
from nst_helpers.volume import as_volume, enlarged, faint_noise, slices, slices_style_cost


@pytest.fixture
def volume():
    return np.random.default_rng(5).random((1, 6, 8, 10, 3)).astype(np.float32)


def test_slices_are_what_indexing_gives(volume):
    for axis, shape in enumerate([(6, 8, 10, 3), (8, 6, 10, 3), (10, 6, 8, 3)]):
        found = slices(volume, axis).numpy()
        assert found.shape == shape
        for n in range(shape[0]):
            np.testing.assert_array_equal(found[n], np.take(volume[0], n, axis=axis))
    np.testing.assert_array_equal(slices(tf.constant(volume), 1), slices(volume, 1))


def test_every_slice_is_measured_as_a_picture_is(vgg, style, volume):
    lambdas = {"block1_conv1": 0.7, "block2_conv1": 2.0}
    extract = extractor(vgg, lambdas)
    a_S = extract(style)

    @tf.function
    def at_once(volume, axis):
        return slices_style_cost(a_S, extract(slices(volume, axis)), lambdas)

    for axis in range(3):
        one_by_one = [
            float(style_cost(a_S, extract(part[None]), lambdas))
            for part in slices(volume, axis).numpy()
        ]
        found = float(at_once(tf.constant(volume), axis))
        assert found == pytest.approx(np.mean(one_by_one), rel=1e-3)


def test_the_gradient_reaches_every_voxel(vgg, style, volume):
    extract = extractor(vgg, ["block1_conv1"])
    a_S = extract(style)

    @tf.function
    def gradient(volume):
        with tf.GradientTape() as tape:
            tape.watch(volume)
            J = slices_style_cost(a_S, extract(slices(volume, 2)), {"block1_conv1": 1.0})
        return J, tape.gradient(J, volume)

    _, slope = gradient(tf.constant(volume))
    assert np.isfinite(slope).all()
    assert (np.abs(slope).max(axis=-1) > 0).mean() > 0.99
    length = float(tf.norm(slope))
    h = 0.01
    above, _ = gradient(tf.constant(volume) + h * slope / length)
    below, _ = gradient(tf.constant(volume) - h * slope / length)
    assert float(above - below) / (2 * h) == pytest.approx(length, rel=0.02)


def test_faint_noise_has_the_pictures_colour(style):
    noise = faint_noise(style, 9, seed=4)
    assert noise.shape == (1, 9, 9, 9, 3)
    assert noise.dtype == np.float32
    np.testing.assert_allclose(noise.mean((0, 1, 2, 3)), style.mean((0, 1, 2)), atol=0.01)
    assert 0.01 < noise.std((0, 1, 2, 3)).max() < 0.04
    np.testing.assert_array_equal(noise, faint_noise(style, 9, seed=4))
    assert not np.allclose(noise, faint_noise(style, 9))
    for size in (7, 129, 9.5, None):
        with pytest.raises(ValueError, match="size is"):
            faint_noise(style, size)
    with pytest.raises(ValueError, match="picture has shape"):
        faint_noise(style[0], 9)


def test_enlarging_keeps_colours_and_places():
    # Brightness grows with each axis at its own pace, so that axes cannot be mixed up.
    d, h, w = np.meshgrid(*(np.linspace(0, 1, n) for n in (6, 8, 10)), indexing="ij")
    volume = np.stack([d, h, w], axis=-1)[None]
    large = enlarged(volume, 12)
    assert large.shape == (1, 12, 16, 20, 3)
    assert 0 <= large.min() <= large.max() <= 1
    for axis, n in enumerate((12, 16, 20)):
        line = np.moveaxis(large[0, ..., axis], axis, 0)[:, 3, 4]
        np.testing.assert_allclose(line, np.linspace(0, 1, n), atol=1e-6)
    np.testing.assert_allclose(enlarged(volume, 6), volume, atol=1e-6)
    for size in (5, 129, 8.5):
        with pytest.raises(ValueError, match="size is"):
            enlarged(volume, size)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (None, "NoneType"),
        (np.zeros((6, 8, 10, 3)), "shape"),
        (np.zeros((1, 6, 8, 10, 4)), "shape"),
        (np.zeros((2, 6, 8, 10, 3)), "shape"),
        (np.full((1, 6, 8, 10, 3), np.nan), "NaN"),
        (np.full((1, 6, 8, 10, 3), 200), "Divide 8-bit"),
    ],
)
def test_what_is_no_block_of_voxels_is_refused(bad, words):
    for function in (as_volume, lambda v: slices(v, 0), lambda v: enlarged(v, 20)):
        with pytest.raises((TypeError, ValueError), match=words):
            function(bad)


def test_another_axis_is_refused(volume):
    for axis in (3, -1, 0.5, None):
        with pytest.raises(ValueError, match="axis is"):
            slices(volume, axis)


def test_what_cannot_be_measured_is_refused(style):
    a = {"block1_conv1": np.ones((1, 4, 3, 5), np.float32)}
    for a_S, a_G, lambdas, words in (
        (3, a, {"block1_conv1": 1.0}, "a_S is int"),
        (a, None, {"block1_conv1": 1.0}, "a_G is NoneType"),
        (a, a, [1.0], "lambdas is"),
        (a, a, {}, "lambdas is empty"),
        (a, a, {"block1_conv2": 1.0}, "Did you mean block1_conv1"),
        (a, a, {"block1_conv1": -1.0}, "expected a finite number"),
    ):
        with pytest.raises((TypeError, ValueError), match=words):
            slices_style_cost(a_S, a_G, lambdas)
