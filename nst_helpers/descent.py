"""Down any J, by the optimisers that the pictures use: for sounds, and for blocks of voxels."""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Callable

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from nst_helpers.optimisers import l_bfgs
from nst_helpers.refusals import said, whole_number
from nst_helpers.session.interrupts import interrupt_flag


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
    measure = _measured(J, start.shape)
    x = np.float64(start - low).ravel() / (high - low)
    history: list[float] = []
    best, lowest = start, math.inf
    with (
        interrupt_flag() as interrupted,
        contextlib.closing(l_bfgs(x)) as dialogue,
        tqdm(total=steps, disable=not progress, unit="step", file=sys.stdout) as bar,
    ):
        x = next(dialogue)  # it asks for the numbers that it is given
        while True:
            numbers = np.float32(x * (high - low) + low).reshape(start.shape)
            cost, gradient = (part.numpy() for part in measure(tf.constant(numbers)))
            if not (np.isfinite(cost) and np.isfinite(gradient).all()):
                if not history:
                    raise ValueError("J or its gradient is not finite at the start.")
                break
            history.append(float(cost))
            if cost < lowest:
                best, lowest = numbers, cost
            bar.update()
            bar.set_postfix_str(f"J = {cost:.3g}", refresh=False)
            if len(history) == steps or interrupted.is_set():
                break
            if len(history) == 1:  # one scale for all J: a gradient of mean size 1 at the start
                scale = max(float(np.mean(np.abs(gradient))), 1e-30)
            try:
                x = dialogue.send((float(cost) / scale, np.float64(gradient).ravel() / scale))
            except StopIteration:  # the line search finds nothing lower
                break
    return best, np.array(history)


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


def _measured(J: Callable, shape: tuple[int, ...]) -> Callable:
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
