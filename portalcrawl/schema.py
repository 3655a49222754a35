"""The manifest, and the JSON Schema (draft 2020-12) of everything a run publishes, generated from the classes."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from itemadapter import ItemAdapter

from portalcrawl.items import (
    DATE_TIME,
    NOT_EMPTY,
    SCHEMA_VERSION,
    Article,
    Observation,
    RightsSignal,
    Teaser,
    schema_extra,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(slots=True)
class FeedEntry:
    """One published feed file."""

    file: str = field(metadata=NOT_EMPTY)
    """Name of the file, which is in the manifest's folder."""
    kind: str = field(metadata=schema_extra(enum=["articles", "teasers", "observations"]))
    """Type of its records."""
    records: int = field(metadata=schema_extra(minimum=1))
    """Number of records, one a line."""
    bytes: int = field(metadata=schema_extra(minimum=1))
    """Size of the file in bytes."""
    sha256: str = field(metadata=schema_extra(pattern="^[0-9a-f]{64}$"))
    """SHA-256 of the file, 64 hex digits."""


@dataclass(slots=True)
class Verdict:
    """How the run went."""

    level: str = field(metadata=schema_extra(enum=["ok", "warning", "failed"]))
    """``ok``, ``warning`` or ``failed``; the command ends with exit code 1 for ``failed``."""
    reasons: list[str]
    """Reasons why it is not ``ok``."""


@dataclass(slots=True)
class Manifest:
    """What a run published. It is written last, so all files that it names are complete."""

    run: str = field(metadata=NOT_EMPTY)
    """Id of the run."""
    portal: str = field(metadata=NOT_EMPTY)
    """Name of the portal; several names are separated by spaces."""
    arguments: dict[str, str]
    """Spider arguments as given, with secrets masked."""
    started: str = field(metadata=DATE_TIME)
    """Time when the run began, ISO 8601, UTC."""
    finished: str = field(metadata=DATE_TIME)
    """Time when the run was published, ISO 8601, UTC."""
    finish_reason: str = field(metadata=NOT_EMPTY)
    """Why the run ended: ``finished``, ``max_articles``, ``shutdown``, ``recovered``, ..."""
    feeds: list[FeedEntry]
    """The published files. A feed without records is not published."""
    counts: dict[str, int]
    """Counters of the run, by name."""
    verdict: Verdict
    """How the run went."""


def parse_manifest(found: Mapping[str, Any]) -> Manifest:
    """Return the manifest given as a JSON object."""
    manifest = Manifest(**found)
    manifest.verdict = Verdict(**manifest.verdict)  # type: ignore[arg-type]
    manifest.feeds = [FeedEntry(**feed) for feed in manifest.feeds]  # type: ignore[arg-type]
    return manifest


KINDS: dict[str, type] = {"article": Article, "teaser": Teaser, "observation": Observation, "manifest": Manifest}


def json_schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema of ``article``, ``teaser``, ``observation`` or ``manifest``."""
    cls = KINDS[kind]
    for module in dict.fromkeys((Article.__module__, cls.__module__)):
        _describe_fields(module)
    schema = ItemAdapter.get_json_schema(cls)
    if cls is Article:
        schema["properties"]["rights"] |= _rights_schema()
    schema = _complete(schema)
    return {
        "$schema": DIALECT,
        "title": cls.__name__,
        "description": (cls.__doc__ or "").split("\n", maxsplit=1)[0],
        "version": SCHEMA_VERSION,
        **schema,
        "required": [each.name for each in fields(cls)],
    }


@cache
def _describe_fields(module: str) -> None:
    """Copy the docstrings of the fields of the module's dataclasses into the fields' metadata.

    itemadapter could find them itself, but would read and parse the source once per field, which takes 0.2 s of CPU
    time in each run that writes a record.
    """
    for node in ast.parse(inspect.getsource(sys.modules[module])).body:
        if isinstance(node, ast.ClassDef):
            docstrings = dict(_docstrings(node))
            for each in fields(getattr(sys.modules[module], node.name)):
                extra = {"description": docstrings[each.name], **each.metadata.get("json_schema_extra", {})}
                each.metadata = MappingProxyType({**each.metadata, **schema_extra(**extra)})


def _docstrings(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """Yield the names of a class's fields, and the strings that follow them."""
    for statement, following in pairwise(node.body):
        match statement, following:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, inspect.cleandoc(text)


def _rights_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``Article.rights``: strings, and an optional list of signals."""
    signals = {
        "type": "array",
        "description": (RightsSignal.__doc__ or "").split("\n", maxsplit=1)[0],
        "items": ItemAdapter.get_json_schema(RightsSignal),
    }
    _complete({"properties": {"signals": signals}})
    return {"properties": {"signals": signals}, "additionalProperties": {"type": "string"}, "required": []}


def _complete(schema: dict[str, Any]) -> dict[str, Any]:
    """Put descriptions on one line and require all fields of nested records; return *schema*, changed in place."""
    for name, value in schema.get("properties", {}).items():
        nested = value.get("items", value)
        if isinstance(nested, dict) and "properties" in nested:
            nested.setdefault("required", list(_complete(nested)["properties"]))
        if "description" in value:
            schema["properties"][name]["description"] = " ".join(value["description"].split())
    return schema
