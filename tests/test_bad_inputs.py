"""Whatever is given by mistake: an error of ours, that says what was given and what is expected."""

import importlib
import inspect
import io
import os
import re
import struct
import zlib
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import nst_helpers
from nst_helpers import (
    STYLE_LAYERS,
    StyleTransfer,
    activation_gradient,
    channel_peaks,
    content_cost,
    covariance_matrix,
    cut_patch,
    device,
    extractor,
    for_styles,
    gram_matrix,
    layer_style_cost,
    load_image,
    load_picture,
    load_vgg,
    pearson_matrix,
    preprocess,
    receptive_field,
    resize_image,
    save_film,
    save_image,
    stripes_and_patches,
    style_cost,
    total_cost,
    unroll,
)
from nst_helpers.blocks import channel_pair, selective_channel
from nst_helpers.conventions import (
    Shape,
    content_cost_in,
    convert_weights,
    layer_style_cost_in,
    shape_of,
)
from nst_helpers.costs import Weights, as_weights, style_gradient
from nst_helpers.exercises import check_prediction
from nst_helpers.figures import (
    encode_figure,
    plot_bars,
    plot_block,
    plot_curves,
    plot_gradients,
    plot_grid,
    plot_images,
    plot_maps,
    plot_matrices,
    plot_overlay,
    plot_pairs,
    plot_shares,
    show,
)
from nst_helpers.film import encode_film
from nst_helpers.images import as_image, encode_png
from nst_helpers.network import weights
from nst_helpers.network.weights import read_weights
from nst_helpers.optimisers import adam, gradient_descent, l_bfgs
from nst_helpers.reference import (
    content_cost_loops,
    gram_matrix_loops,
    layer_style_cost_loops,
    style_cost_loops,
)
from nst_helpers.style_matrix import gram_matrix_per_position, strongest_pairs

NAN, INF = float("nan"), float("inf")
GOOD = np.full((1, 40, 48, 3), 0.5, np.float32)
A = np.ones((1, 4, 3, 2), np.float32)
ONE = {"block1_conv1": 1.0}


def refused(function, kind, message):
    """The call raises this error, from our own code, and its message holds these words."""
    with pytest.raises(kind, match=message) as caught:
        function()
    assert type(caught.value).__module__ in ("builtins", "nst_helpers.network.download")
    # The sentence is ours: raised in the package, not in a library below it.
    last = caught.traceback[-1].path
    assert "nst_helpers" in str(last), f"raised in {last}"
    text = str(caught.value)
    assert len(text) > 20
    assert text[-1] in ".)]?", text


def changed(array, value, place=(0, 1, 1, 1)):
    array = np.array(array)
    array[place] = value
    return array


def png_claiming(width, height):
    def chunk(kind, data):
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


def as_png(array):
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, "PNG")
    return stream.getvalue()


PNG = as_png(np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8))

# Pictures ---------------------------------------------------------------------------------------

