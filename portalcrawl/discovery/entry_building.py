"""What all readers make their entries of."""

from __future__ import annotations

from typing import Any

from portalcrawl.discovery.entries import Entry, Kind
from portalcrawl.discovery.moments import Moment
from portalcrawl.text.normalize import plain
from portalcrawl.urls import absolute

MAX_FEED_ENTRIES = 5_000
"""Of one feed. Feeds hold what is new; archives are for sitemaps."""
LONGEST_TITLE = 500
"""Characters."""
_COMMENT = "#comment"
"""How WordPress's feeds of comments begin the fragment: title and time are those of the comment."""


def make_entry(url: str, kind: Kind, title: Any, published: Moment | None, updated: Moment | None) -> Entry:
    """Return an entry; *title* may hold markup, also escaped twice. Of a comment only the article's address is kept."""
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
    """Return the absolute http(s) address of an entry's link in the document *base*; None where it is none."""
    return absolute(base, href.strip()) if isinstance(href, str) else None
