"""The exercises of notebook 07, one dimension and three: cases, usual mistakes, what is said."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nst_helpers.exercises.judge import Exercise, Mistake
from nst_helpers.exercises.predictions import Prediction


def _shapes(
    halve: Callable = lambda side, poolings: side // 2**poolings,
    both: Callable = lambda sides, n_C: ((*sides, n_C), (n_C, n_C)),
    channels: Callable = lambda filters, poolings: filters,
) -> Callable:
    """Return the shapes of a block and of G, in any dimension, with one part replaced."""

    def shapes(*arguments: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        *sides, poolings, filters = arguments
        return both([halve(side, poolings) for side in sides], channels(filters, poolings))

    return shapes


def _flat(shapes) -> np.ndarray:
    """Write two shapes one behind the other, so that they can be compared as numbers."""
    return np.concatenate([np.ravel(shape) for shape in shapes])


_MISTAKES = {
    "no pooling": Mistake(
        _shapes(halve=lambda side, poolings: side),
        "Every pooling halves each side; the convolutions keep it.",
    ),
    "halved once": Mistake(
        _shapes(halve=lambda side, poolings: side // 2),
        "Every pooling halves what the one before has left.",
    ),
    "divided by twice the number of poolings": Mistake(
        _shapes(halve=lambda side, poolings: side // max(1, 2 * poolings)),
        "Every pooling halves what the one before has left: 2 · 2 · 2, not 2 + 2 + 2.",
    ),
    "channels pooled too": Mistake(
        _shapes(channels=lambda filters, poolings: filters // 2**poolings),
        "Pooling goes along the positions only. n_C is the number of filters.",
    ),
    "channels first": Mistake(
        _shapes(both=lambda sides, n_C: ((n_C, *sides), (n_C, n_C))),
        "TensorFlow keeps the channels last.",
    ),
    "batch axis left on": Mistake(
        _shapes(both=lambda sides, n_C: ((1, *sides, n_C), (n_C, n_C))),
        "The numbers are right. Asked is the shape without the 1 that counts the examples.",
    ),
    "G of the positions": Mistake(
        _shapes(both=lambda sides, n_C: ((*sides, n_C), (int(np.prod(sides)),) * 2)),
        "The positions are summed over, however many axes they have: G compares channels.",
    ),
    "G unrolled, not multiplied": Mistake(
        _shapes(both=lambda sides, n_C: ((*sides, n_C), (int(np.prod(sides)), n_C))),
        "That is the table A. G is Aᵀ A.",
    ),
    "the block only": Mistake(
        _shapes(both=lambda sides, n_C: ((*sides, n_C),)),
        "The block is right. Asked are two shapes: that of G as well.",
    ),
    "G only": Mistake(
        _shapes(both=lambda sides, n_C: ((n_C, n_C),)),
        "G is right. Asked are two shapes: that of the block first.",
    ),
    "G first": Mistake(
        _shapes(both=lambda sides, n_C: ((n_C, n_C), (*sides, n_C))),
        "Both shapes are right. The block comes first.",
    ),
}
_OF_SEVERAL_SIDES = {
    "the sides multiplied": Mistake(
        _shapes(both=lambda sides, n_C: ((int(np.prod(sides)), n_C), (n_C, n_C))),
        "That is the table A, its positions unrolled. In the block each side has an axis.",
    ),
    "axes in the wrong order": Mistake(
        _shapes(both=lambda sides, n_C: ((*sides[::-1], n_C), (n_C, n_C))),
        "The sides keep the order in which they are given.",
    ),
}

BLOCK_SHAPE_1D = Exercise(
    name="block_shape_1d",
    title="the block of a sound",
    question="The shapes (n_W, n_C) and (n_C, n_C) of the activations and of G, for a sound.",
    arguments=("T", "poolings", "filters"),
    cases=((4096, 3, 32), (1024, 0, 96), (768, 4, 20), (96, 5, 7)),
    right=_shapes(),
    mistakes={
        **_MISTAKES,
        "axes of length 1 left on": Mistake(
            _shapes(both=lambda sides, n_C: ((1, 1, *sides, n_C), (n_C, n_C))),
            "The numbers are right. Asked is the shape without the axes of length 1.",
        ),
    },
    praise="One axis of positions in place of two. G is n_C × n_C, as ever.",
    canonical=_flat,
    expected="two shapes",
)

# A sound goes on alike for twice as long. What changes?
LONGER_SOUND = Prediction(
    name="longer_sound",
    title="a longer sound",
    right="c",
    feedback={
        # G has twice as many rows and columns.
        "a": "Rows and columns count channels, and those come from the layer, not from the sound.",
        # The block has twice as many channels.
        "b": "The channels are the filters of the layer. A longer sound brings more positions.",
        # There are twice as many positions; G has the same size, its entries are about doubled.
        "c": "The sum over the positions has twice as many terms, and per position nothing "
        "changes. So a short style serves a long sound.",
        # Nothing, not even the entries of G.
        "d": "The size of G stays. But its entries are sums over the positions, and there are "
        "twice as many.",
    },
)

BLOCK_SHAPE_3D = Exercise(
    name="block_shape_3d",
    title="the block of a volume",
    question="The shapes (n_D, n_H, n_W, n_C) and (n_C, n_C) of the activations and of G.",
    arguments=("D", "H", "W", "poolings", "filters"),
    cases=((16, 96, 64, 3, 32), (6, 10, 14, 0, 96), (48, 32, 80, 4, 20), (64, 96, 32, 5, 7)),
    right=_shapes(),
    mistakes=_MISTAKES | _OF_SEVERAL_SIDES,
    praise="Three axes of positions in place of two. G is n_C × n_C, as ever.",
    canonical=_flat,
    expected="two shapes",
)
