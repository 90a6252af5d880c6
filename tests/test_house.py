"""The rules of the house: rooms in order, docstrings, notebooks that can be read by anyone."""

import ast
import importlib
import inspect
import json
import re
from pathlib import Path

import nbformat
import pytest
from PIL import Image

import nst_helpers
from nst_helpers import PICTURES
from nst_helpers.languages import _ as said
from nst_helpers.network import weights
from nst_helpers.sound import RECORDINGS
from tools.fold import FOLDED, fold
from tools.series import HOSTED, language_of

TOP = Path(nst_helpers.__file__).resolve().parent.parent
PACKAGE = TOP / "nst_helpers"

# The data's way: a room imports only from rooms before it. A new module takes its place here.
ROOMS = [
    "languages",
    "session.quiet_start",
    "session.standard_out",
    "session.cell_order",
    "session.forks",
    "session.device",
    "session.hosted",
    "session.interrupts",
    "session.progress",
    "session.linear_algebra",
    "session.quiet_pillow",
    "session.letters",
    "refusals",
    "paths",
    "files",
    "images",
    "colours",
    "gallery",
    "sound",
    "spectrogram",
    "network.download",
    "network.weights",
    "network.winograd",
    "network.styles",
    "network.vgg",
    "network",
    "blocks",
    "activations",
    "style_matrix",
    "statistics",
    "costs",
    "reference",
    "conventions",
    "objective",
    "optimisers",
    "pyramid",
    "transfer",
    "film",
    "descent",
    "volume",
    "figures.given",
    "figures.look",
    "figures.words",
    "figures.book",
    "figures.pictures",
    "figures.charts",
    "figures.cube",
    "figures",
    "figures.sounds",
    "exercises.verdict",
    "exercises.judge",
    "exercises.predictions",
    "exercises.parts",
    "exercises.notebook_01",
    "exercises.notebook_02",
    "exercises.notebook_03",
    "exercises.notebook_04",
    "exercises.notebook_05",
    "exercises.notebook_06",
    "exercises.notebook_07",
    "exercises.checks",
    "exercises",
    "panels.wording",
    "panels.event_loop",
    "panels.drawing",
    "panels.look",
    "panels.views",
    "panels.explorers",
    "panels.run",
    "panels.curves",
    "panels.studio",
    "panels",
]


def room_of(path):
    """Return a file's room as it is imported, such as "network.vgg"; a folder's is its own name."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def path_of(room):
    path = PACKAGE.joinpath(*room.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


MODULES = sorted(
    room
    for path in PACKAGE.rglob("*.py")
    if (room := room_of(path)) not in ("__init__", "session")  # these two only open the doors
)
NOTEBOOKS = sorted((TOP / "notebooks").glob("*.ipynb"))
TRANSLATED = sorted((TOP / "notebooks").glob("[a-z][a-z]/*.ipynb"))
LARGEST = 1_500_000  # bytes of a notebook
LINES = 12  # of a code cell


# Rooms


def imported(module):
    """The rooms that a module imports, wherever in its code."""
    for node in ast.walk(ast.parse(path_of(module).read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield node.module or "."
        elif isinstance(node, ast.ImportFrom) and node.module == "nst_helpers":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module.startswith("nst_helpers."):
            room = node.module.partition(".")[2]
            inner = [f"{room}.{alias.name}" for alias in node.names]
            yield from (name if path_of(name).is_file() else room for name in inner)
        elif isinstance(node, ast.Import):
            yield from (
                alias.name.partition(".")[2]
                for alias in node.names
                if alias.name.partition(".")[0] == "nst_helpers"
            )


@pytest.mark.parametrize("module", MODULES)
def test_a_room_imports_only_from_rooms_before_it(module):
    assert module in ROOMS, "give the new room its place in the order"
    before = ROOMS[: ROOMS.index(module)]
    assert sorted(set(imported(module)) - set(before)) == []


def test_the_parser_of_imports_sees_them():
    assert {"images", "network.vgg", "optimisers"} <= set(imported("transfer"))


# Underscores that others publish: NamedTuple's methods, ipywidgets' count of views, and the
# opener that urllib keeps for the whole process.
PUBLISHED = {"_replace", "_asdict", "_fields", "_view_count", "_opener"}


def private_names_of_others(source):
    """Names with an underscore that a module imports, or reads from what is not its own."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            yield from (a.name for a in node.names if re.match("_[a-z]", a.name, re.IGNORECASE))
        elif isinstance(node, ast.Attribute) and re.fullmatch(r"_[a-zA-Z]\w*[^_]", node.attr):
            own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            if not own and node.attr not in PUBLISHED:
                yield ast.unparse(node)


