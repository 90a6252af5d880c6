"""The code exercises of the notebooks: what is asked, on which inputs, and the checkers.

In a notebook: ``check_gram_matrix(my_gram_matrix)``. The tables of mistakes are in `mistakes`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from nst_helpers.costs import content_cost, layer_style_cost
from nst_helpers.exercises import mistakes
from nst_helpers.exercises.judge import Exercise, judge
from nst_helpers.reference import gram_matrix_loops

# Height, width and channels always differ, so that no mix-up of axes stays hidden.
SHAPES = ((2, 3, 4), (5, 3, 2), (3, 4, 6), (1, 3, 5))


def example_block() -> tf.Tensor:
    """Return the small block that every checker tries first, to compute on by hand.

    Returns
    -------
    tf.Tensor
        (1, 2, 3, 4), whole numbers from 0 to 9.
    """
    return tf.constant(_block((2, 3, 4), 0), tf.float32)


def _block(shape: tuple[int, int, int], seed: int) -> np.ndarray:
    """Return activations: whole numbers for seed 0, else positive and negative fractions."""
    random = np.random.default_rng(seed)
    if seed == 0:
        return random.integers(0, 10, (1, *shape)).astype(float)
    return random.normal(0.7, 1.5, (1, *shape)).astype(np.float32).astype(float)


# Notebook 01 ---------------------------------------------------------------------------------

ACTIVATION = Exercise(
    name="activation",
    arguments=("a", "i", "j", "k"),
    cases=tuple(
        (_block((5, 6, 4), seed), *place)
        for seed, place in enumerate([(1, 3, 2), (0, 2, 3), (3, 1, 0), (2, 3, 1)])
    ),
    right=lambda a, i, j, k: a[0, i, j, k],
    mistakes=mistakes.ACTIVATION_MISTAKES,
    hint="The block has four axes: (1, n_H, n_W, n_C). Which index belongs to which?",
    praise="i over height, j over width, k over channels, and a 0 for the only picture.",
)

BLOCK_SHAPE = Exercise(
    name="block_shape",
    arguments=("H", "W", "block", "filters"),
    cases=((96, 64, 1, 64), (96, 64, 3, 256), (256, 160, 4, 512), (64, 224, 2, 128)),
    right=lambda H, W, block, filters: (
        H // 2 ** (block - 1),
        W // 2 ** (block - 1),
        filters,
    ),
    mistakes=mistakes.BLOCK_SHAPE_MISTAKES,
    hint="How many poolings lie before block 1? Before block 2? Each halves height and width.",
    praise="The deeper the layer, the fewer positions, each seeing more of the picture.",
)

# Notebook 02 ---------------------------------------------------------------------------------


def _in_any_order(pairs) -> np.ndarray:
    """Sort the pairs: which position comes first does not matter."""
    pairs = np.asarray(pairs, dtype=float)
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        return pairs
    return pairs[np.lexsort(pairs.T)]


PAIRS = Exercise(
    name="pairs",
    arguments=("a", "k", "k_prime"),
    cases=(
        (_block((2, 3, 4), 0), 0, 1),
        (_block((5, 4, 3), 1), 2, 0),
        (_block((4, 5, 6), 2), 3, 1),
        # Behind a ReLU the pair (0, 0) occurs at several positions, and each of them counts.
        (np.maximum(_block((6, 5, 4), 3), 0), 2, 1),
    ),
    right=lambda a, k, k_prime: np.reshape(a[..., [k, k_prime]], (-1, 2)),
    mistakes=mistakes.PAIRS_MISTAKES,
    hint="a[0, :, :, k] is the map of channel k: one number for each position.",
    praise="One pair at every position: n_H · n_W points of the scatter.",
    canonical=_in_any_order,
)

# Notebook 03 ---------------------------------------------------------------------------------

_ENTRY_SHAPES = [((2, 3, 4), (0, 1)), ((5, 4, 3), (2, 0)), ((4, 5, 6), (3, 1)), ((4, 3, 5), (2, 2))]

STYLE_MATRIX_ENTRY = Exercise(
    name="style_matrix_entry",
    arguments=("a", "k", "k_prime"),
    cases=tuple(
        (_block(shape, seed), *channels) for seed, (shape, channels) in enumerate(_ENTRY_SHAPES)
    ),
    right=lambda a, k, k_prime: np.sum(a[..., k] * a[..., k_prime]),
    mistakes=mistakes.STYLE_MATRIX_ENTRY_MISTAKES,
    hint="Multiply the two numbers of each pair, one from channel k, one from channel k'.",
    praise="With its prime the formula speaks of two channels, not of one with itself.",
)

GRAM_MATRIX_LOOPS = Exercise(
    name="gram_matrix_loops",
    arguments=("a",),
    cases=tuple((_block(shape, seed),) for seed, shape in enumerate(SHAPES)),
    right=gram_matrix_loops,
    mistakes=mistakes.GRAM_MISTAKES,
    hint="Begin with G = np.zeros((n_C, n_C)) and add one product a[0, i, j, k] · a[0, i, j, k'] "
    "at a time.",
    praise="Four loops, one product in the middle: the formula letter by letter.",
)

GRAM_MATRIX = GRAM_MATRIX_LOOPS._replace(
    name="gram_matrix",
    hint="Write the block as a table first: one row a position, one column a channel.",
    praise="One matrix product sums over all positions at once, for every pair of channels.",
)

STYLE_MATRIX_SIZE = Exercise(
    name="style_matrix_size",
    arguments=("a",),
    cases=GRAM_MATRIX.cases,
    right=lambda a: (np.shape(a)[-1],) * 2,
    mistakes=mistakes.STYLE_MATRIX_SIZE_MISTAKES,
    hint="Which letters of the formula are summed over, and which are left?",
    praise="n_C × n_C, for a picture of any size: that is why two pictures can be compared.",
)

# Notebook 04 ---------------------------------------------------------------------------------

CONSTANT = Exercise(
    name="constant",
    arguments=("n_H", "n_W", "n_C"),
    cases=((2, 3, 4), (5, 3, 2), (3, 4, 6), (1, 7, 5)),
    right=lambda n_H, n_W, n_C: 1 / (2 * n_H * n_W * n_C) ** 2,
    mistakes=mistakes.CONSTANT_MISTAKES,
    hint="The bracket comes first: 2 times the number of activations. Then square it; then 1 / it.",
    praise="The same as Gatys' 1 / (4 n_C² (n_H n_W)²), written with one square.",
)


LAYER_STYLE_COST = Exercise(
    name="layer_style_cost",
    arguments=("a_S", "a_G"),
    cases=tuple(
        (_block(shape, seed), _block(shape, seed + 10)) for seed, shape in enumerate(SHAPES)
    ),
    right=layer_style_cost,
    mistakes=mistakes.LAYER_STYLE_COST_MISTAKES,
    hint="Two style matrices, their difference, each entry squared, the sum, times the constant.",
    praise="And TensorFlow finds the gradient through it, so a picture can follow it downhill.",
    differentiable_in=1,
)

# Notebook 05 ---------------------------------------------------------------------------------

_J_LAYERS = (
    ({"block1_conv1": 2.0, "block2_conv1": 3.0}, {"block1_conv1": 10.0, "block2_conv1": 1.0}),
    (
        {"block1_conv1": 0.5, "block3_conv1": 4.0, "block5_conv1": 8.0, "block2_conv1": 6.0},
        {"block2_conv1": 1.5, "block1_conv1": 3.0, "block3_conv1": 0.0, "block5_conv1": 0.25},
    ),
    ({"block4_conv1": 7.0, "block2_conv1": 0.1}, {"block4_conv1": 0.2, "block2_conv1": 0.3}),
)

STYLE_COST = Exercise(
    name="style_cost",
    arguments=("J_layers", "lambdas"),
    cases=_J_LAYERS,
    right=lambda J_layers, lambdas: sum(lambdas[layer] * J_layers[layer] for layer in lambdas),
    mistakes=mistakes.STYLE_COST_MISTAKES,
    hint="For each layer: its λ times its cost. Look both up by the layer's name.",
    praise="λ = 0 switches a layer off; only the ratios matter as long as β is free.",
)

TOTAL_COST = Exercise(
    name="total_cost",
    arguments=("a_C", "a_S", "a_G", "alpha", "beta"),
    cases=tuple(
        (_block(shape, seed + 1), _block(shape, seed + 11), _block(shape, seed + 21), alpha, beta)
        for seed, (shape, alpha, beta) in enumerate(
            [((2, 3, 4), 10.0, 40.0), ((5, 3, 2), 1.0, 0.5), ((3, 4, 6), 0.25, 3.0)]
        )
    ),
    right=lambda a_C, a_S, a_G, alpha, beta: (
        alpha * content_cost(a_C, a_G) + beta * layer_style_cost(a_S, a_G)
    ),
    mistakes=mistakes.TOTAL_COST_MISTAKES,
    hint="Two costs: content_cost looks at C and G, layer_style_cost at S and G.",
    praise="The whole of the lecture in one line.",
    differentiable_in=2,
)


def _pixels(shape: tuple[int, int], seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    image = random.uniform(0.05, 0.95, (1, *shape, 3)).astype(np.float32).astype(float)
    return image, random.normal(0, 3, image.shape).astype(np.float32).astype(float)


GRADIENT_STEP = Exercise(
    name="gradient_step",
    arguments=("image", "gradient", "rate"),
    cases=tuple(
        (*_pixels(shape, seed), rate)
        for seed, (shape, rate) in enumerate([((2, 4), 0.1), ((5, 2), 0.02), ((4, 6), 0.5)])
    ),
    right=lambda image, gradient, rate: np.clip(image - rate * gradient, 0, 1),
    mistakes=mistakes.GRADIENT_STEP_MISTAKES,
    hint="G := G − rate · dJ/dG, and then keep every pixel in [0, 1].",
    praise="One step downhill; a transfer is some hundred of them.",
)

EXERCISES = {
    exercise.name: exercise
    for exercise in (
        ACTIVATION,
        BLOCK_SHAPE,
        PAIRS,
        STYLE_MATRIX_ENTRY,
        GRAM_MATRIX_LOOPS,
        GRAM_MATRIX,
        STYLE_MATRIX_SIZE,
        CONSTANT,
        LAYER_STYLE_COST,
        STYLE_COST,
        TOTAL_COST,
        GRADIENT_STEP,
    )
}


def _checker(exercise: Exercise) -> Callable[[Any], None]:
    def check(answer: Any) -> None:
        print(judge(exercise, answer).text)

    check.__name__ = f"check_{exercise.name}"
    check.__doc__ = f"Say whether my_{exercise.name}({', '.join(exercise.arguments)}) is right."
    return check


check_activation = _checker(ACTIVATION)
check_block_shape = _checker(BLOCK_SHAPE)
check_pairs = _checker(PAIRS)
check_style_matrix_entry = _checker(STYLE_MATRIX_ENTRY)
check_gram_matrix_loops = _checker(GRAM_MATRIX_LOOPS)
check_gram_matrix = _checker(GRAM_MATRIX)
check_style_matrix_size = _checker(STYLE_MATRIX_SIZE)
check_constant = _checker(CONSTANT)
check_layer_style_cost = _checker(LAYER_STYLE_COST)
check_style_cost = _checker(STYLE_COST)
check_total_cost = _checker(TOTAL_COST)
check_gradient_step = _checker(GRADIENT_STEP)
