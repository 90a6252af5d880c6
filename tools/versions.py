"""Test the ends of the version ranges, and a hosted service's set: `python -m tools.versions`.

Each set gets an environment of its own, `.venv-NAME`, made anew, with the unit tests in it. The
hosted set then runs the notebooks as the service does: without the repository around them and
without the package, which their first cell gets; a stand-in takes the place of the service's
module. Names of sets after the command run these only. A set's Python
is taken from the PATH or from pyenv; where it is missing, that is said, and it counts as a failure.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import nbformat

from tools.hosted import stamp
from tools.series import ROOT, paths
from tools.wheel import build

TWO = ("-n", "2", "--dist", "loadfile")  # two files at a time, as the Makefile has it


class Set(NamedTuple):
    """A Python, and the versions that are held."""

    python: str
    held: tuple[str, ...]


def lowest() -> tuple[str, ...]:
    """Return the lower end of every range in pyproject.toml, as pip holds versions."""
    ranges = re.findall(r'"([\w-]+)>=([\w.]+),<', (ROOT / "pyproject.toml").read_text("utf-8"))
    return tuple(f"{name}=={low}" for name, low in ranges)


SETS = {
    "lowest": Set("3.10", lowest()),
    "highest": Set("3.13", ()),
    # What a hosted notebook service brings.
    "hosted": Set(
        "3.12",
        (
            "tensorflow==2.19.*",
            "keras==3.10.*",
            "numpy==2.0.*",
            "ipywidgets==7.7.1",
            "ipykernel==6.17.1",
            "matplotlib==3.10.*",
            "pillow==11.3.*",
            "h5py==3.14.*",
        ),
    ),
}


def python(version: str) -> str | None:
    """Return the path of a Python such as "3.12", or None."""
    pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    for name in (f"python{version}", *map(str, pyenv)):
        try:
            asked = subprocess.run(
                [name, "-c", "import sys; print(sys.executable)"],
                capture_output=True,
                text=True,
                check=True,
            )
        except (OSError, subprocess.CalledProcessError):  # pyenv's shims are there without a Python
            continue
        return asked.stdout.strip()
    return None


def test(name: str) -> bool:
    """Make a set's environment and tell whether everything passed in it."""
    chosen, folder = SETS[name], ROOT / f".venv-{name}"
    found = python(chosen.python)
    if found is None:
        print(f"{name}: Python {chosen.python} is not here.")
        return False
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([found, "-m", "venv", str(folder)], check=True)
    held = folder / "held.txt"
    held.write_text("\n".join(chosen.held), encoding="utf-8")
    own = str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")
    install = [own, "-m", "pip", "install", "--disable-pip-version-check", "-q"]
    subprocess.run([*install, "-c", str(held), "-e", ".[notebooks,test]"], cwd=ROOT, check=True)
    subprocess.run([own, "--version"], check=True)
    subprocess.run([own, "-m", "pip", "freeze", "--exclude-editable"], check=True)
    environment = os.environ | {"NST_BACKBONE": "vgg16"}
    command = [own, "-m", "pytest", "tests", *TWO]
    unit = subprocess.run(command, cwd=ROOT, env=environment).returncode
    return unit == 0 and (name != "hosted" or notebooks(own, environment))


def notebooks(own: str, environment: dict[str, str]) -> bool:
    """Tell whether all notebooks run where a service runs them, with the package from a wheel."""
    subprocess.run([own, "-m", "pip", "uninstall", "-q", "-y", "nst-helpers"], check=True)
    with tempfile.TemporaryDirectory() as folder:
        address = str(build(Path(folder)))
        for path in paths():
            notebook = nbformat.read(path, 4)
            stamp(notebook, address)
            nbformat.write(notebook, Path(folder) / path.name)
        sanitize = ["--nbval-sanitize-with", str(ROOT / "tests" / "nbval_sanitize.cfg")]
        # One at a time: their first cells install into the same environment.
        command = [own, "-m", "pytest", "--nbval", "--nbval-current-env", *sanitize, folder]
        service = {"PYTHONPATH": str(ROOT / "tests" / "hosted_service")}
        return subprocess.run(command, cwd=folder, env=environment | service).returncode == 0


if __name__ == "__main__":
    passed = {name: test(name) for name in sys.argv[1:] or SETS}
    print("\n".join(f"{name}: {'passed' if good else 'FAILED'}" for name, good in passed.items()))
    sys.exit(not all(passed.values()))
