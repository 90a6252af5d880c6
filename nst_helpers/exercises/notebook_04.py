"""The exercises of notebook 04, the cost of one layer: cases, usual mistakes and what is said."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nst_helpers.costs import layer_style_cost
from nst_helpers.exercises.judge import Exercise, Mistake
from nst_helpers.exercises.parts import (
    SHAPES,
    WRONG_AXES,
    WRONG_GRAMS,
    block,
    gram,
    rows,
    with_each,
)
from nst_helpers.exercises.predictions import Prediction

CONSTANT = Exercise(
    name="constant",
    title="the constant",
    question="The number 1 / (2 n_H n_W n_C)².",
    arguments=("n_H", "n_W", "n_C"),
    cases=((2, 3, 4), (5, 3, 2), (3, 4, 6), (1, 7, 5)),
    right=lambda n_H, n_W, n_C: 1 / (2 * n_H * n_W * n_C) ** 2,
    mistakes={
        "constant without the square": Mistake(
            lambda n_H, n_W, n_C: 1 / (2 * n_H * n_W * n_C),
            "The square stands outside the bracket: everything in it is squared.",
        ),
        "4 in place of (2 …)²": Mistake(
            lambda n_H, n_W, n_C: 1 / (4 * n_H * n_W * n_C),
            "Squaring makes 4 of the 2, but n_H, n_W and n_C are squared too.",
        ),
        "the 2 not squared": Mistake(
            lambda n_H, n_W, n_C: 1 / (2 * (n_H * n_W * n_C) ** 2),
            "The 2 stands inside the bracket, so it is squared too.",
        ),
        "the 2 forgotten": Mistake(
            lambda n_H, n_W, n_C: 1 / (n_H * n_W * n_C) ** 2,
            "The bracket begins with a 2.",
        ),
        "only n_C squared": Mistake(
            lambda n_H, n_W, n_C: 1 / (2 * n_H * n_W * n_C**2),
            "In Python, ** binds before *: put the product into brackets, then square.",
        ),
        "brackets forgotten": Mistake(
            lambda n_H, n_W, n_C: 1 / 2 * n_H * n_W * n_C,
            "1 / 2 * n is half of n. What is below the fraction line needs brackets.",
        ),
        "brackets forgotten, n_C squared": Mistake(
            lambda n_H, n_W, n_C: 1 / 2 * n_H * n_W * n_C**2,
            "1 / 2 * n is half of n. What is below the fraction line needs brackets.",
        ),
        "brackets forgotten, all squared": Mistake(
            lambda n_H, n_W, n_C: 1 / 2 * (n_H * n_W * n_C) ** 2,
            "1 / 2 * n is half of n. What is below the fraction line needs brackets.",
        ),
        "not inverted": Mistake(
            lambda n_H, n_W, n_C: (2 * n_H * n_W * n_C) ** 2,
            "That is the denominator: the constant is 1 divided by it.",
        ),
        "n_C forgotten": Mistake(
            lambda n_H, n_W, n_C: 1 / (2 * n_H * n_W) ** 2,
            "Positions and channels both count: n_C stands in the bracket too.",
        ),
        "positions forgotten": Mistake(
            lambda n_H, n_W, n_C: 1 / (2 * n_C) ** 2,
            "Positions and channels both count: n_H and n_W stand in the bracket too.",
        ),
        "^ in place of **": Mistake(
            lambda n_H, n_W, n_C: 1 / ((2 * n_H * n_W * n_C) ^ 2),
            "In Python ^ is no power but works on bits. Write ** 2.",
        ),
        "square root in place of the square": Mistake(
            lambda n_H, n_W, n_C: 1 / np.sqrt(2 * n_H * n_W * n_C),
            "** 2 squares; ** 0.5 and sqrt take the root.",
        ),
        "whole-number division": Mistake(
            lambda n_H, n_W, n_C: 0,
            "// cuts off what follows the point, and nothing is left. Use /.",
        ),
        "a sum in the bracket": Mistake(
            lambda n_H, n_W, n_C: 1 / (2 * (n_H + n_W + n_C)) ** 2,
            "The three numbers are multiplied: together they count the block's activations.",
        ),
    },
    praise="The same as Gatys' 1 / (4 n_C² (n_H n_W)²), written with one square.",
)


def _constant(n_H: int, n_W: int, n_C: int) -> float:
    return 1 / (2 * n_H * n_W * n_C) ** 2


def _layer(gram: Callable = gram, distance: Callable | None = None, constant=None) -> Callable:
    """Return the layer's cost with one part replaced by a wrong one."""
    distance = distance or (lambda D: np.sum(D**2))
    constant = constant or _constant
    return lambda a_S, a_G: constant(*a_G.shape[1:]) * distance(gram(a_S) - gram(a_G))


