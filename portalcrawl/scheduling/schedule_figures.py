"""Figures of the schedule: entries, jobs, waiting notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from time import time

from portalcrawl.metrics.figures import Figure
from portalcrawl.metrics.state_figures import entry_figures
from portalcrawl.scheduling.entries import Schedule
from portalcrawl.scheduling.entry_health import health_of
from portalcrawl.scheduling.job_store import OPEN, POSTED, JobStore


class ScheduleFigures:
    """Reads the scheduler's database at each call."""

    def __init__(self, store: JobStore, schedule: Callable[[], Schedule]) -> None:
        self._store = store
        self._schedule = schedule

    def __call__(self) -> Iterable[Figure]:
        """Return the current figures."""
        now, jobs = time(), self._store.open_jobs()
        busy = {job.entry for job in jobs if job.status in POSTED}
        entries = self._schedule().entries
        states = self._store.entry_states(entries)
        found: list[tuple[str, str, float | None]] = []
        due = Figure("portalcrawl_entry_next_start_seconds", "Seconds until the entry is due", "gauge", ("entry",))
        for entry in entries.values():
            state = states[entry.name]
            level = health_of(entry, state, entry.name in busy, now).level
            found.append((entry.name, level, state.last_good))
            if state.next is not None:
                due.add(state.next.due - now, entry.name)
        queue = Figure("portalcrawl_queue_jobs", "Jobs that have not ended", "gauge", ("status",))
        by_status = Counter(job.status for job in jobs)
        for status in OPEN:
            queue.add(by_status[status], status)
        outbox = Figure("portalcrawl_outbox_notices", "Notices of the webhook that are not delivered", "gauge")
        outbox.add(self._store.notices_waiting())
        return [*entry_figures(found, now), due, queue, outbox]
