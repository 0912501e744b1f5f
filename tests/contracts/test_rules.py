"""The rules of the architecture that only the text of the code can break."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted([*(ROOT / "tui").rglob("*.py"), *(ROOT / "listeners").rglob("*.py")])

SQL = re.compile(
    r"\s*(SELECT\s.+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s"
    r"|CREATE\s+(TABLE|INDEX|VIRTUAL)|PRAGMA\s+\w+)",
    re.DOTALL,
)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def parsed() -> tuple[tuple[str, ast.Module], ...]:
    return tuple((name_of(path), ast.parse(path.read_text(encoding="utf-8"))) for path in FILES)


def called(node: ast.Call) -> str:
    """The last name of what is called: ``notify`` of ``self.app.notify``."""
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


@cache
def calls() -> tuple[tuple[str, ast.Call], ...]:
    return tuple(
        (name, node)
        for name, tree in parsed()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    )


@cache
def imports() -> tuple[tuple[str, int, str], ...]:
    return tuple(imported())


def imported() -> Iterator[tuple[str, int, str]]:
    for name, tree in parsed():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield name, node.lineno, alias.name
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield name, node.lineno, node.module


def is_literal(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) or (
        isinstance(node, ast.JoinedStr)
        and all(isinstance(part, ast.Constant) for part in node.values)
    )


def keyword(node: ast.Call, name: str) -> ast.expr | None:
    return next((word.value for word in node.keywords if word.arg == name), None)


def says_no(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def test_there_is_something_to_check() -> None:
    assert len(FILES) > 60


def test_every_task_is_made_by_the_supervisor() -> None:
    makers = {"create_task", "ensure_future", "TaskGroup", "run_coroutine_threadsafe"}
    found = [
        f"{name}:{node.lineno}"
        for name, node in calls()
        if called(node) in makers and name != "listeners/supervisor.py"
    ]
    assert found == []


def test_sql_is_written_in_the_store_alone() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, tree in parsed()
        if not name.startswith("listeners/store/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value)
    ]
    assert found == []


HOMES = {
    "httpx": ("listeners/http",),
    "httpcore": ("listeners/http",),
    "websockets": ("listeners/socket",),
    "aiosqlite": ("listeners/store/",),
    "sqlite3": ("listeners/store/", "tui/commands/doctor.py"),
    "feedparser": ("listeners/networks/",),
    "vaderSentiment": ("listeners/sentiment/",),
    "textual": ("tui/",),
    "rich": ("tui/",),
    "html": ("listeners/", "tui/commands/"),
    "webbrowser": (),
    "locale": (),
    "pickle": (),
}


@pytest.mark.parametrize("library", HOMES)
def test_a_library_is_imported_at_its_home_alone(library: str) -> None:
    found = [
        f"{name}:{line}"
        for name, line, module in imports()
        if module.split(".")[0] == library and not name.startswith(HOMES[library])
    ]
    assert found == []


def test_the_stdlib_html_parser_is_never_used() -> None:
    # A 180 KB post keeps it busy for a minute.
    assert [f"{name}:{line}" for name, line, module in imports() if module == "html.parser"] == []


# --- untrusted text -----------------------------------------------------------------------------

WIDGETS = {"Static", "Label", "Button", "Checkbox", "RadioButton", "Collapsible", "Tab"}
READY = {"Content", "Text", "content", "assemble"}
"""Calls that give finished content; ``content`` is that of ``tui.widgets.paint``."""


def widgets_of(tree: ast.Module) -> set[str]:
    """The names of Textual's widgets that a module imports."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "textual.widgets"
        for alias in node.names
    }


def is_ready(node: ast.expr | None) -> bool:
    """Whether this is a literal, or text that is already content and no markup."""
    if node is None or is_literal(node):
        return True
    return isinstance(node, ast.Call) and called(node) in READY


def test_no_widget_reads_markup_in_text_it_was_handed() -> None:
    handed = {name: WIDGETS & widgets_of(tree) for name, tree in parsed()}
    found = [
        f"{name}:{node.lineno} {called(node)}"
        for name, node in calls()
        if called(node) in handed[name]
        if not is_ready(node.args[0] if node.args else None)
        if not says_no(keyword(node, "markup"))
    ]
    assert found == []