SOURCES = [
    ("no such file", "no_such_file.jpg", FileNotFoundError, "There is no file 'no_such_file.jpg'"),
    ("no such folder", "no/such/folder.jpg", FileNotFoundError, "Check the name and the folder"),
    ("a folder", os.curdir, IsADirectoryError, "is a folder. Give the name of a picture in it"),
    ("an empty name", "", IsADirectoryError, "is a folder"),
    ("a web address", "https://example.org/a.jpg", FileNotFoundError, "an address. Download"),
    ("a name too long", "a" * 5000 + ".jpg", FileNotFoundError, "There is no file 'aaa"),
    ("a zero in the name", "a\0b.jpg", FileNotFoundError, "There is no file"),
    ("a device", "/dev/zero", ValueError, "not a file but a device or a pipe"),
    ("a text file", __file__, ValueError, r"'test_bad_inputs.py' is not a picture that can be"),
    ("no bytes", b"", ValueError, "the 0 bytes given is not a picture"),
    ("some bytes", b"hello" * 99, ValueError, "is not a picture that can be read. Use a PNG"),
    ("half a picture", PNG[: len(PNG) // 2], ValueError, "damaged, cut off"),
    ("a header alone", PNG[:33], ValueError, "is not a picture that can be read"),
    ("a bomb", png_claiming(60_000, 60_000), ValueError, "has 60000×60000 pixels. At most 64"),
    ("a smaller bomb", png_claiming(9_000, 9_000), ValueError, "has 9000×9000 pixels. At most 64"),
    ("a long bomb", png_claiming(2, 2**30), ValueError, "At most 64 million pixels"),
    ("no width", png_claiming(0, 5), ValueError, "damaged|not a picture"),
    ("one pixel wide", as_png(np.zeros((9, 1, 3), np.uint8)), ValueError, "is 1×9 pixels"),
    ("one pixel high", as_png(np.zeros((1, 9, 3), np.uint8)), ValueError, "is 9×1 pixels"),
    ("one pixel", as_png(np.zeros((1, 1), np.uint8)), ValueError, "each side needs at least 2"),
    ("a thin array", np.zeros((9, 1, 3)), ValueError, "is 1×9 pixels"),
    ("nothing", None, TypeError, "cannot be read from NoneType. Give a path, bytes"),
    ("a number", 5, TypeError, "cannot be read from int"),
    ("a list", [[0.5]], TypeError, "cannot be read from list"),
    ("a stream", io.BytesIO(PNG), TypeError, "cannot be read from BytesIO"),
    ("a tensor", tf.zeros((4, 4, 3)), TypeError, "cannot be read from EagerTensor"),
    ("whole numbers", np.zeros((4, 4, 3), int), TypeError, "holds int64; expected uint8"),
    ("truth values", np.zeros((4, 4), bool), TypeError, "holds bool; expected uint8"),
    ("complex numbers", np.zeros((4, 4), complex), TypeError, "holds complex128"),
    ("objects", np.array([[None]]), TypeError, "holds object"),
    ("texts", np.array([["a"]]), TypeError, "holds <U1"),
    ("a line", np.zeros(7), ValueError, r"shape \(7,\); expected \(H, W\)"),
    ("a point", np.array(0.5), ValueError, r"shape \(\); expected"),
    ("two channels", np.zeros((4, 4, 2)), ValueError, r"shape \(4, 4, 2\)"),
    ("five channels", np.zeros((4, 4, 5)), ValueError, r"shape \(4, 4, 5\)"),
    ("channels first", np.zeros((3, 40, 48)), ValueError, r"shape \(3, 40, 48\)"),
    ("two pictures", np.zeros((2, 4, 4, 3)), ValueError, r"shape \(2, 4, 4, 3\)"),
    ("five axes", np.zeros((1, 1, 4, 4, 3)), ValueError, r"shape \(1, 1, 4, 4, 3\)"),
    ("an empty array", np.zeros((0, 4, 3)), ValueError, r"is empty: shape \(1, 0, 4, 3\)"),
    ("floats to 255", np.full((4, 4, 3), 200.0), ValueError, "ranges from 200 to 200, expected"),
    ("negative floats", np.full((4, 4, 3), -0.5), ValueError, r"ranges from -0\.5 .+ \[0, 1\]"),
    ("NaN", np.full((4, 4, 3), NAN), ValueError, "holds NaN or infinite values"),
    ("infinity", np.full((4, 4, 3), INF), ValueError, "holds NaN or infinite values"),
    ("a PIL image with NaN", Image.new("F", (4, 4), NAN), ValueError, "the PIL image holds NaN"),
    ("a dark PIL image", Image.new("F", (4, 4), -3.0), ValueError, "the PIL image ranges from -3"),
    ("a PIL image too large", Image.new("1", (9000, 8000)), ValueError, "has 9000×8000 pixels"),
    ("a rare mode", Image.new("La", (4, 4)), ValueError, "of a rare kind .+save it as PNG"),
]


@pytest.mark.parametrize(
    ("source", "kind", "message"), [pytest.param(*s[1:], id=s[0]) for s in SOURCES]
)
def test_load_image(source, kind, message):
    refused(lambda: load_image(source), kind, message)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    expected = "not a file but a device or a pipe"
    refused(lambda: load_image(tmp_path / "pipe.png"), ValueError, expected)


SIZES = [0, 1, -5, 8193, 10**9, 2.5, 64.0, "64", True, None, [64], NAN, (64,), (1, 2, 3)]
SIZES += [(0, 64), (64, 1), (-3, 4), (2.5, 4), ("64", 64), (10**6, 10**6), (None, 4), ()]


@pytest.mark.parametrize("size", SIZES, ids=repr)
def test_resize_image_to_a_bad_size(size):
    refused(lambda: resize_image(GOOD, size), (TypeError, ValueError), r"size is .+expected")


@pytest.mark.parametrize("size", [s for s in SIZES if s is not None], ids=repr)
def test_load_image_at_a_bad_size(size):
    for source in (PNG, GOOD):
        refused(lambda source=source: load_image(source, size), (TypeError, ValueError), "size is")


def test_a_size_that_leaves_a_side_under_two_pixels():
    long = np.zeros((1, 2, 400, 3), np.float32)
    refused(lambda: resize_image(long, 100), ValueError, "400×2 pixels, which would become 100×0")


BAD_IMAGES = [
    ("None", None, (TypeError, ValueError), "shape|must be an array"),
    (
        "a name",
        "flower.jpg",
        TypeError,
        r"must be an array .+ not str. Read a file with load_image",
    ),
    ("a dictionary", {}, TypeError, "must be an array of numbers .+ not dict"),
    ("ragged", [[1], [1, 2]], TypeError, "must be an array of numbers .+ not list"),
    ("no batch axis", GOOD[0], ValueError, r"shape \(40, 48, 3\), expected \(1, H, W, 3\)"),
    ("grey", GOOD[..., :1], ValueError, r"shape \(1, 40, 48, 1\)"),
    ("alpha", np.ones((1, 4, 4, 4)), ValueError, r"shape \(1, 4, 4, 4\)"),
    ("two", np.ones((2, 4, 4, 3)), ValueError, r"shape \(2, 4, 4, 3\)"),
    ("empty", GOOD[:, :0], ValueError, "is empty"),
    (
        "0 to 255",
        GOOD * 255,
        ValueError,
        r"ranges from 128 to 128, expected \[0, 1\]. Divide 8-bit",
    ),
    ("8 bit", np.full((1, 4, 4, 3), 200, np.uint8), ValueError, "ranges from 200"),
    ("negative", -GOOD, ValueError, "ranges from -0.5"),
    ("preprocessed", preprocess(GOOD).numpy(), ValueError, "preprocessing is done inside"),
    ("NaN", changed(GOOD, NAN), ValueError, "NaN or infinite"),
    ("infinite", changed(GOOD, INF), ValueError, "NaN or infinite"),
]
TAKE_IMAGES = {
    "as_image": as_image,
    "resize_image": partial(resize_image, size=32),
    "save_image": partial(save_image, path="never_written.png"),
    "cut_patch": partial(cut_patch, box=(0, 0, 2, 2)),
}


@pytest.mark.parametrize("name", TAKE_IMAGES)
@pytest.mark.parametrize(
    ("image", "kind", "message"), [pytest.param(*b[1:], id=b[0]) for b in BAD_IMAGES]
)
def test_functions_that_take_a_picture(name, image, kind, message):
    refused(lambda: TAKE_IMAGES[name](image), kind, message)
    assert not os.path.exists("never_written.png")


@pytest.mark.parametrize(
    ("image", "kind", "message"), [pytest.param(*b[1:], id=b[0]) for b in BAD_IMAGES]
)
def test_the_network_takes_only_pictures(vgg, image, kind, message):
    extract = extractor(vgg, ["block1_conv1"])
    refused(lambda: extract(image), kind, message)
    if isinstance(image, np.ndarray) and image.dtype == np.float32:
        refused(lambda: extract(tf.constant(image)), kind, message)
    gradient = partial(activation_gradient, layer="block1_conv1", channel=0, i=0, j=0)
    refused(lambda: gradient(extract, image), kind, message)
    if image is not None:
        for given_as in ("content", "style"):
            both = {"content": GOOD, "style": GOOD} | {given_as: image}
            refused(
                lambda both=both: StyleTransfer(**both, vgg=vgg), kind, f"{given_as} .*({message})"
            )
    transfer = StyleTransfer(GOOD, GOOD, vgg, levels=1)
    refused(lambda: transfer.cost_and_gradient(image), kind, message)


@pytest.mark.parametrize(
    ("path", "kind", "message"),
    [
        ("result", ValueError, "Cannot tell the format of 'result'. End the name in .png"),
        ("result.txt", ValueError, "Cannot tell the format of 'result.txt'"),
        ("result.tiff", ValueError, r"End the name in .png, .jpg"),
        (".png", ValueError, "Cannot tell the format"),
        ("", ValueError, "Cannot tell the format"),
        ("no/such/folder/result.png", FileNotFoundError, "folder 'no/such/folder' does not exist"),
        (None, TypeError, "path is None, expected the name of a file"),
        (5, TypeError, "path is 5, expected the name of a file"),
        (b"result.png", TypeError, "path is b'result.png', expected"),
    ],
)
def test_save_image(tmp_path, monkeypatch, path, kind, message):
    monkeypatch.chdir(tmp_path)
    refused(lambda: save_image(GOOD, path), kind, message)
    assert not list(tmp_path.iterdir())


def test_save_image_to_a_folder(tmp_path):
    (tmp_path / "folder.png").mkdir()
    expected = r"folder\.png' is a folder. Give the name of a file"
    refused(lambda: save_image(GOOD, tmp_path / "folder.png"), IsADirectoryError, expected)
    assert not list((tmp_path / "folder.png").iterdir())


@pytest.mark.parametrize("settings", [{"picture": GOOD}, {"a": {1, 2}}, {"a": object()}])
def test_settings_that_cannot_be_written(settings):
    refused(lambda: encode_png(GOOD, settings), TypeError, "settings can hold numbers and texts")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("starry_nigth", "no picture 'starry_nigth'. Did you mean starry_night"),
        ("Flower.jpg", "Did you mean flower"),
        ("xyzzy", "Choose from summer_palace, flower"),
        ("", "Choose from"),
        (None, "no picture None. Choose from"),
        (3, "no picture 3"),
        (["flower"], r"no picture \['flower'\]"),
        ("../data/content/flower", "no picture"),
    ],
)
def test_load_picture(name, message):
    refused(lambda: load_picture(name), ValueError, message)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"together": -0.1}, r"together is -0\.1, expected a share from 0 to 1"),
        ({"together": 1.1}, r"together is 1\.1"),
        ({"together": NAN}, "together is nan"),
        ({"together": "half"}, "together is 'half'"),
        ({"together": None}, "together is None"),
        ({"size": 31}, "size is 31, expected 32 to 1024"),
        ({"size": 1025}, "size is 1025"),
        ({"size": 64.5}, r"size is 64\.5"),
        ({"size": "64"}, "size is '64'"),
        ({"cells": 3}, "cells is 3, expected an even number"),
        ({"cells": 0}, "cells is 0"),
        ({"cells": 18}, "cells is 18"),
        ({"cells": 4.0}, r"cells is 4\.0"),
        ({"seed": -1}, "seed is -1, expected a whole number"),
        ({"seed": "x"}, "seed is 'x'"),
    ],
)
def test_stripes_and_patches(options, message):
    refused(lambda: stripes_and_patches(**({"together": 0.5} | options)), ValueError, message)


# Activations and costs --------------------------------------------------------------------------

