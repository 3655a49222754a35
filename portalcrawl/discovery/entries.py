"""What feeds and sitemaps list."""

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
    """Absolute address, as the document writes it."""
    kind: Kind
    title: str | None = None
    """Text without markup."""
    published: datetime | None = None
    """Aware, on the portal's clock where its zone is known."""
    precision: Precision = "minute"
    """Of ``published``; for ``day`` it is midnight."""
    updated: datetime | None = None
    """Aware; midnight of a day."""
    is_updated_day: bool = False
    """Whether ``updated`` tells the day alone."""

    @property
    def last_change(self) -> datetime | None:
        """The last moment at which the article can have changed by what the document says, aware; None: unknown."""
        if self.updated is None:
            return self.published
        return self.updated + DAY - timedelta(seconds=1) if self.is_updated_day else self.updated


@dataclass(frozen=True, slots=True)
class Child:
    """A sitemap that a sitemap index lists."""

    url: str
    lastmod: str | None = None
    """As written."""
    updated: datetime | None = None
    """``lastmod``, aware; the end of a day that is given without a time."""


@dataclass(slots=True)
class Document:
    """A feed or sitemap while it is read."""

    items: Iterator[Entry | Child]
    """Read as they are asked for. Raises DocumentError where the rest can't be read."""
    problems: Counter[str] = field(default_factory=Counter)
    """What was left out, or left unread, by reason."""


class DocumentError(ValueError):
    """A document that can't be read, under a named reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
