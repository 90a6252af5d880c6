"""The same optimisation in seven (and our own) conventions of normalising the costs.

All of them measure S_content = Σ (a_C − a_G)² and S_style = Σ (G_S − G_G)², with G = Σ a a', and
multiply these two sums by factors of their own. So weights are converted by ratios of factors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from nst_helpers.costs import check_lambdas, check_weight
from nst_helpers.pictures import nearest

# The mean over the three colours of the standard deviations that PyTorch divides pixels by,
# in 0..255: activations there are smaller by about this factor.
PYTORCH_SPREAD = 57.4


class Block(NamedTuple):
    """Shape of a layer's activations, and the number of pixels of the picture they come from."""

    n_H: int
    n_W: int
    n_C: int
    pixels: int

    @property
    def M(self) -> int:
        """Number of positions."""
        return self.n_H * self.n_W


class Convention(NamedTuple):
    """Factors before S_content and S_style, and the size of the activations against ours."""

    content: Callable[[Block], float]
    style: Callable[[Block], float]
    scale: float = 1.0


def _mean_content(b: Block) -> float:
    return 1 / (b.M * b.n_C)


def _lecture_style(b: Block) -> float:
    return 1 / (2 * b.M * b.n_C) ** 2


def _per_position(b: Block) -> float:
    return 1 / b.M**2 / b.n_C**2


def _per_number(b: Block) -> float:
    return 1 / (b.n_C * b.M) ** 2 / b.n_C**2


CONVENTIONS: dict[str, Convention] = {
    "ours": Convention(lambda b: _mean_content(b) / 2, _lecture_style),
    "lecture, Gatys' paper": Convention(lambda b: 1 / 2, _lecture_style),
    "Gatys' PyTorch notebook": Convention(_mean_content, _per_position),
    "TensorFlow tutorial": Convention(_mean_content, _per_position),
    "keras.io example": Convention(lambda b: 1.0, lambda b: 1 / (4 * 3**2 * b.pixels**2)),
    "PyTorch tutorial": Convention(_mean_content, _per_number, 1 / PYTORCH_SPREAD),
    "jcjohnson/neural-style": Convention(_mean_content, _per_number),
    "d2l": Convention(_mean_content, _per_number, 1 / PYTORCH_SPREAD),
}


def convert_weights(
    alpha: float,
    beta: float,
    lambdas: Mapping[str, float],
    *,
    source: str,
    target: str,
    content: Block,
    style: Mapping[str, Block],
) -> tuple[float, float, dict[str, float]]:
    """Return α, β, λ that give in one convention the same J as these give in another.

    β is kept; what differs from layer to layer goes into λ. Exact where both conventions see
    the same activations up to one factor. For the two that use PyTorch's pixels that factor is
    an approximation: their networks divide each colour by a spread of its own.

    Parameters
    ----------
    alpha, beta : float
        Weights ≥ 0 in the source convention.
    lambdas : {layer: float}
        Weights ≥ 0 of the layers in the source convention.
    source, target : str
        Names in ``CONVENTIONS``.
    content : Block
        Shape of the content layer.
    style : {layer: Block}
        Shape of each style layer.

    Returns
    -------
    (float, float, dict)
        alpha, beta and lambdas in the target convention.

    Raises
    ------
    ValueError
        An unknown convention, a layer without a shape, or a bad weight.

    Notes
    -----
    Gatys, Ecker & Bethge (CVPR 2016), equations 1 to 7, for the lecture's convention.
    """
    for name in (source, target):
        if name not in CONVENTIONS:
            raise ValueError(f"There is no convention {name!r}. {nearest(name, CONVENTIONS)}")
    check_weight(alpha, "alpha"), check_weight(beta, "beta")
    lambdas = check_lambdas(lambdas)
    missing = [layer for layer in lambdas if layer not in style]
    if missing:
        raise ValueError(f"style has no shape for {', '.join(missing)}. Give a Block for each.")
    from_, to = CONVENTIONS[source], CONVENTIONS[target]
    # Squares of activations scale with s², products of style matrices with s⁴.
    scale = from_.scale / to.scale
    return (
        alpha * scale**2 * from_.content(content) / to.content(content),
        beta,
        {
            layer: weight * scale**4 * from_.style(style[layer]) / to.style(style[layer])
            for layer, weight in lambdas.items()
        },
    )
