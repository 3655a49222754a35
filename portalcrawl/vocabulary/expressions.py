"""Make regular expressions of words and phrases of the vocabulary."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from portalcrawl.vocabulary.language_files import phrases, table

_SIGNS = {"(": "(?:", ")": ")?", "[": "(?:", "]": ")", "|": "|", "*": r"\w*", "…": ".{0,80}"}
_PART = re.compile(r"[()\[\]|*…]|[^()\[\]|*…]+")
_ALTERNATIVES = re.compile(r"\[([^\[\]()]*)\]")
_OPTIONAL = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NO_SPACES = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Thai, Lao, kana, Chinese characters, and Korean syllables."""
LONG_SIGN = 6
"""Letters from which a word is rare enough to be looked for alone."""


def expression(phrase: str) -> str:
    r"""Return the regular expression of one phrase.

    >>> expression("lesen sie [auch|mehr]"), expression("abonnier*")
    ('lesen sie (?:auch|mehr)', 'abonnier\\w*')
    """
    parts = _PART.findall(phrase.replace(" … ", "…"))
    return "".join(_SIGNS.get(part) or re.escape(part).replace(r"\ ", " ") for part in parts)


def either(*roles: str) -> str:
    """Return an expression for any phrase of *roles*, the longest first, anywhere in a text."""
    found = sorted({phrase for role in roles for phrase in phrases(role)}, key=lambda phrase: (-len(phrase), phrase))
    return f"(?:{'|'.join(map(expression, found))})"


def either_word(*roles: str) -> str:
    """Return the same for whole words: no letter or digit right before or after the phrase."""
    return rf"(?<!\w){either(*roles)}(?!\w)"


def either_opening(*roles: str) -> str:
    """Return the same for texts that begin with a phrase, to be matched.

    A letter may follow a phrase that ends in a script which sets no spaces between words, or in a Korean syllable,
    to which particles are joined.
    """
    return rf"{either(*roles)}(?:(?<=[{_NO_SPACES}])|(?!\w))"


def opening(role: str) -> str:
    """Return an expression for any phrase of *role* at the beginning of a word; the phrases must be plain.

    It begins with one character class, so that a search skips everything else at the speed of C.
    """
    rests = [rf"(?<={re.escape(phrase[0])}){re.escape(phrase[1:])}" for phrase in phrases(role)]
    letters = "".join(sorted({phrase[0] for phrase in phrases(role)}))
    return rf"[{re.escape(letters)}](?<!\w.)(?:{'|'.join(rests)})"


def signs(*roles: str) -> tuple[str, ...]:
    """Return a few substrings of which every text with a phrase of *roles* has at least one.

    Looking for them first is much faster than searching for the phrases, since most lines have none.

    :raises ValueError: if a phrase consists of options only.
    """
    needed = [_needed(text) for role in roles for phrase in phrases(role) for text in _spelled_out(phrase)]
    chosen: list[str] = []
    while needed:
        uses = Counter(text for texts in needed for text in texts)
        best = max(uses, key=lambda text: (sum(any(text in other for other in texts) for texts in needed), len(text)))
        chosen.append(best)
        needed = [texts for texts in needed if not any(best in text for text in texts)]
    return tuple(chosen)


def _runs(phrase: str) -> list[str]:
    """Return the runs of words that stand in every text with *phrase*."""
    outside = _OPTIONAL.sub("\n", _OPTIONAL.sub("\n", phrase))
    return [run for part in re.split(r"[*…\n]", outside) if (run := part.strip())]


def _spelled_out(phrase: str) -> list[str]:
    """Return *phrase*, or one for each of its alternatives where it has no long word that always stands in it."""
    group = _ALTERNATIVES.search(phrase)
    if group is None or any(len(word) >= LONG_SIGN for run in _runs(phrase) for word in run.split()):
        return [phrase]
    before, after = phrase[: group.start()], phrase[group.end() :]
    return [text for each in group[1].split("|") for text in _spelled_out(f"{before}{each}{after}")]


def _needed(phrase: str) -> frozenset[str]:
    """Return the long words that every text with *phrase* has, else the longest run of words."""
    runs = _runs(phrase)
    if not runs:
        raise ValueError(f"{phrase!r} has no words that always stand in it")
    long = frozenset(word for run in runs for word in run.split() if len(word) >= LONG_SIGN)
    return long or frozenset((max(runs, key=len),))


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
