"""The light and the colours of a picture, apart from each other."""

import numpy as np
import pytest

from nst_helpers import load_picture
from nst_helpers.colours import colours_matched, in_grey, with_colours_of


def moments(image):
    pixels = np.float64(image.reshape(-1, 3))
    return pixels.mean(axis=0), np.cov(pixels.T)


def test_grey_is_the_eyes_brightness_and_stays_grey(picture):
    grey = in_grey(picture)
    assert grey.shape == picture.shape and grey.dtype == np.float32
    r, g, b = picture[0, 5, 7]
    np.testing.assert_allclose(grey[0, 5, 7], [0.299 * r + 0.587 * g + 0.114 * b] * 3, rtol=1e-5)
    np.testing.assert_allclose(in_grey(grey), grey, atol=1e-6)


def test_the_light_of_one_and_the_colours_of_the_other():
    rng = np.random.default_rng(0)
    image, photograph = (0.4 + 0.2 * rng.random((1, 6, 8, 3), np.float32) for _ in "GC")
    found = with_colours_of(image, photograph)
    np.testing.assert_allclose(in_grey(found), in_grey(image), atol=1e-5)
    colours = found - in_grey(found), photograph - in_grey(photograph)
    np.testing.assert_allclose(*colours, atol=1e-5)
    np.testing.assert_allclose(with_colours_of(photograph, photograph), photograph, atol=1e-6)


def test_the_same_in_yiq_by_the_published_matrix():
    yiq = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
    rng = np.random.default_rng(1)
    image, photograph = (0.4 + 0.2 * rng.random((1, 5, 4, 3), np.float32) for _ in "GC")
    mixed = np.float64(photograph) @ yiq.T
    mixed[..., 0] = (np.float64(image) @ yiq.T)[..., 0]
    expected = mixed @ np.linalg.inv(yiq).T
    np.testing.assert_allclose(with_colours_of(image, photograph), expected, atol=1e-3)


def test_matched_colours_have_the_others_mean_and_covariance():
    rng = np.random.default_rng(2)
    image = 0.5 + 0.1 * rng.random((1, 9, 7, 3), np.float32)
    to = np.float32([0.3, 0.5, 0.6]) + 0.05 * rng.random((1, 8, 8, 3), np.float32)
    for found, expected in zip(moments(colours_matched(image, to)), moments(to), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-7)


def test_a_picture_matched_to_itself_is_itself():
    painting = load_picture("great_wave", 48)
    np.testing.assert_allclose(colours_matched(painting, painting), painting, atol=1e-4)


def test_a_grey_picture_gets_the_others_mean_and_stays_in_range(picture):
    brick = in_grey(load_picture("brick", 48))
    found = colours_matched(brick, load_picture("flower", 48))
    assert np.isfinite(found).all() and found.min() >= 0 and found.max() <= 1
    back = colours_matched(picture, brick)
    np.testing.assert_allclose(np.ptp(back, axis=3), 0, atol=1e-3)


@pytest.mark.parametrize("function", [with_colours_of, colours_matched])
def test_what_is_no_picture_is_refused(function, picture):
    with pytest.raises(ValueError, match=r"expected \(1, H, W, 3\)"):
        function(picture[0], picture)
    with pytest.raises(ValueError, match=r"expected \[0, 1\]"):
        function(picture, 255 * picture)
    with pytest.raises(TypeError, match="must be an array"):
        function(picture, "sky.jpg")


def test_two_sizes_are_refused_and_one_colour_cannot_be_spread(picture):
    with pytest.raises(ValueError, match="resize_image"):
        with_colours_of(picture[:, :20], picture)
    with pytest.raises(ValueError, match="one colour only"):
        colours_matched(np.full((1, 4, 4, 3), 0.5, np.float32), picture)
    with pytest.raises(ValueError, match=r"expected \(1, H, W, 3\)"):
        in_grey(picture[0])
