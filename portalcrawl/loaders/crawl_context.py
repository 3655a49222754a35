"""How the crawl came to a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portalcrawl.storage.discovered import EntryRecord


@dataclass(frozen=True, slots=True)
class CrawlContext:
    """Fields of a record about the crawl that wrote it."""

    run: str
    """The run's name."""
    depth: int = 0
    """Teaser hops from a start page."""
    discovered_via: str | None = None
    """``start``, ``teaser``, ``pending``, ``feed``, ``news_sitemap`` or ``sitemap``."""
    found_on: str | None = None
    """Page whose teaser led here."""
    rendered: bool = False
    """Whether a browser rendered the page."""
    entry: EntryRecord | None = None
    """The article's entry in a feed or sitemap."""
