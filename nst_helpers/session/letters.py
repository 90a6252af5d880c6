"""Japanese letters in figures, on every system: Matplotlib's own font has none."""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path

from matplotlib import font_manager


@functools.cache
def japanese_font() -> str:
    """Let Matplotlib know a font with Japanese letters.

    Returns
    -------
    str
        The font's name.
    """
    # To import the package would change the reader's own settings of Matplotlib.
    package = importlib.util.find_spec("matplotlib_fontja")
    path = Path(package.origin).parent / "fonts" / "ipaexg.ttf"  # type: ignore[union-attr, arg-type]
    font_manager.fontManager.addfont(path)
    return font_manager.FontProperties(fname=path).get_name()
