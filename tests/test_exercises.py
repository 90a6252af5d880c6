"""The checkers: right answers in any style are right, wrong ones are wrong and often named."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import (
    content_cost,
    covariance_matrix,
    gram_matrix,
    gram_matrix_per_position,
    layer_style_cost,
)
from nst_helpers import exercises as ex
from nst_helpers.exercises import (
    EXERCISES,
    PREDICTIONS,
    check_prediction,
    checks,
    judge,
    judge_prediction,
)
from nst_helpers.exercises.verdict import Tally, Verdict

# Right answers --------------------------------------------------------------------------------


def loops_numpy(a):
    _, n_H, n_W, n_C = a.shape
    G = np.zeros((n_C, n_C))
    for i in range(n_H):
        for j in range(n_W):
            for k in range(n_C):
                for l in range(n_C):  # noqa: E741
                    G[k, l] += a[0, i, j, k] * a[0, i, j, l]
    return G


def loops_lists(a):
    a = np.asarray(a)[0].tolist()
    channels = range(len(a[0][0]))
    return [[sum(p[k] * p[m] for row in a for p in row) for m in channels] for k in channels]


def keras_channels_first(a):
    F = tf.reshape(tf.transpose(a[0], (2, 0, 1)), (a.shape[-1], -1))
    return F @ tf.transpose(F)


def mended_cost(a_S, a_G):
    n_H, n_W, n_C = a_G.shape[1:]
    F_S, F_G = tf.reshape(a_S, (-1, n_C)), tf.reshape(a_G, (-1, n_C))
    difference = tf.transpose(F_S) @ F_S - tf.transpose(F_G) @ F_G
    return tf.norm(difference) ** 2 / (4 * n_C**2 * (n_H * n_W) ** 2)


def cost_by_loops(a_S, a_G):
    G_S, G_G = tf.einsum("bijk,bijl->kl", a_S, a_S), tf.einsum("bijk,bijl->kl", a_G, a_G)
    total = 0.0
    for k in range(a_G.shape[-1]):
        for m in range(a_G.shape[-1]):
            total += (G_S[k, m] - G_G[k, m]) ** 2
    return total / (2 * np.prod(a_G.shape[1:])) ** 2


def weighted_by_loop(J_layers, lambdas):
    total = 0
    for layer, cost in J_layers.items():
        total += cost * lambdas[layer]
    return total


@tf.function
def traced_gram(a):
    rows = tf.reshape(a, (-1, tf.shape(a)[-1]))
    return tf.matmul(rows, rows, transpose_a=True)


def given(exercise, function):
    """What a student hands in: the function, or its value where a value is asked for."""
    return function if exercise.arguments else function()


def gradient_by_tape(a_S, a_G):
    with tf.GradientTape() as tape:
        tape.watch(a_G)
        J = mended_cost(a_S, a_G)
    return tape.gradient(J, a_G)


def gradient_by_table(a_S, a_G):
    A_S, A_G = (np.reshape(a, (-1, a.shape[-1])) for a in (a_S, a_G))
    return A_G @ (A_G.T @ A_G - A_S.T @ A_S) / A_G.size**2


def gradient_by_loops(a_S, a_G):
    _, n_H, n_W, n_C = a_G.shape
    D = loops_numpy(a_G) - loops_numpy(a_S)
    found = np.zeros(a_G.shape)
    for i in range(n_H):
        for j in range(n_W):
            for k in range(n_C):
                found[0, i, j, k] = sum(a_G[0, i, j, m] * D[m, k] for m in range(n_C))
    return found / (n_H * n_W * n_C) ** 2


def equal_by_shares(J_layers):
    share = sum(J_layers.values()) / len(J_layers) / len(J_layers)
    return {layer: share / J for layer, J in J_layers.items()}


def equal_by_scaling(J_layers):
    lambdas = {layer: 1 / J for layer, J in sorted(J_layers.items())}
    total = sum(lambdas[layer] * J_layers[layer] for layer in J_layers)
    scale = np.mean(list(J_layers.values())) / total
    return {layer: tf.constant(scale * weight) for layer, weight in lambdas.items()}


RIGHT = [
    ("activation", lambda a, i, j, k: a[0][i][j][k]),
    ("activation", lambda a, i, j, k: float(np.asarray(a)[0, i, j, k])),
    ("activation", lambda a, i, j, k: tf.gather_nd(a, (0, i, j, k))),
    ("block_shape", lambda H, W, b, f: [H / 2 ** (b - 1), W / 2 ** (b - 1), f]),
    ("block_shape", lambda H, W, b, f: tf.TensorShape((H >> (b - 1), W >> (b - 1), f))),
    ("pairs", lambda a, k, m: list(zip(np.ravel(a[..., k]), np.ravel(a[..., m])))),
    (
        "pairs",
        lambda a, k, m: np.array([(p[k], p[m]) for c in np.array(a)[0].swapaxes(0, 1) for p in c]),
    ),
    ("pairs", lambda a, k, m: tf.gather(tf.reshape(a, (-1, a.shape[-1])), [k, m], axis=1)),
    ("style_matrix_entry", lambda a, k, m: tf.reduce_sum(a[..., k] * a[..., m])),
    ("style_matrix_entry", lambda a, k, m: np.ravel(a[..., k]) @ np.ravel(a[..., m])),
    ("style_matrix_entry", lambda a, k, m: sum(p[k] * p[m] for r in np.array(a)[0] for p in r)),
    ("gram_matrix_loops", loops_numpy),
    ("gram_matrix_loops", loops_lists),
    ("gram_matrix", lambda a: np.einsum("bijk,bijl->kl", a, a)),
    (
        "gram_matrix",
        lambda a: tf.einsum("bijk,bijl->kl", tf.cast(a, "float64"), tf.cast(a, "float64")),
    ),
    ("gram_matrix", lambda a: np.tensordot(a, a, axes=([0, 1, 2], [0, 1, 2]))),
    ("gram_matrix", lambda a: tf.tensordot(a, a, ((0, 1, 2), (0, 1, 2)))),
    ("gram_matrix", lambda a: a.reshape(-1, a.shape[-1]).T @ a.reshape(-1, a.shape[-1])),
    ("gram_matrix", keras_channels_first),
    ("gram_matrix", traced_gram),
    ("gram_matrix", gram_matrix),
    ("gram_matrix", lambda a: sum(np.outer(p, p) for p in np.reshape(a, (-1, a.shape[-1])))),
    ("style_matrix_size", lambda a: gram_matrix(a).shape),
    ("style_matrix_size", lambda a: [a.shape[3], a.shape[3]]),
    ("constant", lambda n_H, n_W, n_C: 1 / (4 * n_C**2 * (n_H * n_W) ** 2)),
    ("constant", lambda n_H, n_W, n_C: (2 * n_H * n_W * n_C) ** -2),
    ("constant", lambda n_H, n_W, n_C: 0.25 / n_H**2 / n_W**2 / n_C**2),
    ("layer_style_cost", mended_cost),
    ("layer_style_cost", cost_by_loops),
    ("layer_style_cost", layer_style_cost),
    ("style_cost", weighted_by_loop),
    ("style_cost", lambda J, lam: np.dot([J[la] for la in J], [lam[la] for la in J])),
    ("style_cost", lambda J, lam: tf.add_n([tf.constant(J[la] * lam[la]) for la in lam])),
    (
        "total_cost",
        lambda c, s, g, alpha, beta: layer_style_cost(s, g) * beta + content_cost(c, g) * alpha,
    ),
    ("gradient_step", lambda image, d, rate: tf.clip_by_value(image - rate * d, 0.0, 1.0)),
    ("gradient_step", lambda image, d, rate: np.maximum(0, np.minimum(1, image + (-rate) * d))),
    ("style_matrix_by_hand", [[6, 2], [2, 8]]),
    ("style_matrix_by_hand", ((6.0, 2.0), (2.0, 8.0))),
    ("style_matrix_by_hand", [6, 2, 2, 8]),
    ("style_matrix_by_hand", gram_matrix(ex.tiny_block())),
    ("style_gradient", gradient_by_tape),
    ("style_gradient", gradient_by_table),
    ("style_gradient", gradient_by_loops),
    ("equal_say", equal_by_shares),
    ("equal_say", equal_by_scaling),
    ("channel_means", lambda a: tf.reduce_mean(a, axis=[0, 1, 2])),
    ("channel_means", lambda a: [np.mean(a[..., k]) for k in range(a.shape[-1])]),
    ("channel_means", lambda a: np.reshape(a, (-1, a.shape[-1])).mean(axis=0)),
    ("mixed_style", lambda a, b, w: w * gram_matrix(a) + (1 - w) * gram_matrix(b)),
    ("mixed_style", lambda a, b, w: loops_numpy(b) + w * (loops_numpy(a) - loops_numpy(b))),
    ("block_shape_1d", lambda T, p, n_C: ((T // 2**p, n_C), (n_C, n_C))),
    ("block_shape_1d", lambda T, p, n_C: ([T >> p, n_C], tf.TensorShape((n_C, n_C)))),
    ("block_shape_3d", lambda *a: ([side / 2 ** a[3] for side in a[:3]] + [a[4]], [a[4]] * 2)),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_right_answers_are_right(name, answer):
    verdict = judge(EXERCISES[name], answer)
    assert verdict.right, verdict.text
    assert verdict.text.startswith("✓ Right. ")


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda e: e.name)
def test_the_package_itself_is_right(exercise):
    assert judge(exercise, given(exercise, exercise.right)).right


# Wrong answers: written apart from the tables, as a student would ----------------------------


def reshaped(a):
    F = tf.reshape(a, (a.shape[3], a.shape[1] * a.shape[2]))
    return tf.matmul(F, F, transpose_b=True)


def overwritten(a):
    _, n_H, n_W, n_C = a.shape
    G = np.zeros((n_C, n_C))
    for i in range(n_H):
        for j in range(n_W):
            for k in range(n_C):
                for m in range(n_C):
                    G[k, m] = a[0, i, j, k] * a[0, i, j, m]
    return G


def without_prime(a):
    _, n_H, n_W, n_C = a.shape
    G = np.zeros((n_C, n_C))
    for k in range(n_C):
        for m in range(n_C):
            for i in range(n_H):
                for j in range(n_W):
                    G[k, m] += a[0, i, j, k] * a[0, i, j, k]
    return G


def half(a):
    n_C = a.shape[-1]
    G = np.zeros((n_C, n_C))
    for k in range(n_C):
        for m in range(k, n_C):
            G[k, m] = np.sum(a[..., k] * a[..., m])
    return G


def centred_in_place(a):
    a -= a.mean(axis=(1, 2), keepdims=True)
    return np.einsum("bijk,bijl->kl", a, a)


def in_place_but_right(a):
    G = np.einsum("bijk,bijl->kl", a, a)
    a[...] = 0
    return G


KEPT = {}


def remembers(a):
    G = KEPT.setdefault(tuple(a.shape), np.zeros((a.shape[-1],) * 2))
    G += np.einsum("bijk,bijl->kl", a, a)
    return G.copy()


def for_one_size(a):
    rows = tf.reshape(a, (6, 4))
    return tf.transpose(rows) @ rows


def sometimes_nothing(a):
    if a.shape[1] < 3:
        return gram_matrix(a)


def recursing(a):
    return recursing(a)


def gram(a):
    return tf.einsum("bijk,bijl->kl", a, a)


def J_l(D, size, of=lambda D: tf.reduce_sum(D**2)):
    return of(D) / (2 * size) ** 2


def n(a):
    return int(np.prod(a.shape[1:]))


def half_stopped(a_S, a_G):
    return J_l(gram(a_S) - tf.einsum("bijk,bijl->kl", a_G, tf.stop_gradient(a_G)), n(a_G))


def in_numpy(a_S, a_G):
    D = np.tensordot(a_S, a_S, [[0, 1, 2]] * 2) - np.einsum("bijk,bijl->kl", a_G, a_G)
    return np.sum(D**2) / (2 * n(a_G)) ** 2


def in_place_step(image, d, rate):
    image -= rate * d
    return np.clip(image, 0, 1, out=image)


def in_place_dictionary(J_layers, lambdas):
    for layer in J_layers:
        J_layers[layer] *= lambdas[layer]
    return sum(J_layers.values())


ANY = object()  # wrong, whether or not it is recognised
WRONG = [
    (
        "activation",
        lambda a, i, j, k: tf.transpose(a, (0, 2, 1, 3))[0, i, j, k],
        "height and width exchanged",
    ),
    ("activation", lambda a, i, j, k: a[0, i - 1, j - 1, k - 1], "counted from 1"),
    ("activation", lambda a, i, j, k: tf.transpose(a, (0, 3, 1, 2))[0, i, k, j], ANY),
    ("activation", lambda a, i, j, k: a[0, i, j], "all channels of the position"),
    ("activation", lambda a, i, j, k: a[0, i, j, 0], None),
    ("activation", lambda a, i, j, k: np.reshape(a, -1)[i * j * k], None),
    ("block_shape", lambda H, W, b, f: (H // 2**b, W // 2**b, f), "one pooling too many"),
    ("block_shape", lambda H, W, b, f: (H, W, 3), None),
    ("block_shape", lambda H, W, b, f: (f, H // 2 ** (b - 1), W // 2 ** (b - 1)), "channels first"),
    (
        "block_shape",
        lambda H, W, b, f: (1, H // 2 ** (b - 1), W // 2 ** (b - 1), f),
        "batch axis left on",
    ),
    (
        "pairs",
        lambda a, k, m: (np.ravel(a[..., k]), np.ravel(a[..., m])),
        "rows and columns exchanged",
    ),
    ("pairs", lambda a, k, m: (a[0, -1, -1, k], a[0, -1, -1, m]), "one position only"),
    (
        "pairs",
        lambda a, k, m: [(a[0, i, i, k], a[0, i, i, m]) for i in range(min(a.shape[1:3]))],
        "positions on the diagonal only",
    ),
    (
        "pairs",
        lambda a, k, m: tf.reshape(tf.stack([a[..., k], a[..., m]]), (-1, 2)),
        "reshape where a transpose was needed",
    ),
    (
        "pairs",
        lambda a, k, m: [(x, y) for x in np.ravel(a[..., k]) for y in np.ravel(a[..., m])],
        None,
    ),
    (
        "pairs",
        lambda a, k, m: list(zip(sorted(np.ravel(a[..., k])), sorted(np.ravel(a[..., m])))),
        None,
    ),
    ("style_matrix_entry", lambda a, k, m: tf.reduce_sum(a[..., k] * a[..., k]), "missing prime"),
    (
        "style_matrix_entry",
        lambda a, k, m: tf.reduce_mean(a[..., k] * a[..., m]),
        "divided by n_H n_W",
    ),
    (
        "style_matrix_entry",
        lambda a, k, m: tf.reduce_sum(a[0, k] * a[0, m]),
        "channels and height mixed",
    ),
    (
        "style_matrix_entry",
        lambda a, k, m: np.corrcoef(np.ravel(a[..., k]), np.ravel(a[..., m]))[0, 1],
        "Pearson correlation",
    ),
    ("style_matrix_entry", lambda a, k, m: [tf.reduce_sum(a[..., k] * a[..., m])], None),
    ("gram_matrix", reshaped, "reshape where a transpose was needed"),
    ("gram_matrix", lambda a: gram(a - tf.reduce_mean(a, axis=(0, 1, 2))), "mean subtracted"),
    ("gram_matrix", lambda a: gram(a) / (a.shape[1] * a.shape[2]), "divided by n_H n_W"),
    ("gram_matrix", lambda a: gram(a) / n(a), "divided by n_H n_W n_C"),
    ("gram_matrix", lambda a: tf.linalg.diag_part(gram(a)), "missing prime = diagonal only"),
    (
        "gram_matrix",
        lambda a: np.cov(np.reshape(a, (-1, a.shape[-1])), rowvar=False, ddof=0),
        "covariance",
    ),
    (
        "gram_matrix",
        lambda a: tf.tensordot(a[0], a[0], ((1, 2), (1, 2))),
        "summed over the wrong axes: n_H × n_H",
    ),
    (
        "gram_matrix",
        lambda a: tf.tensordot(a[0], a[0], ((0, 2), (0, 2))),
        "summed over the wrong axes: n_W × n_W",
    ),
    (
        "gram_matrix",
        lambda a: np.reshape(a, (-1, a.shape[-1])) @ np.reshape(a, (-1, a.shape[-1])).T,
        "summed over the wrong axes: positions × positions",
    ),
    ("gram_matrix", lambda a: gram(a)[None], "batch axis left on"),
    ("gram_matrix", lambda a: tf.reduce_sum(a**2), "one number"),
    ("gram_matrix", lambda a: 2 * gram(a), None),
    ("gram_matrix", lambda a: -gram(a), None),
    ("gram_matrix", lambda a: gram(a) + 1e-2, None),
    ("gram_matrix", lambda a: tf.cast(gram(a), tf.int32), None),
    ("gram_matrix", lambda a: gram(tf.nn.relu(a)), None),
    ("gram_matrix", lambda a: gram(tf.abs(a)), None),
    ("gram_matrix", lambda a: gram(a) * float("nan"), None),
    ("gram_matrix", lambda a: gram(a) / 0, None),
    ("gram_matrix", lambda a: np.zeros((4, 4)), None),
    ("gram_matrix", lambda a: tf.reshape(reshaped(a) / n(a), reshaped(a).shape), None),
    ("gram_matrix", centred_in_place, "argument changed in place"),
    ("gram_matrix", in_place_but_right, "argument changed in place"),
    ("gram_matrix", remembers, "something kept from the call before"),
    ("gram_matrix", for_one_size, None),
    ("gram_matrix", sometimes_nothing, None),
    ("gram_matrix", recursing, None),
    ("gram_matrix", lambda a: "G", None),
    ("gram_matrix", lambda a: (x for x in a), None),
    ("gram_matrix", lambda a: gram(a) == gram(a), None),
    ("gram_matrix", lambda a: undefined_name, None),  # noqa: F821
    ("gram_matrix", lambda: 1, None),
    ("gram_matrix", np.eye(3), None),
    ("gram_matrix_loops", overwritten, "= where += was needed"),
    ("gram_matrix_loops", without_prime, "missing prime = each row one number"),
    ("gram_matrix_loops", half, "only half of the matrix"),
    ("style_matrix_size", lambda a: a.shape, "size of the block, with the batch axis"),
    ("style_matrix_size", lambda a: (a.shape[1], a.shape[2]), "size of the picture"),
    ("style_matrix_size", lambda a: a.shape[-1] * a.shape[-1], "number of entries"),
    ("style_matrix_size", lambda a: (4, 4), None),
    ("constant", lambda h, w, c: 1 / (2 * h * w * c), "constant without the square"),
    ("constant", lambda h, w, c: 1 / (4 * c * (h * w)), "4 in place of (2 …)²"),
    ("constant", lambda h, w, c: 1 / 2 * h * w * c, "brackets forgotten"),
    ("constant", lambda h, w, c: 1 // (2 * h * w * c) ** 2, "whole-number division"),
    ("constant", lambda h, w, c: 1 / (4 * c**2 * h * w), None),
    ("layer_style_cost", in_numpy, "NumPy where gradients must flow"),
    ("layer_style_cost", lambda s, g: float(mended_cost(s, g)), "NumPy where gradients must flow"),
    (
        "layer_style_cost",
        lambda s, g: mended_cost(s.numpy(), g.numpy()),
        "NumPy where gradients must flow",
    ),
    ("layer_style_cost", half_stopped, None),
    (
        "layer_style_cost",
        lambda s, g: J_l(gram(s) - gram(g), n(g), tf.norm),
        "norm without the square",
    ),
    (
        "layer_style_cost",
        lambda s, g: tf.reduce_sum((gram(s) - gram(g)) ** 2) / (2 * n(g)),
        "constant without the square",
    ),
    (
        "layer_style_cost",
        lambda s, g: tf.reduce_sum((gram(s) - gram(g)) ** 2) / (4 * n(g)),
        "4 in place of (2 …)²",
    ),
    (
        "layer_style_cost",
        lambda s, g: J_l(reshaped(s) - reshaped(g), n(g)),
        "reshape where a transpose was needed",
    ),
    ("layer_style_cost", lambda s, g: J_l(s - g, n(g)), "activations compared, not style matrices"),
    ("layer_style_cost", lambda s, g: J_l(gram(s - g), n(g)), "style matrix of the difference"),
    (
        "layer_style_cost",
        lambda s, g: tf.reduce_mean((gram(s) - gram(g)) ** 2),
        "mean and no constant",
    ),
    ("layer_style_cost", lambda s, g: J_l(gram(g) - gram(g), n(g)), None),
    (
        "style_cost",
        lambda J, lam: sum(J[x] * lam[x] for x in J) / sum(lam.values()),
        "λ normalised",
    ),
    ("style_cost", lambda J, lam: sum(J.values()) / len(J), None),
    (
        "style_cost",
        lambda J, lam: np.dot(list(J.values()), list(lam.values())),
        "paired by order, not by layer",
    ),
    ("style_cost", lambda J, lam: sum(J.values()), "λ forgotten"),
    ("style_cost", in_place_dictionary, "argument changed in place"),
    ("style_cost", lambda J, lam: sum(lam.values()), None),
    (
        "total_cost",
        lambda c, s, g, x, y: y * content_cost(c, g) + x * layer_style_cost(s, g),
        "α and β swapped",
    ),
    (
        "total_cost",
        lambda c, s, g, x, y: x * content_cost(c, g) + y * mended_cost(c, g),
        "style of the content picture",
    ),
    (
        "total_cost",
        lambda c, s, g, x, y: x * content_cost(s, g) + y * mended_cost(c, g),
        "C and S exchanged",
    ),
    (
        "total_cost",
        lambda c, s, g, x, y: float(x * content_cost(c, g) + y * mended_cost(s, g)),
        "NumPy where gradients must flow",
    ),
    ("total_cost", lambda c, s, g, x, y: 5 * content_cost(c, g) + 40 * mended_cost(s, g), None),
    ("gradient_step", lambda G, d, r: np.clip(G + r * d, 0, 1), "positive gradient step"),
    ("gradient_step", lambda G, d, r: G - r * d, "not clipped"),
    ("gradient_step", lambda G, d, r: tf.clip_by_value(G - d, 0.0, 1.0), "rate forgotten"),
    ("gradient_step", in_place_step, "argument changed in place"),
    ("gradient_step", lambda G, d, r: np.clip(d - r * G, 0, 1), None),
    ("style_matrix_by_hand", [[1.5, 0.5], [0.5, 2]], "divided by the positions"),
    ("style_matrix_by_hand", [[2, -2], [-2, 4]], "mean subtracted"),
    ("style_matrix_by_hand", [[6, 2], [2, 4]], "position (0, 0) forgotten"),
    (
        "style_matrix_by_hand",
        [[4, 4, 0, 0], [4, 5, 1, 2], [0, 1, 1, 2], [0, 2, 2, 4]],
        "positions × positions",
    ),
    ("style_matrix_by_hand", [[6, 2], [2, 9]], None),
    ("style_matrix_by_hand", "6 2 2 8", None),
    ("style_gradient", lambda s, g: -gradient_by_tape(s, g), "sign"),
    ("style_gradient", lambda s, g: gradient_by_loops(s, g) / 2, "a factor 2 forgotten"),
    ("style_gradient", lambda s, g: gradient_by_table(s, g).T, "transposed"),
    (
        "style_gradient",
        lambda s, g: gradient_by_table(s, g) * n(g) ** 2,
        "constant forgotten",
    ),
    ("style_gradient", lambda s, g: mended_cost(s, g), None),
    ("equal_say", lambda J: {layer: 1 / J[layer] for layer in J}, "1 / J without a scale"),
    (
        "equal_say",
        lambda J: {layer: 1 / J[layer] / sum(1 / x for x in J.values()) for layer in J},
        "normalised to Σ λ = 1",
    ),
    ("equal_say", lambda J: {layer: J[layer] / sum(J.values()) for layer in J}, "λ ∝ J"),
    ("equal_say", lambda J: list(equal_by_shares(J).values()), None),
    ("equal_say", lambda J: dict(enumerate(equal_by_shares(J).values())), None),
    ("equal_say", lambda J: dict([*equal_by_shares(J).items()][1:]), None),
    ("channel_means", lambda a: tf.reduce_mean(a, axis=(1, 2)), "batch axis left on"),
    ("channel_means", lambda a: tf.linalg.diag_part(gram(a)) / n(a) * a.shape[-1], ANY),
    ("mixed_style", lambda a, b, w: gram(w * a + (1 - w) * b), "the blocks mixed"),
    (
        "mixed_style",
        lambda a, b, w: w * gram(a) + w * gram(b),
        "weights do not sum to 1: w twice",
    ),
    ("mixed_style", lambda a, b, w: gram(w * a) + gram((1 - w) * b), "the blocks weighed"),
    (
        "block_shape_1d",
        lambda T, p, n_C: ((T // 2**p, n_C), (T // 2**p,) * 2),
        "G of the positions",
    ),
    ("block_shape_1d", lambda T, p, n_C: (T // 2**p, n_C), "the block only"),
    ("block_shape_1d", lambda T, p, n_C: T, None),
    (
        "block_shape_3d",
        lambda D, H, W, p, n_C: ((D, H // 2**p, W // 2**p, n_C), (n_C, n_C)),
        None,
    ),
]


@pytest.mark.parametrize(("name", "answer", "mistake"), WRONG)
def test_wrong_answers_are_wrong_and_the_usual_ones_named(name, answer, mistake):
    KEPT.clear()
    verdict = judge(EXERCISES[name], answer)
    assert not verdict.right
    assert verdict.text.startswith("✗ Not right yet")
    if mistake is not ANY:
        assert verdict.mistake == mistake, verdict.text


@pytest.mark.parametrize(
    ("exercise", "name"),
    [(e, name) for e in EXERCISES.values() for name in e.mistakes],
    ids=lambda x: x if isinstance(x, str) else x.name,
)
def test_every_mistake_of_the_tables_is_told_apart_from_the_others(exercise, name):
    verdict = judge(exercise, given(exercise, exercise.mistakes[name].function))
    assert verdict.mistake == name
    assert exercise.mistakes[name].advice in verdict.text


def test_numbers_of_answers():
    assert len(WRONG) >= 40 and len(RIGHT) >= 15


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda e: e.name)
@pytest.mark.parametrize("nothing", [None, ..., lambda *a: None, lambda *a: ...])
def test_an_empty_answer_is_not_attempted_yet(exercise, nothing, capsys):
    answer = given(exercise, nothing) if callable(nothing) else nothing
    getattr(ex, f"check_{exercise.name}")(answer)
    out = capsys.readouterr()
    assert out.out.startswith("○ Not attempted yet. ") and len(out.out.splitlines()) == 1
    assert not out.err


def test_your_value_stands_beside_the_right_one():
    a = ex.example_block()
    right = float(gram_matrix(a)[0, 1])
    verdict = judge(
        EXERCISES["gram_matrix"],
        lambda a: gram(a) + tf.constant(np.eye(a.shape[-1], k=1), tf.float32),
    )
    assert f"your value is {right + 1:.4g}, the right one {right:.4g}" in verdict.text
    assert "[0, 1]" in verdict.text


def test_an_unnamed_factor_is_told():
    assert "3 times" in judge(EXERCISES["gram_matrix"], lambda a: 3 * gram(a)).text


def test_an_error_inside_the_answer_is_told_in_a_sentence():
    text = judge(EXERCISES["gram_matrix"], lambda a: 1 / 0).text
    assert "it stopped with ZeroDivisionError: division by zero" in text


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda e: e.name)
def test_no_case_hides_a_mix_up_of_axes(exercise):
    for case in exercise.cases:
        for block in (arg for arg in case if isinstance(arg, np.ndarray)):
            sizes = block.shape[1:]
            assert sizes[0] != sizes[1] and sizes[-1] not in sizes[:-1]
            assert len(np.unique(block)) > 5


# Predictions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("prediction", PREDICTIONS.values(), ids=lambda p: p.name)
def test_predictions(prediction):
    name, feedback = prediction.name, prediction.feedback
    assert len(set(feedback.values())) == len(feedback) >= 3
    for letter, told in feedback.items():
        verdict = judge_prediction(name, f" ({letter.upper()}) ")
        assert verdict.right == verdict[0] == (letter == prediction.right)
        assert verdict.text == f"{'✓ Right' if verdict.right else '✗ Not right yet'}. {told}"
    for nothing in (None, "", ...):
        verdict = judge_prediction(name, nothing)
        assert not verdict.right and verdict.text.startswith("○ Not attempted yet. Choose one of")
        assert not any(told in verdict.text for told in feedback.values())
    for nonsense in ("z", 3, ["a"], {}):
        verdict = judge_prediction(name, nonsense)
        assert not verdict.right and verdict.mark == "○" and "is no choice" in verdict.text


def test_an_unknown_prediction(capsys):
    with pytest.raises(ValueError, match="name is 'nonsense'; choose from bigger_picture"):
        check_prediction("nonsense", None)
    check_prediction("mirrored", None)
    assert capsys.readouterr().out.startswith("○ Not attempted yet")


def table(*rows):
    """A block of one row of positions."""
    return tf.constant(rows, tf.float32)[None, None]


def test_what_the_predictions_say_is_so():
    block = ex.example_block()
    assert np.array_equal(gram_matrix(block[:, :, ::-1]), gram_matrix(block))  # mirrored
    other = block[..., ::-1]
    J = layer_style_cost(block, other)
    assert np.isclose(layer_style_cost(2 * block, 2 * other), 16 * J)  # activations_doubled
    tiled = [tf.tile(a, (1, 2, 2, 1)) for a in (block, other)]
    assert np.isclose(layer_style_cost(*tiled), J)  # tiled
    never = table((3, 0), (1, 0), (0, 2), (0, 4))
    assert gram_matrix(never)[0, 1] == 0 > covariance_matrix(never)[0, 1]  # never_together
    # rank: a block as conv5_1 has it for 128 × 128 pixels
    large = np.random.default_rng(0).random((1, 8, 8, 512))
    assert np.linalg.matrix_rank(gram_matrix(large)) == 64
    # means_only: red and stripes, together and apart
    A, B = table((2, 2), (2, 2), (0, 0), (0, 0)), table((2, 0), (2, 0), (0, 2), (0, 2))
    assert np.array_equal(tf.reduce_mean(A, (0, 1, 2)), tf.reduce_mean(B, (0, 1, 2)))
    assert gram_matrix(A)[0, 1] > gram_matrix(B)[0, 1] == 0
    # same_matrix: other numbers, another size
    block_S = table((3,), (4,))
    for same in (table((5,), (0,)), table((3,), (4,), (4,), (3,)), table((4,), (3,))):
        assert gram_matrix_per_position(same) == gram_matrix_per_position(block_S) == 12.5
        assert layer_style_cost(block_S, same) == 0
    # longer_sound
    assert np.array_equal(gram_matrix(tf.tile(block, (1, 1, 2, 1))), 2 * gram_matrix(block))


def test_shapes_in_one_and_three_dimensions_are_those_of_keras():
    for name, layer, pool in (
        ("block_shape_1d", keras.layers.Conv1D, keras.layers.MaxPooling1D),
        ("block_shape_3d", keras.layers.Conv3D, keras.layers.MaxPooling3D),
    ):
        *sides, poolings, filters = EXERCISES[name].cases[2]
        x = tf.zeros((1, *(side // 4 for side in sides), 2))
        for _ in range(poolings - 2):  # four times smaller sides, two poolings fewer
            x = pool()(x)
        block, G = EXERCISES[name].right(*EXERCISES[name].cases[2])
        assert tuple(layer(filters, 3, padding="same")(x).shape) == (1, *block)
        assert set(G) == {filters} and len(G) == 2


def test_an_equal_say_is_equal_and_keeps_the_scale():
    for (J_layers,) in EXERCISES["equal_say"].cases:
        lambdas = EXERCISES["equal_say"].right(J_layers)
        shares = [lambdas[layer] * J_layers[layer] for layer in J_layers]
        assert np.allclose(shares, shares[0])
        assert np.isclose(sum(shares), np.mean([*J_layers.values()]))


def test_an_exercise_of_a_value_does_not_give_it_away():
    exercise = EXERCISES["style_matrix_by_hand"]
    text = judge(exercise, [[6, 2], [2, 7]]).text
    assert "the 7 at [1, 1]" in text and "8" not in text
    for gap in ([[6, None], [2, 8]], [[6, ...], [2, 8]], [None] * 4):
        assert judge(exercise, gap).mark == "○"


# What is seen -----------------------------------------------------------------------------------

RIGHT_ONE = Verdict(True, None, "Use `a < b` & go on.")
WRONG_ONE = Verdict(False, "mean subtracted", "One line.\nAnother.")
OPEN_ONE = Verdict(False, None, "my_x is empty.", attempted=False)


def test_a_verdict_says_the_same_in_plain_text_and_on_a_page():
    assert repr(RIGHT_ONE) == RIGHT_ONE.text == "✓ Right. Use `a < b` & go on."
    assert WRONG_ONE.text == "✗ Not right yet: mean subtracted.\nOne line.\nAnother."
    assert OPEN_ONE.text == "○ Not attempted yet. my_x is empty."
    pages = [verdict._repr_html_() for verdict in (RIGHT_ONE, WRONG_ONE, OPEN_ONE)]
    assert "✓ Right" in pages[0] and "<code>a &lt; b</code> &amp; go on." in pages[0]
    assert "✗ Not right yet" in pages[1] and "mean subtracted" in pages[1]
    assert "One line.<br>Another." in pages[1]
    assert "○ Not attempted yet" in pages[2]
    looks = [re.findall(r'style="(.*?)"', page) for page in pages]
    assert len({tuple(look) for look in looks}) == 3


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return np.dot(linear, (0.2126, 0.7152, 0.0722))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("verdict", [RIGHT_ONE, WRONG_ONE, OPEN_ONE])
def test_letters_can_be_read_in_both_themes(verdict):
    """WCAG: 4.5 : 1 for letters, 3 : 1 for lines, on JupyterLab's white and on its dark grey."""
    page = verdict._repr_html_()
    colours = re.findall(r"(?<!-)color:(#\w{6});background:(#\w{6})", page)
    assert all(contrast(*pair) >= 4.5 for pair in colours)
    assert len(colours) == (1 if verdict.attempted else 0)
    for shown in set(re.findall(r"#\w{6}", page)) - {"#ffffff"}:
        assert contrast(shown, "#ffffff") >= 3 and contrast(shown, "#111111") >= 3
    # What has no colours of its own takes the theme's.
    assert "color:" not in page.replace("color:#ffffff;background:", "")


