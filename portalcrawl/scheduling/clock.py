"""The clock: writes what becomes due into the store, and when each entry is due next in the same transaction."""

from __future__ import annotations

import logging
import random
from datetime import UTC, datetime

from portalcrawl.scheduling.durations import format_duration
from portalcrawl.scheduling.entries import Entry, Schedule
from portalcrawl.scheduling.job_store import Next, Store

logger = logging.getLogger("portalcrawl.schedule")

CLOCK_SET_BACK = 60.0
"""Seconds by which the machine's clock must have gone back before times are counted anew; less is waited for."""
NEVER = 3600.0
"""Seconds until the next look where nothing is ever due."""


class Clock:
    """Driven by its caller: no thread of its own, so that it can't die unseen."""

    def __init__(self, store: Store, schedule: Schedule, now: float) -> None:
        self._store = store
        self._entries = schedule.entries
        self._latest = store.last_seen() or now
        self._next = store.take_entries({name: entry.timing.text for name, entry in schedule.entries.items()})
        for name, entry in self._entries.items():
            if name not in self._next:
                self._set(name, first_time(entry, now))

    def tick(self, now: float) -> float:
        """Record what is due at *now* (seconds since 1970); return the seconds until the next is."""
        if now < self._latest - CLOCK_SET_BACK:
            self._count_anew(now)
        self._latest = max(now, self._latest)
        for name, following in self._next.items():
            if following.due <= now:
                self._record(self._entries[name], following, now)
        return min((following.due - now for following in self._next.values()), default=NEVER)

    def _record(self, entry: Entry, following: Next, now: float) -> None:
        """Record that *entry* is due. Of starts that were missed the last stands for all."""
        missed = entry.timing.latest(_moment(following.slot), _moment(now))
        slot = missed.timestamp() if missed else following.slot
        self._set(entry.name, next_time(entry, slot), due=slot)

    def _set(self, name: str, following: Next, due: float | None = None) -> None:
        entry = self._entries[name]
        self._store.set_next(name, entry.timing.text, following, due, entry.portals)
        self._next[name] = following

    def _count_anew(self, now: float) -> None:
        """Bring all times that lie in what has become the future to where the machine's clock now stands."""
        logger.warning("the clock was set back by %s: times are counted anew", format_duration(self._latest - now))
        self._store.set_back(now)
        self._latest = now
        for name, entry in self._entries.items():
            fresh = next_time(entry, now)
            if fresh.due < self._next[name].due:
                self._set(name, fresh)


def first_time(entry: Entry, now: float) -> Next:
    """Return when a new entry is due: of an interval at once, of a crontab line when the line says."""
    return Next(now, now) if entry.timing.every else next_time(entry, now)


def next_time(entry: Entry, after: float) -> Next:
    """Return when *entry* is due after *after*, with a jitter of its own."""
    following = next(entry.timing.due_times(_moment(after)), None)
    if following is None:
        return Next(float("inf"), float("inf"))
    slot = following.timestamp()
    return Next(slot, slot + random.uniform(0, entry.timing.jitter))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
