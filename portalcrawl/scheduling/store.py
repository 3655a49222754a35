"""What the scheduler knows: durable before anything is posted, so that nothing is fired twice or forgotten."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DatabaseError, IntegrityError

from portalcrawl.errors import DataFolderError
from portalcrawl.state.database import connect

FILE = "schedule.sqlite3"
OPEN = ("due", "posting", "pending", "running")
"""Status of a job that is not over: not posted yet; sent, and no answer yet; in a node's queue; running."""
POSTED = OPEN[1:]
KEPT_DAYS = 30

metadata = MetaData()
jobs = Table(
    "jobs",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("job", String, nullable=False, unique=True),
    Column("entry", String, nullable=False),
    Column("slot", String, nullable=False),
    Column("by_hand", Boolean, nullable=False),
    Column("portals", Text, nullable=False),
    Column("due", Float, nullable=False),
    Column("status", String, nullable=False, index=True),
    Column("node", String),
    Column("posted", Float),
    Column("expires", Float),
    Column("longest", Float),
    Column("started", Float),
    Column("cancelled", Float),
    Column("ended", Float),
    Column("why", Text),
    Column("run", String),
    Column("verdict", String),
    Column("reasons", Text),
    Column("counts", Text),
    UniqueConstraint("entry", "slot"),
    Index("jobs_by_verdict", "entry", "verdict", "ended"),
    Index("jobs_by_due", "entry", "due"),
)
levels = Table(
    "levels",
    metadata,
    Column("entry", String, primary_key=True),
    Column("level", String, nullable=False),
    Column("since", Float, nullable=False),
)
notices = Table(
    "notices",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("line", Text, nullable=False),
    Column("made", Float, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try", Float, nullable=False),
)
marks = Table("marks", metadata, Column("name", String, primary_key=True), Column("value", Float, nullable=False))


@dataclass(frozen=True, slots=True)
class Job:
    """One start of an entry. Times are seconds since 1970 (UTC)."""

    job: str
    """Its id on Scrapyd."""
    entry: str
    portals: tuple[str, ...]
    by_hand: bool
    """Whether a person asked for it, rather than the clock."""
    due: float
    status: str
    """One of OPEN; or ``done``, ``failed`` (died, lost, refused, stuck) and ``skipped``."""
    node: str | None
    posted: float | None
    expires: float | None
    longest: float | None
    """Seconds that it may run."""
    started: float | None
    """When it was first seen running."""
    cancelled: float | None
    ended: float | None
    why: str | None
    """Why it was skipped or failed."""
    run: str | None
    verdict: str | None
    reasons: tuple[str, ...]
    counts: Mapping[str, int]


class Store:
    """The scheduler's own database; all of its methods may be called while others use it too."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, data_dir: Path) -> Store:
        """Open the store in *data_dir*; DataFolderError where that can't be done."""
        file = data_dir / FILE
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            engine = connect(f"sqlite:///{file}")
            metadata.create_all(engine)
        except (OSError, DatabaseError) as error:
            said = getattr(error, "orig", None) or error
            raise DataFolderError(f"{file} can't be used: {said}; moved away, it is begun anew") from None
        return cls(engine)

    def add(self, entry: str, slot: str, due: float, portals: Collection[str], *, by_hand: bool = False) -> str | None:
        """Record that *entry* is due; return the job's id. None where this *slot* of it is recorded already."""
        job = _new_id(entry)
        row = {"job": job, "entry": entry, "slot": slot, "due": due, "status": "due", "by_hand": by_hand}
        try:
            with self.engine.begin() as connection:
                connection.execute(insert(jobs).values(**row, portals=json.dumps(list(portals))))
        except IntegrityError:
            return None
        return job

    def change(self, job: str, **values: Any) -> None:
        """Change what is known of *job*."""
        for name in {"reasons", "counts"} & set(values):
            values[name] = json.dumps(values[name])
        with self.engine.begin() as connection:
            connection.execute(update(jobs).where(jobs.c.job == job).values(**values))

    def renew(self, job: str, now: float) -> str:
        """Give up *job*, which never began and never will; its entry is due again. Return the new job's id."""
        with self.engine.begin() as connection:
            row = connection.execute(select(jobs).where(jobs.c.job == job)).one()._mapping
            new = _new_id(row["entry"])
            why = f"it never began; due again as {new}"
            given_up = {"status": "skipped", "ended": now, "why": why}
            connection.execute(update(jobs).where(jobs.c.job == job).values(**given_up))
            kept = {name: row[name] for name in ("entry", "portals", "due", "by_hand")}
            connection.execute(insert(jobs).values(**kept, job=new, slot=f"{row['slot']} again {new}", status="due"))
        return new

    def open_jobs(self) -> list[Job]:
        """Return the jobs that are not over, the first due first."""
        return self._jobs(select(jobs).where(jobs.c.status.in_(OPEN)).order_by(jobs.c.due, jobs.c.number))

    def find(self, job: str) -> Job | None:
        """Return one job."""
        return next(iter(self._jobs(select(jobs).where(jobs.c.job == job))), None)

    def ended(self, entry: str, *, level: str | None = None, limit: int = 1) -> list[Job]:
        """Return the last jobs of *entry* that ran or failed (of one verdict), newest first."""
        query = select(jobs).where(jobs.c.entry == entry, jobs.c.status.in_(("done", "failed")))
        if level is not None:
            query = query.where(jobs.c.verdict == level)
        return self._jobs(query.order_by(jobs.c.ended.desc(), jobs.c.number.desc()).limit(limit))

    def known_since(self, entry: str) -> float | None:
        """Return when the first job of *entry* that is remembered was due."""
        with self.engine.connect() as connection:
            first: float | None = connection.scalar(select(func.min(jobs.c.due)).where(jobs.c.entry == entry))
        return first

    def known(self, ids: Collection[str]) -> set[str]:
        """Return those of *ids* that are jobs of the schedule."""
        with self.engine.connect() as connection:
            return set(connection.scalars(select(jobs.c.job).where(jobs.c.job.in_(list(ids)))))

    def _jobs(self, query: Any) -> list[Job]:
        with self.engine.connect() as connection:
            return [_job(row._mapping) for row in connection.execute(query)]

    def level(self, entry: str) -> str | None:
        """Return the level that was last told of *entry*."""
        with self.engine.connect() as connection:
            return connection.scalar(select(levels.c.level).where(levels.c.entry == entry))

    def set_level(self, entry: str, level: str, now: float, line: str | None) -> None:
        """Record a change of level, and in the same step the *line* that tells of it (None: nobody is told)."""
        with self.engine.begin() as connection:
            connection.execute(delete(levels).where(levels.c.entry == entry))
            connection.execute(insert(levels).values(entry=entry, level=level, since=now))
            if line is not None:
                connection.execute(insert(notices).values(line=line, made=now, tries=0, next_try=now))

    def next_notice(self, now: float) -> tuple[int, str, float, int] | None:
        """Return number, line, time made and tries of the first notice that is to be sent."""
        columns = (notices.c.number, notices.c.line, notices.c.made, notices.c.tries)
        query = select(*columns).where(notices.c.next_try <= now).order_by(notices.c.number).limit(1)
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else (row.number, row.line, row.made, row.tries)

    def settle_notice(self, number: int, next_try: float | None = None) -> None:
        """Forget a notice; with *next_try*: try it again then."""
        with self.engine.begin() as connection:
            if next_try is None:
                connection.execute(delete(notices).where(notices.c.number == number))
            else:
                values = {"tries": notices.c.tries + 1, "next_try": next_try}
                connection.execute(update(notices).where(notices.c.number == number).values(**values))

    def mark(self, name: str) -> float | None:
        """Return a time that was remembered."""
        with self.engine.connect() as connection:
            return connection.scalar(select(marks.c.value).where(marks.c.name == name))

    def set_mark(self, name: str, value: float) -> None:
        """Remember a time."""
        with self.engine.begin() as connection:
            connection.execute(delete(marks).where(marks.c.name == name))
            connection.execute(insert(marks).values(name=name, value=value))

    def tidy(self, now: float) -> None:
        """Forget jobs that ended long ago, but for the last of each entry and verdict."""
        last = select(func.max(jobs.c.number)).group_by(jobs.c.entry, jobs.c.verdict)
        old = jobs.c.ended < now - KEPT_DAYS * 86_400
        with self.engine.begin() as connection:
            connection.execute(delete(jobs).where(old, jobs.c.number.not_in(last)))


def _new_id(entry: str) -> str:
    return f"{entry}-{secrets.token_hex(4)}"


def _job(row: Any) -> Job:
    names = (
        *("job", "entry", "by_hand", "due", "status", "node", "posted", "expires", "longest", "started"),
        *("cancelled", "ended", "why", "run", "verdict"),
    )
    return Job(
        **{name: row[name] for name in names},
        portals=tuple(json.loads(row["portals"])),
        reasons=tuple(json.loads(row["reasons"] or "[]")),
        counts=json.loads(row["counts"] or "{}"),
    )
