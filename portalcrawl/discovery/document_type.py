"""Detects whether a response body is a feed, a sitemap, or neither."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

DocumentType = Literal["feed", "json_feed", "sitemap", "text_sitemap"]
HEAD = 4096
"""Number of bytes at the start of a body that are examined."""
BLANK = b"\xef\xbb\xbf \t\r\n\x00"
"""White space, the byte order mark of UTF-8, and NUL, all of which occur before XML declarations."""
GZIP = b"\x1f\x8b"
_ROOTS: dict[str, DocumentType] = {
    "rss": "feed",
    "rdf": "feed",
    "feed": "feed",
    "urlset": "sitemap",
    "sitemapindex": "sitemap",
}
# Atomic groups and possessive quantifiers prevent backtracking.
_PROLOG = re.compile(r"(?is)\s*+(?><\?.*?\?>|<!--.*?-->|<!DOCTYPE\b(?>[^\[>]|\[[^\]]*+\])*+>)")
_START_TAG = re.compile(r"\s*<(?:[\w.-]+:)?([A-Za-z]+)[\s/>]")
_JSON_FEED = re.compile(r"\s*\{.*?\"https?:(?:\\?/){2}(?:www\.)?jsonfeed\.org\\?/version\\?/", re.DOTALL)
"""JSON Feed 1.1: the value of ``version`` is the URL of the format's version."""
_ADDRESS = re.compile(r"\s*https?://\S+[ \t]*(?:[\r\n]|$)", re.IGNORECASE)
_END = re.compile(rf"(?is)</\s*(?:[\w.-]+:)?(?:{'|'.join(_ROOTS)})\s*>(?>\s|<!--.*?-->)*+$".encode())
_ENDINGS = tuple(f".{ending}" for ending in (*_ROOTS, "xml", "atom", "json", "txt", "gz"))
_NAMES = frozenset(("feed", "rss", "atom"))


def type_of(body: bytes, url: str = "") -> DocumentType | None:
    """Return the type of *body*, detected from its first bytes; None if it is neither a feed nor a sitemap.

    *body* must be decompressed. A body that begins with a line with a URL only is a text sitemap if *url*, from which
    it was fetched, ends in ``.txt`` or ``.txt.gz``.
    """
    text = _head(body)
    if text.lstrip().startswith("{"):
        return "json_feed" if _JSON_FEED.match(text) else None
    at = 0
    while (prolog := _PROLOG.match(text, at)) and prolog.end() > at:
        at = prolog.end()
    if start := _START_TAG.match(text, at):
        return _ROOTS.get(start[1].lower())
    is_list = urlsplit(url).path.lower().removesuffix(".gz").endswith(".txt")
    return "text_sitemap" if is_list and _ADDRESS.match(text) else None


def may_be_document(body: bytes, url: str) -> bool:
    """Return whether *body* is a feed or sitemap, or is gzip data, which may contain one."""
    return body.startswith(GZIP) or type_of(body, url) is not None


def is_document_url(url: str) -> bool:
    """Return whether *url* looks like the URL of a feed or sitemap rather than of a page.

    >>> is_document_url("https://example.org/feed/"), is_document_url("https://example.org/news/")
    (True, False)
    """
    path = urlsplit(url).path.lower().rstrip("/")
    return path.endswith(_ENDINGS) or path.rpartition("/")[2] in _NAMES


def is_cut(body: bytes) -> bool:
    """Return whether the XML document *body* is truncated, i.e. has no end tag of the root element."""
    return not body.startswith((b"\xff\xfe", b"\xfe\xff")) and not _END.search(body[-HEAD:])


def _head(body: bytes) -> str:
    """Return the first characters of *body*, decoded as UTF-16 or Latin-1: the relevant ones are ASCII."""
    for mark, charset in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if body.startswith(mark):
            return body[2 : HEAD + 2].decode(charset, "replace")
    return body[: HEAD + len(BLANK)].lstrip(BLANK)[:HEAD].decode("latin-1")
