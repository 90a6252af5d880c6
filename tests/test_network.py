"""The prepared network against Keras' own, and the fast convolution against plain loops."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from nst_helpers import (
    CONTENT_LAYER,
    PICTURES,
    STYLE_LAYERS,
    activation_gradient,
    channel_peaks,
    cut_patch,
    device,
    extractor,
    load_picture,
    load_vgg,
    preprocess,
    receptive_field,
)
from nst_helpers.network.vgg import prepare_for_transfer
from nst_helpers.network.winograd import TILE, winograd_convolution, winograd_maps

DEEPEST = "block5_conv1"


def noise(height, width, seed=0):
    return np.random.default_rng(seed).random((1, height, width, 3), dtype=np.float32)


def outcome_and_gradient(network, image):
    """Activations, and the gradient of a fixed random combination of them."""
    x = tf.constant(image)
    with tf.GradientTape() as tape:
        tape.watch(x)
        a = network(preprocess(x))
        weights = np.random.default_rng(5).normal(size=a.shape).astype(np.float32)
        combined = tf.reduce_sum(a * weights)
    return a.numpy(), tape.gradient(combined, x).numpy()


def relative(found, expected):
    return np.abs(found - expected).max() / np.abs(expected).max()


# The prepared network


@pytest.mark.parametrize("size", [(32, 32), (48, 64), (33, 47), (50, 35)])
@pytest.mark.parametrize("fast", [True, False])
def test_with_zeros_and_maxima_it_is_keras_own(real_vgg, size, fast):
    own = keras.Model(real_vgg.input, real_vgg.get_layer(DEEPEST).output)
    ours = prepare_for_transfer(real_vgg, DEEPEST, padding="zero", pooling="max", fast=fast)
    image = noise(*size)
    for found, expected in zip(
        outcome_and_gradient(ours, image), outcome_and_gradient(own, image), strict=True
    ):
        assert found.shape == expected.shape
        assert relative(found, expected) < 1e-4


@pytest.mark.parametrize("size", [(32, 40), (37, 51)])
def test_the_fast_form_is_the_slow_form_with_edges_and_means_too(real_vgg, size):
    fast, slow = (prepare_for_transfer(real_vgg, DEEPEST, fast=fast) for fast in (True, False))
    image = noise(*size)
    for found, expected in zip(
        outcome_and_gradient(fast, image), outcome_and_gradient(slow, image), strict=True
    ):
        assert relative(found, expected) < 1e-4


def convolve_loops(x, kernel):
    """A valid convolution, written out."""
    height, width = x.shape[0] - 2, x.shape[1] - 2
    y = np.zeros((height, width, kernel.shape[3]))
    for i in range(height):
        for j in range(width):
            y[i, j] = np.einsum("abc,abcd->d", x[i : i + 3, j : j + 3], kernel)
    return y


def test_edge_padding_is_numpys_pad_and_a_valid_convolution(vgg):
    network = prepare_for_transfer(vgg, "block1_conv1", fast=False)
    image = noise(8, 11)
    kernel, bias = vgg.get_layer("block1_conv1").get_weights()
    x = preprocess(image).numpy()[0]
    expected = np.maximum(convolve_loops(border(x, True), kernel) + bias, 0)
    np.testing.assert_allclose(network(x[None])[0], expected, rtol=1e-4, atol=1e-2)


def test_an_even_picture_gives_even_activations_with_edges_but_not_with_zeros(real_vgg):
    """Zeros are a frame that the picture does not have."""
    image = np.full((1, 40, 40, 3), 0.8, np.float32)
    spread = {}
    for padding in ("edge", "zero"):
        network = prepare_for_transfer(real_vgg, "block4_conv1", padding=padding)
        a = network(preprocess(image)).numpy()
        spread[padding] = np.abs(a - a[:, 2:3, 2:3]).max() / a.max()
    assert spread["edge"] < 1e-3 < 0.1 < spread["zero"]


def test_average_pooling_is_the_mean_of_four(vgg):
    before = prepare_for_transfer(vgg, "block1_conv2")(preprocess(noise(32, 32)))
    after = prepare_for_transfer(vgg, "block1_pool")(preprocess(noise(32, 32)))
    a = before.numpy()[0].reshape(16, 2, 16, 2, -1)
    np.testing.assert_allclose(after[0], a.mean(axis=(1, 3)), rtol=1e-5, atol=1e-4)


def test_preparing_leaves_the_network_alone(vgg):
    image = preprocess(noise(32, 32))
    before = vgg(image).numpy()
    prepared = prepare_for_transfer(vgg, DEEPEST)
    np.testing.assert_array_equal(vgg(image), before)
    assert not any(weight.trainable for weight in prepared.weights)
    assert prepared.layers[-1].name == DEEPEST


# The fast convolution


def test_winograd_maps_are_exact_in_one_dimension():
    B, G, A = winograd_maps()
    rng = np.random.default_rng(0)
    d, g = rng.normal(size=TILE + 2), rng.normal(size=3)
    direct = [d[n : n + 3] @ g for n in range(TILE)]
    np.testing.assert_allclose(A @ ((G @ g) * (B @ d)), direct, rtol=1e-10)


def border(x, edge):
    return np.pad(x, ((1, 1), (1, 1), (0, 0)), "symmetric" if edge else "constant")


SIDE = st.integers(1, 13)


@given(SIDE, SIDE, st.integers(1, 5), st.integers(1, 5), st.booleans(), st.integers(0, 99))
@settings(max_examples=25)
def test_winograd_is_the_direct_convolution(height, width, c_in, c_out, edge, seed):
    rng = np.random.default_rng(seed)
    kernel = rng.normal(size=(3, 3, c_in, c_out)).astype(np.float32)
    x = rng.normal(size=(1, height, width, c_in)).astype(np.float32)
    found = winograd_convolution(kernel, edge)(tf.constant(x))
    assert found.shape == (1, height, width, c_out)
    expected = convolve_loops(border(x[0], edge), kernel)
    np.testing.assert_allclose(found[0], expected, rtol=1e-3, atol=1e-3)


@given(SIDE, SIDE, st.booleans(), st.integers(0, 99))
@settings(max_examples=25)
def test_winograds_gradient_is_tensorflows(height, width, edge, seed):
    rng = np.random.default_rng(seed)
    kernel = rng.normal(size=(3, 3, 4, 3)).astype(np.float32)
    x = tf.constant(rng.normal(size=(1, height, width, 4)).astype(np.float32))
    upstream = rng.normal(size=(1, height, width, 3)).astype(np.float32)

    def plain(x):
        padded = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], "SYMMETRIC" if edge else "CONSTANT")
        return tf.nn.conv2d(padded, kernel, 1, "VALID")

    gradients = []
    for convolve in (winograd_convolution(kernel, edge), plain):
        with tf.GradientTape() as tape:
            tape.watch(x)
            J = tf.reduce_sum(convolve(x) * upstream)
        gradients.append(tape.gradient(J, x))
    assert relative(*(gradient.numpy() for gradient in gradients)) < 1e-4


# The extractor


def test_the_extractor_gives_what_the_layers_give(vgg):
    image = noise(40, 56)
    layers = ["block3_conv2", "block1_conv1", CONTENT_LAYER]
    blocks = extractor(vgg, layers)(image)
    assert sorted(blocks) == sorted(layers)
    for layer in layers:
        alone = keras.Model(vgg.input, vgg.get_layer(layer).output)(preprocess(image))
        np.testing.assert_allclose(blocks[layer], alone, rtol=1e-5, atol=1e-4)
        assert blocks[layer].shape[0] == 1


def test_the_extractor_is_cut_at_the_deepest_layer():
    """What lies behind the cut may be broken: it is never computed."""
    vgg = load_vgg("vgg16", weights=None)
    image = noise(32, 32)
    before = extractor(vgg, ["block2_conv2"])(image)["block2_conv2"].numpy()
    later = vgg.get_layer("block3_conv1")
    later.set_weights([np.full(w.shape, np.nan) for w in later.get_weights()])
    extract = extractor(vgg, ["block2_conv2", "block1_conv2"])
    cut = next(
        c.cell_contents for c in extract.__closure__ if isinstance(c.cell_contents, keras.Model)
    )
    assert cut.layers[-1].name == "block2_conv2"
    np.testing.assert_array_equal(extract(image)["block2_conv2"], before)


def test_the_default_layers_are_the_lectures():
    names = {"1": 64, "2": 128, "3": 256, "4": 512, "5": 512}
    assert tuple(f"block{n}_conv1" for n in names) == STYLE_LAYERS
    assert CONTENT_LAYER == "block4_conv2"
    vgg = load_vgg("vgg19", weights=None)
    blocks = extractor(vgg, [*STYLE_LAYERS, CONTENT_LAYER])(noise(32, 48))
    for n, channels in names.items():
        side = 2 ** (int(n) - 1)
        assert blocks[f"block{n}_conv1"].shape == (1, 32 // side, 48 // side, channels)
    assert len([la for la in vgg.layers if isinstance(la, keras.layers.Conv2D)]) == 16


@pytest.mark.parametrize(
    "layer", ["block1_conv1", "block1_conv2", "block2_conv1", "block3_conv1", "block4_conv1"]
)
def test_the_receptive_field_is_where_the_gradient_reaches(layer):
    """With all weights positive, every pixel in the field has a gradient, and no other."""
    vgg = load_vgg("vgg16", weights=None)
    for conv in vgg.layers:
        if isinstance(conv, keras.layers.Conv2D):
            conv.set_weights([np.full(conv.kernel.shape, 0.01), np.full(conv.bias.shape, 99.0)])
    image = noise(128, 128)
    field = receptive_field(vgg, layer)
    # Averages in the place of maxima: a maximum passes the gradient to one pixel of four.
    network = prepare_for_transfer(vgg, layer, pooling="average", fast=False)
    i = j = 64 // field.stride
    top, left, bottom, right = field.box(i, j)
    assert 0 < top < bottom < 128
    x = tf.constant(image)
    with tf.GradientTape() as tape:
        tape.watch(x)
        activation = network(preprocess(x))[0, i, j, 0]
    reached = np.abs(tape.gradient(activation, x).numpy()[0]).sum(axis=-1) > 0
    assert np.flatnonzero(reached.any(axis=1))[[0, -1]].tolist() == [top, bottom - 1]
    assert np.flatnonzero(reached.any(axis=0))[[0, -1]].tolist() == [left, right - 1]


@pytest.mark.parametrize(
    ("layer", "expected"),
    # VGG16: 3, 5, pool 6; 10, 14, pool 16; 24, 32, 40, pool 44; then 60.
    [("block1_conv1", (3, 1)), ("block2_conv2", (14, 2)), ("block4_conv1", (60, 8))],
)
def test_receptive_fields_worked_out_on_paper(vgg, layer, expected):
    assert tuple(receptive_field(vgg, layer)) == expected


def test_the_gradient_of_an_activation_by_finite_differences(real_vgg):
    image = load_picture("flower", 40)
    extract = extractor(real_vgg, ["block2_conv1"])
    a = extract(image)["block2_conv1"].numpy()[0]
    i, j, channel = (int(n) for n in np.unravel_index(a.argmax(), a.shape))
    gradient = activation_gradient(extract, image, "block2_conv1", channel, i, j)
    assert gradient.shape == image.shape
    direction = np.sign(gradient) * 1e-3
    image = np.clip(image, 0.002, 0.998)
    high, low = (
        float(extract(image + s * direction)["block2_conv1"][0, i, j, channel]) for s in (1, -1)
    )
    gradient = activation_gradient(extract, image, "block2_conv1", channel, i, j)
    assert (high - low) / 2 == pytest.approx(float((gradient * direction).sum()), rel=0.02)


def test_channel_peaks_are_the_largest_activations():
    rng = np.random.default_rng(0)
    blocks = {name: rng.random((1, 4, 6, 3)).astype(np.float32) for name in "abcd"}
    blocks["c"][0, 3, 5, 1] = 9
    peaks = channel_peaks(blocks, 1, count=3)
    assert len(peaks) == 3
    assert peaks[0] == ("c", 3, 5, 9.0)
    assert [p.activation for p in peaks] == sorted((p.activation for p in peaks), reverse=True)
    for peak in peaks:
        assert peak.activation == blocks[peak.picture][..., 1].max()


def test_a_patch_is_cut_and_white_outside(picture):
    np.testing.assert_array_equal(cut_patch(picture, (3, 4, 8, 10)), picture[:, 3:8, 4:10])
    patch = cut_patch(picture, (-2, -3, 4, 5))
    assert patch.shape == (1, 6, 8, 3)
    np.testing.assert_array_equal(patch[:, 2:, 3:], picture[:, :4, :5])
    assert (patch[:, :2] == 1).all()
    assert (patch[:, :, :3] == 1).all()
    np.testing.assert_array_equal(
        cut_patch(picture, (38, 46, 42, 50))[:, :2, :2], picture[:, 38:, 46:]
    )


# Preprocessing, device, weights


def test_preprocess_is_keras_own():
    image = noise(6, 5)
    for application in (keras.applications.vgg19, keras.applications.vgg16):
        expected = application.preprocess_input(image * 255)
        np.testing.assert_allclose(preprocess(image), expected, atol=1e-4)


def test_device_is_told_in_one_line():
    here = device()
    assert "\n" not in str(here)
    assert here.name in str(here)
    assert f"{here.size} px" in str(here)
    assert f"{here.steps} steps" in str(here)
    assert here.size >= 128
    assert here.steps >= 20


def test_a_gpu_gets_more(monkeypatch):
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: ["GPU:0"])
    monkeypatch.setattr(
        tf.config.experimental, "get_device_details", lambda gpu: {"device_name": "Tesla T4"}
    )
    here = device()
    assert "Tesla T4" in str(here)
    assert here.size > 256


def test_random_weights_are_seeded():
    first, again, other = (
        load_vgg("vgg16", weights=None, seed=seed).get_layer("block3_conv2").get_weights()[0]
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_bundled_network_knows_pictures_apart(real_vgg):
    """Real features: two photographs of the same thing agree more than two of different things."""
    extract = extractor(real_vgg, ["block5_conv3"])

    def look(image):
        a = extract(image)["block5_conv3"].numpy().mean(axis=(1, 2)).ravel()
        return a / np.linalg.norm(a)

    images = {name: load_picture(name, 96) for name in PICTURES}
    features = {name: look(image) for name, image in images.items()}
    for name, image in images.items():
        mirrored = look(image[:, :, ::-1])
        nearest = max(features, key=lambda other: float(features[other] @ mirrored))
        assert nearest == name


def test_the_network_is_frozen(real_vgg):
    assert not real_vgg.trainable_weights
    assert len(real_vgg.weights) == 2 * 13


@pytest.mark.parametrize("fast", [True, False])
def test_a_prepared_network_keeps_its_weights_when_vgg_gets_others(fast):
    vgg = load_vgg("vgg16", weights=None)
    network = prepare_for_transfer(vgg, "block3_conv1", fast=fast)
    image = np.random.default_rng(0).random((1, 20, 28, 3), dtype=np.float32)
    before = network(image).numpy()
    for layer in vgg.layers:
        layer.set_weights([w + 1 for w in layer.get_weights()])
    np.testing.assert_array_equal(network(image).numpy(), before)
