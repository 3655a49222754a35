"""RSS 0.9x, 1.0 and 2.0, and Atom, read by feedparser; imported when the first feed is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

import feedparser

from portalcrawl.discovery.document_type import BLANK, is_cut
from portalcrawl.discovery.entries import DocumentError, Entry
from portalcrawl.discovery.entry_building import MAX_FEED_ENTRIES, address_of, make_entry
from portalcrawl.discovery.moments import Clock


def read_feed(
    body: bytes, base: str, clock: Clock, problems: Counter[str], content_type: str | None = None
) -> Iterator[Entry]:
    """Yield the entries of the RSS or Atom feed *body*, in its order.

    *base* is its address, to which relative links count where the feed has no ``xml:base``; *content_type* the header,
    whose charset counts before the one that the XML declares (RFC 7303, 3.2).
    """
    headers = {"content-location": base}
    if content_type:
        headers["content-type"] = content_type
    # From a stream: a string or bytes that look like an address or a file's name would be opened.
    parsed = feedparser.parse(
        BytesIO(body.lstrip(BLANK)), response_headers=headers, sanitize_html=False, resolve_relative_uris=True
    )
    if parsed.get("bozo") and not parsed.entries:
        raise DocumentError("broken_xml")
    entries = parsed.entries
    if is_cut(body):
        problems["cut"] += 1
        entries = entries[:-1]
    if len(entries) > MAX_FEED_ENTRIES:
        problems["too_many_entries"] += 1
    # RSS has one time for an entry, pubDate or Dublin Core's date; Atom has two (RFC 4287, 4.2.9 and 4.2.15).
    keys = ("published", "created", *(("updated",) if not parsed.version.startswith("atom") else ()))
    for entry in entries[:MAX_FEED_ENTRIES]:
        if found := _entry(entry, keys, base, clock, problems):
            yield found


def _entry(
    entry: Mapping[str, Any], keys: Sequence[str], base: str, clock: Clock, problems: Counter[str]
) -> Entry | None:
    # FeedBurner's links lead to its own host; the article's stands beside them.
    url = address_of(entry.get("feedburner_origlink") or entry.get("link"), base)
    if url is None:
        problems["no_address"] += 1
        return None
    # The text is read, not feedparser's own reading of it, which drops the offset from UTC.
    published = next((found for key in keys if key in entry and (found := clock.read(entry[key]))), None)
    # feedparser gives ``published`` for a missing ``updated``, but says that it is missing.
    updated = clock.read(entry["updated"]) if "updated" in entry else None
    return make_entry(url, "feed", entry.get("title"), published, updated)
