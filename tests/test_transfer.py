"""Whole transfers: the gradient, the way down, changes on the way, interrupts and divergence."""

import contextlib
import copy
import gc
import itertools
import logging
import pickle
import random
import signal
import sys
import threading
from fractions import Fraction
from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from threadpoolctl import threadpool_info

from nst_helpers import (
    CONTENT_LAYER,
    STYLE_LAYERS,
    StyleTransfer,
    content_cost,
    covariance_matrix,
    extractor,
    for_styles,
    layer_style_cost,
    load_picture,
    load_vgg,
    pearson_matrix,
    style_cost,
    total_cost,
)
from nst_helpers.blocks import unroll
from nst_helpers.costs import Weights, content_difference
from nst_helpers.images import as_image, resize_image
from nst_helpers.objective import Objective, equal_say
from nst_helpers.pyramid import COARSEST, level_sizes, shares
from nst_helpers.style_matrix import gram_matrix_per_position

QUIET = {"progress": False}


def first_cost(transfer, image):
    return transfer.cost_and_gradient(image)[0]["J"]


def assert_best(transfer):
    """The picture kept is valid, and it is the best of all that were measured at its size."""
    image = as_image(transfer.image)
    assert image.shape[1:3] == transfer.size
    measured = transfer.history["J"]
    if len(measured):
        assert first_cost(transfer, image) == pytest.approx(min(measured), rel=1e-3)


@pytest.fixture
def transfer(vgg, content, style):
    return StyleTransfer(content, style, vgg, levels=1)


# The gradient


def as_published(vgg):
    return for_styles(vgg, border="zero", pooling="max")


@pytest.mark.parametrize("form", [{}, {"border": "zero"}, {"pooling": "max"}])
def test_the_gradient_by_finite_differences(real_vgg, content, style, form):
    transfer = StyleTransfer(content, style, for_styles(real_vgg, **form), levels=1)
    image = np.clip(0.7 * content + 0.3 * resize_image(style, transfer.size), 0.01, 0.99)
    _, gradient = transfer.cost_and_gradient(image)
    assert gradient.shape == image.shape
    assert gradient.dtype == np.float32
    rng = np.random.default_rng(0)
    for direction in (np.sign(gradient), np.sign(gradient + rng.normal(0, gradient.std()))):
        step = 5e-4 * direction.astype(np.float32)
        high, low = (first_cost(transfer, image + s * step) for s in (1, -1))
        assert (high - low) / 2 == pytest.approx(float((gradient * step).sum()), rel=0.02)


NETWORKS = {
    f"{name}, {border}, {pooling}": partial(
        load_vgg, name, weights=None, border=border, pooling=pooling
    )
    for name in ("vgg16", "vgg19")
    for border in ("edge", "zero")
    for pooling in ("average", "max")
} | {
    "Keras' VGG16": partial(keras.applications.VGG16, include_top=False, weights=None),
    "Keras' VGG19": partial(keras.applications.VGG19, include_top=False, weights=None),
}


@pytest.mark.parametrize("make", NETWORKS.values(), ids=NETWORKS)
def test_what_a_picture_costs_is_decided_by_the_network_alone(make, content, style):
    """The public functions on the extractor's activations say the same, layer by layer."""
    network, lambdas = make(), dict(zip(STYLE_LAYERS, (0.4, 0.1, 0.2, 0, 0.3), strict=True))
    transfer = StyleTransfer(content, style, network, levels=1, alpha=2, beta=0.03, lambdas=lambdas)
    extract = extractor(network, [*STYLE_LAYERS, CONTENT_LAYER])
    a_C, a_S = extract(content), extract(resize_image(style, max(style.shape)))
    image = tf.constant(resize_image(load_picture("coffee", 64), transfer.size))
    with tf.GradientTape() as tape:
        tape.watch(image)
        a_G = extract(image)
        J_content = content_cost(a_C[CONTENT_LAYER], a_G[CONTENT_LAYER])
        J_style = style_cost(a_S, a_G, lambdas)
        J = total_cost(J_content, J_style, 2, 0.03)
    expected = tape.gradient(J, image).numpy()
    costs, gradient = transfer.cost_and_gradient(image.numpy())
    assert costs["J"] == pytest.approx(float(J), rel=1e-4)
    assert costs["J_content"] == pytest.approx(float(J_content), rel=1e-4)
    assert costs["J_style"] == pytest.approx(float(J_style), rel=1e-4)
    for layer, cost in costs["J_style_layer"].items():
        assert cost == pytest.approx(float(layer_style_cost(a_S[layer], a_G[layer])), rel=1e-4)
    assert np.abs(gradient - expected).max() < 1e-3 * np.abs(expected).max()