BAD_BLOCKS = [
    ("None", None, TypeError, r"must be a tensor \(1, n_H, n_W, n_C\), not NoneType"),
    ("a text", "activations", TypeError, "hold string; expected numbers"),
    ("truth values", A > 0, TypeError, "hold bool; expected numbers"),
    ("complex", A.astype(complex), TypeError, "hold complex128; expected numbers"),
    ("a dictionary", {"block1_conv1": A}, TypeError, "not dict"),
    ("ragged", [[1.0], [1.0, 2.0]], TypeError, "not list"),
    ("one number", 1.0, ValueError, r"shape \(\), expected \(1, n_H, n_W, n_C\)"),
    ("a table", A[0, 0], ValueError, r"shape \(3, 2\), expected"),
    ("no batch axis", A[0], ValueError, r"shape \(4, 3, 2\).+ Add the batch axis with a\[None\]"),
    ("two pictures", np.concatenate([A, A]), ValueError, r"shape \(2, 4, 3, 2\)"),
    ("five axes", A[None], ValueError, r"shape \(1, 1, 4, 3, 2\)"),
    ("no rows", A[:, :0], ValueError, r"are empty: shape \(1, 0, 3, 2\)"),
    ("no channels", A[..., :0], ValueError, "are empty"),
    ("NaN", changed(A, NAN), ValueError, "hold NaN or infinite values. Check the picture"),
    ("infinite", changed(A, -INF), ValueError, "hold NaN or infinite values"),
]
TAKE_BLOCKS = {
    "gram_matrix": gram_matrix,
    "gram_matrix_per_position": gram_matrix_per_position,
    "unroll": unroll,
    "covariance_matrix": covariance_matrix,
    "pearson_matrix": pearson_matrix,
    "content_cost, first": lambda a: content_cost(a, A),
    "content_cost, second": lambda a: content_cost(A, a),
    "layer_style_cost, first": lambda a: layer_style_cost(a, A),
    "layer_style_cost, second": lambda a: layer_style_cost(A, a),
    "style_gradient, first": lambda a: style_gradient(a, A),
    "style_gradient, second": lambda a: style_gradient(A, a),
    "style_cost, first": lambda a: style_cost({"block1_conv1": a}, {"block1_conv1": A}, ONE),
    "style_cost, second": lambda a: style_cost({"block1_conv1": A}, {"block1_conv1": a}, ONE),
}


@pytest.mark.parametrize("name", TAKE_BLOCKS)
@pytest.mark.parametrize(
    ("block", "kind", "message"), [pytest.param(*b[1:], id=b[0]) for b in BAD_BLOCKS]
)
def test_functions_that_take_activations(name, block, kind, message):
    called = "a_S|a_C" if "first" in name else "a_G" if "second" in name else "The activations"
    refused(lambda: TAKE_BLOCKS[name](block), kind, f"({called}) .*{message}")


@pytest.mark.parametrize("shape", [(1, 4, 3, 3), (1, 3, 4, 2), (1, 8, 6, 2), (1, 4, 4, 2)])
def test_content_of_another_shape(shape):
    message = rf"a_C has shape \(1, 4, 3, 2\) and a_G {re.escape(str(shape))}.+ the same size"
    refused(lambda: content_cost(A, np.ones(shape)), ValueError, message)


@pytest.mark.parametrize("channels", [1, 3, 64])
def test_styles_with_other_channels(channels):
    message = f"a_S has 2 channels and a_G {channels}.+Take both from the same layer"
    refused(lambda: layer_style_cost(A, np.ones((1, 4, 3, channels))), ValueError, message)


BAD_WEIGHTS = [
    ("negative", -1.0, ValueError, r"is -1\.0, expected a finite number ≥ 0"),
    ("a little negative", -1e-9, ValueError, "expected a finite number ≥ 0"),
    ("NaN", NAN, ValueError, "is nan, expected"),
    ("infinite", INF, ValueError, "is inf, expected"),
    ("too large", 1e300, ValueError, "that float32 can hold"),
    ("a text", "1", TypeError, "is '1', expected a number"),
    ("a word", "much", TypeError, "is 'much', expected a number"),
    ("None", None, TypeError, "is None, expected a number"),
    ("a list", [1.0], TypeError, r"is \[1\.0\], expected a number"),
    ("two numbers", np.ones(2), TypeError, "expected a number"),
    ("complex", 1j, TypeError, "expected a number"),
    ("a truth value", True, TypeError, "is True, expected a number"),
    ("a NaN tensor", tf.constant(NAN), ValueError, "is nan"),
]


@pytest.mark.parametrize(
    ("weight", "kind", "message"), [pytest.param(*w[1:], id=w[0]) for w in BAD_WEIGHTS]
)
def test_functions_that_take_a_weight(vgg, weight, kind, message):
    for name in ("alpha", "beta"):
        refused(
            lambda name=name: total_cost(1.0, 2.0, **{name: weight}), kind, f"{name} .*{message}"
        )
        if weight is not None:
            make = partial(StyleTransfer, GOOD, GOOD, vgg, **{name: weight})
            refused(make, kind, f"{name} .*{message}")
    for name in ("J_content", "J_style"):
        both = {"J_content": 1.0, "J_style": 2.0} | {name: weight}
        refused(lambda both=both: total_cost(**both), kind, f"{name} .*{message}")
    layer = r"lambdas\['block1_conv1'\]"
    both = {"block1_conv1": A}, {"block1_conv1": A}
    bad = {"block1_conv1": weight}
    refused(lambda: style_cost(*both, bad), kind, f"{layer} .*{message}")
    refused(lambda: StyleTransfer(GOOD, GOOD, vgg, lambdas=bad), kind, f"{layer} .*{message}")
    transfer = StyleTransfer(GOOD, GOOD, vgg)
    for name in ("alpha", "beta"):
        refused(lambda name=name: setattr(transfer, name, weight), kind, f"{name} .*{message}")
        assert getattr(transfer, name) == {"alpha": 1.0, "beta": 0.01}[name]
    if weight is not None:
        expected = message.replace("≥ 0", "above 0")
        refused(lambda: StyleTransfer(GOOD, GOOD, vgg, rate=weight), kind, f"rate .*{expected}")


@pytest.mark.parametrize(
    ("lambdas", "kind", "message"),
    [
        ({}, ValueError, "at least one layer needs a weight above 0"),
        ({"block1_conv1": 0}, ValueError, "at least one layer needs a weight above 0"),
        ({"block1_conv1": 0, "block2_conv1": 0.0}, ValueError, "else no style is measured"),
        (5, TypeError, "expected"),
        ("block1_conv1", (TypeError, ValueError), "lambdas"),
        (None, TypeError, "lambdas is NoneType, expected a dictionary"),
    ],
)
def test_lambdas(vgg, lambdas, kind, message):
    blocks = {"block1_conv1": A, "block2_conv1": A}
    if lambdas != "block1_conv1":
        refused(lambda: style_cost(blocks, blocks, lambdas), kind, message)
    if lambdas is not None:
        refused(lambda: StyleTransfer(GOOD, GOOD, vgg, lambdas=lambdas), kind, message)


@pytest.mark.parametrize(
    ("a_S", "a_G", "kind", "message"),
    [
        (
            {"block1_conv2": A},
            {"block1_conv1": A},
            ValueError,
            "a_S has no layer 'block1_conv1'. Did",
        ),
        ({"block1_conv1": A}, {"block2": A}, ValueError, "a_G has no layer 'block1_conv1'"),
        ({"block1_conv1": A}, {}, ValueError, "a_G has no layer"),
        (A, {"block1_conv1": A}, TypeError, "a_S is ndarray, expected a dictionary"),
        ({"block1_conv1": A}, [A], TypeError, "a_G is list, expected a dictionary"),
        (None, None, TypeError, "a_S is NoneType, expected a dictionary"),
    ],
)
def test_style_cost_of_what_is_no_dictionary_of_layers(a_S, a_G, kind, message):
    refused(lambda: style_cost(a_S, a_G, ONE), kind, message)


