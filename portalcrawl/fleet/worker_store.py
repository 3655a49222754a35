"""The workers in the database; each records a heartbeat every few seconds."""

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
