"""Patterns of addresses that bring nothing new: a session in every link, folders that nest without end."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from urllib.parse import urlsplit

REPEATS = "repeats"
IN_A_ROW = 30
"""Pages of one pattern in a row that only repeated articles of the run, after which it asks for no more of them."""
_DIGITS = re.compile(r"\d+")


class Repeats:
    """Counts, for each pattern of addresses, the pages in a row that brought an article which the run has had."""

    def __init__(self) -> None:
        self._in_a_row: Counter[str] = Counter()

    def met(self, url: str, *, brought: bool) -> None:
        """Take in that the page at *url* brought an article, or only one again."""
        pattern = pattern_of(url)
        if brought:
            del self._in_a_row[pattern]
        else:
            self._in_a_row[pattern] += 1

    def is_closed(self, url: str) -> bool:
        """Return whether pages like the one at *url* have brought nothing new for too long."""
        return self._in_a_row[pattern_of(url)] >= IN_A_ROW if self._in_a_row else False


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