def test_no_notification_reads_markup() -> None:
    # A widget's own ``notify`` reads markup unless told not to; the application's does not.
    found = [
        f"{name}:{node.lineno}"
        for name, node in calls()
        if name.startswith("tui/") and called(node) == "notify" and node.args
        if not says_no(keyword(node, "markup")) and not is_literal(node.args[0])
        if ast.unparse(node.func) not in {"self.app.notify", "super().notify"}
    ]
    assert found == []


def test_markup_is_parsed_from_literals_alone() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, node in calls()
        if called(node) in {"from_markup", "render_markup"} and not is_literal(node.args[0])
    ]
    assert found == []


def test_titles_of_borders_and_tooltips_are_content() -> None:
    titles = {"border_title", "border_subtitle", "tooltip"}
    found = []
    for name, tree in parsed():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Assign):
                continue
            found += [
                f"{name}:{node.lineno}"
                for target in node.targets
                if isinstance(target, ast.Attribute)
                and target.attr in titles
                and not is_ready(node.value)
            ]
    assert found == []


# --- texts for people ---------------------------------------------------------------------------

READS_BACK = ("listeners/store/", "listeners/config/")
"""Where a template comes out of the store, or is handed on by a helper that is extracted."""
FILLED_LATER = ("listeners/importing/",)
"""Where the values are joined by whoever knows the file and the line."""


def test_every_sentence_is_a_literal_that_can_be_translated() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, node in calls()
        if called(node) == "Sentence" and not name.startswith(READS_BACK)
        if not is_literal(node.args[0] if node.args else keyword(node, "template"))
    ]
    assert found == []


def test_the_values_of_a_sentence_are_named_in_it() -> None:
    found = []
    for name, node in calls():
        if called(node) != "Sentence" or not node.args or not is_literal(node.args[0]):
            continue
        template = ast.literal_eval(node.args[0])
        wanted = {
            field.split(".")[0].split("[")[0]
            for _, field, _, _ in string.Formatter().parse(template)
            if field is not None
        }
        given = node.args[1] if len(node.args) > 1 else keyword(node, "values")
        if isinstance(given, ast.Dict) and all(is_literal(key) for key in given.keys):
            names = {ast.literal_eval(key) for key in given.keys if key is not None}
            if names - wanted or (wanted - names and not name.startswith(FILLED_LATER)):
                found.append(f"{name}:{node.lineno} wants {wanted}, is given {names}")
        elif given is None and wanted and not name.startswith(FILLED_LATER):
            found.append(f"{name}:{node.lineno} wants {wanted}")
    assert found == []


def test_no_text_for_a_person_is_glued_by_an_f_string() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, node in calls()
        if called(node) in {"_", "ngettext", "msgid"}
        if any(isinstance(argument, ast.JoinedStr) for argument in node.args)
    ]
    assert found == []


# --- order in the house -------------------------------------------------------------------------


def test_no_marks_of_unfinished_work() -> None:
    marks = re.compile(r"#\s*(TODO|FIXME|XXX|HACK)|type:\s*ignore|except:\s*$|pragma: no cover")
    found = [
        f"{name_of(path)}:{number}"
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert found == []


def test_no_text_for_people_hides_in_an_f_string() -> None:
    # What collects the texts to translate does not look inside: these would stay English.
    found = [
        f"{name}:{node.lineno}"
        for name, tree in parsed()
        for text in ast.walk(tree)
        if isinstance(text, ast.JoinedStr)
        for node in ast.walk(text)
        if isinstance(node, ast.Call)
        and called(node) in ("_", "msgid", "ngettext", "Sentence")
        and node.args
        and is_literal(node.args[0])
    ]
    assert found == []


def test_files_can_be_read_in_one_sitting() -> None:
    found = {
        name_of(path): lines
        for path in FILES
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 500
        and "words" not in path.name
        and "lexicon" not in str(path)
        and "story" not in str(path)
    }
    known = {"tui/actions.py"}
    assert set(found) - known == set()


def test_everything_public_says_what_it_is_for() -> None:
    found = []
    for name, tree in parsed():
        if tree.body and not ast.get_docstring(tree):
            found.append(f"{name}: module")
        for node in tree.body:
            if (
                isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
                and not node.name.startswith("_")
                and not ast.get_docstring(node)
            ):
                found.append(f"{name}:{node.lineno} {node.name}")
    assert found == []
