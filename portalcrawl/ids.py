"""Ids and hashes of records. They are stored in feeds and states, so they must never change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

ID_DIGITS = 16
HASH_DIGITS = 32
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def article_id(prefix: str, native: str | None, canonical_url: str) -> str:
    """Return the id of an article: *native*, its id on the portal, or else a hash of its canonical URL.

    *prefix* is the profile's name if there is a native id, otherwise the host without ``www.``.

    >>> article_id("klamm", "70N692f", "https://www.klamm.de/news/x-70N692f.html")
    'klamm:70N692f'
    >>> article_id("example.org", None, "https://www.example.org/a")
    'example.org:5fcc169d9cd23de0'
    """
    return f"{prefix}:{native or _hex(canonical_url, ID_DIGITS)}"


def teaser_id(portal: str, article: str, state: Sequence[str | int | None]) -> str:
    """Return the id of one state of a teaser.

    *state* is headline, kicker, snippet, label and comment count. The hash is that of the compact JSON array of the
    article's id and these five values, in UTF-8 without escapes.
    """
    return f"{portal}:{_hex(_COMPACT.encode([article, *state]), ID_DIGITS)}"


def observation_id(portal: str, parts: Sequence[str]) -> str:
    """Return the id of an observation; *parts* are run, page, article id, teaser id and event."""
    return f"{portal}:{_hex(_COMPACT.encode(list(parts)), ID_DIGITS)}"


def content_hash(texts: Sequence[str | None]) -> str | None:
    """Return the hash of an article's texts with whitespace collapsed; None if all are empty."""
    collapsed = [" ".join((text or "").split()) for text in texts]
    return _hex("\n".join(collapsed), HASH_DIGITS) if any(collapsed) else None


def text_key(portal: str, text: str | None) -> int:
    """Return a 64-bit hash of a portal's text with whitespace collapsed; 0 for an empty text."""
    if not text:
        return 0
    collapsed = f"{portal}\n{' '.join(text.split())}"
    return int.from_bytes(hashlib.blake2b(collapsed.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _hex(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:digits]
