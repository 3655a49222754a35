"""Identifiers and hashes of records: pure functions of their texts, the same on every machine and for ever."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

ID_DIGITS = 16
HASH_DIGITS = 32
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def article_id(prefix: str, native: str | None, canonical_url: str) -> str:
    """Return an article's id: the portal's own where there is one, else a hash of its canonical URL.

    *prefix* is the profile's name for a native id, the host without ``www.`` otherwise.

    >>> article_id("klamm", "70N692f", "https://www.klamm.de/news/x-70N692f.html")
    'klamm:70N692f'
    >>> article_id("example.org", None, "https://www.example.org/a")
    'example.org:5fcc169d9cd23de0'
    """
    return f"{prefix}:{native or _hex(canonical_url, ID_DIGITS)}"


def teaser_id(portal: str, article: str, state: Sequence[str | int | None]) -> str:
    """Return the id of one state of a teaser.

    *state* is headline, kicker, snippet, label and comment count. What is hashed is the compact JSON array of the
    article's id and these five, in UTF-8, not escaped.
    """
    return f"{portal}:{_hex(_COMPACT.encode([article, *state]), ID_DIGITS)}"


def content_hash(texts: Sequence[str | None]) -> str | None:
    """Return the hash of an article's content, white space folded; None where there is no text at all."""
    folded = [" ".join((text or "").split()) for text in texts]
    return _hex("\n".join(folded), HASH_DIGITS) if any(folded) else None


def text_key(portal: str, text: str | None) -> int:
    """Return 64 bits that stand for a text of a portal, white space folded; 0 for none."""
    if not text:
        return 0
    folded = f"{portal}\n{' '.join(text.split())}"
    return int.from_bytes(hashlib.blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _hex(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:digits]
