"""The scheduler's database. Starts are stored before they are posted, so that none is lost or posted twice."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or
from sqlalchemy.exc import DatabaseError

from portalcrawl.errors import DataFolderError
from portalcrawl.scheduling.job_tables import entries, jobs, marks, migrate, notices
from portalcrawl.storage.database import make_engine

if TYPE_CHECKING:
    from portalcrawl.scheduling.entries import ScheduleEntry

FILE = "schedule.sqlite3"
OPEN = ("due", "posting", "pending", "running")
"""Statuses of a job that has not ended: not posted yet; posted, no answer yet; in a node's queue; running."""
POSTED = OPEN[1:]
KEPT_DAYS = 7
GOOD = ("ok", "warning")
SEEN = "alive"
"""Name of the mark that stores when a scheduler last worked."""


@dataclass(frozen=True, slots=True)
class Job:
    """One start of an entry. Times are Unix seconds."""

    job: str
    """Its id on Scrapyd."""
    entry: str
    portals: tuple[str, ...]
    by_hand: bool
    """Whether it was started by ``scrapy schedule once``."""
    due: float
    status: str
    """One of OPEN; or ``done``, ``failed`` (died, lost, refused, stuck) and ``skipped``."""
    node: str | None
    posted: float | None
    expires: float | None
    longest: float | None
    """Maximum run time in seconds."""
    started: float | None
    """When the scheduler first saw it running."""
    cancelled: float | None
    ended: float | None
    why: str | None
    """Why it was skipped or failed."""
    run: str | None
    verdict: str | None
    reasons: tuple[str, ...]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class NextStart:
    """When an entry is next due, in Unix seconds."""

    slot: float
    """Time by the entry's timing, without jitter."""
    due: float
    """The same time with jitter."""


@dataclass(frozen=True, slots=True)
class EntryState:
    """The stored state of an entry. Times are Unix seconds."""

    entry: str
    next: NextStart | None = None
    known_since: float | None = None
    """When its first job was due."""
    last: Job | None = None
    """The last job that ran or failed."""
    last_good: float | None = None
    """When the last run with the verdict ``ok`` or ``warning`` ended."""
    last_news: float | None = None
    """When the last run that found a new article ended."""
    level: str | None = None
    """The level that was last logged and notified."""


