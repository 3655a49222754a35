"""Hints at the meaning of an element by class names that are common on many sites."""

from __future__ import annotations

from functools import lru_cache

from portalcrawl.extraction.dom.name_roles import content_words, names_hints


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


_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_MAX_LENGTH = 600


def shows_count(names: str) -> bool:
    """Return whether the class attribute *names* is that of an icon for comments, in any variant.

    >>> shows_count("icon-commentAlt fg-white")
    True
    """
    return any("count" in names_hints(word) for name in names[:_MAX_LENGTH].split() for word in content_words(name))


def hints_of(names: str) -> int:
    """Return the :class:`Hint` values of the class attribute *names*, combined with ``|``; see :func:`names_hints`.

    Names of heading levels (``h3``) hint at a title.

    >>> hints_of("card__kicker") == Hint.KICKER, hints_of("update"), hints_of("duration-200")
    (True, 0, 0)
    """
    return _hints_of(names[:_MAX_LENGTH])


@lru_cache(maxsize=8192)
def _hints_of(names: str) -> int:
    found: int = sum(getattr(Hint, name.upper()) for name in names_hints(names))
    if not _HEADINGS.isdisjoint(names.split()):
        found |= Hint.TITLE
    if found & (Hint.TITLE | Hint.SNIPPET):
        found &= ~Hint.MORE  # the title of a card, not a "read more" link
    return found
