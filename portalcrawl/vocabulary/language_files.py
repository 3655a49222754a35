"""Load the files of the vocabulary, each on first use."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_SUFFIX = ".toml"


@cache
def languages() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """Return language tag -> table -> role -> value, as the files hold them, sorted by tag."""
    folder = files(__package__) / "languages"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(_SUFFIX))
    return {name.removesuffix(_SUFFIX): tomllib.loads((folder / name).read_text("utf-8")) for name in names}


@cache
def table(name: str) -> Mapping[str, Any]:
    """Return the content of the file *name*, which is not the file of a language."""
    return tomllib.loads((files(__package__) / f"{name}{_SUFFIX}").read_text("utf-8"))


@cache
def phrases(role: str) -> tuple[str, ...]:
    """Return the phrases of *role* (``table.role``) in all languages, each once.

    :raises LookupError: if no language has the role.
    """
    section, _, name = role.partition(".")
    found: dict[str, None] = {}
    known = False
    for tables in languages().values():
        value = tables.get(section, {}).get(name)
        known = known or value is not None
        found.update(dict.fromkeys(value.split() if isinstance(value, str) else value or ()))
    if not known:
        raise LookupError(f"no language has {role}")
    return tuple(found)


@cache
def words(*roles: str) -> frozenset[str]:
    """Return the words of *roles* in all languages."""
    return frozenset(word for role in roles for word in phrases(role))
