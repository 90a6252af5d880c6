"""The channel that tells two kinds of pictures apart, and the pairs of two channels."""

import numpy as np
import pytest

from nst_helpers.blocks import channel_pair, selective_channel

SHAPE = (1, 3, 4, 6)


def block(**means):
    a = np.random.default_rng(0).uniform(0, 0.1, SHAPE)
    for name, mean in means.items():
        a[..., int(name[1:])] += mean
    return a


def test_the_channel_with_the_widest_gap_is_found():
    # c2 rises in only one of the two, c4 in both, c5 is loud but always on.
    present = [block(c2=9.0, c4=3.0, c5=50.0), block(c4=3.0, c5=50.0)]
    absent = [block(c5=50.0), block(c1=2.0, c5=49.0)]
    assert selective_channel(present, absent) == 4


def test_pairs_are_those_of_each_position():
    a = np.random.default_rng(1).normal(size=SHAPE)
    x, y = channel_pair(a, 5, 2)
    expected = [(a[0, i, j, 5], a[0, i, j, 2]) for i in range(3) for j in range(4)]
    np.testing.assert_array_equal(np.stack([x, y], axis=1), expected)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: selective_channel([], [block()]), "0 blocks with"),
        (lambda: selective_channel([block()], [block()[..., :2]]), "same n_C"),
        (lambda: channel_pair(block(), 6, 0), "k is 6, expected 0 to 5"),
        (lambda: channel_pair(block(), 0, -1), "k_prime is -1"),
        (lambda: channel_pair(block()[0], 0, 1), r"shape \(3, 4, 6\)"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
