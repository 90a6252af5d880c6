"""Notebooks are run by this environment's Python, and what belongs to one run is left out."""

import json
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import lab
from tools.execute import execute
from tools.series import ROOT


@pytest.fixture
def foreign(tmp_path, monkeypatch):
    """A kernel of the usual name that belongs to another Python: this one cannot even start."""
    folder = tmp_path / "elsewhere" / "kernels" / "python3"
    folder.mkdir(parents=True)
    spec = {"argv": ["false"], "display_name": "Python 3", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "elsewhere"))


@pytest.fixture
def path(tmp_path):
    cells = [new_markdown_cell("# A", id="a"), new_code_cell("import sys\nsys.executable", id="b")]
    kernel = {"name": "python3", "display_name": "Python 3"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel, "widgets": {"state": 1}})
    nbformat.write(notebook, tmp_path / "made.ipynb")
    return tmp_path / "made.ipynb"


def test_a_foreign_kernel_is_not_taken(foreign, path):
    lab.own_kernels()
    execute(path)
    notebook = nbformat.read(path, 4)
    assert notebook.cells[1].outputs[0].data["text/plain"] == repr(sys.executable)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert "execution" not in notebook.cells[1].metadata


def test_nbval_does_not_take_it_either(foreign, path):
    notebook = nbformat.read(path, 4)
    notebook.cells[1].update(source="print(6 * 7)", execution_count=1)
    notebook.cells[1].outputs = [new_output("stream", text="42\n")]
    nbformat.write(notebook, path)
    settings = ["-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *settings, "--nbval", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in done.stdout, done.stdout


def test_what_opens_the_notebooks():
    command = lab.arguments("lab")
    assert f"--ServerApp.root_dir={ROOT}" in command
    assert command[-1].endswith("00_start_here.ipynb")
    limit = next(part for part in command if "tornado_settings" in part)
    assert "websocket_max_message_size" in limit and "200000000" in limit
    assert any("tornado_settings" in part for part in lab.arguments("studio"))
    found = lab.SETTINGS / "labconfig" / "default_setting_overrides.json"
    viewers = json.loads(found.read_text())["@jupyterlab/docmanager-extension:plugin"]
    assert viewers["defaultViewers"]["markdown"] == "Markdown Preview"
