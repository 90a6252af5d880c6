"""What notebook 02 says of its figures, computed again."""

import numpy as np
import pytest

from nst_helpers import extractor, gram_matrix, load_picture, pearson_matrix, stripes_and_patches
from nst_helpers.blocks import channel_pair, selective_channel

LAYER = "block1_conv2"
TEXTURES = ("smooth", "vertical", "horizontal")
COLOURS = {"grey": (0.5, 0.5, 0.5), "orange": (0.95, 0.55, 0.15), "blue": (0.2, 0.35, 0.8)}


@pytest.fixture(scope="module")
def extract(real_vgg):
    return extractor(real_vgg, [LAYER])


@pytest.fixture(scope="module")
def answers(extract):
    """Mean activations of the nine boards, {(colour, texture): (n_C,)}, and their blocks."""
    wave = 0.3 * np.sign(np.sin(2 * np.pi * (np.arange(96) + 0.5) / 6))
    stripes = np.tile(wave[None, :, None], (96, 1, 1))
    textures = {"smooth": 0 * stripes, "vertical": stripes, "horizontal": stripes.swapaxes(0, 1)}
    return {
        (colour, texture): extract(np.float32(rgb * (1 + change)).clip(0, 1)[None])[LAYER].numpy()
        for colour, rgb in COLOURS.items()
        for texture, change in textures.items()
    }


def found(answers, wanted):
    return selective_channel(
        [a for name, a in answers.items() if wanted in name],
        [a for name, a in answers.items() if wanted not in name],
    )


@pytest.fixture(scope="module")
def channels(answers):
    return found(answers, "vertical"), found(answers, "orange")


def test_each_channel_answers_its_boards_and_no_other(answers, channels):
    for wanted, k in zip(("vertical", "orange"), channels, strict=True):
        means = {name: float(a[..., k].mean()) for name, a in answers.items()}
        weakest = min(value for name, value in means.items() if wanted in name)
        strongest = max(value for name, value in means.items() if wanted not in name)
        assert weakest > 20 * strongest


def test_another_orange_channel_is_louder_and_more_disturbed_by_stripes(answers, channels):
    """45 is the one that notebook 01 finds."""
    loud, even = (
        np.array([answers["orange", texture][..., k].mean() for texture in TEXTURES])
        for k in (45, channels[1])
    )
    assert channels[1] != 45 and min(loud) > max(even)
    assert np.ptp(loud) / max(loud) > 2 * np.ptp(even) / max(even)


def test_the_wave_is_less_orange_than_the_dahlia_and_most_so_in_its_boats(extract, channels):
    dahlia, wave = (
        extract(load_picture(name, 192))[LAYER].numpy()[0, :, :, channels[1]]
        for name in ("flower", "great_wave")
    )
    assert wave.max() < 0.6 * dahlia.max()
    sky = wave[15:60, 130:]
    assert np.argmax(wave.max(axis=1)) > 80  # the row of the boats
    assert 0.3 < np.median(sky) / wave.max() < 0.8
    assert np.median(dahlia[:25, :60]) < 0.1 * np.median(dahlia[40:100, 60:125])


def test_the_two_go_together_in_the_dahlia_and_not_in_the_wave(extract, channels):
    blocks = [extract(load_picture(name, 192))[LAYER] for name in ("flower", "great_wave")]
    clouds = [channel_pair(block.numpy(), *channels) for block in blocks]
    line = max(y.max() for _, y in clouds) / 10
    dahlia, wave = (
        (np.mean(y > line), np.mean((y > line)[x > np.quantile(x, 0.9)])) for x, y in clouds
    )
    assert dahlia[1] > 0.9 > 2 * dahlia[0]  # nearly all textured positions are orange
    assert 0.4 < wave[1] < wave[0] - 0.1  # rarer than elsewhere, and yet nearly half
    r = [float(pearson_matrix(block)[channels]) for block in blocks]
    assert 0.2 < r[0] < 0.6
    assert -0.3 < r[1] < -0.05


def test_pearson_climbs_through_zero_and_the_sum_is_far_from_it(extract, channels):
    blocks = [extract(stripes_and_patches(s, size=192))[LAYER] for s in (0.0, 0.5, 1.0)]
    r = [float(pearson_matrix(block)[channels]) for block in blocks]
    assert r[0] == pytest.approx(-0.5, abs=0.1)
    assert r[1] == pytest.approx(0, abs=0.1)
    assert r[2] == pytest.approx(0.7, abs=0.1)
    sums = [float(gram_matrix(block)[channels]) for block in blocks]
    assert 0 < sums[0] < 0.2 * sums[2]
    assert sums[1] == pytest.approx(sums[2] / 2, rel=0.2)


def test_the_two_busiest_channels_of_the_wave_rise_together(extract):
    a = extract(load_picture("great_wave", 192))[LAYER].numpy()
    yellow, red = np.argsort(a.mean(axis=(0, 1, 2)))[-2:]
    x, y = channel_pair(a, red, yellow)
    assert np.corrcoef(x, y)[0, 1] > 0.2
    near = y[np.abs(x - 400) < 10]
    assert near.min() < 20
    assert near.max() > 900
