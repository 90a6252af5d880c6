"""The exercises of notebook 05, the transfer: cases, usual mistakes and what is said."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from nst_helpers.costs import content_cost, layer_style_cost
from nst_helpers.exercises.judge import Exercise, Mistake
from nst_helpers.exercises.parts import block
from nst_helpers.exercises.predictions import Prediction

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
    title="the weighted sum",
    question="J_style = Σ λ J, from the layers' costs {layer: J} and weights {layer: λ}.",
    arguments=("J_layers", "lambdas"),
    cases=_J_LAYERS,
    right=lambda J_layers, lambdas: sum(lambdas[layer] * J_layers[layer] for layer in lambdas),
    mistakes={
        "λ normalised": Mistake(
            lambda J, lambdas: sum(lambdas[la] * J[la] for la in J) / sum(lambdas.values()),
            "The λ are used as they are given; they need not add up to 1.",
        ),
        "λ normalised: by the largest": Mistake(
            lambda J, lambdas: sum(lambdas[la] * J[la] for la in J) / max(lambdas.values()),
            "The λ are used as they are given; none of them has to be 1.",
        ),
        "λ forgotten": Mistake(
            lambda J, lambdas: sum(J.values()),
            "Every layer counts as much as its λ says.",
        ),
        "mean over the layers": Mistake(
            lambda J, lambdas: sum(lambdas[la] * J[la] for la in J) / len(J),
            "The formula has a sum; nothing is divided by the number of layers.",
        ),
        "sums multiplied": Mistake(
            lambda J, lambdas: sum(J.values()) * sum(lambdas.values()),
            "Multiply each layer's cost with its own λ, then sum.",
        ),
        "added in place of multiplied": Mistake(
            lambda J, lambdas: sum(lambdas[la] + J[la] for la in J),
            "λ weighs its layer: it is a factor.",
        ),
        "= where += was needed, looping over J_layers": Mistake(
            lambda J, lambdas: [lambdas[la] * J[la] for la in J][-1],
            "Only the last layer is left in your sum.",
        ),
        "= where += was needed": Mistake(
            lambda J, lambdas: [lambdas[la] * J[la] for la in lambdas][-1],
            "Only the last layer is left in your sum.",
        ),
        "returned inside the loop": Mistake(
            lambda J, lambdas: next(lambdas[la] * J[la] for la in J),
            "Only the first layer is in your sum: is the return indented too far?",
        ),
        "λ squared": Mistake(
            lambda J, lambdas: sum(lambdas[la] ** 2 * J[la] for la in J),
            "λ stands in the formula once.",
        ),
        "divided by λ": Mistake(
            lambda J, lambdas: sum(J[la] / lambdas[la] for la in J),
            "A larger λ makes its layer count more: multiply.",
        ),
        "paired by order, not by layer": Mistake(
            lambda J, lambdas: sum(x * y for x, y in zip(J.values(), lambdas.values())),
            "The two dictionaries may list the layers in different orders: look each up by name.",
        ),
        "not summed": Mistake(
            lambda J, lambdas: [lambdas[la] * J[la] for la in J],
            "The style cost is one number: sum over the layers.",
        ),
    },
    praise="λ = 0 switches a layer off; only the ratios matter as long as β is free.",
)


def _in_order(lambdas) -> list[float]:
    """Return λ in the order of the layers' names, or stop where a name is none of theirs."""
    if not set(lambdas) <= {f"block{number}_conv1" for number in range(1, 6)}:
        raise ValueError("other names than those of J_layers")
    return [lambdas[layer] for layer in sorted(lambdas)]


def _shares(of: Callable) -> Callable:
    """Return λ^[l] = of(J^[l], all J) for every layer."""
    return lambda J_layers: {
        layer: of(J, np.array([*J_layers.values()])) for layer, J in J_layers.items()
    }


