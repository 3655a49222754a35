"""The house's order: imports go down only, in no circle; rooms stay small."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "portalcrawl"
FILES = sorted(PACKAGE.rglob("*.py"))

LAYERS = (
    {
        "charsets",
        "errors",
        "ids",
        "items",
        "urls",
        "dates",
        "text",
        "datelines",
        "names",
        "fingerprints",
        "vocabulary",
        "sampleportal",
    },
    {"schema", "processors", "portals"},
    {"state", "feeds", "page"},
    {"crawl"},
    {"runs", "loaders"},
    {"failures", "scheduling", "library"},
    {"rendering"},
    {"spiders", "middlewares", "pipelines", "extensions", "scheduler", "downloader", "logformatter", "settings"},
    {"commands"},
    {"__init__"},
)
RANK = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms}
APART = ("pipelines", "extensions", "middlewares")
"""Rooms whose modules never import each other's."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {module_name(path): path for path in FILES}


def imports(path: Path, *, at_run_time: bool) -> set[str]:
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
    return {name for name in found if name in NAMES} - {PACKAGE.name}


def room(name: str) -> str:
    return name.split(".")[1] if "." in name else "__init__"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down(path: Path) -> None:
    own = room(module_name(path))
    for name in imports(path, at_run_time=False):
        other = room(name)
        assert RANK[other] <= RANK[own], f"{path} imports {name}, which stands above it"
        assert other not in APART or other == own or RANK[own] > RANK[other], f"{path} imports {name}"


def test_page_knows_neither_items_nor_loaders() -> None:
    for name, path in NAMES.items():
        if room(name) == "page":
            assert not {"portalcrawl.items", "portalcrawl.loaders"} & imports(path, at_run_time=False)


def test_the_embedded_portal_imports_nothing_of_the_rest() -> None:
    for name, path in NAMES.items():
        if room(name) == "sampleportal":
            assert {room(each) for each in imports(path, at_run_time=False)} <= {"sampleportal"}


def test_no_import_circles() -> None:
    graph = {
        name: {each for each in imports(path, at_run_time=True) if not name.startswith(each + ".")} - {name}
        for name, path in NAMES.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"import circle: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_rooms_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 40, f"{path}: {node.name} is too long"
