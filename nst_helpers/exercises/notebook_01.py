"""The exercises of notebook 01, activations: cases, usual mistakes and what is said."""

from __future__ import annotations

from nst_helpers.exercises.judge import Exercise, Mistake
from nst_helpers.exercises.parts import block
from nst_helpers.exercises.predictions import Prediction

ACTIVATION = Exercise(
    name="activation",
    title="one number of the block",
    question="The activation a_ijk at row i, column j, channel k of a block (1, n_H, n_W, n_C).",
    arguments=("a", "i", "j", "k"),
    cases=tuple(
        (block((5, 6, 4), seed), *place)
        for seed, place in enumerate([(1, 3, 2), (0, 2, 3), (3, 1, 0), (2, 3, 1)])
    ),
    right=lambda a, i, j, k: a[0, i, j, k],
    mistakes={
        "height and width exchanged": Mistake(
            lambda a, i, j, k: a[0, j, i, k],
            "i counts the rows (height), j the columns (width): i comes first.",
        ),
        "channels first": Mistake(
            lambda a, i, j, k: a[0, k, i, j],
            "TensorFlow keeps the channels last: (1, n_H, n_W, n_C).",
        ),
        "counted from 1": Mistake(
            lambda a, i, j, k: a[0, i - 1, j - 1, k - 1],
            "The lecture counts from 1, Python from 0. Here i, j and k are already Python's.",
        ),
        "batch axis forgotten": Mistake(
            lambda a, i, j, k: a[i, j, k],
            "The first axis counts the pictures, and there is one: begin with index 0.",
        ),
        "all channels of the position": Mistake(
            lambda a, i, j, k: a[0, i, j],
            "That is the whole column of channels at (i, j); k picks one number out of it.",
        ),
        "all positions of the channel": Mistake(
            lambda a, i, j, k: a[0, :, :, k],
            "That is the whole feature map of channel k; i and j pick one position of it.",
        ),
        "batch axis left on": Mistake(
            lambda a, i, j, k: a[:, i, j, k],
            "The number is right, but in an array of length 1. There is one picture: index 0.",
        ),
    },
    praise="i over height, j over width, k over channels, and a 0 for the only picture.",
)

BLOCK_SHAPE = Exercise(
    name="block_shape",
    title="how large is the block?",
    question="The shape (n_H, n_W, n_C) of a layer's activations for a picture of H × W pixels.",
    arguments=("H", "W", "block", "filters"),
    cases=((96, 64, 1, 64), (96, 64, 3, 256), (256, 160, 4, 512), (64, 224, 2, 128)),
    right=lambda H, W, block, filters: (
        H // 2 ** (block - 1),
        W // 2 ** (block - 1),
        filters,
    ),
    mistakes={
        "one pooling too many": Mistake(
            lambda H, W, block, filters: (H // 2**block, W // 2**block, filters),
            "Block 1 of VGG lies before the first pooling, block 2 behind one: block − 1 of them.",
        ),
        "divided by the number of the block": Mistake(
            lambda H, W, block, filters: (H // block, W // block, filters),
            "Every pooling halves, so the halvings multiply: 2, 4, 8, 16.",
        ),
        "divided by twice the number of poolings": Mistake(
            lambda H, W, block, filters: (
                H // max(1, 2 * (block - 1)),
                W // max(1, 2 * (block - 1)),
                filters,
            ),
            "Every pooling halves what the one before has left: 2 · 2 · 2, not 2 + 2 + 2.",
        ),
        "height and width exchanged": Mistake(
            lambda H, W, block, filters: (
                W // 2 ** (block - 1),
                H // 2 ** (block - 1),
                filters,
            ),
            "Height first, as in (1, n_H, n_W, n_C).",
        ),
        "channels pooled too": Mistake(
            lambda H, W, block, filters: (
                H // 2 ** (block - 1),
                W // 2 ** (block - 1),
                filters // 2 ** (block - 1),
            ),
            "Pooling looks at height and width only. n_C is the number of filters, whatever H, W.",
        ),
        "no pooling": Mistake(
            lambda H, W, block, filters: (H, W, filters),
            "The convolutions keep height and width, but a pooling between two blocks of VGG "
            "halves both.",
        ),
        "channels first": Mistake(
            lambda H, W, block, filters: (
                filters,
                H // 2 ** (block - 1),
                W // 2 ** (block - 1),
            ),
            "TensorFlow keeps the channels last: (n_H, n_W, n_C).",
        ),
        "batch axis left on": Mistake(
            lambda H, W, block, filters: (1, H // 2 ** (block - 1), W // 2 ** (block - 1), filters),
            "The numbers are right. Asked are three, without the 1 that counts the pictures.",
        ),
    },
    praise="From one block of VGG to the next: fewer positions, each seeing more of the picture.",
)

# The same photograph, twice as wide and twice as high: what becomes of conv4_2's block?
BIGGER_PICTURE = Prediction(
    name="bigger_picture",
    title="a bigger picture",
    right="b",
    feedback={
        # n_H, n_W and n_C all double.
        "a": "n_C does not grow: it is the number of filters, fixed when the network was made.",
        # n_H and n_W double, n_C stays.
        "b": "More positions, the same channels. What asks for channels alone will not care "
        "how large the picture is.",
        # Nothing: the network takes pictures of one size only.
        "c": "Only a network that ends in a fixed classifier needs one size; the convolutions "
        "slide over whatever they are given.",
        # Only n_C doubles.
        "d": "It is the other way round: the positions follow the picture, the channels the "
        "network.",
    },
)
