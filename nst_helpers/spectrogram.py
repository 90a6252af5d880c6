"""What a network hears: a sound's spectrogram, and the activations of filters drawn by chance.

A spectrogram has the form of every block of the series: (1, n_H, n_W, n_C), with one row (n_H = 1),
moments for the width and frequencies for the channels. So whatever takes a picture's activations
takes a sound's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf

from nst_helpers.refusals import array, whole_number
from nst_helpers.sound import RATE, SHORTEST, as_sound

WINDOW, HOP = 512, 128  # samples: 32 ms are heard at once, every 8 ms
FREQUENCIES = WINDOW // 2 + 1  # 0 to 8 kHz in steps of 31.25 Hz
CONTRAST = 100  # of the logarithm: how far the quiet is lifted
WIDTH = 11  # moments that a filter hears
SPREADS = {"short": 1, "long": 4}  # moments from one to the next: a stroke, and how it dies away


def spectrogram(sound: tf.Tensor) -> tf.Tensor:
    """Return how loud each frequency is at each moment, log(1 + 100 A) / log 101.

    A is the amplitude in a window of 32 ms. Beyond the ends is silence, so a sound that breaks off
    is heard to click. Differentiable: the way back to the samples.

    Parameters
    ----------
    sound : tensor or array (n,)
        16 kHz, in [-1, 1].

    Returns
    -------
    tf.Tensor
        (1, 1, n_moments, 257), float32; 0 is silence, 1 a pure tone of full amplitude.

    Raises
    ------
    TypeError, ValueError
        Not a sound (outside a graph).
    """
    sound = _samples(sound)
    in_silence = tf.pad(sound, [[WINDOW, WINDOW]])
    waves = tf.signal.stft(in_silence, WINDOW, HOP)  # Hann's window, whose sum is half its length
    # At an amplitude of exactly 0 the root has no slope.
    power = tf.square(tf.math.real(waves)) + tf.square(tf.math.imag(waves)) + 1e-7
    amplitude = tf.sqrt(power) / (WINDOW / 4)
    return (tf.math.log1p(CONTRAST * amplitude) / np.log1p(CONTRAST))[None, None]


def random_extractor(
    spreads: Mapping[str, int] = SPREADS, filters: int = 512, seed: int = 0
) -> Callable[[tf.Tensor], dict[str, tf.Tensor]]:
    """Return a function from a sound to the activations of layers that were never trained.

    Each layer is one convolution over time, 11 moments wide, with normally distributed weights,
    and a ReLU; it hears all frequencies at once.

    Parameters
    ----------
    spreads : {layer: int}
        How many moments lie from one of a filter's 11 to the next.
    filters : int
        Number of channels of a layer.
    seed : int
        Of the weights.

    Returns
    -------
    callable
        From a sound (n,) to {layer: tensor (1, 1, n_moments, filters)}.

    Raises
    ------
    TypeError, ValueError
        Not {layer: whole number}, or another number that is not a whole one above 0.

    Notes
    -----
    Ulyanov & Lebedev, "Audio texture synthesis and style transfer" (2016): untrained filters do.
    """
    if not isinstance(spreads, Mapping) or not spreads:
        raise TypeError(f"spreads is {spreads!r}, expected a dictionary such as {SPREADS}.")
    most = int(SHORTEST * RATE / HOP / (WIDTH // 2))  # else a filter passes the shortest sound
    for layer, spread in spreads.items():
        whole_number(spread, f"spreads[{layer!r}]", 1, most)
    whole_number(filters, "filters", 1)
    rng = np.random.default_rng(whole_number(seed, "seed"))
    shape = 1, WIDTH, FREQUENCIES, filters
    spread_of_weights = np.sqrt(2 / (WIDTH * FREQUENCIES))
    kernels = {
        layer: tf.constant(rng.normal(0, spread_of_weights, shape), tf.float32) for layer in spreads
    }

    def extract(sound: tf.Tensor) -> dict[str, tf.Tensor]:
        heard = spectrogram(sound)
        return {
            layer: tf.nn.relu(tf.nn.conv2d(heard, kernel, 1, "SAME", dilations=[1, spreads[layer]]))
            for layer, kernel in kernels.items()
        }

    return extract


def _samples(sound: tf.Tensor) -> tf.Tensor:
    if tf.is_symbolic_tensor(sound):
        return sound
    as_sound(sound)
    return tf.cast(sound, tf.float32)


def strongest_frequencies(heard: np.ndarray, highest: float = 1200) -> np.ndarray:
    """Return the strongest frequency at each moment: a melody, roughly.

    Parameters
    ----------
    heard : tensor or array (1, 1, n_moments, 257)
        From ``spectrogram``.
    highest : float
        In hertz, where the search ends: above lie overtones.

    Returns
    -------
    numpy.ndarray
        (n_moments,), in hertz, to 31.25 Hz; 60 Hz and more.

    Raises
    ------
    TypeError, ValueError
        Not a spectrogram.
    """
    heard = array(heard, "heard", 1, 1, "n_moments", FREQUENCIES)[0, 0]
    step, lowest = RATE / WINDOW, 2
    searched = heard[:, lowest : int(highest / step) + 1]
    return (searched.argmax(axis=1) + lowest) * step
