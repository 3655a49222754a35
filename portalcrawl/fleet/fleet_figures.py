"""Figures of the fleet for its metrics: entries, queue, workers, outbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from time import time

from portalcrawl.fleet.database import Database
from portalcrawl.fleet.entry_store import EntryStore
from portalcrawl.fleet.status import fleet_status
from portalcrawl.metrics.figures import Figure
from portalcrawl.metrics.state_figures import entry_figures

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
        late = Figure("portalcrawl_entry_late_seconds", "How late the entry is", "gauge", ("entry",))
        for entry in status.entries:
            late.add(entry.late, entry.entry)
        last_good = {stored.entry.name: stored.last_good for stored in EntryStore(self._database).all()}
        health = ((entry.entry, entry.verdict, last_good.get(entry.entry)) for entry in status.entries)
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
        return [*entry_figures(health, now), late, queue, workers, lines, runs]
