"""Numbers with the nouns that they count."""

from __future__ import annotations


def noun(number: int, one: str, several: str | None = None) -> str:
    """Return *one* if *number* is 1, else *several* (default: *one* with an s).

    >>> noun(1, "new article"), noun(0, "new article"), noun(2, "entry", "entries")
    ('new article', 'new articles', 'entries')
    """
    return one if number == 1 else f"{one}s" if several is None else several


def counted(number: int, one: str, several: str | None = None) -> str:
    """Return *number*, with thousands separators, followed by its noun.

    >>> counted(1, "article"), counted(2000, "article")
    ('1 article', '2,000 articles')
    """
    return f"{number:,} {noun(number, one, several)}"
