"""The numbers on which the sentences of notebook 01 stand, computed anew with the bundled VGG16."""

import numpy as np
import pytest

from nst_helpers import (
    PICTURES,
    STYLE_LAYERS,
    activation_gradient,
    channel_peaks,
    extractor,
    load_picture,
    load_vgg,
    preprocess,
    receptive_field,
)

EARLY, MIDDLE, LATE = "block1_conv2", "block3_conv1", "block5_conv1"


@pytest.fixture(scope="module")
def vgg():
    return load_vgg("vgg16")


@pytest.fixture(scope="module")
def extract(vgg):
    return extractor(vgg, [EARLY, MIDDLE, LATE])


@pytest.fixture(scope="module")
def blocks(extract):
    """All pictures of the series, as in section 7."""
    return {name: extract(load_picture(name)) for name in PICTURES}


def highest(blocks, layer):
    return np.stack([block[layer].numpy().max(axis=(0, 1, 2)) for block in blocks.values()])


def found(extract, blocks, layer, test_picture):
    """Return the channel that a test picture finds, and the lead over the second in its size."""
    answer = extract(test_picture)[layer].numpy().mean(axis=(0, 1, 2))
    above = answer - highest(blocks, layer).mean(axis=0)
    second, first = np.sort(above)[-2:]
    return int(np.argmax(above)), second / first


def peaks(blocks, layer, channel):
    return channel_peaks({name: a[layer] for name, a in blocks.items()}, channel, 5)


def test_what_enters_is_no_picture():
    """Section 3: numbers below 0 and far above 1."""
    entering = preprocess(load_picture("astronaut")).numpy()
    assert entering.min() < -100 and entering.max() > 100


def test_how_large_a_large_activation_is(blocks):
    """Section 5: 3,000 is strong in conv1_2 and conv3_1, and never reached in conv5_1."""
    a = blocks["summer_palace"]
    for layer in (EARLY, MIDDLE):
        assert 0 < np.mean(a[layer] > 3000) < 0.001
    assert np.max(a[LATE]) < 200
    assert np.median(a[LATE]) == 0
    assert 0 < np.mean(a[LATE] > 100) < 0.005


def test_how_far_an_activation_sees(vgg):
    """Section 6, for VGG16 and, with random weights, for VGG19."""
    sizes = [receptive_field(vgg, layer).size for layer in STYLE_LAYERS]
    assert sizes == [3, 10, 24, 60, 132]
    vgg19 = load_vgg("vgg19", weights=None)
    sizes = [receptive_field(vgg19, layer).size for layer in STYLE_LAYERS]
    assert sizes == [3, 10, 24, 68, 156]
    steps = [receptive_field(vgg, layer).size for layer in ("block1_conv2", "block1_pool")]
    assert steps == [5, 6], "3, 5, 6, 10: the sum by hand"


def test_the_orange_channel(vgg, extract, blocks):
    """Section 7: found clearly; its five patches come from five pictures and are warm."""
    orange = np.full((1, 64, 64, 3), [0.95, 0.55, 0.15], np.float32)
    channel, second = found(extract, blocks, EARLY, orange)
    assert second < 0.8
    look = extractor(vgg, [EARLY])
    for peak in peaks(blocks, EARLY, channel):
        image = load_picture(peak.picture)
        red, green, blue = image[0, peak.i - 1 : peak.i + 2, peak.j - 1 : peak.j + 2].mean((0, 1))
        assert red > green > blue
        gradient = activation_gradient(look, image, EARLY, channel, peak.i, peak.j)
        red, _, blue = gradient.sum(axis=(0, 1, 2))
        assert red > 0 > blue, "more red and less blue"


def test_the_vertical_channel(vgg, extract, blocks):
    """Section 7: found clearly; its gradients have an upright dark stroke."""
    stripes = np.zeros((1, 64, 64, 3), np.float32)
    stripes[:, :, np.arange(64) % 6 < 3] = 1
    channel, second = found(extract, blocks, MIDDLE, stripes)
    assert second < 0.8
    look, field = extractor(vgg, [MIDDLE]), receptive_field(vgg, MIDDLE)
    for peak in peaks(blocks, MIDDLE, channel):
        assert peak.activation > 2500
        image = load_picture(peak.picture)
        gradient = activation_gradient(look, image, MIDDLE, channel, peak.i, peak.j)[0].sum(axis=2)
        across, down = gradient.sum(axis=0), gradient.sum(axis=1)
        _, left, _, right = field.box(peak.i, peak.j)
        assert np.ptp(across) > 1.5 * np.ptp(down)
        assert abs(np.argmin(across) - (left + right) / 2) <= 2, "the dark stroke in the middle"
        assert across.max() > 0.5 * -across.min(), "something bright beside it"


def test_the_face_channel(vgg, blocks):
    """Section 7: two faces, the astronaut's far above the cat's, that above all other pictures."""
    tops = dict(zip(blocks, highest(blocks, LATE), strict=True))
    both = np.minimum(tops.pop("cat_chelsea"), tops.pop("astronaut"))
    channel = int(np.argmax(both - np.max(list(tops.values()), axis=0)))
    first, second, third, *_ = peaks(blocks, LATE, channel)
    assert (first.picture, second.picture) == ("astronaut", "cat_chelsea")
    assert first.activation > 3 * second.activation
    assert 1.3 < second.activation / third.activation < 1.6, "not far above"
    assert first.activation > 0.9 * 350 and 60 < third.activation < 90
    look, sizes = extractor(vgg, [LATE]), []
    for peak in peaks(blocks, LATE, channel):
        gradient = activation_gradient(
            look, load_picture(peak.picture), LATE, channel, peak.i, peak.j
        )
        sizes.append(np.abs(gradient).max())
    assert max(sizes) < 2 * min(sizes), "a gradient is no smaller where the activation is"
    assert np.argmax(sizes) == 2, "the discs' is the strongest"