EQUAL_SAY = Exercise(
    name="equal_say",
    title="an equal say",
    question="{layer: λ} such that every λ J is the same and Σ λ J is the mean of the J.",
    arguments=("J_layers",),
    cases=(
        ({"block1_conv1": 2.0, "block2_conv1": 8.0},),
        ({"block3_conv1": 400.0, "block1_conv1": 0.5, "block5_conv1": 3.0},),
        ({f"block{n}_conv1": J for n, J in enumerate((2e4, 7e7, 2e8, 1.5e7, 4e3), start=1)},),
    ),
    right=_shares(lambda J, all_J: np.mean(all_J) / (len(all_J) * J)),
    mistakes={
        "1 / J without a scale": Mistake(
            _shares(lambda J, all_J: 1 / J),
            "The layers have the same say, but each λ J is 1 now. Multiply all λ by one number, so "
            "that Σ λ J is the mean of the J.",
        ),
        "Σ λ J is 1": Mistake(
            _shares(lambda J, all_J: 1 / (len(all_J) * J)),
            "The layers have the same say, but Σ λ J is 1 for every picture. Asked is the mean of "
            "the J.",
        ),
        "normalised to Σ λ = 1": Mistake(
            _shares(lambda J, all_J: 1 / J / np.sum(1 / all_J)),
            "The layers have the same say, but you have made the λ sum to 1. It is Σ λ J that "
            "shall be the mean of the J.",
        ),
        "Σ λ J is the sum": Mistake(
            _shares(lambda J, all_J: np.mean(all_J) / J),
            "Each layer alone has the whole mean now. There are several: divide by their number.",
        ),
        "scaled by the sum": Mistake(
            _shares(lambda J, all_J: np.sum(all_J) / J),
            "Each layer alone has the sum of all J now. Each shall have the mean, divided by the "
            "number of layers.",
        ),
        "scaled by the largest": Mistake(
            _shares(lambda J, all_J: np.max(all_J) / J),
            "The layers have the same say, but each λ J is the largest J. Σ λ J shall be the mean.",
        ),
        "λ ∝ J": Mistake(
            _shares(lambda J, all_J: J / np.sum(all_J)),
            "That gives the loudest layer the largest λ. To weigh the same, a large J needs a "
            "small λ: divide by it.",
        ),
        "λ ∝ J, not normalised": Mistake(
            _shares(lambda J, all_J: J),
            "That gives the loudest layer the largest λ. To weigh the same, a large J needs a "
            "small λ: divide by it.",
        ),
        "equal λ": Mistake(
            _shares(lambda J, all_J: 1 / len(all_J)),
            "Equal λ are no equal say: the larger a layer's J, the larger its share of the sum.",
        ),
        "1 / J²": Mistake(
            _shares(lambda J, all_J: np.mean(all_J) / (len(all_J) * J**2)),
            "λ J goes with 1 / J now: the quietest layer has the largest say. Divide by J once.",
        ),
        "1 / √J": Mistake(
            _shares(lambda J, all_J: np.mean(all_J) / (len(all_J) * np.sqrt(J))),
            "λ J goes with √J now: the loudest layer still has the largest say. Divide by J "
            "itself.",
        ),
        "λ J in place of λ": Mistake(
            _shares(lambda J, all_J: np.mean(all_J) / len(all_J)),
            "That is each layer's share, λ J. Divide it by the layer's J.",
        ),
    },
    praise="Every layer has the same share at the start, and J_style is what it is with λ = 1/L "
    "each, so β keeps its meaning.",
    canonical=_in_order,
    expected="{layer: λ}, with the layers of J_layers",
)

ONLY_BLOCK1 = Prediction(
    name="only_block1",
    title="λ on block 1 only",
    right="b",
    feedback={
        # Its large swirls, in the colours of the photograph.
        "a": "Large forms need a large field of view. conv1_1 sees 3 × 3 pixels at a time.",
        # Its colours and the finest grain, but no brush strokes.
        "b": "conv1_1 sees 3 × 3 pixels at a time: colours and fine grain, no brush strokes.",
        # Its composition.
        "c": "G knows nothing of places, in no layer: the composition cannot return.",
        # The same as with all five layers, only weaker.
        "d": "The layers measure different things; with four of them off, only one is obeyed.",
    },
)


