"""What one page gives: the article, its teasers, and which source gave each field of the article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from portalcrawl.extraction.page import Page
from portalcrawl.extraction.parts import PageType
from portalcrawl.items import Article, Teaser
from portalcrawl.loaders.crawl_context import CrawlContext
from portalcrawl.reading import read

CRAWL = CrawlContext(run="inspect", discovered_via="start")


@dataclass(frozen=True, slots=True)
class Found:
    """The records of one page, as a crawl that started on it would write them."""

    url: str
    portal: str
    kind: PageType
    fetched: str
    """ISO 8601, UTC."""
    article: Article | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    """Article field -> ``profile``, ``json-ld``, ``meta``, ``page`` or ``url``."""
    teasers: tuple[Teaser, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return asdict(self)


def inspect_page(page: Page) -> Found:
    """Read *page* as a crawl would: a list of articles gives no article."""
    reading = read(page, CRAWL)
    return Found(
        url=page.url,
        portal=page.profile.name,
        kind=reading.page_type,
        fetched=page.fetched.isoformat(),
        article=reading.article,
        sources=reading.sources,
        teasers=tuple(reading.teasers),
    )
