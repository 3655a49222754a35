"""The workers in the database; each records a heartbeat every few seconds.

Workers that wait for the state to be migrated have a table of their own: while the state is older, ``fleet_workers``
has only workers of an older version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import portalcrawl
from portalcrawl.fleet.database import NOW, Database

BEAT = 5.0
"""Seconds between two heartbeats."""
SILENT_AFTER = 4 * BEAT
"""Seconds without a heartbeat after which a worker counts as dead."""
FORGOTTEN_AFTER = 86_400.0
"""Seconds without a heartbeat after which a worker is deleted."""
SEEN = f"""
INSERT INTO fleet_workers (name, host, pid, version, concurrency, running, started, seen)
VALUES (%(name)s, %(host)s, %(pid)s, %(version)s, %(concurrency)s, %(running)s, {NOW}, {NOW})
ON CONFLICT (name) DO UPDATE SET running = excluded.running, seen = excluded.seen
"""
WAITS = f"""
INSERT INTO fleet_waiting (name, host, pid, version, problem, since, seen)
VALUES (%s, %s, %s, %s, %s, {NOW}, {NOW})
ON CONFLICT (name) DO UPDATE SET problem = excluded.problem, seen = excluded.seen
"""
WAITING = f"""
SELECT name, host, pid, version, problem, {NOW} - since AS waited FROM fleet_waiting
WHERE seen > {NOW} - %s ORDER BY name
"""


@dataclass(frozen=True, slots=True)
class WorkerIdentity:
    """A worker: one ``scrapy fleet worker``."""

    name: str
    host: str
    pid: int
    concurrency: int


@dataclass(frozen=True, slots=True)
class StoredWorker:
    """A worker at its last heartbeat. Ages are in seconds."""

    name: str
    host: str
    pid: int
    version: str
    concurrency: int
    running: int
    """Number of current runs."""
    up: float
    """Time since its start."""
    silent: float
    """Time since its last heartbeat."""

    @property
    def alive(self) -> bool:
        """Whether its last heartbeat is recent."""
        return self.silent <= SILENT_AFTER


@dataclass(frozen=True, slots=True)
class WaitingWorker:
    """A worker that can't start before the state is migrated."""

    name: str
    host: str
    pid: int
    version: str
    problem: str
    """What it waits for."""
    waited: float
    """Seconds that it has waited."""


class WorkerStore:
    """Records workers. Methods raise DataFolderError if the database can't be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def seen(self, worker: WorkerIdentity, running: int) -> None:
        """Record a heartbeat of *worker*, with its number of *running* runs."""
        values: Mapping[str, Any] = {
            "name": worker.name,
            "host": worker.host,
            "pid": worker.pid,
            "version": portalcrawl.__version__,
            "concurrency": worker.concurrency,
            "running": running,
        }
        with self._database.transaction() as connection:
            connection.execute(SEEN, values)

    def gone(self, worker: WorkerIdentity) -> None:
        """Delete *worker*, which has ended."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM fleet_workers WHERE name = %s", (worker.name,))

    def forget_dead(self) -> None:
        """Delete workers that died long ago."""
        with self._database.transaction() as connection:
            connection.execute(f"DELETE FROM fleet_workers WHERE seen < {NOW} - %s", (FORGOTTEN_AFTER,))

    def all(self) -> list[StoredWorker]:
        """Return all workers, sorted by name."""
        columns = "name, host, pid, version, concurrency, running"
        query = f"SELECT {columns}, {NOW} - started AS up, {NOW} - seen AS silent FROM fleet_workers ORDER BY name"
        with self._database.transaction() as connection:
            return [StoredWorker(**row) for row in connection.execute(query)]

    def waits(self, worker: WorkerIdentity, problem: str) -> None:
        """Record that *worker* waits because of *problem*; delete waiting workers that have died."""
        with self._database.transaction() as connection:
            values = (worker.name, worker.host, worker.pid, portalcrawl.__version__, problem)
            connection.execute(WAITS, values)
            connection.execute(f"DELETE FROM fleet_waiting WHERE seen <= {NOW} - %s", (SILENT_AFTER,))

    def waits_no_more(self, worker: WorkerIdentity) -> None:
        """Delete the waiting *worker*, which has started or ended."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM fleet_waiting WHERE name = %s", (worker.name,))

    def waiting(self) -> list[WaitingWorker]:
        """Return the waiting workers that were seen recently, sorted by name.

        Empty before ``scrapy fleet init`` of this version.
        """
        with self._database.transaction() as connection:
            row = connection.execute("SELECT to_regclass('fleet_waiting') AS found").fetchone()
            if row is None or row["found"] is None:
                return []
            return [WaitingWorker(**each) for each in connection.execute(WAITING, (SILENT_AFTER,))]
