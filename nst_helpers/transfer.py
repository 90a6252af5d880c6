"""Neural style transfer: find the picture G that minimises J(G)."""

from __future__ import annotations

import contextlib
import copy
import math
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from nst_helpers.activations import extractor
from nst_helpers.costs import (
    as_lambdas,
    content_difference,
    style_difference,
    total_cost,
)
from nst_helpers.images import as_image, resize_image
from nst_helpers.network.styles import measurable
from nst_helpers.network.vgg import (
    CONTENT_LAYER,
    STYLE_LAYERS,
    load_vgg,
)
from nst_helpers.optimisers import OPTIMISERS
from nst_helpers.refusals import choice, number, whole_number
from nst_helpers.session.device import device
from nst_helpers.session.forks import refuse_fork
from nst_helpers.session.interrupts import interrupt_flag
from nst_helpers.style_matrix import gram_per_position

STARTS = ("content", "noise", "style")
MIN_SIDE = 32  # pixels: block5 still has 2×2 positions
COARSEST = 80  # pixels of the shorter side below which no coarser level is made
CLIMB = 0.4  # share of the steps spent below the full size

_traces: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


class Step(NamedTuple):
    """One evaluation of J: its number, the picture's size (H, W), the picture, the costs."""

    number: int
    size: tuple[int, int]
    image: np.ndarray
    costs: dict
    seconds: float


