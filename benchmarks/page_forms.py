"""Variants of a saved page, each without one kind of feature: the loss of accuracy shows how much the reading needs it.

Pages of unknown publishers lack features that the reading knows from others: names of classes, elements for paragraphs
or headings, metadata. Rules and weights that work on these variants work there, too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping

_TAG = re.compile(rb"<[a-zA-Z][^<>]*>")
_NAMES = re.compile(rb"(\s(?:class|id))\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>\"']+)", re.IGNORECASE)
_PARAGRAPHS = re.compile(rb"<(/?)p(?=[\s>/])", re.IGNORECASE)
_HEADINGS = re.compile(rb"<(/?)h[1-6](?=[\s>/])", re.IGNORECASE)
_LANDMARKS = re.compile(
    rb"<(/?)(?:article|aside|figcaption|figure|footer|header|main|nav|section)(?=[\s>/])", re.IGNORECASE
)
_LINKED_DATA = re.compile(rb"<script[^>]*ld\+json.*?</script>", re.IGNORECASE | re.DOTALL)
_META = re.compile(rb"<meta(?![^>]*charset)[^>]*>", re.IGNORECASE)


def _without_names(body: bytes) -> bytes:
    """Replace classes and ids by hashes: equal ones stay equal, but have no meaning."""
    return _TAG.sub(lambda tag: _NAMES.sub(_hashed, tag[0]), body)


def _hashed(names: re.Match[bytes]) -> bytes:
    each = names[2].strip(b"\"'").split()
    return names[1] + b'="' + b" ".join(b"x" + hashlib.md5(name).hexdigest()[:6].encode() for name in each) + b'"'


def _without_paragraphs(body: bytes) -> bytes:
    return _PARAGRAPHS.sub(rb"<\1div", body)


def _without_headings(body: bytes) -> bytes:
    return _HEADINGS.sub(rb"<\1div", body)


def _without_landmarks(body: bytes) -> bytes:
    return _LANDMARKS.sub(rb"<\1div", body)


def _without_metadata(body: bytes) -> bytes:
    return _META.sub(b"", _LINKED_DATA.sub(b"", body))


FORMS: Mapping[str, Callable[[bytes], bytes]] = {
    "as-saved": lambda body: body,
    "no-names": _without_names,
    "no-paragraphs": _without_paragraphs,
    "no-headings": _without_headings,
    "no-landmarks": _without_landmarks,
    "no-metadata": _without_metadata,
}
"""Name of a form -> function that converts a page to it."""
