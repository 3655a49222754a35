"""Parsing of dates on news pages, with their precision.

From a text to a :class:`DateReading`, each step importing only those after it:

- ``date_parsing``: :func:`parse_date` (the whole text is a date), :func:`parse_age` (an age without a word that says
  so), :func:`find_date` and :func:`find_change` (a line contains a date). They try, in this order,
- ``fixed_formats``: ISO 8601, Unix times, and the date line of most German pages, one pattern each;
- ``moments``: everything else in the languages of the vocabulary, from what ``date_patterns`` finds in the line;
- ``dateparser_fallback``: dates in further languages, read by dateparser.
- ``resolve``: converts local times, ages and days without a year to moments; ``date_reading``: the result.

All words are in :mod:`portalcrawl.vocabulary`.
"""

from __future__ import annotations

from portalcrawl.dates.date_parsing import find_change, find_date, parse_age, parse_date
from portalcrawl.dates.date_reading import DateReading, Precision, Role
from portalcrawl.dates.dateparser_fallback import looks_foreign

__all__ = ["DateReading", "Precision", "Role", "find_change", "find_date", "looks_foreign", "parse_age", "parse_date"]
