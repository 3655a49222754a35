"""Dates of news pages: what a text says, when that was, and how exactly it says it."""

from __future__ import annotations

from portalcrawl.dates.date_lines import find_change, find_date, parse_date
from portalcrawl.dates.date_reading import DateReading, Precision, Role
from portalcrawl.dates.dateparser_fallback import looks_foreign

__all__ = ["DateReading", "Precision", "Role", "find_change", "find_date", "looks_foreign", "parse_date"]