@given(st.lists(st.integers(0, 3), min_size=0, max_size=6).filter(lambda s: len(s) != 4))
def test_activations_of_any_other_rank(shape):
    for function in TAKE_BLOCKS.values():
        with pytest.raises(ValueError, match=r"have shape|are empty"):
            function(np.ones(shape))


@given(st.floats(max_value=0, exclude_max=True) | st.sampled_from([NAN, INF, -INF]))
def test_weights_of_any_bad_value(weight):
    for name in ("alpha", "beta"):
        with pytest.raises(ValueError, match=f"{name} is .+ expected a finite number ≥ 0"):
            total_cost(1.0, 1.0, **{name: weight})


# Layers -----------------------------------------------------------------------------------------

BAD_LAYERS = [
    (["block4_conv9"], ValueError, "vgg16 has no layer 'block4_conv9'. Did you mean block4_conv"),
    (["conv4_2"], ValueError, "has no layer 'conv4_2'. Did you mean block4_conv2"),
    (["block3_conv4"], ValueError, "has no layer 'block3_conv4'. Did you mean block3_conv"),
    (["xyzzy"], ValueError, "Choose from block1_conv1, block1_conv2"),
    (["input_layer"], ValueError, "has no layer 'input_layer'"),
    (["block1_conv1", ""], ValueError, "has no layer ''"),
    ([None], ValueError, "has no layer None"),
    ([3], ValueError, "has no layer 3"),
    ([["block1_conv1"]], ValueError, r"has no layer \['block1_conv1'\]"),
]


@pytest.mark.parametrize(("layers", "kind", "message"), BAD_LAYERS)
def test_layers(vgg, layers, kind, message):
    refused(lambda: extractor(vgg, layers), kind, message)
    refused(lambda: receptive_field(vgg, layers[-1]), kind, message)
    if isinstance(layers[-1], str):
        bad = dict.fromkeys(layers, 0.5)
        refused(lambda: StyleTransfer(GOOD, GOOD, vgg, lambdas=bad), kind, message)
        refused(lambda: StyleTransfer(GOOD, GOOD, vgg, content_layer=layers[-1]), kind, message)


@pytest.mark.parametrize(
    ("layers", "kind", "message"),
    [
        ([], ValueError, "No layer was given, expected a list such as"),
        ((), ValueError, "No layer was given"),
        ("block1_conv1", TypeError, r"layers is 'block1_conv1', expected a list such as"),
        (None, TypeError, "layers is None, expected a list"),
        (5, TypeError, "layers is 5, expected a list"),
    ],
)
def test_no_list_of_layers(vgg, layers, kind, message):
    refused(lambda: extractor(vgg, layers), kind, message)


@pytest.mark.parametrize("network", [None, "vgg16", 5, lambda image: image])
def test_no_network(network):
    message = r"vgg is .+, expected the network that load_vgg\(\) returns"
    refused(lambda: extractor(network, ["block1_conv1"]), TypeError, message)
    refused(lambda: receptive_field(network, "block1_conv1"), TypeError, message)
    if network is not None:
        refused(lambda: StyleTransfer(GOOD, GOOD, network), TypeError, message)


@pytest.mark.parametrize(
    ("image", "kind", "message"),
    [
        (np.zeros((1, 4, 4, 3), np.uint8), TypeError, "image holds uint8, expected float32"),
        (np.zeros((1, 4, 4, 3), int), TypeError, "image holds int64"),
        (
            np.zeros((4, 4, 3), np.float32),
            ValueError,
            r"shape \(4, 4, 3\), expected \(1, H, W, 3\)",
        ),
        (np.zeros((1, 4, 4, 1), np.float32), ValueError, r"shape \(1, 4, 4, 1\)"),
        ("flower", TypeError, "image holds string"),
        (None, TypeError, "image must be a tensor"),
        ({}, TypeError, "image must be a tensor"),
    ],
)
def test_preprocess(image, kind, message):
    refused(lambda: preprocess(image), kind, message)


@pytest.mark.parametrize("side", [2, 8, 15])
def test_pictures_too_small_for_a_deep_layer(vgg, side):
    image = np.full((1, side, 40, 3), 0.5, np.float32)
    message = f"40×{side} pixels; these layers need at least 16×16. Load it at a larger size"
    refused(lambda: extractor(vgg, ["block5_conv1"])(image), ValueError, message)
    refused(lambda: extractor(vgg, ["block5_conv1"])(tf.constant(image)), ValueError, message)
    for pictures in ((image, GOOD), (GOOD, image)):
        refused(
            lambda pictures=pictures: StyleTransfer(*pictures, vgg),
            ValueError,
            f"(content|style) is 40×{side} pixels; each side needs at least 32",
        )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"channel": -1}, "channel is -1, expected 0 to 1 in this layer"),
        ({"channel": 2}, "channel is 2, expected 0 to 1"),
        ({"channel": 0.5}, r"channel is 0\.5"),
        ({"channel": "red"}, "channel is 'red'"),
        ({"count": 0}, "count is 0, expected a whole number above 0"),
        ({"count": -2}, "count is -2"),
        ({"count": 2.5}, r"count is 2\.5"),
        ({"activations": {}}, "activations is no filled dictionary"),
        ({"activations": A}, "activations is no filled dictionary"),
        ({"activations": {"flower": A[0]}}, r"flower have shape \(4, 3, 2\)"),
    ],
)
def test_channel_peaks(changes, message):
    good = {"activations": {"flower": A}, "channel": 0, "count": 1}
    refused(lambda: channel_peaks(**(good | changes)), ValueError, message)


@pytest.mark.parametrize(
    ("box", "message"),
    [
        ((0, 0, 0, 5), "bottom must lie below top"),
        ((5, 5, 3, 8), "bottom must lie below top"),
        ((0, 8, 5, 3), "right beyond left"),
        ((-9, 0, 0, 5), "wholly outside the picture of 48×40 pixels"),
        ((0, 48, 5, 60), "wholly outside"),
        ((40, 0, 45, 5), "wholly outside"),
        ((0, -9, 5, -1), "wholly outside"),
        ((0, 0, 5), "expected .top, left, bottom, right. in pixels"),
        ((0, 0, 5, 5, 5), "expected .top, left, bottom, right."),
        ((0, 0, 5.5, 5), r"box\[2\] is 5\.5, expected a whole number"),
        (("a", 0, 5, 5), r"box\[0\] is 'a', expected a whole number"),
        (None, "box is None, expected"),
        (5, "box is 5, expected"),
    ],
)
def test_cut_patch(box, message):
    refused(lambda: cut_patch(GOOD, box), ValueError, message)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"layer": "block2_conv1"},
            "The extractor gives no layer 'block2_conv1'. Did you mean block1",
        ),
        ({"layer": None}, "The extractor gives no layer None"),
        ({"channel": 64}, "channel is 64, expected 0 to 63"),
        ({"channel": -1}, "channel is -1"),
        ({"i": 40}, "i is 40, expected 0 to 39"),
        ({"j": 48}, "j is 48, expected 0 to 47"),
        ({"j": 1.5}, r"j is 1\.5"),
    ],
)
def test_activation_gradient(vgg, changes, message):
    good = {"layer": "block1_conv1", "channel": 0, "i": 0, "j": 0}
    extract = extractor(vgg, ["block1_conv1"])
    refused(lambda: activation_gradient(extract, GOOD, **(good | changes)), ValueError, message)


# The network ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["vgg", "vgg 19", "resnet50", "vgg-19", 19, ["vgg19"]])
def test_unknown_networks(name, monkeypatch):
    expected = re.escape(f"The network {name!r} is unknown. Choose vgg19 or vgg16")
    refused(lambda: load_vgg(name), ValueError, expected)
    if isinstance(name, str):
        monkeypatch.setenv("NST_BACKBONE", name)
        expected = f"The network '{name}' in the environment variable NST_BACKBONE is unknown"
        refused(load_vgg, ValueError, expected)


