"""Secrets in URLs, masked before a URL is shown or stored."""

from __future__ import annotations

import re

from portalcrawl.vocabulary import parameter_words

MASK = "***"
_USERINFO = re.compile(r"(?<=://)[^/?#\s@]*(?:@[^/?#\s@]*)*@")
_NAMES = parameter_words("secrets").replace(r"\w*", r"\w{0,20}")
"""Expression for the ends of names of secret parameters, bounded so that no text takes long."""
_PARAMETER = re.compile(rf"(?P<name>[?&;#](?:[\w.%-]{{0,40}}[_.-])?{_NAMES}(?:[_.-]?id)?)=[^&;#\s]*", re.IGNORECASE)


def mask_secrets(url: str) -> str:
    """Return *url* with its userinfo and the values of secret parameters as ``***``; all else stays as it is.

    Works for any scheme (``s3://``, ``postgresql://``) and for texts that hold several URLs.

    >>> mask_secrets("https://me:pw@example.org/a?id=7&access_token=abc")
    'https://***@example.org/a?id=7&access_token=***'
    """
    masked = _USERINFO.sub(MASK + "@", url) if "@" in url else url
    return _PARAMETER.sub(rf"\g<name>={MASK}", masked) if "=" in masked else masked
