"""The look of all figures, whatever the reader's own settings are, and the file one becomes."""

from __future__ import annotations

import functools
import io
import re
import textwrap
import unicodedata
from collections.abc import Callable, Sequence

import numpy as np
from matplotlib import style
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from PIL import Image

from nst_helpers.languages import ENGLISH, language
from nst_helpers.session.letters import japanese_font
from nst_helpers.session.quiet_pillow import quiet_pillow

# Okabe & Ito's palette: told apart with every common kind of colour blindness. Its orange and
# its light blue are darker here, so that each line has a contrast of 3 : 1 on white.
COLOURS = ("#0072B2", "#C08000", "#009E73", "#CC79A7", "#3A9AD9", "#D55E00", "#000000")
LECTURE_COLOURS = ("#D7263D", "#F4C430", "#6A4C93", "#2E8B57", "#E8871E")
WIDTH = 10.0  # inches: the full width of the text
HIGHEST = 6.4  # inches: more is not seen at once on a projector
PIXELS = 100  # an inch on the page; the file has twice as many, for fine screens
# 24 pixels on a slide, which shows 10 inches on 1100 pixels; 13 where JupyterLab at 1024, with its
# list of files open, shows them on 590.
TEXT = {"font.size": 16, "axes.titlesize": "medium"}
LINE = 0.33  # inches: a line of a title
LETTER = 0.12  # inches: a title's letter, in the mean
# A photograph may take this much of a notebook; below the last quality, blocks can be seen.
BYTES = 80_000
FEW = 4096  # colours, with the shades at the letters' edges: a board or a patch, not a photograph
QUALITIES = (85, 70, 55, 40, 30, 22)


def in_one_look(draw: Callable) -> Callable:
    """Make a drawing function independent of the reader's own settings of Matplotlib.

    Parameters
    ----------
    draw : callable
        Draws, in whatever way.

    Returns
    -------
    callable
        The same in Matplotlib's own style with the series' letters. Nothing global is changed.
    """

    @functools.wraps(draw)
    def drawn(*args, **options):
        with style.context(["default", TEXT | _letters()]):
            return draw(*args, **options)

    return drawn


def _letters() -> dict[str, object]:
    """Return the fonts of the language that is spoken."""
    if language() == ENGLISH:
        return {}
    # It comes first: a text with a formula in it looks for its letters in the first one alone.
    return {"font.family": [japanese_font(), "DejaVu Sans"]}


def wrapped(title: str, width: float) -> str:
    """Break a title where it is wider than its place.

    Parameters
    ----------
    title : str
        Breaks of its own stay.
    width : float
        Of the place, in inches.

    Returns
    -------
    str
        The title in lines.
    """
    letters = max(int(width / LETTER), 8)
    return "\n".join(_broken(line, letters) for line in title.split("\n"))


def _broken(line: str, letters: int) -> str:
    """Break a line between words; where words have no spaces, between their letters."""
    if not any(map(_is_wide, line)):
        return textwrap.fill(line, letters)
    lines, room = [""], float(letters)
    for piece in re.findall(r"\s+|(?:[!-~α-ω′·×−∝√ΣÀ-ɏ]+|.)[、。:)」?]*", line):
        width = sum(1 + _is_wide(letter) for letter in piece)
        if width > room and lines[-1]:
            lines.append("")
            room = letters
        lines[-1] += piece if lines[-1] else piece.lstrip()
        room -= width
    return "\n".join(lines)


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


@in_one_look
def new_figure(
    rows: int = 1, columns: int = 1, height: float = 4.0, width: float = WIDTH, **options
):
    """Return an empty figure in the series' look, and its axes.

    Parameters
    ----------
    rows, columns : int
        Grid of axes.
    height, width : float
        In inches.
    **options
        For ``Figure.subplots``.

    Returns
    -------
    (Figure, array of Axes)
        The axes as an array (rows, columns).
    """
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


@in_one_look
def encode_figure(figure: Figure) -> tuple[str, bytes]:
    """Return the figure as a file: a PNG of few colours, or a JPEG where photographs are in it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Any figure.

    Returns
    -------
    (str, bytes)
        The media type, "image/png" or "image/jpeg", and the file's content.

    Raises
    ------
    TypeError
        Not a figure.
    """
    if not isinstance(figure, Figure):
        raise TypeError(f"figure is {type(figure).__name__}; give what a plot_… function returns.")
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=2 * PIXELS, facecolor="white", pil_kwargs={"compress_level": 1})
    with quiet_pillow():
        picture = Image.open(drawn).convert("RGB")
    dimensions = {np.ndim(image.get_array()) for image in figure.findobj(AxesImage)}
    if 3 not in dimensions or picture.getcolors(FEW):
        shades = 256 if dimensions else 64  # lines and letters need fewer
        # This method keeps rare colours: a ring round one dot of thousands.
        drawing = picture.quantize(shades, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        chart = _file(drawing, "PNG")
        if len(chart) <= 2 * BYTES:  # all but matrices of hundreds of channels
            return "image/png", chart
    # At twice the pixels a lower quality is not seen: 25 looks better than 88 at half of them.
    for quality in QUALITIES:
        photograph = _file(picture, "JPEG", quality=quality, progressive=True)
        if len(photograph) <= BYTES:
            break
    return "image/jpeg", photograph


def reach(arrays: Sequence[np.ndarray]) -> float:
    """Return the number at which a scale of colours ends, so that no few entries rule it.

    Parameters
    ----------
    arrays : sequence of arrays
        All that is shown on one scale.

    Returns
    -------
    float
        The largest size of an entry; where it is more than twice the size that 99 % of the entries
        stay below, the latter. Never 0.
    """
    sizes = np.abs(np.concatenate([np.ravel(array) for array in arrays]))
    sizes = sizes[np.isfinite(sizes)]
    largest, most = sizes.max(initial=0), np.percentile(sizes, 99) if sizes.size else 0
    return float(most if 0 < 2 * most < largest else largest) or 1.0


def arrows(arrays: Sequence[np.ndarray], *, both: bool = False) -> str:
    """Return which ends of a bar of colours are arrows: where entries lie beyond ``reach``.

    Parameters
    ----------
    arrays : sequence of arrays
        All that is shown on one scale.
    both : bool
        Whether the scale goes as far below 0 as above.

    Returns
    -------
    {"neither", "max", "both"}
        As Matplotlib's ``colorbar`` takes it.
    """
    beyond = max(float(np.abs(array).max()) for array in arrays) > reach(arrays)
    return ("both" if both else "max") if beyond else "neither"


def _file(picture: Image.Image, form: str, **options) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, form, optimize=True, **options)
    return stream.getvalue()
