"""Dates of news pages: what a text says, when that was, and how exactly it says it."""

from __future__ import annotations

from portalcrawl.dates.foreign import looks_foreign
from portalcrawl.dates.lines import find_change, find_date, parse_date
from portalcrawl.dates.reading import DateReading, Precision, Role

__all__ = ["DateReading", "Precision", "Role", "find_change", "find_date", "looks_foreign", "parse_date"]
