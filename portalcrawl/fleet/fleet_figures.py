"""Figures of the fleet for its metrics: entries, queue, workers, outbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from time import time

from portalcrawl.fleet.database import Database
from portalcrawl.fleet.entry_store import EntryStore
from portalcrawl.fleet.status import fleet_status
from portalcrawl.metrics.figures import Figure
from portalcrawl.metrics.state_figures import level_number

STATES = ("running", "waiting", "idle")


class FleetFigures:
    """Reads the fleet's database at each call; every worker serves the same figures."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self) -> Iterable[Figure]:
        """Return the current figures.

        :raises DataFolderError: if the database can't be used.
        """
        status, now = fleet_status(self._database), time()
        level = Figure("portalcrawl_entry_level", "0 ok or new, 1 warning, 2 failed or overdue", "gauge", ("entry",))
        late = Figure("portalcrawl_entry_late_seconds", "How late the entry is", "gauge", ("entry",))
        for entry in status.entries:
            level.add(0 if entry.verdict == "new" else level_number(entry.verdict), entry.entry)
            late.add(entry.late, entry.entry)
        what = "Age of the entry's last run that did not fail"
        age = Figure("portalcrawl_entry_last_good_run_age_seconds", what, "gauge", ("entry",))
        for stored in EntryStore(self._database).all():
            if stored.last_good is not None:
                age.add(max(0.0, now - stored.last_good), stored.entry.name)
        queue = Figure("portalcrawl_queue_jobs", "Entries by state", "gauge", ("status",))
        by_state = Counter(entry.state for entry in status.entries)
        for state in STATES:
            queue.add(by_state[state], state)
        workers = Figure("portalcrawl_workers", "Workers that are alive", "gauge")
        workers.add(sum(worker.alive for worker in status.workers))
        lines = Figure("portalcrawl_outbox_lines", "Lines that are not yet published", "gauge")
        lines.add(status.unpublished.records)
        runs = Figure("portalcrawl_outbox_runs", "Runs that have ended and are not published", "gauge")
        runs.add(status.unpublished.runs)
        return [level, late, age, queue, workers, lines, runs]