@pytest.mark.parametrize("module", MODULES)
def test_no_module_uses_private_names_of_others(module):
    assert sorted(private_names_of_others(path_of(module).read_text("utf-8"))) == []


def test_the_search_for_private_names_finds_them():
    source = """
from nst_helpers.costs import _layers, style_cost
from __future__ import annotations
import nst_helpers.transfer as t
t._shares(5, 2), run.transfer._evaluate, self._own, weights._replace(beta=2), v._repr_html_()
"""
    found = sorted(private_names_of_others(source))
    assert found == ["_layers", "run.transfer._evaluate", "t._shares"]


@pytest.mark.parametrize("module", [module for module in MODULES if module != "refusals"])
def test_what_a_whole_number_is_stands_in_refusals_alone(module):
    text = path_of(module).read_text("utf-8")
    assert not re.findall(r"isinstance\([^()]*\b(?:bool|np\.integer|Integral)\b[^()]*\)", text)


@pytest.mark.parametrize("module", MODULES)
def test_names_that_begin_with_check_belong_to_the_exercises(module):
    tree = ast.parse(path_of(module).read_text("utf-8"))
    functions = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    checks = [name for name in functions if re.match("_*check_", name)]
    assert module.startswith("exercises") or not checks


def test_no_cupboard_for_everything():
    assert not {"utils", "util", "misc", "common", "helpers", "tools"} & set(
        ".".join(MODULES).split(".")
    )


@pytest.mark.parametrize("module", [room for room in ROOMS if room.startswith("figures.")])
def test_figures_hold_no_mathematics(module):
    text = path_of(module).read_text("utf-8")
    assert not re.search(r"^\s*(?:import|from) (?:tensorflow|keras|scipy)", text, re.MULTILINE)


# The package's words


def functions(module):
    found = importlib.import_module(f"nst_helpers.{module}")
    for name, item in inspect.getmembers(found, inspect.isfunction):
        if item.__module__ == found.__name__ and not name.startswith("_"):
            yield name, item
    for _, cls in inspect.getmembers(found, inspect.isclass):
        if cls.__module__ == found.__name__ and not cls.__name__.startswith("_"):
            for name, item in vars(cls).items():
                if inspect.isfunction(item) and not name.startswith("_") and item.__doc__:
                    yield f"{cls.__name__}.{name}", item


def faults_of_docstring(function):
    text = inspect.getdoc(function)
    if not text:
        return ["no docstring"]
    faults = []
    if not text.splitlines()[0].endswith((".", "?", "!")):
        faults.append("the first line is no sentence")
    signature = inspect.signature(function)
    names = [name for name in signature.parameters if name not in ("self", "cls")]
    section = text.partition("Parameters\n----------")[2]
    faults += [
        f"{name} is not described"
        for name in names
        if not re.search(rf"^(?:.*[, *])?{name}\b.*$", section, re.MULTILINE)
    ]
    returns = signature.return_annotation
    if returns not in (None, "None", inspect.Signature.empty) and not re.search(
        r"^(?:Returns|Yields)\n-+", text, re.MULTILINE
    ):
        faults.append("what it returns is not described")
    return faults


@pytest.mark.parametrize("module", MODULES)
def test_every_public_function_has_a_docstring(module):
    """In the lecture's rooms a whole one; behind the figures, widgets may say it in a sentence."""
    found = {}
    for name, function in functions(module):
        faults = faults_of_docstring(function)
        if ROOMS.index(module) > ROOMS.index("figures"):
            faults = [fault for fault in faults if "described" not in fault]
        if faults:
            found[name] = faults
    assert not found


def test_the_search_for_faults_finds_them():
    def bad(a, b) -> int:
        """Do something

        Parameters
        ----------
        a : int
            One.
        """

    found = faults_of_docstring(bad)
    assert len(found) == 3
    assert faults_of_docstring(lambda: 0) == ["no docstring"]


def test_all_public_names_exist_and_are_sorted():
    assert nst_helpers.__all__ == sorted(nst_helpers.__all__)
    for name in nst_helpers.__all__:
        item = getattr(nst_helpers, name)
        assert item is not None
        if callable(item):
            assert inspect.getdoc(item)


@pytest.mark.parametrize("module", MODULES)
def test_nothing_of_the_package_reads_outside_the_repository(module):
    text = path_of(module).read_text("utf-8")
    assert not re.search(r"\.\./shared|/home/|/root/|/work/", text)


# Notebooks


def read(path):
    return nbformat.read(path, as_version=4)


def outputs(notebook):
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            yield cell, output


def words_of(output):
    """All that an output says, without the pictures."""
    data = output.get("data", {})
    texts = [output.get("text", "")]
    texts += [value for kind, value in data.items() if kind.startswith("text/")]
    return "\n".join(texts)


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.name)
def english(request):
    return request.param


