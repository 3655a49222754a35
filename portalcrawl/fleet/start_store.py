"""Starts of entries in the database: their beginning, end, or abandonment."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from psycopg.types.json import Jsonb

from portalcrawl.fleet.clock import skip
from portalcrawl.fleet.database import NOW, Database
from portalcrawl.fleet.entry_json import entry_from_json
from portalcrawl.fleet.entry_store import now_of
from portalcrawl.scheduling.durations import format_duration
from portalcrawl.scheduling.entries import ScheduleEntry

KEPT = 2 * 86_400.0
"""Seconds for which ended starts are kept."""
DELETED_AT_ONCE = 10_000
GOOD = ("ok", "warning")
BEGIN = f"""
INSERT INTO fleet_starts (entry, job, worker, by_hand, due, started) VALUES (%s, %s, %s, %s, %s, {NOW})
RETURNING id, started
"""
END = f"""
UPDATE fleet_starts SET ended = {NOW}, run = %(run)s, verdict = %(verdict)s, reasons = %(reasons)s,
    counts = %(counts)s, skipped = %(skipped)s
WHERE id = %(id)s AND ended IS NULL RETURNING started, ended
"""
LAST = """
UPDATE fleet_entries SET last_run = %(run)s, last_started = %(started)s, last_ended = %(ended)s,
    last_verdict = %(verdict)s, last_reasons = %(reasons)s, last_counts = %(counts)s,
    last_good = CASE WHEN %(good)s THEN %(ended)s ELSE last_good END,
    last_news = CASE WHEN %(news)s THEN %(ended)s ELSE last_news END
WHERE name = %(entry)s
"""


@dataclass(frozen=True, slots=True)
class Job:
    """A job of the queue, which is one start of an entry. Times are Unix seconds."""

    number: int
    entry: str
    due: float
    by_hand: bool
    process: int | None = None
    """Id of the process that runs it, as a worker of the queue (Procrastinate's worker id)."""


@dataclass(frozen=True, slots=True)
class Start:
    """A running start."""

    number: int
    entry: ScheduleEntry
    late: float
    """Seconds from the time at which it was due to its beginning."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a start ended."""

    verdict: str | None
    """``ok``, ``warning``, ``failed``; None if it was skipped."""
    reasons: tuple[str, ...] = ()
    run: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    skipped: str | None = None
    """Why it was skipped; None if it was run."""


class StartStore:
    """Records starts. Methods raise DataFolderError if the database can't be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, job: Job, worker: str) -> Start | None:
        """Record that *job* begins and return its start; if it must no longer run, record that and return None."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT spec, latest FROM fleet_entries WHERE name = %s", (job.entry,)).fetchone()
            if row is None:
                skip(connection, job.entry, job.due, "it is no longer in the schedule")
                return None
            entry = entry_from_json(job.entry, row["spec"])
            now = now_of(connection)
            # The entry may have become due again while the job was waiting.
            age = now - max(job.due, row["latest"] or 0.0)
            if age > max(entry.misfire_grace, entry.start_within) and not job.by_hand:
                skip(connection, job.entry, job.due, f"it was due {format_duration(age)} ago")
                return None
            values = (job.entry, job.number, worker, job.by_hand, job.due)
            begun = connection.execute(BEGIN, values).fetchone()
            assert begun is not None
            return Start(begun["id"], entry, max(0.0, begun["started"] - job.due))

    def end(self, start: Start, outcome: Outcome) -> None:
        """Record how *start* ended, unless it has been given up."""
        values = {
            "id": start.number,
            "entry": start.entry.name,
            "run": outcome.run,
            "verdict": outcome.verdict,
            "reasons": Jsonb(list(outcome.reasons)),
            "counts": Jsonb(dict(outcome.counts)),
            "skipped": outcome.skipped,
            "good": outcome.verdict in GOOD,
            "news": bool(outcome.counts.get("articles")),
        }
        with self._database.transaction() as connection:
            row = connection.execute(END, values).fetchone()
            if row is not None and outcome.verdict is not None:
                connection.execute(LAST, {**values, **row})

    def give_up(self, jobs: Collection[int], why: str) -> list[str]:
        """Record that the starts of *jobs* failed, with *why* as the reason; return the names of their entries."""
        found = []
        with self._database.transaction() as connection:
            query = "SELECT id, entry FROM fleet_starts WHERE job = ANY(%s) AND ended IS NULL FOR UPDATE"
            for row in connection.execute(query, (list(jobs),)).fetchall():
                values = {"id": row["id"], "entry": row["entry"], "run": None, "verdict": "failed", "skipped": None}
                values |= {"reasons": Jsonb([why]), "counts": Jsonb({}), "good": False, "news": False}
                ended = connection.execute(END, values).fetchone()
                connection.execute(LAST, {**values, **(ended or {})})
                found.append(row["entry"])
        return found

    def remove_old(self) -> int:
        """Delete a batch of the starts that ended more than KEPT seconds ago; return how many."""
        old = f"SELECT id FROM fleet_starts WHERE ended < {NOW} - %s LIMIT %s"
        with self._database.transaction() as connection:
            return connection.execute(f"DELETE FROM fleet_starts WHERE id IN ({old})", (KEPT, DELETED_AT_ONCE)).rowcount
