"""Parses JSON Feed 1.0 and 1.1 (jsonfeed.org)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from portalcrawl.discovery.document_type import BLANK
from portalcrawl.discovery.entries import DocumentError, Entry
from portalcrawl.discovery.entry_building import MAX_FEED_ENTRIES, address_of, make_entry
from portalcrawl.discovery.moments import Clock


def read_json_feed(body: bytes, base: str, clock: Clock, problems: Counter[str]) -> Iterator[Entry]:
    """Yield the entries of the JSON Feed *body*, in document order; *base* is its URL.

    :raises DocumentError: ``broken_json`` if it is not a JSON object with a list of items.
    """
    try:
        items = json.loads(body.lstrip(BLANK).decode("utf-8", "replace"))["items"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise DocumentError("broken_json") from None
    if not isinstance(items, list):
        raise DocumentError("broken_json")
    for number, item in enumerate(items):
        if number >= MAX_FEED_ENTRIES:
            problems["too_many_entries"] += 1
            return
        if found := _entry(item, base, clock, problems):
            yield found


def _entry(item: Any, base: str, clock: Clock, problems: Counter[str]) -> Entry | None:
    said = {key: value for key, value in item.items() if isinstance(value, str)} if isinstance(item, dict) else {}
    url = address_of(said.get("url") or said.get("external_url"), base)
    if url is None:
        problems["no_address"] += 1
        return None
    published, updated = clock.read(said.get("date_published")), clock.read(said.get("date_modified"))
    return make_entry(url, "feed", said.get("title"), published, updated)
