"""JSON Schema (draft 2020-12) of everything a run publishes, generated from the item classes."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from itemadapter import ItemAdapter

from portalcrawl.items import DATE_TIME, NOT_EMPTY, SCHEMA_VERSION, Article, Teaser, schema_extra

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(slots=True)
class FeedEntry:
    """One published feed file."""

    file: str = field(metadata=NOT_EMPTY)
    """Name of the file, in the manifest's folder."""
    kind: str = field(metadata=schema_extra(enum=["articles", "teasers"]))
    """What its lines are."""
    records: int = field(metadata=schema_extra(minimum=1))
    """Number of lines."""
    bytes: int = field(metadata=schema_extra(minimum=1))
    """Size of the file."""
    sha256: str = field(metadata=schema_extra(pattern="^[0-9a-f]{64}$"))
    """SHA-256 of the file, in hex."""


@dataclass(slots=True)
class Verdict:
    """How the run went."""

    level: str = field(metadata=schema_extra(enum=["ok", "warning", "failed"]))
    """``failed`` makes the command end with exit code 1."""
    reasons: list[str]
    """Why it is not ``ok``."""


@dataclass(slots=True)
class Manifest:
    """What a run published: written last, so that a reader of manifests never sees half a file."""

    run: str = field(metadata=NOT_EMPTY)
    """Id of the run."""
    portal: str = field(metadata=NOT_EMPTY)
    """Name of the portal; several are joined by a space."""
    arguments: dict[str, str]
    """The arguments as given, secrets masked."""
    started: str = field(metadata=DATE_TIME)
    """ISO 8601, UTC."""
    finished: str = field(metadata=DATE_TIME)
    """ISO 8601, UTC."""
    finish_reason: str = field(metadata=NOT_EMPTY)
    """Why it ended: ``finished``, ``max_articles``, ``shutdown``, ``recovered``, ..."""
    feeds: list[FeedEntry]
    """The published files; a feed without a record is not among them."""
    counts: dict[str, int]
    """What was counted, by name."""
    verdict: Verdict
    """How the run went."""


KINDS: dict[str, type] = {"article": Article, "teaser": Teaser, "manifest": Manifest}


def json_schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema of ``article``, ``teaser`` or ``manifest``; KeyError for any other kind."""
    cls = KINDS[kind]
    schema = _closed(ItemAdapter.get_json_schema(cls))
    return {
        "$schema": DIALECT,
        "title": cls.__name__,
        "description": (cls.__doc__ or "").split("\n", maxsplit=1)[0],
        "version": SCHEMA_VERSION,
        **schema,
        "required": [f.name for f in fields(cls)],
    }


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """Fold line breaks in descriptions and demand every field of nested records."""
    for name, value in schema.get("properties", {}).items():
        nested = value.get("items", value)
        if isinstance(nested, dict) and "properties" in nested:
            nested["required"] = list(_closed(nested)["properties"])
        if "description" in value:
            schema["properties"][name]["description"] = " ".join(value["description"].split())
    return schema
