"""Run the notebooks and write their outputs back: `python -m tools.execute [names]`.

A name such as `ja/03_style_matrix.ipynb` is that of a translation.

What is committed is what a fresh kernel prints, with the parts left out that belong to one
machine or one moment: widget states, time stamps, the passing states of progress bars.
Which cell begins a slide is marked anew.
"""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from tools.fold import fold
from tools.lab import own_kernels
from tools.series import NOTEBOOKS, all_paths
from tools.slides import mark


def execute(path: Path) -> None:
    """Run one notebook in place."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        coalesce_streams=True,
        resources={"metadata": {"path": path.parent}},
    ).execute()
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            fold(cell)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    mark(notebook)
    nbformat.write(notebook, path)
    print(f"{path.parent.name}/{path.name}: {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    os.environ.setdefault("NST_BACKBONE", "vgg16")
    own_kernels()
    os.environ.pop("NST_LANG", None)  # each notebook says its own
    for path in [NOTEBOOKS / name for name in sys.argv[1:]] or all_paths():
        execute(path)
