"""When an entry is due: every so often, or by a crontab line in a time zone.

Crontab lines are read by cronsim, which follows Debian's cron. Where clocks change, the rule is that of Debian's
cron(8), applied to what a line means rather than to how it is written:

- A line that names hours is due by the wall clock. What falls into a time that is skipped is due once, right after
  the change; what falls into a time that comes twice is due the first time only.
- A line of all hours (``*/5 * * * *``) is due by its minutes in every hour that passes: in none that is skipped, in
  both that come twice.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice, takewhile
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from portalcrawl.profiles.toml_file import text
from portalcrawl.scheduling.durations import format_duration

ALL_HOURS = set(range(24))
EXTENSIONS = re.compile(r"^\S+ \S+ \S*[a-z]|#|\dl\b")
"""What cronsim knows beyond crontab(5): last days, the n-th weekday."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When an entry is due; ``every`` or ``cron`` is set. Durations in seconds."""

    every: float | None
    cron: str | None
    zone: ZoneInfo
    jitter: float

    def due_times(self, after: datetime) -> Iterator[datetime]:
        """Yield the times (UTC) after *after* (aware) at which the entry is due, jitter left out."""
        if self.cron is not None:
            yield from _cron_times(self.cron, self.zone, after)
        while self.every is not None:
            after += timedelta(seconds=self.every)
            yield after

    def nth_after(self, moment: datetime, number: int) -> datetime | None:
        """Return the time at which the *number*-th start after *moment* (aware) is due; None where there is none."""
        if self.every is not None:
            return moment + timedelta(seconds=self.every * number)
        return _nth_cron_time(self.cron or "", self.zone, moment, number)

    def latest(self, after: datetime, until: datetime) -> datetime | None:
        """Return the last time in (*after*, *until*] at which the entry is due; None where there is none."""
        if self.every is not None:
            number = (until - after) // timedelta(seconds=self.every)
            return self.nth_after(after, number) if number > 0 else None
        # Look back in doubled steps, so that a year of missed minutes is not walked through.
        back = timedelta(minutes=1)
        while True:
            start = max(after, until - back)
            found = deque(takewhile(lambda due: due <= until, self.due_times(start)), maxlen=1)
            if found or start == after:
                return found[0] if found else None
            back *= 2

    @property
    def text(self) -> str:
        """What the schedule says, in one line."""
        said = f"every {format_duration(self.every)}" if self.every else f"{self.cron} ({self.zone.key})"
        return f"{said} +{format_duration(self.jitter)}" if self.jitter else said


def parse_cron(value: Any) -> str:
    """Return a crontab line of five fields with single spaces; ValueError where it is none, or never due."""
    fields = text(value).lower().split()
    if len(fields) != 5:
        raise ValueError(f"must have five fields (minute hour day month weekday), has {len(fields)}")
    if fields[2] != "*" and fields[4] != "*":
        raise ValueError("may name days of the month or of the week, not both; make two entries")
    fields[4] = re.sub(r"-sun\b", "-7", fields[4])  # the week ends with Sunday, too
    line = " ".join(fields)
    if EXTENSIONS.search(line):
        raise ValueError("is no crontab line: it has minutes, hours, days, months and weekdays, in numbers and names")
    try:
        expand_cron(line)
    except CronSimError as error:
        said = str(error)
        raise ValueError(f"is no crontab line, or never due: {said[:1].lower()}{said[1:]}") from None
    return line


def expand_cron(line: str) -> CronSim:
    """Return *line* with its ``minutes``, ``hours``, ``days``, ``months`` and ``weekdays`` as sets of numbers."""
    return CronSim(line, datetime(2000, 1, 1))  # noqa: DTZ001 - no time is asked for


@lru_cache(maxsize=1024)
def _nth_cron_time(line: str, zone: ZoneInfo, moment: datetime, number: int) -> datetime | None:
    return next(islice(_cron_times(line, zone, moment), number - 1, None), None)


def _cron_times(line: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    after = after.astimezone(UTC)
    if expand_cron(line).hours == ALL_HOURS:
        return _by_elapsed_time(line, zone, after)
    return _by_wall_clock(line, zone, after)


def _by_wall_clock(line: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    minute, hour, *days = line.split()
    # cronsim, as Debian's cron, takes a star in front for the sign that changes of clocks don't matter, so that
    # ``*/20 2 * * *`` would be lost where two o'clock is skipped.
    starless = [re.sub(r"^\*", "0-59", minute), re.sub(r"^\*", "0-23", hour), *days]
    for due in CronSim(" ".join(starless), after.astimezone(zone)):
        moment = due.astimezone(UTC)
        # All that a change skips is due at one time, and what the wall clock shows next may be past already.
        if moment > after:
            after = moment
            yield moment


def _by_elapsed_time(line: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """Yield the times at which *line* is due by the minutes of the hours that pass.

    Between two changes of the clock that is arithmetic. cronsim's own walk over them misses one where clocks change by
    half an hour (Australia/Lord_Howe).
    """
    offset = _offset(after, zone)
    while (wall := next(CronSim(line, (after + offset).replace(tzinfo=None)), None)) is not None:
        due = wall.replace(tzinfo=UTC) - offset
        if _offset(due, zone) == offset:
            after = due
            yield due
        else:
            change = _end_of(offset, zone, after, due)
            offset = _offset(change, zone)
            after = change - timedelta(seconds=1)


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _end_of(offset: timedelta, zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the second at which *zone* leaves *offset*, which lies between *before* and *after*."""
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        before, after = (middle, after) if _offset(middle, zone) == offset else (before, middle)
    return after.replace(microsecond=0)
