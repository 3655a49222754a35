"""Whether a page would take the parser long, told from its bytes before it is parsed.

libxml2 compares each attribute with all that its element has already, so that the time for an element grows with the
square of their number: 10,000 take 0.1 to 0.2 seconds, 40,000 take 2 to 12. It is linear in all else that
``benchmarks/fuzz.py``
tries.
"""

from __future__ import annotations

import re

MOST_ATTRIBUTES = 1_000
"""Attributes of one element; the parser takes a millisecond for so many, and at most two seconds for 10 MB of them."""

# Tags, attributes, comments and raw text as the WHATWG has them (HTML, 13.2.5). No byte is read twice.
_ATTRIBUTE = r"""[\s/]*+=?[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]++)?+)?+"""
_ATTRIBUTES = rf"(?:{_ATTRIBUTE}){{0,{MOST_ATTRIBUTES}}}+(?!{_ATTRIBUTE})"
_RAW = "|".join(
    rf"{name}(?=[\s/>]){_ATTRIBUTES}[\s/]*+>(?:[^<]++|<(?!/{name}))*+"
    for name in ("".join(f"[{c}{c.upper()}]" for c in tag) for tag in ("script", "style", "textarea", "title"))
)
_COMMENT = "!--(?!-?>)(?:[^-]++|-(?!-!?>))*+"
_SIMPLE = re.compile(
    rf"(?:[^<]++|<(?:/|(?=[sStT])(?:{_RAW})|{_COMMENT}|[a-zA-Z][^\s/>]*+{_ATTRIBUTES}|(?![a-zA-Z])))*+".encode()
)
"""All of a page up to a tag of more than MOST_ATTRIBUTES attributes."""


def is_too_complex(markup: bytes) -> bool:
    """Return whether an element in *markup* (in a charset that holds ASCII as it is) has too many attributes.

    Takes 3 milliseconds a megabyte of usual pages, and at most 70.
    """
    match = _SIMPLE.match(markup)
    return match is None or match.end() < len(markup)
