"""The split of the saved pages into two halves by publisher: ``fitted`` and ``unseen``.

Rules of the reading are decided on the pages of the fitted half; the unseen half is only scored. The half follows from
a hash of the publisher's registrable domain, so that it is the same everywhere and all pages of a publisher, in
whatever pack, are in one half. Where only the path of a page's address is made up, its host still names the publisher.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any, Literal
from urllib.parse import urlsplit

from tldextract import TLDExtract

Half = Literal["fitted", "unseen"]
HALVES: tuple[Half, Half] = ("fitted", "unseen")
_SALT = "393"
"""Chosen, before anything was scored, so that both halves hold about as many pages of each pack and language."""
_NO_PUBLISHERS = frozenset(("example", "invalid", "localhost", "test"))
"""Domains and top-level domains that are reserved for examples (RFC 2606)."""
_domain = TLDExtract(cache_dir=None, suffix_list_urls=())  # the list that comes with the package, no network


def publisher(row: Mapping[str, Any]) -> str:
    """Return the registrable domain of a row of gold; its source and id where the address names no publisher."""
    host = urlsplit(str(row.get("url") or row.get("base_url") or "").removeprefix("x")).hostname or ""
    found = _domain(host)
    if not found.suffix or {found.domain, found.suffix} & _NO_PUBLISHERS:
        return f"{row.get('source', '')}:{row['id']}"
    return found.top_domain_under_public_suffix or host


@cache
def _half(name: str) -> Half:
    return HALVES[sha256(f"{_SALT}:{name}".encode()).digest()[0] % 2]


def half(row: Mapping[str, Any]) -> Half:
    """Return the half that a row of gold belongs to."""
    return _half(publisher(row))
