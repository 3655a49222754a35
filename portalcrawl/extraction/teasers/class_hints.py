"""Hints at the meaning of an element by class names that are common on many sites."""

from __future__ import annotations

import re
from functools import lru_cache

from portalcrawl.extraction.dom.name_roles import LONGEST_CLASSES, content_words, last_words
from portalcrawl.vocabulary import class_words, table


class Hint:
    """What an element's class hints at: integers to combine with ``|``, since ``enum.Flag`` is too slow here."""

    NONE = 0
    TITLE = 1
    KICKER = 2
    SNIPPET = 4
    DATE = 8
    AUTHOR = 16
    COUNT = 32
    LABEL = 64
    CAPTION = 128
    MORE = 256
    DURATION = 1024
    MENU = 2048
    TOPICS = 4096
    SERVICE = 8192
    ICON = 16384
    ROLES = TITLE | KICKER | SNIPPET | DATE | AUTHOR | COUNT | LABEL | CAPTION | MORE | DURATION
    """Hints at what a text is, as opposed to where it is."""


_WORDS: dict[str, int] = {}
"""Word of a class -> its hints."""
for _hint, _words in table("classes")["hints"].items():
    for _word in _words.split():
        _WORDS[_word] = _WORDS.get(_word, Hint.NONE) | getattr(Hint, _hint.upper())


_AUTHOR_PAGE = re.compile(rf"/(?:@|{class_words('article.author_path')}/)[^/?#]", re.IGNORECASE)


def leads_to_author(href: str) -> bool:
    """Return whether *href* is that of an author's page.

    >>> leads_to_author("/autoren/ada-muster"), leads_to_author("/@ada"), leads_to_author("/people/")
    (True, True, False)
    """
    return _AUTHOR_PAGE.search(href) is not None


def shows_count(names: str) -> bool:
    """Return whether the class attribute *names* is that of an icon for comments, in any variant.

    >>> shows_count("icon-commentAlt fg-white")
    True
    """
    return any(hints_of(word) & Hint.COUNT for name in names[:LONGEST_CLASSES].split() for word in content_words(name))


@lru_cache(maxsize=20_000)
def hints_of(names: str) -> int:
    """Return the :class:`Hint` values of the class attribute *names*, combined with ``|``.

    They are those of the last words of each name, ignoring containers. The name of a heading (``h3``) hints at a title.

    >>> hints_of("card__kicker kicker-wrapper") == Hint.KICKER, hints_of("update"), hints_of("duration-200")
    (True, 0, 0)
    """
    found = Hint.NONE
    for name in names[:LONGEST_CLASSES].split():
        words = last_words(name)
        found |= _WORDS.get("".join(words[-2:]), Hint.NONE) or _WORDS.get(words[-1] if words else "", Hint.NONE)
    if found & (Hint.TITLE | Hint.SNIPPET):
        found &= ~Hint.MORE  # the title of a card, not a "read more" link
    return found
