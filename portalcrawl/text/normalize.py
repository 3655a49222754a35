"""Clean and compare texts: white space, invisible characters, language tags."""

from __future__ import annotations

import html
import re
from functools import lru_cache

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"
)
"""Soft hyphens, zero-width spaces, direction marks, control characters except white space, lone surrogates."""
_JOINERS = re.compile("(?<![^\x00-\u024f])[\u200c\u200d]+")
"""Zero-width joiners after Latin letters or at the beginning; elsewhere, scripts and emoji need them."""
_APART = re.compile(r"[BCDFGHJLMNPQRTX] [a-zäöüß]")
"""A drop cap: a letter that is not a word (unlike ``A``, ``I``, ``O``, ``W``), and the rest of its word."""
_TAGS = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")


def clean(text: str) -> str:
    """Return *text* on one line, with white space of every kind collapsed and invisible characters removed.

    >>> clean(" Bundes\\u00adtag\\u00a0 \\n berät\\u200b ")
    'Bundestag berät'
    """
    text = " ".join(text.split())
    if text.isprintable():
        return text
    return " ".join(_JOINERS.sub("", _INVISIBLE.sub("", text)).split())


def with_initial(text: str) -> str:
    """Return *text* without the space between a drop cap and the rest of its word.

    >>> with_initial("N a endlich"), with_initial("A man")
    ('Na endlich', 'A man')
    """
    return text[0] + text[2:] if _APART.match(text) else text


def words(text: str) -> frozenset[str]:
    """Return the set of words in *text*; for readable constants in code."""
    return frozenset(text.split())


def plain(value: str) -> str:
    """Return the text of a declared value that may contain tags and HTML entities, even doubly escaped ones.

    >>> plain("Kauf &amp;quot;auf Pump&amp;quot;: <em>was</em> gilt")
    'Kauf "auf Pump": was gilt'
    """
    if "&" in value:
        value = html.unescape(value)
        if "&" in value:
            value = html.unescape(value)
    if "<" in value:
        value = _TAGS.sub("", value)
    return clean(value)


def fold(text: str) -> str:
    """Return *text* in a form for comparisons: only the words, in lower case, separated by single spaces.

    >>> fold("»Krieg & Frieden«, Teil 2")
    'krieg frieden teil 2'
    """
    return _fold_short(text) if len(text) <= LONGEST_FOLDED else " ".join(_WORDS.findall(text.casefold()))


@lru_cache(maxsize=4096)
def _fold_short(text: str) -> str:
    """Return :func:`fold` of *text*, cached: titles and names of a page are compared many times."""
    return " ".join(_WORDS.findall(text.casefold()))


LONGEST_FOLDED = 200
_WORDS = re.compile(r"\w+")
_LANGUAGE = re.compile(r"^([a-zA-Z]{2,3})(?:[-_]([a-zA-Z]{4}))?(?:[-_]([a-zA-Z]{2}|[0-9]{3}))?$")


def language_tag(value: str) -> str | None:
    """Return the BCP 47 tag (RFC 5646) of a declared language; None if *value* is not a language.

    >>> language_tag("de_at")
    'de-AT'
    """
    match = _LANGUAGE.match(value.strip())
    if not match:
        return None
    language, script, region = match.groups()
    return "-".join(filter(None, (language.lower(), script and script.title(), region and region.upper())))
