"""The prepared network against Keras' own, and the fast convolution against plain loops."""

import json
import os
import subprocess
import sys

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
    StyleTransfer,
    activation_gradient,
    channel_peaks,
    cut_patch,
    device,
    extractor,
    for_styles,
    load_picture,
    load_vgg,
    preprocess,
    receptive_field,
)
from nst_helpers.network import styles
from nst_helpers.network.winograd import TILE, transformed, winograd_convolution, winograd_maps

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


def cut(network, layer):
    return keras.Model(network.input, network.get_layer(layer).output)


@pytest.fixture(scope="module")
def plain_vgg(real_vgg):
    """Keras' own VGG16 with the bundled weights."""
    plain = keras.applications.VGG16(include_top=False, weights=None)
    for layer in real_vgg.layers[1:]:
        plain.get_layer(layer.name).set_weights(layer.get_weights())
    return plain


@pytest.fixture(params=["fast", "as on a GPU"])
def way(request, monkeypatch):
    """Let networks be made for a CPU, or for a GPU."""
    gpus = [] if request.param == "fast" else ["GPU:0"]
    monkeypatch.setattr(styles, "visible_gpus", lambda: gpus)
    return request.param


@pytest.mark.parametrize("size", [(32, 32), (48, 64), (33, 47), (50, 35)])
def test_with_zeros_and_maxima_it_is_keras_own(plain_vgg, size, way):
    ours = for_styles(plain_vgg, border="zero", pooling="max")
    assert [layer.name for layer in ours.layers[1:]] == [la.name for la in plain_vgg.layers[1:]]
    image = noise(*size)
    for found, expected in zip(
        outcome_and_gradient(cut(ours, DEEPEST), image),
        outcome_and_gradient(cut(plain_vgg, DEEPEST), image),
        strict=True,
    ):
        assert found.shape == expected.shape
        assert relative(found, expected) < 1e-4


@pytest.mark.parametrize("name", ["vgg16", "vgg19"])
def test_published_on_request(name):
    network = load_vgg(name, weights=None, border="zero", pooling="max")
    build = keras.applications.VGG16 if name == "vgg16" else keras.applications.VGG19
    plain = build(include_top=False, weights=None)
    plain.set_weights(network.get_weights())
    image = preprocess(noise(32, 48))
    assert network(image).shape == (1, 1, 1, 512)
    assert relative(network(image).numpy(), plain(image).numpy()) < 1e-4


@pytest.mark.parametrize("size", [(32, 40), (37, 51)])
def test_the_fast_form_is_the_slow_form_with_edges_and_means_too(real_vgg, size, monkeypatch):
    monkeypatch.setattr(styles, "visible_gpus", lambda: ["GPU:0"])
    slow = for_styles(real_vgg)
    image = noise(*size)
    for found, expected in zip(
        outcome_and_gradient(cut(real_vgg, DEEPEST), image),
        outcome_and_gradient(cut(slow, DEEPEST), image),
        strict=True,
    ):
        assert relative(found, expected) < 1e-4


@pytest.mark.parametrize("count", [1, 3])
def test_several_pictures_at_once(vgg, count):
    images = preprocess(np.concatenate([noise(32, 40, seed) for seed in range(count)]))
    one_by_one = np.concatenate([vgg(image[None]) for image in images])
    assert relative(vgg(images).numpy(), one_by_one) < 1e-4
    assert relative(vgg.predict(images, verbose=0), one_by_one) < 1e-4


def convolve_loops(x, kernel):
    """A valid convolution, written out."""
    height, width = x.shape[0] - 2, x.shape[1] - 2
    y = np.zeros((height, width, kernel.shape[3]))
    for i in range(height):
        for j in range(width):
            y[i, j] = np.einsum("abc,abcd->d", x[i : i + 3, j : j + 3], kernel)
    return y


def test_the_edge_is_numpys_pad_and_a_valid_convolution(vgg):
    network = cut(vgg, "block1_conv1")
    image = noise(8, 11)
    kernel, bias = vgg.get_layer("block1_conv1").get_weights()
    x = preprocess(image).numpy()[0]
    expected = np.maximum(convolve_loops(border(x, True), kernel) + bias, 0)
    np.testing.assert_allclose(network(x[None])[0], expected, rtol=1e-4, atol=1e-2)


