"""Cells run in another order than written: the sentence that helps, and the notebooks' names."""

import ast
import builtins
import json
import os
import re
import threading
from collections import defaultdict

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.manager import start_new_kernel
from traitlets.config import Config

from nst_helpers.session import cell_order
from nst_helpers.session.cell_order import NOTEBOOKS, advice

FIRST = "style = 1\na_S = style + 1"
LOOP = """for k in range(3):
    def look(image):
        hidden = k
[inner for inner in (lambda z: z)(0)]"""
CELLS = [
    {"cell_type": "markdown", "source": ["# A title\n", "text"]},
    {"cell_type": "code", "source": "import math\n\nvgg = 5"},
    {"cell_type": "markdown", "source": "## 2 Blocks"},
    {"cell_type": "code", "source": FIRST.splitlines(keepends=True)},
    {"cell_type": "code", "source": "%time\n broken ="},
    {"cell_type": "code", "source": LOOP},
    {"cell_type": "code", "source": "print(a_S)"},
    {"cell_type": "code", "source": "rows = []\nrows.append(a_S)"},
    {"cell_type": "code", "source": "max(rows)"},
]
SETUP = CELLS[1]["source"]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "lesson.ipynb").write_text(json.dumps({"cells": CELLS}), "utf-8")
    (tmp_path / "another.ipynb").write_text(
        json.dumps({"cells": [{"cell_type": "code", "source": "a_S = 'of another notebook'"}]})
    )
    (tmp_path / "half.ipynb").write_text('{"cells": [{"cell_type"')
    (tmp_path / "list.ipynb").write_text("[]")
    (tmp_path / "folder.ipynb").mkdir()
    return tmp_path


# The sentence


@pytest.mark.parametrize(
    ("name", "heading", "begin"),
    [
        ("a_S", "2 Blocks", "style = 1"),
        ("style", "2 Blocks", "style = 1"),
        ("vgg", "A title", "import math"),
        ("math", "A title", "import math"),
        ("look", "2 Blocks", "for k in range(3):"),
        ("k", "2 Blocks", "for k in range(3):"),
    ],
)
def test_the_cell_that_makes_the_name_is_named(folder, name, heading, begin):
    said = advice(name, ["1 + 1", SETUP + "\n"], [folder])
    assert said == (
        f'{name} is made by the cell under "{heading}" that begins with `{begin}`. Run that one '
        "first, or all cells above yours: menu Run ▸ Run All Above Selected Cell."
    )


@pytest.mark.parametrize("name", ["a_s", "broken", "hidden", "image", "inner", "z"])
def test_a_slip_of_the_pen_is_no_question_of_order(folder, name):
    assert advice(name, [SETUP], [folder]) == ""


@pytest.mark.parametrize("run", [[], ["1 + 1"], ["a_S = 3"]])
def test_without_its_notebook_the_sentence_is_general(folder, run):
    for folders in ([], [folder], [folder / "nowhere"]):
        assert advice("a_S", run, folders).startswith("If a cell above makes a_S, run that one")


# In a shell, and in a kernel as Jupyter starts it


