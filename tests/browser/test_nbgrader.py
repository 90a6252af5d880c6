"""nbgrader's way of a class: from the instructor's form to marks, for students who copy cells."""

import copy
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from tools import forms
from tools.series import NOTEBOOKS, cell_of, exercise_names

nbgrader_api = pytest.importorskip(
    "nbgrader.api", reason="nbgrader is not installed: make test-browser installs it."
)
STEM = "02_channel_correlation"


@pytest.fixture
def course(tmp_path_factory, monkeypatch):
    """A course as the instructor's guide sets it up, with one notebook."""
    # As in an environment that is activated: nbgrader calls programs by their names.
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    folder = tmp_path_factory.mktemp("course")
    (folder / "notebooks").mkdir()
    shutil.copy(NOTEBOOKS / f"{STEM}.ipynb", folder / "notebooks")
    made = forms.build("instructor", folder / "notebooks", folder / "source" / "style")
    config = (made / "nbgrader_config.py").read_text("utf-8")
    (made / "nbgrader_config.py").unlink()
    config += 'c.CourseDirectory.course_id = "style"\n'
    (folder / "nbgrader_config.py").write_text(config, "utf-8")
    nbgrader(folder, "generate_assignment")
    return folder


def nbgrader(folder, step):
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", step, "style"],
        cwd=folder,
        env=os.environ | {"NST_BACKBONE": "vgg16"},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def submit(course, student, form):
    folder = course / "submitted" / student / "style"
    folder.mkdir(parents=True)
    nbformat.write(form, folder / f"{STEM}.ipynb")


def with_answers(form):
    """What a student hands in who has solved everything."""
    notebook = nbformat.read(NOTEBOOKS / f"{STEM}.ipynb", 4)
    form = copy.deepcopy(form)
    for name in exercise_names(notebook):
        cell_of(form, "exercise", name).source = forms.solution(notebook, name)
    return form


def copied(form, cell):
    """Put a copy behind a cell, as JupyterLab does: with its marks, and an id of its own."""
    twin = new_code_cell(cell.source, metadata=copy.deepcopy(cell.metadata))
    form.cells.insert(form.cells.index(cell) + 1, twin)
    return twin


def test_a_class_in_which_students_copy_cells(course):
    released = course / "release" / "style"
    assert not (released / forms.GUIDE).exists()
    form = nbformat.read(released / f"{STEM}.ipynb", 4)
    name = exercise_names(form)[0]
    assert "### BEGIN" not in str(form.cells)

    submit(course, "solved", with_answers(form))
    submit(course, "untouched", form)
    answer_in_the_copy = with_answers(form)
    cell = cell_of(answer_in_the_copy, "exercise", name)
    copied(answer_in_the_copy, cell)
    cell.source = cell_of(form, "exercise", name).source  # the first attempt stays above
    submit(course, "copied", answer_in_the_copy)
    check_twice = with_answers(form)
    copied(check_twice, cell_of(check_twice, "check", name))
    submit(course, "check twice", check_twice)
    no_python = with_answers(form)
    cell_of(no_python, "exercise", name).source = "def my(:"
    submit(course, "no python", no_python)

    nbgrader(course, "autograde")
    with nbgrader_api.Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        marks = {
            one.student.id: (one.score, one.max_score)
            for one in book.assignment_submissions("style")
        }
    most = marks["solved"][1]
    lost = forms.POINTS["prediction" if forms.is_prediction(form, name) else "code"]
    assert most > 0 and set(marks.values()) == {(most, most), (0, most), (most - lost, most)}
    scores = {student: score for student, (score, _) in marks.items()}
    assert scores == {
        "solved": most, "untouched": 0, "copied": most, "check twice": most,
        "no python": most - lost,
    }  # fmt: skip
    nbgrader(course, "generate_feedback")
    assert len(list((course / "feedback").glob(f"*/style/{STEM}.html"))) == len(marks)
