"""Make the frames of the book's moving figures: `python -m tools.frames [names]`.

Each figure becomes a folder in `docs/book/_static/moving`: pictures, and in each language
`figure.en.json`, which says what its sliders are and what is seen at each place. All of it is
committed; making it anew takes four minutes on two cores.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from nst_helpers import (
    STYLE_LAYERS,
    StyleTransfer,
    extractor,
    gram_matrix,
    load_picture,
    load_vgg,
    pearson_matrix,
    resize_image,
    stripes_and_patches,
)
from nst_helpers.blocks import channel_pair, selective_channel
from nst_helpers.figures import COLOURS, encode_figure, in_one_look, new_figure, number_text
from nst_helpers.images import to_pil
from nst_helpers.languages import _, language, languages
from tools.moving import FRAMES, words
from tools.series import speaking

ACROSS = 4.4  # inches of a drawing that is shown beside another
QUALITY = 78


Frames = dict[tuple[int, ...], Image.Image]


class Pane(NamedTuple):
    """One of the pictures of a figure; the words may name the sliders' values as {0} and {1}."""

    title: str
    words: str
    pictures: Frames | Image.Image  # a place's, or always the same
    is_drawn: bool = False  # with words in it


def spoken(name: str) -> Iterator[str]:
    """Begin a figure anew, and go through the languages in which it is to be written."""
    shutil.rmtree(FRAMES / name, ignore_errors=True)
    (FRAMES / name).mkdir(parents=True)
    for code in languages():
        with speaking(code):
            yield code