def test_an_even_picture_gives_even_activations_with_edges_but_not_with_zeros(real_vgg):
    """Zeros are a frame that the picture does not have."""
    image = np.full((1, 40, 40, 3), 0.8, np.float32)
    spread = {}
    for name in ("edge", "zero"):
        network = cut(for_styles(real_vgg, border=name), "block4_conv1")
        a = network(preprocess(image)).numpy()
        spread[name] = np.abs(a - a[:, 2:3, 2:3]).max() / a.max()
    assert spread["edge"] < 1e-3 < 0.1 < spread["zero"]


def test_average_pooling_is_the_mean_of_four(vgg):
    before = cut(vgg, "block1_conv2")(preprocess(noise(32, 32)))
    after = cut(vgg, "block1_pool")(preprocess(noise(32, 32)))
    a = before.numpy()[0].reshape(16, 2, 16, 2, -1)
    np.testing.assert_allclose(after[0], a.mean(axis=(1, 3)), rtol=1e-5, atol=1e-4)


def test_making_one_leaves_the_network_alone(plain_vgg, way):
    image = preprocess(noise(32, 32))
    before = plain_vgg(image).numpy()
    made = for_styles(plain_vgg)
    after = made(image).numpy()
    assert not made.trainable_weights
    weights = plain_vgg.get_weights()
    plain_vgg.set_weights([weight + 1 for weight in weights])
    np.testing.assert_array_equal(made(image), after)
    plain_vgg.set_weights(weights)
    np.testing.assert_array_equal(plain_vgg(image), before)


NEW_WEIGHTS = {
    "a layer's": lambda network, layer, new, _: layer.set_weights(new),
    "the model's": lambda network, layer, new, _: network.set_weights(
        [w for one in network.layers[1:] for w in (new if one is layer else one.get_weights())]
    ),
    "a kernel": lambda network, layer, new, _: [
        weight.assign(value) for weight, value in zip(layer.weights, new)
    ],
    "from a file": lambda network, layer, new, path: (
        layer.set_weights(new),
        network.save_weights(path),
        layer.set_weights([0 * weight for weight in new]),
        network.load_weights(path),
    ),
    "in a graph": lambda network, layer, new, _: tf.function(
        lambda: [weight.assign(value) for weight, value in zip(layer.weights, new)] and None
    )(),
}


@pytest.mark.parametrize("given", NEW_WEIGHTS)
def test_new_weights_are_followed_after_the_first_use(way, given, tmp_path):
    network = load_vgg("vgg16", weights=None)
    extract = tf.function(extractor(network, ["block3_conv1"]))
    image = tf.constant(noise(32, 32))
    before = extract(image)["block3_conv1"]
    layer = network.get_layer("block3_conv1")
    new = [2 * weight for weight in layer.get_weights()]
    NEW_WEIGHTS[given](network, layer, new, tmp_path / "new.weights.h5")
    assert relative(extract(image)["block3_conv1"].numpy(), 2 * before.numpy()) < 1e-4


def test_a_kernel_that_nobody_uses_is_not_transformed(monkeypatch):
    shapes = []
    monkeypatch.setattr(
        styles, "transformed", lambda kernel: shapes.append(kernel.shape) or transformed(kernel)
    )
    network = load_vgg("vgg16", weights=None)
    extract = extractor(network, ["block3_conv1"])
    assert shapes == []
    extract(noise(32, 32)), extract(noise(40, 32))
    assert shapes == [(3, 3, 64, 128), (3, 3, 128, 128), (3, 3, 128, 256)]


def test_it_is_a_keras_model_like_others(vgg, tmp_path):
    image = preprocess(noise(32, 32))
    plain = keras.applications.VGG16(include_top=False, weights=None)
    assert vgg.count_params() == plain.count_params()
    assert sum(isinstance(layer, keras.layers.Conv2D) for layer in vgg.layers) == 13
    copy = keras.models.clone_model(vgg)
    copy.set_weights(vgg.get_weights())
    vgg.save(tmp_path / "mine.keras")
    for other in (copy, keras.models.load_model(tmp_path / "mine.keras"), for_styles(vgg)):
        np.testing.assert_allclose(other(image), vgg(image), rtol=1e-5)


# Networks of other kinds


def with_batch_norm():
    x = image = keras.Input((None, None, 3))
    for channels in (8, 16):
        x = keras.layers.Conv2D(channels, 3, padding="same", activation="relu")(x)
        x = keras.layers.BatchNormalization(name=f"norm{channels}")(x)
    return keras.Model(image, x, name="vgg_bn")