def test_a_tally_counts_each_exercise_once_by_its_last_check(monkeypatch, capsys):
    monkeypatch.setattr(checks, "_found", {})
    ex.tally("02")
    first = capsys.readouterr().out
    assert first.startswith("Notebook 02: 0 of 2 exercises solved.\n○ all the pairs")
    for answer in (None, RIGHT[5][1], RIGHT[5][1], lambda a, k, m: 0):
        ex.check_pairs(answer)
    check_prediction("never_together", "a")
    check_prediction("mirrored", "b")  # of another notebook
    capsys.readouterr()
    ex.tally("02")
    assert capsys.readouterr().out.splitlines() == [
        "Notebook 02: 1 of 2 exercises solved.",
        "✗ all the pairs of two channels (not right yet)",
        "✓ never together",
        "What is open can wait: nothing later needs it.",
    ]
    ex.check_pairs(RIGHT[5][1])
    ex.tally("02")
    assert capsys.readouterr().out.endswith("That is all of them: well done.\n")


def test_a_tally_s_page_says_what_its_text_says():
    tally = Tally("03", {"one": "✓", "two <b>": "✗", "three": "○"})
    page, lines = tally._repr_html_(), repr(tally).splitlines()
    assert (
        re.sub(r"<.*?>", "", page.replace("<br>", "\n"))
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .splitlines()
        == lines
    )
    assert lines[0] == "Notebook 03: 1 of 3 exercises solved."


