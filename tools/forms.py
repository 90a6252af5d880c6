"""Write the series for a class: `python -m tools.forms student` or `… instructor`.

One source, the notebooks in `notebooks/`. The student form leaves the solutions out. The
instructor form has the exercises solved, with their outputs and the speaker's notes; it is also
what nbgrader takes as its source. Both go to `build/`, which is not committed, with the pages of
`docs/` beside them, so that a folder can be handed out as it is. The instructor's guide stays with
the instructor: nbgrader does not pass it on, and no page that students get leads to it.
"""

from __future__ import annotations

import contextlib
import copy
import io
import os
import re
import shutil
import sys
from pathlib import Path
from unittest import mock

import nbformat
from nbformat import NotebookNode

from nst_helpers.languages import _
from tools.series import (
    BUILD,
    DOCS,
    NOTEBOOKS,
    NOTES_TAG,
    TALLY,
    cell_of,
    exercise_names,
    notes,
    notes_cell,
    speaking,
)

PAGES = ("glossary.md", "questions.md")
GUIDE = "instructor_guide.md"
POINTS = {"code": 2, "prediction": 1}
NBGRADER_CONFIG = f'''"""nbgrader's: no notes, "..." for solutions, and copied cells do no harm."""

from nbconvert.preprocessors import TagRemovePreprocessor
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import DeduplicateIds

c = get_config()  # noqa: F821
c.TagRemovePreprocessor.enabled = True
c.TagRemovePreprocessor.remove_cell_tags = {{"{NOTES_TAG}"}}
c.GenerateAssignment.preprocessors = [
    TagRemovePreprocessor,
    *GenerateAssignment.preprocessors.default(),
]


class Copies(DeduplicateIds):
    """Of an exercise's cell and its copies the last one counts, the others are plain cells.

    nbgrader leaves them an empty mark, and then stops at it, and with it the whole class.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        """Take an empty mark away."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if cell.metadata.get("nbgrader") == {{}}:
            del cell.metadata["nbgrader"]
        return cell, resources


c.Autograde.sanitize_preprocessors = [
    Copies if step is DeduplicateIds else step
    for step in Autograde.sanitize_preprocessors.default()
]
c.ClearSolutions.code_stub = {{"python": "..."}}
c.Execute.timeout = 600  # seconds a cell: a transfer takes more than nbgrader's 30
c.CourseDirectory.ignore = [*CourseDirectory().ignore, "{GUIDE}"]  # it is not for students
'''


def solution(notebook: NotebookNode, name: str) -> str:
    """Return the code under the fold "Solution"."""
    found = _fold().findall(cell_of(notebook, "hints", name).source)
    if len(found) != 1:
        raise ValueError(f"hints-{name} has {len(found)} solutions, expected one.")
    return found[0]


def is_prediction(notebook: NotebookNode, name: str) -> bool:
    """Tell whether the student chooses a letter there instead of writing a function."""
    return "check_prediction(" in cell_of(notebook, "check", name).source


