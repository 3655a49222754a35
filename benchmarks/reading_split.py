"""The split of the saved pages by publisher: one half is ``fitted``, a quarter ``opened``, a quarter ``unseen``.

Rules of the reading are decided on the pages of the first two parts, weights are learned on the first. On 2026-11-30
the misses of the opened quarter were looked at, since those of the fitted half were all explained. Later that day those
of the last quarter were explained, too: no page of it had been looked at before, and docs/benchmarks-misses.md has its
last figures from then.
The part follows from a hash of the publisher's registrable domain, so that it is the same everywhere and all pages of
a publisher, in whatever pack, are in one part. Where only the path of a page's address is made up, its host still names
the publisher.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any, Literal
from urllib.parse import urlsplit

from tldextract import TLDExtract

Part = Literal["fitted", "opened", "unseen"]
PARTS: tuple[Part, ...] = ("fitted", "opened", "unseen")
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
def _part(name: str) -> Part:
    digest = sha256(f"{_SALT}:{name}".encode()).digest()
    if digest[0] % 2 == 0:
        return "fitted"
    return "unseen" if digest[1] % 2 else "opened"


def part(row: Mapping[str, Any]) -> Part:
    """Return the part that a row of gold belongs to."""
    return _part(publisher(row))
