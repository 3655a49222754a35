"""Parses the body of a response into a tree."""

from __future__ import annotations

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
"""Bytes at the start of a body that are searched for signatures of formats."""
MOST_NULS = 20
"""One byte in this many may be NUL in a text."""
MOST_UNREADABLE = 20
"""One character in this many may be undecodable (U+FFFD) in a text."""
_OF_HEADS = frozenset(("base", "link", "meta", "noscript", "script", "style", "template", "title"))
"""WHATWG HTML, "the head element": metadata content."""
_PLAIN = etree.ElementDefaultClassLookup()
"""Creates plain lxml elements: those of lxml.html have more methods but take longer to create."""


class TooComplexError(ValueError):
    """The page would take the parser too long."""


def parse(response: Response) -> _Element | None:
    """Return the root of the response's HTML; None if the response is not HTML.

    :raises TooComplexError: before parsing, if the page would take too long.

    The tree is the one that ``response.css`` uses, without comments. A body in UTF-8 is parsed as it is: to decode,
    strip and encode it would take a fifth of the time of parsing.
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
    if not isinstance(root, etree._Element) or not len(root):
        return None
    _end_head(root)
    return root


def _end_head(root: _Element) -> None:
    """Move the elements in the head that belong to the body there.

    The tags of both may be left out. The parser knows only the elements of HTML 4: it keeps ``main`` and ``article``
    in the head, with all that is in them.
    """
    head = root.find("head")
    content = [each for each in head if each.tag not in _OF_HEADS] if head is not None else []
    if content:
        body = root.find("body")
        if body is None:
            body = etree.SubElement(root, "body")
        body[:0] = content


def _is_binary(start: bytes, encoding: str) -> bool:
    """Return whether *start* has too many NULs for text; in UTF-16 and UTF-32 they are parts of letters."""
    return start.count(0) * MOST_NULS > len(start) and not encoding.lower().startswith(("utf-16", "utf-32"))


def _utf8(response: TextResponse) -> bytes:
    """Return the body as valid UTF-8 without NUL, at which the parser would stop.

    :raises ValueError: if the body is not text.
    """
    body = response.body
    if not is_charset(response.encoding):
        response = response.replace(encoding="utf-8")
    if response.encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        try:
            body.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return body.replace(b"\x00", b"").strip()
    text = response.text.replace("\x00", "").strip()
    if text.count("\ufffd") * MOST_UNREADABLE > len(text):
        raise ValueError("no text in the charset that was declared or guessed")
    return text.encode("utf-8", "replace")


def canonical_link(root: _Element) -> str | None:
    """Return the URL of the page's ``link rel=canonical`` (RFC 6596) as written, else None."""
    links = (link for link in root.iter("link") if "canonical" in link.get("rel", "").lower().split())
    return next((link.get("href", "").strip() for link in links), None)
