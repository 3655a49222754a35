"""What the class names that editors and themes everywhere use say of an element: a hint, never proof."""

from __future__ import annotations

import re
from functools import lru_cache

from portalcrawl.vocabulary import class_words, table


class Hint:
    """What an element's class name hints at: plain integers to combine with ``|``, since enums cost too much here."""

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
    """What a text can be, as against where it stands."""


_WORDS = {getattr(Hint, name.upper()): words for name, words in table("classes")["hints"].items()}
_HINTS = {word: hint for hint, words in _WORDS.items() for word in words.split()}
_TOKENS = re.compile(r"[A-ZÄÖÜ]?[a-zäöüß]+|[A-ZÄÖÜ]+(?![a-zäöüß])")
_JOINED = re.compile(class_words("joined.words"), re.IGNORECASE)
_LAST_WORDS = frozenset({"more", "time", "text", "duration", "count"})
"""With which the names end that are joined of two words: few have one, and the pattern takes long to tell."""
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_MAX_LENGTH = 600


def hints_of(names: str) -> int:
    """Return what the class attribute *names* hints at, :class:`Hint` values joined by ``|``.

    Names are taken apart at hyphens, underscores and capitals: ``card__mainTitle`` says ``title``, ``update`` does not
    say ``date``. Names of heading levels (``h3``) make a title.

    >>> hints_of("card__kicker") == Hint.KICKER, hints_of("update") == Hint.NONE
    (True, True)
    """
    return _hints_of(names[:_MAX_LENGTH])


@lru_cache(maxsize=8192)
def _hints_of(names: str) -> int:
    found = Hint.NONE
    whole = names.split()
    for name in whole:
        found |= _hints_of_one(name)
    if not _HEADINGS.isdisjoint(whole):
        found |= Hint.TITLE
    if found & (Hint.TITLE | Hint.SNIPPET):
        found &= ~Hint.MORE  # the title of a card for a bookmark
    return found


@lru_cache(maxsize=8192)
def _hints_of_one(name: str) -> int:
    """Return what the words of one class hint at, each alone and those that are written as one or as two."""
    found = Hint.NONE
    words = [word.lower() for word in _TOKENS.findall(name)]
    for word in words:
        found |= _HINTS.get(word, 0)
    if not _LAST_WORDS.isdisjoint(words):
        for joined in _JOINED.findall(name):
            found |= _HINTS.get(joined.replace("-", "").replace("_", "").lower(), 0)
    return found