TOTAL_COST = Exercise(
    name="total_cost",
    title="the whole, in one line",
    question="J = α J_content + β J_style of one layer, so that the gradient reaches a_G.",
    arguments=("a_C", "a_S", "a_G", "alpha", "beta"),
    cases=tuple(
        (block(shape, seed + 1), block(shape, seed + 11), block(shape, seed + 21), alpha, beta)
        for seed, (shape, alpha, beta) in enumerate(
            [((2, 3, 4), 10.0, 40.0), ((5, 3, 2), 1.0, 0.5), ((3, 4, 6), 0.25, 3.0)]
        )
    ),
    right=lambda a_C, a_S, a_G, alpha, beta: (
        alpha * content_cost(a_C, a_G) + beta * layer_style_cost(a_S, a_G)
    ),
    mistakes={
        "α and β swapped": Mistake(
            lambda a_C, a_S, a_G, alpha, beta: (
                beta * content_cost(a_C, a_G) + alpha * layer_style_cost(a_S, a_G)
            ),
            "α weighs the content, β the style.",
        ),
        "style of the content picture": Mistake(
            lambda a_C, a_S, a_G, alpha, beta: (
                alpha * content_cost(a_C, a_G) + beta * layer_style_cost(a_C, a_G)
            ),
            "Style is compared with the style picture: G_S comes from a_S.",
        ),
        "style of the content against style of the style": Mistake(
            lambda a_C, a_S, a_G, alpha, beta: (
                alpha * content_cost(a_C, a_G) + beta * layer_style_cost(a_S, a_C)
            ),
            "The style cost does not see the generated picture: compare a_S with a_G.",
        ),
        "content of the style picture": Mistake(
            lambda a_C, a_S, a_G, alpha, beta: (
                alpha * content_cost(a_S, a_G) + beta * layer_style_cost(a_S, a_G)
            ),
            "Content is compared with the content picture: a_C.",
        ),
        "content of the content against content of the style": Mistake(
            lambda a_C, a_S, a_G, alpha, beta: (
                alpha * content_cost(a_C, a_S) + beta * layer_style_cost(a_S, a_G)
            ),
            "The content cost does not see the generated picture: compare a_C with a_G.",
        ),
        "not added": Mistake(
            lambda a_C, a_S, a_G, alpha, beta: [
                alpha * content_cost(a_C, a_G),
                beta * layer_style_cost(a_S, a_G),
            ],
            "J is one number: the sum of the two.",
        ),
        "C and S exchanged": Mistake(
            lambda a_C, a_S, a_G, alpha, beta: (
                alpha * content_cost(a_S, a_G) + beta * layer_style_cost(a_C, a_G)
            ),
            "Content goes with a_C, style with a_S.",
        ),
        "α and β forgotten": Mistake(
            lambda a_C, a_S, a_G, alpha, beta: content_cost(a_C, a_G) + layer_style_cost(a_S, a_G),
            "Each cost has its weight.",
        ),
        "α forgotten": Mistake(
            lambda a_C, a_S, a_G, alpha, beta: (
                content_cost(a_C, a_G) + beta * layer_style_cost(a_S, a_G)
            ),
            "The content cost has a weight too.",
        ),
        "β forgotten": Mistake(
            lambda a_C, a_S, a_G, alpha, beta: (
                alpha * content_cost(a_C, a_G) + layer_style_cost(a_S, a_G)
            ),
            "The style cost has a weight too.",
        ),
        "weights normalised": Mistake(
            lambda a_C, a_S, a_G, alpha, beta: (
                (alpha * content_cost(a_C, a_G) + beta * layer_style_cost(a_S, a_G))
                / (alpha + beta)
            ),
            "α and β are used as they are given; they need not add up to 1.",
        ),
        "weights outside the bracket": Mistake(
            lambda a_C, a_S, a_G, alpha, beta: (
                (alpha + beta) * (content_cost(a_C, a_G) + layer_style_cost(a_S, a_G))
            ),
            "Each weight belongs to one cost only.",
        ),
        "minus in place of plus": Mistake(
            lambda a_C, a_S, a_G, alpha, beta: (
                alpha * content_cost(a_C, a_G) - beta * layer_style_cost(a_S, a_G)
            ),
            "Both costs are to become small, so they are added.",
        ),
        "content only": Mistake(
            lambda a_C, a_S, a_G, alpha, beta: alpha * content_cost(a_C, a_G),
            "The style cost is missing.",
        ),
        "style only": Mistake(
            lambda a_C, a_S, a_G, alpha, beta: beta * layer_style_cost(a_S, a_G),
            "The content cost is missing.",
        ),
        "content cost not divided by n_H n_W n_C": Mistake(
            lambda a_C, a_S, a_G, alpha, beta: (
                alpha * tf.reduce_sum((a_C - a_G) ** 2) / 2 + beta * layer_style_cost(a_S, a_G)
            ),
            "That is the lecture's ½‖a_C − a_G‖². Here content_cost divides it by the number of "
            "its terms, so that α means the same for every size of picture.",
        ),
    },
    praise="The whole lecture, for one layer, in one line.",
    differentiable_in=2,
)