@pytest.fixture(params=NOTEBOOKS + TRANSLATED, ids=lambda path: f"{path.parent.name}/{path.name}")
def path(request):
    return request.param


def test_a_notebook_is_valid_small_and_of_no_machine(path):
    assert path.stat().st_size < LARGEST
    notebook = read(path)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert "widgets" not in notebook.metadata
    assert notebook.metadata.kernelspec.name == "python3"
    assert set(notebook.metadata) <= {"kernelspec", "language_info", "title"}


def test_cells_have_names_of_their_own(path):
    names = [cell.id for cell in read(path).cells]
    assert len(set(names)) == len(names)
    # Jupyter's own are eight hexadecimal digits, new at each saving of a copy.
    assert not [name for name in names if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f-]+)?", name)]
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name) for name in names)


def test_code_cells_are_short_and_were_executed(path):
    cells = [cell for cell in read(path).cells if cell.cell_type == "code"]
    assert cells
    long = {cell.id: n for cell in cells if (n := len(cell.source.splitlines())) > LINES}
    assert set(long) <= {HOSTED}, "the same everywhere, and folded"
    assert [cell.id for cell in cells if cell.execution_count is None] == []
    counts = [cell.execution_count for cell in cells]
    assert counts == sorted(counts), "executed from top to bottom"


def test_every_picture_has_its_own_words(path):
    notebook, texts = read(path), []
    for cell, output in outputs(notebook):
        for kind in output.get("data", {}):
            if kind.startswith("image/"):
                alt = output.metadata.get(kind, {}).get("alt", "")
                assert len(alt) >= 20, f"{cell.id} shows a picture without alternative text"
                texts.append(alt)
    assert len(set(texts)) == len(texts), "each picture its own words"
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"!\[\s*\]\(|<img(?![^>]*\balt=)", cell.source), cell.id


def test_figures_are_shown_by_their_names(path, monkeypatch):
    """The words stand in the package, and the outputs hold the same ones."""
    monkeypatch.setenv("NST_LANG", language_of(path))
    words = json.loads((PACKAGE / "descriptions" / f"{path.stem}.json").read_text("utf-8"))
    words = {name: said(text) for name, text in words.items()}
    used, seen = [], []
    for cell in read(path).cells:
        if cell.cell_type == "code":
            for call in ast.walk(ast.parse(cell.source)):
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "show":
                    assert len(call.args) == 2, f"{cell.id} shows a figure without a name"
                    used.append(call.args[1].value)
    for _, output in outputs(read(path)):
        seen += [
            output.metadata[kind].get("alt") for kind in output.get("data", {}) if "image/" in kind
        ]
    assert list(words) == used, "in the order of the notebook"
    assert [text for text in seen if text in words.values()] == list(words.values())


def test_folded_code_is_folded_in_every_front_end(path):
    """The tag and what each front end reads agree: `python -m tools.fold` writes both."""
    for cell in read(path).cells:
        tagged = FOLDED in cell.metadata.get("tags", [])
        assert bool(cell.metadata.get("jupyter", {}).get("source_hidden")) == tagged, cell.id
        assert (cell.metadata.get("cellView") == "form") == tagged, cell.id


def test_a_cell_of_nothing_but_figures_is_folded():
    shown = nbformat.v4.new_code_cell('show(plot_images([C], ["C"]), "content")', metadata={})
    more = nbformat.v4.new_code_cell('C = load_picture("flower")\nshow(plot_images([C], ["C"]))')
    for cell in (shown, more):
        fold(cell)
    expected = {"tags": [FOLDED], "jupyter": {"source_hidden": True}, "cellView": "form"}
    assert shown.metadata == expected
    assert more.metadata == {}
    shown.source = more.source
    fold(shown)  # a tag once set stays, whoever set it
    assert shown.metadata == expected


def test_outputs_hold_no_path_warning_or_error(path):
    for cell, output in outputs(read(path)):
        assert output.output_type != "error" or "raises-exception" in cell.metadata.get("tags", [])
        assert output.get("name") != "stderr", f"{cell.id} writes to stderr"
        text = words_of(output)
        found = re.search(
            r"/(?:home|root|work|tmp|usr|Users)/|\b[A-Z]:\\|site-packages|Traceback|Warning:|"
            r"0x[0-9a-f]{8}",
            text,
        )
        assert not found, f"{cell.id}: {found.group()}"


def test_what_is_not_compared_has_a_reason(path):
    for cell in read(path).cells:
        tags = set(cell.metadata.get("tags", []))
        if tags & {"nbval-ignore-output", "nbval-skip"}:
            assert len(cell.metadata.get("nst_reason", "")) > 15, cell.id


