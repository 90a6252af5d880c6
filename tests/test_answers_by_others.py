"""More answers, in other styles: comprehensions, keras.ops, map and reduce, classes, out=."""

import functools
import itertools
import operator
from fractions import Fraction

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import content_cost, gram_matrix, layer_style_cost
from nst_helpers.exercises import EXERCISES, judge, judge_prediction

ops = keras.ops


def positions(a):
    """All positions of a block, as a list of vectors."""
    return [np.asarray(a)[0, i, j] for i, j in np.ndindex(*a.shape[1:3])]


def by_vectors(a):
    return functools.reduce(operator.add, (np.outer(v, v) for v in positions(a)))


def by_symmetry(a):
    n_C = a.shape[3]
    G = np.empty((n_C, n_C))
    for k, m in itertools.combinations_with_replacement(range(n_C), 2):
        G[k, m] = G[m, k] = np.vdot(a[..., k], a[..., m])
    return G


def by_columns(a):
    """Unroll the other way round: another order of the positions, the same sums."""
    A = tf.reshape(tf.transpose(a, (0, 2, 1, 3)), (-1, a.shape[3]))
    return tf.linalg.matmul(A, A, adjoint_a=True)


def by_while(a):
    n_H, n_W, n_C = a.shape[1:]
    G, at = np.zeros((n_C, n_C)), 0
    while at < n_H * n_W:
        v = np.asarray(a)[0, at // n_W, at % n_W]
        G += v[:, None] * v[None, :]
        at += 1
    return np.ma.masked_array(G)


class Gram:
    def __call__(self, a):
        return tf.reduce_sum(a[..., :, None] * a[..., None, :], axis=[0, 1, 2])


@tf.function
def traced_cost(a_S, a_G):
    size = tf.cast(tf.reduce_prod(tf.shape(a_G)), tf.float32)
    D = tf.einsum("bijk,bijl->kl", a_S, a_S) - tf.einsum("bijk,bijl->kl", a_G, a_G)
    return tf.reduce_sum(tf.square(D)) / tf.square(2.0 * size)


def keras_cost(a_S, a_G):
    A_S, A_G = (ops.reshape(a, (-1, a.shape[-1])) for a in (a_S, a_G))
    D = ops.matmul(ops.transpose(A_S), A_S) - ops.matmul(ops.transpose(A_G), A_G)
    return ops.sum(ops.square(D)) * 0.25 / np.prod(a_G.shape, dtype=float) ** 2


def trace_cost(a_S, a_G):
    D = gram_matrix(a_S) - gram_matrix(a_G)
    return tf.linalg.trace(D @ tf.transpose(D)) / (2 * tf.size(a_G, out_type=tf.int64).numpy()) ** 2


def double_cost(a_S, a_G):
    return layer_style_cost(tf.cast(a_S, tf.float64), tf.cast(a_G, tf.float64))


def cost_of_pieces(a_C, a_S, a_G, alpha, beta):
    J = tf.constant(0.0)
    for weight, cost in ((alpha, content_cost(a_C, a_G)), (beta, traced_cost(a_S, a_G))):
        J += weight * cost
    return J


def step_by_where(image, gradient, rate):
    new = np.asarray(image) - rate * np.asarray(gradient)
    new[new < 0] = 0
    return np.where(new > 1, 1.0, new)


def step_by_lists(image, gradient, rate):
    pairs = zip(np.ravel(image).tolist(), np.ravel(gradient).tolist())
    return np.reshape([min(max(x - rate * d, 0), 1) for x, d in pairs], np.shape(image))


def halve(H, W, block, filters):
    for _ in range(1, block):
        H, W = H // 2, W // 2
    return np.array([H, W, filters])


def swapped_axes(a):
    """The table with the channels as rows, by einsum's own transposition."""
    return np.einsum("bijk->kij", a).reshape(a.shape[-1], -1)


def pulled(a_S, a_G):
    """Each position's pull, one after the other."""
    D = gram_matrix(a_G) - gram_matrix(a_S)
    pulls = [[tf.linalg.matvec(D, vector) for vector in row] for row in a_G[0]]
    return tf.stack(pulls)[None] / tf.size(a_G, out_type=tf.int64).numpy() ** 2


def half_of_the_tape(a_S, a_G):
    """The tape on half the block's table, where one factor is held fast."""
    A, fixed = tf.reshape(a_G, (-1, a_G.shape[-1])), gram_matrix(a_S)
    with tf.GradientTape() as tape:
        tape.watch(A)
        held = tf.stop_gradient(A)
        J = tf.reduce_sum((tf.matmul(A, held, transpose_a=True) - fixed) ** 2)
    return 2 * tape.gradient(J, A) / (2 * tf.size(a_G).numpy()) ** 2


def by_harmonic_mean(J_layers):
    values = np.array([*J_layers.values()])
    harmonic = len(values) / np.sum(1 / values)
    inverse = {layer: 1 / J / np.sum(1 / values) for layer, J in J_layers.items()}
    return {layer: weight * values.mean() / harmonic for layer, weight in inverse.items()}


def sound_by_loop(T, poolings, filters):
    while poolings:
        T, poolings = T // 2, poolings - 1
    return [[T, filters], [filters, filters]]


RIGHT = [
    ("activation", lambda a, i, j, k: tf.squeeze(a)[i, j, k] if a.shape[1] > 1 else None),
    ("activation", lambda a, i, j, k: np.ravel(a)[(i * a.shape[2] + j) * a.shape[3] + k]),
    ("activation", lambda a, i, j, k: tf.reduce_sum(a[:, i, j, k])),
    ("activation", lambda a, i, j, k: np.float64(a[0, i, j, k].numpy())),
    ("block_shape", halve),
    ("block_shape", lambda H, W, b, f: [*(x // (1 << (b - 1)) for x in (H, W)), f]),
    ("pairs", lambda a, k, m: np.array(positions(a))[:, [k, m]]),
    ("pairs", lambda a, k, m: np.column_stack([np.ravel(a[0, :, :, n], "F") for n in (k, m)])),
    ("pairs", lambda a, k, m: tf.stack([tf.reshape(a[..., n], [-1]) for n in (k, m)], axis=1)),
    ("pairs", lambda a, k, m: [[v[k], v[m]] for v in reversed(positions(a))]),
    ("style_matrix_entry", lambda a, k, m: sum(v[k] * v[m] for v in positions(a))),
    ("style_matrix_entry", lambda a, k, m: ops.vdot(a[..., k], a[..., m])),
    ("style_matrix_entry", lambda a, k, m: gram_matrix(a)[m, k]),
    ("style_matrix_entry", lambda a, k, m: np.einsum("ij,ij", a[0, ..., k], a[0, ..., m])),
    ("gram_matrix_loops", by_vectors),
    ("gram_matrix_loops", by_symmetry),
    ("gram_matrix_loops", by_while),
    ("gram_matrix", by_columns),
    ("gram_matrix", Gram()),
    ("gram_matrix", lambda a: ops.tensordot(a, a, axes=[[0, 1, 2], [0, 1, 2]])),
    ("gram_matrix", lambda a: np.einsum("hwk,hwl->kl", *[np.float64(a)[0]] * 2)),
    ("gram_matrix", lambda a: tf.reduce_sum(tf.matmul(a, a, transpose_a=True), axis=(0, 1))),
    ("gram_matrix", lambda a: tf.Variable(gram_matrix(a))),
    ("style_matrix_size", lambda a: np.repeat(a.shape[-1], 2)),
    ("style_matrix_size", lambda a: tf.shape(a)[-1] * tf.ones(2, tf.int32)),
    ("style_matrix_size", lambda a: 2 * [float(len(a[0, 0, 0]))]),
    ("constant", lambda h, w, c: Fraction(1, (2 * h * w * c) ** 2)),
    ("constant", lambda h, w, c: np.power(2.0 * np.prod([h, w, c]), -2)),
    ("constant", lambda h, w, c: 1 / (2 * h * w * c) / (2 * h * w * c)),
    ("constant", lambda h, w, c: tf.constant(1.0) / (2.0 * h * w * c) ** 2),
    ("layer_style_cost", traced_cost),
    ("layer_style_cost", keras_cost),
    ("layer_style_cost", trace_cost),
    ("layer_style_cost", double_cost),
    ("style_cost", lambda J, lam: sum(map(operator.mul, (J[x] for x in lam), lam.values()))),
    ("style_cost", lambda J, lam: functools.reduce(lambda t, x: t + J[x] * lam[x], J, 0)),
    ("style_cost", lambda J, lam: np.sum([lam.get(x) * J.get(x) for x in sorted(J)])),
    ("total_cost", cost_of_pieces),
    (
        "total_cost",
        lambda c, s, g, alpha, beta: tf.tensordot(
            [alpha, beta], tf.stack([content_cost(g, c), layer_style_cost(s, g)]), 1
        ),
    ),
    ("style_matrix_by_hand", np.array([[6, 2], [2, 8]])),
    ("style_matrix_by_hand", tf.constant([[6.0, 2.0], [2.0, 8.0]])),
    ("style_matrix_by_hand", [[Fraction(6), 2], [2, 2**3]]),
    ("style_gradient", pulled),
    ("style_gradient", half_of_the_tape),
    (
        "style_gradient",
        lambda s, g: (
            tf.linalg.matmul(g, gram_matrix(g) - gram_matrix(s))
            / float(np.prod(g.shape, dtype=float) ** 2)
        ),
    ),
    ("equal_say", by_harmonic_mean),
    (
        "equal_say",
        lambda J: dict(zip(J, np.mean([*J.values()]) / np.array([*J.values()]) / len(J))),
    ),
    ("channel_means", lambda a: sum(positions(a)) / len(positions(a))),
    ("channel_means", lambda a: keras.layers.GlobalAveragePooling2D()(a)[0]),
    ("channel_means", lambda a: np.mean(swapped_axes(a), axis=1)),
    ("mixed_style", lambda a, b, w: tf.add_n([w * gram_matrix(a), (1 - w) * gram_matrix(b)])),
    ("mixed_style", lambda a, b, w: gram_matrix(w**0.5 * a) + gram_matrix((1 - w) ** 0.5 * b)),
    ("mixed_style", lambda a, b, w: np.average([by_vectors(a), by_vectors(b)], 0, [w, 1 - w])),
    ("block_shape_1d", sound_by_loop),
    ("block_shape_1d", lambda T, p, n: (np.array([T // 2**p, n]), np.array([n, n]))),
    ("block_shape_3d", lambda D, H, W, p, n: ((D >> p, H >> p, W >> p, n), (n, n))),
    ("gradient_step", step_by_where),
    ("gradient_step", step_by_lists),
    ("gradient_step", lambda G, d, r: tf.minimum(tf.nn.relu(G - r * d), 1.0)),
    ("gradient_step", lambda G, d, r: ops.clip(ops.subtract(G, ops.multiply(r, d)), 0.0, 1.0)),
]


def channels_first_then_rows(a):
    """The habit of another library: channels first, and then a table with the channels last."""
    A = tf.reshape(tf.transpose(a, (0, 3, 1, 2)), (-1, a.shape[-1]))
    return tf.transpose(A) @ A


def slipped(a):
    rows = np.reshape(a, (a.shape[-1], -1))
    return np.dot(rows, rows.T)


def all_centred(a):
    return gram_matrix(a - tf.reduce_mean(a))


def through_memory(a):
    b = np.asarray(a)
    if not b.flags.writeable:
        b = np.array(a)
    b -= b.mean(axis=(0, 1, 2))
    return np.tensordot(b, b, ((0, 1, 2),) * 2)


def scales_its_block(a):
    a *= 2
    return np.tensordot(a, a, ((0, 1, 2),) * 2) / 4


def sorts_its_block(a):
    a.sort(axis=1)
    return gram_matrix(a)


def early_return(a):
    n_C = a.shape[-1]
    G = np.zeros((n_C, n_C))
    for v in positions(a):
        G += np.outer(v, v)
        return G


def off_by_one(a):
    _, n_H, n_W, n_C = a.shape
    G = np.zeros((n_C, n_C))
    for i in range(n_H - 1):
        for j in range(n_W - 1):
            G += np.outer(a[0, i, j], a[0, i, j])
    return G


def wrong_loop_order(a):
    _, n_H, n_W, n_C = a.shape
    G = np.zeros((n_C, n_C))
    for i in range(n_W):
        for j in range(n_H):
            G += np.outer(a[0, i, j], a[0, i, j])
    return G


def cost(gram, size=lambda a: np.prod(a.shape[1:]), distance=lambda D: tf.reduce_sum(D**2)):
    return lambda s, g: distance(gram(s) - gram(g)) / (2 * size(g)) ** 2


def pops(J_layers, lambdas):
    total = 0
    while J_layers:
        layer, J = J_layers.popitem()
        total += lambdas[layer] * J
    return total


def softmax(J, lambdas):
    weights = np.exp(list(lambdas.values()))
    return sum(w / weights.sum() * J[x] for w, x in zip(weights, lambdas))


RESHAPE = "reshape where a transpose was needed"
NUMPY = "NumPy where gradients must flow"
IN_PLACE = "argument changed in place"
WRONG = [
    ("activation", lambda a, i, j, k: np.asarray(a).T[k, i, j, 0], "height and width exchanged"),
    ("activation", lambda a, i, j, k: a[:, i, j, k], "batch axis left on"),
    ("activation", lambda a, i, j, k: np.reshape(a, (-1, a.shape[-1]))[i + j, k], None),
    ("activation", lambda a, i, j, k: tf.reduce_mean(a[..., k]), None),
    ("activation", lambda a, i, j, k: tf.nn.relu(a[0, i, j, k]), None),
    ("activation", lambda a, i, j, k: f"{a[0, i, j, k]}", None),
    ("block_shape", lambda H, W, b, f: (H // (b * 2), W // (b * 2), f), None),
    ("block_shape", lambda H, W, b, f: (H // b**2, W // b**2, f), None),
    ("block_shape", lambda H, W, b, f: {"n_H": H, "n_W": W, "n_C": f}, None),
    ("block_shape", lambda H, W, b, f: (1, H >> b - 1, W >> b - 1, f), "batch axis left on"),
    ("block_shape", lambda H, W, b, f: (H >> b - 1) * (W >> b - 1) * f, None),
    (
        "pairs",
        lambda a, k, m: np.reshape(a, (a.shape[-1], -1))[[k, m]].T,
        RESHAPE + ": the whole block",
    ),
    (
        "pairs",
        lambda a, k, m: np.unique(np.array(positions(a))[:, [k, m]], axis=0),
        "the same pair only once",
    ),
    ("pairs", lambda a, k, m: [(v[k], v[m]) for v in positions(a) if v[k] * v[m]], None),
    ("pairs", lambda a, k, m: np.hstack([np.ravel(a[..., k]), np.ravel(a[..., m])]), None),
    ("pairs", lambda a, k, m: np.dstack([a[0, :, :, k], a[0, :, :, m]]), None),
    ("pairs", lambda a, k, m: np.array(positions(a))[:, [m, k]], "k and k' exchanged"),
    ("pairs", lambda a, k, m: np.array(positions(a))[1:, [k, m]], None),
    ("style_matrix_entry", lambda a, k, m: slipped(a)[k, m], RESHAPE),
    (
        "style_matrix_entry",
        lambda a, k, m: all_centred(a)[k, m],
        "mean subtracted: one for the whole block",
    ),
    (
        "style_matrix_entry",
        lambda a, k, m: sum(a[0, i, i, k] * a[0, i, i, m] for i in range(min(a.shape[1:3]))),
        "positions on the diagonal only",
    ),
    ("style_matrix_entry", lambda a, k, m: gram_matrix(a)[k, k], "missing prime"),
    ("style_matrix_entry", lambda a, k, m: tf.norm(a[..., k] * a[..., m]), None),
    ("style_matrix_entry", lambda a, k, m: gram_matrix(a), "the whole matrix"),
    (
        "style_matrix_entry",
        lambda a, k, m: np.cov(np.ravel(a[..., k]), np.ravel(a[..., m]))[0, 1],
        "covariance, divided by n_H n_W − 1",
    ),
    (
        "style_matrix_entry",
        lambda a, k, m: tf.reduce_sum(a[..., k] * a[..., m]) / tf.size(a).numpy(),
        "divided by n_H n_W n_C",
    ),
    (
        "style_matrix_entry",
        lambda a, k, m: tf.reduce_sum(a[..., k] * a[..., m], axis=(0, 1)),
        "summed over the wrong axes: the height only",
    ),
    ("gram_matrix_loops", early_return, "returned inside the loop"),
    ("gram_matrix_loops", off_by_one, None),
    ("gram_matrix_loops", wrong_loop_order, None),
    ("gram_matrix_loops", lambda a: [[0] * a.shape[-1]] * a.shape[-1], None),
    ("gram_matrix_loops", lambda a: print, None),
    ("gram_matrix", channels_first_then_rows, RESHAPE + ": channels first"),
    ("gram_matrix", all_centred, "mean subtracted: one for the whole block"),
    (
        "gram_matrix",
        lambda a: gram_matrix(a - tf.reduce_mean(a, -1, keepdims=True)),
        "mean subtracted: over the channels",
    ),
    (
        "gram_matrix",
        lambda a: np.cov(np.array(positions(a)).T),
        "covariance, divided by n_H n_W − 1",
    ),
    ("gram_matrix", lambda a: gram_matrix(a) / a.shape[-1], "divided by n_C"),
    ("gram_matrix", lambda a: gram_matrix(a) / (2 * tf.size(a).numpy()), None),
    (
        "gram_matrix",
        lambda a: tf.matmul(a, a, transpose_a=True),
        "summed over the wrong axes: the width only",
    ),
    ("gram_matrix", lambda a: tf.einsum("bijk,bijl->bkl", a, a), "batch axis left on"),
    ("gram_matrix", lambda a: tf.reduce_sum(a, (0, 1, 2)), None),
    ("gram_matrix", lambda a: gram_matrix(a) ** 2, None),
    ("gram_matrix", lambda a: np.sqrt(np.abs(gram_matrix(a))), None),
    ("gram_matrix", lambda a: np.round(gram_matrix(a), 1), None),
    ("gram_matrix", lambda a: tf.cast(gram_matrix(a), tf.float16), None),
    ("gram_matrix", lambda a: gram_matrix(a) * (1 + 1e-4), None),
    ("gram_matrix", lambda a: gram_matrix(a) + np.eye(a.shape[-1]) * np.nan, None),
    ("gram_matrix", lambda a: gram_matrix(a).numpy()[::-1], None),
    ("gram_matrix", lambda a: [gram_matrix(a), 0], None),
    ("gram_matrix", through_memory, IN_PLACE),
    ("gram_matrix", scales_its_block, IN_PLACE),
    ("gram_matrix", sorts_its_block, IN_PLACE),
    ("gram_matrix", lambda a: a.no_such_thing, None),
    ("gram_matrix", lambda a, b: a, None),
    ("gram_matrix", lambda a: (_ for _ in ()).throw(SystemExit(1)), None),
    ("style_matrix_size", lambda a: (a.shape[-1], a.shape[1] * a.shape[2]), "channels × positions"),
    ("style_matrix_size", lambda a: gram_matrix(a), None),
    ("style_matrix_size", lambda a: f"{a.shape[-1]} x {a.shape[-1]}", None),
    ("style_matrix_size", lambda a: (1, a.shape[-1], a.shape[-1]), "batch axis left on"),
    ("constant", lambda h, w, c: 1 / 2 * h * w * c**2, "brackets forgotten, n_C squared"),
    ("constant", lambda h, w, c: 1 / (2 * h * w * c**2), "only n_C squared"),
    ("constant", lambda h, w, c: 1 / (2 * h * w * c ^ 2), "^ in place of **"),
    ("constant", lambda h, w, c: (1 / 4) * (h * w * c), None),
    ("constant", lambda h, w, c: 1 / (2 * h * w + c) ** 2, None),
    ("constant", lambda h, w, c: 1 / (2 * h * h * c) ** 2, None),
    ("constant", lambda h, w, c: 1 / (4 * c**2 * (h + w) ** 2), None),
    (
        "constant",
        lambda h, w, c: np.sqrt(1 / (2 * h * w * c)),
        "square root in place of the square",
    ),
    ("layer_style_cost", cost(channels_first_then_rows), RESHAPE + ": channels first"),
    ("layer_style_cost", cost(slipped), RESHAPE),
    ("layer_style_cost", cost(all_centred), "mean subtracted: one for the whole block"),
    (
        "layer_style_cost",
        cost(lambda a: tf.einsum("bijk,bljk->il", a, a)),
        "summed over the wrong axes: n_H × n_H",
    ),
    (
        "layer_style_cost",
        cost(lambda a: tf.einsum("bijk,bilk->jl", a, a)),
        "summed over the wrong axes: n_W × n_W",
    ),
    (
        "layer_style_cost",
        cost(lambda a: gram_matrix(a) / tf.size(a).numpy()),
        "divided by n_H n_W n_C",
    ),
    ("layer_style_cost", cost(gram_matrix, distance=tf.nn.l2_loss), None),
    ("layer_style_cost", cost(gram_matrix, distance=tf.norm), "norm without the square"),
    ("layer_style_cost", cost(gram_matrix, lambda a: a.shape[1] * a.shape[2]), "n_C forgotten"),
    ("layer_style_cost", cost(gram_matrix, lambda a: sum(a.shape[1:])), "a sum in the bracket"),
    ("layer_style_cost", cost(gram_matrix, distance=lambda D: tf.linalg.trace(D) ** 2), None),
    ("layer_style_cost", cost(lambda a: gram_matrix(a.numpy())), NUMPY),
    ("layer_style_cost", lambda s, g: np.float32(traced_cost(s, g)), NUMPY),
    ("layer_style_cost", lambda s, g: tf.constant(traced_cost(s, g).numpy()), NUMPY),
    ("layer_style_cost", lambda s, g: layer_style_cost(s, tf.stop_gradient(g)), NUMPY),
    ("layer_style_cost", lambda s, g: layer_style_cost(g, g), None),
    ("layer_style_cost", lambda s, g: tf.sqrt(layer_style_cost(s, g)), None),
    ("layer_style_cost", lambda s, g: -layer_style_cost(s, g), None),
    ("layer_style_cost", lambda s, g: [layer_style_cost(s, g)], None),
    ("style_cost", pops, IN_PLACE),
    ("style_cost", softmax, None),
    ("style_cost", lambda J, lam: sum(J[x] * lam[x] for x in list(J)[:-1]), None),
    ("style_cost", lambda J, lam: max(J[x] * lam[x] for x in J), None),
    ("style_cost", lambda J, lam: {x: J[x] * lam[x] for x in J}, None),
    ("style_cost", lambda J, lam: np.dot([J[x] for x in sorted(J)], list(lam.values())), None),
    (
        "style_cost",
        lambda J, lam: sum(J[x] * lam[x] / max(lam.values()) for x in J),
        "λ normalised: by the largest",
    ),
    ("style_cost", lambda J, lam: J * lam, None),
    (
        "total_cost",
        lambda c, s, g, x, y: y * content_cost(c, g) + x * traced_cost(s, g),
        "α and β swapped",
    ),
    (
        "total_cost",
        lambda c, s, g, x, y: x * content_cost(c, g) + y * layer_style_cost(s, c),
        "style of the content against style of the style",
    ),
    (
        "total_cost",
        lambda c, s, g, x, y: x * content_cost(c, s) + y * layer_style_cost(s, g),
        "content of the content against content of the style",
    ),
    (
        "total_cost",
        lambda c, s, g, x, y: x * content_cost(c, g) + (1 - x) * layer_style_cost(s, g),
        None,
    ),
    (
        "total_cost",
        lambda c, s, g, x, y: (x * content_cost(c, g), y * layer_style_cost(s, g)),
        "not added",
    ),
    (
        "total_cost",
        lambda c, s, g, x, y: x * content_cost(c, g).numpy() + y * layer_style_cost(s, g),
        None,
    ),
    ("total_cost", lambda c, s, g, x, y: x * y * content_cost(c, g) * layer_style_cost(s, g), None),
    (
        "total_cost",
        lambda c, s, g, x, y: (
            x * content_cost(c.numpy(), g.numpy()) + y * layer_style_cost(s.numpy(), g.numpy())
        ),
        NUMPY,
    ),
    ("style_matrix_by_hand", [[5, 1], [1, 5]], None),
    ("style_matrix_by_hand", [[8, 2], [2, 6]], "channels exchanged"),
    ("style_matrix_by_hand", [[4, 2], [2, 4]], "diagonal not squared"),
    ("style_matrix_by_hand", [[6, 0], [0, 8]], "diagonal only"),
    ("style_matrix_by_hand", [[16, 16], [16, 16]], "product of the sums"),
    (
        "style_matrix_by_hand",
        slipped(np.reshape([0, 2, 1, 2, 1, 0, 2, 0], (1, 2, 2, 2))),
        "rows of the picture in place of channels",
    ),
    ("style_matrix_by_hand", [[6, 2], [2, float("nan")]], None),
    ("style_matrix_by_hand", [[1 / 2, 0.25], [0.25, 1]], None),
    ("style_gradient", lambda s, g: pulled(g, s), "the two pictures exchanged"),
    ("style_gradient", lambda s, g: 2 * half_of_the_tape(s, g), "a factor 2 too many"),
    ("style_gradient", lambda s, g: half_of_the_tape(s, g) / 4, "both factors 2 forgotten"),
    (
        "style_gradient",
        lambda s, g: 4 * pulled(s, g) * tf.size(g, out_type=tf.int64).numpy() ** 2,
        "constant forgotten, factor 4 kept",
    ),
    ("style_gradient", lambda s, g: gram_matrix(g) - gram_matrix(s), None),
    ("style_gradient", lambda s, g: (g - s) / tf.size(g).numpy(), "gradient of the content cost"),
    ("style_gradient", lambda s, g: traced_cost(s, g), None),
    ("style_gradient", lambda s, g: pulled(s, g)[..., ::-1], None),
    ("equal_say", lambda J: {x: np.mean([*J.values()]) / J[x] for x in J}, "Σ λ J is the sum"),
    ("equal_say", lambda J: {x: 1 / len(J) for x in J}, "equal λ"),
    ("equal_say", lambda J: {x: 1 / len(J) / J[x] for x in J}, "Σ λ J is 1"),
    ("equal_say", lambda J: {x: sum(J.values()) - J[x] for x in J}, None),
    ("equal_say", lambda J: set(J.values()), None),
    ("equal_say", lambda J: J.update({x: 1 for x in J}) or J, IN_PLACE),
    ("channel_means", lambda a: keras.layers.GlobalAveragePooling2D()(a), "batch axis left on"),
    ("channel_means", lambda a: np.median(a, axis=(0, 1, 2)), None),
    ("channel_means", lambda a: tf.reduce_mean(a), "one number"),
    ("channel_means", lambda a: tf.reduce_mean(a, -1)[0], "mean over the channels"),
    ("channel_means", lambda a: np.mean(slipped(a), 0), None),
    ("mixed_style", lambda a, b, w: gram_matrix(w * a + (1 - w) * b), "the blocks mixed"),
    (
        "mixed_style",
        lambda a, b, w: w * gram_matrix(b) + (1 - w) * gram_matrix(a),
        "weights exchanged",
    ),
    ("mixed_style", lambda a, b, w: gram_matrix(tf.concat([a, b], 1)), "the sum"),
    ("mixed_style", lambda a, b, w: w * slipped(a) + (1 - w) * slipped(b), RESHAPE),
    ("mixed_style", lambda a, b, w: gram_matrix(a) ** w * gram_matrix(b) ** (1 - w), None),
    ("block_shape_1d", lambda T, p, n: ((1, T >> p, n), (n, n)), "batch axis left on"),
    ("block_shape_1d", lambda T, p, n: ((T >> p, n), (n,)), None),
    ("block_shape_1d", lambda T, p, n: {"block": (T >> p, n), "G": (n, n)}, None),
    (
        "block_shape_3d",
        lambda D, H, W, p, n: ((D * H * W >> 3 * p, n), (n, n)),
        "the sides multiplied",
    ),
    (
        "block_shape_3d",
        lambda D, H, W, p, n: ((W >> p, H >> p, D >> p, n), (n, n)),
        "axes in the wrong order",
    ),
    ("gradient_step", lambda G, d, r: tf.clip_by_value(G + r * d, 0, 1), "positive gradient step"),
    ("gradient_step", lambda G, d, r: np.clip(G, 0, 1) - r * np.asarray(d), "not clipped"),
    ("gradient_step", lambda G, d, r: np.abs(G - r * d), None),
    ("gradient_step", lambda G, d, r: (G - r * d) % 1, None),
    ("gradient_step", lambda G, d, r: tf.nn.sigmoid(G - r * d), None),
    ("gradient_step", lambda G, d, r: tf.nn.relu(G - r * d), "not clipped at 1"),
    ("gradient_step", lambda G, d, r: np.clip(G - r * d, 0, 1)[0], "batch axis lost"),
    ("gradient_step", lambda G, d, r: np.clip(255 * (G - r * d), 0, 255), None),
    ("gradient_step", lambda G, d, r: np.clip(G - r * d, -1, 1), None),
    ("gradient_step", lambda G, d, r: np.subtract(G, r * d, out=G).clip(0, 1), IN_PLACE),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_right_answers_are_right(name, answer):
    verdict = judge(EXERCISES[name], answer)
    assert verdict.right, verdict.text


@pytest.mark.parametrize(("name", "answer", "mistake"), WRONG)
def test_wrong_answers_are_wrong_and_the_usual_ones_named(name, answer, mistake):
    verdict = judge(EXERCISES[name], answer)
    assert not verdict.right
    assert verdict.text.startswith("✗ Not right yet")
    assert verdict.mistake == mistake, verdict.text


def test_every_exercise_has_answers_of_both_kinds():
    for answers in (RIGHT, WRONG):
        assert {name for name, *_ in answers} == set(EXERCISES)
    assert len(WRONG) >= 100 and len(RIGHT) >= 40


def raises(error):
    raise error


ODD = {
    "a text": lambda: "0.5",
    "a dictionary": lambda: {"G": 1},
    "a set": lambda: {1, 2},
    "a generator": lambda: (n for n in (1, 2)),
    "a function": lambda: print,
    "a module": lambda: np,
    "a truth": lambda: True,
    "complex": lambda: 1j,
    "NaN": lambda: float("nan"),
    "infinite": lambda: np.inf,
    "too large": lambda: 10**400,
    "empty": lambda: [],
    "ragged": lambda: [[1], [2, 3]],
    "nothing inside": lambda: [None, None],
    "of another shape": lambda: np.zeros((7, 7, 7)),
    "whole numbers": lambda: np.zeros((3, 4), np.uint8),
    "tensors in a list": lambda: [tf.zeros(2), tf.zeros(3)],
    "sparse": lambda: tf.sparse.from_dense([[1.0, 0.0]]),
    "ragged tensor": lambda: tf.ragged.constant([[1.0], [2.0, 3.0]]),
    "a name error": lambda: undefined,  # noqa: F821
    "an assertion": lambda: raises(AssertionError()),
    "an error of TensorFlow": lambda: tf.matmul(tf.zeros((2, 3)), tf.zeros((2, 3))),
    "an error with two lines": lambda: raises(ValueError("one\ntwo")),
    "memory": lambda: raises(MemoryError),
    "the end": lambda: raises(SystemExit(0)),
    "a warning": lambda: raises(DeprecationWarning("old")),
}


FUNCTIONS = [name for name, exercise in EXERCISES.items() if exercise.arguments]
VALUES = [name for name in EXERCISES if name not in FUNCTIONS]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_odd_answers_are_told_in_a_sentence(name, odd):
    verdict = judge(EXERCISES[name], lambda *arguments: ODD[odd]())
    assert not verdict.right and verdict.text.startswith("✗ Not right yet")
    assert len(verdict.text.splitlines()) < 5 and "0x" not in verdict.text


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", VALUES)
def test_odd_values_are_told_in_a_sentence(name, odd):
    try:
        value = ODD[odd]()
    except (Exception, SystemExit):
        value = ODD[odd]  # nothing is raised where a value is typed in
    verdict = judge(EXERCISES[name], value)
    empty = odd == "nothing inside"
    assert not verdict.right and verdict.mark == ("○" if empty else "✗")
    assert len(verdict.text.splitlines()) < 5 and "0x" not in verdict.text


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_answer_to_one_input_only_is_wrong(odd):
    def answer(a):
        return ODD[odd]() if a.shape[1] == 3 else gram_matrix(a)

    verdict = judge(EXERCISES["gram_matrix"], answer)
    assert not verdict.right and "shape (1, 3, 4, 6)" in verdict.text


@pytest.mark.parametrize(
    "choice", [np.array(["a", "b"]), np.array([1, np.nan]), b"b", True, {"b"}, lambda: "b", "bb"]
)
def test_odd_choices_are_no_choice(choice):
    verdict = judge_prediction("mirrored", choice)
    assert not verdict.right and 'write one of "a", "b", "c", "d"' in verdict.text


@pytest.mark.parametrize("choice", ["b", "B", " b ", "(b)", "b)", "b.", "B:"])
def test_a_letter_may_be_written_in_many_ways(choice):
    assert judge_prediction("mirrored", choice).right


def test_a_factor_that_depends_on_the_shape_is_told():
    text = judge(EXERCISES["gram_matrix"], lambda a: gram_matrix(a) / (2 * a.shape[1])).text
    assert "0.25 times the right ones, on the next input 0.1 times" in text


def test_one_number_is_asked_for_in_words():
    text = judge(
        EXERCISES["layer_style_cost"], lambda s, g: tf.reshape(traced_cost(s, g), (1,))
    ).text
    assert "your result has shape (1,), expected is one number" in text
