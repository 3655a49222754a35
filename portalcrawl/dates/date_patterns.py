"""Finds days, times of day and ages (``vor 2 Stunden``) in a line by regular expressions."""

from __future__ import annotations

import re
from datetime import date, time, tzinfo
from typing import NamedTuple

from portalcrawl.dates.resolve import a_date, full_year, latest, named_zone
from portalcrawl.vocabulary import either, opening, words
from portalcrawl.vocabulary.date_words import AM_PM, CLOCK, HOUR, MINUTE, MONTHS, NUMBERS, UNITS

# Patterns begin with one character class, so that the search skips all other characters quickly.
_YEAR = r"\d{4}(?=\d?\d:\d\d|\D|$)"
_ORDINAL = rf"(?:{either('dates.ordinals')}|\.)"
_YEAR_SIGNS, _MONTH_SIGNS, _DAY_SIGNS, _HOUR_SIGNS, _MINUTE_SIGNS = (
    "".join(sorted(words(f"dates.{unit}_sign"))) for unit in ("year", "month", "day", "hour", "minute")
)
_NUMBER_FIRST = re.compile(
    r"\d(?<![\d.,:/-]\d)\d{0,3}(?:"
    # 2025-12-02, 2025/12/2, 2025. 12. 02, 2025年12月2日
    rf"(?<=\d{{4}}) ?[-/.{_YEAR_SIGNS}] ?(?P<month>\d{{1,2}}) ?[-/.{_MONTH_SIGNS}] ?(?P<day>\d{{1,2}})(?!\d)"
    rf"[{_DAY_SIGNS}.]?"
    # 02.12.2025, 2. 12. 2025, 2.12.25, 02/12/2025, 02-12-2025
    rf"|(?<!\d{{3}})(?P<sign> ?[./-]) ?(?P<second>\d{{1,2}})(?P=sign)(?P<last> ?{_YEAR}|\d\d(?!\d|[:.,]\d| ?{CLOCK}))"
    # 2. Dezember 2025, 2 Dec 25, 02-Dec-25, 2/Dec/2025, 2 de diciembre de 2025, 2nd of December
    rf"|(?<!\d{{3}})(?:{_ORDINAL}?[ -]{{0,2}}| ?/ ?)(?:{either('dates.of')}[ '])?(?P<name>[^\W\d_]{{3,12}})\.?"
    rf"(?:(?:,? ?(?:{either('dates.of_year')} )?|-| ?/ ?)"
    rf"(?P<year>{_YEAR}|'?\d\d(?!\d|[:.,h]\d| ?(?:{CLOCK}|{AM_PM})\b)))?"
    # 23.03.
    r"|(?<!\d{3})\. ?(?P<month_only>\d{1,2})\.(?!\d))"
)
# December 2, 2025
_MONTH_FIRST = re.compile(
    rf"[^\W\d_](?<![^\W\d_]{{2}})[^\W\d_]{{2,11}}\.? (?P<day>\d{{1,2}}){_ORDINAL}?(?![\d:])"
    rf"(?:,? (?P<year>{_YEAR}))?"
)
_YEAR_AHEAD = re.compile(r"(?<!\d)((?:19|20)\d\d)\. ?$")
"""A year before the name of a month (``2025. november 9.``)."""
# 18:15, 18.15 Uhr, 6:15 pm, 18 h 15, 18時15分
_TIME = re.compile(
    rf"\d(?<![\d.:,]\d)\d?(?:(?P<sign>[:.]| ?[h{_HOUR_SIGNS}]) ?(?P<minute>\d\d|\d(?= ?[{_MINUTE_SIGNS}]))(?!\d)"
    rf"(?: ?[{_MINUTE_SIGNS}])?(?::(?P<second>\d\d)(?!\d)(?:[.,]\d+)?)?"
    rf"(?! ?{either('reading_time.units')}))?(?: ?(?P<suffix>(?:{CLOCK}|(?P<hours>{either('dates.clock_or_hours')}))"
    rf"(?![^\W\d_])|(?:(?P<am>{either('dates.am')})|(?P<pm>{either('dates.pm')}))\b\.?))?"
)
_HALF_AHEAD = re.compile(rf"(?:(?P<am>{either('dates.am_ahead')})|(?P<pm>{either('dates.pm_ahead')})) ?$")
"""Words before a time that mean a.m. or p.m."""
_BEFORE_DOT_TIME = re.compile(rf"(?:\b{either('dates.before_clock')}\.? ?|^ ?[,/|·-]? ?)$")
_ZONE = re.compile(
    r" ?[(,]? ?(?:(?:utc|gmt) ?(?P<utc>[+−-]\d{1,2}(?::?\d\d)?)|(?P<offset>[+−-]\d\d:?\d\d)(?!\d)"
    r"|(?P<name>[a-z]{1,4})\b)(?: ?\([^()]{0,60}\)|\))?"
)
_YEAR_AFTER = re.compile(r" ((?:19|20)\d\d)\b")
_ABOUT = rf"(?:{either('dates.about')} )?"
_AMOUNT = (
    rf"(?:(?P<count>\d{{1,5}}(?:[.,]\d)?)|(?P<half>{either('dates.half')})|(?P<word>[^\W\d_]{{1,6}}))[ -]?"
    r"(?P<unit>[^\W\d_]{1,9})\.?"
    rf"(?:,? (?:{either('dates.and')} )?(?P<count2>\d{{1,2}}) ?(?P<unit2>[^\W\d_]{{1,9}})\.?)?(?![^\W_])"
)
_OPENED = re.compile(rf"{opening('dates.ago_ahead')} {_ABOUT}{_AMOUNT}")
_BARE = re.compile(_AMOUNT)
_CLOSED = re.compile(
    rf"(?<![^\W_])(?:{either('dates.ago_lead')} )?{_ABOUT}{_AMOUNT} {either('dates.ago_behind')}(?![^\W_])"
)


