"""Finds the moments in a line (lower case): days with their time of day, ages, days by name, and "now".

Each function returns the moments of one kind in the order of the line; an empty list also if one of them can't be the
date of news.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from portalcrawl.dates.date_patterns import FoundAge, FoundDate, FoundTime, ages_in, bare_age, dates_in, time_in
from portalcrawl.dates.date_reading import Precision, Role
from portalcrawl.dates.resolve import a_date, ago, in_zone, is_sane, is_utc, latest_weekday, local_time
from portalcrawl.vocabulary.date_words import (
    AM_PM,
    DAY_NAME,
    DAY_WORDS,
    HOUR,
    KNOWN,
    LABELS,
    MODIFIED,
    MONTH_FIRST_ZONES,
    NO_DAYS,
    NOW_WORDS,
    PUBLISHED,
    WEEKDAYS,
)

WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
PUNCTUATION = " .,:;/()[]-–—，：；（）【】"
_AM_PM = re.compile(rf"\d ?{AM_PM}\b")


class Moment(NamedTuple):
    """A moment written in a line from *start* to *end*."""

    start: int
    end: int
    when: datetime
    precision: Precision
    role: Role
    zoned: bool = False


def days_in(
    line: str, now: datetime, zone: tzinfo, *, month_first: bool = False, with_year: bool = False
) -> list[Moment]:
    """Return days, each with the time of day after it, the first also with one before it.

    If *with_year* is set, days without a year are ignored. For *month_first* see :func:`parse_date`.
    """
    order = _month_first(line, zone, unless_known=month_first)
    days = dates_in(line, now.astimezone(zone).date(), month_first=order)
    if with_year:
        days = [day for day in days if day.has_year]
    labelled = not LABELS.isdisjoint(WORD.findall(line))
    found: list[Moment] = []
    for index, day in enumerate(days):
        start = found[-1].end if found else 0
        end = days[index + 1].start if index + 1 < len(days) else len(line)
        clock = _time_of_day(line, start, day, end)
        actual = _with_late_year(day, clock)
        if actual is None or not is_sane(actual.year, now):
            return []
        label = _role(line[start : day.start]) if labelled else None
        if labelled and label is None and len(days) == 1:
            label = _role(line[day.end :])
        at = _at(actual, clock, zone)
        found.append(Moment(*_span(day.start, day.end, clock), *at, label or "published", _is_zoned(clock)))
    return found


def _time_of_day(line: str, start: int, day: FoundDate, end: int) -> FoundTime | None:
    """Return the time of *day*: the one after it, before a ``|`` if possible, else the one right before it."""
    bar = line.find("|", day.end, end)
    clock = _time_after(line, day.end, bar if bar >= 0 else end) or _time_before(line, start, day.start)
    return clock or (_time_after(line, day.end, end) if bar >= 0 else None)


def _time_after(line: str, start: int, end: int) -> FoundTime | None:
    """Return the first time of day between *start* and *end* if only date words are between *start* and it."""
    clock = time_in(line, start, end)
    return clock if clock and _is_filler(line[start : clock.start]) else None


def _time_before(line: str, start: int, end: int) -> FoundTime | None:
    """Return the first time of day between *start* and *end* if only date words are between it and *end*."""
    clock = time_in(line, start, end)
    return clock if clock and _is_filler(line[clock.end : end]) else None


def _is_filler(text: str) -> bool:
    return not text.strip(PUNCTUATION) or KNOWN.issuperset(WORD.findall(text))


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


def _is_zoned(clock: FoundTime | None) -> bool:
    return clock is not None and clock.zone is not None


def past_in(line: str, now: datetime, zone: tzinfo) -> list[Moment]:
    """Return ages (``vor 2 Stunden``); those of days and longer units with the time of day after them."""
    found: list[Moment] = []
    for age in ages_in(line):
        when = ago(age.parts, now, zone)
        if when is None or not is_sane(when.year, now):
            return []
        before = line[found[-1].end if found else 0 : age.start]
        role = (_role(before) if before else None) or "published"
        precision = _age_precision(age)
        clock = _time_after(line, age.end, len(line)) if precision == "day" else None
        zoned = precision != "day"
        if clock:
            when, precision = _at(when.date(), clock, zone)
        found.append(Moment(age.start, clock.end if clock else age.end, when, precision, role, zoned))
    return found


def age_in(line: str, now: datetime, zone: tzinfo) -> Moment | None:
    """Return the moment that *line* is as a whole: an age without a word that says so (``3h``)."""
    age = bare_age(line)
    when = ago(age.parts, now, zone) if age else None
    if age is None or when is None or not is_sane(when.year, now):
        return None
    precision = _age_precision(age)
    return Moment(0, len(line), when, precision, "published", precision != "day")


def _age_precision(age: FoundAge) -> Precision:
    if age.parts[0][1] > HOUR:
        return "day"
    return "hour" if age.parts[-1][1] == HOUR else "minute"


def relative_days_in(line: str, now: datetime, zone: tzinfo) -> list[Moment]:
    """Return ``heute``, ``gestern`` etc., with a time of day if there is one."""
    named = [*DAY_NAME.finditer(line)]
    if len(named) != 1:
        return []
    start, end = named[0].span()
    clock = _time_after(line, end, len(line)) or _time_before(line, 0, start)
    if clock is None and named[0][0] in NO_DAYS:
        return []
    day = now.astimezone(zone).date() - timedelta(days=DAY_WORDS[named[0][0]])
    return [Moment(*_span(start, end, clock), *_at(day, clock, zone), _role(line) or "published", _is_zoned(clock))]


def weekdays_in(line: str, now: datetime, zone: tzinfo) -> list[Moment]:
    """Return a weekday with a time of day as the last such moment."""
    for match in WORD.finditer(line):
        weekday = WEEKDAYS.get(match[0])
        if weekday is None or (len(match[0]) < 3 and match.start()):
            continue
        clock = _time_after(line, match.end(), len(line))
        if clock is None:
            return []
        when, precision = _at(latest_weekday(weekday, clock.at, now.astimezone(zone)), clock, zone)
        return [Moment(match.start(), clock.end, when, precision, _role(line) or "published", _is_zoned(clock))]
    return []


def present_in(line: str, now: datetime, zone: tzinfo) -> list[Moment]:
    """Return ``gerade eben`` and other words for the present as *now*."""
    match = NOW_WORDS.search(line)
    if not match:
        return []
    when = now.astimezone(zone).replace(microsecond=0)
    return [Moment(match.start(), match.end(), when, "minute", _role(line) or "published", True)]


def _role(words: str) -> Role | None:
    """Return the role by the last label in *words*, else None."""
    for word in reversed(WORD.findall(words)):
        if word in MODIFIED:
            return "modified"
        if word in PUBLISHED:
            return "published"
    return None


def _month_first(line: str, zone: tzinfo, *, unless_known: bool) -> bool:
    """Return whether 2/12/2025 is 12 February: in the United States, or if the zone is unknown, with am or pm."""
    if "/" not in line:
        return False
    return unless_known or bool(_AM_PM.search(line)) if is_utc(zone) else str(zone).startswith(MONTH_FIRST_ZONES)