@pytest.mark.parametrize("given_weights", [5, 1.5, True, b"vgg.h5", ["vgg.h5"]])
def test_weights_that_are_no_path(given_weights):
    message = "weights is .+, expected 'imagenet', a path or None"
    refused(lambda: load_vgg("vgg16", weights=given_weights), TypeError, message)


@pytest.mark.parametrize("seed", [-1, "x", 1.5, None])
def test_seeds(seed, vgg):
    message = "seed is .+, expected a whole number from 0 on"
    refused(lambda: load_vgg("vgg16", weights=None, seed=seed), ValueError, message)
    refused(lambda: StyleTransfer(GOOD, GOOD, vgg, start="noise", seed=seed), ValueError, message)


@pytest.mark.parametrize(
    ("name", "values"),
    [("border", ["same", "EDGE", "", None, 0]), ("pooling", ["avg", "mean", "", None, 0])],
)
def test_the_form_of_the_network(vgg, name, values):
    for value in values:
        message = f"{name} is {value!r}; choose from (edge, zero|average, max)"
        refused(lambda form={name: value}: for_styles(vgg, **form), ValueError, message)
        refused(lambda form={name: value}: load_vgg("vgg16", **form), ValueError, message)


def layer_arrays(vgg):
    for layer in vgg.layers:
        for part, array in zip(("kernel", "bias"), layer.get_weights(), strict=False):
            yield f"{layer.name}/{part}", array.astype(np.float16)


def without(name):
    return lambda arrays: {k: v for k, v in arrays.items() if not k.startswith(name)}


def with_array(name, array):
    return lambda arrays: arrays | {name: array}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without("block3_conv2"), "is not a weights file of vgg16: it lacks block3_conv2"),
        (without("block"), "holds no convolution layers of VGG"),
        (without("block5"), "lacks block5_conv1, block5_conv2, block5_conv3"),
        (without("block1_conv2/bias"), "is damaged or cut off"),
        (
            with_array("block1_conv1/kernel", np.ones((5, 5, 3, 64))),
            "has shapes .+ in block1_conv1",
        ),
        (with_array("block1_conv1/kernel", np.ones((3, 3, 64, 3))), "but vgg16 needs"),
        (with_array("block1_conv1/kernel", np.ones(3)), "has shapes"),
        (
            with_array("block2_conv1/bias", np.full(128, NAN)),
            "NaN or infinite weights in block2_conv1",
        ),
        (with_array("block2_conv1/bias", np.full(128, "x")), "is damaged or cut off"),
        (
            lambda arrays: (
                arrays
                | {
                    "block3_conv4/kernel": np.ones((3, 3, 256, 256)),
                    "block3_conv4/bias": np.ones(256),
                }
            ),
            "is a file of another network: it has block3_conv4, which vgg16 has not",
        ),
    ],
)
def test_files_with_wrong_weights(vgg, tmp_path, change, message):
    path = tmp_path / "mine.npz"
    np.savez(path, **change(dict(layer_arrays(vgg))))
    refused(lambda: load_vgg("vgg16", weights=path), ValueError, rf"'mine\.npz' .*{message}")


def test_vgg16s_weights_for_vgg19():
    message = "is not a weights file of vgg19: it lacks block3_conv4, .+ choose the other network"
    refused(lambda: load_vgg("vgg19", weights=weights.BUNDLED_VGG16), ValueError, message)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no convolution layers of VGG. Give Keras'"),
        (b"<html>Please log in.</html>", "holds no convolution layers"),
        (PNG, "holds no convolution layers"),
        (b"\x89HDF\r\n\x1a\n" + b"\0" * 500, "damaged or cut off|holds no convolution"),
        (b"\x80\x04\x95" + b"." * 50, "holds no convolution layers"),
    ],
)
@pytest.mark.parametrize("name", ["vgg.h5", "vgg.npz", "vgg.bin"])
def test_files_that_are_no_weights(tmp_path, content, message, name):
    path = tmp_path / name
    path.write_bytes(content)
    refused(lambda: read_weights(path), ValueError, f"'{re.escape(name)}' .*({message})")
    refused(lambda: load_vgg("vgg16", weights=path), ValueError, f"'{re.escape(name)}'")


def test_an_array_that_claims_to_be_huge(tmp_path):
    """A header of some bytes that asks for terabytes."""
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 3, 500000, 500000), }\n"
    npy = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + b"\0" * 64
    path = tmp_path / "huge.npz"
    import zipfile

    with zipfile.ZipFile(path, "w") as file:
        file.writestr("block1_conv1/kernel.npy", npy)
        file.writestr("block1_conv1/bias.npy", npy)
    refused(lambda: read_weights(path), ValueError, r"'huge\.npz' is damaged or cut off")


def test_weights_that_are_not_there(tmp_path):
    path = tmp_path / "vgg.h5"
    refused(lambda: read_weights(path), FileNotFoundError, "There is no weights file '.*vgg.h5'")
    refused(lambda: load_vgg("vgg16", weights=str(path)), FileNotFoundError, "Check the name")
    refused(lambda: read_weights(tmp_path), IsADirectoryError, "is a folder. Give the weights file")


def test_the_bundled_file_with_a_wrong_checksum(tmp_path, monkeypatch):
    data = bytearray(weights.BUNDLED_VGG16.read_bytes())
    data[len(data) // 2] ^= 1
    path = tmp_path / "vgg16_imagenet_conv_f16.npz"
    path.write_bytes(data)
    monkeypatch.setattr(weights, "BUNDLED_VGG16", path)
    monkeypatch.setattr(nst_helpers.network.vgg, "BUNDLED_VGG16", path)
    message = r"'vgg16_imagenet_conv_f16\.npz' have a wrong checksum.+git checkout -- data/weights"
    refused(lambda: load_vgg("vgg16"), ValueError, message)


# The transfer -----------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [0, -1, -100, 1.5, 10.0, True, "10", NAN, [10], np.float64(3)])
def test_steps(vgg, steps):
    transfer = StyleTransfer(GOOD, GOOD, vgg)
    message = "steps is .+, expected a whole number above 0"
    refused(lambda: transfer.run(steps), ValueError, message)
    refused(lambda: transfer.steps(steps), ValueError, message)


@pytest.mark.parametrize("levels", [0, -1, 2, 99, 1.5, True, "1", NAN, [1]])
def test_levels(vgg, levels):
    message = "levels is .+, expected (a whole number, )?1 to 1 for a picture of 48×40"
    refused(lambda: StyleTransfer(GOOD, GOOD, vgg, levels=levels), ValueError, message)


@pytest.mark.parametrize("optimiser", ["sgd", "LBFGS", "Adam", "", None, 5, ["adam"]])
def test_optimisers(vgg, optimiser):
    message = "optimiser is .+; choose from gradient descent, adam, l-bfgs"
    refused(lambda: StyleTransfer(GOOD, GOOD, vgg, optimiser=optimiser), ValueError, message)


@pytest.mark.parametrize(
    ("start", "kind", "message"),
    [
        (
            "random",
            ValueError,
            "start is 'random'; choose from content, noise, style, or a picture",
        ),
        ("", ValueError, "start is ''; choose from"),
        (None, (TypeError, ValueError), r"start .*\(1, H, W, 3\)"),
        (5, ValueError, r"start has shape \(\)"),
        (GOOD[0], ValueError, r"start has shape \(40, 48, 3\)"),
        (GOOD * 255, ValueError, "start ranges from"),
        (changed(GOOD, NAN), ValueError, "start holds NaN"),
    ],
)
def test_starts(vgg, start, kind, message):
    refused(lambda: StyleTransfer(GOOD, GOOD, vgg, start=start), kind, message)


@pytest.mark.parametrize("rate", [0, 0.0])
def test_rates(vgg, rate):
    message = "rate is .+, expected a number above 0"
    refused(lambda: StyleTransfer(GOOD, GOOD, vgg, rate=rate), ValueError, message)


@pytest.mark.parametrize("content_layer", [None, 5, ["block4_conv2"]])
def test_content_layers(vgg, content_layer):
    message = "content_layer is .+, expected a layer's name"
    refused(lambda: StyleTransfer(GOOD, GOOD, vgg, content_layer=content_layer), TypeError, message)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"content": None, "style": None}, "Neither content nor style is given"),
        ({"alpha": 0, "beta": 0}, "there is nothing to minimise"),
        ({"content": None, "beta": 0}, "there is nothing to minimise"),
        ({"style": None, "alpha": 0}, "there is nothing to minimise"),
        ({"style": None, "start": "style"}, "start is 'style', but no style picture is given"),
        ({"lambdas": [1, 2, 3]}, "lambdas has 3 numbers, expected 5: one each for block1_conv1"),
        ({"lambdas": []}, "lambdas has 0 numbers, expected 5"),
        ({"lambdas": [0] * 5}, "at least one layer needs a weight above 0"),
    ],
)
def test_combinations(vgg, options, message):
    pictures = {"content": GOOD, "style": GOOD, "vgg": vgg}
    refused(lambda: StyleTransfer(**(pictures | options)), ValueError, message)


