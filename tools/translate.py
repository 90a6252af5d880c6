"""Keep another language in step with the English: `python -m tools.translate ja`.

It renews the catalogue of what the package says (`nst_helpers/languages/ja`, edited by hand),
brings `notebooks/ja` to the cells and the code of `notebooks`, and writes what is to be done to
`build/ja`: one sheet a notebook, with the English of every cell that is missing or has changed.
Fill in the sheets, then `python -m tools.translate ja take` puts them in, each cell with the state
of the English that it translates.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import io
import re
import sys
import tokenize
from datetime import datetime
from pathlib import Path

import nbformat
from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from nbformat import NotebookNode

from tools.fold import fold
from tools.hosted import stamp
from tools.series import BUILD, DOCS, HOSTED, NOTEBOOKS, ROOT, SWITCH, notes, paths

PACKAGE = ROOT / "nst_helpers"
NAMES = {"ja": "Japanese"}
OF = "nst_of"  # the metadata of a translated cell: the state of the English one
CELL = re.compile(r"^%%%% (\S+) .*$", re.MULTILINE)
CODE_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")
FENCE = re.compile(r"^```(?:python)?\n(.*?)^```", re.DOTALL | re.MULTILINE)
HELP = """\
Write the {language} below "%% {language}", and the speaker's notes below "%% {language} notes"
where there are English ones. In code only strings and comments change. What is left empty stays to
be done. Lines that begin with %% are marks. Then: python -m tools.translate {code} take {name}
"""


# What the package says.


def messages() -> Catalog:
    """Return all that the package says to a learner, in English, each with its places."""
    from nst_helpers.exercises import EXERCISES, PREDICTIONS  # not at the top: TensorFlow
    from nst_helpers.figures.words import DESCRIPTIONS, read_descriptions
    from nst_helpers.gallery import PICTURES
    from nst_helpers.panels.wording import readable, short_title

    found = Catalog(project="nst_helpers", charset="utf-8")

    def add(text: str, place: str) -> None:
        found.add(text, locations=[(place, 0)])

    marks = {"_": None, "N_": None}
    for folder in (PACKAGE, ROOT / "tools", DOCS / "book"):
        for place, _, message, *_ in extract_from_dir(folder, [("**.py", "python")], None, marks):
            add(str(message), f"{folder.name}/{place}")
    for name in PICTURES:
        add(short_title(name), "nst_helpers/gallery.py")
        add(readable(name), "nst_helpers/gallery.py")
    for exercise in EXERCISES.values():
        place = f"exercise {exercise.name}"
        for text in (exercise.title, exercise.praise, exercise.expected):
            add(text, place)
        for name, mistake in exercise.mistakes.items():
            add(name, place)
            add(mistake.advice, place)
    for prediction in PREDICTIONS.values():
        for text in (prediction.title, *prediction.feedback.values()):
            add(text, f"prediction {prediction.name}")
    for path in sorted(DESCRIPTIONS.glob("*.json")):
        for text in read_descriptions(path).values():
            add(text, path.relative_to(ROOT).as_posix())
    return found


def catalogue_path(language: str) -> Path:
    """Return the path of a language's catalogue, to be edited; beside it lies what is read."""
    return PACKAGE / "languages" / language / "LC_MESSAGES" / "nst_helpers.po"


def read_catalogue(language: str) -> Catalog:
    """Return a language's catalogue, an empty one where there is none yet."""
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language)
    return pofile.read_po(io.BytesIO(path.read_bytes()), locale=language)


def compiled(catalogue: Catalog) -> bytes:
    """Return the file that Python's gettext reads: the same for the same messages."""
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1)
    stream = io.BytesIO()
    mofile.write_mo(stream, catalogue)
    return stream.getvalue()


