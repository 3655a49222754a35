"""What becomes of an article's record when a visit ends, one function an outcome."""

from __future__ import annotations

from collections.abc import Sequence

from portalcrawl.state.records import Record, Status

MAX_ATTEMPTS = 6
"""Failed visits in a row after which an article is given up: with the default spacing, after about 1.3 days."""
MOST_DOUBLINGS = 12
"""Times that the wait for a missing article doubles: with the default spacing, up to about half a year."""
LOOKS = 2
"""Visits after which an address that answers, but with no article, is skipped for good."""
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


def failed(record: Record, reason: str, now: float, retry_after: float) -> None:
    """The visit brought no article; try again later, each time after twice the wait, unless the reason is final.

    404 does not say for how long (RFC 9110, 15.5.5), and teasers often stand on a portal before their article does:
    such an article is visited again, but only while a teaser leads to it. 410 is for good, as is what can't be read.
    """
    record.attempts += 1
    record.reason = reason
    final = REASON_STATUS.get(reason)
    if final == "blocked":
        record.status, record.next_visit = final, now + retry_after
    elif final:
        again = now + retry_after * 2 ** min(record.attempts - 1, MOST_DOUBLINGS)
        record.status, record.next_visit = final, None if reason in ("http_410", UNREADABLE) else again
    elif record.attempts >= MAX_ATTEMPTS:
        record.status, record.next_visit = "failed", None
    else:
        record.next_visit = now + retry_after * 2 ** (record.attempts - 1)


def too_old(record: Record, published: float) -> None:
    """The article is older than the run asks for; a later run that asks for older ones takes it up."""
    if not record.revision:
        record.status, record.reason = "skipped", "too_old"
    record.newest = published
    record.next_visit = 0.0


def looked_at(record: Record, reason: str, now: float, retry_after: float) -> None:
    """The page is no article now; look once more, since it may be maintenance, consent or an error sent as 200."""
    record.attempts += 1
    if record.attempts >= LOOKS:
        skipped(record, reason)
    else:
        record.reason, record.next_visit = reason, now + retry_after


def skipped(record: Record, reason: str) -> None:
    """The address will never bring an article: not on the portal's own hosts, no article at all."""
    if not record.revision:
        record.status = "skipped"
    record.reason = reason
    record.next_visit = None