def _pixels(shape: tuple[int, int], seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    image = random.uniform(0.05, 0.95, (1, *shape, 3)).astype(np.float32).astype(float)
    return image, random.normal(0, 3, image.shape).astype(np.float32).astype(float)


def _step(image, gradient, rate) -> np.ndarray:
    return np.clip(image - rate * gradient, 0, 1)


GRADIENT_STEP = Exercise(
    name="gradient_step",
    title="one step downhill",
    question="The picture after one step of gradient descent, in [0, 1].",
    arguments=("image", "gradient", "rate"),
    cases=tuple(
        (*_pixels(shape, seed), rate)
        for seed, (shape, rate) in enumerate([((2, 4), 0.1), ((5, 2), 0.02), ((4, 6), 0.5)])
    ),
    right=lambda image, gradient, rate: np.clip(image - rate * gradient, 0, 1),
    mistakes={
        "positive gradient step": Mistake(
            lambda image, gradient, rate: _step(image, -gradient, rate),
            "The gradient points uphill: subtract it.",
        ),
        "not clipped": Mistake(
            lambda image, gradient, rate: image - rate * gradient,
            "Some pixels have left [0, 1]: they are no colours any more.",
        ),
        "positive gradient step, not clipped": Mistake(
            lambda image, gradient, rate: image + rate * gradient,
            "The gradient points uphill: subtract it, then keep the pixels in [0, 1].",
        ),
        "rate forgotten": Mistake(
            lambda image, gradient, rate: _step(image, gradient, 1),
            "The gradient is multiplied by the rate: how far to walk.",
        ),
        "divided by the rate": Mistake(
            lambda image, gradient, rate: _step(image, gradient, 1 / rate),
            "A larger rate is a longer step: multiply.",
        ),
        "only the sign of the gradient": Mistake(
            lambda image, gradient, rate: _step(image, np.sign(gradient), rate),
            "Steeper directions get longer steps: use the gradient itself.",
        ),
        "gradient scaled to length 1": Mistake(
            lambda image, gradient, rate: _step(image, gradient / np.linalg.norm(gradient), rate),
            "Plain gradient descent uses the gradient as it is.",
        ),
        "step times the picture": Mistake(
            lambda image, gradient, rate: _step(image, image * gradient, rate),
            "The picture itself is no factor of the step.",
        ),
        "clipped before the step": Mistake(
            lambda image, gradient, rate: np.clip(image, 0, 1) - np.clip(rate * gradient, 0, 1),
            "Clip last: it is the new picture that has to lie in [0, 1].",
        ),
        "not clipped at 1": Mistake(
            lambda image, gradient, rate: np.clip(image - rate * gradient, 0, None),
            "Pictures lie in [0, 1] in this series: clip at 1 as well, and not at 255.",
        ),
        "not clipped at 0": Mistake(
            lambda image, gradient, rate: np.clip(image - rate * gradient, None, 1),
            "Pictures lie in [0, 1] in this series: clip at 0 as well.",
        ),
        "batch axis lost": Mistake(
            lambda image, gradient, rate: _step(image, gradient, rate)[0],
            "The numbers are right. A picture is (1, H, W, 3), with the 1 in front.",
        ),
        "stretched in place of clipped": Mistake(
            lambda image, gradient, rate: (lambda x: (x - x.min()) / (x.max() - x.min()))(
                image - rate * gradient
            ),
            "Stretching changes every pixel; clipping only those that have left [0, 1].",
        ),
        "the step in place of the picture": Mistake(
            lambda image, gradient, rate: -rate * gradient,
            "That is the way walked; the new picture is the old one plus it.",
        ),
        "the gradient clipped": Mistake(
            lambda image, gradient, rate: image - rate * np.clip(gradient, 0, 1),
            "It is the new picture that has to lie in [0, 1], not the gradient.",
        ),
    },
    praise="One step downhill. A transfer is many of them, which a better optimiser chooses well.",
)

# All weight on conv1_1: what will the picture take from the Starry Night?


# Run A ends at J = 3, all λ on block 5; B at J = 50, all λ on block 1. Which is better?


# The run begins at the photograph. With β = 1 its tower still stands after 12 steps, and J is still
# falling. What does that say?
BETA_AND_STEPS = Prediction(
    name="beta_and_steps",
    title="weight or steps?",
    right="c",
    feedback={
        # β = 1 is too small to dissolve the tower.
        "a": "Perhaps, but 12 steps cannot tell: the run is still on its way. Let it go on before "
        "you blame the weight.",
        # The content cost has won.
        "b": "Neither cost wins. The run comes to rest where the two pull equally hard, and after "
        "12 steps it has not come to rest.",
        # Nothing about β yet: look whether J still falls.
        "c": "β says where the run goes, the steps how far it has come. Compare two β where J has "
        "become flat.",
        # More steps would make the tower clearer.
        "d": "The run begins at the photograph itself, where J_content is 0. It can only move away "
        "from it.",
    },
)


LOWER_COST = Prediction(
    name="lower_cost",
    title="the lower cost",
    right="c",
    feedback={
        # A: its cost is lower.
        "a": "The two numbers measure different things: other layers, on other scales.",
        # B: its cost is higher.
        "b": "A higher cost is no merit either; the two are not on one scale.",
        # The two numbers do not tell.
        "c": "Only costs with the same α, β, λ, layers and picture size can be compared.",
        # A, once both costs are divided by their λ.
        "d": "Dividing by λ does not put two layers on one scale: their activations differ.",
    },
)
