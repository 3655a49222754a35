"""Masks secrets in URLs before they are shown or stored."""

from __future__ import annotations

import re

from portalcrawl.vocabulary import parameter_words

MASK = "***"
_USERINFO = re.compile(r"(?<=://)[^/?#\s@]*(?:@[^/?#\s@]*)*@")
_NAMES = parameter_words("secrets").replace(r"\w*", r"\w{0,20}")
"""Regular expression for the ends of names of secret parameters, bounded so that matching is fast for any text."""
_PARAMETER = re.compile(rf"(?P<name>[?&;#](?:[\w.%-]{{0,40}}[_.-])?{_NAMES}(?:[_.-]?id)?)=[^&;#\s]*", re.IGNORECASE)


def mask_secrets(url: str) -> str:
    """Return *url* with its userinfo and the values of secret parameters replaced by ``***``.

    Works for any scheme (``s3://``, ``postgresql://``) and for texts that contain several URLs.

    >>> mask_secrets("https://me:pw@example.org/a?id=7&access_token=abc")
    'https://***@example.org/a?id=7&access_token=***'
    """
    masked = _USERINFO.sub(MASK + "@", url) if "@" in url else url
    return _PARAMETER.sub(rf"\g<name>={MASK}", masked) if "=" in masked else masked