@pytest.mark.parametrize("lambdas", [{"block1_conv1": 1}, dict.fromkeys([*STYLE_LAYERS, "x"], 1)])
def test_other_layers_on_the_way(vgg, lambdas):
    transfer = StyleTransfer(GOOD, GOOD, vgg)
    message = "this transfer measures block1_conv1, .+ 0 switches one off"
    wrong = transfer.weights._replace(lambdas=lambdas)
    refused(lambda: setattr(transfer, "weights", wrong), ValueError, message)
    assert set(transfer.weights.lambdas) == set(STYLE_LAYERS)


def test_switching_everything_off_on_the_way(vgg):
    transfer = StyleTransfer(GOOD, GOOD, vgg, alpha=0)
    wrong = transfer.weights._replace(beta=0)
    refused(lambda: setattr(transfer, "weights", wrong), ValueError, "there is nothing to minimise")
    assert transfer.weights.beta == 0.01


@pytest.mark.parametrize("shape", [(1, 41, 48, 3), (1, 48, 40, 3), (1, 20, 24, 3)])
def test_costs_of_a_picture_of_another_size(vgg, shape):
    transfer = StyleTransfer(GOOD, GOOD, vgg)
    message = r"this transfer works at 48×40. Use resize_image\(image, transfer.size\)"
    refused(lambda: transfer.cost_and_gradient(np.zeros(shape)), ValueError, message)


# Figures, channels, loops and conventions: what notebooks take beside the names above -----------

M, FIGURE = np.ones((4, 4)), plot_images([GOOD], ["one"])
XY = (np.ones(3), np.ones(3))
SHAPE = Shape(4, 3, 2, 12)
OURS = {"source": "ours", "target": "d2l"}
COUNTS = r"\d images and \d titles are given; expected as many of both"
NO_COLUMNS = "columns is .+, expected a whole number above 0"


class Stubborn:
    """What refuses to become an array in its own way, as PyTorch's tensors with a gradient do."""

    def __array__(self, *_, **__):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")


RING = {}
RING["itself"] = RING

