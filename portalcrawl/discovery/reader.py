"""Opens any feed or sitemap: decompresses it, detects its type and calls the parser for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, tzinfo

from portalcrawl.discovery.document_type import BLANK, type_of
from portalcrawl.discovery.entries import Document, DocumentError
from portalcrawl.discovery.inflate import inflate
from portalcrawl.discovery.moments import Clock

MAX_BYTES = 50 * 1024 * 1024
"""Maximum size of one sitemap, decompressed; the limit of the protocol (sitemaps.org)."""
MAX_FEED_BYTES = 10 * 1024 * 1024
"""Maximum size of one feed, decompressed. feedparser keeps several copies of it in memory."""


@dataclass(frozen=True, slots=True)
class Received:
    """A response body, and the data that is needed to parse it."""

    body: bytes
    url: str
    fetched: datetime
    """Time of the fetch, aware."""
    zone: tzinfo
    """Time zone for times without one; UTC if the portal's is unknown."""
    content_type: str | None = None


def read_document(received: Received) -> Document:
    """Return the feed or sitemap in *received*; its items are parsed lazily.

    :raises DocumentError: ``no_document`` for anything else (a page, an error message), ``empty``, ``too_large``,
        ``encoding``.
    """
    problems: Counter[str] = Counter()
    body = inflate(received.body, MAX_BYTES, problems).lstrip(BLANK)
    kind = type_of(body, received.url)
    if kind is None:
        raise DocumentError("no_document" if body else "empty")
    clock = Clock(received.fetched, received.zone, problems)
    if kind in ("feed", "json_feed") and len(body) > MAX_FEED_BYTES:
        raise DocumentError("too_large")
    if kind == "feed":
        from portalcrawl.discovery.feeds import read_feed  # here: feedparser takes 45 ms of CPU to import

        return Document(read_feed(body, received.url, clock, problems, received.content_type), problems)
    if kind == "json_feed":
        from portalcrawl.discovery.json_feed import read_json_feed

        return Document(read_json_feed(body, received.url, clock, problems), problems)
    from portalcrawl.discovery.sitemaps import read_sitemap, read_text_sitemap

    if kind == "text_sitemap":
        return Document(read_text_sitemap(body, received.url, problems), problems)
    return Document(read_sitemap(body, received.url, clock, problems), problems)
