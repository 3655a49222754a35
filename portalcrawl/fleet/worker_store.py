"""The workers in the database: each says every few seconds that it is alive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import portalcrawl
from portalcrawl.fleet.database import NOW, Database

BEAT = 5.0
"""Seconds between two signs of life."""
SILENT_AFTER = 4 * BEAT
"""Seconds without a sign of life after which a worker counts as dead, ..."""
FORGOTTEN_AFTER = 86_400.0
"""... and after which it is no longer spoken of."""
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
    """A worker as it was last seen. Ages are seconds."""

    name: str
    host: str
    pid: int
    version: str
    concurrency: int
    running: int
    """Runs under way."""
    up: float
    """Since it was started."""
    silent: float
    """Since its last sign of life."""

    @property
    def alive(self) -> bool:
        """Whether it was seen lately."""
        return self.silent <= SILENT_AFTER


class WorkerStore:
    """Records workers; DataFolderError where the database can't be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def seen(self, worker: WorkerIdentity, running: int) -> None:
        """Record a sign of life of *worker*, with the number of its runs."""
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
        """Delete a worker that has ended."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM fleet_workers WHERE name = %s", (worker.name,))

    def forget_dead(self) -> None:
        """Delete workers that died long ago."""
        with self._database.transaction() as connection:
            connection.execute(f"DELETE FROM fleet_workers WHERE seen < {NOW} - %s", (FORGOTTEN_AFTER,))

    def all(self) -> list[StoredWorker]:
        """Return all workers, by name."""
        columns = "name, host, pid, version, concurrency, running"
        query = f"SELECT {columns}, {NOW} - started AS up, {NOW} - seen AS silent FROM fleet_workers ORDER BY name"
        with self._database.transaction() as connection:
            return [StoredWorker(**row) for row in connection.execute(query)]