@pytest.fixture
def shell(folder, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("IPYTHONDIR", str(folder / "ipython"))
    InteractiveShell.clear_instance()
    # Without a file of its history, for which a thread would stay behind.
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    cell_order.guide_order()
    cell_order.guide_order()  # a module may be imported again
    yield shell
    InteractiveShell.clear_instance()


def plain(capsys):
    """What was printed, without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)


def test_the_sentence_follows_the_error(shell, capsys):
    shell.run_cell(SETUP, store_history=True)
    assert plain(capsys) == ""
    result = shell.run_cell("print(a_S)", store_history=True)
    said = plain(capsys)
    assert type(result.error_in_exec) is NameError
    assert said.index("name 'a_S' is not defined") < said.index("a_S is made by the cell")
    assert said.count("is made by the cell") == 1


@pytest.mark.parametrize(
    "cell",
    ["1 / 0", "print(a_s)", "raise NameError('mine')", "def f():\n    q = q\nf()", "a_S = 1; a_S"],
)
def test_all_other_errors_are_as_ever(shell, capsys, cell):
    shell.run_cell(SETUP, store_history=True)
    shell.run_cell(cell, store_history=True)
    said = plain(capsys)
    assert "is made by" not in said
    assert "If a cell above" not in said


def test_a_name_left_half_made_is_no_mystery(shell, capsys):
    for cell in (SETUP, "rows = []\nrows.append(a_S)", "max(rows)"):
        plain(capsys)
        result = shell.run_cell(cell, store_history=True)
    said = plain(capsys)
    assert type(result.error_in_exec) is ValueError
    assert "rows is only half made: its cell failed.\nrows is made by the cell under" in said
    for cell in ("a_S = 2", "rows = []\nrows.append(a_S)", "max(rows) / 0"):
        plain(capsys)
        shell.run_cell(cell, store_history=True)
    assert "is made by" not in plain(capsys)


def test_the_name_may_be_missing_deep_in_a_function(shell, capsys):
    shell.run_cell(SETUP, store_history=True)
    shell.run_cell("def total():\n    return a_S", store_history=True)
    shell.run_cell("total()", store_history=True)
    assert 'a_S is made by the cell under "2 Blocks"' in plain(capsys)


def test_a_name_that_a_library_has_lost_is_no_question_of_order(shell, capsys):
    shell.run_cell(SETUP, store_history=True)
    shell.run_cell("a_S = 1\nexec('a_S', {})", store_history=True)
    said = plain(capsys)
    assert "name 'a_S' is not defined" in said
    assert "is made by" not in said


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a folder that somebody is in")
def test_the_folder_of_the_notebook_is_gone(shell, capsys, tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    shell.run_cell("compared", store_history=True)
    said = plain(capsys)
    assert "Error in callback" not in said
    assert "If a cell above makes compared, run that one first" in said


def test_no_thread_stays_behind(shell):
    assert not [thread for thread in threading.enumerate() if "History" in type(thread).__name__]


def test_nothing_is_done_without_a_shell():
    assert InteractiveShell._instance is None
    cell_order.guide_order()


def test_a_kernel_still_answers_with_an_error(tmp_path):
    """In a folder without notebooks, with the set-up cell of one of ours."""
    cells = [c for c in nbformat.read(NOTEBOOKS / "04_layer_style_cost.ipynb", 4).cells]
    setup = next(c.source for c in cells if c.id == "setup")
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(tmp_path))
    messages = []
    try:
        for cell in (setup, "compared", "compard", "1 / 0"):
            messages.clear()
            reply = client.execute_interactive(
                cell,
                stop_on_error=False,  # else what comes soon after an error is aborted
                timeout=120,
                output_hook=lambda m: messages.append(m["content"]),
            )["content"]
            said = "".join(m.get("text", "") for m in messages)
            if cell == setup:
                assert reply["status"] == "ok", reply
                continue
            assert reply["status"] == "error"
            assert reply["traceback"]
            assert [m["ename"] for m in messages if "ename" in m] == [reply["ename"]]
            expected = 'compared is made by the cell under "5 Does it measure style?"'
            assert (expected in said) == (cell == "compared")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


# The notebooks: a cell that runs at all, runs with the names that it was written for


SCOPES = (ast.FunctionDef, *cell_order.INNER)


def made_and_read(statement):
    """The names that a statement makes for other cells, and those that it may take from them."""
    handlers = [node for node in ast.walk(statement) if isinstance(node, ast.ExceptHandler)]
    text, inside = ast.unparse(statement), {handler.name for handler in handlers}
    for scope in (node for node in ast.walk(statement) if isinstance(node, SCOPES)):
        for node in ast.walk(scope):
            if isinstance(node, ast.arg):
                inside.add(node.arg)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                inside.add(node.id)
            elif isinstance(node, ast.FunctionDef) and node is not scope:
                inside.add(node.name)
    return cell_order._made_by(text), cell_order._read_by(text) - inside


def names_of(cell):
    made, read = set(), set()
    for statement in ast.parse(cell).body:
        # Of an exercise's cell that waits for the student's choice, what stands behind it.
        for part in statement.body if isinstance(statement, ast.If) else [statement]:
            makes, reads = made_and_read(part)
            loops = isinstance(part, ast.For | ast.With | ast.FunctionDef)
            read |= reads - made - (makes if loops else set())
            made |= makes
        if isinstance(statement, ast.If):
            read |= made_and_read(ast.Expr(statement.test))[1]
    return made, {name for name in read if not hasattr(builtins, name)}


def ambiguous(cells):
    """{name: the cells that make it}, of all names that a cell takes from others."""
    makers, takers = defaultdict(list), defaultdict(list)
    for name_of_cell, text in cells:
        made, read = names_of(text)
        for name in made:
            makers[name].append((name_of_cell, text))
        for name in read:
            takers[name].append(name_of_cell)
    return {
        name: [cell for cell, _ in makers[name]]
        for name in takers
        if len(makers[name]) != 1
        and not (makers[name] and all(is_import(name, text) for _, text in makers[name]))
    }


def is_import(name, cell):
    """An import means the same wherever it stands."""
    return bool(re.search(rf"^(?:from|import) .*\b{name}\b", cell, re.MULTILINE))


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.name)
def test_a_name_that_other_cells_take_has_one_meaning(path):
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    assert ambiguous((cell.id, cell.source) for cell in cells) == {}


def test_the_search_for_two_meanings_finds_them():
    cells = [("one", "a = 1\nb = a"), ("two", "a = 2"), ("three", "print(a, [c for c in (b,)])")]
    assert ambiguous(cells) == {"a": ["one", "two"]}
    assert ambiguous([("one", "x = 1"), ("two", "def f():\n    return y")]) == {"y": []}
    assert ambiguous([("one", "x = 1\nx"), ("two", "x = 2\nprint(x)")]) == {}
