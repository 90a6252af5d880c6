"""The device that TensorFlow uses, and TensorFlow's settings for it."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf


class Device(NamedTuple):
    """The device in use, and the picture size (pixels) and number of steps that suit it."""

    name: str
    size: int
    steps: int

    def __str__(self) -> str:
        return f"{self.name}: pictures of {self.size} px and {self.steps} steps suit it."


def device() -> Device:
    """Tell which device TensorFlow uses, and which picture size and number of steps suit it.

    Returns
    -------
    Device
        Prints as one line.
    """
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        return Device(f"GPU ({details.get('device_name', 'unnamed')})", 512, 300)
    return Device("CPU", 256, 60)


def set_up_tensorflow() -> None:
    """Let a GPU's memory grow with what is needed; on a CPU, leave the graph as it is written."""
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        # On a CPU, rewriting the graph takes most of a second and makes no step faster.
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    for gpu in gpus:
        try:
            tf.config.experimental.set_memory_growth(gpu, True)
        except RuntimeError:  # the GPU is in use already, with the setting it has
            return
