"""Compare an article with its last revision in the state: new, changed or unchanged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal

from portalcrawl.crawl.likeness import sketch
from portalcrawl.ids import content_hash
from portalcrawl.items import Article
from portalcrawl.storage.records import Record

Comparison = Literal["new", "changed", "unchanged"]

DECIDING = (
    *("headline", "kicker", "description", "article_body", "authors", "source"),
    *("section", "keywords", "images", "is_accessible_for_free"),
)
"""Fields whose change makes a revision. Times are not among them: relative times differ at every visit."""
ACCOMPANYING = ("date_published", "date_modified", "agency", "dateline", "in_language")
"""Fields whose change alone makes no revision, but which are named in ``changed_fields`` if they changed too."""
FIELDS = (*DECIDING, *ACCOMPANYING)
"""The state stores the hashes in this order; append new fields."""


def compare(article: Article, record: Record) -> Comparison:
    """Set revision and changed_fields of *article* by comparing it with *record*, and return the result."""
    hashes = field_hashes(article)
    if not record.revision:
        article.revision, article.changed_fields = 1, []
        return "new"
    before = stored_hashes(record)
    changed = [name for name in hashes if hashes[name] != before.get(name)]
    if not set(changed) & set(DECIDING):
        return "unchanged"
    article.revision, article.changed_fields = record.revision + 1, changed
    return "changed"


def remember(article: Article, record: Record) -> None:
    """Set the fields of *record* that the next visit is compared with."""
    record.revision = article.revision
    record.content_hash = article.content_hash
    record.cluster_id = article.cluster_id
    record.headline = record.headline or article.headline
    record.sketch = sketch(article)
    record.field_hashes = ",".join(value or "" for value in field_hashes(article).values())


def stored_hashes(record: Record) -> Mapping[str, str | None]:
    """Return the hashes of the last revision, as :func:`field_hashes` returns them; empty without a revision."""
    stored = record.field_hashes or "{}"
    if stored.startswith("{"):  # up to version 2, the state stored the field names too
        hashes: dict[str, str | None] = json.loads(stored)
        return hashes
    return {name: value or None for name, value in zip(FIELDS, stored.split(","), strict=False)}


def field_hashes(article: Article) -> dict[str, str | None]:
    """Return a short hash of each content field, with white space collapsed; None for an empty field."""
    return {name: _short(_text(article, name)) for name in FIELDS}


def _short(text: str | None) -> str | None:
    whole = content_hash([text]) if text else None
    return whole[:8] if whole else None


def _text(article: Article, name: str) -> str | None:
    if name == "images":
        # Without their URLs, whose sizes and signatures change although the picture does not.
        return "\n".join(f"{image.caption or ''}\t{image.credit or ''}" for image in article.images) or None
    if name == "date_published":
        return article.date_published_raw
    value = getattr(article, name)
    if isinstance(value, list):
        return "\n".join(value) or None
    return None if value is None else str(value)
