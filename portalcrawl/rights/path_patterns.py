"""Path patterns of robots.txt, which are also used in tdmrep.json."""

from __future__ import annotations

from urllib.parse import quote, unquote_to_bytes

LONGEST_PATTERN = 2_000
"""Most characters of a pattern; longer ones match nothing."""


def matches(pattern: str, path: str) -> bool:
    """Return whether *path* (with its query) begins with *pattern* (RFC 9309, 2.2.2 and 2.2.3).

    ``*`` stands for any characters, ``$`` at the end for the end of the path. Percent-encoding is compared after
    normalization. The time is at most proportional to the product of both lengths.

    >>> matches("/news/*.html$", "/news/a/b.html"), matches("/news/", "/sport/")
    (True, False)
    """
    if len(pattern) > LONGEST_PATTERN:
        return False
    is_anchored = pattern.endswith("$")
    head, *parts = [_normal(part) for part in pattern.removesuffix("$").split("*")]
    text = _normal(path)
    if not text.startswith(head):
        return False
    position = len(head)
    for number, part in enumerate(parts):
        if is_anchored and number == len(parts) - 1:
            return len(text) - len(part) >= position and text.endswith(part)
        position = text.find(part, position)
        if position < 0:
            return False
        position += len(part)
    return not is_anchored or position == len(text)


def _normal(text: str) -> str:
    return quote(unquote_to_bytes(text), safe="/?&=;:@!$'()+,~")