def test_a_notebook_says_what_it_is_for(english):
    cells = read(english).cells
    assert cells[0].cell_type == "markdown"
    assert cells[0].source.startswith("# ")
    opening = "\n".join(cell.source for cell in cells[:3] if cell.cell_type == "markdown")
    assert re.search(r"After this notebook you (?:can|know)\b", opening)
    assert re.search(r"\bminutes?\b", opening)


AMERICAN = re.compile(
    r"\b(?:colou?rize|color|colors|colored|gray|grayscale|center|centered|behavior|artifacts?|"
    r"neighbors?|neighboring|(?:normal|optim|minim|maxim|visual|initial|general|summar|organ|real|"
    r"recogn|styl|regular)iz(?:e|es|ed|er|ers|ing|ation))\b",
    re.IGNORECASE,
)


def prose(markdown):
    """The text without code, links' targets, formulas and quoted titles."""
    markdown = re.sub(r"```.*?```|\$\$.*?\$\$", " ", markdown, flags=re.DOTALL)
    return re.sub(r"`[^`]*`|\$[^$]*\$|\]\([^)]*\)|<[^>]*>|[\"“*][^\"”*]*[\"”*]", " ", markdown)


def test_notebooks_are_in_british_spelling(english):
    for cell in read(english).cells:
        if cell.cell_type == "markdown":
            assert not AMERICAN.findall(prose(cell.source)), cell.id


def test_the_search_for_american_spelling_finds_it():
    assert AMERICAN.findall(prose("The color is normalized."))
    assert not AMERICAN.findall(prose("The colour is normalised; `color=` stays, $color$ too."))


@pytest.mark.parametrize("module", MODULES)
def test_the_package_is_in_british_spelling(module):
    tree = ast.parse(path_of(module).read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            text = ast.get_docstring(node) or ""
            # Titles of papers in quotation marks keep their own spelling.
            found = AMERICAN.findall(re.sub(r'"[^"]*"|`[^`]*`|Lavin & Gray', " ", text))
            assert not found, getattr(node, "name", module)


# Data


def test_every_picture_is_in_the_catalogue_and_in_the_readme():
    files = {path for path in (TOP / "data").rglob("*") if path.suffix in (".jpg", ".png")}
    assert files == {picture.path for picture in PICTURES.values()}
    readme = (TOP / "data" / "README.md").read_text("utf-8")
    for name, picture in PICTURES.items():
        rows = [row for row in readme.splitlines() if f"{name}.jpg" in row]
        assert len(rows) == 1, name
        assert picture.licence in rows[0]
        assert f"{picture.kind}/" in rows[0]


def test_every_sound_is_in_the_catalogue_and_in_the_readme():
    files = set((TOP / "data" / "sound").iterdir())
    assert files == {recording.path for recording in RECORDINGS.values()}
    readme = (TOP / "data" / "README.md").read_text("utf-8")
    for name, recording in RECORDINGS.items():
        (row,) = (row for row in readme.splitlines() if f"`sound/{name}.wav`" in row)
        assert recording.licence in row
        assert recording.credit.partition(";")[0] in row
        assert all(recording)
        assert recording.path.stat().st_size < 200_000


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_pictures_are_small_and_tell_nothing_of_where_they_were_taken(name):
    with Image.open(PICTURES[name].path) as picture:
        assert picture.format == "JPEG"
        assert max(picture.size) <= 640
        assert not picture.getexif()
    assert PICTURES[name].path.stat().st_size < 300_000
    assert all(PICTURES[name][:4])


def test_the_weights_are_described():
    readme = (weights.BUNDLED_VGG16.parent / "README.md").read_text("utf-8")
    assert f"{weights.BUNDLED_VGG16.stat().st_size:,} bytes" in readme
    assert "CC BY 4.0" in readme


def test_nothing_committed_is_huge_or_unreadable():
    for path in NOTEBOOKS + TRANSLATED:
        assert json.loads(path.read_text("utf-8"))["cells"]


def test_every_command_of_the_makefile_has_one_rule():
    # Make says nothing when a phony target has no rule: `make test` would test nothing.
    lines = (TOP / "Makefile").read_text("utf-8").splitlines()
    heads = [line.partition(":")[0] for line in lines if re.match(r"[a-z][a-z -]*:", line)]
    rules = [name for head in heads for name in head.split()]
    phony = next(line for line in lines if line.startswith(".PHONY:")).split()[1:]
    assert sorted(rules) == sorted(phony)
    readme = (TOP / "README.md").read_text("utf-8")
    assert set(re.findall(r"`make ([a-z-]+)", readme)) <= set(phony)


def test_no_two_files_of_tests_have_one_name():
    """They are modules beside each other wherever all extras are installed."""
    names = [path.name for path in (TOP / "tests").rglob("*.py")]
    assert sorted(names) == sorted(set(names))
