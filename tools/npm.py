"""Fetch what lies in npm's registry: scripts and fonts that pages need."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path


def trouble() -> str:
    """Return why nothing can be fetched; nothing where it can."""
    npm = shutil.which("npm")
    if npm is None:
        return "npm is missing"
    asked = [npm, "view", "katex", "version", "--fetch-retries=1", "--fetch-timeout=20000"]
    there = subprocess.run(asked, capture_output=True).returncode == 0
    return "" if there else "npm's registry is out of reach"


def fetch(packages: tuple[str, ...], folder: Path, what: str) -> Path:
    """Install packages such as "katex@0.16.22" in a folder, and return where they lie in it."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit(f"npm is missing. It fetches {what}: install Node.js.")
    folder.mkdir(parents=True, exist_ok=True)
    options = ["--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts"]
    if subprocess.run([npm, "install", "--silent", *options, *packages]).returncode:
        raise SystemExit(f"npm could not fetch {what}. It needs the network, this once.")
    return folder / "node_modules"
