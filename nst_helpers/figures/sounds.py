"""Sounds to be seen, as spectrograms, and to be heard, in a row of players.

Not among what ``nst_helpers.figures`` brings: it needs a library that only sounds need.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
from IPython.display import display
from matplotlib.figure import Figure

from nst_helpers.figures.look import in_one_look, new_figure
from nst_helpers.languages import _
from nst_helpers.refusals import array
from nst_helpers.sound import RATE, as_sound, encode_sound
from nst_helpers.spectrogram import FREQUENCIES, HOP

# A caption and its player; on a phone the one above the other.
ROW = "display:flex;flex-wrap:wrap;align-items:center;gap:0 12px;margin-bottom:6px"


@in_one_look
def plot_spectrograms(blocks: Mapping[str, np.ndarray]) -> Figure:
    """Show spectrograms below one another: time to the right, frequency up, bright is loud.

    Parameters
    ----------
    blocks : {title: array (1, 1, n_moments, 257)}
        From ``spectrogram``.

    Returns
    -------
    Figure
        All on one scale of colours and of time.

    Raises
    ------
    TypeError, ValueError
        Not a dictionary of spectrograms.
    """
    if not isinstance(blocks, Mapping) or not blocks:
        raise TypeError("blocks is no dictionary {title: spectrogram} with something in it.")
    heard_in = {
        title: array(block, f"blocks[{title!r}]", 1, 1, "n_moments", FREQUENCIES)[0, 0]
        for title, block in blocks.items()
    }
    loudest = max(1e-9, *(heard.max() for heard in heard_in.values()))
    figure, axes = new_figure(len(blocks), 1, 0.7 + 1.55 * len(blocks), sharex=True)
    for axis, (title, heard) in zip(axes.flat, heard_in.items(), strict=True):
        # The root makes the quiet visible too.
        colours = mpl.colormaps["magma"](np.sqrt(np.clip(heard.T / loudest, 0, 1)))
        axis.imshow(
            colours[..., :3],  # as a photograph: the file is far smaller
            origin="lower",
            aspect="auto",
            extent=(0, len(heard) * HOP / RATE, 0, RATE / 2000),
        )
        axis.set(title=title, ylabel="kHz", yticks=(0, 4, 8))
    axes[-1, 0].set_xlabel(_("seconds"))
    return figure


def play(sounds: Mapping[str, np.ndarray]) -> None:
    """Show a player for each sound, with the sound inside.

    Parameters
    ----------
    sounds : {caption: array (n,)}
        16 kHz, in [-1, 1].

    Raises
    ------
    TypeError, ValueError
        Not a dictionary of sounds.
    """
    if not isinstance(sounds, Mapping) or not sounds:
        raise TypeError("sounds is no dictionary {caption: sound} with something in it.")
    rows, words = [], []
    for caption, sound in sounds.items():
        sound = as_sound(sound, f"sounds[{caption!r}]")
        data = base64.b64encode(encode_sound(sound)).decode("ascii")
        label = html.escape(str(caption))
        rows.append(
            f'<div style="{ROW}"><span style="flex:0 0 170px">{label}</span><audio controls '
            f'preload="metadata" style="flex:1 1 220px;max-width:300px" aria-label="{label}" '
            f'src="data:audio/mpeg;base64,{data}"></audio></div>'
        )
        seconds = len(sound) / RATE
        words.append(_("{caption} ({seconds:.1f} s)").format(caption=caption, seconds=seconds))
    told = _("Sounds: {sounds}.").format(sounds="; ".join(words))
    display({"text/html": "".join(rows), "text/plain": told}, raw=True)