def write(
    name: str,
    label: str,
    sliders: Sequence[tuple[str, Sequence[str], int]],
    panes: Sequence[Pane],
    said: Mapping[tuple[int, ...], str],
    plays: bool = False,
) -> None:
    """Write a figure: (label, values, first) of each slider, and a sentence for each place."""
    folder = FRAMES / name
    shown = []
    for number, pane in enumerate(panes):
        moves = isinstance(pane.pictures, dict)
        pictures: Frames = pane.pictures if isinstance(pane.pictures, dict) else {(): pane.pictures}
        ending = f".{language()}.webp" if pane.is_drawn and language() != "en" else ".webp"
        for place, picture in pictures.items():
            path = folder / ("-".join(map(str, [number, *place])) + ending)
            if not path.exists():  # what holds no words is one picture for all languages
                save(picture, path)
        size = next(iter(pictures.values())).size
        kept = {"title": pane.title, "words": pane.words, "moves": moves}
        shown.append({**kept, "size": size, "ending": ending})
    content = {
        "label": label,
        "sliders": [dict(zip(("label", "values", "first"), slider)) for slider in sliders],
        "panes": shown,
        "said": [said[place] for place in np.ndindex(*(len(values) for _, values, _ in sliders))],
        "plays": plays,
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    words(name).write_text(text + "\n", "utf-8")
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{name}: {len([*folder.iterdir()]) - 1} pictures, {size / 1e6:.2f} MB")


def save(picture: Image.Image, path: Path) -> None:
    """Write a photograph as it suits photographs, and a drawing, which has few colours, exactly."""
    exact = picture.mode == "P"
    picture.save(path, "WEBP", lossless=exact, quality=100 if exact else QUALITY, method=6)


def photograph(picture: np.ndarray, width: int) -> Image.Image:
    """Return a picture (1, H, W, 3) at the width at which it is shown."""
    height = round(width * picture.shape[1] / picture.shape[2])
    return to_pil(resize_image(picture, (height, width)))


def two_digits(number: float) -> str:
    """Return a number as it is written, with two digits of it."""
    return number_text(float(f"{number:.2g}"))


def drawing(figure: Figure) -> Image.Image:
    """Return a figure as a picture of few colours."""
    return Image.open(io.BytesIO(encode_figure(figure)[1]))


# 1: how much two features occur together ---------------------------------------------------------


def together(vgg) -> None:
    """Show the board, and the scatter of all pairs of the two channels of notebook 02."""
    shares = np.arange(9) / 8
    extract = extractor(vgg, ["block1_conv2"])
    boards = [stripes_and_patches(float(share), size=192) for share in shares]
    blocks = [extract(board)["block1_conv2"].numpy() for board in boards]
    k, k_prime = found_channels(extract)
    clouds = [channel_pair(block, k, k_prime) for block in blocks]
    right, top = (max(pair[axis].max() for pair in clouds) for axis in (0, 1))
    sums = [float(gram_matrix(block)[k, k_prime]) for block in blocks]
    pearson = [float(pearson_matrix(block)[k, k_prime]) for block in blocks]
    values = [f"{share:g}" for share in shares]
    for _code in spoken("together"):
        write(
            "together",
            _("Turn it up from 0 to 1: how much two features occur together"),
            [(_("together"), values, 4)],
            [
                Pane(
                    _("the picture"),
                    _(
                        "A board of 16 cells, half of them striped, half of them orange; of the "
                        "striped cells a share of {0} is orange."
                    ),
                    {(n,): photograph(board, 384) for n, board in enumerate(boards)},
                ),
                Pane(
                    _("all pairs of the two channels"),
                    _(
                        "A scatter of the vertical and the orange channel's activations, a dot a "
                        "position, at together = {0}."
                    ),
                    {(n,): drawing(scatter(cloud, right, top)) for n, cloud in enumerate(clouds)},
                    is_drawn=True,
                ),
            ],
            {
                (n,): _(
                    "together = {share}: Pearson's correlation is {r}, and the sum of all "
                    "products is {percent} % of what it is at 1."
                ).format(
                    share=value,
                    r=number_text(round(r, 2)),
                    percent=two_digits(100 * total / sums[-1]),
                )
                for n, (value, r, total) in enumerate(zip(values, pearson, sums))
            },
        )


def found_channels(extract) -> list[int]:
    """Return the vertical and the orange channel, found on boards as in notebook 02."""
    wave = 0.3 * np.sign(np.sin(2 * np.pi * (np.arange(96) + 0.5) / 6))
    columns = np.tile(wave[None, :, None], (96, 1, 1))
    textures = {"smooth": 0 * columns, "vertical": columns, "horizontal": columns.swapaxes(0, 1)}
    colours = {"grey": (0.5, 0.5, 0.5), "orange": (0.95, 0.55, 0.15), "blue": (0.2, 0.35, 0.8)}
    answers = {
        f"{colour} {texture}": extract(np.float32(rgb * (1 + stripes)).clip(0, 1)[None])
        for colour, rgb in colours.items()
        for texture, stripes in textures.items()
    }
    return [
        selective_channel(
            *[
                [
                    next(iter(a.values())).numpy()
                    for name, a in answers.items()
                    if (w in name) == has
                ]
                for has in (True, False)
            ]
        )
        for w in ("vertical", "orange")
    ]


@in_one_look
def scatter(cloud: tuple[np.ndarray, np.ndarray], right: float, top: float) -> Figure:
    """Draw the pairs on axes that stay the same for all places of the slider."""
    figure, axes = new_figure(height=ACROSS, width=ACROSS)
    axis = axes[0, 0]
    axis.scatter(*cloud, s=14, alpha=0.3, color=COLOURS[0], edgecolors="none")
    axis.set(xlabel=_("vertical texture"), ylabel=_("orange tint"))
    axis.set(xlim=(-0.03 * right, 1.03 * right), ylim=(-0.03 * top, 1.03 * top))
    axis.grid(alpha=0.3)
    return figure


# 2: what each layer remembers --------------------------------------------------------------------


def layers(vgg) -> None:
    """Show the painting, and what each layer alone makes of noise, as in notebook 04."""
    painting = load_picture("starry_night", size=160)
    pictures: Frames = {}
    left = {}
    for n, layer in enumerate(STYLE_LAYERS):
        only = StyleTransfer(
            None, painting, vgg, lambdas={layer: 1.0}, beta=1.0, start="noise", seed=1, levels=1
        )
        picture, history = only.run(60)
        pictures[n,] = photograph(picture, 480)
        left[n,] = history["J"].min() / history["J"][0]
    names = [layer.replace("block", "conv").replace("_conv", "_") for layer in STYLE_LAYERS]
    for _code in spoken("layers"):
        write(
            "layers",
            _(
                "What each layer remembers of the painting (runs of their own, at 160 pixels; the "
                "cells above took 144)"
            ),
            [(_("layer"), names, 0)],
            [
                Pane(
                    _("the painting"),
                    _("The Starry Night: a swirling sky."),
                    photograph(painting, 480),
                ),
                Pane(
                    _("from noise, by one layer"), _("What {0} alone has made of noise."), pictures
                ),
            ],
            {
                place: _(
                    "{layer} alone: after 60 steps from noise, {percent} % of its first cost is "
                    "left."
                ).format(layer=names[place[0]], percent=f"{100 * part:.2g}")
                for place, part in left.items()
            },
        )


# 3: weight and steps ----------------------------------------------------------------------------

BETAS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
STOPS = (1, 5, 10, 20, 40, 80, 160)


def weight_and_steps(vgg) -> None:
    """Show the grid of notebook 05: each β is one run, stopped to look."""
    content, style = (load_picture(name, size=144) for name in ("summer_palace", "starry_night"))
    pictures: Frames = {}
    costs: dict[tuple[int, ...], float] = {}
    for n, beta in enumerate(BETAS):
        for step in StyleTransfer(content, style, vgg, beta=beta, levels=1).steps(STOPS[-1]):
            if step.number in STOPS:
                place = n, STOPS.index(step.number)
                pictures[place] = photograph(step.image, 432)
                costs[place] = step.costs["J_content"]
    for _code in spoken("weight_and_steps"):
        write(
            "weight_and_steps",
            _(
                "The weight of the style, and the number of steps (runs of their own, at 144 "
                "pixels; the cells above took 96)"
            ),
            [
                ("β", [number_text(beta) for beta in BETAS], 2),
                (_("steps"), [str(stop) for stop in STOPS], 4),
            ],
            [
                Pane(
                    _("content C"),
                    _("A photograph of a tower with three roofs."),
                    photograph(content, 432),
                ),
                Pane(
                    _("generated G"),
                    _("The picture made with β = {0} after {1} steps."),
                    pictures,
                ),
            ],
            {
                (n, at): _("β = {beta}, step {step}: the content cost is {cost}.").format(
                    beta=number_text(BETAS[n]), step=STOPS[at], cost=two_digits(cost)
                )
                for (n, at), cost in costs.items()
            },
        )


# 4: a run as a film ------------------------------------------------------------------------------


BETA = 0.0007  # the run of notebook 00: the cat keeps its face


def film(vgg) -> None:
    """Show a photograph on its way to the hand of a print, and the costs beside it."""
    content, style = (load_picture(name, size=224) for name in ("cat_chelsea", "great_wave"))
    steps = [*StyleTransfer(content, style, vgg, beta=BETA).steps(40)]
    costs = {
        "J": [step.costs["J"] for step in steps],
        "β J_style": [BETA * step.costs["J_style"] for step in steps],
        "α J_content": [step.costs["J_content"] for step in steps],
    }
    shown = [n for n in range(len(steps)) if n < 10 or n % 2]
    values = [str(steps[n].number) for n in shown]
    for _code in spoken("film"):
        write(
            "film",
            _(
                "The run of notebook 00 from its first step to its last: a cat in the lines of the "
                "Great Wave, β = 0.0007, 224 pixels"
            ),
            [(_("step"), values, len(values) - 1)],
            [
                Pane(
                    _("the picture G"),
                    _(
                        "The photograph of a cat, on its way to the lines of the Great Wave, at "
                        "step {0}."
                    ),
                    {(at,): photograph(steps[n].image, 448) for at, n in enumerate(shown)},
                ),
                Pane(
                    _("its costs"),
                    _("Three curves, J, β J_style and α J_content, up to step {0}."),
                    {(at,): drawing(curves(costs, n)) for at, n in enumerate(shown)},
                    is_drawn=True,
                ),
            ],
            {
                (at,): _(
                    "Step {step}: J = {J}; β J_style = {style}; α J_content = {content}, "
                    "{percent} % of J."
                ).format(
                    step=steps[n].number,
                    J=two_digits(costs["J"][n]),
                    content=two_digits(costs["α J_content"][n]),
                    style=two_digits(costs["β J_style"][n]),
                    percent=round(100 * costs["α J_content"][n] / costs["J"][n]),
                )
                for at, n in enumerate(shown)
            },
            plays=True,
        )


@in_one_look
def curves(costs: Mapping[str, Sequence[float]], last: int) -> Figure:
    """Draw the costs up to a step, on axes that stay the same."""
    figure, axes = new_figure(height=ACROSS * 0.8, width=ACROSS)
    axis = axes[0, 0]
    # As in notebook 05; J is wide, so that β J_style, which is nearly J at first, lies within it.
    looks = [("black", "-", 5), (COLOURS[0], "-", 2.2), (COLOURS[1], "--", 2.5)]
    for (name, values), (colour, dashes, width) in zip(costs.items(), looks):
        seen = np.where(np.array(values) > 0, values, np.nan)[: last + 1]
        number = np.arange(1, last + 2)
        axis.plot(number, seen, color=colour, linestyle=dashes, linewidth=width, label=name)
        axis.plot(number[-1], seen[-1], "o", color=colour)
    everything = [value for values in costs.values() for value in values if value > 1]
    axis.set(yscale="log", xlim=(0, len(values) + 1), xlabel=_("step"), ylabel=_("cost"))
    axis.set_ylim(min(everything) / 1.5, max(everything) * 1.5)
    axis.grid(alpha=0.3)
    figure.legend(loc="outside upper center", ncols=3, columnspacing=1, handlelength=1)
    return figure


FIGURES = {made.__name__: made for made in (together, layers, weight_and_steps, film)}


def asked(names: Sequence[str]) -> Iterator[str]:
    """Yield the figures to make: all of them where none is named."""
    for name in names or FIGURES:
        if name not in FIGURES:
            raise SystemExit(f"There is no figure {name!r}; there are {', '.join(FIGURES)}.")
        yield name


if __name__ == "__main__":
    os.environ.setdefault("NST_BACKBONE", "vgg16")
    chosen = [*asked(sys.argv[1:])]
    network = load_vgg()
    for name in chosen:
        FIGURES[name](network)
