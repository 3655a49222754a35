"""Figures of the schedule: entries, jobs, waiting notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from time import time

from portalcrawl.metrics.figures import Figure
from portalcrawl.metrics.state_figures import level_number
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
        states = self._store.entry_states()
        age = Figure(
            "portalcrawl_entry_last_good_run_age_seconds", "Age of the entry's last run that did not fail", "gauge",
            ("entry",),
        )  # fmt: skip
        level = Figure("portalcrawl_entry_level", "0 ok or new, 1 warning, 2 failed or overdue", "gauge", ("entry",))
        due = Figure("portalcrawl_entry_next_start_seconds", "Seconds until the entry is due", "gauge", ("entry",))
        for entry in self._schedule().entries.values():
            state = states.get(entry.name)
            health = health_of(entry, state, entry.name in busy, now)
            level.add(0 if health.level == "new" else level_number(health.level), entry.name)
            if health.last_good is not None:
                age.add(max(0.0, now - health.last_good), entry.name)
            if state is not None and state.next is not None:
                due.add(state.next.due - now, entry.name)
        queue = Figure("portalcrawl_queue_jobs", "Jobs that have not ended", "gauge", ("status",))
        by_status = Counter(job.status for job in jobs)
        for status in OPEN:
            queue.add(by_status[status], status)
        outbox = Figure("portalcrawl_outbox_notices", "Notices of the webhook that are not delivered", "gauge")
        outbox.add(self._store.notices_waiting())
        return [age, level, due, queue, outbox]
