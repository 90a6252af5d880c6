"""Build the package's wheel from a copy, so that nothing is left in the repository."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.series import ROOT

FILES = ("pyproject.toml", "setup.py", "README.md", "LICENSE")
FOLDERS = ("nst_helpers", "data", "share")


def copy(target: Path) -> None:
    """Copy what the wheel is made of to a folder that exists."""
    for name in FILES:
        shutil.copy(ROOT / name, target)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))


def build(target: Path) -> Path:
    """Write the wheel into a folder and return its path; no network is needed."""
    with tempfile.TemporaryDirectory() as folder:
        copy(Path(folder))
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "-q"]
        options = ["--no-deps", "--no-build-isolation", "-w", str(target)]
        subprocess.run([*pip, *options, folder], check=True)
    return max(target.glob("nst_helpers-*.whl"), key=lambda path: path.stat().st_mtime)
