"""Patterns of addresses that bring nothing new: a session in every link, folders that nest without end."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from urllib.parse import urlsplit

REPEATS = "repeats"
MAX_REPEATS = 30
"""Pages of one pattern in a row that only repeated articles of the run, after which no more of them are requested."""
_DIGITS = re.compile(r"\d+")


class RepeatedPatterns:
    """Counts, for each pattern of addresses, the pages in a row that brought an article which the run has had."""

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
        """Return whether pages with addresses like *url* have brought nothing new for too long."""
        return self._in_a_row[pattern_of(url)] >= MAX_REPEATS if self._in_a_row else False


@lru_cache(maxsize=4096)
def pattern_of(url: str) -> str:
    """Return what addresses of one kind have in common: host, folders without order or numbers, names of parameters.

    >>> pattern_of("https://a.example/b/a/b/a/x.html?sid=1&id=2")
    'a.example/a/b?id&sid'
    """
    parts = urlsplit(url)
    folders = sorted({_DIGITS.sub("0", folder) for folder in parts.path.split("/")[1:-1]})
    names = sorted({part.partition("=")[0] for part in parts.query.split("&") if part})
    return "/".join((parts.netloc, *folders)) + ("?" + "&".join(names) if names else "")
