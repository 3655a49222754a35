"""The order of the packages: imports go down only, in no circle."""

from __future__ import annotations

import ast
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "portalcrawl"
FILES = sorted(PACKAGE.rglob("*.py"))

LAYERS = (
    {"errors", "ids", "items", "reasons", "vocabulary", "demo"},
    {"component", "extras", "plurals", "terminal"},
    {"text"},
    {"dates", "urls"},
    {"schema", "profiles"},
    {"storage", "feeds", "discovery", "rights", "extraction.dom", "extraction.parts"},
    {"feeds.store"},
    {"extraction.declared", "extraction.article", "extraction.teasers"},
    {"extraction.rules"},
    {"extraction"},
    {"loaders"},
    {"crawl", "reading", "explanation"},
    {"runs"},
    {"export", "report", "metrics"},
    {"scheduling", "rendering", "drafting"},
    {"document_requests"},
    {"spiders", "middlewares", "pipelines", "extensions", "scheduler", "downloader", "logformatter", "settings"},
    {"fleet"},
    {"command"},
    {"commands.inspection", "commands.scheduled"},
    {"commands"},
    {"__init__"},
)
RANK = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms}
LONGEST_FILE, LONGEST_FUNCTION = 400, 50
"""Lines. A guide that is seldom reached: files are parted by subject, not to meet it."""
APART = ("pipelines", "extensions", "middlewares")
"""Rooms whose modules never import each other's."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {module_name(path): path for path in FILES}


@cache
def imports(path: Path, *, at_run_time: bool) -> frozenset[str]:
    """Modules of the package that *path* imports; the package itself only gives the version, and the library lazily."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[int] = set()
    if at_run_time:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                skipped.update(id(inner) for inner in ast.walk(node))
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update({f"{node.module}.{alias.name}" for alias in node.names} | {node.module})
    return frozenset(name for name in found if name in NAMES) - {PACKAGE.name}


def room(name: str) -> str:
    """Return the package of a module; a module beside packages, or one below all others of its package, counts as a
    package."""
    own = name.removeprefix(f"{PACKAGE.name}.")
    if name == PACKAGE.name:
        return "__init__"
    is_own = "." not in own or NAMES[name].name == "__init__.py" or own == "extraction.parts"
    return own if is_own else own.rpartition(".")[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down(path: Path) -> None:
    own = room(module_name(path))
    for name in imports(path, at_run_time=False):
        other = room(name)
        assert RANK[other] <= RANK[own], f"{path} imports {name}, which stands above it"
        assert other not in APART or other == own or RANK[own] > RANK[other], f"{path} imports {name}"


def test_rooms_form_no_circle() -> None:
    """Also not by imports for types alone."""
    graph: dict[str, set[str]] = {}
    for name, path in NAMES.items():
        own = room(name)
        within = {own.rpartition(".")[0], own}
        others = {room(each) for each in imports(path, at_run_time=False) if NAMES[each].name != "__init__.py"}
        graph.setdefault(own, set()).update(others - within)
    check_order(graph)


READING = {"extraction", "profiles", "text", "dates", "urls", "vocabulary", "reasons", "plurals", "rights"}


def test_the_reading_knows_neither_items_nor_the_crawl() -> None:
    for name, path in NAMES.items():
        if room(name).startswith("extraction"):
            rooms = {room(each).partition(".")[0] for each in imports(path, at_run_time=False)}
            assert rooms <= READING, path


def test_the_embedded_portal_imports_nothing_of_the_rest() -> None:
    for name, path in NAMES.items():
        if room(name) == "demo":
            assert {room(each) for each in imports(path, at_run_time=False)} <= {"demo"}


def test_no_import_circles() -> None:
    graph = {
        name: {each for each in imports(path, at_run_time=True) if not name.startswith(each + ".")} - {name}
        for name, path in NAMES.items()
    }
    check_order(graph)


def check_order(graph: dict[str, set[str]]) -> None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"import circle: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_readable(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno <= LONGEST_FUNCTION, f"{path}: {node.name} is too long"
