"""Convert times of day in a zone, ages and days without a year to moments."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from portalcrawl.vocabulary.date_words import DAY, HOUR, MONTH, SECOND, WEEK, YEAR, ZONES

FIRST_YEAR = 1990
BUDDHIST = 543
"""Years by which the calendar used in Thailand is ahead."""
FIRST_BUDDHIST = FIRST_YEAR + BUDDHIST
_SECONDS = {SECOND: 1, SECOND + 1: 60, HOUR: 3600}
_DAYS = {DAY: 1, WEEK: 7}


def local_time(wall: datetime, zone: tzinfo) -> datetime:
    """Return the moment at which clocks in *zone* show *wall* (naive).

    When clocks go back, it is the first of the two moments (fold 0). When they go forward, a time in the gap is read by
    the offset before the change, so that 02:30 becomes 03:30 (PEP 495).

    >>> local_time(datetime(2025, 3, 30, 2, 30), ZoneInfo("Europe/Berlin")).isoformat()
    '2025-03-30T03:30:00+02:00'
    """
    when = wall.replace(tzinfo=zone)
    if when.utcoffset() == when.replace(fold=1).utcoffset():
        return when  # as on all days except the two of clock changes
    return when.astimezone(UTC).astimezone(zone)


def in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """Return an aware *moment* in *zone*; if *zone* is UTC, it keeps its own offset."""
    moment = moment.replace(microsecond=0)
    return moment if is_utc(zone) else moment.astimezone(zone)


@lru_cache(maxsize=64)
def is_utc(zone: tzinfo) -> bool:
    """Return whether *zone* is UTC, which also means an unknown zone."""
    return zone is UTC or str(zone) in {"UTC", "Etc/UTC", "GMT"}


def named_zone(name: str, offset: str | None) -> tzinfo | None:
    """Return the zone of *offset* (``+0100``, ``+1``, ``+01:00``), else of the abbreviation *name*; None if unknown."""
    if offset:
        digits = offset[1:].replace(":", "")
        hours, minutes = (digits, "0") if len(digits) <= 2 else (digits[:-2], digits[-2:])
        shift = timedelta(hours=int(hours), minutes=int(minutes))
        if shift >= timedelta(hours=15):
            return None
        return timezone(-shift if offset[0] in "-−" else shift)
    known = ZONES.get(name)
    if known is None:
        return None
    return ZoneInfo(known) if isinstance(known, str) else timezone(timedelta(minutes=known))


def is_sane(year: int, now: datetime) -> bool:
    """Return whether *year* is plausible for news: 1990 to the year after *now*."""
    return FIRST_YEAR <= year <= now.year + 1


def full_year(text: str) -> int:
    """Return the year written with two (1970 to 2069) or four digits, the latter maybe of the Buddhist calendar."""
    year = int(text)
    if len(text) == 4:
        return year - BUDDHIST if year >= FIRST_BUDDHIST else year
    return year + (2000 if year < 70 else 1900)


def a_date(year: int, month: int, day: int) -> date | None:
    """Return the date; None if it does not exist (31 February)."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def latest(month: int, day: int, today: date) -> date | None:
    """Return the latest such day up to tomorrow, which may have begun in the time zone of the page's author."""
    limit = today + timedelta(days=1)
    found = (a_date(year, month, day) for year in range(limit.year, limit.year - 9, -1))
    return next((candidate for candidate in found if candidate and candidate <= limit), None)


def latest_weekday(weekday: int, at: time, now: datetime) -> date:
    """Return the last date with this weekday whose time *at* is not after *now* (local)."""
    day = now.date() - timedelta(days=(now.weekday() - weekday) % 7)
    return day - timedelta(days=7) if day == now.date() and at > now.time() else day


def ago(parts: list[tuple[float, int]], now: datetime, zone: tzinfo) -> datetime | None:
    """Return *now* minus amounts of units; for days and longer units, midnight of that day in *zone*."""
    try:
        amount, unit = parts[0]
        if unit <= HOUR:
            seconds = sum(each * _SECONDS[smaller] for each, smaller in parts if smaller <= HOUR)
            back = timedelta(seconds=int(seconds), microseconds=now.microsecond)
            return (now.astimezone(UTC) - back).astimezone(zone)
        day = _days_ago(amount, unit, now.astimezone(zone).date())
        return local_time(datetime.combine(day, time()), zone) if day else None
    except (OverflowError, ValueError):
        return None


def _days_ago(amount: float, unit: int, today: date) -> date | None:
    if unit in _DAYS:
        return today - timedelta(days=round(amount * _DAYS[unit]))
    if unit not in (MONTH, YEAR):
        return None
    months = today.year * 12 + today.month - 1 - round(amount * (12 if unit == YEAR else 1))
    year, month = months // 12, months % 12 + 1
    return next((found for back in range(4) if (found := a_date(year, month, today.day - back))), None)
