"""The costs against plain loops, against finite differences, and against their own laws."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nst_helpers import (
    content_cost,
    covariance_matrix,
    gram_matrix,
    layer_style_cost,
    pearson_matrix,
    style_cost,
    total_cost,
    unroll,
)
from nst_helpers.blocks import channel_pair
from nst_helpers.conventions import content_cost_in, layer_style_cost_in, shape_of
from nst_helpers.costs import content_difference, style_difference, style_gradient
from nst_helpers.reference import (
    content_cost_loops,
    gram_matrix_loops,
    layer_style_cost_loops,
    style_cost_loops,
)
from nst_helpers.style_matrix import gram_matrix_per_position, gram_per_position

NUMBERS = st.floats(-8, 8, width=32)
SHAPES = st.tuples(st.just(1), st.integers(1, 4), st.integers(1, 4), st.integers(1, 5))


def block(shape, dtype=np.float32):
    return arrays(dtype, shape, elements=NUMBERS)


@st.composite
def alike(draw, count=2, dtype=np.float64):
    """Blocks of one shape."""
    shape = draw(SHAPES)
    return tuple(draw(block(shape, dtype)) for _ in range(count))


@st.composite
def same_channels(draw):
    """A style and a generated block with the same channels, but not the same size."""
    n_C = draw(st.integers(1, 4))
    side = st.integers(1, 4)
    shapes = ((1, draw(side), draw(side), n_C) for _ in "SG")
    return tuple(draw(block(shape, np.float64)) for shape in shapes)


def by_hand(cost, a, step=1e-4):
    """dcost/da by central differences, one number at a time."""
    gradient = np.zeros_like(a)
    for index in np.ndindex(a.shape):
        moved = [a.copy(), a.copy()]
        moved[0][index] -= step
        moved[1][index] += step
        low, high = (float(cost(m)) for m in moved)
        gradient[index] = (high - low) / (2 * step)
    return gradient


def by_tape(cost, a):
    a = tf.constant(a)
    with tf.GradientTape() as tape:
        tape.watch(a)
        J = cost(a)
    return tape.gradient(J, a).numpy()


# Against the loops


@given(block((1, 3, 4, 5)))
def test_gram_matrix_is_the_four_loops(a):
    np.testing.assert_allclose(gram_matrix(a), gram_matrix_loops(a), rtol=1e-4, atol=1e-4)


@given(alike(1))
def test_gram_matrix_in_double_precision(blocks):
    G = gram_matrix(blocks[0])
    assert G.dtype == tf.float64
    np.testing.assert_allclose(G, gram_matrix_loops(blocks[0]), rtol=1e-12, atol=1e-12)


@given(alike())
def test_content_cost_is_the_loops(blocks):
    np.testing.assert_allclose(content_cost(*blocks), content_cost_loops(*blocks), rtol=1e-12)


@given(same_channels())
def test_layer_style_cost_is_the_loops_for_any_two_sizes(blocks):
    expected = layer_style_cost_loops(*blocks)
    np.testing.assert_allclose(layer_style_cost(*blocks), expected, rtol=1e-9, atol=1e-12)


def test_style_cost_is_the_loops(blocks):
    a_S, a_G = blocks
    layers_S, layers_G = {"x": a_S, "y": a_G}, {"x": a_G, "y": 2 * a_S}
    lambdas = {"x": 0.25, "y": 3.0}
    expected = style_cost_loops(layers_S, layers_G, lambdas)
    assert expected > 0
    np.testing.assert_allclose(style_cost(layers_S, layers_G, lambdas), expected, rtol=1e-5)


def test_costs_in_single_precision(blocks):
    a_S, a_G = blocks
    assert layer_style_cost(a_S, a_G).dtype == content_cost(a_S, a_G).dtype == tf.float32
    np.testing.assert_allclose(content_cost(a_S, a_G), content_cost_loops(a_S, a_G), rtol=1e-5)
    expected = layer_style_cost_loops(a_S, a_G)
    np.testing.assert_allclose(layer_style_cost(a_S, a_G), expected, rtol=1e-5)


def test_one_number_worked_out_on_paper():
    # One position, two channels: G_S = [[1, 2], [2, 4]], G_G = 0, constant 1 / (2·1·1·2)².
    a_S, a_G = np.array([[[[1.0, 2.0]]]]), np.zeros((1, 1, 1, 2))
    assert float(layer_style_cost(a_S, a_G)) == pytest.approx((1 + 4 + 4 + 16) / 16)
    assert float(content_cost(a_S, a_G)) == pytest.approx((1 + 4) / 2 / 2)
    assert float(total_cost(3.0, 5.0, alpha=2.0, beta=0.1)) == pytest.approx(6.5)


def test_whole_numbers_and_mixed_precision_are_understood(blocks):
    counts = np.arange(12).reshape(1, 2, 3, 2)
    np.testing.assert_allclose(gram_matrix(counts), gram_matrix_loops(counts))
    a_S, a_G = blocks
    for cost in (content_cost, layer_style_cost):
        assert float(cost(a_S.astype(np.float64), a_G)) == pytest.approx(float(cost(a_S, a_G)))


TYPES = [tf.float16, tf.bfloat16, tf.float32, tf.float64]


@pytest.mark.parametrize("first", TYPES, ids=lambda dtype: dtype.name)
@pytest.mark.parametrize("second", TYPES, ids=lambda dtype: dtype.name)
def test_costs_of_mixed_types_are_added_in_the_wider_one(first, second, blocks):
    J_content, J_style = tf.constant(2, first), tf.constant(3, second)
    J = total_cost(J_content, J_style, tf.constant(0.5, second), 4.0)
    assert float(J) == 13
    assert J.dtype.size == max(first.size, second.size)

    a_S, a_G = blocks
    mixed = {"a": tf.cast(a_G, first), "b": tf.cast(a_G, second)}
    lambdas = {"a": tf.constant(0.25, second), "b": 0.5}
    found = style_cost({"a": a_S, "b": a_S}, mixed, lambdas)
    assert float(found) == pytest.approx(0.75 * layer_style_cost_loops(a_S, a_G), rel=0.05)


# Gradients


@pytest.mark.parametrize("cost", [content_cost, layer_style_cost])
def test_gradient_by_finite_differences(cost, blocks):
    target, a = (block.astype(np.float64) for block in blocks)
    found = by_tape(lambda a_G: cost(target, a_G), a)
    assert np.abs(found).max() > 0
    np.testing.assert_allclose(found, by_hand(lambda a_G: cost(target, a_G), a), atol=1e-6)


@pytest.mark.parametrize("shape", [(1, 2, 3, 4), (1, 4, 2, 3)])
def test_gradient_of_the_style_matrix_where_its_halves_count_differently(shape):
    rng = np.random.default_rng(4)
    a, weights = rng.normal(size=shape), rng.normal(size=(shape[-1], shape[-1]))

    def cost(block):
        return tf.reduce_sum(weights * gram_matrix(block) ** 2)

    np.testing.assert_allclose(by_tape(cost, a), by_hand(cost, a), rtol=1e-6, atol=1e-6)

    def slope(block):  # a cost made of the first gradient: the second one is needed
        with tf.GradientTape() as tape:
            block = tf.convert_to_tensor(block)
            tape.watch(block)
            J = cost(block)
        return tf.reduce_sum(tape.gradient(J, block) ** 2)

    np.testing.assert_allclose(by_tape(slope, a), by_hand(slope, a), rtol=1e-5)


def test_gradients_are_the_closed_forms(blocks):
    """∂J_content/∂a = (a_G − a_C)/N; ∂J_style_layer/∂a_ik = Σ_k' a_ik' (G_G − G_S)_kk' / N²."""
    a_S, a_G = (block.astype(np.float64) for block in blocks)
    N = a_G.size
    np.testing.assert_allclose(by_tape(lambda a: content_cost(a_S, a), a_G), (a_G - a_S) / N)
    difference = gram_matrix_loops(a_G) - gram_matrix_loops(a_S)
    expected = a_G @ difference / N**2
    found = by_tape(lambda a: layer_style_cost(a_S, a), a_G)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_gradient_inside_a_traced_function_is_the_same(blocks):
    a_S, a_G = blocks
    lambdas = {"x": 0.5}

    def J(a):
        style = style_cost({"x": a_S}, {"x": a}, lambdas)
        return total_cost(content_cost(a_S, a), style, 2.0, 3.0)

    @tf.function(input_signature=[tf.TensorSpec((1, None, None, 5))])
    def traced(a):
        with tf.GradientTape() as tape:
            tape.watch(a)
            value = J(a)
        return value, tape.gradient(value, a)

    value, gradient = traced(tf.constant(a_G))
    assert float(value) == pytest.approx(float(J(a_G)), rel=1e-5)
    np.testing.assert_allclose(gradient, by_tape(J, a_G), rtol=1e-4, atol=1e-6)
    assert np.abs(gradient).max() > 0


