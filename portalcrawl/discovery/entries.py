"""Data classes for feeds and sitemaps and their entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from portalcrawl.dates import Precision

Kind = Literal["feed", "news_sitemap", "sitemap"]
"""Value of ``Article.discovered_via``."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """An article in a feed or sitemap."""

    url: str
    """Absolute URL, as written in the document."""
    kind: Kind
    title: str | None = None
    """Text without markup."""
    published: datetime | None = None
    """Aware, in the portal's time zone if that is known."""
    precision: Precision = "minute"
    """Precision of ``published``; if it is ``day``, the time is midnight."""
    updated: datetime | None = None
    """Aware; midnight if only the day is known."""
    is_updated_day: bool = False
    """Whether ``updated`` is a day without a time."""

    @property
    def last_change(self) -> datetime | None:
        """The latest time at which the article can have changed according to the document, aware; None: unknown."""
        if self.updated is None:
            return self.published
        return self.updated + DAY - timedelta(seconds=1) if self.is_updated_day else self.updated


@dataclass(frozen=True, slots=True)
class Child:
    """A sitemap that a sitemap index lists."""

    url: str
    lastmod: str | None = None
    """As written in the index."""
    updated: datetime | None = None
    """``lastmod`` parsed, aware; the end of the day if it has no time."""


@dataclass(slots=True)
class Document:
    """A feed or sitemap that is parsed lazily."""

    items: Iterator[Entry | Child]
    """Parses the items during iteration; raises DocumentError if the rest of the document can't be parsed."""
    problems: Counter[str] = field(default_factory=Counter)
    """Number of skipped or faulty items, values and parts of the document, by reason. Filled during iteration."""


class DocumentError(ValueError):
    """Raised if a document can't be parsed; *reason* is the name under which this is counted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
