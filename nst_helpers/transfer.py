"""Neural style transfer: walk downhill to the picture G that minimises J(G)."""

from __future__ import annotations

import contextlib
import copy
import functools
import math
import time
from collections.abc import Generator, Mapping, Sequence
from typing import NamedTuple, NoReturn

import keras
import numpy as np

from nst_helpers.costs import Weights, as_weights
from nst_helpers.images import as_image, resized
from nst_helpers.languages import _
from nst_helpers.network.vgg import CONTENT_LAYER, load_vgg
from nst_helpers.objective import Aims, Objective, Statistic, equal_say, named_lambdas, objective
from nst_helpers.optimisers import OPTIMISERS, downhill
from nst_helpers.pyramid import (
    Size,
    as_canvas,
    at_level,
    enlarged,
    first_picture,
    level_sizes,
    shares,
)
from nst_helpers.refusals import choice, number, said, whole_number
from nst_helpers.session.device import device, refuse_graphs
from nst_helpers.session.progress import progress_bar
from nst_helpers.session.standard_out import say
from nst_helpers.style_matrix import gram_per_position


class Step(NamedTuple):
    """One evaluation of J: its number, the picture's size (H, W), the picture, the costs."""

    number: int
    size: Size
    image: np.ndarray
    costs: dict
    seconds: float


