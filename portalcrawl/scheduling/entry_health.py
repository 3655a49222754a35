"""How each entry fares: its last verdict, how old its last good run is, how long it found nothing new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from portalcrawl.scheduling.durations import format_duration
from portalcrawl.scheduling.entries import Entry
from portalcrawl.scheduling.job_store import Job, Record

MISSED_STARTS = 3
"""Starts without a good run from which an entry is overdue, where it does not say so itself."""
LEVELS = ("ok", "warning", "failed")


@dataclass(frozen=True, slots=True)
class Health:
    """The state of one entry; times are seconds since 1970 (UTC)."""

    entry: str
    level: str
    """``ok``, ``warning``, ``failed``; ``new`` where it has not run yet."""
    reasons: tuple[str, ...]
    last: Job | None
    """The last job that ran or failed."""
    last_good: float | None
    """When the last run of verdict ok or warning ended."""
    last_news: float | None
    """When the last run ended that found a new article."""
    overdue: bool
    silent: bool


def health_of(entry: Entry, record: Record | None, is_busy: bool, now: float) -> Health:
    """Judge *entry* by what is remembered of it; *is_busy*: a job of it is in a queue or running."""
    record = record or Record(entry.name, None, None, None, None, None, None)
    last = record.last
    reasons = list(last.reasons) if last else []
    level = (last.verdict or "ok") if last else "new"
    since = record.last_good or record.known_since
    if overdue := since is not None and not is_busy and _is_overdue(entry, since, now):
        level = "failed"
        reasons.insert(0, f"no good run for {format_duration(now - (since or now))}")
    since = record.last_news or record.known_since
    if silent := since is not None and entry.silence is not None and now - since > entry.silence:
        level = max(level, "warning", key=lambda each: (*LEVELS, each).index(each)) if level != "new" else "warning"
        reasons.append(f"no new article for {format_duration(now - (since or now))}")
    return Health(entry.name, level, tuple(reasons), last, record.last_good, record.last_news, overdue, silent)


def _is_overdue(entry: Entry, since: float, now: float) -> bool:
    if entry.overdue is not None:
        return now - since > entry.overdue
    third = entry.timing.nth_after(datetime.fromtimestamp(since, UTC), MISSED_STARTS)
    return third is not None and now > third.timestamp() + entry.timing.jitter + entry.start_within
