"""Dates in languages that the vocabulary has no words for, parsed by dateparser.

dateparser takes at least half a millisecond and finds a date in almost any text. So it is called only for texts with a
number and a date word of one language, and only for that language.
"""

from __future__ import annotations

import re
from datetime import datetime, time, tzinfo
from importlib import import_module
from typing import Any

from portalcrawl.dates.date_reading import DateReading, Precision, Role
from portalcrawl.dates.resolve import full_year, in_zone, is_sane, local_time, named_zone
from portalcrawl.vocabulary import languages, words
from portalcrawl.vocabulary.date_words import (
    DAY_NAMES,
    FOREIGN,
    LABELS,
    MODIFIED,
    MONTH_KEYS,
    MONTHS,
    UNITS,
    calendar_names,
    relative_day_names,
)

LARGEST = "ru"
"""Language of words that occur in several languages."""
SHORTEST = 4
"""Fewest letters of a month in Latin script: shorter ones are words in other languages too."""


def _names_language(word: str) -> bool:
    """Return whether the name of a month identifies a language: one word, and not a short one in Latin script."""
    return _WORD.fullmatch(word) is not None and (len(word) >= SHORTEST or word[0] > _LAST_LATIN)


def _languages() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Return three mappings from word to language: of months, of today and yesterday, and of ages.

    A word of several languages has the first of them.
    """
    months: dict[str, str] = {}
    days: dict[str, str] = {}
    ages: dict[str, str] = {}
    for tag, tables in sorted(languages().items(), key=lambda item: (item[0] != LARGEST, item[0])):
        ago = tables.get("dates", {}).get(FOREIGN)
        if ago is not None:
            months |= {word: tag for word, _ in calendar_names(tag, MONTH_KEYS) if word not in months}
            days |= {word: tag for word in relative_day_names(tag) if word not in days}
            ages |= {word: tag for word in ago.split() if word not in ages}
    identifying = {word: tag for word, tag in months.items() if word not in MONTHS and _names_language(word)}
    return identifying, {word: tag for word, tag in days.items() if word not in DAY_NAMES}, ages


_WORD = re.compile(r"(?:[^\W\d_]|[\u0900-\u0963\u0970-\u097f\u0e31-\u0e4e])+")
"""Letters, and the vowel signs of Devanagari and Thai, which the class ``w`` leaves out."""
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_POINT = re.compile(r"(?<=[^\W\d_])\.")
"""The point of an abbreviation, such as that of a Thai month."""
_LAST_LATIN = "\u024f"
_NUMBER = re.compile(r"\d+")
_CLOCK = re.compile(rf"\d ?[:.h{''.join(sorted(words('dates.hour_sign')))}] ?\d\d")
_LONGEST = 80
_SHORTEST_UNIT = 3
_FILLER = 5
"""Most letters of other words, which may be units of time or words between day and time."""
_MONTH_WORDS, _DAY_WORDS, _AGE_WORDS = _languages()


def looks_foreign(line: str) -> bool:
    """Return whether *line* (lower case) looks like a date in a language that dateparser reads.

    >>> looks_foreign("5 августа 2025"), looks_foreign("5 августа в москве начался съезд")
    (True, False)
    """
    words = _WORD.findall(line)
    if not words or _language(line) is None:
        return False
    if not _AGE_WORDS.keys().isdisjoint(words):
        return all(word in _AGE_WORDS or word in UNITS or len(word) <= _FILLER for word in words)
    return all(
        word in _MONTH_WORDS or word in _DAY_WORDS or (len(word) <= _FILLER and not _is_unit(word)) for word in words
    )


def _is_unit(word: str) -> bool:
    """Return whether *word* is a unit of time, as in the time to read something; not if it has only a letter or two."""
    return len(word) >= _SHORTEST_UNIT and word in UNITS


def read_foreign(text: str, now: datetime, zone: tzinfo) -> DateReading | None:
    """Return the date that dateparser finds in *text*; None if it has no number or no date word of a language."""
    line, role = _without_labels(_POINT.sub("", text.lower()))
    language = _language(line) if len(line) <= _LONGEST else None
    if language is None:
        return None
    rest, _, last = line.rpartition(" ")
    named = named_zone(last.strip("()"), None)  # dateparser reads IST as Israel's
    line, zone = (rest, named) if named else (line, zone)
    base = now.astimezone(zone).replace(tzinfo=None, microsecond=0)
    parsed = _parse(_YEAR.sub(lambda year: str(full_year(year[0])), line), language, base)
    if parsed is None or not is_sane(parsed[0].year, now):
        return None
    moment, has_time = parsed
    if moment.tzinfo is None:
        when = local_time(moment if has_time else datetime.combine(moment.date(), time()), zone)
    else:
        when = in_zone(moment, zone)
    precision = _precision(line, moment, base, has_time=has_time)
    return DateReading(when, precision, text, role, zoned=bool(named or moment.tzinfo))


def _without_labels(line: str) -> tuple[str, Role]:
    """Return *line* from the first word that is no label, and the role that the labels give it."""
    role: Role = "published"
    while (word := _WORD.match(line)) and word[0] in LABELS:
        role = "modified" if word[0] in MODIFIED else role
        line = line[word.end() :].lstrip(" :：")
    return line, role


def _language(line: str) -> str | None:
    """Return the language of a month with numbers, of a day name with a time of day, or of an age; else None."""
    words = _WORD.findall(line)
    numbers = len(_NUMBER.findall(line))
    if not words or not numbers or len(words) > 6:
        return None
    for table, fits in (
        (_MONTH_WORDS, numbers <= 5),
        (_DAY_WORDS, numbers == 2 and _CLOCK.search(line)),
        (_AGE_WORDS, numbers == 1),
    ):
        found = next((table[word] for word in words if word in table), None)
        if found:
            return found if fits else None
    return None


def _precision(line: str, moment: datetime, base: datetime, *, has_time: bool) -> Precision:
    """Return the precision of *moment*; whole hours before *base* without a time of day are an age in hours."""
    if not has_time:
        return "day"
    same_clock = (moment.minute, moment.second) == (base.minute, base.second)
    return "hour" if same_clock and not _CLOCK.search(line) else "minute"


def _dateparser() -> Any:
    """Return the module dateparser, imported on first use: that takes 70 ms, and most portals never need it."""
    return import_module("dateparser.date")


def _parse(line: str, language: str, base: datetime) -> tuple[datetime, bool] | None:
    """Return the moment that dateparser finds and whether it has a time of day; None if *line* lacks day or month."""
    parser = _dateparser().DateDataParser(
        languages=[language],
        settings={
            "RELATIVE_BASE": base,
            "PREFER_DATES_FROM": "past",
            "REQUIRE_PARTS": ["day", "month"],
            "RETURN_TIME_AS_PERIOD": True,
            "TIMEZONE": "UTC",
            "PARSERS": ["relative-time", "absolute-time"],
        },
    )
    try:
        data = parser.get_date_data(line)
    except (ValueError, OverflowError, TypeError, AttributeError, IndexError, KeyError):
        return None
    if data.date_obj is None:
        return None
    return data.date_obj.replace(microsecond=0), data.period == "time"
