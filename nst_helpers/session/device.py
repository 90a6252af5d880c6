"""The device that TensorFlow uses, and TensorFlow's settings for it."""

from __future__ import annotations

import contextlib
import functools
from typing import NamedTuple

import tensorflow as tf

from nst_helpers.languages import _
from nst_helpers.session.forks import watch_forks

# TensorFlow's options for graphs where the reader has set none; all others are absent then.
UNTOUCHED = {"disable_meta_optimizer": False, "disable_model_pruning": False}


class Device(NamedTuple):
    """The device in use, and the picture size (pixels) and number of steps that suit it."""

    name: str
    size: int
    steps: int

    def __str__(self) -> str:
        told = _("{device}: pictures of {size} px and {steps} steps suit it.")
        return told.format(device=self.name, size=self.size, steps=self.steps)


def device() -> Device:
    """Tell which device TensorFlow uses, and which picture size and number of steps suit it.

    Returns
    -------
    Device
        Prints as one line.
    """
    gpus = visible_gpus()
    if not gpus:
        return Device("CPU", 256, 60)
    details = {}
    with contextlib.suppress(Exception):  # some drivers do not tell
        details = tf.config.experimental.get_device_details(gpus[0])
    return Device(f"GPU ({details.get('device_name', 'unnamed')})", 512, 300)


def visible_gpus() -> list[tf.config.PhysicalDevice]:
    """Return the GPUs that TensorFlow may use.

    Returns
    -------
    list of tf.config.PhysicalDevice
        Without those that ``tf.config.set_visible_devices`` hides.
    """
    return tf.config.get_visible_devices("GPU")


@functools.cache
def set_up_tensorflow() -> None:
    """Let a GPU's memory grow with what is needed; on a CPU, leave graphs as they are written.

    Done once, and only where the reader has set nothing of the kind.
    """
    watch_forks()
    gpus = visible_gpus()
    if gpus:
        # Refused where the GPU is in use already, or its memory was divided by the reader.
        with contextlib.suppress(RuntimeError, ValueError):
            if not any(_is_set_up(gpu) for gpu in gpus):  # all must have the same setting
                for gpu in gpus:
                    tf.config.experimental.set_memory_growth(gpu, True)
    elif tf.config.optimizer.get_experimental_options() == UNTOUCHED:
        # Rewriting the graph takes most of a second and makes no step faster.
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


def refuse_graphs(what: str) -> None:
    """Say that something is made eagerly only, where TensorFlow is building a graph.

    Parameters
    ----------
    what : str
        What the message calls it.

    Raises
    ------
    RuntimeError
        Inside of tf.function or tf.Graph, eager execution is off, or shapes are those of
        TensorFlow 1.
    """
    if not isinstance(tf.TensorShape([1])[0], int):
        raise RuntimeError(
            f"{what} needs the shapes of TensorFlow 2. Take tf.compat.v1.disable_v2_tensorshape() "
            "out, then restart the kernel."
        )
    if not tf.executing_eagerly():
        raise RuntimeError(
            f"{what} is made outside of tf.function and tf.Graph, with TensorFlow's eager "
            "execution on. Restart the kernel if it was disabled."
        )


def _is_set_up(gpu: tf.config.PhysicalDevice) -> bool:
    return (
        tf.config.get_logical_device_configuration(gpu) is not None
        or tf.config.experimental.get_memory_growth(gpu) is not None
    )
