"""The package as `pip install` brings it: pictures and weights come along, from any folder."""

import json
import os
import re
import subprocess
import sys
import zipfile

import pytest

from tools.series import ROOT
from tools.wheel import build, copy

VERSION = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.M)[1]

SEEN = """
import nst_helpers
from nst_helpers import load_picture, load_vgg, PICTURES

print(nst_helpers.__file__)
print(sum(load_picture(name, 32).shape[3] for name in PICTURES) // 3, "pictures")
print(load_vgg("vgg16").name, "with weights")
"""


def sources(folder):
    """What the wheel should hold of a folder: catalogues as they are read, not as written."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".po"
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build a wheel."""
    return build(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_the_package_and_the_data(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {f"nst_helpers/{name}" for name in sources(ROOT / "nst_helpers")}
    expected |= {f"nst_helpers/data/{name}" for name in sources(ROOT / "data")}
    # Beside the package: what JupyterLab and nbconvert find in the environment's share/.
    share = {f"nst_helpers-{VERSION}.data/data/share/{name}" for name in sources(ROOT / "share")}
    assert len(share) == 4
    assert {name for name in names if ".dist-info/" not in name} == expected | share
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_one_version_everywhere(wheel):
    extension = ROOT / "share" / "jupyter" / "labextensions" / "nst-words" / "package.json"
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert wheel.name == f"nst_helpers-{VERSION}-py3-none-any.whl"
    assert json.loads(extension.read_text("utf-8"))["version"] == VERSION
    assert re.search(r"^## (\S+)", changes, re.M)[1] == VERSION


def test_an_editable_installation_brings_the_pictures_words_too(tmp_path):
    (tmp_path / "copy").mkdir()
    copy(tmp_path / "copy")
    command = f"from setuptools import build_meta; build_meta.build_editable({str(tmp_path)!r})"
    subprocess.run(
        [sys.executable, "-c", command], cwd=tmp_path / "copy", check=True, capture_output=True
    )
    (made,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(made).namelist())
    share = {f"nst_helpers-{VERSION}.data/data/share/{name}" for name in sources(ROOT / "share")}
    assert share <= names


def test_an_installed_wheel_needs_no_repository(wheel, tmp_path):
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)  # all that pip does with a wheel of Python files
    done = subprocess.run(
        [sys.executable, "-c", SEEN],
        cwd=elsewhere,
        env=os.environ | {"PYTHONPATH": str(site), "NST_BACKBONE": "vgg16"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        str(site / "nst_helpers" / "__init__.py"),
        "13 pictures",
        "vgg16 with weights",
    ]
