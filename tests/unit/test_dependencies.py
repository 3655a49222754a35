"""pyproject.toml declares exactly what the package imports."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOR_TYPES_ONLY = {"twisted"}
LATER_STANDARD = {"compression"}
"""In the standard library of Python 3.14."""
OTHERWISE = {"dateparser", "tzdata"}
"""Imported by name when first needed; read as data."""

EXTRAS = ("fleet", "report", "export")
"""Optional parts that the package itself imports, where a command needs them."""


def imported() -> set[str]:
    """Names of the packages that portalcrawl imports, as PyPI spells them."""
    names: set[str] = set()
    for path in (ROOT / "portalcrawl").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.partition(".")[0])
    return {name.lower().replace("_", "-") for name in names - sys.stdlib_module_names - {"portalcrawl"}}


def names_of(lines: list[str]) -> set[str]:
    return {re.split(r"[^\w-]", line, maxsplit=1)[0].lower() for line in lines}


def test_each_dependency_is_imported_and_each_import_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = set().union(*(names_of(project["optional-dependencies"][extra]) for extra in EXTRAS))
    assert (names_of(project["dependencies"]) | extras) - OTHERWISE == imported() - FOR_TYPES_ONLY - LATER_STANDARD
