"""Build regular expressions from words and phrases of the vocabulary."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property

from portalcrawl.vocabulary.language_files import phrases, table

_SIGNS = {"(": "(?:", ")": ")?", "[": "(?:", "]": ")", "|": "|", "*": r"\w*", "…": ".{0,80}"}
_PART = re.compile(r"[()\[\]|*…]|[^()\[\]|*…]+")
NO_SPACES = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Thai, Lao, kana, Chinese characters, and Korean syllables."""
END_OF_WORD = rf"(?:(?<=[{NO_SPACES}])|(?![^\W{NO_SPACES}]))"
"""Expression for the place after a phrase: no letter may follow, except in and next to scripts without spaces between
words, and in Korean, where particles are joined to words."""


class LazyPattern:
    """A regular expression that is built and compiled on first use: large ones take long and may not be needed."""

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
    def fullmatch(self) -> Callable[..., re.Match[str] | None]:
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


def word_expression(phrase: str) -> str:
    """Return :func:`expression` for a phrase at the beginning of a word, in a text of one line.

    It begins with the first letter of the phrase, so that a search skips all other characters quickly.
    """
    texts = with_first_letter(phrase)
    found = [rf"{re.escape(text[0])}(?<!\w.){expression(text[1:])}" for text in texts]
    return found[0] if len(found) == 1 else f"(?:{'|'.join(found)})"


def either(*roles: str) -> str:
    """Return an expression for any phrase of *roles*, the longest first, anywhere in a text.

    Phrases with the same first letter are in one branch, so that one comparison rules most of them out.
    """
    spelled = {text for role in roles for phrase in phrases(role) for text in with_first_letter(phrase)}
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


def with_first_letter(phrase: str) -> list[str]:
    """Return *phrase*, or one phrase per alternative if it begins with alternatives."""
    if phrase[:1] not in ("(", "["):
        return [phrase]
    options, rest = _first_group(phrase)
    found = [f"{each}{rest}" for each in options if each or rest]
    return [text for each in found for text in with_first_letter(each)]


def _first_group(phrase: str) -> tuple[list[str], str]:
    """Return the alternatives that *phrase* begins with, with "" if they are optional, and the rest."""
    options = [""] if phrase[0] == "(" else []
    depth, start = 0, 1
    for at, sign in enumerate(phrase):
        depth += (sign in "([") - (sign in ")]")
        if depth == 0 or (depth == 1 and sign == "|"):
            options.append(phrase[start:at])
            start = at + 1
        if depth == 0:
            break
    return options, phrase[start:]


def either_word(*roles: str) -> str:
    """Return :func:`either` for whole words: no letter or digit is right before or after the phrase."""
    return rf"(?<!\w){either(*roles)}(?!\w)"


def opening(role: str) -> str:
    """Return an expression for any phrase of *role* at the beginning of a word; the phrases must be plain.

    It begins with one character class, so that a search skips all other characters quickly.
    """
    rests = [rf"(?<={re.escape(phrase[0])}){re.escape(phrase[1:])}" for phrase in phrases(role)]
    letters = "".join(sorted({phrase[0] for phrase in phrases(role)}))
    return rf"[{re.escape(letters)}](?<!\w.)(?:{'|'.join(rests)})"


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
