"""Japanese letters for pages that are read where there are none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from fontTools import subset

PACKAGE = Path(str(find_spec("matplotlib_fontja").origin)).parent  # type: ignore[union-attr]
FONT = PACKAGE / "fonts" / "ipaexg.ttf"
JAPANESE = re.compile("[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")


def write(target: Path, texts: Iterable[Path]) -> None:
    """Write a font of those letters that occur in texts, cut out of matplotlib-fontja's own."""
    found = {letter for path in texts for letter in JAPANESE.findall(path.read_text("utf-8"))}
    text = "".join(sorted(found))
    subset.main([str(FONT), f"--text={text}", "--flavor=woff", f"--output-file={target}"])
