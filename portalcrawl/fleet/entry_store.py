"""The schedule in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from portalcrawl.fleet.database import NOW, Connection, Database
from portalcrawl.fleet.entry_json import entry_from_json, entry_to_json
from portalcrawl.scheduling.entries import Schedule, ScheduleEntry
from portalcrawl.scheduling.job_store import NextStart
from portalcrawl.scheduling.ticker import next_start

TAKE = """
INSERT INTO fleet_entries (name, spec, timing, slot, due, known_since) VALUES (%(name)s, %(spec)s, %(timing)s, %(slot)s,
    %(due)s, %(now)s)
ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, timing = excluded.timing, slot = excluded.slot,
    due = excluded.due
"""


@dataclass(frozen=True, slots=True)
class Applied:
    """Result of ``apply``: names of entries."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry with its next time and its past runs. Times are Unix seconds."""

    entry: ScheduleEntry
    due: float
    known_since: float
    last_run: str | None
    last_ended: float | None
    last_verdict: str | None
    last_reasons: tuple[str, ...]
    last_counts: Mapping[str, int]
    last_good: float | None
    last_news: float | None


class EntryStore:
    """The entries of the schedule. Methods raise DataFolderError if the database can't be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def apply(self, schedule: Schedule) -> Applied:
        """Replace the stored entries by those of *schedule*, in one transaction; return the changes.

        An entry whose timing is unchanged keeps its next time. The first starts of new interval entries are spread over
        their interval, beginning now; otherwise many portals would always be due at the same moment.
        """
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT name, spec, timing, slot, due FROM fleet_entries FOR UPDATE").fetchall()
            stored = {row["name"]: row for row in rows}
            now = now_of(connection)
            entries = {name: entry_to_json(entry) for name, entry in schedule.entries.items()}
            new = [name for name in entries if not _keeps_time(schedule.entries[name], stored.get(name))]
            fresh = {name: number / len(new) for number, name in enumerate(new)}
            values = []
            for name, spec in entries.items():
                entry = schedule.entries[name]
                if name in fresh:
                    following = _first_start(entry, now, fresh[name])
                else:
                    following = NextStart(stored[name]["slot"], stored[name]["due"])
                row = {"name": name, "spec": Jsonb(spec), "timing": entry.timing.text, "now": now}
                values.append({**row, "slot": following.slot, "due": following.due})
            connection.cursor().executemany(TAKE, values)
            removed = sorted(set(stored) - set(entries))
            connection.execute("DELETE FROM fleet_entries WHERE name = ANY(%s)", (removed,))
        added = tuple(name for name in entries if name not in stored)
        changed = tuple(name for name, spec in entries.items() if name in stored and stored[name]["spec"] != spec)
        return Applied(added, changed, tuple(removed))

    def find(self, name: str) -> ScheduleEntry | None:
        """Return the entry *name*; None if there is none."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT spec FROM fleet_entries WHERE name = %s", (name,)).fetchone()
        return entry_from_json(name, row["spec"]) if row else None

    def names(self) -> list[str]:
        """Return the names of all entries, sorted."""
        with self._database.transaction() as connection:
            return [row["name"] for row in connection.execute("SELECT name FROM fleet_entries ORDER BY name")]

    def all(self) -> list[StoredEntry]:
        """Return all entries with their last runs, sorted by name."""
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT * FROM fleet_entries ORDER BY name").fetchall()
        return [_stored(row) for row in rows]


def now_of(connection: Connection) -> float:
    """Return the database's time in Unix seconds."""
    row = connection.execute(f"SELECT {NOW} AS now").fetchone()
    return float(row["now"]) if row else 0.0


def _keeps_time(entry: ScheduleEntry, stored: Mapping[str, Any] | None) -> bool:
    return stored is not None and stored["timing"] == entry.timing.text


def _first_start(entry: ScheduleEntry, now: float, share: float) -> NextStart:
    if entry.timing.every is None:
        return next_start(entry, now)
    first = now + share * entry.timing.every
    return NextStart(first, first)


def _stored(row: Mapping[str, Any]) -> StoredEntry:
    plain = ("due", "known_since", "last_run", "last_ended", "last_verdict", "last_counts")
    return StoredEntry(
        entry=entry_from_json(row["name"], row["spec"]),
        last_reasons=tuple(row["last_reasons"]),
        last_good=row["last_good"],
        last_news=row["last_news"],
        **{name: row[name] for name in plain},
    )
