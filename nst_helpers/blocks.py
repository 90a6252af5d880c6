"""Which channel looks for a given thing, and what two channels do at the same positions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nst_helpers.refusals import whole_number
from nst_helpers.style_matrix import check_activations


def selective_channel(present: Sequence[np.ndarray], absent: Sequence[np.ndarray]) -> int:
    """Return the channel that tells best whether something is in a picture.

    It is the one whose weakest mean activation with the thing exceeds its strongest without it
    by most, in units of the channel's own mean activation over all the blocks.

    Parameters
    ----------
    present, absent : sequences of arrays (1, n_H, n_W, n_C)
        One layer's activations of pictures with and without the thing.

    Returns
    -------
    int
        0 ≤ channel < n_C.

    Raises
    ------
    TypeError
        One of the two is no list.
    ValueError
        One of the two is empty, the blocks differ in their number of channels, or hold NaN.
    """
    for name, given in (("present", present), ("absent", absent)):
        if not isinstance(given, Sequence | np.ndarray):
            raise TypeError(f"{name} is {type(given).__name__}, expected a list of blocks.")
    if not len(present) or not len(absent):
        raise ValueError(
            f"{len(present)} blocks with and {len(absent)} without are given; at least one of "
            "each is needed."
        )
    blocks = [check_activations(a, "The blocks").numpy() for a in (*present, *absent)]
    counts = sorted({a.shape[-1] for a in blocks})
    if len(counts) > 1:
        raise ValueError(
            f"The blocks have shapes {[a.shape for a in blocks]}, expected (1, n_H, n_W, n_C) with "
            "the same n_C. Take all from the same layer."
        )
    means = np.stack([a.mean(axis=(0, 1, 2)) for a in blocks])
    weakest, strongest = means[: len(present)].min(axis=0), means[len(present) :].max(axis=0)
    return int(np.argmax((weakest - strongest) / (means.mean(axis=0) + 1e-3)))


def channel_pair(a: np.ndarray, k: int, k_prime: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of numbers of two channels: one pair a position.

    Parameters
    ----------
    a : array (1, n_H, n_W, n_C)
        Activations of one layer.
    k, k_prime : int
        Two channels, 0 ≤ k, k' < n_C.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Each (n_H · n_W,), in the same order of positions.

    Raises
    ------
    ValueError
        Another shape, or no such channel.
    """
    a = check_activations(a, "The activations").numpy()
    for name, channel in (("k", k), ("k_prime", k_prime)):
        whole_number(channel, name, 0, a.shape[-1] - 1)
    return a[..., k].ravel(), a[..., k_prime].ravel()