def renew_catalogue(language: str) -> list[str]:
    """Add what is new to a catalogue, drop what is gone, and return what has no translation."""
    known = {message.id: message.string for message in read_catalogue(language)}
    comment = f"# {NAMES[language]} of what the package says. After an edit: make {language}"
    new = Catalog(language, project="nst_helpers", charset="utf-8", header_comment=comment)
    new.fuzzy = False
    for message in messages():
        if message.id:
            new.add(message.id, known.get(message.id, ""), message.locations)
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    stream = io.BytesIO()
    pofile.write_po(stream, new, width=0, include_lineno=False)
    # Neither dates nor names: the same messages are the same file.
    lost = rb'^"(?:P|R|Last-|Generated|Language-T).*\n'
    path.write_bytes(re.sub(lost, b"", stream.getvalue(), flags=re.MULTILINE))
    path.with_suffix(".mo").write_bytes(compiled(read_catalogue(language)))
    return [str(message.id) for message in new if message.id and not message.string]


# The notebooks.


def state(cell: NotebookNode) -> str:
    """Return a mark of what an English cell says: another one after each change."""
    said = "\0".join((cell.source, notes(cell)))
    return hashlib.sha256(said.encode("utf-8")).hexdigest()[:12]


def has_words(cell: NotebookNode) -> bool:
    """Tell whether there is something to translate in a cell."""
    if cell.id in (HOSTED, SWITCH):
        return False  # written by tools
    if cell.cell_type != "code" or notes(cell):
        return True
    said = "\n".join(strings(cell.source) + comments(cell.source))
    return bool(re.search("[A-Za-z]{3}", said))


def strings(code: str) -> list[str]:
    """Return the strings of a code cell but for names of figures, layers, pictures and options."""
    tree = ast.parse(code)
    names: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "").startswith(
            ("show", "load_", "check_", "tally", "yours")
        ):
            names |= {id(arg) for arg in node.args}
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            names.add(id(node.slice))
        if isinstance(node, ast.FormattedValue) and node.format_spec:
            names |= {id(part) for part in ast.walk(node.format_spec)}
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return [
        node.value
        for node in found
        if isinstance(node.value, str)
        and id(node) not in names
        and not re.fullmatch(r"block\d\w*|[a-z0-9]+(_[a-z0-9]+)+", node.value)
    ]


def comments(code: str) -> list[str]:
    """Return the comments of a code cell."""
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


