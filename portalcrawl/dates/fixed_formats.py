"""Date formats that one pattern matches as a whole: ISO 8601, Unix times, and the date line of most German pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from portalcrawl.dates.date_reading import DateReading, Precision, Role
from portalcrawl.dates.resolve import in_zone, is_sane, local_time, named_zone
from portalcrawl.vocabulary import either
from portalcrawl.vocabulary.date_words import CLOCK, KNOWN, LABELS, MODIFIED, MONTHS

_ISO = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|(\d\d)(\d\d))"
    r"(?:[Tt_ ] ?(\d{1,2})(?::?(\d\d)(?::?(\d\d)(?:[.,:]\d{1,9})?)?)?"
    r" ?(?:([Zz]|UTC|GMT)|(?:UTC|GMT)?([+−-]\d\d(?::?\d\d)?))?(?:\[[\w/+-]{1,40}\])?)?",
)
_UNIX = re.compile(r"(\d{10})(\d{3})?")
_AT = either("dates.before_clock")
_COMMON = re.compile(
    r"(?:[^\d|·]{0,80}[|·] ?)?(?P<before>[^\d|·•–—]{0,60})"
    r"(?P<day>\d{1,2})(?:\. ?(?P<month>\d{1,2})\. ?|\.? (?P<name>[^\W\d_]{3,12})\.? )(?P<year>\d{4})"
    rf"(?: ?[,·|/–-] ?(?:{_AT} )?| (?:{_AT} )?|$)"
    rf"(?:(?P<hour>\d{{1,2}})(?::|\.(?=\d\d {CLOCK}))(?P<minute>\d\d)(?: {CLOCK})?|$)(?: ?[|·] ?[^\d|·]{{0,80}})?"
)
_WORD = re.compile(r"[^\W_]+")


def read_machine_format(text: str, now: datetime, zone: tzinfo) -> DateReading | None:
    """Return the date if *text* is an ISO 8601 calendar date or a Unix time in seconds or milliseconds, else None."""
    match = _ISO.fullmatch(text)
    if match:
        return _iso(match, now, zone)
    match = _UNIX.fullmatch(text)
    if match:
        when = datetime.fromtimestamp(int(match[1]), UTC)
        return DateReading(when.astimezone(zone), "minute", text, zoned=True) if is_sane(when.year, now) else None
    return None


def _iso(match: re.Match[str], now: datetime, zone: tzinfo) -> DateReading | None:
    year, month, day, month2, day2, hour, minute, second, utc, offset = match.groups()
    if not is_sane(int(year), now):
        return None
    own = named_zone("utc" if utc else "", offset)
    try:
        wall = datetime(int(year), int(month or month2), int(day or day2))  # noqa: DTZ001
        wall += timedelta(hours=_below(hour, 25), minutes=_below(minute, 60), seconds=min(_below(second, 61), 59))
    except (ValueError, OverflowError):
        return None
    precision: Precision = "day" if hour is None else "hour" if minute is None else "minute"
    when = in_zone(wall.replace(tzinfo=own), zone) if own else local_time(wall, zone)
    return DateReading(when, precision, match[0], zoned=own is not None)


def _below(text: str | None, limit: int) -> int:
    number = int(text or 0)
    if number >= limit:
        raise ValueError(text)
    return number


def read_common_format(text: str, line: str, now: datetime, zone: tzinfo) -> DateReading | None:
    """Return the date if *text* is ``[label] 2. Dezember 2025[, 18:15 Uhr][ · source]``, else None.

    *line* is *text* in lower case. ``date_patterns`` gives the same result in twice the time; a test compares the two.
    """
    match = _COMMON.fullmatch(line)
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