@given(same_channels())
def test_style_gradient_is_the_tapes_for_any_two_sizes(blocks):
    a_S, a_G = blocks
    expected = by_tape(lambda a: layer_style_cost(a_S, a), a_G)
    np.testing.assert_allclose(style_gradient(a_S, a_G), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("shape", [(1, 2, 3, 4), (1, 4, 2, 3)])
def test_style_gradient_by_finite_differences_of_the_loops(shape):
    rng = np.random.default_rng(7)
    a_S, a_G = rng.normal(size=(1, 3, 5, shape[-1])), rng.normal(size=shape)
    found = style_gradient(a_S, a_G)
    assert found.shape == shape
    expected = by_hand(lambda a: layer_style_cost_loops(a_S, a), a_G)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


# At the border


@pytest.fixture
def passes(monkeypatch):
    """The shapes of the blocks whose numbers were all looked through for NaN."""
    seen = []
    is_finite = tf.math.is_finite
    monkeypatch.setattr(tf.math, "is_finite", lambda a: seen.append(a.shape) or is_finite(a))
    return seen


@pytest.mark.parametrize(
    "call",
    [
        content_cost,
        layer_style_cost,
        style_gradient,
        lambda a_S, a_G: style_cost({"x": a_S}, {"x": a_G}, {"x": 1.0}),
        lambda a_S, a_G: layer_style_cost_in("d2l", a_S, a_G, 12),
        lambda a_S, a_G: content_cost_in("d2l", a_S, a_G, 12),
    ],
)
def test_two_blocks_are_checked_once_each(call, blocks, passes):
    call(*blocks)
    assert passes == [a.shape for a in blocks]


@pytest.mark.parametrize(
    "call",
    [
        unroll,
        gram_matrix,
        gram_matrix_per_position,
        covariance_matrix,
        pearson_matrix,
        lambda a: channel_pair(a, 0, 1),
        lambda a: shape_of(a, 12),
        gram_matrix_loops,
    ],
)
def test_a_block_is_checked_once(call, blocks, passes):
    call(blocks[0])
    assert passes == [blocks[0].shape]


def test_the_bare_equations_check_nothing(blocks, passes):
    a_S, a_G = (tf.constant(block) for block in blocks)
    style = style_difference(gram_per_position(a_S), gram_per_position(a_G), a_G.shape[-1])
    content = content_difference(a_S, a_G)
    assert not passes
    assert style == layer_style_cost(a_S, a_G)
    assert content == content_cost(a_S, a_G)


# Laws


@pytest.mark.parametrize("shape", [(1, 2, 3, 7), (1, 4, 3, 5), (1, 1, 1, 3)])
def test_the_rank_is_at_most_the_number_of_positions_and_of_channels(shape):
    a = np.random.default_rng(8).normal(size=shape)
    _, n_H, n_W, n_C = shape
    assert np.linalg.matrix_rank(gram_matrix(a).numpy()) == min(n_C, n_H * n_W)


@given(alike(1), st.integers(1, 3), st.integers(1, 3))
def test_per_position_a_tiled_picture_has_the_same_matrix(blocks, down, across):
    a = blocks[0]
    _, n_H, n_W, _ = a.shape
    G = gram_matrix_per_position(a)
    np.testing.assert_allclose(G, gram_matrix_loops(a) / (n_H * n_W), rtol=1e-12, atol=1e-12)
    tiled = gram_matrix_per_position(np.tile(a, (1, down, across, 1)))
    np.testing.assert_allclose(tiled, G, rtol=1e-9, atol=1e-12)


@given(alike(1))
def test_gram_matrix_is_symmetric_and_has_no_negative_eigenvalue(blocks):
    G = gram_matrix(blocks[0]).numpy()
    np.testing.assert_allclose(G, G.T, atol=1e-12)
    assert np.linalg.eigvalsh(G).min() >= -1e-9 * max(1, np.abs(G).max())
    np.testing.assert_allclose(np.diag(G), np.sum(blocks[0] ** 2, axis=(0, 1, 2)), atol=1e-9)


@given(alike(2), st.randoms(use_true_random=False))
def test_shuffling_all_positions_changes_the_content_but_not_the_style(blocks, random):
    a, other = blocks
    rows = list(a.reshape(-1, a.shape[-1]))
    random.shuffle(rows)
    shuffled = np.reshape(rows, a.shape)
    np.testing.assert_allclose(gram_matrix(shuffled), gram_matrix(a), atol=1e-9)
    assert float(layer_style_cost(other, shuffled)) == pytest.approx(
        float(layer_style_cost(other, a)), abs=1e-9
    )
    assert (float(content_cost(a, shuffled)) == 0) == np.array_equal(a, shuffled)


@given(alike(), st.floats(0.1, 10))
def test_scaling_the_activations(blocks, s):
    a_S, a_G = blocks
    np.testing.assert_allclose(gram_matrix(s * a_S), s**2 * gram_matrix(a_S), rtol=1e-9)
    for cost, power in ((layer_style_cost, 4), (content_cost, 2)):
        expected = s**power * float(cost(a_S, a_G))
        assert float(cost(s * a_S, s * a_G)) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@given(alike())
def test_a_picture_costs_nothing_against_itself_and_never_less_than_nothing(blocks):
    a_S, a_G = blocks
    for cost in (content_cost, layer_style_cost):
        assert float(cost(a_S, a_S)) == 0
        assert float(cost(a_S, a_G)) >= 0
        assert float(cost(a_S, a_G)) == pytest.approx(float(cost(a_G, a_S)))


@given(alike(), st.integers(1, 3), st.integers(1, 3))
def test_a_style_picture_tiled_to_another_size_costs_the_same(blocks, down, across):
    a_S, a_G = blocks
    tiled = np.tile(a_S, (1, down, across, 1))
    expected = float(layer_style_cost(a_S, a_G))
    assert float(layer_style_cost(tiled, a_G)) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert float(layer_style_cost(tiled, a_S)) == pytest.approx(0, abs=1e-12)


@given(alike(), st.integers(2, 3))
def test_alpha_keeps_its_meaning_when_the_picture_grows(blocks, times):
    a_C, a_G = blocks
    larger = (np.tile(block, (1, times, times, 1)) for block in blocks)
    expected = float(content_cost(a_C, a_G))
    assert float(content_cost(*larger)) == pytest.approx(expected, rel=1e-9, abs=1e-12)


WEIGHT = st.floats(0, 100, allow_subnormal=False)


@given(alike(), WEIGHT, WEIGHT, st.floats(0.5, 4))
def test_the_cost_is_linear_in_lambdas(blocks, first, second, factor):
    a_S, a_G = ({"x": one, "y": two} for one, two in (blocks, blocks[::-1]))
    a_G = {"x": a_G["x"] / 2, "y": a_G["y"] / 3}
    lambdas = {"x": first + 0.1, "y": second}
    alone = {layer: float(style_cost(a_S, a_G, {layer: 1.0})) for layer in lambdas}
    expected = sum(weight * alone[layer] for layer, weight in lambdas.items())
    assert float(style_cost(a_S, a_G, lambdas)) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    scaled = {layer: factor * weight for layer, weight in lambdas.items()}
    assert float(style_cost(a_S, a_G, scaled)) == pytest.approx(
        factor * expected, rel=1e-9, abs=1e-9
    )


@given(WEIGHT, WEIGHT, WEIGHT, WEIGHT)
def test_the_total_is_linear_in_alpha_and_beta(J_content, J_style, alpha, beta):
    expected = alpha * J_content + beta * J_style
    assert float(total_cost(J_content, J_style, alpha, beta)) == pytest.approx(expected)


# The other ways to say "goes together"


@given(alike(1))
def test_covariance_is_numpys(blocks):
    a = blocks[0]
    expected = np.atleast_2d(np.cov(a.reshape(-1, a.shape[-1]).T, bias=True))
    np.testing.assert_allclose(covariance_matrix(a), expected, atol=1e-9)


def test_pearson_is_numpys(blocks):
    a = blocks[0]
    expected = np.corrcoef(a.reshape(-1, a.shape[-1]), rowvar=False)
    np.testing.assert_allclose(pearson_matrix(a), expected, atol=1e-5)


@given(alike(1), st.floats(0.5, 3), st.floats(-3, 3))
def test_pearson_knows_neither_unit_nor_offset(blocks, unit, offset):
    a = blocks[0]
    a = a + np.arange(a.size).reshape(a.shape) % 7  # channels that vary more than rounding
    r = pearson_matrix(a).numpy()
    assert np.abs(r).max() <= 1 + 1e-9
    np.testing.assert_allclose(pearson_matrix(unit * a + offset), r, atol=1e-5)


@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3, 1234.567])
def test_a_channel_that_does_not_vary_is_correlated_with_nothing(value, blocks):
    a = blocks[0].copy()
    a[..., 2] = value
    r = pearson_matrix(a).numpy()
    np.testing.assert_array_equal(r[2], 0)
    np.testing.assert_array_equal(r[:, 2], 0)
    assert abs(r[0, 0] - 1) < 1e-5


def test_unroll_keeps_each_position_together(blocks):
    rows = unroll(blocks[0]).numpy()
    assert rows.shape == (12, 5)
    np.testing.assert_array_equal(rows[1 * 3 + 2], blocks[0][0, 1, 2])
