"""Detects patterns of URLs without new articles: a session id in every link, endlessly nested folders."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from urllib.parse import urlsplit

REPEATS = "repeats"
MAX_REPEATS = 30
"""Consecutive pages of one pattern with articles that the run already had, after which no more are requested."""
_DIGITS = re.compile(r"\d+")


class RepeatedPatterns:
    """Counts, for each pattern of URLs, the consecutive pages whose article the run already had."""

    def __init__(self) -> None:
        self._in_a_row: Counter[str] = Counter()

    def count(self, url: str, *, is_new: bool) -> None:
        """Count a page whose article is new to the run, or is not."""
        pattern = pattern_of(url)
        if is_new:
            del self._in_a_row[pattern]
        else:
            self._in_a_row[pattern] += 1

    def is_closed(self, url: str) -> bool:
        """Return whether no more pages with URLs like *url* are to be requested."""
        return self._in_a_row[pattern_of(url)] >= MAX_REPEATS if self._in_a_row else False


@lru_cache(maxsize=4096)
def pattern_of(url: str) -> str:
    """Return the pattern of *url*: host, folders without order and digits, names of parameters.

    >>> pattern_of("https://a.example/b/a/b/a/x.html?sid=1&id=2")
    'a.example/a/b?id&sid'
    """
    parts = urlsplit(url)
    folders = sorted({_DIGITS.sub("0", folder) for folder in parts.path.split("/")[1:-1]})
    names = sorted({part.partition("=")[0] for part in parts.query.split("&") if part})
    return "/".join((parts.netloc, *folders)) + ("?" + "&".join(names) if names else "")
