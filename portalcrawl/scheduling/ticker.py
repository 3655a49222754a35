"""Stores a job for each entry that becomes due and, in the same transaction, when the entry is next due."""

from __future__ import annotations

import logging
import random
from datetime import UTC, datetime

from portalcrawl.scheduling.durations import format_duration
from portalcrawl.scheduling.entries import Schedule, ScheduleEntry
from portalcrawl.scheduling.job_store import JobStore, NextStart

logger = logging.getLogger("portalcrawl.schedule")

CLOCK_SET_BACK = 60.0
"""Next times are recalculated if the machine's clock was set back by more than this number of seconds."""
NEVER = 3600.0
"""Seconds until the next tick if nothing is ever due."""


class Ticker:
    """Stores due jobs at each call. It has no thread of its own, which could die unnoticed."""

    def __init__(self, store: JobStore, schedule: Schedule, now: float) -> None:
        self._store = store
        self._entries = schedule.entries
        self._latest = store.last_seen() or now
        self._next = store.take_entries({name: entry.timing.text for name, entry in schedule.entries.items()})
        for name, entry in self._entries.items():
            if name not in self._next:
                first = NextStart(now, now) if entry.timing.every else next_start(entry, now)
                self._next[name] = store.set_next(entry, first)

    def tick(self, now: float) -> float:
        """Store jobs due at *now* (Unix seconds); return the seconds until an entry is due again.

        An entry that was due several times gets one job, due at the latest of them.
        """
        if now < self._latest - CLOCK_SET_BACK:
            self._count_anew(now)
        self._latest = max(now, self._latest)
        for name, following in self._next.items():
            if following.due <= now:
                entry = self._entries[name]
                missed = entry.timing.latest(_moment(following.slot), _moment(now))
                slot = missed.timestamp() if missed else following.slot
                self._next[name] = self._store.set_next(entry, next_start(entry, slot), due=slot)
        return min((following.due - now for following in self._next.values()), default=NEVER)

    def _count_anew(self, now: float) -> None:
        """Recalculate the times that are in the future because the clock was set back; *now* is the new time."""
        logger.warning("the clock was set back by %s: times are recalculated", format_duration(self._latest - now))
        self._store.set_back(now)
        self._latest = now
        for name, entry in self._entries.items():
            fresh = next_start(entry, now)
            if fresh.due < self._next[name].due:
                self._next[name] = self._store.set_next(entry, fresh)


def next_start(entry: ScheduleEntry, after: float) -> NextStart:
    """Return when *entry* is next due after *after* (Unix seconds), with random jitter."""
    following = next(entry.timing.due_times(_moment(after)), None)
    if following is None:
        return NextStart(float("inf"), float("inf"))
    slot = following.timestamp()
    return NextStart(slot, slot + random.uniform(0, entry.timing.jitter))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
