"""Every notebook as students run it: twice, in any order, read-only, from anywhere, with VGG19.

Each in a kernel of its own, started as Jupyter starts it, with the package, the notebooks and the
data copied to another place. Transfers take two steps, so that all of this takes some minutes.
"""

import os
import random
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from test_weights import legacy_hdf5

from nst_helpers import load_vgg
from tools.series import HOSTED

TOP = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted(path.name for path in (TOP / "notebooks").glob("*.ipynb"))
ADVICE = re.compile(r"^(\w+) is made by the cell under \"(.+)\" that begins with `(.+)`", re.M)

# Before the first cell of the notebook. The histories keep the length that the cells expect.
SHORT_TRANSFERS = """
def shorten():
    import numpy as np
    from nst_helpers import StyleTransfer, descent, device

    whole, whole_descent = StyleTransfer.run, descent.minimise

    def longer(values, steps):
        return np.pad(values, (0, steps - len(values)), mode="edge")

    def run(self, steps=None, *, progress=True):
        steps = steps or device().steps
        image, history = whole(self, min(2, steps))
        layers = {la: longer(values, steps) for la, values in history.pop("J_style_layer").items()}
        return image, {n: longer(v, steps) for n, v in history.items()} | {"J_style_layer": layers}

    def minimise(J, start, steps, *bounds, **options):
        best, history = whole_descent(J, start, min(2, steps), *bounds, **options)
        return best, longer(history, steps)

    StyleTransfer.run, descent.minimise = run, minimise

shorten()
"""

# Root may write anywhere, so the disk that refuses to be written is played in the kernel itself.
READ_ONLY = """
def protect(top):
    import os, sys

    changes = {{"os." + n for n in "mkdir rename remove rmdir truncate link symlink chmod".split()}}

    def refuse(event, arguments):
        writes = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if writes or event in changes:
            for path in arguments[:2]:
                if isinstance(path, (str, bytes)):
                    path = os.path.abspath(os.fsdecode(path))
                    if path.startswith(top):
                        raise PermissionError(30, "Read-only file system", path)

    sys.addaudithook(refuse)

protect({top!r})
"""


@pytest.fixture(scope="session")
def checkout(tmp_path_factory):
    """A copy that cannot be written, at least not without asking."""
    top = tmp_path_factory.mktemp("checkout").resolve()
    for folder in ("nst_helpers", "notebooks", "data"):
        ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(TOP / folder, top / folder, ignore=ignored)
    for path in [top, *top.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield top
    for path in [top, *top.rglob("*")]:
        path.chmod(0o755)


@pytest.fixture(scope="session")
def vgg19_file(tmp_path_factory):
    """VGG19 with random weights in the layout of the published file."""
    vgg19 = load_vgg("vgg19", weights=None, seed=3)
    return legacy_hdf5(vgg19, tmp_path_factory.mktemp("weights") / "vgg19.h5")


class Kernel:
    """A kernel that runs cells and tells how each went."""

    def __init__(self, folder, checkout, **environment):
        environment = {"NST_BACKBONE": "vgg16", "PYTHONPATH": str(checkout), **environment}
        self.manager, self.client = start_new_kernel(
            kernel_name="python3",
            cwd=str(folder),
            env=os.environ | environment | {"PYTHONDONTWRITEBYTECODE": "1"},
        )

    def run(self, cell):
        """Return the error's name or None, and everything that was printed."""
        messages = []
        reply = self.client.execute_interactive(
            cell,
            stop_on_error=False,  # else what comes soon after an error is aborted
            timeout=240,
            output_hook=lambda message: messages.append(message["content"]),
        )["content"]
        said = "".join(message.get("text", "") for message in messages)
        shown = [message["ename"] for message in messages if "ename" in message]
        assert shown == ([] if reply["status"] == "ok" else [reply["ename"]])
        return reply.get("ename"), said + "\n".join(reply.get("traceback", []))

    def must(self, cell):
        error, said = self.run(cell)
        assert error is None, f"{cell}\n\n{said}"
        return said

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel(checkout, tmp_path):
    """Return a function that starts a kernel in a folder far from the checkout."""
    started = []

    def start(**environment):
        started.append(Kernel(tmp_path, checkout, **environment))
        from_where = started[-1].must("import nst_helpers\nprint(nst_helpers.__file__)")
        assert from_where.strip() == str(checkout / "nst_helpers" / "__init__.py")
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture(params=NOTEBOOKS)
def cells(request):
    """The code cells of a notebook."""
    notebook = nbformat.read(TOP / "notebooks" / request.param, as_version=4)
    found = [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.id != HOSTED  # which does nothing here
    ]
    assert re.match("from|import", found[0]), "the first code cell is the set-up cell"
    return found


def test_all_twice_in_one_kernel_elsewhere_and_read_only(cells, kernel, checkout, tmp_path):
    def state():
        return {path: path.stat().st_mtime_ns for path in checkout.rglob("*")}

    before, running = state(), kernel()
    running.must(READ_ONLY.format(top=str(checkout)))
    error, _ = running.run(f"open({str(checkout / 'data' / 'new')!r}, 'w')")
    assert error == "PermissionError", "nothing is tested where writing is allowed"
    running.must(SHORT_TRANSFERS)
    for cell in [*cells, *cells]:
        running.must(cell)
    assert state() == before
    assert list(tmp_path.iterdir()) == [], "nothing is left where the kernel was started"


def test_in_random_order_with_vgg19_from_a_file(cells, kernel, vgg19_file):
    """Again and again, until every cell has run; the only failures are advised ones."""
    running = kernel(NST_BACKBONE="vgg19", NST_WEIGHTS=str(vgg19_file))
    running.must(SHORT_TRANSFERS)
    running.must(cells[0])
    order, waiting, advised = random.Random(len(cells)), cells[1:], 0
    while waiting:
        order.shuffle(waiting)
        too_early = []
        for cell in waiting:
            error, said = running.run(cell)
            if error is None:
                continue
            advice = ADVICE.search(said)
            assert advice, f"{cell}\n\n{said}"
            name, _, first_line = advice.groups()
            assert error == "NameError" or f"{name} is only half made" in said, said
            makers = [c for c in cells if c.splitlines()[0] == first_line]
            assert any(re.search(rf"\b{name}\b", maker) for maker in makers), said
            assert cell not in makers, said
            too_early.append(cell)
        assert len(too_early) < len(waiting), "no cell could be run"
        waiting, advised = too_early, advised + len(too_early)
    if any("vgg = load_vgg()" in cell for cell in cells):
        assert running.must("print(vgg.name)").strip() == "vgg19"
    print(f"{advised} times a cell was run too early")