def student(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook without solutions, its exercise cells marked for nbgrader."""
    form = copy.deepcopy(notebook)
    for name in exercise_names(form):
        _prepare(form, name)
    _link_beside(form)
    return form


def instructor(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook with every exercise solved, executed there, and the notes shown."""
    form = copy.deepcopy(notebook)
    # What the exercises' cells print when solved is the only thing that changes in the outputs.
    namespace: dict = {"__name__": "__main__"}
    if exercise_names(form):
        exec(_setup(form), namespace)
    for name in exercise_names(form):
        stub, check = cell_of(form, "exercise", name), cell_of(form, "check", name)
        answer = solution(form, name)
        exec(answer, namespace)
        parts = ["check", "run"] if f"run-{name}" in {c.id for c in form.cells} else ["check"]
        for part in parts:
            cell = cell_of(form, part, name)
            cell.outputs = _outputs(cell.source, namespace)
        stub.source = _for_nbgrader(stub.source, answer)
        check.source += _hidden_test(form, name)
        _prepare(form, name)
    for cell in form.cells:
        if cell.id == TALLY:
            cell.outputs = _outputs(cell.source, namespace)
    _link_beside(form)
    form.cells = [shown for cell in form.cells for shown in _with_notes(cell)]
    return form


def build(kind: str, sources: Path = NOTEBOOKS, target: Path | None = None) -> Path:
    """Write one form of all notebooks to a folder of its own and return the folder."""
    target = target or BUILD / kind
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for path in [*sorted(sources.glob("*.ipynb")), *sorted(sources.glob("[a-z][a-z]/*.ipynb"))]:
        place = path.relative_to(sources)
        with speaking(place.parent.name or "en"):
            form = {"student": student, "instructor": instructor}[kind](nbformat.read(path, 4))
        nbformat.validate(form)
        (target / place).parent.mkdir(exist_ok=True)
        nbformat.write(form, target / place)
        print(f"{target.name}/{place}: {len(exercise_names(form))} exercises")
    pages = {*PAGES, GUIDE} if kind == "instructor" else {*PAGES}
    for path in [*DOCS.glob("*.md"), *DOCS.glob("[a-z][a-z]/*.md")]:
        if path.name in pages:
            text = path.read_text("utf-8")
            text = text if path.name == GUIDE else _without_guide(text)
            (target / path.relative_to(DOCS)).parent.mkdir(exist_ok=True)
            (target / path.relative_to(DOCS)).write_text(_beside(text), "utf-8")
    if kind == "instructor":
        (target / "nbgrader_config.py").write_text(NBGRADER_CONFIG, encoding="utf-8")
    return target


def _link_beside(notebook: NotebookNode) -> None:
    """Let links to the pages of `docs/` point beside the notebook, where `build` puts them."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _beside(_without_guide(cell.source))


def _beside(text: str) -> str:
    """Let links from `notebooks/` to `docs/` and back point into one folder."""
    return re.sub(r"\]\(((?:\.\./)*)\.\./(?:docs|notebooks)/", r"](\1", text)


def _without_guide(text: str) -> str:
    """Leave the words of a link to the instructor's guide, and take the link away."""
    return re.sub(rf"\[([^\]]+)\]\((?:\.\./)*(?:docs/)?(?:[a-z][a-z]/)?{GUIDE}[^)]*\)", r"\1", text)


def _fold() -> re.Pattern[str]:
    """Return what a fold with a solution looks like in the language that is spoken."""
    title, code = _("Solution"), r"```python\n(.*?)\n```"
    fold = rf"<details><summary>{title}</summary>\n\n{code}\n\n</details>"
    return re.compile(fold, re.DOTALL)


def _setup(notebook: NotebookNode) -> str:
    return next(cell.source for cell in notebook.cells if cell.id == "setup")


def _outputs(source: str, namespace: dict) -> list[NotebookNode]:
    """Run a cell of an exercise and return what it prints and what its checker shows."""
    from nst_helpers.exercises import checks  # not at the top: it starts TensorFlow

    stream = io.StringIO()
    shown: list = []
    with contextlib.redirect_stdout(stream), mock.patch.object(checks, "display", shown.append):
        exec(source, namespace)
    outputs = [
        nbformat.v4.new_output(
            "display_data", {"text/plain": repr(item), "text/html": item._repr_html_()}
        )
        for item in shown
    ]
    if text := stream.getvalue():
        outputs.insert(0, nbformat.v4.new_output("stream", name="stdout", text=text))
    return outputs


def _for_nbgrader(stub: str, answer: str) -> str:
    """Put the solution between the marks that nbgrader cuts out, and keep what is above it."""
    head = []
    for line in stub.splitlines():
        if line.strip().startswith("return None"):
            break
        head.append(line)
    given, solved = "\n".join(head).rstrip(), answer.rstrip()
    # A prediction's choice is simply set once more, so the cell also works without the solution.
    body = solved.removeprefix(given).strip("\n")
    indent = " " * (len(body) - len(body.lstrip(" ")))
    return f"{given}\n{indent}### BEGIN SOLUTION\n{body}\n{indent}### END SOLUTION"


def _hidden_test(notebook: NotebookNode, name: str) -> str:
    if is_prediction(notebook, name):
        test = (
            "from nst_helpers.exercises import judge_prediction\n\n"
            f'assert judge_prediction("{name}", choice_{name})[0]'
        )
    else:
        test = (
            "from nst_helpers.exercises import judge\n"
            "from nst_helpers.exercises import EXERCISES\n\n"
            f'assert judge(EXERCISES["{name}"], my_{name}).right'
        )
    return f"\n### BEGIN HIDDEN TESTS\n{test}\n### END HIDDEN TESTS"


def _prepare(notebook: NotebookNode, name: str) -> None:
    """Take the solution out of the hints, and mark the cells as nbgrader does."""
    hints = cell_of(notebook, "hints", name)
    solution(notebook, name)  # it has one, or this says so
    hints.source = _fold().sub("", hints.source).rstrip()
    kind = "prediction" if is_prediction(notebook, name) else "code"
    common = {"schema_version": 3, "task": False}
    cell_of(notebook, "exercise", name).metadata["nbgrader"] = {
        **common, "grade_id": f"exercise-{name}", "grade": False, "solution": True,
        "locked": False,
    }  # fmt: skip
    cell_of(notebook, "check", name).metadata["nbgrader"] = {
        **common, "grade_id": f"check-{name}", "grade": True, "solution": False,
        "locked": True, "points": POINTS[kind],
    }  # fmt: skip


def _with_notes(cell: NotebookNode) -> list[NotebookNode]:
    text, to_whom = notes(cell), _("For the instructor.")
    return [cell, notes_cell(cell, f"> **{to_whom}** {text}")] if text else [cell]


if __name__ == "__main__":
    kinds = sys.argv[1:]
    if not kinds or not set(kinds) <= {"student", "instructor"}:
        raise SystemExit("Say which form: python -m tools.forms student instructor")
    os.environ.setdefault("NST_BACKBONE", "vgg16")  # all that is printed holds for both networks
    for kind in kinds:
        build(kind)
