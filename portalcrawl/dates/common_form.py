"""The date line of most German pages, day and time in this order, read at one stroke.

The general grammar reads it as well, at twice the cost; a test holds the two to the same answers.
"""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

from portalcrawl.dates.date_reading import DateReading, Role
from portalcrawl.dates.resolve import is_sane, local_time
from portalcrawl.vocabulary import either
from portalcrawl.vocabulary.date_words import CLOCK, KNOWN, LABELS, MODIFIED, MONTHS

_AT = either("dates.before_clock")
_USUAL = re.compile(
    r"(?:[^\d|·]{0,80}[|·] ?)?(?P<before>[^\d|·•–—]{0,60})"
    r"(?P<day>\d{1,2})(?:\. ?(?P<month>\d{1,2})\. ?|\.? (?P<name>[^\W\d_]{3,12})\.? )(?P<year>\d{4})"
    rf"(?: ?[,·|/–-] ?(?:{_AT} )?| (?:{_AT} )?|$)"
    rf"(?:(?P<hour>\d{{1,2}})(?::|\.(?=\d\d {CLOCK}))(?P<minute>\d\d)(?: {CLOCK})?|$)(?: ?[|·] ?[^\d|·]{{0,80}})?"
)
_WORD = re.compile(r"[^\W_]+")


def read_usual(text: str, line: str, now: datetime, zone: tzinfo) -> DateReading | None:
    """Read *text* (*line* in lower case) if it is ``[label] 2. Dezember 2025[, 18:15 Uhr][ · Quelle]``, else None."""
    match = _USUAL.fullmatch(line)
    if match is None:
        return None
    before, day, month, name, year, hour, minute = match.groups()
    words = _WORD.findall(before) if before else ()
    if not KNOWN.issuperset(words) or not is_sane(int(year), now):
        return None
    try:
        wall = datetime(int(year), int(month or MONTHS[name]), int(day), int(hour or 0), int(minute or 0))  # noqa: DTZ001
    except (ValueError, KeyError):
        return None
    label = next((word for word in reversed(words) if word in LABELS), "")
    role: Role = "modified" if label in MODIFIED else "published"
    return DateReading(local_time(wall, zone), "minute" if hour else "day", text, role)
