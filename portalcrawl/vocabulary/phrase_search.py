"""Look for phrases of many languages in one line of text without trying each of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from portalcrawl.vocabulary.expressions import NO_SPACES, LazyPattern, with_first_letter
from portalcrawl.vocabulary.language_files import phrases

START = 4
"""Letters of a word by which lines with a phrase are told from most others."""
_STARTS = re.compile(rf"(\w{{1,{START}}})\w*")
_WORD_OF_PHRASE = re.compile(r"(?<![\w*…])\w+")
_GROUP = re.compile(r"[(\[]([^\[\]()]*)[)\]]")
_ALTERNATIVES = re.compile(r"\[([^\[\]()]*)\]")
_PLAIN = re.compile(r"[^()\[\]|*…\n]+")
_UNSPACED = re.compile(f"[{NO_SPACES}]")
OPENING = 6
"""Characters by which lines that open with a phrase are told from most others."""


class Searched(NamedTuple):
    """What the phrases of a role tell wherever they stand in a line."""

    name: str
    role: str
    pattern: Callable[[str], LazyPattern]
    """Phrase -> what is searched for in lines that have its words."""


class PhraseSearch:
    """Tells what the phrases in a line say; only those are searched for all of whose words stand in it."""

    def __init__(self, *searched: Searched) -> None:
        self._searched = searched

    def find(self, text: str) -> str:
        """Return the name of the first of what is searched for whose phrase stands in *text*; empty if none does.

        Phrases in scripts without spaces are told by a substring (see :func:`unspaced`).
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
                for words in word_starts(phrase):
                    key = max(words, key=lambda word: (len(word), word))
                    found.setdefault(key, []).append((words, order, each.pattern(phrase)))
        return found

    @cached_property
    def _unspaced(self) -> list[tuple[str, ...]]:
        return [unspaced(each.role) for each in self._searched]


def starts_of(text: str) -> set[str]:
    """Return the first letters (``START``) of the words of *text*."""
    return set(_STARTS.findall(text))


def word_starts(phrase: str) -> list[frozenset[str]]:
    """Return the starts of the words of *phrase*, once for each of its alternatives that share no long word.

    Every text with the phrase has all of one of them. None for Chinese and Japanese: see :func:`unspaced`.

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
    """Return *phrase* with its groups as marks: a space where all their alternatives end in one, else a star."""
    while (outer := _GROUP.sub(_mark, phrase)) != phrase:
        phrase = outer
    return phrase


def _mark(group: re.Match[str]) -> str:
    return " " if all(each.endswith(" ") for each in group[1].split("|")) else "*"


def _identifies(word: re.Match[str]) -> bool:
    """Return whether *word* has enough letters for its start, or ends where it does."""
    return len(word[0]) >= START or word.string[word.end() : word.end() + 1] not in ("", "*", "…")


def _spelled_out(phrase: str) -> list[str]:
    """Return *phrase*, or one for each of its alternatives where it has no long word that always stands in it."""
    group = _ALTERNATIVES.search(phrase)
    long = any(len(word) >= START for word in _WORD_OF_PHRASE.findall(_bare(phrase)))
    if group is None or long:
        return [phrase]
    before, after = phrase[: group.start()], phrase[group.end() :]
    return [text for each in group[1].split("|") for text in _spelled_out(f"{before}{each}{after}")]


def openings(spelled: Iterable[str]) -> frozenset[str]:
    """Return the letters that the phrases *spelled* open with, up to their first sign and at most ``OPENING``.

    Every text that begins with one of the phrases begins with one of these: see :func:`may_open`.

    :raises ValueError: if a phrase begins with a sign.

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
