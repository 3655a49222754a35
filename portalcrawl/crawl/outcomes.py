"""What becomes of an article's record when a visit ends, one function an outcome."""

from __future__ import annotations

from collections.abc import Sequence

from portalcrawl.storage.records import Record, Status

MAX_ATTEMPTS = 6
"""Failed visits in a row after which an article is given up: with the default spacing, after about 1.3 days."""
MOST_DOUBLINGS = 12
"""Times that the wait for a missing article doubles: with the default spacing, up to about half a year."""
UNREADABLE: Status = "unreadable"
"""Status, and reason, of a page that took longer to read than it may, or on which the process died."""
REASON_STATUS: dict[str, Status] = {
    **{"http_404": "gone", "http_410": "gone", "robots": "blocked", "no_robots": "blocked"},
    UNREADABLE: UNREADABLE,
}
"""Reasons that give an article its status at once; after all others it stays as it is and is tried again."""


def stored(record: Record, now: float, ages: Sequence[int]) -> None:
    """The article stands in a feed, now or from an earlier run; plan its next visit by its age."""
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
    """The page could not be had; try again later, each time after twice the wait, unless the reason is final.

    *ages* are those at which a stored article is visited: it keeps these visits, whatever fails. What can't be read is
    not visited again.
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


def missing(
    record: Record, status: Status, reason: str, now: float, retry_after: float, ages: Sequence[int] = ()
) -> None:
    """The address brings no article, or another one: ask again while a teaser leads there, after ever longer waits.

    The wait doubles each time. 404 does not say for how long (RFC 9110, 15.5.5), portals send error pages and redirects
    for a while, and teasers often stand before their article does. 410 is for good. What is stored keeps its visits at
    *ages*.
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
    """The article is older than the run asks for; a later run that asks for older ones takes it up."""
    if not record.revision:
        record.status, record.reason = "skipped", "too_old"
    record.newest = published
    record.next_visit = 0.0


def skipped(record: Record, reason: str) -> None:
    """The address will never bring an article of its own: not on the portal's hosts, or another address of one."""
    if not record.revision:
        record.status = "skipped"
    record.reason = reason
    record.next_visit = None