LAYER_STYLE_COST = Exercise(
    name="layer_style_cost",
    title="the cost of one layer",
    question="J_style_layer of two blocks of one shape, so that the gradient reaches a_G.",
    arguments=("a_S", "a_G"),
    cases=tuple((block(shape, seed), block(shape, seed + 10)) for seed, shape in enumerate(SHAPES)),
    right=layer_style_cost,
    mistakes={
        **with_each(
            {n: m for n, m in CONSTANT.mistakes.items() if n != "whole-number division"},
            lambda constant: _layer(constant=constant),
        ),
        **with_each(WRONG_GRAMS | WRONG_AXES, lambda gram: _layer(gram=gram)),
        "constant forgotten": Mistake(
            _layer(constant=lambda *size: 1),
            "The squared norm is right; it still has to be divided by (2 n_H n_W n_C)².",
        ),
        "norm without the square": Mistake(
            _layer(distance=lambda D: np.sqrt(np.sum(D**2))),
            "The cost takes the norm squared: leave the square root out.",
        ),
        "mean in place of the sum": Mistake(
            _layer(distance=lambda D: np.mean(D**2)),
            "The squared Frobenius norm is the sum over k and k'; the constant divides already.",
        ),
        "mean and no constant": Mistake(
            _layer(distance=lambda D: np.mean(D**2), constant=lambda *size: 1),
            "The mean divides by n_C² only. The lecture sums and divides by (2 n_H n_W n_C)².",
        ),
        "difference not squared": Mistake(
            _layer(distance=np.sum),
            "Positive and negative differences cancel: square each before summing.",
        ),
        "absolute value in place of the square": Mistake(
            _layer(distance=lambda D: np.sum(np.abs(D))),
            "The Frobenius norm sums squares.",
        ),
        "square of the sum": Mistake(
            _layer(distance=lambda D: np.sum(D) ** 2),
            "Square each difference first, then sum.",
        ),
        "not summed": Mistake(
            _layer(distance=lambda D: D**2),
            "The cost is one number: sum the squares over k and k'.",
        ),
        "largest singular value in place of the Frobenius norm": Mistake(
            _layer(distance=lambda D: np.linalg.norm(D, 2) ** 2),
            "ord=2 is another norm of a matrix. The Frobenius norm sums all squared entries.",
        ),
        "missing prime = diagonal only": Mistake(
            _layer(gram=lambda a: np.sum(rows(a) ** 2, axis=0)),
            "Your style matrices hold only k = k': what goes together is not measured.",
        ),
        "activations compared, not style matrices": Mistake(
            lambda a_S, a_G: _constant(*a_G.shape[1:]) * np.sum((a_S - a_G) ** 2),
            "That compares position by position, as the content cost does.",
        ),
        "style matrix of the difference": Mistake(
            lambda a_S, a_G: _constant(*a_G.shape[1:]) * np.sum(gram(a_S - a_G) ** 2),
            "First a style matrix of each picture, then the difference of the two.",
        ),
        "minus forgotten": Mistake(
            lambda a_S, a_G: _constant(*a_G.shape[1:]) * np.sum((gram(a_S) + gram(a_G)) ** 2),
            "The cost measures how far apart the two are: subtract.",
        ),
        "style picture forgotten": Mistake(
            lambda a_S, a_G: _constant(*a_G.shape[1:]) * np.sum(gram(a_G) ** 2),
            "Without G_S the cost only asks for silence. Subtract the two matrices.",
        ),
    },
    praise="TensorFlow finds the gradient through it, so a picture can follow it downhill.",
    differentiable_in=1,
)


def _as_table(gradient) -> np.ndarray:
    """Take a block and its table for the same."""
    gradient = np.asarray(gradient)
    return gradient.reshape(-1, gradient.shape[-1]) if gradient.ndim > 1 else gradient


def _gradient(
    factor: float = 1,
    constant: Callable = lambda n_H, n_W, n_C: 1 / (n_H * n_W * n_C) ** 2,
    gram: Callable = gram,
) -> Callable:
    """Return A (G_G − G_S) times the constant, with one part replaced by a wrong one."""
    return lambda a_S, a_G: (
        factor * constant(*a_G.shape[1:]) * (rows(a_G) @ (gram(a_G) - gram(a_S)))
    )