_LONGEST_YEAR = 7
_LONGEST_AHEAD = 4
"""Most characters of such a word and the space after it."""


class FoundDate(NamedTuple):
    """A day in a line from *start* to *end*; if the line has no year, the latest such day."""

    start: int
    end: int
    day: date
    has_year: bool


class FoundTime(NamedTuple):
    """A time of day in a line, with its zone if the line has one."""

    start: int
    end: int
    at: time
    has_minutes: bool
    zone: tzinfo | None
    late_year: int | None
    """A year after the time (format of C's asctime)."""


class FoundAge(NamedTuple):
    """An age as amounts of units (``portalcrawl.vocabulary.date_words.UNITS``), from *start* to *end* of a line."""

    start: int
    end: int
    parts: list[tuple[float, int]]


def dates_in(line: str, today: date, *, month_first: bool) -> list[FoundDate]:
    """Return the days in *line* (lower case), left to right; those without a year only if none has one.

    *month_first*: ambiguous dates such as 2/12/2025 begin with the month.
    """
    found = _number_first(line, today, month_first)
    full = [item for item in found if item.has_year]
    if full:
        return full
    found += _name_first(line, today)
    return [item for item in found if item.has_year] or sorted(found)


def _number_first(line: str, today: date, month_first: bool) -> list[FoundDate]:
    found = []
    position = 0
    while match := _NUMBER_FIRST.search(line, position):
        year, month, day = _numbers(match, month_first)
        actual = _day(year, month, day, today)
        if actual:
            found.append(FoundDate(match.start(), match.end(), actual, bool(year)))
        position = match.end() if actual else match.start() + 1
    return found


def _name_first(line: str, today: date) -> list[FoundDate]:
    found = []
    position = 0
    while match := _MONTH_FIRST.search(line, position):
        name = line[match.start() : match.start("day")].rstrip(" .")
        ahead = _YEAR_AHEAD.search(line, max(0, match.start() - _LONGEST_YEAR), match.start())
        year = match["year"] or (ahead[1] if ahead else None)
        actual = _day(year, MONTHS.get(name), int(match["day"]), today)
        if actual:
            found.append(FoundDate((ahead or match).start(), match.end(), actual, bool(year)))
        position = match.end() if actual else match.start("day")
    return found


