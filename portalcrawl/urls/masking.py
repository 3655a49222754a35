"""Secrets in addresses, made unreadable before an address is shown or stored."""

from __future__ import annotations

import re

MASK = "***"
_USERINFO = re.compile(r"(?<=://)[^/?#\s@]*(?:@[^/?#\s@]*)*@")
_PARAMETER = re.compile(
    r"(?P<name>[?&;#](?:[\w.%-]{0,40}[_.-])?"
    r"(?:[a-z]{0,20}token|[a-z]{0,20}secret|[a-z]{0,20}passw(?:or)?d|passwd|pass|pwd|passphrase"
    r"|key|(?:api|app|auth|access|account|private|secret|subscription|license|consumer)key"
    r"|sig|signature|hmac|auth|authorization|bearer|jwt|credentials?|session|[a-z]{0,10}sess(?:ion)?_?id|sid|otp|pin)"
    r"(?:[_.-]?id)?)=[^&;#\s]*",
    re.IGNORECASE,
)


def mask_secrets(url: str) -> str:
    """Return *url* with its userinfo and the values of secret parameters as ``***``; all else stays as it is.

    Works for any scheme (``s3://``, ``postgresql://``) and on texts that hold several addresses.

    >>> mask_secrets("https://me:pw@example.org/a?id=7&access_token=abc")
    'https://***@example.org/a?id=7&access_token=***'
    """
    masked = _USERINFO.sub(MASK + "@", url) if "@" in url else url
    return _PARAMETER.sub(rf"\g<name>={MASK}", masked) if "=" in masked else masked