def test_without_a_network_it_is_the_one_that_load_vgg_gives(content, style):
    mine, given = (StyleTransfer(content, style, vgg, levels=1) for vgg in (None, load_vgg()))
    assert first_cost(mine, content) == pytest.approx(first_cost(given, content), rel=1e-6)


def test_the_costs_compose(vgg, content, style):
    lambdas = dict(zip(STYLE_LAYERS, (0.5, 0, 0.25, 1, 2), strict=True))
    transfer = StyleTransfer(content, style, vgg, alpha=3, beta=0.2, lambdas=lambdas, levels=1)
    costs, _ = transfer.cost_and_gradient(content[:, ::-1])
    layers = costs["J_style_layer"]
    assert list(layers) == list(STYLE_LAYERS)
    assert all(cost > 0 for cost in layers.values())
    J_style = sum(lambdas[layer] * cost for layer, cost in layers.items())
    assert costs["J_style"] == pytest.approx(J_style, rel=1e-5)
    expected = 3 * costs["J_content"] + 0.2 * costs["J_style"]
    assert costs["J"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("kind", [int, np.float64, np.int8, Fraction, tf.constant])
def test_weights_may_be_numbers_of_any_kind(vgg, content, style, kind):
    weights = [kind(n) for n in (1, 0, 2, 0, 1)]
    transfer = StyleTransfer(
        content, style, vgg, alpha=kind(1), beta=kind(2), lambdas=weights, rate=kind(1)
    )
    assert list(transfer.weights.lambdas.values()) == [1, 0, 2, 0, 1]
    assert len(transfer.run(2, **QUIET)[1]["J"]) == 2


def test_the_content_picture_has_no_content_cost_and_the_style_picture_no_style_cost(vgg, style):
    transfer = StyleTransfer(style[:, ::-1], style, vgg, levels=1)
    assert transfer.cost_and_gradient(style[:, ::-1])[0]["J_content"] == 0
    costs, _ = transfer.cost_and_gradient(style)
    assert costs["J_style"] < 1e-6 * transfer.cost_and_gradient(style * 0.5)[0]["J_style"]
    assert costs["J_content"] > 0


# Downhill


@pytest.mark.parametrize(
    ("optimiser", "steps", "factor"),
    [("l-bfgs", 30, 8), ("adam", 30, 5), ("gradient descent", 40, 2)],
)
def test_a_real_small_transfer_lowers_the_cost(real_vgg, content, style, optimiser, steps, factor):
    transfer = StyleTransfer(content, style, real_vgg, optimiser=optimiser, levels=1)
    image, history = transfer.run(steps, **QUIET)
    assert len(history["J"]) == steps
    assert history["J"][0] / history["J"].min() > factor
    assert history["J"][0] == pytest.approx(first_cost(transfer, content), rel=1e-4)
    assert np.abs(image - content).max() > 0.05
    assert_best(transfer)


def test_the_history_is_whole(vgg, content, style):
    transfer = StyleTransfer(content, style, vgg, levels=1, alpha=2, beta=0.5)
    image, history = transfer.run(4, **QUIET)
    assert set(history) == {"J", "J_content", "J_style", "size", "seconds", "J_style_layer"}
    assert {len(history[name]) for name in history if name != "J_style_layer"} == {4}
    assert {len(costs) for costs in history["J_style_layer"].values()} == {4}
    assert (np.diff(history["seconds"]) > 0).all()
    assert set(history["size"]) == {content.shape[1]}
    np.testing.assert_allclose(
        history["J"], 2 * history["J_content"] + 0.5 * history["J_style"], rtol=1e-5
    )
    assert image.dtype == np.float32


def test_one_step_is_the_start(transfer, content):
    image, history = transfer.run(1, **QUIET)
    np.testing.assert_allclose(image, content, atol=1e-6)
    assert len(history["J"]) == 1


def test_a_cell_run_twice(transfer):
    first, history = transfer.run(4, **QUIET)
    second, again = transfer.run(4, **QUIET)
    np.testing.assert_allclose(first, second, atol=1e-2)
    np.testing.assert_allclose(history["J"], again["J"], rtol=1e-2)
    assert len(again["J"]) == 4


def test_the_progress_bar_goes_to_standard_output(transfer, capsys):
    transfer.run(3)
    said = capsys.readouterr()
    assert "3/3" in said.out
    assert "J = " in said.out
    assert said.err == ""


def test_the_default_number_of_steps_suits_the_device(transfer, monkeypatch):
    from nst_helpers import transfer as module

    monkeypatch.setattr(module, "device", lambda: type("Small", (), {"steps": 3})())
    _, history = transfer.run(**QUIET)
    assert len(history["J"]) == 3


# Coarse to fine


@given(st.integers(32, 1024), st.integers(32, 1024))
def test_levels_double_up_to_the_full_size_whatever_the_aspect(height, width):
    sizes = level_sizes((height, width), None)
    assert sizes[-1] == (height, width)
    assert min(sizes[0]) >= COARSEST or len(sizes) == 1
    assert min(sizes[0]) <= 2 * COARSEST  # 319 is halved to 160
    for small, large in itertools.pairwise(sizes):
        for short, long in zip(small, large, strict=True):
            assert abs(long - 2 * short) <= 2


@given(st.integers(1, 400), st.integers(1, 6))
def test_the_steps_are_all_spent_and_the_full_size_has_some(count, levels):
    found = shares(count, levels)
    assert len(found) == levels
    assert sum(found) == count
    assert min(found) >= 0
    assert found[-1] >= 1


@pytest.mark.parametrize("aspect", [(70, 96), (96, 65), (64, 160)])
def test_a_transfer_from_coarse_to_fine(vgg, style, aspect):
    content = load_picture("coffee", 200)[:, : aspect[0], : aspect[1]]
    content = resize_image(content, aspect)
    transfer = StyleTransfer(content, style, vgg, levels=2)
    image, history = transfer.run(9, **QUIET)
    assert image.shape == (1, *aspect, 3)
    assert sorted(set(history["size"])) == [round(aspect[0] / 2), aspect[0]]
    assert len(history["J"]) == 9
    fine = history["J"][history["size"] == aspect[0]]
    assert first_cost(transfer, image) == pytest.approx(fine.min(), rel=1e-3)


def test_a_long_thin_style_stays_large_enough_at_every_level(vgg):
    content = load_picture("coffee", 200)[:, :128, :128]
    style = resize_image(load_picture("starry_night", 200), (32, 128))
    _, history = StyleTransfer(content, style, vgg, levels=3).run(8, **QUIET)
    assert len(set(history["size"])) == 3


def test_coarse_levels_can_be_measured(vgg, style):
    content = resize_image(load_picture("coffee", 200), (64, 96))
    transfer = StyleTransfer(content, style, vgg, levels=2)
    costs, gradient = transfer.cost_and_gradient(resize_image(content, (32, 48)))
    assert gradient.shape == (1, 32, 48, 3)
    assert costs["J_content"] < 1e-6 * costs["J_style"]


# Starts, seeds, and one picture alone


def test_starts(vgg, content, style):
    def start(**options):
        return StyleTransfer(content, style, vgg, levels=1, **options).image

    np.testing.assert_array_equal(start(), content)
    np.testing.assert_allclose(start(start="style"), resize_image(style, content.shape[1:3]))
    own = np.full((1, 50, 50, 3), 0.25, np.float32)
    np.testing.assert_allclose(start(start=own), 0.25, atol=1e-3)
    noise = start(start="noise")
    assert noise.std() > 0.05
    np.testing.assert_array_equal(noise, start(start="noise", seed=0))
    assert np.abs(noise - start(start="noise", seed=1)).mean() > 0.05


def test_the_same_seed_gives_the_same_run(vgg, content, style):
    def run(seed):
        transfer = StyleTransfer(
            content, style, vgg, levels=1, start="noise", optimiser="adam", seed=seed
        )
        return transfer.run(4, **QUIET)[1]["J"]

    np.testing.assert_allclose(run(5), run(5), rtol=1e-3)
    assert abs(run(6)[0] / run(5)[0] - 1) > 1e-4


def test_a_texture_has_no_content(real_vgg):
    brick = load_picture("brick", 48)
    transfer = StyleTransfer(None, brick, real_vgg, levels=1)
    image, history = transfer.run(20, **QUIET)
    assert image.shape == brick.shape
    np.testing.assert_array_equal(history["J_content"], 0)
    assert history["J"][0] / history["J"].min() > 20


def test_content_alone_is_found_again_from_noise(real_vgg, content):
    transfer = StyleTransfer(content, None, real_vgg, levels=1, start="noise")
    image, history = transfer.run(25, **QUIET)
    np.testing.assert_array_equal(history["J_style"], 0)
    assert history["J"][0] / history["J"].min() > 5
    noise = StyleTransfer(content, None, real_vgg, levels=1, start="noise").image
    assert np.corrcoef(image.ravel(), content.ravel())[0, 1] > 0.15 + abs(
        np.corrcoef(noise.ravel(), content.ravel())[0, 1]
    )


def test_the_pictures_given_are_left_alone(vgg, content, style):
    before = content.copy(), style.copy()
    transfer = StyleTransfer(content, style, vgg, levels=1)
    transfer.image[:] = 0
    for step in transfer.steps(3):
        step.image[:] = np.nan
        step.costs.clear()
    np.testing.assert_array_equal(content, before[0])
    np.testing.assert_array_equal(style, before[1])


def test_what_happens_to_the_pictures_afterwards_changes_nothing(vgg, content, style):
    expected = StyleTransfer(content, style, vgg, levels=1).run(2, **QUIET)[1]["J"]
    mine = content.copy(), style.copy()
    transfer = StyleTransfer(*mine, vgg, levels=1)
    for picture in mine:
        picture[:] = np.nan
    np.testing.assert_allclose(transfer.run(2, **QUIET)[1]["J"], expected, rtol=1e-5)


# Changes on the way


def test_weights_change_between_two_steps_without_a_new_trace(vgg, content, style):
    transfer = StyleTransfer(content, style, vgg, levels=1, alpha=1, beta=0.5)
    halved = dict(zip(STYLE_LAYERS, (1, 0, 0, 0, 0.5), strict=True))
    changes = {3: {"alpha": 7.0}, 5: {"beta": 0.01}, 7: {"lambdas": halved}}
    for step in transfer.steps(10):
        costs, weights = step.costs, transfer.weights
        expected = weights.alpha * costs["J_content"] + weights.beta * costs["J_style"]
        assert costs["J"] == pytest.approx(expected, rel=1e-5)
        J_style = sum(weights.lambdas[layer] * J for layer, J in costs["J_style_layer"].items())
        assert costs["J_style"] == pytest.approx(J_style, rel=1e-5)
        transfer.weights = weights._replace(**changes.get(step.number, {}))
    assert step.number == 10
    assert transfer.weights == Weights(7, 0.01, halved)


def test_the_weights_are_one_value(vgg, content, style):
    """Set at once, in no order, and checked as one: nothing is taken where one part is wrong."""
    transfer = StyleTransfer(content, style, vgg, levels=1, alpha=1, beta=0)
    lambdas = dict.fromkeys(reversed(STYLE_LAYERS), 0.5)
    transfer.weights = Weights(0, 1, lambdas)
    assert transfer.weights == Weights(0, 1, lambdas)
    transfer.weights.lambdas["block1_conv1"] = transfer.lambdas["block1_conv1"] = -1  # copies
    for wrong in (
        Weights(2, -1, lambdas),
        Weights(0, 0, lambdas),
        Weights(2, 1, {"block1_conv1": 1}),
        Weights(2, 1, dict.fromkeys(STYLE_LAYERS, 0)),
    ):
        with pytest.raises(ValueError, match=r"beta is -1|nothing to minimise|measures|all 0"):
            transfer.weights = wrong
    with pytest.raises(TypeError, match=r"expected Weights\(alpha, beta, lambdas\)"):
        transfer.weights = (2, 1, lambdas)
    assert transfer.weights == Weights(0, 1, lambdas)
    transfer.alpha, transfer.beta, transfer.lambdas = 3, 0, halved(lambdas)
    assert transfer.weights == Weights(3, 0, halved(lambdas))
    assert (transfer.alpha, transfer.beta, transfer.lambdas) == transfer.weights


def halved(lambdas):
    return {layer: weight / 2 for layer, weight in lambdas.items()}


def test_after_a_change_the_best_picture_is_the_best_of_the_new_cost(vgg, content, style):
    transfer = StyleTransfer(content, style, vgg, levels=1, alpha=0, beta=1)
    after = []
    for step in transfer.steps(12):
        if step.number == 6:
            transfer.weights = transfer.weights._replace(alpha=1e4)
        elif step.number > 6:
            after.append(step.costs["J"])
    assert first_cost(transfer, transfer.image) == pytest.approx(min(after), rel=1e-3)


def test_setting_what_is_set_already_changes_nothing(vgg, content, style):
    undisturbed, set_again = (StyleTransfer(content, style, vgg, levels=1) for _ in "12")
    expected = undisturbed.run(6, **QUIET)[1]["J"]
    for _ in set_again.steps(6):
        set_again.weights = set_again.weights
    np.testing.assert_allclose(set_again.history["J"], expected, rtol=1e-3)


@contextlib.contextmanager
def counted_traces(monkeypatch):
    """Count how often J is written down as a graph: then the content cost is symbolic."""
    from nst_helpers import objective as module

    traces = []

    def counted(a_C, a_G):
        traces.append(tf.is_symbolic_tensor(a_G))
        return content_difference(a_C, a_G)

    with monkeypatch.context() as patch:
        patch.setattr(module, "content_difference", counted)
        yield traces


def test_all_transfers_alike_share_one_trace(content, style, monkeypatch):
    vgg = load_vgg("vgg16", weights=None)
    with counted_traces(monkeypatch) as traces:
        for alpha, picture in ((1, content), (2, style), (3, content[:, :, :40])):
            transfer = StyleTransfer(picture, style, vgg, alpha=alpha, levels=1)
            for _ in transfer.steps(3):
                transfer.weights = transfer.weights._replace(beta=transfer.weights.beta * 2)
    assert traces == [True]


def test_a_loop_over_the_layers_is_not_warned_of(content, style):
    """TensorFlow warns of functions that are traced again and again."""
    vgg, logged = load_vgg("vgg16", weights=None), []
    handler = logging.Handler()
    handler.emit = logged.append
    tf.get_logger().addHandler(handler)
    try:
        for layer in (*STYLE_LAYERS, "block1_conv2", "block2_conv2"):
            StyleTransfer(content, style, vgg, lambdas={layer: 1}, levels=1).run(2, **QUIET)
    finally:
        tf.get_logger().removeHandler(handler)
    assert [record.getMessage() for record in logged] == []


# Equal say


def test_equal_say_gives_each_layer_the_same_share_at_the_content_picture(real_vgg, content, style):
    transfer = StyleTransfer(content, style, real_vgg, levels=1)
    alike = StyleTransfer(content, style, real_vgg, levels=1, lambdas="equal")
    assert set(alike.weights.lambdas.values()) == {0.2}
    costs, even = (t.cost_and_gradient(content)[0] for t in (transfer, alike))
    shares = [transfer.weights.lambdas[la] * J for la, J in costs["J_style_layer"].items()]
    np.testing.assert_allclose(np.divide(shares, costs["J_style"]), 0.2, rtol=1e-4)
    assert costs["J_style"] == pytest.approx(even["J_style"], rel=1e-4)  # so β keeps its meaning


def test_equal_say_without_a_content_goes_by_the_noise(vgg, style):
    transfer = StyleTransfer(None, style, vgg, levels=1)
    costs, _ = transfer.cost_and_gradient(transfer.image)
    shares = [transfer.weights.lambdas[la] * J for la, J in costs["J_style_layer"].items()]
    np.testing.assert_allclose(np.divide(shares, costs["J_style"]), 0.2, rtol=1e-4)


def test_equal_say_of_what_costs_nothing_is_equal(vgg, content):
    assert equal_say({"a": 2.0, "b": 0.5}) == {"a": 0.3125, "b": 1.25}
    assert equal_say({"a": 2.0, "b": 0.0}) == {"a": 0.5, "b": 0.5}
    transfer = StyleTransfer(content, content, vgg, levels=1)
    assert set(transfer.weights.lambdas.values()) == {0.2}


# Another statistic


def channel_means(a):
    return tf.reduce_mean(a, axis=(0, 1, 2))


def between_positions(a):
    rows = unroll(a)
    return rows @ tf.transpose(rows)


@pytest.mark.parametrize(
    "statistic", [gram_matrix_per_position, channel_means, covariance_matrix, pearson_matrix]
)
def test_a_style_may_be_another_statistic(real_vgg, content, style, statistic):
    transfer = StyleTransfer(content, style, real_vgg, statistic=statistic, levels=1)
    extract = extractor(real_vgg, STYLE_LAYERS)
    a_S, a_G = extract(style), extract(content)
    costs, gradient = transfer.cost_and_gradient(content)
    for layer, cost in costs["J_style_layer"].items():
        difference = np.subtract(statistic(a_S[layer]), statistic(a_G[layer]), dtype=np.float64)
        expected = (difference**2).sum() / (2 * a_G[layer].shape[-1]) ** 2
        assert cost == pytest.approx(expected, rel=1e-4)
    image, lambdas = tf.constant(content), transfer.weights.lambdas
    with tf.GradientTape() as tape:
        tape.watch(image)
        a_G = extract(image)
        J_layers = [
            lambdas[la] * tf.reduce_sum((statistic(a_S[la]) - statistic(a_G[la])) ** 2)
            / (2 * a_G[la].shape[-1]) ** 2
            for la in STYLE_LAYERS
        ]  # fmt: skip
        J_style = 0.01 * tf.add_n(J_layers)  # J_content has no gradient at C
    expected = tape.gradient(J_style, image).numpy()
    assert np.abs(gradient - expected).max() < 1e-3 * np.abs(expected).max()
    history = transfer.run(12, **QUIET)[1]
    assert history["J_style"].min() < 0.7 * history["J_style"][0]


def test_a_statistic_of_the_positions_needs_pictures_of_one_size(vgg, content, style):
    options = {"statistic": between_positions, "lambdas": {"block3_conv1": 1}, "levels": 1}
    same = StyleTransfer(content, content[:, ::-1, ::-1], vgg, **options)
    assert same.run(3, **QUIET)[1]["J_style"][0] > 0
    with pytest.raises(ValueError, match="shape does not depend on n_H and n_W, or pictures of"):
        StyleTransfer(content, style, vgg, **options).run(3, **QUIET)


@pytest.mark.parametrize(
    ("statistic", "message"),
    [
        (lambda a: [1, 2], r"statistic gives \[1, 2\], expected a tensor"),
        (lambda a: tf.shape(a), "expected a tensor of floating-point numbers"),
        (lambda a: tf.constant(a.numpy()), "Write it with TensorFlow's functions alone"),
    ],
)
def test_a_statistic_that_cannot_be_used(vgg, content, style, statistic, message):
    with pytest.raises(TypeError, match=message):
        StyleTransfer(content, content[:, ::-1], vgg, statistic=statistic).run(2, **QUIET)


# The iterator


def searches():
    return [thread for thread in threading.enumerate() if thread.name == "L-BFGS"]


@pytest.mark.parametrize("error", [MemoryError("no room"), ImportError("no SciPy")])
def test_what_fails_in_the_search_reaches_the_caller(transfer, monkeypatch, error):
    def minimise(*_, **__):
        raise error

    before = set(searches())
    with monkeypatch.context() as patch:
        patch.setattr("scipy.optimize.minimize", minimise)
        with pytest.raises(type(error), match=str(error)):
            transfer.run(5, **QUIET)
    assert not set(searches()) - before
    transfer.run(3, **QUIET)
    assert len(transfer.history["J"]) == 3
    assert_best(transfer)


@pytest.mark.parametrize("how", ["dropped", "closed", "broken off", "never begun"])
def test_an_iterator_left_early_leaves_no_thread(transfer, how):
    before = set(searches())
    walk = transfer.steps(50)
    if how != "never begun":
        next(walk), next(walk)
        assert set(searches()) - before
    if how == "closed":
        walk.close()
        with pytest.raises(StopIteration):
            next(walk)
    if how == "broken off":
        for step in walk:
            if step.number > 3:
                break
    del walk
    gc.collect()
    assert not set(searches()) - before
    as_image(transfer.image)
    assert len(transfer.run(2, **QUIET)[1]["J"]) == 2


def test_two_iterators_of_two_transfers_do_not_disturb_each_other(vgg, content, style):
    first, second = (StyleTransfer(content, style, vgg, levels=1, beta=b) for b in (0.1, 0.2))
    numbers = [(a.number, b.number) for a, b in zip(first.steps(4), second.steps(4), strict=True)]
    assert numbers == [(n, n) for n in range(1, 5)]
    assert_best(first)
    assert_best(second)


def test_an_error_in_the_loop_leaves_the_best_picture(transfer):
    with pytest.raises(ZeroDivisionError):
        for step in transfer.steps(20):
            if step.number == 4:
                step.number / 0
    assert_best(transfer)
    assert len(transfer.run(2, **QUIET)[1]["J"]) == 2


def test_a_newer_walk_ends_the_older_one_with_a_sentence(transfer):
    before = set(searches())
    older = transfer.steps(20)
    next(older), next(older)
    newer = transfer.steps(3)
    next(newer)
    with pytest.raises(RuntimeError, match=r"A newer walk .+ has begun, which ends this one"):
        next(older)
    assert list(older) == []
    assert [step.number for step in newer] == [2, 3]
    assert len(transfer.history["J"]) == 3
    assert not set(searches()) - before


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_transfer_is_neither_copied_nor_pickled(transfer, way):
    with pytest.raises(TypeError, match=r"neither copied nor pickled. Make another one"):
        way(transfer)


def test_a_transfer_is_made_eagerly(vgg, content, style):
    message = "made outside of tf.function and tf.Graph, with TensorFlow's eager execution on"
    with tf.Graph().as_default(), pytest.raises(RuntimeError, match=message):
        StyleTransfer(content, style, vgg)
    with pytest.raises(RuntimeError, match=message):
        tf.function(lambda: StyleTransfer(content, style, vgg))()
    with pytest.raises(RuntimeError, match=message):
        tf.function(lambda: load_vgg("vgg16"))()


# Interrupts


@contextlib.contextmanager
def calls_counted(*moments):
    """Count the calls that this thread makes; at some, send what Jupyter's stop button sends.

    So the moments depend on how far the work has come, and not on the machine's pace.
    """
    calls, left = [0], sorted(moments)

    def count(frame, event, argument):
        calls[0] += 1
        if left and calls[0] >= left[0]:
            left.pop(0)
            signal.raise_signal(signal.SIGINT)

    sys.setprofile(count)
    try:
        yield calls
    finally:
        sys.setprofile(None)


MANY = 30  # steps, of which a run that is interrupted makes but a part


@pytest.mark.parametrize("seed", range(6))
def test_interrupts_at_random_moments_of_a_run(vgg, content, style, seed):
    """Ten at each seed; every third time the button is pressed twice."""
    rng = random.Random(seed)
    handler, before = signal.getsignal(signal.SIGINT), set(searches())
    optimiser = ("l-bfgs", "adam", "gradient descent")[seed % 3]
    transfer = StyleTransfer(content, style, vgg, levels=1, optimiser=optimiser)
    transfer.run(1, **QUIET)
    with calls_counted() as calls:
        transfer.run(6, **QUIET)
    returned = 0
    for number in range(10):
        moment = rng.randrange(calls[0])
        moments = (moment, moment + rng.randrange(calls[0] // 3)) if number % 3 == 2 else (moment,)
        try:
            with calls_counted(*moments):
                image, history = transfer.run(MANY, **QUIET)
            assert transfer.message.startswith("Stopped after step")
            assert len(history["J"]) < MANY
            np.testing.assert_array_equal(image, transfer.image)
            returned += 1
        except KeyboardInterrupt:
            pass
        assert signal.getsignal(signal.SIGINT) is handler
        assert not set(searches()) - before
        assert_best(transfer)
    assert returned >= 5
    image, history = transfer.run(3, **QUIET)
    assert len(history["J"]) == 3
    assert_best(transfer)


def test_an_interrupt_during_the_very_first_trace(content, style):
    def new():
        return StyleTransfer(content, style, load_vgg("vgg16", weights=None), levels=1)

    transfer = new()
    with calls_counted() as calls:
        transfer.run(1, **QUIET)
    for share in (0.0, 0.3, 0.7):
        transfer = new()
        with contextlib.suppress(KeyboardInterrupt), calls_counted(int(share * calls[0])):
            transfer.run(MANY, **QUIET)
        assert len(transfer.history["J"]) < MANY
        assert_best(transfer)
        assert len(transfer.run(2, **QUIET)[1]["J"]) == 2


def test_the_way_up_keeps_the_fine_detail_of_a_picture_and_not_that_of_noise(vgg, style):
    content = np.random.default_rng(3).random((1, 65, 82, 3), dtype=np.float32)
    options = {"beta": 0, "levels": 2}  # J is smallest where G is C: nothing is to be changed
    *_, last = StyleTransfer(content, style, vgg, **options).steps(4)
    assert last.size == (65, 82)
    np.testing.assert_allclose(last.image, content, atol=1e-6)

    transfer = StyleTransfer(None, content, vgg, start="noise", levels=2)
    below, above = (step.image for step in transfer.steps(2))
    np.testing.assert_array_equal(above, resize_image(below, (65, 82)))


@pytest.mark.parametrize("share", [0.1, 0.4, 0.9])
def test_interrupts_on_the_way_up_the_levels(vgg, style, share):
    content = resize_image(load_picture("coffee", 200), (64, 64))
    transfer = StyleTransfer(content, style, vgg, levels=2)
    transfer.run(4, **QUIET)
    with calls_counted() as calls:
        transfer.run(8, **QUIET)
    with calls_counted(int(share * calls[0])):
        transfer.run(8, **QUIET)
    assert transfer.message.startswith("Stopped after step")
    assert as_image(transfer.image).shape == content.shape
    assert len(transfer.run(4, **QUIET)[1]["J"]) == 4


@pytest.mark.parametrize("share", [0.1, 0.4, 0.9])
def test_an_interrupt_while_stepping_comes_through(transfer, share):
    handler, before = signal.getsignal(signal.SIGINT), set(searches())

    def walk():
        for _ in transfer.steps(6):
            pass

    walk()
    with calls_counted() as calls:
        walk()
    with pytest.raises(KeyboardInterrupt), calls_counted(int(share * calls[0])):
        walk()
    gc.collect()
    assert signal.getsignal(signal.SIGINT) is handler
    assert not set(searches()) - before
    assert_best(transfer)
    assert len(transfer.run(2, **QUIET)[1]["J"]) == 2


def test_runs_in_threads_leave_the_linear_algebra_as_it_was(vgg, content, style):
    def threads():
        return [(lib["filepath"], lib["num_threads"]) for lib in threadpool_info()]

    before, outcomes = threads(), []

    def run(beta):
        transfer = StyleTransfer(content, style, vgg, levels=1, beta=beta)
        outcomes.append(len(transfer.run(8, **QUIET)[1]["J"]))

    running = [threading.Thread(target=run, args=(n,)) for n in (1, 2, 3)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(60)
    assert outcomes == [8, 8, 8]
    assert threads() == before


def test_a_run_in_another_thread_needs_no_signal(transfer):
    outcome = []
    thread = threading.Thread(target=lambda: outcome.append(transfer.run(3, **QUIET)))
    thread.start()
    thread.join(60)
    assert len(outcome[0][1]["J"]) == 3


# Divergence


@pytest.mark.parametrize("optimiser", ["l-bfgs", "adam", "gradient descent"])
@pytest.mark.parametrize("what", ["J", "gradient"])
def test_nan_stops_with_a_sentence_and_the_last_good_picture(
    vgg, content, style, optimiser, what, capsys, monkeypatch
):
    transfer = StyleTransfer(content, style, vgg, levels=1, optimiser=optimiser)
    measure, calls = Objective.measure, []

    def breaks_down(*args):
        calls.append(1)
        costs, gradient = measure(*args)
        if len(calls) <= 4:
            return costs, gradient
        return (costs | {"J": np.nan}, gradient) if what == "J" else (costs, gradient * np.inf)

    with monkeypatch.context() as patch:
        patch.setattr(Objective, "measure", breaks_down)
        image, history = transfer.run(20, **QUIET)
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "no longer a finite number" in said
    assert "last good picture is kept" in said
    assert len(calls) == 5
    assert len(history["J"]) == 4
    assert np.isfinite(history["J"]).all()
    np.testing.assert_array_equal(image, transfer.image)
    assert_best(transfer)


@pytest.mark.parametrize("beta", [1e-30, 1e20, 1e25])
def test_a_weight_far_from_1_still_goes_down(real_vgg, content, style, beta):
    transfer = StyleTransfer(content, style, real_vgg, levels=1, alpha=0, beta=beta)
    image, history = transfer.run(20, **QUIET)
    assert len(history["J"]) == 20
    assert history["J"].min() < history["J"][0] / 5
    assert np.abs(image - content).max() > 0.05


def test_a_cost_too_large_for_single_precision(vgg, content, style, capsys):
    transfer = StyleTransfer(content, style, vgg, levels=1, beta=3e38)
    image, history = transfer.run(5, **QUIET)
    assert "a weight is too large" in capsys.readouterr().out
    assert len(history["J"]) == 0
    np.testing.assert_array_equal(image, content)
    transfer.weights = transfer.weights._replace(beta=1.0)
    assert len(transfer.run(3, **QUIET)[1]["J"]) == 3


@pytest.mark.parametrize("optimiser", ["l-bfgs", "adam", "gradient descent"])
@pytest.mark.parametrize("rate", [1e3, 1e30])
def test_giant_steps_never_make_the_picture_worse(vgg, content, style, optimiser, rate):
    transfer = StyleTransfer(content, style, vgg, levels=1, optimiser=optimiser, rate=rate)
    image, history = transfer.run(6, **QUIET)
    as_image(image)
    assert first_cost(transfer, image) <= history["J"][0] * (1 + 1e-5)
    assert_best(transfer)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_pictures_of_one_colour(vgg, value):
    plain = np.full((1, 32, 40, 3), value, np.float32)
    image, history = StyleTransfer(plain, plain, vgg).run(4, **QUIET)
    as_image(image)
    assert np.isfinite(history["J"]).all()


def test_a_content_that_is_its_own_style_needs_no_step(vgg, content):
    image, history = StyleTransfer(content, content, vgg, levels=1).run(4, **QUIET)
    assert np.abs(image - content).max() < 0.1
    assert history["J"].min() <= history["J"][0]