def chain(*layers, size=None):
    x = image = keras.Input((size, size, 3))
    for layer in layers:
        x = layer(x)
    return keras.Model(image, x, name="mine")


def conv(channels=3, size=3, **options):
    options = {"padding": "same", "activation": "relu"} | options
    return keras.layers.Conv2D(channels, size, **options)


def twice():
    layer = conv(name="again")
    return chain(layer, layer)


def split():
    image = keras.Input((None, None, 3))
    first = conv(name="first")(image)
    return keras.Model(image, [conv(name="left")(first), conv(name="right")(first)], name="mine")


class ByCode(keras.Model):
    def __init__(self):
        super().__init__()
        self.first = conv()

    def call(self, x):
        return self.first(x)


class Shifted(keras.layers.Conv2D):
    def call(self, x):
        return super().call(x) + 1


OTHERS = {
    "BatchNorm": (with_batch_norm, "its layer norm8 is a BatchNormalization"),
    "MobileNet": (
        lambda: keras.applications.MobileNetV2((64, 64, 3), include_top=False, weights=None),
        "its layer Conv1 is a Conv2D of another kind",
    ),
    "ResNet": (
        lambda: keras.applications.ResNet50(include_top=False, weights=None),
        "its layer conv1_pad is a ZeroPadding2D",
    ),
    "classifier": (
        lambda: keras.applications.VGG16(weights=None),
        "its layer flatten is a Flatten",
    ),
    "Sequential around it": (
        lambda: keras.Sequential([load_vgg("vgg16", weights=None)]),
        r"give vgg\.get_layer\('vgg16'\) instead",
    ),
    "Sequential": (
        lambda: keras.Sequential([keras.Input((None, None, 3)), conv()]),
        r"give keras\.Model\(vgg\.inputs, vgg\.outputs\) instead",
    ),
    "stride 2": (lambda: chain(conv(strides=2, name="wide")), "its layer wide is a Conv2D"),
    "5×5": (lambda: chain(conv(size=5, name="large")), "its layer large is a Conv2D"),
    "valid": (lambda: chain(conv(padding="valid", name="less")), "its layer less is a Conv2D"),
    "holes": (lambda: chain(conv(dilation_rate=2, name="holes")), "its layer holes is a Conv2D"),
    "groups": (lambda: chain(conv(groups=3, name="apart")), "its layer apart is a Conv2D"),
    "linear": (lambda: chain(conv(activation=None, name="line")), "its layer line is a Conv2D"),
    "no bias": (lambda: chain(conv(use_bias=False, name="bare")), "its layer bare is a Conv2D"),
    "own class": (
        lambda: chain(Shifted(3, 3, padding="same", activation="relu", name="own")),
        "its layer own is a Shifted of another kind",
    ),
    "3×3 pooling": (
        lambda: chain(conv(), keras.layers.MaxPooling2D(3, name="pool3")),
        "its layer pool3 is a MaxPooling2D",
    ),
    "twice": (twice, "its layer again does not follow"),
    "split": (split, "its layer right does not follow left alone"),
    "by code": (ByCode, "its layers are joined by code of its own"),
    "grey": (
        lambda: keras.applications.VGG16(
            input_shape=(None, None, 1), include_top=False, weights=None
        ),
        r"its pictures are \(None, None, None, 1\)",
    ),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_another_network_is_refused_in_a_sentence(kind, content, style):
    make, message = OTHERS[kind]
    network = make()
    uses = (
        for_styles,
        lambda network: StyleTransfer(content, style, network),
        lambda network: receptive_field(network, network.layers[-1].name),
        lambda network: extractor(network, [network.layers[-1].name]),
    )
    for use in uses:
        with pytest.raises(ValueError, match=message) as refusal:
            use(network)
        assert "is not like VGG without its classifier" in str(refusal.value)
        assert "\n" not in str(refusal.value)


def test_a_network_of_fixed_size_is_taken_by_for_styles_alone(content, style):
    fixed = chain(conv(4, name="one"), keras.layers.MaxPooling2D(), conv(6, name="two"), size=64)
    with pytest.raises(ValueError, match=r"takes pictures \(None, 64, 64, 3\).+for_styles\(vgg\)"):
        StyleTransfer(content, style, fixed, content_layer="two", lambdas={"one": 1})
    made = for_styles(fixed, border="zero", pooling="max")
    image = noise(64, 64)
    assert relative(made(image).numpy(), fixed(image).numpy()) < 1e-5
    transfer = StyleTransfer(content, style, made, content_layer="two", lambdas={"one": 1})
    assert transfer.run(2, progress=False)[0].shape == content.shape


# The reader's settings of Keras

SETTINGS = """
import keras, numpy as np
from nst_helpers import StyleTransfer, extractor, for_styles, load_picture, load_vgg
from nst_helpers.network import styles

def settle():
    {setting}

def numbers(vgg):
    content, style = load_picture("flower", 48), load_picture("great_wave", 48)
    transfer = StyleTransfer(content, style, vgg, levels=1)
    costs, gradient = transfer.cost_and_gradient(content)
    _, history = transfer.run(2, progress=False)
    a = extractor(vgg, ["block5_conv1"])(content)["block5_conv1"]
    weights = {{str(w.dtype) for w in vgg.weights}}
    assert weights == {{"float32"}} and str(a.dtype) == "<dtype: 'float32'>", (weights, a.dtype)
    return [costs["J"], *costs["J_style_layer"].values(), np.abs(gradient).sum(),
            *history["J"][:1], a.numpy().sum()]

before = load_vgg("vgg16")
expected = numbers(load_vgg("vgg16")) if {compare} else None
settle()
after = load_vgg("vgg16")
on_gpu = lambda: ["GPU:0"]
styles.visible_gpus, here = on_gpu, styles.visible_gpus
slow = load_vgg("vgg16")
styles.visible_gpus = here
found = [numbers(vgg) for vgg in (before, after, slow, for_styles(after))]
for other in found:
    np.testing.assert_allclose(other, expected or found[0], rtol=1e-4)
print("J", found[0][0])
"""


def told(setting, compare=True, **environment):
    done = subprocess.run(
        [sys.executable, "-c", SETTINGS.format(setting=setting, compare=compare)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return float(done.stdout.split("J ")[-1])


@pytest.mark.parametrize(
    "setting",
    [
        'keras.config.set_image_data_format("channels_first")',
        'keras.mixed_precision.set_global_policy("mixed_float16")',
        'keras.mixed_precision.set_global_policy("mixed_bfloat16")',
        'keras.config.set_floatx("float16")',
        'keras.config.set_floatx("float64")',
    ],
)
def test_what_keras_is_set_to_changes_no_number(setting):
    told(setting)


def test_a_settings_file_of_keras_changes_no_number(tmp_path):
    settings = {"image_data_format": "channels_first", "floatx": "float16"}
    (tmp_path / "keras.json").write_text(json.dumps(settings), "utf-8")
    plain = told("pass")
    assert told("pass", KERAS_HOME=str(tmp_path)) == pytest.approx(plain, rel=1e-4)


def test_keras_own_vgg_in_another_form_is_refused_in_a_sentence(content, style):
    plain = keras.applications.VGG16(include_top=False, weights=None)
    config = plain.get_config()
    for layer in config["layers"][1:]:
        layer["config"]["dtype"] = "float16"
    half = keras.Model.from_config(config)
    with pytest.raises(ValueError, match=r"computes in float16; expected .+for_styles\(vgg\)"):
        StyleTransfer(content, style, half)
    assert for_styles(half).get_layer("block1_conv1").compute_dtype == "float32"


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
    found = winograd_convolution(tf.constant(x), transformed(kernel), edge)
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

    def fast(x):
        return winograd_convolution(x, transformed(kernel), edge)

    gradients = []
    for convolve in (fast, plain):
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
def test_the_receptive_field_is_where_the_gradient_reaches(layer, monkeypatch):
    """With all weights positive, every pixel in the field has a gradient, and no other."""
    # The fast way leaves rounding errors beside the field.
    monkeypatch.setattr(styles, "visible_gpus", lambda: ["GPU:0"])
    vgg = load_vgg("vgg16", weights=None)
    for conv in vgg.layers:
        if isinstance(conv, keras.layers.Conv2D):
            conv.set_weights([np.full(conv.kernel.shape, 0.01), np.full(conv.bias.shape, 99.0)])
    image = noise(128, 128)
    field = receptive_field(vgg, layer)
    network = cut(vgg, layer)
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
