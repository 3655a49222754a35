"""Date words of all languages, in lower case: names of months and weekdays from dateparser, others from the vocabulary.

dateparser's data are Python modules with one literal each. They are loaded without importing dateparser itself, which
takes 70 ms and is needed for few pages; loading the data of all languages takes 6 ms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import Any

from portalcrawl.vocabulary import either, either_word, languages, phrases, table, words

MONTH_KEYS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
WEEKDAY_KEYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Keys of the names in dateparser's data and, for those missing there, in the vocabulary."""
_YESTERDAY, _TODAY = "1 day ago", "0 day ago"
FOREIGN = "foreign_ago"
"""A role of those languages only whose dates are parsed by dateparser."""
SHORTEST_WEEKDAY = 3
"""Fewest letters of a weekday's name from dateparser; shorter names must be listed in the vocabulary."""


@cache
def _folder() -> list[str]:
    package = find_spec("dateparser")
    places = package.submodule_search_locations if package else None
    return [f"{place}/data/date_translation_data" for place in places or ()]


@cache
def _info(language: str) -> Mapping[str, Any]:
    """Return dateparser's data of *language*."""
    spec = PathFinder.find_spec(language, _folder())
    if spec is None or spec.loader is None:
        raise LookupError(f"dateparser has no data for the language {language!r}")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    info: Mapping[str, Any] = module.info
    return info


def calendar_names(language: str, keys: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield the names of *language* for *keys* (such as ``MONTH_KEYS``) in lower case, each with its key's index."""
    info = _info(language)
    for index, key in enumerate(keys):
        for name in info.get(key, ()):
            yield name.lower().rstrip("."), index


def relative_day_names(language: str) -> Iterator[str]:
    """Yield the words of *language* for today and yesterday."""
    relative = _info(language)["relative-type"]
    for key in (_YESTERDAY, _TODAY):
        yield from map(str.lower, relative.get(key, ()))


def _own() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the languages that ``date_patterns`` parses, German and English first, each with its date words."""
    tables = {tag: tables.get("dates", {}) for tag, tables in languages().items()}
    for tag in sorted(tables, key=lambda tag: (tag not in ("de", "en"), tag)):
        if FOREIGN not in tables[tag]:
            yield tag, tables[tag]


def _calendar(keys: Sequence[str], unless: str, shortest: int) -> dict[str, int]:
    """Return word -> index in *keys*; a word of several languages has its meaning in the first of them.

    *unless* is the role with names in dateparser's data that also have another meaning and are left out.
    """
    found: dict[str, int] = {}
    for tag, own in _own():
        for index, key in enumerate(keys):
            for word in own.get(key, "").split():
                found.setdefault(word, index)
        other = own.get(unless, "").split()
        for word, index in calendar_names(tag, keys):
            if len(word) >= shortest and word not in other:
                found.setdefault(word, index)
    return found


MONTHS = {word: month + 1 for word, month in _calendar(MONTH_KEYS, "no_month", 2).items()}
"""Word (without a dot at its end) to month, 1 to 12."""

WEEKDAYS = _calendar(WEEKDAY_KEYS, "no_weekday", SHORTEST_WEEKDAY)
"""Word to weekday, 0 for Monday."""

DAY_WORDS = {
    word: back
    for back, role in enumerate(("dates.today", "dates.yesterday", "dates.day_before_yesterday"))
    for word in phrases(role)
}
"""Word, or words, to days back."""
DAY_SIGNS = frozenset(name.split()[-1] for name in DAY_WORDS)
"""Every such name ends with one of these words."""
DAY_NAME = re.compile(either_word("dates.today", "dates.yesterday", "dates.day_before_yesterday"))

NO_DAYS = words("dates.no_day")
"""Day words with another meaning in another language; they count only with a time of day."""

NOW_WORDS = re.compile(either_word("dates.now"))
"""Phrases for the present."""

AGE_WORDS = frozenset(
    (
        *(phrase.split()[0] for phrase in phrases("dates.ago_ahead")),
        *(phrase.split()[-1].rpartition(")")[2] for phrase in phrases("dates.ago_behind")),
    )
)
"""Every age contains one of these words."""

SECOND, MINUTE, HOUR, DAY, WEEK, MONTH, YEAR = range(7)
UNITS = {
    word: unit
    for unit, name in enumerate(("seconds", "minutes", "hours", "days", "weeks", "months", "years"))
    for word in phrases(f"dates.{name}")
}
"""Word (without a dot at its end) to unit."""

NUMBERS = {
    word: number for _, own in _own() for number, line in enumerate(own.get("numbers", ())) for word in line.split()
}
"""Number word to number."""

PUBLISHED = words("dates.published")
"""Labels of the time of publication."""

MODIFIED = words("dates.modified")
"""Labels of the time of the last change."""

FILLERS = words("dates.fillers")
"""Words without meaning next to a date."""

CLOCK = either("dates.clock")
"""Expression for words after a time of day (``uhr``)."""
AM_PM = either("dates.am", "dates.pm")
"""Expression for ``am``, ``p.m`` and their other spellings, without a dot at the end."""

LABELS = PUBLISHED | MODIFIED
DAY_NAMES = frozenset(DAY_WORDS) | frozenset(WEEKDAYS)
KNOWN = FILLERS | LABELS | DAY_NAMES
"""Words that a date line may contain besides the date."""

ZONES: dict[str, int | str] = {**table("zones")["minutes"], **table("zones")["zones"]}
"""Abbreviation of a time zone -> minutes east of UTC, or name of a zone."""

MONTH_FIRST_ZONES: tuple[str, ...] = tuple(table("zones")["month_first"]["zones"])
"""Prefixes of the names of zones in which 2/12/2025 is 12 February."""

MONTH_FIRST_REGIONS: tuple[str, ...] = tuple(table("zones")["month_first"]["regions"])
"""Ends of language tags of pages on which it is that, too."""