OTHER_CALLS = [
    ("show nothing", lambda: show(None, "words"), TypeError, "figure is NoneType; give what"),
    ("show a picture", lambda: show(GOOD, "words"), TypeError, "figure is ndarray"),
    ("show, no name", lambda: show(FIGURE, ""), ValueError, "No figure of the series is named ''"),
    ("show, a slip", lambda: show(FIGURE, "nine_bords"), ValueError, "mean nine_boards"),
    ("show, name 5", lambda: show(FIGURE, 5), TypeError, "name is 5, expected the name"),
    ("encode nothing", lambda: encode_figure(None), TypeError, "figure is NoneType"),
    ("no images", lambda: plot_images([], []), ValueError, COUNTS),
    ("images None", lambda: plot_images(None, ["a"]), TypeError, "images is NoneType"),
    ("an image alone", lambda: plot_images(GOOD, ["a"]), ValueError, r"images\[0\] has shape"),
    ("no batch axis", lambda: plot_images([GOOD[0]], ["a"]), ValueError, r"\(1, H, W, 3\)"),
    ("None among images", lambda: plot_images([GOOD, None], ["a", "b"]), TypeError, r"\[1\] is"),
    (
        "a ring, no picture",
        lambda: plot_images([GOOD], ["a"], rings={1: (0, 0, 9, 9)}),
        ValueError,
        "A ring's picture is 1, expected 0 to 0",
    ),
    (
        "half a ring",
        lambda: plot_images([GOOD], ["a"], rings={0: (9, 9)}),
        ValueError,
        r"rings\[0\] has shape \(2,\), expected \(4,\)",
    ),
    ("a list of rows", lambda: plot_grid([[GOOD]], ["a"]), TypeError, "rows is list, expected a"),
    ("no rows", lambda: plot_grid({}, ["a"]), ValueError, "rows is empty"),
    ("a short row", lambda: plot_grid({"x": [GOOD]}, ["a", "b"]), ValueError, "row 'x' has 1, exp"),
    ("a row of one", lambda: plot_grid({"x": GOOD[0]}, ["a"]), ValueError, "row 'x' has 40, exp"),
    (
        "a row of lines",
        lambda: plot_grid({"x": [M[0]]}, ["a"]),
        ValueError,
        r"rows\['x'\]\[0\] has",
    ),
    ("a grid in one text", lambda: plot_grid({"x": [GOOD]}, "a"), TypeError, "columns is 'a'"),
    ("no gradients", lambda: plot_gradients([], []), ValueError, "0 gradients and 0 titles"),
    ("a map's gradient", lambda: plot_gradients([M], ["a"]), ValueError, r"\(1, H, W, 3\)"),
    (
        "nothing over it",
        lambda: plot_overlay([GOOD], [], ["a"], "x"),
        ValueError,
        "0 changes and 1",
    ),
    ("a block over it", lambda: plot_overlay([GOOD], [A], ["a"], "x"), ValueError, r"changes\[0\]"),
    ("no shares", lambda: plot_shares({}, ["a"]), ValueError, "groups is empty"),
    (
        "shares of 90 %",
        lambda: plot_shares({"x": [0.9]}, ["a"]),
        ValueError,
        "divide them by their",
    ),
    ("a share below 0", lambda: plot_shares({"x": [2, -1]}, ["a", "b"]), ValueError, "from 0 that"),
    (
        "one share too few",
        lambda: plot_shares({"x": [1]}, ["a", "b"]),
        ValueError,
        "'x' has 1, exp",
    ),
    ("eight parts", lambda: plot_shares({"x": [1]}, list("abcdefgh")), ValueError, "at most 7 can"),
    ("an empty image", lambda: plot_images([GOOD[:, :0]], ["a"]), ValueError, r"\(1, 0, 48, 3\)"),
    ("too few titles", lambda: plot_images([GOOD] * 2, ["a"]), ValueError, COUNTS),
    ("too many titles", lambda: plot_images([GOOD], ["a", "b"]), ValueError, COUNTS),
    ("titles in one text", lambda: plot_images([GOOD] * 2, "ab"), TypeError, "titles is 'ab'"),
    ("titles None", lambda: plot_images([GOOD], [None]), TypeError, "list of texts"),
    ("0 columns", lambda: plot_images([GOOD], ["a"], 0), ValueError, NO_COLUMNS),
    ("-1 columns", lambda: plot_images([GOOD], ["a"], -1), ValueError, NO_COLUMNS),
    ("1.5 columns", lambda: plot_images([GOOD], ["a"], 1.5), ValueError, NO_COLUMNS),
    ("columns True", lambda: plot_images([GOOD], ["a"], True), ValueError, NO_COLUMNS),
    ("no maps", lambda: plot_maps([], []), ValueError, "0 maps and 0 titles"),
    ("a block for a map", lambda: plot_maps([A], ["a"]), ValueError, r"expected \(n_H, n_W\)"),
    ("maps, few titles", lambda: plot_maps([M, M], ["a"]), ValueError, "2 maps and 1 titles"),
    ("maps, 0 columns", lambda: plot_maps([M], ["a"], 0), ValueError, NO_COLUMNS),
    ("a block of 0 rows", lambda: plot_block(0, 3, 2), ValueError, "n_H is 0, expected a whole"),
    ("1.5 channels", lambda: plot_block(4, 3, 1.5), ValueError, "n_C is 1.5"),
    ("no width", lambda: plot_block(4, None, 2), ValueError, "n_W is None"),
    ("no sheet drawn", lambda: plot_block(4, 3, 2, shown=0), ValueError, "shown is 0"),
    ("no pairs", lambda: plot_pairs([], []), ValueError, "0 pairs and 0 titles"),
    ("pairs, no titles", lambda: plot_pairs([XY], []), ValueError, "1 pairs and 0 titles"),
    ("a pair alone", lambda: plot_pairs(XY, ["a", "b"]), TypeError, "expected two arrays"),
    ("three in a pair", lambda: plot_pairs([(*XY, M[0])], ["a"]), ValueError, "has lengths"),
    ("a pair unlike", lambda: plot_pairs([(M[0], XY[0])], ["a"]), ValueError, r"\[4, 3\]"),
    (
        "no such dot",
        lambda: plot_pairs([XY], ["a"], mark=3),
        ValueError,
        "mark is 3, expected 0",
    ),
    ("no matrices", lambda: plot_matrices([], []), ValueError, "0 matrices and 0 titles"),
    ("a row for a matrix", lambda: plot_matrices([M[0]], ["a"]), ValueError, r"shape \(4,\)"),
    ("a matrix alone", lambda: plot_matrices(M, ["a"]), ValueError, "4 matrices and 1 titles"),
    ("no curves", lambda: plot_curves({}), ValueError, "curves is empty"),
    ("a list of curves", lambda: plot_curves([XY]), TypeError, "curves is list, expected a dict"),
    ("a curve without x", lambda: plot_curves({"J": [3, 2, 1]}), TypeError, "expected two arrays"),
    ("x unlike y", lambda: plot_curves({"J": (range(3), M[0])}), ValueError, "of one length"),
    (
        "eight curves",
        lambda: plot_curves(dict.fromkeys("abcdefgh", XY)),
        ValueError,
        "8 curves are given; at most 7",
    ),
    ("no bars", lambda: plot_bars({}, ["a"], "J"), ValueError, "groups is empty"),
    ("a list of bars", lambda: plot_bars([1], ["a"], "J"), TypeError, "groups is list"),
    ("bars, few names", lambda: plot_bars({"S": [1, 2]}, ["a"], "J"), ValueError, "of the 1 names"),
    ("channel 2 of 2", lambda: channel_pair(A, 0, 2), ValueError, "k_prime is 2, expected 0 to 1"),
    ("channel -1", lambda: channel_pair(A, -1, 0), ValueError, "k is -1"),
    ("channel None", lambda: channel_pair(A, None, 0), ValueError, "k is None"),
    ("channel 0.5", lambda: channel_pair(A, 0.5, 0), ValueError, "k is 0.5"),
    ("channel True", lambda: channel_pair(A, True, 0), ValueError, "k is True"),
    ("channel red", lambda: channel_pair(A, 0, "red"), ValueError, "k_prime is 'red'"),
    ("no block", lambda: channel_pair(None, 0, 0), TypeError, "not NoneType"),
    ("none with it", lambda: selective_channel([], [A]), ValueError, "0 blocks with and 1 without"),
    ("none without it", lambda: selective_channel([A], []), ValueError, "1 blocks with and 0"),
    ("no list", lambda: selective_channel([A], None), TypeError, "absent is NoneType"),
    ("a block alone", lambda: selective_channel(A, [A]), ValueError, "The blocks have shape"),
    ("two layers", lambda: selective_channel([A], [A[..., :1]]), ValueError, "the same layer"),
    ("blocks of NaN", lambda: selective_channel([A * NAN], [A]), ValueError, "hold NaN"),
    ("loops, no block", lambda: gram_matrix_loops(None), TypeError, "not NoneType"),
    ("loops, no batch", lambda: gram_matrix_loops(A[0]), ValueError, r"shape \(4, 3, 2\)"),
    ("loops, two", lambda: gram_matrix_loops(np.concatenate([A, A])), ValueError, r"\(2, 4, 3, 2"),
    ("loops, larger G", lambda: content_cost_loops(A[:, :3], A), ValueError, "the same size"),
    ("loops, smaller G", lambda: content_cost_loops(A, A[:, :3]), ValueError, "the same size"),
    ("loops, one layer", lambda: layer_style_cost_loops(A, A[..., :1]), ValueError, "a_S has 2 ch"),
    (
        "loops, no layer",
        lambda: style_cost_loops({}, {"x": A}, {"x": 1}),
        ValueError,
        "of x are",
    ),
    ("no pairs wanted", lambda: strongest_pairs(M, 0), ValueError, "count is 0"),
    ("1.5 pairs wanted", lambda: strongest_pairs(M, 1.5), ValueError, "count is 1.5"),
    ("no square", lambda: strongest_pairs(M[:3]), ValueError, r"G has shape \(3, 4\)"),
    ("no matrix", lambda: strongest_pairs(None), TypeError, "G is NoneType"),
    ("J in no convention", lambda: layer_style_cost_in("mine", A, A, 12), ValueError, "'mine'"),
    ("in two", lambda: layer_style_cost_in(["ours"], A, A, 12), ValueError, "Did you mean ours"),
    ("in None", lambda: content_cost_in(None, A, A, 12), ValueError, "no convention N"),
    (
        "of two sizes",
        lambda: content_cost_in("ours", A, A[:, :3], 12),
        ValueError,
        "at the same",
    ),
    (
        "of two layers",
        lambda: layer_style_cost_in("ours", A, A[..., :1], 12),
        ValueError,
        "a_S has 2",
    ),
    ("of no pixels", lambda: content_cost_in("ours", A, A, 0), ValueError, "pixels is 0"),
    ("of pixels None", lambda: shape_of(A, None), ValueError, "pixels is None"),
    ("of pixels True", lambda: shape_of(A, True), ValueError, "pixels is True"),
    (
        "of a giant number of pixels",
        lambda: shape_of(A, 10**400),
        ValueError,
        "expected 1 to 1000",
    ),
    ("of no batch", lambda: layer_style_cost_in("ours", A[0], A, 12), ValueError, "a_S have shape"),
    (
        "no shapes",
        lambda: convert_weights(Weights(1, 1, ONE), **OURS, content=SHAPE, style=None),
        TypeError,
        "style is NoneType",
    ),
    (
        "a layer without shape",
        lambda: convert_weights(Weights(1, 1, ONE), **OURS, content=SHAPE, style={}),
        ValueError,
        "style has no shape for block1_conv1",
    ),
    (
        "a tuple for a shape",
        lambda: convert_weights(Weights(1, 1, ONE), **OURS, content=(4, 3, 2, 12), style={}),
        ValueError,
        "style has no shape|expected Shape",
    ),
    (
        "a weight below 0",
        lambda: convert_weights(
            Weights(-1, 1, ONE), **OURS, content=SHAPE, style={"block1_conv1": SHAPE}
        ),
        ValueError,
        "alpha is -1",
    ),
    (
        "weights in a row",
        lambda: as_weights((1, 1, ONE)),
        TypeError,
        "weights is .1, 1, .+expected W",
    ),
    ("no style layer", lambda: as_weights(Weights(1, 1, {})), ValueError, "at least one layer"),
    ("λ in a list", lambda: as_weights(Weights(1, 1, [1])), TypeError, "lambdas is list"),
    ("β as text", lambda: as_weights(Weights(1, "1", ONE)), TypeError, "beta is '1'"),
    (
        "all 0",
        lambda: as_weights(Weights(0, 0, ONE)),
        ValueError,
        "both 0: there is nothing to min",
    ),
    ("pixels like PyTorch's", lambda: as_image(Stubborn()), TypeError, "image must be an array"),
    ("pixels of i", lambda: as_image(GOOD * 1j), TypeError, "array of numbers"),
    ("pixels as text", lambda: as_image(GOOD.astype(str)), TypeError, "array of numbers"),
    ("a giant pixel", lambda: as_image([[[[10**400] * 3] * 4] * 4]), TypeError, "numbers"),
    ("numbers like PyTorch's", lambda: gram_matrix(Stubborn()), TypeError, "not Stubborn"),
    ("a giant weight", lambda: total_cost(1.0, 1.0, 10**400), ValueError, "alpha is inf"),
    ("a ragged matrix", lambda: strongest_pairs([[1], [1, 2]]), TypeError, "G is list"),
    ("a name that no disk holds", lambda: save_image(GOOD, "a\0.png"), OSError, "another name"),
    ("a name too long", lambda: save_image(GOOD, "a" * 5000 + ".png"), OSError, "another name"),
    ("no film", lambda: save_film(None, "a.webp"), TypeError, "frames is None"),
    (
        "a film of a number",
        lambda: save_film(5, "a.webp"),
        TypeError,
        "frames is 5, expected",
    ),
    ("a film of a text", lambda: save_film("ab", "a.webp"), TypeError, r"frames\[0\] must be an"),
    ("a film of nothing", lambda: save_film({}, "a.webp"), ValueError, "holds 0 pictures"),
    ("a film of one", lambda: save_film(GOOD, "a.webp"), ValueError, r"frames\[0\] has shape"),
    ("a gap in a film", lambda: save_film([GOOD, None], "a.webp"), TypeError, r"frames\[1\] must"),
    ("NaN in a film", lambda: save_film([GOOD, GOOD * NAN], "a.gif"), ValueError, r"s\[1\] holds"),
    ("a film nowhere", lambda: save_film([GOOD] * 2, None), TypeError, "path is None"),
    ("a film's text", lambda: save_film([GOOD] * 2, "a.gif", pace="x"), TypeError, "pace is 'x'"),
    ("a still film", lambda: save_film([GOOD] * 2, "a.gif", pace=1e-9), ValueError, "0.1 to 50"),
    ("a flash", lambda: save_film([GOOD] * 2, "a.gif", pace=1e9), ValueError, "0.1 to 50"),
    (
        "no kind of film",
        lambda: encode_film([GOOD] * 2, "MP4"),
        ValueError,
        "choose from WEBP",
    ),
    ("a path of bytes", lambda: save_image(GOOD, b"a.png"), TypeError, "path is b'a.png'"),
    ("a file of bytes", lambda: weights.read_weights(b"a"), TypeError, "path is b'a'"),
    ("a long file", lambda: weights.read_weights("a" * 5000), FileNotFoundError, "no weights file"),
    ("settings in a list", lambda: encode_png(GOOD, [1]), TypeError, "settings is list"),
    ("settings in a ring", lambda: encode_png(GOOD, RING), TypeError, "numbers and texts only"),
    ("layers by number", lambda: style_cost({1: A}, {1: A}, {"x": 1}), ValueError, "no layer 'x'"),
    (
        "a patch of a world",
        lambda: cut_patch(GOOD, (0, 0, 10**9, 9)),
        ValueError,
        "16384 pixels",
    ),
    ("maps of two", lambda: channel_peaks({"x": [*A, *A]}, 0), ValueError, r"\(2, 4, 3, 2\)"),
    ("maps of NaN", lambda: channel_peaks({"x": A * NAN}, 0), ValueError, "of x hold NaN"),
    ("no layer's blocks", lambda: selective_channel([None], [A]), TypeError, "not NoneType"),
    ("a start of rows", lambda: next(adam(M, 0.1)), ValueError, r"x has shape \(4, 4\)"),
    ("a start of text", lambda: next(l_bfgs("x")), TypeError, "x is str"),
    ("a rate of 0", lambda: next(gradient_descent(M[0], 0)), ValueError, "rate is 0.0"),
    (
        "no extractor",
        lambda: activation_gradient(None, GOOD, "block1_conv1", 0, 0, 0),
        TypeError,
        "extract is None",
    ),
    (
        "another extractor",
        lambda: activation_gradient(tf.identity, GOOD, "block1_conv1", 0, 0, 0),
        TypeError,
        "as the function that extractor",
    ),
    ("no network", lambda: for_styles(None), TypeError, "vgg is None"),
    ("no such question", lambda: check_prediction("x", "a"), ValueError, "name is 'x'; choose"),
    ("two questions", lambda: check_prediction(["tiled"], "a"), ValueError, "name is"),
]


