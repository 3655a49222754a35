"""Dates as machines write them: ISO 8601 and RFC 3339 in their variants, and Unix times."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from portalcrawl.dates.date_reading import DateReading, Precision
from portalcrawl.dates.resolve import in_zone, is_sane, local_time, named_zone

_ISO = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|(\d\d)(\d\d))"
    r"(?:[Tt_ ] ?(\d{1,2})(?::?(\d\d)(?::?(\d\d)(?:[.,:]\d{1,9})?)?)?"
    r" ?(?:([Zz]|UTC|GMT)|(?:UTC|GMT)?([+−-]\d\d(?::?\d\d)?))?(?:\[[\w/+-]{1,40}\])?)?",
)
_UNIX = re.compile(r"(\d{10})(\d{3})?")


def read_machine(text: str, now: datetime, zone: tzinfo) -> DateReading | None:
    """Read *text* if it is as a whole ISO 8601 (calendar dates) or Unix seconds or milliseconds, else None."""
    match = _ISO.fullmatch(text)
    if match:
        return _iso(match, now, zone)
    match = _UNIX.fullmatch(text)
    if match:
        when = datetime.fromtimestamp(int(match[1]), UTC)
        return DateReading(when.astimezone(zone), "minute", text) if is_sane(when.year, now) else None
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
    return DateReading(when, precision, match[0])


def _below(text: str | None, limit: int) -> int:
    number = int(text or 0)
    if number >= limit:
        raise ValueError(text)
    return number
