"""The option ``--fetched TIME`` of ``scrapy inspect``."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from portalcrawl.errors import UsageError

if TYPE_CHECKING:
    from portalcrawl.extraction.page import Page

LENGTH_OF_A_DATE = len("2025-12-02")


def parse_fetched(text: str) -> datetime | date:
    """Return the time (UTC) or the date in *text* (ISO 8601).

    :raises UsageError: if it is neither, or a time without a zone.
    """
    problem = "is not a time"
    try:
        if len(text) == LENGTH_OF_A_DATE:
            return date.fromisoformat(text)
        when = datetime.fromisoformat(text)
        if when.tzinfo is not None:
            return when.astimezone(UTC)
        problem = "has no time zone"
    except (ValueError, OverflowError):
        pass
    takes = "ISO 8601 with a zone (2025-12-02T18:15:00+01:00, 2025-12-02T17:15Z) or a date (2025-12-02)"
    raise UsageError(f"scrapy inspect: --fetched: {text!r} {problem}; it takes {takes}")


def set_fetched(page: Page, when: datetime | date) -> None:
    """Make relative times on *page* count from *when*; a date means midnight in the page's time zone.

    Nothing must have been read from *page* yet.
    """
    if isinstance(when, datetime):
        page.fetched = when
        return
    try:
        page.fetched = datetime.combine(when, time.min, tzinfo=page.zone).astimezone(UTC)
    except OverflowError:  # the first or last day that Python can represent
        page.fetched = datetime.combine(when, time.min, tzinfo=UTC)
