"""Parses the times in feeds and sitemaps."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from portalcrawl.dates import Precision, parse_date
from portalcrawl.dates.resolve import FIRST_YEAR, in_zone, local_time

FUTURE = timedelta(days=1)
"""How much later than the fetch of its document a time may be: clocks and time zones are often wrong, and articles
under embargo have the time of their later publication."""
LONGEST = 100
"""Longest text that is parsed as a time, in characters."""
_W3C = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")
"""W3C Date and Time Formats, used by sitemaps and Atom; without the formats for a month or year, which are too
imprecise."""


class Moment(NamedTuple):
    """A time and its precision; if that is ``day``, the time is midnight."""

    when: datetime
    precision: Precision


class Clock:
    """Parses the times of one document."""

    def __init__(self, fetched: datetime, zone: tzinfo, problems: Counter[str]) -> None:
        self._fetched = fetched
        self._zone = zone
        self._latest = fetched + FUTURE
        self._problems = problems
        self._known: dict[str, Moment | None] = {}

    def read(self, text: str | None) -> Moment | None:
        """Return the time in *text*, in the portal's time zone; None if there is no plausible one.

        Times in the future (``future_date``), times before 1990 and invalid texts (``bad_date``) are counted as
        problems of the document.
        """
        text = (text or "").strip()
        if not text:
            return None
        if text not in self._known:
            if len(self._known) > 10_000:
                self._known.clear()
            self._known[text] = self._parse(text)
        return self._known[text]

    def _parse(self, text: str) -> Moment | None:
        moment = _w3c(text, self._zone) if _W3C.fullmatch(text) else None
        if moment is None and len(text) <= LONGEST:
            reading = parse_date(text, now=self._fetched, zone=self._zone)
            moment = Moment(reading.when, reading.precision) if reading else None
        if moment is None or moment.when.year < FIRST_YEAR:
            self._problems["bad_date"] += 1
            return None
        if moment.when > self._latest:
            self._problems["future_date"] += 1
            return None
        return moment


def _w3c(text: str, zone: tzinfo) -> Moment | None:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    precision: Precision = "minute" if "T" in text else "day"
    try:
        return Moment(local_time(when, zone) if when.tzinfo is None else in_zone(when, zone), precision)
    except OverflowError:
        return None
