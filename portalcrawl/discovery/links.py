"""Finds the links to feeds and sitemaps in pages and robots.txt files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scrapy.utils.sitemap import sitemap_urls_from_robots

from portalcrawl.urls import absolute

if TYPE_CHECKING:
    from lxml.etree import _Element

FEED_TYPES = frozenset(
    ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "text/xml")
)
"""Media types of feeds in ``link rel=alternate`` (HTML Living Standard, 4.6.7.1; jsonfeed.org: Discovery)."""
_COMMENTS = "/comments/"
"""Part of the URLs of WordPress's comment feeds."""


def feed_links(root: _Element, base_url: str) -> Iterator[str]:
    """Yield the absolute URLs of the feeds that a page links to, in page order, except comment feeds."""
    for link in root.iter("link"):
        media_type = (link.get("type") or "").partition(";")[0].strip().lower()
        if media_type not in FEED_TYPES or "alternate" not in (link.get("rel") or "").lower().split():
            continue
        url = absolute(base_url, str(link.get("href") or ""))
        if url and _COMMENTS not in url:
            yield url


def robots_sitemaps(body: bytes, origin: str) -> Iterator[str]:
    """Yield the absolute URLs in the ``Sitemap:`` lines of a robots.txt (sitemaps.org/protocol.html#informing)."""
    for written in sitemap_urls_from_robots(body, f"{origin}/robots.txt"):
        if url := absolute(f"{origin}/", written):
            yield url
