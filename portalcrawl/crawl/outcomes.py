"""How a visit changes the record of an article: one function for each outcome."""

from __future__ import annotations

from collections.abc import Sequence

from portalcrawl.storage.records import Record, Status

MAX_ATTEMPTS = 6
"""Failed visits in a row after which an article is given up: with the default settings, after about 1.3 days."""
MOST_DOUBLINGS = 12
"""How often the wait for a missing article doubles: with the default settings, up to about half a year."""
UNREADABLE: Status = "unreadable"
"""Status and reason of a page that took too long to read, or on which the process died."""
REASON_STATUS: dict[str, Status] = {
    **{"http_404": "gone", "http_410": "gone", "robots": "blocked", "no_robots": "blocked"},
    UNREADABLE: UNREADABLE,
}
"""Reasons that set the status at once. After all others the article is tried again."""


def stored(record: Record, now: float, ages: Sequence[int]) -> None:
    """Record that the article is in a feed, of this or an earlier run, and plan its next visit by its age."""
    record.status = "stored"
    record.reason = None
    record.attempts = 0
    record.first_stored = record.first_stored or now
    record.next_visit = next_visit(record.first_stored, now, ages)


def next_visit(first_stored: float, now: float, ages: Sequence[int]) -> float | None:
    """Return when an article stored at *first_stored* is due next, given the *ages* (seconds) to visit it at.

    >>> next_visit(1000.0, 1000.0, [600, 3600])
    1600.0
    >>> next_visit(1000.0, 1700.0, [600, 3600])
    4600.0
    >>> next_visit(1000.0, 9000.0, [600, 3600]) is None
    True
    """
    return next((first_stored + age for age in ages if first_stored + age > now), None)


def failed(record: Record, reason: str, now: float, retry_after: float, ages: Sequence[int] = ()) -> None:
    """Record that the page could not be fetched; plan a retry, doubling the wait each time, unless the reason is final.

    *ages* are those at which a stored article is visited; these visits stay planned. An unreadable page is not visited
    again.
    """
    final = REASON_STATUS.get(reason)
    if final == "gone":
        missing(record, final, reason, now, retry_after, ages)
        return
    record.attempts += 1
    record.reason = reason
    if final == "blocked":
        record.status, record.next_visit = final, now + retry_after
    elif final == UNREADABLE:
        record.status, record.next_visit = final, None
    elif record.attempts < MAX_ATTEMPTS:
        record.next_visit = _first(now + retry_after * 2 ** (record.attempts - 1), _recrawl(record, now, ages))
    else:
        record.status = "stored" if record.revision else "failed"
        record.next_visit = _recrawl(record, now, ages)


def waits(record: Record, reason: str, until: float) -> None:
    """Record that the article is not requested before *until*, as its host demands; its status stays."""
    record.reason = reason
    record.next_visit = until


def missing(record: Record, status: Status, reason: str, now: float, retry_after: float, ages: Sequence[int]) -> None:
    """Record that the URL leads to no article, or to another one; plan a retry for as long as a teaser links to it.

    The wait doubles each time. 404 does not say whether the absence is temporary (RFC 9110, 15.5.5), portals send error
    pages and redirects for a while, and teasers are often published before their article. 410 is permanent. The visits
    of a stored article at *ages* stay planned.
    """
    record.attempts += 1
    record.status, record.reason = status, reason
    again = now + retry_after * 2 ** min(record.attempts - 1, MOST_DOUBLINGS)
    record.next_visit = _first(None if reason == "http_410" else again, _recrawl(record, now, ages))


def _recrawl(record: Record, now: float, ages: Sequence[int]) -> float | None:
    return next_visit(record.first_stored, now, ages) if record.first_stored else None


def _first(*moments: float | None) -> float | None:
    return min((moment for moment in moments if moment is not None), default=None)


def too_old(record: Record, published: float) -> None:
    """Record that the article is older than ``since``. A later run that wants older ones requests it."""
    if not record.revision:
        record.status, record.reason = "skipped", "too_old"
    record.newest = published
    record.next_visit = 0.0


def skipped(record: Record, reason: str) -> None:
    """Record that the URL leads to no new article: it is not on the portal's hosts, or another URL of an article."""
    if not record.revision:
        record.status = "skipped"
    record.reason = reason
    record.next_visit = None
