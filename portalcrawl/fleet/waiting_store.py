"""The workers in the database that wait for the state to be migrated.

They are not yet in ``fleet_workers``: while the state is older, that table has only workers of an older version.
"""

from __future__ import annotations

from dataclasses import dataclass

import portalcrawl
from portalcrawl.fleet.database import NOW, Database
from portalcrawl.fleet.worker_store import SILENT_AFTER, WorkerIdentity

SEEN = f"""
INSERT INTO fleet_waiting (name, host, pid, version, problem, since, seen)
VALUES (%s, %s, %s, %s, %s, {NOW}, {NOW})
ON CONFLICT (name) DO UPDATE SET problem = excluded.problem, seen = excluded.seen
"""
ALL = f"""
SELECT name, host, pid, version, problem, {NOW} - since AS waited FROM fleet_waiting
WHERE seen > {NOW} - %s ORDER BY name
"""


@dataclass(frozen=True, slots=True)
class WaitingWorker:
    """A worker that can't start yet."""

    name: str
    host: str
    pid: int
    version: str
    problem: str
    """What it waits for."""
    waited: float
    """Seconds that it has waited."""


class WaitingStore:
    """Records waiting workers. Methods raise DataFolderError if the database can't be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def seen(self, worker: WorkerIdentity, problem: str) -> None:
        """Record that *worker* waits because of *problem*; delete workers that have died."""
        with self._database.transaction() as connection:
            values = (worker.name, worker.host, worker.pid, portalcrawl.__version__, problem)
            connection.execute(SEEN, values)
            connection.execute(f"DELETE FROM fleet_waiting WHERE seen <= {NOW} - %s", (SILENT_AFTER,))

    def gone(self, worker: WorkerIdentity) -> None:
        """Delete *worker*, which has started or ended."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM fleet_waiting WHERE name = %s", (worker.name,))

    def all(self) -> list[WaitingWorker]:
        """Return the workers that were seen recently, sorted by name.

        Empty before ``scrapy fleet init`` of this version.
        """
        with self._database.transaction() as connection:
            row = connection.execute("SELECT to_regclass('fleet_waiting') AS found").fetchone()
            if row is None or row["found"] is None:
                return []
            return [WaitingWorker(**each) for each in connection.execute(ALL, (SILENT_AFTER,))]
