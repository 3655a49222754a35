"""Parses RSS 0.9x, 1.0 and 2.0, and Atom with feedparser; imported when the first feed is read."""

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
    """Yield the entries of the RSS or Atom feed *body*, in document order.

    *base* is the URL of the feed; relative links are resolved against it if the feed has no ``xml:base``.
    *content_type* is the Content-Type header; its charset takes precedence over the XML declaration (RFC 7303, 3.2).

    :raises DocumentError: ``broken_xml`` if no entry can be parsed because of an XML error.
    """
    headers = {"content-location": base}
    if content_type:
        headers["content-type"] = content_type
    # Passed as a stream, since feedparser would open a string that looks like a URL or file name.
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
    # RSS has one time per entry, pubDate or Dublin Core's date; Atom has two (RFC 4287, 4.2.9 and 4.2.15).
    keys = ("published", "created", *(("updated",) if not parsed.version.startswith("atom") else ()))
    for entry in entries[:MAX_FEED_ENTRIES]:
        if found := _entry(entry, keys, base, clock, problems):
            yield found


def _entry(
    entry: Mapping[str, Any], keys: Sequence[str], base: str, clock: Clock, problems: Counter[str]
) -> Entry | None:
    # FeedBurner's links lead to its own host; the article's URL is in feedburner:origLink.
    url = address_of(entry.get("feedburner_origlink") or entry.get("link"), base)
    if url is None:
        problems["no_address"] += 1
        return None
    # The text is parsed here, since the time that feedparser parsed has lost its UTC offset.
    published = next((found for key in keys if key in entry and (found := clock.read(entry[key]))), None)
    # feedparser returns ``published`` for a missing ``updated``, but ``in`` tests what is really there.
    updated = clock.read(entry["updated"]) if "updated" in entry else None
    return make_entry(url, "feed", entry.get("title"), published, updated)
