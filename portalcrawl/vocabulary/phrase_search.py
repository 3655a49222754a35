"""Search a line for phrases of many languages without trying each of them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from portalcrawl.vocabulary.expressions import NO_SPACES, LazyPattern, expression, with_first_letter
from portalcrawl.vocabulary.language_files import phrases

START = 4
"""First letters of the words of a phrase; most lines without the phrase lack a word that begins so."""
_STARTS = re.compile(rf"(\w{{1,{START}}})\w*")
_WORD_OF_PHRASE = re.compile(r"(?<![\w*…])\w+")
_GROUP = re.compile(r"[(\[]([^\[\]()]*)[)\]]")
_ALTERNATIVES = re.compile(r"\[([^\[\]()]*)\]")
_PLAIN = re.compile(r"[^()\[\]|*…\n]+")
_UNSPACED = re.compile(f"[{NO_SPACES}]")
OPENING = 6
"""First characters of a phrase; most lines that do not begin with the phrase begin differently."""


class Searched(NamedTuple):
    """A role whose phrases are searched for, and the name that is returned for them."""

    name: str
    role: str
    pattern: Callable[[str], LazyPattern]
    """Phrase -> the pattern to search for in lines with its words."""


class PhraseSearch:
    """Finds phrases in a line; a phrase is searched for only if all of its words are in the line."""

    def __init__(self, *searched: Searched) -> None:
        self._searched = searched

    def find(self, text: str) -> str:
        """Return the name of the first :class:`Searched` with a phrase in *text*; empty if there is none.

        Phrases in scripts without spaces are found by a substring (see :func:`unspaced`).
        """
        starts = starts_of(text)
        found = [
            order
            for start in self._by_start.keys() & starts
            for words, order, pattern in self._by_start[start]
            if words <= starts and pattern.search(text)
        ]
        if not text.isascii() and _UNSPACED.search(text):
            found += [order for order, parts in enumerate(self._unspaced) if any(part in text for part in parts)]
        return self._searched[min(found)].name if found else ""

    @cached_property
    def _by_start(self) -> dict[str, list[tuple[frozenset[str], int, LazyPattern]]]:
        found: dict[str, list[tuple[frozenset[str], int, LazyPattern]]] = {}
        for order, each in enumerate(self._searched):
            for phrase in phrases(each.role):
                pattern = each.pattern(phrase)
                for words in word_starts(phrase):
                    key = max(words, key=lambda word: (len(word), word))
                    found.setdefault(key, []).append((words, order, pattern))
        return found

    @cached_property
    def _unspaced(self) -> list[tuple[str, ...]]:
        return [unspaced(each.role) for each in self._searched]


class Openings:
    """Finds phrases at the beginning of a line; one is compiled and tried only if the line begins as it does.

    *behind* is an expression for what follows the phrase.
    """

    def __init__(self, *roles: str, behind: str = "") -> None:
        self._roles = roles
        self._behind = behind

    def begin(self, text: str) -> bool:
        """Return whether *text* begins with one of the phrases."""
        return any(pattern.match(text) for pattern in self._alike(text))

    def are(self, text: str, end: int = sys.maxsize) -> bool:
        """Return whether *text* up to *end* is one of the phrases."""
        return any(pattern.fullmatch(text, 0, end) for pattern in self._alike(text))

    def _alike(self, text: str) -> list[LazyPattern]:
        known = self._by_opening
        return [pattern for size in _SIZES for pattern in known.get(text[:size], ())]

    @cached_property
    def _by_opening(self) -> dict[str, list[LazyPattern]]:
        found: dict[str, list[LazyPattern]] = {}
        for phrase in (phrase for role in self._roles for phrase in phrases(role)):
            pattern = self._pattern(phrase)
            for opening in openings([phrase]):
                found.setdefault(opening, []).append(pattern)
        return found

    def _pattern(self, phrase: str) -> LazyPattern:
        return LazyPattern(lambda: f"{expression(phrase)}{self._behind}")


def starts_of(text: str) -> set[str]:
    """Return the first letters (``START``) of the words of *text*."""
    return set(_STARTS.findall(text))


def word_starts(phrase: str) -> list[frozenset[str]]:
    """Return the starts of the words of *phrase*, one set for each of its alternatives that share no long word.

    Every text with the phrase contains all starts of one set. Empty for Chinese and Japanese: see :func:`unspaced`.

    :raises ValueError: if it has no whole word of ``START`` letters, nor a shorter one that is not a stem.
    """
    return [] if _UNSPACED.search(phrase) else [_starts(text) for text in _spelled_out(phrase)]


def unspaced(role: str) -> tuple[str, ...]:
    """Return a substring of each phrase of *role* in a script without spaces between words."""
    found = (phrase for phrase in phrases(role) if _UNSPACED.search(phrase))
    return tuple(dict.fromkeys(max(_PLAIN.findall(_GROUP.sub("\n", phrase)), key=len) for phrase in found))


def _starts(phrase: str) -> frozenset[str]:
    """Return the starts of the words that begin as words in every text with *phrase*."""
    words = [found[0][:START] for found in _WORD_OF_PHRASE.finditer(_bare(phrase)) if _identifies(found)]
    if not words:
        raise ValueError(f"{phrase!r} has no words that always stand in it")
    return frozenset(words)


def _bare(phrase: str) -> str:
    """Return *phrase* with each group replaced: by a space if all its alternatives end with one, else by a star."""
    while (outer := _GROUP.sub(_mark, phrase)) != phrase:
        phrase = outer
    return phrase


def _mark(group: re.Match[str]) -> str:
    return " " if all(each.endswith(" ") for each in group[1].split("|")) else "*"


def _identifies(word: re.Match[str]) -> bool:
    """Return whether *word* has ``START`` letters, or is complete with fewer."""
    return len(word[0]) >= START or word.string[word.end() : word.end() + 1] not in ("", "*", "…")


def _spelled_out(phrase: str) -> list[str]:
    """Return *phrase*, or one phrase per alternative if no long word is in all of them."""
    group = _ALTERNATIVES.search(phrase)
    long = any(len(word) >= START for word in _WORD_OF_PHRASE.findall(_bare(phrase)))
    if group is None or long:
        return [phrase]
    before, after = phrase[: group.start()], phrase[group.end() :]
    return [text for each in group[1].split("|") for text in _spelled_out(f"{before}{each}{after}")]


def openings(spelled: Iterable[str]) -> frozenset[str]:
    """Return the beginnings of the phrases *spelled*, up to their first special character, at most ``OPENING`` long.

    Every text that begins with one of the phrases begins with one of these: see :func:`may_open`.

    :raises ValueError: if a phrase begins with a special character.

    >>> sorted(openings(["lesen sie [auch|mehr]", "(hier )klicken", "abo*"]))
    ['abo', 'hier k', 'klicke', 'lesen ']
    """
    return frozenset(_opening(text) for phrase in spelled for text in with_first_letter(phrase))


def _opening(phrase: str) -> str:
    plain = _PLAIN.match(phrase)
    if plain is None:
        raise ValueError(f"{phrase!r} begins with no letter")
    return plain[0][:OPENING]


def may_open(text: str, known: frozenset[str]) -> bool:
    """Return whether *text* begins with one of the *known* :func:`openings`."""
    return not known.isdisjoint([text[:size] for size in _SIZES])


_SIZES: Sequence[int] = range(1, OPENING + 1)