class StyleTransfer:
    """Minimise J(G) = α J_content(C, G) + β Σ_l λ^[l] J_style^[l](S, G) over the picture G.

    Parameters
    ----------
    content : array (1, H, W, 3) or None
        RGB in [0, 1]. None leaves the content cost out: G then only has the style (texture
        synthesis), at the style picture's size.
    style : array (1, H', W', 3) or None
        RGB in [0, 1], of any size. None leaves the style cost out.
    vgg : keras.Model, optional
        The network that measures: from ``load_vgg``, which is called where none is given, from
        ``for_styles``, or Keras' own VGG without its classifier, which is used as it is.
    alpha, beta : float
        Weights α and β, ≥ 0, not both 0.
    lambdas : {layer: float} or sequence of float, optional
        Weights λ^[l] ≥ 0, one a style layer; a sequence belongs to ``STYLE_LAYERS``. Default:
        1/5 each. Used as given, not normalised.
    content_layer : str
        Layer of the content cost.
    optimiser : {"l-bfgs", "adam", "gradient descent"}
        How to go downhill.
    rate : float, optional
        Change of a pixel in the first step (for "l-bfgs", which finds the later lengths
        itself), or in each ("adam"); the factor of the gradient ("gradient descent").
    start : {"content", "noise", "style"} or array (1, H, W, 3)
        The first G.
    levels : int, optional
        Coarse to fine: how many sizes, each twice the one before, the last the full size.
        Default: as many as keep the shorter side at 80 px or more. 1 switches it off.
    seed : int
        Seed of the noise.

    Attributes
    ----------
    alpha, beta, lambdas
        May be set between two steps; nothing is traced again.
    image : numpy.ndarray
        The best picture so far, (1, H, W, 3) at the full size.

    Raises
    ------
    TypeError, ValueError
        A picture, layer, weight or option that cannot be used; the message says which.

    Notes
    -----
    Gatys, Ecker & Bethge, "Image Style Transfer Using Convolutional Neural Networks"
    (CVPR 2016), equation 7; coarse to fine as in Gatys et al., "Controlling Perceptual
    Factors in Neural Style Transfer" (CVPR 2017), section 6.
    """

    def __init__(
        self,
        content: np.ndarray | None,
        style: np.ndarray | None,
        vgg: keras.Model | None = None,
        *,
        alpha: float = 1.0,
        beta: float = 0.01,
        lambdas: Mapping[str, float] | Sequence[float] | None = None,
        content_layer: str = CONTENT_LAYER,
        optimiser: str = "l-bfgs",
        rate: float | None = None,
        start: str | np.ndarray = "content",
        levels: int | None = None,
        seed: int = 0,
    ) -> None:
        if content is None and style is None:
            raise ValueError("Neither content nor style is given; at least one is needed.")
        # Copies: what happens to the reader's arrays afterwards does not change the problem.
        self._content = None if content is None else as_image(content, "content").copy()
        self._style = None if style is None else as_image(style, "style").copy()
        for name, picture in (("content", self._content), ("style", self._style)):
            if picture is not None and min(picture.shape[1:3]) < MIN_SIDE:
                raise ValueError(
                    f"{name} is {picture.shape[2]}×{picture.shape[1]} pixels; each side needs "
                    f"at least {MIN_SIDE}. Load it at a larger size, or crop a long picture."
                )
        if content is not None and not isinstance(content_layer, str):
            raise TypeError(f"content_layer is {content_layer!r}, expected a layer's name.")
        self._optimiser = choice(optimiser, "optimiser", OPTIMISERS)
        self._rate = None if rate is None else float(number(rate, "rate", above_zero=True))
        self._weights_changed = False
        self._lambdas = _floats(as_lambdas(_named(lambdas)))
        self._alpha, self._beta = 1.0, 1.0
        self.alpha, self.beta = alpha, beta

        self.size = (self._content if content is not None else self._style).shape[1:3]
        self._sizes = _level_sizes(self.size, levels)
        if content is None and isinstance(start, str) and start == "content":
            start = "noise"
        self._starts_as_noise = isinstance(start, str) and start == "noise"
        self._start = self._first_picture(start, seed)
        self._content_layer, self._style_layers = content_layer, tuple(self._lambdas)
        self._extract, self._evaluate = _objective(
            load_vgg() if vgg is None else vgg,
            content_layer if content is not None else None,
            self._style_layers if style is not None else (),
        )
        self._targets: dict[tuple[int, int], tuple] = {}
        self._best = (math.inf, self._start)
        self.history: dict = _empty_history(self._style_layers)
        self.message = ""

    @property
    def alpha(self) -> float:
        """Weight α of the content cost."""
        return self._alpha

    @alpha.setter
    def alpha(self, value: float) -> None:
        self._set_weights(alpha=float(number(value, "alpha")))

    @property
    def beta(self) -> float:
        """Weight β of the style cost."""
        return self._beta

    @beta.setter
    def beta(self, value: float) -> None:
        self._set_weights(beta=float(number(value, "beta")))

    @property
    def lambdas(self) -> dict[str, float]:
        """Weights λ^[l] of the style layers; a copy, set it as a whole."""
        return dict(self._lambdas)

    @lambdas.setter
    def lambdas(self, value: Mapping[str, float] | Sequence[float]) -> None:
        value = as_lambdas(_named(value))
        if set(value) != set(self._lambdas):
            raise ValueError(
                f"lambdas names {', '.join(value)}; this transfer measures "
                f"{', '.join(self._lambdas)}. Give a weight for each of them, 0 switches one off."
            )
        self._set_weights(lambdas=_floats({layer: value[layer] for layer in self._lambdas}))

    @property
    def image(self) -> np.ndarray:
        """The best picture so far, (1, H, W, 3), RGB in [0, 1], at the full size."""
        return resize_image(self._best[1], self.size)

    def cost_and_gradient(self, image: np.ndarray) -> tuple[dict, np.ndarray]:
        """Return all costs of a picture, and dJ/dimage: what the optimiser sees.

        Parameters
        ----------
        image : array (1, H, W, 3)
            RGB in [0, 1].

        Returns
        -------
        costs : dict
            "J", "J_content", "J_style" and "J_style_layer", itself {layer: cost}; floats.
        gradient : numpy.ndarray
            float32, (1, H, W, 3), per unit of pixel value.

        Raises
        ------
        ValueError
            Not a picture of the transfer's size (or of one of its coarser levels).
        """
        image = as_image(image)
        if image.shape[1:3] not in self._sizes:
            raise ValueError(
                f"image is {image.shape[2]}×{image.shape[1]} pixels; this transfer works at "
                f"{self.size[1]}×{self.size[0]}. Use resize_image(image, transfer.size)."
            )
        return self._measure(image)

    def steps(self, count: int | None = None) -> Iterator[Step]:
        """Walk downhill and hand out each step: for live displays.

        The walk begins at ``start`` with the coarsest level. Between two steps alpha, beta and
        lambdas may be changed, and the iterator may be dropped at any time.

        Parameters
        ----------
        count : int, optional
            Number of evaluations of J, over all levels. Default: what suits the device.

        Yields
        ------
        Step
            The picture just measured and its costs.

        Raises
        ------
        ValueError
            count is not a whole number above 0.
        """
        count = device().steps if count is None else count
        return self._walk(whole_number(count, "steps", 1))

    def run(self, steps: int | None = None, *, progress: bool = True) -> tuple[np.ndarray, dict]:
        """Run the transfer and return the best picture and the history.

        Interrupting the kernel ends the run after the step at hand and keeps the best picture.

        Parameters
        ----------
        steps : int, optional
            Number of evaluations of J, over all levels. Default: what suits the device.
        progress : bool
            Show a progress bar.

        Returns
        -------
        image : numpy.ndarray
            float32, (1, H, W, 3), RGB in [0, 1].
        history : dict
            Arrays with one entry a step: "J", "J_content", "J_style", "size" (H of the level),
            "seconds" since the start; and "J_style_layer", {layer: array}.

        Raises
        ------
        ValueError
            steps is not a whole number above 0.
        """
        walk = self.steps(steps)
        total = device().steps if steps is None else int(steps)
        with (
            interrupt_flag() as interrupted,
            contextlib.closing(walk),
            tqdm(total=total, disable=not progress, unit="step", file=_StandardOut()) as bar,
        ):
            for step in walk:
                bar.update()
                bar.set_postfix_str(f"J = {step.costs['J']:.3g}", refresh=False)
                if interrupted.is_set():
                    self.message = (
                        f"Stopped after step {step.number} of {total}; "
                        "the best picture so far is kept."
                    )
                    break
        if self.message:
            print(self.message)
        return self.image, self.history_arrays()

    def history_arrays(self) -> dict:
        """Return the history of the latest run as arrays, as ``run`` does.

        Returns
        -------
        dict
            See ``run``.
        """
        arrays = {name: np.array(v) for name, v in self.history.items() if name != "J_style_layer"}
        layers = self.history["J_style_layer"]
        return arrays | {"J_style_layer": {layer: np.array(v) for layer, v in layers.items()}}

    def _walk(self, count: int) -> Iterator[Step]:
        self.history = _empty_history(self._style_layers)
        self.message = ""
        self._best = (math.inf, self._start)
        begin, number = time.perf_counter(), 0
        image = resize_image(self._start, self._sizes[0])
        for size, share in zip(self._sizes, _shares(count, len(self._sizes)), strict=True):
            if not share:
                continue
            image = self._enlarged(image, size)
            self._best = (math.inf, image)
            for current, costs in self._descend(image, share):
                number += 1
                step = Step(number, size, current.copy(), costs, time.perf_counter() - begin)
                self._record(step)
                yield step
                if self._weights_changed:
                    self._best = (math.inf, current)
            image = self._best[1]
            if self.message:
                return

    def _enlarged(self, image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """Take a picture to the next level: the start there, plus the change so far.

        So the fine detail of a start that is a picture is not blurred and made anew. That of
        noise would stay as grain.
        """
        if self._starts_as_noise:
            return resize_image(image, size)
        before = resize_image(self._start, image.shape[1:3])
        change = resize_image(image, size) - resize_image(before, size)
        return np.clip(resize_image(self._start, size) + change, 0, 1)

    def _descend(self, image: np.ndarray, count: int) -> Iterator[tuple[np.ndarray, dict]]:
        """Take up to `count` steps at one size, beginning the dialogue anew where it ends."""
        done, stuck = 0, False
        while done < count and not stuck:
            self._weights_changed = False
            options = {} if self._rate is None else {"rate": self._rate}
            dialogue = OPTIMISERS[self._optimiser](image.ravel().astype(np.float64), **options)
            begun = done
            with contextlib.closing(dialogue):
                next(dialogue)  # it asks for the picture that it is given
                costs, gradient = self._measure(image)
                # One scale for every optimiser: a gradient of mean size 1 at the start.
                scale = max(float(np.mean(np.abs(gradient))), 1e-30)
                while True:
                    if not (math.isfinite(costs["J"]) and np.isfinite(gradient).all()):
                        self.message = (
                            "J is no longer a finite number: the steps are too long, or a weight "
                            "is too large. The last good picture is kept."
                        )
                        return
                    done += 1
                    if costs["J"] < self._best[0]:
                        self._best = (costs["J"], image)
                    yield image, copy.deepcopy(costs)
                    if done == count or self._weights_changed:
                        break
                    try:
                        answer = costs["J"] / scale, np.float64(gradient).ravel() / scale
                        image = dialogue.send(answer).astype(np.float32).reshape(image.shape)
                    except StopIteration:
                        stuck = done - begun < 3
                        break
                    costs, gradient = self._measure(image)
            image = image if self._weights_changed else self._best[1]

    def _measure(self, image: np.ndarray) -> tuple[dict, np.ndarray]:
        refuse_fork()
        a_C, G_S = self._target(image.shape[1:3])
        J, J_content, J_style, J_layers, gradient = self._evaluate(
            tf.constant(image),
            a_C,
            G_S,
            tf.constant(self._alpha),
            tf.constant(self._beta),
            tf.constant(list(self._lambdas.values())),
        )
        costs = {
            "J": float(J),
            "J_content": float(J_content),
            "J_style": float(J_style),
            "J_style_layer": dict(zip(self._style_layers, J_layers.numpy().tolist(), strict=False)),
        }
        return costs, gradient.numpy()

    def _target(self, size: tuple[int, int]) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Return a_C and the style matrices per position, both at this level's scale."""
        if size not in self._targets:
            a_C, G_S = tf.zeros((1, 1, 1, 1)), []
            if self._content is not None:
                content = resize_image(self._content, size)
                a_C = self._extract(content)[self._content_layer]
            if self._style is not None:
                sides = self._style.shape[1:3]
                scale = max(max(size) / max(self.size), MIN_SIDE / min(sides))
                style = resize_image(
                    self._style, (round(sides[0] * scale), round(sides[1] * scale))
                )
                a_S = self._extract(style)
                G_S = [gram_per_position(a_S[layer]) for layer in self._style_layers]
            self._targets[size] = a_C, G_S
        return self._targets[size]

    def _record(self, step: Step) -> None:
        for name in ("J", "J_content", "J_style"):
            self.history[name].append(step.costs[name])
        for layer, cost in step.costs["J_style_layer"].items():
            self.history["J_style_layer"][layer].append(cost)
        self.history["size"].append(step.size[0])
        self.history["seconds"].append(step.seconds)

    def _set_weights(self, **weights: float | dict) -> None:
        wanted = {name: weights.get(name, getattr(self, f"_{name}")) for name in ("alpha", "beta")}
        pictures = {"alpha": self._content, "beta": self._style}
        if not any(wanted[name] for name, picture in pictures.items() if picture is not None):
            raise ValueError(
                f"alpha is {wanted['alpha']:g} and beta {wanted['beta']:g}: with these pictures "
                "there is nothing to minimise. Give a weight above 0 to a cost that is measured."
            )
        for name, value in weights.items():
            self._weights_changed |= getattr(self, f"_{name}") != value
            setattr(self, f"_{name}", value)

    def _first_picture(self, start: str | np.ndarray, seed: int) -> np.ndarray:
        if not isinstance(start, str):
            return resize_image(as_image(start, "start"), self.size)
        choice(start, "start", STARTS, "a picture")
        if start == "noise":
            rng = np.random.default_rng(whole_number(seed, "seed"))
            noise = rng.uniform(0.3, 0.7, (1, *self.size, 3))
            return noise.astype(np.float32)
        picture = self._content if start == "content" else self._style
        if picture is None:
            raise ValueError("start is 'style', but no style picture is given.")
        return resize_image(picture, self.size)


def _objective(
    vgg: keras.Model,
    content_layer: str | None,
    style_layers: tuple[str, ...],
) -> tuple[Callable, Callable]:
    """Return the extractor and the traced J with its gradient, one for all transfers alike."""
    layers = [*([] if content_layer is None else [content_layer]), *style_layers]
    made, key = _traces.setdefault(measurable(vgg), {}), (content_layer, style_layers)
    if key not in made:
        extract = extractor(vgg, layers)
        made[key] = extract, _traced(extract, content_layer, style_layers)
    return made[key]


def _traced(extract: Callable, content_layer: str | None, style_layers: tuple[str, ...]):
    picture = tf.TensorSpec((1, None, None, 3))
    matrices = [tf.TensorSpec((None, None)) for _ in style_layers]
    number = tf.TensorSpec(())

    @tf.function(
        input_signature=[
            picture, tf.TensorSpec((1, None, None, None)), matrices, number, number,
            tf.TensorSpec((None,)),
        ],
        autograph=False,  # nothing here to convert, and looking for it takes half of the tracing
    )  # fmt: skip
    def evaluate(image, a_C, G_S, alpha, beta, lambdas):
        with tf.GradientTape() as tape:
            tape.watch(image)
            a_G = extract(image)
            J_content = (
                0.0 if content_layer is None else content_difference(a_C, a_G[content_layer])
            )
            J_layers = [
                style_difference(G, gram_per_position(a_G[layer]))
                for G, layer in zip(G_S, style_layers, strict=True)
            ]
            J_layers = tf.stack(J_layers) if J_layers else tf.zeros_like(lambdas)
            J_style = tf.reduce_sum(lambdas * J_layers)
            J = total_cost(J_content, J_style, alpha, beta)
        return J, J_content, J_style, J_layers, tape.gradient(J, image)

    return evaluate


def _named(lambdas: Mapping[str, float] | Sequence[float] | None) -> Mapping[str, float]:
    if lambdas is None:
        return dict.fromkeys(STYLE_LAYERS, 1 / len(STYLE_LAYERS))
    if isinstance(lambdas, Mapping):
        return lambdas
    try:
        weights = list(lambdas)
    except TypeError as error:
        raise TypeError(
            f"lambdas is {lambdas!r}, expected {{layer: weight}} or {len(STYLE_LAYERS)} numbers."
        ) from error
    if len(weights) != len(STYLE_LAYERS):
        raise ValueError(
            f"lambdas has {len(weights)} numbers, expected {len(STYLE_LAYERS)}: one each for "
            f"{', '.join(STYLE_LAYERS)}."
        )
    return dict(zip(STYLE_LAYERS, weights, strict=True))


def _floats(lambdas: Mapping[str, float]) -> dict[str, float]:
    return {layer: float(weight) for layer, weight in lambdas.items()}


def _level_sizes(size: tuple[int, int], levels: int | None) -> list[tuple[int, int]]:
    most = 1 + max(0, int(math.log2(min(size) / MIN_SIDE)))
    if levels is None:
        levels = 1 + max(0, int(math.log2(min(size) / COARSEST)))
    picture = f"for a picture of {size[1]}×{size[0]}"
    levels = whole_number(levels, "levels", 1, most, picture)
    halvings = range(levels - 1, -1, -1)
    return [(round(size[0] / 2**n), round(size[1] / 2**n)) for n in halvings]


def _shares(count: int, levels: int) -> list[int]:
    """Divide the steps among the levels; the full size always gets some."""
    if levels == 1:
        return [count]
    climb = round(count * CLIMB)
    coarse = [climb // (levels - 1)] * (levels - 1)
    return [*coarse, count - sum(coarse)]


def _empty_history(style_layers: tuple[str, ...]) -> dict:
    history: dict = {name: [] for name in ("J", "J_content", "J_style", "size", "seconds")}
    return history | {"J_style_layer": {layer: [] for layer in style_layers}}


class _StandardOut:
    """Standard output as it is now: notebooks replace it, and red is for errors."""

    def write(self, text: str) -> None:
        print(text, end="")

    def flush(self) -> None:
        with contextlib.suppress(AttributeError):  # what a host puts there may only write
            print(end="", flush=True)
