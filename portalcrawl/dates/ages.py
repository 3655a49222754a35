"""Ages: how long ago something was (``vor 2 Stunden``, ``2 hours ago``)."""

from __future__ import annotations

import re
from typing import NamedTuple

from portalcrawl.vocabulary import either, opening
from portalcrawl.vocabulary.date_words import HOUR, MINUTE, NUMBERS, UNITS

_ABOUT = rf"(?:{either('dates.about')} )?"
_AMOUNT = (
    rf"(?:(?P<count>\d{{1,5}}(?:[.,]\d)?)|(?P<half>{either('dates.half')})|(?P<word>[^\W\d_]{{1,6}}))[ -]?"
    r"(?P<unit>[^\W\d_]{1,9})\.?"
    rf"(?:,? (?:{either('dates.and')} )?(?P<count2>\d{{1,2}}) ?(?P<unit2>[^\W\d_]{{1,9}})\.?)?(?![^\W_])"
)
_OPENED = re.compile(rf"{opening('dates.ago_ahead')} {_ABOUT}{_AMOUNT}")
_CLOSED = re.compile(
    rf"(?<![^\W_])(?:{either('dates.ago_lead')} )?{_ABOUT}{_AMOUNT} {either('dates.ago_behind')}(?![^\W_])"
)


class FoundAge(NamedTuple):
    """An age as amounts of units (``portalcrawl.vocabulary.date_words.UNITS``), from *start* to *end* of a line."""

    start: int
    end: int
    parts: list[tuple[float, int]]


def ages_in(line: str) -> list[FoundAge]:
    """Return the ages in *line* (lower case), left to right."""
    return _ages(_OPENED, line) or _ages(_CLOSED, line)


def _ages(pattern: re.Pattern[str], line: str) -> list[FoundAge]:
    found = []
    position = 0
    while match := pattern.search(line, position):
        parts = _amounts(match)
        if parts:
            found.append(FoundAge(match.start(), match.end(), parts))
        position = match.end() if parts else match.start() + 1
    return found


def _amounts(match: re.Match[str]) -> list[tuple[float, int]]:
    unit = UNITS.get(match["unit"])
    if match["half"]:
        return [(30, MINUTE)] if unit == HOUR else []
    count = match["count"]
    amount = float(count.replace(",", ".")) if count else NUMBERS.get(match["word"])
    if unit is None or amount is None:
        return []
    if match["count2"] is None:
        return [(amount, unit)]
    second = UNITS.get(match["unit2"])
    return [(amount, unit), (float(match["count2"]), second)] if second is not None else []
