"""When an entry is due: every so often, or by a crontab line in a time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from portalcrawl.portals.table import FaultError, a_text
from portalcrawl.scheduling.spans import span_text

HOUR = CronTrigger.FIELD_NAMES.index("hour")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
"""Days of the week as crontab counts them: 0 and 7 are Sunday (POSIX crontab; APScheduler counts from Monday)."""


class WallClock(CronTrigger):  # type: ignore[misc]
    """A crontab line of which a time that comes twice, when clocks go back, is due once, as cron(8) has it.

    One that names no hours (``*/5 * * * *``) goes on through both.
    """

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return the next time (aware) after *previous_fire_time*, or from *now*."""
        # Sums of times with a zone forget which of two equal ones is meant, and never get past it; those of UTC do.
        before = previous_fire_time.astimezone(UTC) if previous_fire_time else None
        found: datetime | None = super().get_next_fire_time(before, now.astimezone(UTC))
        while found is not None and found.fold and not str(self.fields[HOUR]).startswith("*"):
            found = super().get_next_fire_time(None, found.astimezone(UTC) + timedelta(minutes=1))
        return found


@dataclass(frozen=True, slots=True)
class Timing:
    """When an entry is due; ``every`` or ``cron`` is set. Times in seconds."""

    every: float | None
    cron: str | None
    zone: ZoneInfo
    jitter: float

    def trigger(self, start: datetime | None = None) -> BaseTrigger:
        """Return the APScheduler trigger; one of an interval counts from *start* (now)."""
        jitter = self.jitter or None
        if self.cron is None:
            start = start or datetime.now(UTC)
            return IntervalTrigger(seconds=int(self.every or 1), start_date=start, timezone=UTC, jitter=jitter)
        minute, hour, day, month, weekday = self.cron.split()
        given = {"minute": minute, "hour": hour, "day": day, "month": month, "day_of_week": weekdays(weekday)}
        return WallClock(**given, timezone=self.zone, jitter=jitter)

    def after(self, moment: datetime, number: int) -> datetime | None:
        """Return the time at which the *number*-th start after *moment* (aware) is due."""
        if self.every is not None:
            return moment + timedelta(seconds=self.every * number)
        trigger, found = Timing(None, self.cron, self.zone, 0).trigger(), moment
        for _ in range(number):
            following = trigger.get_next_fire_time(None, found.astimezone(UTC) + timedelta(microseconds=1))
            if following is None:
                return None
            found = following
        return found

    @property
    def text(self) -> str:
        """What the schedule says, in one line."""
        said = f"every {span_text(self.every)}" if self.every else f"{self.cron} ({self.zone.key})"
        return f"{said} +{span_text(self.jitter)}" if self.jitter else said


def a_cron(value: Any) -> str:
    """Check a crontab line of five fields; return it with single spaces."""
    fields = a_text(value).split()
    if len(fields) != 5:
        raise FaultError(f"must have five fields (minute hour day month weekday), has {len(fields)}")
    if fields[2] != "*" and fields[4] != "*":
        raise FaultError("may name days of the month or of the week, not both; make two entries")
    line = " ".join(fields).lower()
    try:
        due = Timing(None, line, ZoneInfo("UTC"), 0).after(datetime.now(UTC), 1)
    except ValueError as error:
        raise FaultError(f"is no crontab line: {error}") from None
    if due is None:
        raise FaultError("is never due")
    return line


def weekdays(field: str) -> str:
    """Return crontab's field of weekdays as names.

    >>> [weekdays("*"), weekdays("1-5"), weekdays("0,6"), weekdays("5-7"), weekdays("sat-mon"), weekdays("*/2")]
    ['*', 'mon,tue,wed,thu,fri', 'sun,sat', 'fri,sat,sun', 'sat,sun,mon', 'sun,tue,thu,sat']
    """
    if field == "*":
        return field
    names: list[str] = []
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = ("0-6" if span == "*" else span).partition("-")
        begin = _weekday(first)
        end = _weekday(last) if last else begin
        if step and (not step.isdigit() or not int(step)):
            raise ValueError(f"{part!r} has no step")
        days = range(begin, end + 1 if end >= begin else end + 8, int(step or 1))
        names.extend(DAYS[day % 7] for day in days)
    return ",".join(dict.fromkeys(names))


def _weekday(text: str) -> int:
    if text in DAYS:
        return DAYS.index(text)
    if text.isdigit() and int(text) <= 7:
        return int(text)
    raise ValueError(f"{text!r} is no weekday; they are 0 to 7 and {', '.join(DAYS)}")
