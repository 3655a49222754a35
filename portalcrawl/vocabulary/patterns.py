"""Phrases as regular expressions."""

from __future__ import annotations

import re

from portalcrawl.vocabulary.files import phrases

_SIGNS = {"(": "(?:", ")": ")?", "[": "(?:", "]": ")", "|": "|", "*": r"\w*", "…": ".{0,80}"}
_PART = re.compile(r"[()\[\]|*…]|[^()\[\]|*…]+")


def expression(phrase: str) -> str:
    """Return the regular expression of one phrase.

    >>> expression("lesen sie [auch|mehr]"), expression("abonnier*")
    ('lesen\\\\ sie\\\\ (?:auch|mehr)', 'abonnier\\\\w*')
    """
    return "".join(_SIGNS.get(part) or re.escape(part) for part in _PART.findall(phrase))


def either(*roles: str) -> str:
    """Return an expression for any phrase of *roles*, the longest first; without a mark at either end."""
    found = sorted({phrase for role in roles for phrase in phrases(role)}, key=lambda phrase: (-len(phrase), phrase))
    return f"(?:{'|'.join(map(expression, found))})"


def either_word(*roles: str) -> str:
    """Return the same for phrases that stand apart: no letter or digit right before or behind them."""
    return rf"(?<!\w){either(*roles)}(?!\w)"


def opening(role: str) -> str:
    """Return an expression for any phrase of *role*, plain ones, at the beginning of a word.

    It opens with one character class, so that a search skips all else at the speed of C.
    """
    rests = [rf"(?<={re.escape(phrase[0])}){re.escape(phrase[1:])}" for phrase in phrases(role)]
    letters = "".join(sorted({phrase[0] for phrase in phrases(role)}))
    return rf"[{re.escape(letters)}](?<!\w.)(?:{'|'.join(rests)})"