def _day(year: str | None, month: int | None, day: int, today: date) -> date | None:
    if month is None:
        return None
    return a_date(full_year(year.strip(" '")), month, day) if year else latest(month, day, today)


def _numbers(match: re.Match[str], month_first: bool) -> tuple[str | None, int | None, int]:
    """Return year (as written), month and day of a match; the month is None if its word is not a month."""
    number = match[0][:4] if match["month"] else match[0][: 2 if match[0][1:2].isdecimal() else 1]
    if match["month"]:
        return number, int(match["month"]), int(match["day"])
    if match["second"]:
        day, month = int(number), int(match["second"])
        swap = month > 12 or (month_first and day <= 12 and "/" in match["sign"])
        return match["last"], *((day, month) if swap else (month, day))
    if match["name"]:
        return match["year"], MONTHS.get(match["name"]), int(number)
    return None, int(match["month_only"]), int(number)


def time_in(line: str, start: int, end: int) -> FoundTime | None:
    """Return the first time of day in *line* between *start* and *end*."""
    for match in _TIME.finditer(line, start, end):
        ahead = _HALF_AHEAD.search(line, max(start, match.start() - _LONGEST_AHEAD), match.start())
        at = _time(match, line, start, ahead or match)
        if at is None:
            continue
        zone, zone_end = _zone_after(line, match.end(), end)
        year = _YEAR_AFTER.match(line, zone_end, end)
        return FoundTime(
            (ahead or match).start(),
            year.end() if year else zone_end,
            at,
            match["minute"] is not None,
            zone,
            int(year[1]) if year else None,
        )
    return None


def _time(match: re.Match[str], line: str, start: int, half: re.Match[str]) -> time | None:
    sign, suffix = match["sign"], match["suffix"]
    if sign is None and (not suffix or match["hours"]):
        return None
    if sign == "." and not suffix and not _BEFORE_DOT_TIME.search(line[start : match.start()]):
        return None
    hour = int(match[0][: 2 if match[0][1:2].isdecimal() else 1])
    minute, second = int(match["minute"] or 0), int(match["second"] or 0)
    if (half["am"] or half["pm"]) and hour <= 12:
        hour = hour % 12 + (12 if half["pm"] else 0)
    if hour > 23 or minute > 59:
        return None
    return time(hour, minute, min(second, 59))


def _zone_after(line: str, start: int, end: int) -> tuple[tzinfo | None, int]:
    match = _ZONE.match(line, start, end)
    if match:
        zone = named_zone(match["name"] or "", match["utc"] or match["offset"])
        if zone is not None:
            return zone, match.end()
    return None, start


def ages_in(line: str) -> list[FoundAge]:
    """Return the ages in *line* (lower case), left to right."""
    return _ages(_OPENED, line) or _ages(_CLOSED, line)


def bare_age(line: str) -> FoundAge | None:
    """Return the age that *line* (lower case) is as a whole, without a word that says so (``3h``)."""
    match = _BARE.fullmatch(line)
    parts = _amounts(match) if match else []
    return FoundAge(0, len(line), parts) if parts else None


def _ages(pattern: re.Pattern[str], line: str) -> list[FoundAge]:
    found = []
    position = 0
    while match := pattern.search(line, position):
        parts = _amounts(match)
        if parts:
            found.append(FoundAge(match.start(), match.end(), parts))
        position = match.end() if parts else match.start() + 1
    return found


def _amounts(match: re.Match[str]) -> list[tuple[float, int]]:
    unit = UNITS.get(match["unit"])
    if match["half"]:
        return [(30, MINUTE)] if unit == HOUR else []
    count = match["count"]
    amount = float(count.replace(",", ".")) if count else NUMBERS.get(match["word"])
    if unit is None or amount is None:
        return []
    if match["count2"] is None:
        return [(amount, unit)]
    second = UNITS.get(match["unit2"])
    return [(amount, unit), (float(match["count2"]), second)] if second is not None else []
