"""Creates entries; shared by the parsers of all formats."""

from __future__ import annotations

from typing import Any

from portalcrawl.discovery.entries import Entry, Kind
from portalcrawl.discovery.moments import Moment
from portalcrawl.text.normalize import plain
from portalcrawl.urls import absolute

MAX_FEED_ENTRIES = 5_000
"""Most entries that are read from one feed. Feeds list new articles; archives are in sitemaps."""
LONGEST_TITLE = 500
"""In characters."""
_COMMENT = "#comment"
"""Start of the fragment of links in WordPress's comment feeds; their title and time are those of the comment."""


def make_entry(url: str, kind: Kind, title: Any, published: Moment | None, updated: Moment | None) -> Entry:
    """Return an entry; *title* may contain markup, even escaped twice. For a comment, only the URL is set."""
    if _COMMENT in url:
        return Entry(url, kind)
    text = plain(title[: 4 * LONGEST_TITLE])[:LONGEST_TITLE] if isinstance(title, str) else ""
    return Entry(
        url,
        kind,
        title=text or None,
        published=published.when if published else None,
        precision=published.precision if published else "minute",
        updated=updated.when if updated else None,
        is_updated_day=updated is not None and updated.precision == "day",
    )


def address_of(href: Any, base: str) -> str | None:
    """Return the absolute http(s) URL of an entry's link *href* in the document at *base*; None if it is invalid."""
    return absolute(base, href.strip()) if isinstance(href, str) else None