@pytest.mark.parametrize("nonsense", ["9", "3", 3, None, ["03"], "00"])
def test_a_tally_of_no_notebook(nonsense):
    with pytest.raises(ValueError, match=r"notebook is .*; choose from 01, 02"):
        ex.tally(nonsense)


def test_an_exercise_is_found_by_its_name_alone():
    names = [name for items in checks.ASKED.values() for name in items]
    assert len(names) == len(set(names)) == len(EXERCISES) + len(PREDICTIONS)
    for number, items in checks.ASKED.items():
        assert len({item.title for item in items.values()}) == len(items), number
    for name, exercise in EXERCISES.items():
        check = getattr(ex, f"check_{name}")
        assert check.__name__ in ex.__all__ and exercise.question in check.__doc__


def test_yours_is_taken_where_it_is_right_and_ours_stands_in_where_it_is_not(capsys):
    def right(J_layers, lambdas):
        return sum(lambdas[layer] * J_layers[layer] for layer in J_layers)

    given = {"block1_conv1": 3.0}, {"block1_conv1": 2.0}
    assert ex.yours("style_cost", right) is right
    for wrong in (None, ..., lambda J_layers, lambdas: None, lambda J_layers, lambdas: 0.0, 5):
        assert ex.yours("style_cost", wrong)(*given) == 6
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "my_style_cost: yours"
    assert set(said[1:]) == {"my_style_cost: ours stands in, until yours is right"}
    with pytest.raises(ValueError, match="style_cots"):
        ex.yours("style_cots", right)
