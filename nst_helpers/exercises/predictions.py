"""The prediction exercises: choose what will happen, read why, then run it.

In a notebook: ``check_prediction("mirrored", "b")``. The question and its choices stand in the
notebook; here is what each choice is told.
"""

from __future__ import annotations

from typing import NamedTuple


class Prediction(NamedTuple):
    """Which choice is right, the first hint, and what each choice is told."""

    right: str
    hint: str
    feedback: dict[str, str]


PREDICTIONS = {
    "bigger_picture": Prediction(
        "b",
        "Which of the three numbers depends on the picture, and which on how the network was made?",
        {
            "a": "n_C does not grow: it is the number of filters, fixed when the network was made.",
            "b": "More positions, the same channels. What asks for channels alone will not care "
            "how large the picture is.",
            "c": "Only a network that ends in a fixed classifier needs one size; the convolutions "
            "slide over whatever they are given.",
            "d": "It is the other way round: the positions follow the picture, the channels the "
            "network.",
        },
    ),
    "never_together": Prediction(
        "a",
        "Take four positions and write the pairs down: (3, 0), (1, 0), (0, 2), (0, 4).",
        {
            "a": "Every product holds a 0, so their sum is 0; and where one is above its mean the "
            "other is below, so the covariance is negative.",
            "b": "The sum of products is 0, but the covariance subtracts the means first, and then "
            "0 lies below the mean.",
            "c": "A sum of products of numbers ≥ 0 cannot be negative. Only the covariance can.",
            "d": "Look at one position: one of the two numbers is always 0. What is the product?",
        },
    ),
    "mirrored": Prediction(
        "b",
        "Which pairs of numbers does the mirrored block hold, and where do places enter the "
        "formula?",
        {
            "a": "G has no axis for left and right: i and j are summed over.",
            "b": "The same pairs of numbers, met in another order: the same sum.",
            "c": "G is symmetric, so its transpose is itself; but why should it be transposed?",
            "d": "Where two channels go together they do so in the mirrored block as well.",
        },
    ),
    "which_pair": Prediction(
        "c",
        "The largest entry and the entry that grew most are two different questions. Which one is "
        "asked?",
        {
            "a": "That entry is the largest off the diagonal in both, but it did not change. "
            "Subtract the two matrices.",
            "b": "That entry became smaller: 3 − 5.",
            "c": "It grew by 4, the most off the diagonal: stripes and blue come together now.",
            "d": "The diagonal grew there, but that is one channel with itself: more blue, not a "
            "pair.",
        },
    ),
    "activations_doubled": Prediction(
        "d",
        "Follow the factor 2 from an activation to an entry of G, and from there to the cost.",
        {
            "a": "Each entry of G is a product of two activations, and then there is a square.",
            "b": "That holds for G itself. The cost squares the difference of two of them.",
            "c": "Count the factors of 2: two activations in an entry of G, and the entry squared.",
            "d": "2² in G, squared once more in the cost: 2⁴. So the scale of the pixels decides "
            "which α and β suit.",
        },
    ),
    "only_block1": Prediction(
        "b",
        "How large is the patch of the picture that a position of conv1_1 sees?",
        {
            "a": "Large forms need a large field of view. Block 1 sees a few pixels at a time.",
            "b": "Block 1 sees a few pixels at a time: colours and fine grain, no brush strokes.",
            "c": "G knows nothing of places, in no layer: the composition cannot return.",
            "d": "The layers measure different things; with four of them off, only one is obeyed.",
        },
    ),
    "tiled": Prediction(
        "a",
        "G sums over four times as many positions. Where else in the formula does their number "
        "stand?",
        {
            "a": "Each G counts four times as many positions, the squared difference is 16 times "
            "as large, and (2 n_H n_W n_C)² divides by 16 times as much.",
            "b": "That holds for an entry of G. The constant knows about the positions too.",
            "c": "So much for the squared norm; but the constant in front of it shrinks as well.",
            "d": "The constant is squared, and the norm grows: count both again.",
        },
    ),
    "lower_cost": Prediction(
        "c",
        "Do the two numbers measure the same thing?",
        {
            "a": "The two numbers measure different things: other layers, on other scales.",
            "b": "A higher cost is no merit either; the two are not on one scale.",
            "c": "Only costs with the same α, β, λ, layers and picture size can be compared.",
            "d": "Dividing by λ does not put two layers on one scale: their activations differ.",
        },
    ),
}


def check_prediction(name: str, choice: str | None) -> None:
    """Print what a choice is told; nothing is given away while there is none.

    Parameters
    ----------
    name : str
        A key of `PREDICTIONS`.
    choice : str or None
        A letter such as "b"; None or "" while there is none.

    Raises
    ------
    ValueError
        There is no such prediction.
    """
    print(judge_prediction(name, choice)[1])


def judge_prediction(name: str, choice: str | None) -> tuple[bool, str]:
    """Return whether the choice is right, and the sentence for it.

    Parameters
    ----------
    name : str
        A key of `PREDICTIONS`.
    choice : str or None
        A letter such as "b"; None or "" while there is none.

    Returns
    -------
    (bool, str)
        Right or not, and what is printed.

    Raises
    ------
    ValueError
        There is no such prediction.
    """
    if name not in list(PREDICTIONS):
        raise ValueError(f"There is no prediction {name!r}; expected one of {list(PREDICTIONS)}.")
    right, hint, feedback = PREDICTIONS[name]
    letters = ", ".join(f'"{letter}"' for letter in feedback)
    if choice is None or choice is ... or (isinstance(choice, str) and not choice.strip()):
        why = f"choose one of {letters} and run the cell again"
        return False, f"Not attempted yet: {why}.\nFirst hint: {hint}"
    letter = choice.strip(" ().:").lower() if isinstance(choice, str) else None
    if letter not in feedback:
        return False, f"{choice!r} is no choice here: write one of {letters}."
    verdict = "Right" if letter == right else "Not so"
    return letter == right, f"{verdict}. {feedback[letter]}"
