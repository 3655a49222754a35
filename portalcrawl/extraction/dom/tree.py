"""The one parsed tree of a response."""

from __future__ import annotations

from codecs import utf_8_decode
from typing import TYPE_CHECKING

from lxml import etree
from scrapy.http import HtmlResponse, TextResponse

from portalcrawl.extraction.dom.complexity import is_too_complex
from portalcrawl.text.charsets import is_charset

if TYPE_CHECKING:
    from lxml.etree import _Element
    from scrapy.http import Response

_BINARY = (b"%pdf", b"\x89png", b"\xff\xd8\xff", b"gif8", b"pk\x03\x04", b"\x1f\x8b", b"riff")
_HEAD = 1000
"""Bytes that are looked at to tell what a body is."""
MOST_NULS = 20
"""One byte in so many may be NUL in a text."""
MOST_UNREADABLE = 20
"""One character in so many may be one that the charset does not know."""
_PIECE = 16_384
"""Bytes."""
_PLAIN = etree.ElementDefaultClassLookup()
"""All elements are of lxml's own class: those of lxml.html, of more methods, take longer to make."""


class TooComplexError(ValueError):
    """A page that the parser would take long for."""


def parse(response: Response) -> _Element | None:
    """Return the root of the response's HTML; None where it is none.

    :raises TooComplexError: for a page that would take long, before it is parsed.

    The tree is the one that ``response.css`` would see, but for comments, which nobody reads. Bytes that are UTF-8 are
    parsed as they came: to decode, strip and encode them again would cost a fifth of a parse.
    """
    if not isinstance(response, TextResponse):
        return None
    start = response.body[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start or start.startswith(_BINARY) or _is_binary(start, response.encoding):
        return None
    if not isinstance(response, HtmlResponse) and b"<html" not in start and not start.startswith(b"<!doctype html"):
        return None
    try:
        markup = _utf8(response)
    except (ValueError, LookupError):
        return None
    if is_too_complex(markup):
        raise TooComplexError(response.url)
    try:
        parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
        parser.set_element_class_lookup(_PLAIN)
        root = etree.fromstring(markup, parser=parser)
    except (ValueError, LookupError, etree.LxmlError):
        return None
    return root if isinstance(root, etree._Element) and len(root) else None


def _is_binary(start: bytes, encoding: str) -> bool:
    """Return whether *start* has more NULs than text has; in UTF-16 and UTF-32 they are halves of letters."""
    return start.count(0) * MOST_NULS > len(start) and not encoding.lower().startswith(("utf-16", "utf-32"))


def _utf8(response: TextResponse) -> bytes:
    """Return the body as valid UTF-8 without NUL, which would end the document for the parser.

    ValueError where it is no text at all.
    """
    body = response.body
    if not is_charset(response.encoding):
        response = response.replace(encoding="utf-8")
    if response.encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        try:
            _demand_utf8(body)
        except UnicodeDecodeError:
            pass
        else:
            return body.replace(b"\x00", b"").strip()
    text = response.text.replace("\x00", "").strip()
    if text.count("\ufffd") * MOST_UNREADABLE > len(text):
        raise ValueError("no text in the charset that was declared or guessed")
    return text.encode("utf-8", "replace")


def _demand_utf8(body: bytes) -> None:
    """Decode *body* piece by piece, which takes less memory and half the time of doing so at once.

    :raises UnicodeDecodeError: where it is not UTF-8.
    """
    bytes_of, size, at = memoryview(body), len(body), 0
    while at < size:
        at += utf_8_decode(bytes_of[at : at + _PIECE], "strict", at + _PIECE >= size)[1]


def canonical_link(root: _Element | None) -> str | None:
    """Return the address that the page's ``link rel=canonical`` (RFC 6596) names."""
    if root is None:
        return None
    for link in root.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href"):
            return str(link.get("href")).strip()
    return None
