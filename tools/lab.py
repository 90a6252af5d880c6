"""Open the series in JupyterLab: `python -m tools.lab`, or `… studio`, the studio without code.

The repository is the server's root, so that links into `docs/` open, and pages open rendered.
Options after the command go to JupyterLab or Voilà.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tools.series import DOCS, NOTEBOOKS, ROOT

# Jupyter's own limit of 10 MB would break the connection, without a word.
LARGE_UPLOADS = "{'websocket_max_message_size': 200000000}"
# Pages exported from the menu carry their pictures' words; slides keep their own template.
WORDS = ("--HTMLExporter.template_name=words", "--SlidesExporter.template_name=reveal")
# What these servers find there stands behind what the reader has set.
SETTINGS = Path(__file__).resolve().parent / "jupyter"


def own_kernels() -> None:
    """Let a kernel named python3 be this environment's own, whatever lies on JUPYTER_PATH."""
    os.environ.pop("JUPYTER_PATH", None)
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"


def settings() -> None:
    """Let Jupyter's servers find the series' settings."""
    known = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [known, str(SETTINGS)]))


def arguments(what: str) -> list[str]:
    """Return the command line of JupyterLab ("lab") or Voilà ("studio")."""
    if what == "studio":
        return [f"--Voila.tornado_settings={LARGE_UPLOADS}", str(DOCS / "studio.ipynb")]
    root = ["--allow-root"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    return [
        *root,
        f"--ServerApp.root_dir={ROOT}",
        f"--ServerApp.tornado_settings={LARGE_UPLOADS}",
        *WORDS,
        str(NOTEBOOKS / "00_start_here.ipynb"),
    ]


if __name__ == "__main__":
    own_kernels()
    settings()
    given = sys.argv[1:]
    if given[:1] == ["studio"]:
        from voila.app import Voila

        Voila.launch_instance(arguments("studio") + given[1:])
    else:
        from jupyterlab.labapp import LabApp

        LabApp.launch_instance(arguments("lab") + given)