class _Shape(ast.NodeTransformer):
    """Leaves of a program what no translation may change."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        if isinstance(node.value, str) and not CODE_NAME.fullmatch(node.value):
            return ast.Constant("")
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.JoinedStr:
        # The order of words differs, and with it that of the values among them.
        values = [self.visit(n) for n in node.values if isinstance(n, ast.FormattedValue)]
        return ast.JoinedStr(sorted(values, key=ast.dump))

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.FormattedValue:
        node.value = self.visit(node.value)  # the form stays as it is
        return node


def shape(code: str) -> str:
    """Return what two codes have in common that differ in strings and comments only."""
    return ast.dump(_Shape().visit(ast.parse(code)))


def in_step(english: NotebookNode, there: NotebookNode | None, language: str) -> NotebookNode:
    """Return the translation with the cells and the code of the English notebook.

    Parameters
    ----------
    english, there : NotebookNode
        The notebook, and its translation so far; None where there is none.
    language : str
        Of the translation.

    Returns
    -------
    NotebookNode
        What is not translated yet stands there in English, without a state.
    """
    known = {cell.id: cell for cell in there.cells} if there else {}
    made = copy.deepcopy(english)
    for cell in made.cells:
        old = known.get(cell.id)
        if cell.cell_type == "code":
            cell.outputs = old.outputs if old else []
            cell.execution_count = old.execution_count if old else None
        if old and OF in old.metadata and has_words(cell):
            cell.source = old.source
            cell.metadata[OF] = old.metadata[OF]
            if notes(cell) and notes(old):
                cell.metadata["nst_notes"] = notes(old)
        if old and "slideshow" in old.metadata:
            cell.metadata["slideshow"] = old.metadata["slideshow"]
    made.cells = [cell for cell in made.cells if cell.id != SWITCH]
    stamp(made, language=language)
    return made


def switched(notebook: NotebookNode, name: str, language: str) -> None:
    """Put the line that leads to the same notebook in the other language below the title."""
    notebook.cells = [cell for cell in notebook.cells if cell.id != SWITCH]
    text = {
        "en": f"[この章を日本語で読む](ja/{name})",
        "ja": f"[Read this notebook in English](../{name})",
    }[language]
    cell = nbformat.v4.new_markdown_cell(text, id=SWITCH)
    cell.metadata["slideshow"] = {"slide_type": "skip"}
    notebook.cells.insert(1, cell)


def to_do(english: NotebookNode, there: NotebookNode) -> dict[str, str]:
    """Return the ids of cells that are "missing" in a translation, or "outdated"."""
    of = {cell.id: cell.metadata.get(OF) for cell in there.cells}
    return {
        cell.id: "outdated" if of.get(cell.id) else "missing"
        for cell in english.cells
        if has_words(cell) and of.get(cell.id) != state(cell)
    }


def faults(english: NotebookNode, there: NotebookNode) -> list[str]:
    """Return what a translated cell has lost or changed of what must stay.

    Parameters
    ----------
    english, there : NotebookNode
        The same cell in both languages.

    Returns
    -------
    list of str
        One sentence a fault.
    """
    found = []
    if bool(notes(english)) != bool(notes(there)):
        found.append("the speaker's notes are missing")
    if english.cell_type == "code":
        if shape(english.source) != shape(there.source):
            found.append("the code differs in more than strings and comments")
        same = {*comments(english.source), *strings(english.source)}
        same &= {*comments(there.source), *strings(there.source)}
        left = [text for text in same if len(re.findall("[A-Za-z]{3,}", text)) > 2]
        return found + [f"still in English: {text!r}" for text in sorted(left)]
    for what, parts in (
        ("formulas between $$", lambda text: sorted(re.findall(r"\$\$.*?\$\$", text, re.DOTALL))),
        ("headings", lambda text: re.findall(r"^(#+) ", FENCE.sub("", text), re.MULTILINE)),
        ("folded parts", lambda text: re.findall(r"<summary>", text)),
        ("rows of tables", lambda text: [row.count("|") for row in _table(text)]),
        ("links", _links),
        ("code", lambda text: [_code(block) for block in FENCE.findall(text)]),
    ):
        here, those = parts(english.source), parts(there.source)
        if here != those:
            found.append(f"{what} differ: {here} and {those}")
    return found


def _table(text: str) -> list[str]:
    return [re.sub(r"\$[^$]*\$|`[^`]*`", "", row) for row in re.findall(r"^\|.*$", text, re.M)]


def _links(text: str) -> list[str]:
    """Return where the links lead, whatever the language; headings have other names there."""
    targets = re.findall(r"\]\(([^)\s#]+)[^)]*\)", FENCE.sub("", text))
    return sorted({re.sub(r"^(\.\./)+(?:docs/ja/|docs/)?", "", target) for target in targets})


def _code(block: str) -> str:
    try:
        return shape(block)
    except SyntaxError:  # a command line, or a piece of a program
        return re.sub(r"#.*|\"[^\"]*\"", "", block)


# The sheets.


def read_sheet(text: str) -> dict[str, dict[str, str]]:
    """Return a sheet's parts: {id of the cell: {"English": …, "Japanese": …, …}}."""
    _, *rest = CELL.split(text)
    return {
        name: {
            kind: part.strip("\n").rstrip()
            for kind, part in re.findall(
                r"^%% ([^\n]+)\n(.*?)(?=^%% |\Z)", body, re.DOTALL | re.MULTILINE
            )
        }
        for name, body in zip(rest[::2], rest[1::2])
    }


