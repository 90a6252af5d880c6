"""The first cell: gets the package in a hosted notebook, and does nothing elsewhere."""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_forms import NOTEBOOKS

from nst_helpers.session import hosted as session
from tools import hosted
from tools.series import HOSTED, ROOT

SERVICE = ROOT / "tests" / "hosted_service"


@pytest.fixture(autouse=True)
def no_language(monkeypatch):
    """None is chosen, and what a cell chooses is forgotten afterwards."""
    monkeypatch.setenv("NST_LANG", "")
    monkeypatch.delenv("NST_LANG")


@pytest.fixture(params=NOTEBOOKS)
def stamped(request):
    notebook = copy.deepcopy(NOTEBOOKS[request.param])
    hosted.stamp(notebook)
    return notebook


def test_it_is_the_first_code_cell_and_stands_there_once(stamped):
    again = copy.deepcopy(stamped)
    hosted.stamp(again)
    assert again == stamped
    code = [cell.id for cell in stamped.cells if cell.cell_type == "code"]
    assert code[:2] == [HOSTED, "setup"] and code.count(HOSTED) == 1
    assert stamped.cells[0].cell_type == "markdown"


def test_elsewhere_it_sets_the_language_alone(monkeypatch, capsys):
    monkeypatch.setattr(subprocess, "run", None)
    names = {}
    exec(hosted.source("nowhere", "ja"), names)
    assert capsys.readouterr().out == ""
    assert set(names) - {"__builtins__"} == {"os", "subprocess", "sys"}
    assert os.environ["NST_LANG"] == "ja"
    exec(hosted.source("nowhere", "en"), {})
    assert os.environ["NST_LANG"] == "ja", "what is chosen stays"


@pytest.fixture
def service(monkeypatch):
    """The service's module in this process, and a pip that only notes what it is asked for."""
    import google

    monkeypatch.setattr(google, "__path__", [*google.__path__, str(SERVICE / "google")])
    from google.colab import output

    output.asked.clear()
    asked = []

    def run(command, **options):
        asked.append(command)
        failed = "nowhere" in command[-1]
        return subprocess.CompletedProcess(command, int(failed), "", "no such place")

    monkeypatch.setattr(subprocess, "run", run)
    yield asked, output.asked
    for name in ("google.colab", "google.colab.output"):
        sys.modules.pop(name)
    del google.colab


def test_it_gets_the_package_and_switches_the_widgets_on(service, capsys):
    pip, asked = service
    exec(hosted.source("git+https://some.where/nst.git"), {})
    assert pip == [[sys.executable, "-m", "pip", "install", "-q", "git+https://some.where/nst.git"]]
    assert asked == ["widgets"]
    assert capsys.readouterr().out.strip() == session.NO_GPU


def test_a_package_that_does_not_come_is_told(service):
    with pytest.raises(AssertionError, match="pip cannot get nowhere: no such place"):
        exec(hosted.source("nowhere"), {})


def test_a_gpu_is_named(service, monkeypatch, capsys):
    monkeypatch.setattr(session, "visible_gpus", lambda: ["one"])
    monkeypatch.setattr(session, "device", lambda: "GPU (some): pictures of 512 px")
    session.welcome()
    assert capsys.readouterr().out == "GPU (some): pictures of 512 px\n"


def test_other_services_find_their_files():
    assert (ROOT / ".binder" / "requirements.txt").read_text().strip() == "-e .[notebooks]"
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert container["image"].endswith(
        ":" + Path(ROOT / ".binder" / "runtime.txt").read_text().strip().removeprefix("python-")
    )
    assert ".ready" in container["postCreateCommand"]
