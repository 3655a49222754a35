"""Reads any feed or sitemap."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, tzinfo

from portalcrawl.discovery.document_type import BLANK, type_of
from portalcrawl.discovery.entries import Document, DocumentError
from portalcrawl.discovery.inflate import inflate
from portalcrawl.discovery.moments import Clock

MAX_BYTES = 50 * 1024 * 1024
"""Of one sitemap, inflated; the limit of the protocol (sitemaps.org)."""
MAX_FEED_BYTES = 10 * 1024 * 1024
"""Of one feed. feedparser holds it several times."""


@dataclass(frozen=True, slots=True)
class Received:
    """A body as it came, and what is needed to read it."""

    body: bytes
    url: str
    fetched: datetime
    """Aware."""
    zone: tzinfo
    """Of times that name none; UTC where it is unknown."""
    content_type: str | None = None


def read_document(received: Received) -> Document:
    """Return the feed or sitemap in *received*, whose items are read as they are asked for.

    :raises DocumentError: ``no_document`` for anything else (a page, an error message), ``too_large``, ``encoding``.
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