def _part_of_weights(name: str, words: str) -> property:
    """Return a property that reads one part of ``weights``, and sets them with that part new."""

    def read(self: StyleTransfer) -> float | dict[str, float]:
        return getattr(self.weights, name)

    def write(self: StyleTransfer, value: float | Mapping[str, float]) -> None:
        self.weights = Weights(**{**self.weights._asdict(), name: value})

    return property(read, write, doc=words)


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
    lambdas : "equal say", "equal", {layer: float} or sequence of float
        Weights λ^[l] ≥ 0, one a style layer; a sequence belongs to ``STYLE_LAYERS``, and numbers
        are used as given, not normalised. "equal" is 1/5 each. "equal say" gives each layer the
        same share of J_style at the content picture (at the start, where there is none); J_style
        there is what it is for the style matrix with 1/5 each. With 1/5 each the averages of the
        network leave conv5_1 about 10⁻⁵ of it, and hardly any effect on the picture.
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
    statistic : callable
        What a style is: from a block (1, n_H, n_W, n_C) to a tensor, written with TensorFlow.
        Default: the style matrix per position. J_style_layer is the sum of squared differences
        divided by (2 n_C)², whatever the statistic.

    Attributes
    ----------
    weights : Weights
        α, β and {layer: λ^[l]}, one value. It may be set between two steps, and nothing is traced
        again.
    alpha, beta, lambdas
        The three parts of ``weights``, which may be set too.
    image : numpy.ndarray
        The best picture so far, (1, H, W, 3) at the full size.
    history : dict
        The costs of the latest walk, as ``run`` returns them.
    size : (int, int)
        Height and width of the full size, in pixels.
    message : str
        Why the latest walk ended early; empty where it did not.

    Raises
    ------
    TypeError, ValueError
        A picture, layer, weight or option that cannot be used; the message says which.
    RuntimeError
        Eager execution is off, or this is inside a graph.

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
        lambdas: str | Mapping[str, float] | Sequence[float] = "equal say",
        content_layer: str = CONTENT_LAYER,
        optimiser: str = "l-bfgs",
        rate: float | None = None,
        start: str | np.ndarray = "content",
        levels: int | None = None,
        seed: int = 0,
        statistic: Statistic = gram_per_position,
    ) -> None:
        refuse_graphs("A StyleTransfer")
        self._content = None if content is None else as_canvas(content, "content")
        self._style = None if style is None else as_canvas(style, "style")
        canvas = self._style if self._content is None else self._content
        if canvas is None:
            raise ValueError("Neither content nor style is given; at least one is needed.")
        self.size: Size = canvas.shape[1:3]
        self._sizes = level_sizes(self.size, levels)
        choice(optimiser, "optimiser", OPTIMISERS)
        rate = None if rate is None else float(number(rate, "rate", above_zero=True))
        self._downhill = functools.partial(downhill, optimiser=optimiser, rate=rate)
        self._start, self._start_is_noise = first_picture(
            start, self._content, self._style, self.size, seed
        )
        self._best = math.inf, self._start

        if content is not None and not isinstance(content_layer, str):
            raise TypeError(f"content_layer is {said(content_layer)}, expected a layer's name.")
        self._weights = self._possible(Weights(alpha, beta, named_lambdas(lambdas)))
        layers = tuple(self._weights.lambdas)
        vgg = load_vgg() if vgg is None else vgg
        measured = None if content is None else content_layer, () if style is None else layers
        self._objective = objective(vgg, *measured, statistic)
        self._aims: dict[Size, Aims] = {}
        if style is not None and isinstance(lambdas, str) and lambdas == "equal say":
            # As large as that of the style matrix with 1/L each, so that β keeps its meaning.
            J_layers = self._first_costs(objective(vgg, *measured))
            J_style = sum(J_layers.values()) / len(J_layers)
            if statistic is not gram_per_position:
                J_layers = self._first_costs(self._objective)
            self._weights = self._weights._replace(lambdas=equal_say(J_layers, J_style))
        self._taken: list[dict] = []
        self.message = ""

    @property
    def weights(self) -> Weights:
        """α, β and {layer: λ^[l]}, one value."""
        return self._weights._replace(lambdas=dict(self._weights.lambdas))

    @weights.setter
    def weights(self, value: Weights) -> None:
        value, before = self._possible(value), self._weights
        if set(value.lambdas) != set(before.lambdas):
            raise ValueError(
                f"lambdas names {', '.join(value.lambdas)}; this transfer measures "
                f"{', '.join(before.lambdas)}. Give a weight for each of them, 0 switches one off."
            )
        if value != before:
            self._weights = value

    alpha = _part_of_weights("alpha", "Weight α of the content cost.")
    beta = _part_of_weights("beta", "Weight β of the style cost.")
    lambdas = _part_of_weights("lambdas", "Weights λ^[l] of the style layers; set as a whole.")

    @property
    def image(self) -> np.ndarray:
        """The best picture so far, (1, H, W, 3), RGB in [0, 1], at the full size."""
        return resized(self._best[1], self.size)

    @property
    def history(self) -> dict:
        """The costs of the latest walk, step by step, as ``run`` returns them."""
        names = ("J", "J_content", "J_style", "size", "seconds")
        history: dict = {name: np.array([costs[name] for costs in self._taken]) for name in names}
        layers = {
            layer: np.array([costs["J_style_layer"][layer] for costs in self._taken])
            for layer in self._objective.style_layers
        }
        return history | {"J_style_layer": layers}

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

    def steps(self, count: int | None = None) -> Generator[Step, None, None]:
        """Walk downhill and hand out each step: for live displays.

        The walk begins at ``start`` with the coarsest level. Between two steps ``weights`` may be
        set, and the iterator may be dropped at any time.

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
        RuntimeError
            A newer walk of this transfer has begun.
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
        total = device().steps if steps is None else steps
        walk = self.steps(total)
        with contextlib.closing(walk), progress_bar(total, progress) as interrupted:
            for step in walk:
                if interrupted(step.costs["J"]):
                    told = _("Stopped after step {step} of {all}; the best picture so far is kept.")
                    self.message = told.format(step=step.number, all=total)
                    break
        if self.message:
            say(self.message)
        return self.image, self.history

    def _walk(self, count: int) -> Generator[Step, None, None]:
        """Walk from coarse to fine; each level begins where the one before was lowest."""
        walk = self._taken = []
        self.message, begin = "", time.perf_counter()
        self._best = math.inf, resized(self._start, self._sizes[0])
        start = None if self._start_is_noise else self._start
        for size, share in zip(self._sizes, shares(count, len(self._sizes)), strict=True):
            if not share:
                continue
            self._best = math.inf, enlarged(self._best[1], size, start)
            try:
                with contextlib.closing(self._descend(share)) as steps:
                    for image, costs in steps:
                        seconds = time.perf_counter() - begin
                        walk.append(costs | {"size": size[0], "seconds": seconds})
                        yield Step(len(walk), size, image.copy(), copy.deepcopy(costs), seconds)
                        if walk is not self._taken:
                            raise RuntimeError(
                                "A newer walk of this StyleTransfer has begun, which ends this "
                                "one. Make a StyleTransfer for each walk."
                            )
            except FloatingPointError as error:
                self.message = str(error)
                return

    def _descend(self, count: int) -> Generator[tuple[np.ndarray, dict], None, None]:
        """Take up to `count` steps at one size; the optimiser begins anew where it cannot go on."""
        done, stuck = 0, False
        while done < count and not stuck:
            begun, weights = done, self._weights
            with contextlib.closing(self._downhill(self._best[1], self._measure)) as way:
                for image, costs in way:
                    done += 1
                    if costs["J"] < self._best[0]:
                        self._best = costs["J"], image
                    yield image, costs
                    if self._weights is not weights:
                        self._best = math.inf, image  # what was lowest before says nothing now
                    if done == count or self._weights is not weights:
                        break
                else:
                    stuck = done - begun < 3

    def _measure(self, image: np.ndarray) -> tuple[dict, np.ndarray]:
        return self._objective.measure(image, self._aims_at(image.shape[1:3]), self._weights)

    def _aims_at(self, size: Size) -> Aims:
        """Return what G is compared with at one level: both pictures at the level's scale."""
        if size not in self._aims:
            content = None if self._content is None else resized(self._content, size)
            style = None if self._style is None else at_level(self._style, size, self.size)
            self._aims[size] = self._objective.aims(content, style)
        return self._aims[size]

    def _first_costs(self, measures: Objective) -> dict[str, float]:
        """Return J_style_layer of the content picture, or of the start where there is none."""
        aims = self._aims_at(self.size) if measures is self._objective else None
        first = self._start if self._content is None else self._content
        return measures.layer_costs(first, aims or measures.aims(self._content, self._style))

    def _possible(self, weights: Weights) -> Weights:
        """Return the weights, or say that they leave nothing to minimise."""
        alpha, beta, _ = weights = as_weights(weights)
        if (self._content is None or not alpha) and (self._style is None or not beta):
            raise ValueError(
                f"alpha is {alpha:g} and beta {beta:g}: with these pictures there is nothing to "
                "minimise. Give a weight above 0 to a cost that is measured."
            )
        return weights

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "A StyleTransfer holds a network at work and can be neither copied nor pickled. Make "
            "another one from the same pictures, or keep transfer.image and transfer.history."
        )
