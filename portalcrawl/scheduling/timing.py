"""Computes when an entry is due: at an interval, or by a crontab line in a time zone.

cronsim parses the crontab lines, compatible with Debian's cron. Clock changes are handled as in Debian's cron(8), but
by the meaning of a line, not its spelling:

- A line for certain hours follows the wall clock. Skipped times are due once, right after the change; repeated times
  are due only the first time.
- A line for all hours (``*/5 * * * *``) follows elapsed time: it is not due in a skipped hour, and due again in a
  repeated one.
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
"""Syntax that cronsim accepts beyond crontab(5): last days, the n-th weekday."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When an entry is due. Either ``every`` or ``cron`` is set. Durations are in seconds."""

    every: float | None
    cron: str | None
    zone: ZoneInfo
    jitter: float

    def due_times(self, after: datetime) -> Iterator[datetime]:
        """Yield the times (UTC) after *after* (aware) at which the entry is due, without jitter."""
        if self.cron is not None:
            yield from _cron_times(self.cron, self.zone, after)
        while self.every is not None:
            after += timedelta(seconds=self.every)
            yield after

    def nth_after(self, moment: datetime, number: int) -> datetime | None:
        """Return when the *number*-th start after *moment* (aware) is due; None if there is none."""
        if self.every is not None:
            return moment + timedelta(seconds=self.every * number)
        return _nth_cron_time(self.cron or "", self.zone, moment, number)

    def latest(self, after: datetime, until: datetime) -> datetime | None:
        """Return the last time in (*after*, *until*] at which the entry is due; None if there is none."""
        if self.every is not None:
            number = (until - after) // timedelta(seconds=self.every)
            return self.nth_after(after, number) if number > 0 else None
        # Go back in doubling steps, to avoid computing every minute of a missed year.
        back = timedelta(minutes=1)
        while True:
            start = max(after, until - back)
            found = deque(takewhile(lambda due: due <= until, self.due_times(start)), maxlen=1)
            if found or start == after:
                return found[0] if found else None
            back *= 2

    @property
    def text(self) -> str:
        """The timing in one line."""
        line = f"every {format_duration(self.every)}" if self.every else f"{self.cron} ({self.zone.key})"
        return f"{line} +{format_duration(self.jitter)}" if self.jitter else line


def parse_cron(value: Any) -> str:
    """Return *value* as a crontab line of five fields with single spaces.

    Raise ValueError if it is not a crontab line, or is never due.
    """
    fields = text(value).lower().split()
    if len(fields) != 5:
        raise ValueError(f"must have five fields (minute hour day month weekday), has {len(fields)}")
    if fields[2] != "*" and fields[4] != "*":
        raise ValueError("may name days of the month or of the week, not both; make two entries")
    fields[4] = re.sub(r"-sun\b", "-7", fields[4])  # Sunday is also the last day of the week
    line = " ".join(fields)
    if EXTENSIONS.search(line):
        raise ValueError("is not a crontab line: it has minutes, hours, days, months, weekdays, as numbers or names")
    try:
        expand_cron(line)
    except CronSimError as error:
        cause = str(error)
        raise ValueError(f"is not a crontab line, or never due: {cause[:1].lower()}{cause[1:]}") from None
    return line


def expand_cron(line: str) -> CronSim:
    """Return *line* with its ``minutes``, ``hours``, ``days``, ``months`` and ``weekdays`` as sets of numbers."""
    return CronSim(line, datetime(2000, 1, 1))  # noqa: DTZ001 - only its fields are read


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
    # Like Debian's cron, cronsim does not adjust for clock changes if a field begins with a star, so that
    # ``*/20 2 * * *`` would never be due on a day without two o'clock.
    starless = [re.sub(r"^\*", "0-59", minute), re.sub(r"^\*", "0-23", hour), *days]
    for due in CronSim(" ".join(starless), after.astimezone(zone)):
        moment = due.astimezone(UTC)
        # All skipped times are due at the same moment, and repeated times are not later than the previous one.
        if moment > after:
            after = moment
            yield moment


def _by_elapsed_time(line: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """Yield the times at which *line* is due, by elapsed time.

    The times are computed between clock changes, where the offset is constant: cronsim itself misses a time if clocks
    change by half an hour (Australia/Lord_Howe).
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
    """Return the second between *before* and *after* at which *zone* changes from *offset*."""
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        before, after = (middle, after) if _offset(middle, zone) == offset else (before, middle)
    return after.replace(microsecond=0)
