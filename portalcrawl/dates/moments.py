"""The moments that a line names: days with their time of day, ages, days by name, and the present."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from portalcrawl.dates.ages import FoundAge, ages_in
from portalcrawl.dates.date_forms import FoundDate, FoundTime, dates_in, time_in
from portalcrawl.dates.date_reading import Precision, Role
from portalcrawl.dates.resolve import a_date, ago, in_zone, is_sane, is_utc, latest_weekday, local_time
from portalcrawl.vocabulary.date_words import (
    DAY_WORDS,
    HOUR,
    KNOWN,
    LABELS,
    MODIFIED,
    NO_DAYS,
    NOW_WORDS,
    PUBLISHED,
    WEEKDAYS,
)

WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
MARKS = " .,:;/()[]-–—"
_UNITED_STATES = re.compile(
    r"America/(?:New_York|Chicago|Denver|Los_Angeles|Phoenix|Detroit|Anchorage|Boise|Juneau|Indiana|Kentucky)|US/"
)
_AM_PM = re.compile(r"\d ?[ap]m\b")


class Moment(NamedTuple):
    """A moment named in a line from *start* to *end*."""

    start: int
    end: int
    when: datetime
    precision: Precision
    role: Role


def days_in(line: str, now: datetime, zone: tzinfo, *, full_only: bool = False) -> list[Moment]:
    """Read days, each with the time of day after it, the first also with one before it."""
    days = dates_in(line, now.astimezone(zone).date(), month_first=_month_first(line, zone))
    if full_only:
        days = [day for day in days if day.has_year]
    labelled = not LABELS.isdisjoint(WORD.findall(line))
    found: list[Moment] = []
    for at, day in enumerate(days):
        end = days[at + 1].start if at + 1 < len(days) else len(line)
        stroke = line.find("|", day.end, end)
        clock = _clock(line, day.end, stroke if stroke >= 0 else end)
        clock = clock or _clock_before(line, found[-1].end if found else 0, day.start) or _clock(line, day.end, end)
        actual = _with_late_year(day, clock)
        if actual is None or not is_sane(actual.year, now):
            return []
        start, end = _span(day.start, day.end, clock)
        label = _role(line[found[-1].end if found else 0 : day.start]) if labelled else None
        if labelled and label is None and len(days) == 1:
            label = _role(line[day.end :])
        found.append(Moment(start, end, *_at(actual, clock, zone), label or "published"))
    return found


def _clock(line: str, start: int, end: int) -> FoundTime | None:
    """Return the time of day between *start* and *end*, where only a date's words stand between it and its day."""
    clock = time_in(line, start, end)
    if clock is None:
        return None
    between = line[start : clock.start] if start else line[clock.end : end]
    return clock if not between.strip(MARKS) or KNOWN.issuperset(WORD.findall(between)) else None


def _clock_before(line: str, start: int, end: int) -> FoundTime | None:
    """Return the time of day right before a day at *end*."""
    clock = time_in(line, start, end)
    if clock is None:
        return None
    between = line[clock.end : end]
    return clock if not between.strip(MARKS) or KNOWN.issuperset(WORD.findall(between)) else None


def _span(start: int, end: int, clock: FoundTime | None) -> tuple[int, int]:
    return (min(start, clock.start), max(end, clock.end)) if clock else (start, end)


def _with_late_year(day: FoundDate, clock: FoundTime | None) -> date | None:
    if day.has_year or clock is None or clock.late_year is None:
        return day.day
    return a_date(clock.late_year, day.day.month, day.day.day)


def _at(day: date, clock: FoundTime | None, zone: tzinfo) -> tuple[datetime, Precision]:
    if clock is None:
        return local_time(datetime.combine(day, time()), zone), "day"
    wall = datetime.combine(day, clock.at)
    when = in_zone(local_time(wall, clock.zone), zone) if clock.zone else local_time(wall, zone)
    return when, "minute" if clock.has_minutes else "hour"


def ages_ago_in(line: str, now: datetime, zone: tzinfo) -> list[Moment]:
    found: list[Moment] = []
    for age in ages_in(line):
        when = ago(age.parts, now, zone)
        if when is None or not is_sane(when.year, now):
            return []
        before = line[found[-1].end if found else 0 : age.start]
        role = (_role(before) if before else None) or "published"
        precision = _age_precision(age)
        clock = _clock(line, age.end, len(line)) if precision == "day" else None
        if clock:
            when, precision = _at(when.date(), clock, zone)
        found.append(Moment(age.start, clock.end if clock else age.end, when, precision, role))
    return found


def _age_precision(age: FoundAge) -> Precision:
    finest = age.parts[-1][1]
    if age.parts[0][1] > HOUR:
        return "day"
    return "hour" if finest == HOUR else "minute"


def day_words_in(line: str, now: datetime, zone: tzinfo) -> list[Moment]:
    """Read ``heute``, ``gestern`` and their like, with a time of day if there is one."""
    named = [match for match in WORD.finditer(line) if match[0] in DAY_WORDS]
    if len(named) != 1:
        return []
    start, end = named[0].span()
    clock = _clock(line, end, len(line)) or _clock(line, 0, start)
    if clock is None and named[0][0] in NO_DAYS:
        return []
    day = now.astimezone(zone).date() - timedelta(days=DAY_WORDS[named[0][0]])
    return [Moment(*_span(start, end, clock), *_at(day, clock, zone), _role(line) or "published")]


def weekdays_in(line: str, now: datetime, zone: tzinfo) -> list[Moment]:
    """Read a weekday with a time of day: the last such moment."""
    for match in WORD.finditer(line):
        weekday = WEEKDAYS.get(match[0])
        if weekday is None or (len(match[0]) < 3 and match.start()):
            continue
        clock = _clock(line, match.end(), len(line))
        if clock is None:
            return []
        local_now = now.astimezone(zone)
        when, precision = _at(latest_weekday(weekday, clock.at, local_now), clock, zone)
        return [Moment(match.start(), clock.end, when, precision, _role(line) or "published")]
    return []


def now_in(line: str, now: datetime, zone: tzinfo) -> list[Moment]:
    match = NOW_WORDS.search(line)
    if not match:
        return []
    when = now.astimezone(zone).replace(microsecond=0)
    return [Moment(match.start(), match.end(), when, "minute", _role(line) or "published")]


def _role(words: str) -> Role | None:
    """Return what the label nearest to the end of *words* says."""
    for word in reversed(WORD.findall(words)):
        if word in MODIFIED:
            return "modified"
        if word in PUBLISHED:
            return "published"
    return None


def _month_first(line: str, zone: tzinfo) -> bool:
    """Whether 2/12/2025 is 12 February: in the United States, and with am or pm where the zone is unknown."""
    return "/" in line and (bool(_AM_PM.search(line)) if is_utc(zone) else bool(_UNITED_STATES.match(str(zone))))