def sheet(
    english: NotebookNode, there: NotebookNode, language: str, name: str, begun: str = ""
) -> str:
    """Return what is to be done in a notebook as text to be filled in; "" where nothing is.

    Parameters
    ----------
    english, there : NotebookNode
        The notebook, and its translation.
    language, name : str
        Of the translation.
    begun : str
        An earlier sheet: what is filled in there stays.

    Returns
    -------
    str
        The sheet.
    """
    done = read_sheet(begun)
    told, languages = to_do(english, there), NAMES[language]
    if not told:
        return ""
    old = {cell.id: cell for cell in there.cells}
    parts = [HELP.format(language=languages, code=language, name=name)]
    for cell in english.cells:
        if cell.id not in told:
            continue
        before = old[cell.id] if told[cell.id] == "outdated" else None
        text = before.source if before else cell.source if cell.cell_type == "code" else ""
        parts.append(f"%%%% {cell.id} ({cell.cell_type}, {told[cell.id]})")
        parts.append(f"%% English\n{cell.source}")
        if notes(cell):
            parts.append(f"%% English notes\n{notes(cell)}")
        noted = notes(before) if before else ""
        if done.get(cell.id, {}).get("English") == cell.source.strip("\n").rstrip():
            text = done[cell.id].get(languages, text)
            noted = done[cell.id].get(f"{languages} notes", noted)
        parts.append(f"%% {languages}\n{text}")
        if notes(cell):
            parts.append(f"%% {languages} notes\n{noted}")
    return "\n\n".join(parts) + "\n"


def take(text: str, english: NotebookNode, there: NotebookNode, language: str) -> list[str]:
    """Put a filled-in sheet into a notebook.

    Parameters
    ----------
    text : str
        From ``sheet``, filled in.
    english, there : NotebookNode
        The notebook, and its translation, which is changed.
    language : str
        Of the translation.

    Returns
    -------
    list of str
        What was not taken, and why.
    """
    refused = []
    cells, sources = {c.id: c for c in there.cells}, {c.id: c for c in english.cells}
    for name, parts in read_sheet(text).items():
        said, noted = (parts.get(NAMES[language] + kind, "") for kind in ("", " notes"))
        if not said:
            continue
        if name not in sources or parts["English"] != sources[name].source.strip("\n").rstrip():
            refused.append(f"{name}: the English has changed since the sheet was written")
            continue
        new = copy.deepcopy(cells[name])
        new.source = said
        new.metadata.pop("nst_notes", None)
        if noted:
            new.metadata["nst_notes"] = noted
        if wrong := faults(sources[name], new):
            refused.append(f"{name}: {'; '.join(wrong)}")
            continue
        new.metadata[OF] = state(sources[name])
        there.cells[[cell.id for cell in there.cells].index(name)] = new
    return refused


def main(language: str, command: str = "", *names: str) -> None:
    """Bring a language into step and write the sheets; before that, take filled-in ones."""
    folder, sheets = NOTEBOOKS / language, BUILD / language
    folder.mkdir(exist_ok=True)
    sheets.mkdir(parents=True, exist_ok=True)
    for path in paths():
        if names and path.name not in {Path(name).with_suffix(".ipynb").name for name in names}:
            continue
        english, target = nbformat.read(path, 4), folder / path.name
        there = nbformat.read(target, 4) if target.exists() else None
        there = in_step(english, there, language)
        filled = sheets / f"{path.stem}.txt"
        if command == "take" and filled.exists():
            for reason in take(filled.read_text("utf-8"), english, there, language):
                print(f"{path.stem}, {reason}: not taken")
        for cell in there.cells:
            if cell.cell_type == "code":
                fold(cell)
        switched(there, path.name, language)
        nbformat.write(there, target)
        if not to_do(english, there) and SWITCH not in {cell.id for cell in english.cells}:
            switched(english, path.name, "en")
            nbformat.write(english, path)
        begun = filled.read_text("utf-8") if filled.exists() else ""
        left = sheet(english, there, language, path.stem, begun)
        told = list(to_do(english, there).values())
        filled.write_text(left, encoding="utf-8")
        kinds = [f"{told.count(kind)} cells {kind}" for kind in ("missing", "outdated")]
        print(f"{path.stem}: {', '.join(kinds)}; see {filled.relative_to(ROOT)}")
    if not names:
        empty = renew_catalogue(language)
        print(f"{catalogue_path(language).relative_to(ROOT)}: {len(empty)} messages missing")
        for message in empty:
            print(f"  {message}")


if __name__ == "__main__":
    if sys.argv[1:2] not in [[language] for language in NAMES] or sys.argv[2:3] not in (
        [], ["take"],
    ):  # fmt: skip
        raise SystemExit("Say which language: python -m tools.translate ja, or … ja take [names]")
    main(*sys.argv[1:])
