"""Make regular expressions of words and phrases of the vocabulary."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property

from portalcrawl.vocabulary.language_files import phrases, table

_SIGNS = {"(": "(?:", ")": ")?", "[": "(?:", "]": ")", "|": "|", "*": r"\w*", "…": ".{0,80}"}
_PART = re.compile(r"[()\[\]|*…]|[^()\[\]|*…]+")
_ALTERNATIVES = re.compile(r"\[([^\[\]()]*)\]")
_NO_SPACES = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Thai, Lao, kana, Chinese characters, and Korean syllables."""
START = 4
"""Letters of a word by which lines with a phrase are told from most others."""
_STARTS = re.compile(rf"\b\w{{1,{START}}}")
_WORD_OF_PHRASE = re.compile(r"(?<![\w*…])\w+")
_GROUP = re.compile(r"[(\[]([^\[\]()]*)[)\]]")
_PLAIN = re.compile(r"[^()\[\]|*…\n]+")
_UNSPACED = re.compile(f"[{_NO_SPACES}]")


class LazyPattern:
    """A regular expression that is made and compiled when first used: large ones cost a run that needs none of them."""

    def __init__(self, make: Callable[[], str], flags: int = 0) -> None:
        self._make = make
        self._flags = flags

    @cached_property
    def match(self) -> Callable[[str], re.Match[str] | None]:
        return self._compiled.match

    @cached_property
    def search(self) -> Callable[[str], re.Match[str] | None]:
        return self._compiled.search

    @cached_property
    def fullmatch(self) -> Callable[[str], re.Match[str] | None]:
        return self._compiled.fullmatch

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self._make(), self._flags)


def expression(phrase: str) -> str:
    r"""Return the regular expression of one phrase.

    >>> expression("lesen sie [auch|mehr]"), expression("abonnier*")
    ('lesen sie (?:auch|mehr)', 'abonnier\\w*')
    """
    parts = _PART.findall(phrase.replace(" … ", "…"))
    return "".join(_SIGNS.get(part) or re.escape(part).replace(r"\ ", " ") for part in parts)


def either(*roles: str) -> str:
    """Return an expression for any phrase of *roles*, the longest first, anywhere in a text.

    Phrases with the same first letter stand in one branch: most are ruled out by one comparison together.
    """
    spelled = {text for role in roles for phrase in phrases(role) for text in _with_first_letter(phrase)}
    branches: dict[str, list[str]] = {}
    for text in sorted(spelled, key=lambda text: (-len(text), text)):
        branches.setdefault(text[:1], []).append(text)
    found: list[str] = []
    for first, texts in branches.items():
        if first in _SIGNS or len(texts) == 1:
            found += map(expression, texts)
        else:
            found.append(f"{re.escape(first)}(?:{'|'.join(expression(text[1:]) for text in texts)})")
    return f"(?:{'|'.join(found)})"


def _with_first_letter(phrase: str) -> list[str]:
    """Return *phrase*, or one for each of the alternatives that it begins with."""
    group = _GROUP.match(phrase)
    if group is None:
        return [phrase]
    options = [*group[1].split("|"), *([""] if phrase[0] == "(" else [])]
    rest = phrase[group.end() :]
    return [
        text for each in options for text in (_with_first_letter(f"{each}{rest}") if each or rest else [""]) if text
    ]


def either_word(*roles: str) -> str:
    """Return the same for whole words: no letter or digit right before or after the phrase."""
    return rf"(?<!\w){either(*roles)}(?!\w)"


def either_opening(*roles: str) -> str:
    """Return the same for texts that begin with a phrase, to be matched.

    No letter follows the phrase, but in and beside scripts that set no spaces between words, and in Korean, where
    particles are joined to words.
    """
    return rf"{either(*roles)}(?:(?<=[{_NO_SPACES}])|(?![^\W{_NO_SPACES}]))"


def opening(role: str) -> str:
    """Return an expression for any phrase of *role* at the beginning of a word; the phrases must be plain.

    It begins with one character class, so that a search skips everything else at the speed of C.
    """
    rests = [rf"(?<={re.escape(phrase[0])}){re.escape(phrase[1:])}" for phrase in phrases(role)]
    letters = "".join(sorted({phrase[0] for phrase in phrases(role)}))
    return rf"[{re.escape(letters)}](?<!\w.)(?:{'|'.join(rests)})"


def word_starts(*roles: str) -> frozenset[str]:
    """Return the first letters (``START``) of a few words: every text with a phrase of *roles* has a word with them.

    Looking for them first is much faster than searching for the phrases, since most lines have none. Chinese and
    Japanese phrases are left out: see ``unspaced``.

    :raises ValueError: if a phrase has no whole word of that many letters, nor a shorter one that is not a stem.
    """
    spaced = (phrase for role in roles for phrase in phrases(role) if not _UNSPACED.search(phrase))
    return frozenset(_start(text) for phrase in spaced for text in _spelled_out(phrase))


def unspaced(*roles: str) -> tuple[str, ...]:
    """Return a substring of each phrase of *roles* in a script without spaces between words."""
    found = (phrase for role in roles for phrase in phrases(role) if _UNSPACED.search(phrase))
    return tuple(dict.fromkeys(max(_PLAIN.findall(_GROUP.sub("\n", phrase)), key=len) for phrase in found))


def starts_of(text: str) -> set[str]:
    """Return the first letters of the words of *text*, as ``word_starts`` has them."""
    return set(_STARTS.findall(text))


def _start(phrase: str) -> str:
    """Return the start of the longest word that begins as a word in every text with *phrase*."""
    words = [found[0] for found in _WORD_OF_PHRASE.finditer(_bare(phrase)) if _identifies(found)]
    if not words:
        raise ValueError(f"{phrase!r} has no words that always stand in it")
    return max(words, key=len)[:START]


def _bare(phrase: str) -> str:
    """Return *phrase* with its groups as marks: a space where each alternative ends in one, else a star."""
    return _GROUP.sub(lambda group: " " if all(each.endswith(" ") for each in group[1].split("|")) else "*", phrase)


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


def class_words(role: str) -> str:
    """Return an expression for any of the words of *role* (``table.role``) in the file of classes, in their order."""
    section, _, name = role.partition(".")
    return f"(?:{'|'.join(map(expression, table('classes')[section][name].split()))})"


def path_words(*roles: str) -> str:
    """Return an expression for any of the words of *roles* in the file of paths, in their order."""
    return _listed("paths", roles)


def parameter_words(*roles: str) -> str:
    """Return an expression for any of the words of *roles* in the file of parameters, in their order."""
    return _listed("parameters", roles)


def _listed(file: str, roles: Sequence[str]) -> str:
    return f"(?:{'|'.join(expression(word) for role in roles for word in table(file)[role].split())})"