class JobStore:
    """The scheduler's database. It may be used by several threads and processes at the same time."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, data_dir: Path) -> JobStore:
        """Open the store in *data_dir*, creating or migrating it; raise DataFolderError if that fails."""
        file = data_dir / FILE
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            engine = make_engine(f"sqlite:///{file}")
            with engine.begin() as connection:
                migrate(connection)
        except (OSError, DatabaseError, ValueError) as error:
            cause = getattr(error, "orig", None) or error
            raise DataFolderError(f"{file} can't be used: {cause}; if you move it away, a new one is created") from None
        return cls(engine)

    def add(self, entry: str, due: float, portals: Collection[str], *, by_hand: bool = False) -> str:
        """Store that *entry* is due; return the id of its job."""
        with self.engine.begin() as connection:
            return _add(connection, entry, due, portals, by_hand)

    def change(self, job: str, **values: Any) -> None:
        """Change columns of *job*."""
        with self.engine.begin() as connection:
            connection.execute(update(jobs).where(jobs.c.job == job).values(**values))

    def end(self, job: Job, status: str, now: float, *, verdict: str, reasons: Collection[str], **values: Any) -> None:
        """Store the end of a job that ran or failed (*status* ``done`` or ``failed``), and the state of its entry."""
        counts = values.pop("counts", {})
        of_entry: dict[str, Any] = {"last_job": job.job}
        if verdict in GOOD:
            of_entry["last_good"] = now
        if counts.get("articles"):
            of_entry["last_news"] = now
        values |= {"verdict": verdict, "reasons": json.dumps(list(reasons)), "counts": json.dumps(dict(counts))}
        with self.engine.begin() as connection:
            query = update(jobs).where(jobs.c.job == job.job)
            connection.execute(query.values(status=status, ended=now, **values))
            connection.execute(update(entries).where(entries.c.entry == job.entry).values(**of_entry))

    def requeue(self, job: Job, now: float) -> str:
        """End *job*, which never started, as skipped, and make its entry due again; return the id of the new job."""
        with self.engine.begin() as connection:
            new = _add(connection, job.entry, job.due, job.portals, job.by_hand)
            skipped = {"status": "skipped", "ended": now, "why": f"it never began; due again as {new}"}
            connection.execute(update(jobs).where(jobs.c.job == job.job).values(**skipped))
        return new

    def open_jobs(self) -> list[Job]:
        """Return the jobs that have not ended, in the order in which they were due."""
        return self._jobs(select(jobs).where(jobs.c.status.in_(OPEN)).order_by(jobs.c.due, jobs.c.number))

    def find(self, job: str) -> Job | None:
        """Return the job with the id *job*; None if there is none."""
        return next(iter(self._jobs(select(jobs).where(jobs.c.job == job))), None)

    def known(self, ids: Collection[str]) -> set[str]:
        """Return those of *ids* that are jobs of the schedule."""
        with self.engine.connect() as connection:
            return set(connection.scalars(select(jobs.c.job).where(jobs.c.job.in_(list(ids)))))

    def _jobs(self, query: Any) -> list[Job]:
        with self.engine.connect() as connection:
            return [_job(row._mapping) for row in connection.execute(query)]

    def entry_states(self, names: Iterable[str]) -> dict[str, EntryState]:
        """Return name -> state of the entries with these *names*, and of others that are stored."""
        query = select(entries, *(column.label(f"job_{column.name}") for column in jobs.columns))
        query = query.select_from(entries.outerjoin(jobs, entries.c.last_job == jobs.c.job))
        with self.engine.connect() as connection:
            stored = {row.entry: _entry_state(row._mapping) for row in connection.execute(query)}
        return {name: EntryState(name) for name in names} | stored

    def take_entries(self, timings: Mapping[str, str]) -> dict[str, NextStart]:
        """Delete entries not in *timings* (name -> timing as text); return when those with unchanged timing are due."""
        with self.engine.begin() as connection:
            connection.execute(delete(entries).where(entries.c.entry.not_in(list(timings))))
            rows = connection.execute(select(entries).where(entries.c.slot.is_not(None))).all()
        return {row.entry: NextStart(row.slot, row.due) for row in rows if row.timing == timings[row.entry]}

    def set_next(self, entry: ScheduleEntry, following: NextStart, due: float | None = None) -> NextStart:
        """Store when *entry* is next due and, in the same transaction, a job due at *due* (None for no job).

        Return *following*.
        """
        values = {"timing": entry.timing.text, "slot": following.slot, "due": following.due}
        query = insert_or(entries).values(entry=entry.name, **values)
        with self.engine.begin() as connection:
            connection.execute(query.on_conflict_do_update(index_elements=["entry"], set_=values))
            if due is not None:
                _add(connection, entry.name, due, entry.portals, by_hand=False)
        return following

    def set_level(self, entry: str, level: str, now: float, line: str | None) -> None:
        """Store an entry's level and, in the same transaction, the notice *line* (None for no notice)."""
        with self.engine.begin() as connection:
            connection.execute(update(entries).where(entries.c.entry == entry).values(level=level))
            if line is not None:
                connection.execute(insert(notices).values(line=line, made=now, tries=0, next_try=now))

    def next_notice(self, now: float) -> tuple[int, str, float, int] | None:
        """Return number, line, creation time and number of tries of the next notice to send; None if there is none."""
        columns = (notices.c.number, notices.c.line, notices.c.made, notices.c.tries)
        query = select(*columns).where(notices.c.next_try <= now).order_by(notices.c.number).limit(1)
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else (row.number, row.line, row.made, row.tries)

    def notices_waiting(self) -> int:
        """Return the number of notices that are not delivered yet."""
        with self.engine.connect() as connection:
            return int(connection.scalar(select(func.count()).select_from(notices)) or 0)

    def settle_notice(self, number: int, next_try: float | None = None) -> None:
        """Delete a notice; with *next_try* (Unix seconds), count a failed try and keep it until then instead."""
        with self.engine.begin() as connection:
            if next_try is None:
                connection.execute(delete(notices).where(notices.c.number == number))
            else:
                values = {"tries": notices.c.tries + 1, "next_try": next_try}
                connection.execute(update(notices).where(notices.c.number == number).values(**values))

    def last_seen(self) -> float | None:
        """Return when a scheduler last worked here; None if never."""
        with self.engine.connect() as connection:
            return connection.scalar(select(marks.c.value).where(marks.c.name == SEEN))

    def set_seen(self, now: float) -> None:
        """Store that the scheduler works at *now*."""
        query = insert_or(marks).values(name=SEEN, value=now)
        with self.engine.begin() as connection:
            connection.execute(query.on_conflict_do_update(index_elements=["name"], set_={"value": now}))

    def set_back(self, now: float) -> None:
        """Replace times after *now* by *now*, because the machine's clock was set back.

        ``expires`` is not changed: it was sent to the node, which may start the job until then.
        """
        columns = {
            jobs: ("due", "posted", "started", "cancelled", "ended"),
            entries: ("known_since", "last_good", "last_news"),
            notices: ("made", "next_try"),
        }
        with self.engine.begin() as connection:
            for table, names in columns.items():
                for name in names:
                    column = table.c[name]
                    connection.execute(update(table).where(column > now).values({name: now}))

    def remove_old(self, now: float) -> None:
        """Delete jobs that ended more than KEPT_DAYS ago, except the last of each entry."""
        last = select(entries.c.last_job).where(entries.c.last_job.is_not(None))
        old = jobs.c.ended < now - KEPT_DAYS * 86_400
        with self.engine.begin() as connection:
            connection.execute(delete(jobs).where(old, jobs.c.job.not_in(last)))


def _add(connection: Connection, entry: str, due: float, portals: Collection[str], by_hand: bool) -> str:
    job = f"{entry}-{secrets.token_hex(4)}"
    row = {"job": job, "entry": entry, "due": due, "status": "due", "by_hand": by_hand}
    connection.execute(insert(jobs).values(**row, portals=json.dumps(list(portals))))
    connection.execute(insert_or(entries).values(entry=entry).on_conflict_do_nothing())
    first = update(entries).where(entries.c.entry == entry, entries.c.known_since.is_(None))
    connection.execute(first.values(known_since=due))
    return job


def _job(row: Any, prefix: str = "") -> Job:
    values = {column.name: row[f"{prefix}{column.name}"] for column in jobs.columns if column.name != "number"}
    values["portals"] = tuple(json.loads(values["portals"]))
    values["reasons"] = tuple(json.loads(values["reasons"] or "[]"))
    values["counts"] = json.loads(values["counts"] or "{}")
    return Job(**values)


def _entry_state(row: Any) -> EntryState:
    return EntryState(
        entry=row["entry"],
        next=NextStart(row["slot"], row["due"]) if row["slot"] is not None else None,
        known_since=row["known_since"],
        last=_job(row, "job_") if row["job_job"] else None,
        last_good=row["last_good"],
        last_news=row["last_news"],
        level=row["level"],
    )