@pytest.mark.parametrize(
    ("call", "kind", "message"), [pytest.param(*c[1:], id=c[0]) for c in OTHER_CALLS]
)
def test_other_calls(call, kind, message):
    refused(call, kind, message)


# All of it --------------------------------------------------------------------------------------

TESTED = [
    "StyleTransfer",
    "activation_gradient",
    "channel_peaks",
    "content_cost",
    "covariance_matrix",
    "cut_patch",
    "extractor",
    "for_styles",
    "gram_matrix",
    "gram_matrix_per_position",
    "layer_style_cost",
    "load_image",
    "load_picture",
    "load_vgg",
    "pearson_matrix",
    "preprocess",
    "receptive_field",
    "resize_image",
    "save_film",
    "save_image",
    "stripes_and_patches",
    "style_cost",
    "style_gradient",
    "total_cost",
    "unroll",
]
NOTHING_TO_GIVE = [device.__name__]


def test_every_public_function_is_in_the_matrix():
    functions = {name for name in nst_helpers.__all__ if callable(getattr(nst_helpers, name))}
    assert functions == {*TESTED, *NOTHING_TO_GIVE}, "give bad inputs to the new ones"


# Behind the functions of the matrix, which check what these are given.
INNER = {
    "images": ["resized", "to_pil"],
    "gallery": [],
    "network.download": ["cached_vgg19", "digest", "in_short", "vgg19_file"],
    "network.weights": [],
    "network.winograd": ["fold_edge", "transformed", "winograd_convolution", "winograd_maps"],
    "network.styles": ["build", "chain", "measurable"],
    "network.vgg": ["known_layer"],
    "activations": ["cut", "known_layers"],
    "blocks": ["as_block", "content_blocks", "positions", "style_blocks", "table"],
    "style_matrix": ["gram_per_position"],
    "costs": ["as_lambdas", "content_difference", "style_difference"],
    "reference": [],
    "conventions": [],
    "objective": ["equal_say", "named_lambdas", "objective"],
    "optimisers": ["downhill"],
    "pyramid": ["as_canvas", "at_level", "enlarged", "first_picture", "level_sizes", "shares"],
    "transfer": [],
    "figures.look": ["arrows", "in_one_look", "new_figure", "reach", "wrapped"],
    "figures.words": [
        "bundle",
        "description",
        "folded",
        "number_text",
        "read_descriptions",
        "words_of_titles",
    ],
    "figures.pictures": [],
    "figures.charts": [],
}


@pytest.mark.parametrize("room", INNER)
def test_every_function_of_a_room_is_in_the_matrix(room):
    module = importlib.import_module(f"nst_helpers.{room}")
    functions = {
        name
        for name, item in inspect.getmembers(module, inspect.isfunction)
        if item.__module__ == module.__name__ and not name.startswith("_")
    }
    own = Path(__file__).read_text("utf-8").partition("# All of it")[0]
    called = {name for name in functions if re.search(rf"\b{name}\(|\b{name},$", own, re.M)}
    assert functions - called - {*NOTHING_TO_GIVE} == {*INNER[room]}
