"""How the crawl came to a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portalcrawl.storage.discovered import EntryRecord


@dataclass(frozen=True, slots=True)
class CrawlContext:
    """What a record says of the crawl that made it."""

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
    """What a feed or sitemap said of the article."""
