"""Finds when a crontab line is due around changes of the clock, by looking at every minute; timing is compared with it.

It implements the rule in docs/operations.md independently of the code.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

MINUTE = timedelta(minutes=1)
AROUND = timedelta(hours=30)


def values(field: str, first: int, last: int) -> set[int]:
    """The numbers of a crontab field of numbers, ranges, lists and steps."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        low, _, high = (f"{first}-{last}" if span == "*" else span).partition("-")
        found |= set(range(int(low), int(high or low) + 1, int(step or 1)))
    return found


class Line:
    """A crontab line of numbers."""

    def __init__(self, line: str) -> None:
        limits = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
        found = [values(field, *limit) for field, limit in zip(line.split(), limits, strict=True)]
        self.minutes, self.hours, self.days, self.months, weekdays = found
        self.weekdays = {day % 7 for day in weekdays}

    def matches(self, wall: datetime) -> bool:
        return wall.minute in self.minutes and wall.hour in self.hours and self.has_day(wall)

    def has_day(self, wall: datetime) -> bool:
        return wall.day in self.days and wall.month in self.months and wall.isoweekday() % 7 in self.weekdays

    def between(self, first: datetime, last: datetime) -> Iterator[datetime]:
        """Yield the local times from *first* to *last* at which the line is due on a clock that is never changed."""
        for number in range((last.date() - first.date()).days + 1):
            day = first.replace(hour=0, minute=0) + timedelta(days=number)
            if self.has_day(day):
                times = (day.replace(hour=hour, minute=minute) for hour in self.hours for minute in self.minutes)
                yield from (time for time in times if first <= time <= last)


def changes(zone: ZoneInfo, year: int) -> Iterator[datetime]:
    """The minutes (UTC) of *year* at which the clock of *zone* is set."""

    def offset(moment: datetime) -> timedelta | None:
        return moment.astimezone(zone).utcoffset()

    days = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=number) for number in range(366)]
    for (before, offset_before), (_, offset_after) in pairwise((day, offset(day)) for day in days):
        if offset_before != offset_after:
            minutes = (before + number * MINUTE for number in range(24 * 60 + 1))
            yield next(minute for minute in minutes if offset(minute) != offset_before)


def different_changes(year: int) -> Iterator[tuple[ZoneInfo, datetime]]:
    """The changes of *year* in all zones of tzdata, one of those that are alike."""
    seen = set()
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        for change in changes(zone, year):
            key = (
                change,
                *(moment.astimezone(zone).utcoffset() for moment in (change - AROUND, change, change + AROUND)),
            )
            if key not in seen:
                seen.add(key)
                yield zone, change


@lru_cache(maxsize=1)
def timeline(zone: ZoneInfo, change: datetime) -> tuple[list[datetime], list[datetime], dict[datetime, datetime]]:
    """Return the minutes (UTC) around *change*, the local time at each, and for each local time the first of its
    minutes."""
    minutes = [change - AROUND + number * MINUTE for number in range(2 * AROUND // MINUTE)]
    walls = [minute.astimezone(zone).replace(tzinfo=None, fold=0) for minute in minutes]
    return minutes, walls, dict(zip(reversed(walls), reversed(minutes), strict=True))


def due_around(line: str, zone: ZoneInfo, change: datetime) -> list[datetime]:
    """The times (UTC) at which *line* is due from AROUND before *change* to AROUND after it."""
    minutes, walls, first = timeline(zone, change)
    parsed = Line(line)
    if parsed.hours == set(range(24)):
        return [minute for minute, wall in zip(minutes, walls, strict=True) if parsed.matches(wall)]
    due = set()
    for wall in parsed.between(walls[0], walls[-1]):
        shown = wall
        while shown not in first and shown < walls[-1]:  # skipped: as soon as the clock goes on
            shown += MINUTE
        if shown in first:
            due.add(first[shown])
    return sorted(due)
