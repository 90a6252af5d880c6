"""Down any J, by the optimisers that the pictures use: for sounds, and for blocks of voxels."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from nst_helpers.optimisers import downhill
from nst_helpers.refusals import said, whole_number
from nst_helpers.session.progress import progress_bar


def minimise(
    J: Callable[[tf.Tensor], tf.Tensor],
    start: np.ndarray,
    steps: int,
    low: float = 0.0,
    high: float = 1.0,
    *,
    progress: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """Change numbers until J is small, with L-BFGS, and return the best ones.

    Interrupting the kernel ends the walk after the step at hand and keeps the best numbers.

    Parameters
    ----------
    J : callable
        From a tensor of the start's shape to a scalar, in TensorFlow's functions.
    start : array
        Where to begin; numbers from `low` to `high`.
    steps : int
        Number of evaluations of J.
    low, high : float
        Bounds of the numbers: 0 and 1 for pixels, -1 and 1 for a sound.
    progress : bool
        Show a progress bar.

    Returns
    -------
    best : numpy.ndarray
        float32, of the start's shape.
    history : numpy.ndarray
        J at each step.

    Raises
    ------
    TypeError, ValueError
        J is no function to a number, the start is out of bounds, or steps is no whole number
        above 0.
    """
    if not callable(J):
        raise TypeError(f"J is {said(J)}, expected a function from a tensor to a number.")
    steps = whole_number(steps, "steps", 1)
    start = _start(start, low, high)
    cost_and_gradient = _traced(J, start.shape)

    def numbers(x: np.ndarray) -> np.ndarray:
        return x * np.float32(high - low) + np.float32(low)

    def measure(x: np.ndarray) -> tuple[dict, np.ndarray]:
        cost, gradient = cost_and_gradient(tf.constant(numbers(x)))
        return {"J": float(cost)}, gradient.numpy()

    best, lowest, history = (start - np.float32(low)) / np.float32(high - low), math.inf, []
    walk = downhill(best, measure)
    with contextlib.closing(walk), progress_bar(steps, progress) as interrupted:
        try:
            for x, costs in walk:
                if costs["J"] < lowest:
                    best, lowest = x, costs["J"]
                history.append(costs["J"])
                if interrupted(costs["J"]) or len(history) == steps:
                    break
        except FloatingPointError as error:
            if not history:
                raise ValueError("J or its gradient is not finite at the start.") from error
    return numbers(best), np.array(history)


def _start(start: np.ndarray, low: float, high: float) -> np.ndarray:
    try:
        array = np.asarray(start, np.float32)
    except Exception as error:  # other libraries' arrays refuse in their own ways
        raise TypeError(
            f"start is {type(start).__name__}, expected an array of numbers."
        ) from error
    if not low < high:
        raise ValueError(f"low is {low} and high {high}; expected low below high.")
    if not array.size or not np.isfinite(array).all():
        raise ValueError(f"start has shape {array.shape}, expected finite numbers.")
    if array.min() < low - 1e-3 or array.max() > high + 1e-3:
        raise ValueError(
            f"start ranges from {array.min():.3g} to {array.max():.3g}, expected {low} to {high}."
        )
    return np.clip(array, low, high)


def _traced(J: Callable, shape: tuple[int, ...]) -> Callable:
    @tf.function(input_signature=[tf.TensorSpec(shape)], autograph=False)
    def measure(numbers):
        with tf.GradientTape() as tape:
            tape.watch(numbers)
            cost = tf.convert_to_tensor(J(numbers))
        if cost.shape.rank != 0:
            raise ValueError(f"J gives shape {tuple(cost.shape)}, expected one number.")
        gradient = tape.gradient(cost, numbers)
        if gradient is None:
            raise ValueError("J does not depend on its tensor. Stay with TensorFlow's functions.")
        return cost, gradient

    return measure.get_concrete_function()  # a new J is a new graph: TensorFlow warns of many
