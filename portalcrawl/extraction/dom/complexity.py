"""Whether a page would take the parser too long, by its bytes before it is parsed.

libxml2 compares each attribute of an element with all previous ones, so that the time is quadratic in their number:
10,000 attributes take 0.1 to 0.2 seconds, 40,000 take 2 to 12. It is linear in everything else that
``benchmarks/fuzz.py`` tries.
"""

from __future__ import annotations

import re

MOST_ATTRIBUTES = 1_000
"""Most attributes of one element. The parser takes a millisecond for one such element, at most two seconds for 10 MB
of them."""

# Tags, attributes, comments and raw text as in the WHATWG's HTML standard, 13.2.5. No byte is read twice.
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
"""Matches a page up to the first tag with more than MOST_ATTRIBUTES attributes."""


def is_too_complex(markup: bytes) -> bool:
    """Return whether an element in *markup* (in an encoding that extends ASCII) has too many attributes.

    Takes 3 milliseconds per megabyte on usual pages, at most 70.
    """
    match = _SIMPLE.match(markup)
    return match is None or match.end() < len(markup)