STYLE_GRADIENT = Exercise(
    name="style_gradient",
    title="the gradient of one layer",
    question="dJ_style_layer / da_G in closed form, of a_G's shape or as its table (n_H n_W, n_C).",
    arguments=("a_S", "a_G"),
    cases=LAYER_STYLE_COST.cases,
    right=_gradient(),
    mistakes={
        **with_each(WRONG_GRAMS, lambda gram: _gradient(gram=gram)),
        "sign": Mistake(
            _gradient(factor=-1),
            "That is the way down. The gradient points uphill: G_G − G_S, not G_S − G_G.",
        ),
        "a factor 2 forgotten": Mistake(
            _gradient(factor=1 / 2),
            "The derivative brings two factors 2: one of the square, and one because A_G stands in "
            "Aᵀ A twice.",
        ),
        "both factors 2 forgotten": Mistake(
            _gradient(factor=1 / 4),
            "The square brings a factor 2, and A_G, which stands in Aᵀ A twice, another: "
            "4 / (2 n_H n_W n_C)² is 1 / (n_H n_W n_C)².",
        ),
        "a factor 2 too many": Mistake(
            _gradient(factor=2),
            "Count the factors: 2 of the square, 2 of Aᵀ A, 1/4 of the constant.",
        ),
        "the constant's 4 forgotten": Mistake(
            _gradient(factor=4),
            "The 2 in (2 n_H n_W n_C)² is squared too, and its 4 cancels the 2 · 2 of the "
            "derivative.",
        ),
        "constant forgotten": Mistake(
            _gradient(constant=lambda *size: 1),
            "The direction is right; it still has to be divided by (n_H n_W n_C)².",
        ),
        "constant forgotten, factor 4 kept": Mistake(
            _gradient(constant=lambda *size: 4),
            "That is the derivative of the squared norm. The constant 1 / (2 n_H n_W n_C)² is "
            "missing.",
        ),
        "constant without the square": Mistake(
            _gradient(constant=lambda *size: 1 / np.prod(size)),
            "The constant has the square of n_H n_W n_C below the line.",
        ),
        "n_C forgotten": Mistake(
            _gradient(constant=lambda n_H, n_W, n_C: 1 / (n_H * n_W) ** 2),
            "Positions and channels both count: n_C stands in the constant too.",
        ),
        "transposed": Mistake(
            lambda a_S, a_G: _gradient()(a_S, a_G).T,
            "You have a row per channel. With (G_G − G_S) on the right of A it is a row per "
            "position, as in A.",
        ),
        "A_S in place of A_G": Mistake(
            lambda a_S, a_G: _gradient()(a_G, a_S) * -1,
            "It is a_G that moves: the difference of the matrices is multiplied with A_G.",
        ),
        "the two pictures exchanged": Mistake(
            lambda a_S, a_G: _gradient()(a_G, a_S),
            "That is how J changes with a_S. S stays as it is; it is a_G that moves.",
        ),
        "the derivative for G": Mistake(
            lambda a_S, a_G: 2 * _constant(*a_G.shape[1:]) * (gram(a_G) - gram(a_S)),
            "That is how J changes with G_G. One step is missing: how G_G changes with a_G.",
        ),
        "style picture forgotten": Mistake(
            lambda a_S, a_G: _gradient()(0 * a_S, a_G),
            "G_S is missing: the gradient must vanish where the two matrices agree.",
        ),
        "gradient of the content cost": Mistake(
            lambda a_S, a_G: rows(a_G - a_S) / np.size(a_G),
            "That compares position by position, as the content cost does.",
        ),
        "not summed over k'": Mistake(
            lambda a_S, a_G: (
                rows(a_G) * np.diag(gram(a_G) - gram(a_S)) / np.prod(a_G.shape[1:]) ** 2
            ),
            "Only k' = k is there. Every channel that goes together with k pulls at it: a matrix "
            "product.",
        ),
    },
    praise="a_ijk is pulled by the channels that are active at (i, j) and go with k too often or "
    "too seldom.",
    canonical=_as_table,
)

# Every activation of both pictures is doubled. The cost of the layer becomes
ACTIVATIONS_DOUBLED = Prediction(
    name="activations_doubled",
    title="twice as strong",
    right="d",
    feedback={
        # 2 times,
        "a": "Each entry of G is a product of two activations, and then there is a square.",
        # 4 times,
        "b": "That holds for G itself. The cost squares the difference of two of them.",
        # 8 times,
        "c": "Count the factors of 2: two activations in an entry of G, and the entry squared.",
        # 16 times as large.
        "d": "2² in G, squared once more in the cost: 2⁴. So the scale of the activations decides "
        "which α and β suit.",
    },
)

# Both pictures are tiled two by two. The cost of the layer, constant included,
TILED = Prediction(
    name="tiled",
    title="four times the positions",
    right="a",
    feedback={
        # stays the same,
        "a": "Each G counts four times as many positions, the squared difference is 16 times "
        "as large, and (2 n_H n_W n_C)² divides by 16 times as much.",
        # becomes 4 times as large,
        "b": "That holds for an entry of G. The constant knows about the positions too.",
        # becomes 16 times as large,
        "c": "So much for the squared norm; but the constant in front of it shrinks as well.",
        # becomes a quarter.
        "d": "The constant is squared, and the norm grows: count both again.",
    },
)
