"""The health of an entry: its last verdict, whether it is overdue, whether it finds no new articles any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from portalcrawl.scheduling.durations import format_duration
from portalcrawl.scheduling.entries import ScheduleEntry
from portalcrawl.scheduling.job_store import EntryState

MISSED_STARTS = 3
"""An entry without ``overdue`` is overdue after this number of starts without a good run."""
LEVELS = ("ok", "warning", "failed")


@dataclass(frozen=True, slots=True)
class Health:
    """The health of one entry."""

    level: str
    """``ok``, ``warning``, ``failed``; ``new`` if it has not run yet."""
    reasons: tuple[str, ...]
    overdue: bool
    silent: bool


@dataclass(frozen=True, slots=True)
class PastRuns:
    """The recorded data of an entry's past runs. Times are Unix seconds."""

    verdict: str | None = None
    """Verdict of the last run; None before the first."""
    reasons: tuple[str, ...] = ()
    known_since: float | None = None
    last_good: float | None = None
    last_news: float | None = None


def judge(entry: ScheduleEntry, past: PastRuns, is_busy: bool, now: float) -> Health:
    """Return the health of *entry* based on its *past* runs; *is_busy*: whether one is queued or running."""
    reasons, level = list(past.reasons), past.verdict or "new"
    since = past.last_good or past.known_since
    if overdue := since is not None and not is_busy and _is_overdue(entry, since, now):
        level = "failed"
        reasons.insert(0, f"no good run for {format_duration(now - (since or now))}")
    since = past.last_news or past.known_since
    if silent := since is not None and entry.silence is not None and now - since > entry.silence:
        level = max(level, "warning", key=lambda each: (*LEVELS, each).index(each)) if level != "new" else "warning"
        reasons.append(f"no new article for {format_duration(now - (since or now))}")
    return Health(level, tuple(reasons), overdue, silent)


def health_of(entry: ScheduleEntry, state: EntryState, is_busy: bool, now: float) -> Health:
    """Return the health of *entry* based on its stored state; *is_busy*: whether a job of it is queued or running."""
    verdict, reasons = ((state.last.verdict or "ok"), state.last.reasons) if state.last else (None, ())
    return judge(entry, PastRuns(verdict, reasons, state.known_since, state.last_good, state.last_news), is_busy, now)


def _is_overdue(entry: ScheduleEntry, since: float, now: float) -> bool:
    if entry.overdue is not None:
        return now - since > entry.overdue
    third = entry.timing.nth_after(datetime.fromtimestamp(since, UTC), MISSED_STARTS)
    return third is not None and now > third.timestamp() + entry.timing.jitter + entry.start_within
