"""Queues a job for each entry that is due and sets the entry's next time, in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from psycopg.types.json import Jsonb

from portalcrawl.fleet.database import NOW, Connection, Database
from portalcrawl.fleet.entry_json import entry_from_json
from portalcrawl.fleet.entry_store import now_of
from portalcrawl.scheduling.entries import ScheduleEntry
from portalcrawl.scheduling.ticker import next_start

logger = logging.getLogger("portalcrawl.fleet")

QUEUE = "crawls"
TASK = "crawl"
CLOCK_SET_BACK = 60.0
"""Next times are recalculated if the database's clock was set back by more than this number of seconds."""
DEFER = """
SELECT procrastinate_defer_jobs_v1(array_agg(
    ROW(%(queue)s, %(task)s, job.priority, job.lock, job.queueing_lock, job.args, NULL)::procrastinate_job_to_defer_v1
    ORDER BY job.number))
FROM jsonb_to_recordset(%(jobs)s) AS job(number integer, priority integer, lock text, queueing_lock text, args jsonb)
HAVING count(*) > 0
"""
"""Calls Procrastinate's own SQL function, so that jobs and times change in one transaction."""
OPEN = """
SELECT lock, queueing_lock, status::text FROM procrastinate_jobs
WHERE queue_name = %s AND (status = 'todo' AND queueing_lock = ANY(%s) OR status = 'doing' AND lock = ANY(%s))
"""


def lock_of(portals: Collection[str]) -> str:
    """Return the name of the lock of jobs on *portals*: only one job with the same lock runs at a time."""
    return " ".join(portals)


@dataclass(frozen=True, slots=True)
class Tick:
    """Result of a tick: names of entries."""

    started: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


class Clock:
    """Queues jobs; any number of clocks may tick at the same time.

    Methods raise DataFolderError if the database can't be used.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def tick(self) -> Tick:
        """Queue a job for each entry that is due."""
        tick = Tick()
        with self._database.transaction() as connection:
            now = now_of(connection)
            query = (
                "SELECT name, spec, slot, due FROM fleet_entries WHERE due <= %s ORDER BY due FOR UPDATE SKIP LOCKED"
            )
            rows = connection.execute(query, (now,)).fetchall()
            if not rows:
                return tick
            entries = {row["name"]: entry_from_json(row["name"], row["spec"]) for row in rows}
            waiting, busy = _open_jobs(connection, entries)
            jobs = []
            for row in rows:
                entry = entries[row["name"]]
                due = _move_on(connection, entry, row["slot"], row["due"], now)
                if entry.name in waiting:
                    continue  # the start that is already waiting will also fetch what is new by then
                if lock_of(entry.portals) in busy and entry.on_overlap == "skip":
                    skip(connection, entry.name, due, "its portal is busy with another run")
                    tick.skipped.append(entry.name)
                    continue
                jobs.append(_job(entry, due, by_hand=False))
                tick.started.append(entry.name)
            _defer(connection, jobs)
        return tick

    def once(self, entry: ScheduleEntry) -> bool:
        """Queue a job of *entry* now; return False if one is already waiting."""
        with self._database.transaction() as connection:
            waiting, _ = _open_jobs(connection, {entry.name: entry})
            if not waiting:
                _defer(connection, [_job(entry, now_of(connection), by_hand=True)])
            return not waiting

    def count_anew(self) -> int:
        """Recalculate the times of entries that are in the future because the clock was set back; return their number.

        Otherwise these entries would not be due until the clock has caught up.
        """
        with self._database.transaction() as connection:
            now = now_of(connection)
            query = "SELECT name, spec FROM fleet_entries WHERE latest > %s FOR UPDATE SKIP LOCKED"
            rows = connection.execute(query, (now + CLOCK_SET_BACK,)).fetchall()
            for row in rows:
                entry = entry_from_json(row["name"], row["spec"])
                _move_on(connection, entry, now, now, now)
            return len(rows)


def _open_jobs(connection: Connection, entries: Mapping[str, ScheduleEntry]) -> tuple[set[str], set[str]]:
    """Return the names of entries that are already waiting, and the locks of running jobs."""
    locks = [lock_of(entry.portals) for entry in entries.values()]
    rows = connection.execute(OPEN, (QUEUE, list(entries), locks)).fetchall()
    waiting = {row["queueing_lock"] for row in rows if row["status"] == "todo"}
    return waiting, {row["lock"] for row in rows if row["status"] == "doing"}


def _move_on(connection: Connection, entry: ScheduleEntry, slot: float, due: float, now: float) -> float:
    """Store when *entry* is next due; return when it was due, the latest time if several were missed."""
    missed = entry.timing.latest(datetime.fromtimestamp(slot, UTC), datetime.fromtimestamp(now, UTC))
    slot = missed.timestamp() if missed else slot
    following = next_start(entry, slot)
    latest = max(slot, due)
    query = "UPDATE fleet_entries SET slot = %s, due = %s, latest = %s WHERE name = %s"
    connection.execute(query, (following.slot, following.due, latest, entry.name))
    return latest


def _job(entry: ScheduleEntry, due: float, *, by_hand: bool) -> dict[str, Any]:
    return {
        "priority": round(entry.priority),
        "lock": lock_of(entry.portals),
        "queueing_lock": entry.name,
        "args": {"entry": entry.name, "due": due, "by_hand": by_hand},
    }


def _defer(connection: Connection, jobs: list[dict[str, Any]]) -> None:
    numbered = [{"number": number, **job} for number, job in enumerate(jobs)]
    connection.execute(DEFER, {"queue": QUEUE, "task": TASK, "jobs": Jsonb(numbered)})


def skip(connection: Connection, entry: str, due: float, why: str) -> None:
    """Record a skipped start."""
    query = f"INSERT INTO fleet_starts (entry, due, ended, skipped) VALUES (%s, %s, {NOW}, %s)"
    connection.execute(query, (entry, due, why))
    logger.info("%s: skipped: %s", entry, why)
