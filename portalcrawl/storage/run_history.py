"""Earlier runs: their feeds, and how they ended."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, and_, delete, select, tuple_

from portalcrawl.schema import Manifest
from portalcrawl.storage.database import BUSY_TIMEOUT, WAIT_OPTION, read_connection, write_transaction
from portalcrawl.storage.leases import PortalLeases
from portalcrawl.storage.packing import teaser_key
from portalcrawl.storage.page_pictures import take_back
from portalcrawl.storage.tables import (
    PORTALS_IN_INDEX,
    articles,
    feeds,
    job_of_run,
    lines,
    meta,
    portals_of_run,
    runs,
    teasers,
)
from portalcrawl.storage.upsert import upsert

REBUILDING = "rebuilding"
"""Key in the table ``meta`` while a state is rebuilt from the feeds."""
PAGE = 1_000
"""Runs that are read by one query."""
NOT_IMPORTED = -1
"""Stands for the committed bytes of a feed whose lines the state does not know. A feed of which it knows the first *n*
bytes, and nothing of what follows, has ``NOT_IMPORTED - n``."""


@dataclass(frozen=True, slots=True)
class PastFeed:
    """A feed file of a run, with the number of bytes and records that are committed."""

    file: str
    kind: str
    bytes: int
    records: int
    sha256: str | None = None
    """Of the published file; None until it is published, and for runs of versions that did not keep it."""


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run in the state; ``finished`` is None while it lasts, and stays None when it dies."""

    run: str
    portals: tuple[str, ...]
    arguments: Mapping[str, str]
    started: str
    finished: str | None = None
    finish_reason: str | None = None
    verdict: str | None = None
    reasons: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


class RunHistory:
    """The state's tables of runs and feeds.

    :raises StateBusyError: if another process holds the write lock for *wait* seconds.
    :raises DataFolderError: if the tables can't be read or written for another reason.
    """

    def __init__(self, engine: Engine, wait: float = BUSY_TIMEOUT) -> None:
        self._engine = engine.execution_options(**{WAIT_OPTION: wait})

    def is_known(self, run: str) -> bool:
        """Return whether a run with this id exists."""
        with read_connection(self._engine) as connection:
            return connection.scalar(select(runs.c.run).where(runs.c.run == run)) is not None

    def is_incomplete(self) -> bool:
        """Return whether the state knows no run, or its rebuilding from the feeds was interrupted."""
        with read_connection(self._engine) as connection:
            if connection.scalar(select(runs.c.run).limit(1)) is None:
                return True
        return self.value(REBUILDING) is not None

    def begin(
        self,
        run: str,
        portals: Collection[str],
        arguments: Mapping[str, str],
        started: str,
        leases: PortalLeases | None = None,
    ) -> None:
        """Record that *run* has begun, under its portals' *leases* where there are any."""
        with write_transaction(self._engine) as connection:
            if leases is not None:
                leases.check(connection)
            connection.execute(runs.insert().values(_row(PastRun(run, tuple(portals), arguments, started))))
        if leases is not None:
            leases.committed()

    def end(self, manifest: Manifest) -> None:
        """Record how the run of *manifest* ended."""
        with write_transaction(self._engine) as connection:
            record_end(connection, manifest)

    def add(self, found: Collection[tuple[PastRun, Collection[PastFeed]]]) -> None:
        """Record runs and their feeds, replacing existing rows."""
        names = [run.run for run, _ in found]
        with write_transaction(self._engine) as connection:
            for table in (feeds, lines, runs):
                connection.execute(delete(table).where(table.c.run.in_(names)))
            for run, of_run in found:
                connection.execute(runs.insert().values(_row(run)))
                for feed in of_run:
                    connection.execute(feeds.insert().values(run=run.run, **asdict(feed)))

    def unfinished(self, portals: Collection[str]) -> list[PastRun]:
        """Return the runs on any of *portals* that have begun and not ended, oldest first.

        Such a run is dead if the locks of all its portals are free, or held by the caller.
        """
        found = self._runs(select(runs).where(runs.c.finished.is_(None)))
        return sorted((run for run in found if set(run.portals) & set(portals)), key=attrgetter("run"))

    def feeds_of(self, run: str) -> list[PastFeed]:
        """Return the feeds of *run* with their committed lengths."""
        columns = (feeds.c.file, feeds.c.kind, feeds.c.bytes, feeds.c.records, feeds.c.sha256)
        with read_connection(self._engine) as connection:
            rows = connection.execute(select(*columns).where(feeds.c.run == run).order_by(feeds.c.file)).all()
        return [PastFeed(*row) for row in rows]

    def remove_lost_lines(self, run: str, feed: PastFeed) -> int:
        """Record that the file of a dead run holds only what *feed* says; return how many lines are lost.

        The records of lost lines count as not written: articles are due again, teasers are written when seen again.
        """
        is_lost = and_(lines.c.run == run, lines.c.kind == feed.kind, lines.c.stop > feed.bytes)
        with write_transaction(self._engine) as connection:
            lost = connection.execute(select(lines).where(is_lost).order_by(lines.c.stop)).all()
            for line in lost:
                _mark_unwritten(connection, line)
            connection.execute(delete(lines).where(is_lost))
            length = {"bytes": feed.bytes, "records": feed.records}
            connection.execute(feeds.update().where(feeds.c.file == feed.file).values(length))
        return len(lost)

    def last_finished(self, portal: str, limit: int) -> list[PastRun]:
        """Return the last runs on *portal* alone that have ended, newest first."""
        names = json.dumps([portal])
        same = and_(portals_of_run == names[:PORTALS_IN_INDEX], runs.c.portals == names)
        query = select(runs).where(same, runs.c.finished.is_not(None))
        return self._runs(query.order_by(runs.c.run.desc()).limit(limit))

    def last(self, limit: int) -> list[PastRun]:
        """Return the last runs that have begun, newest first."""
        return self._runs(select(runs).order_by(runs.c.run.desc()).limit(limit))

    def between(self, first: str, last: str) -> Iterator[PastRun]:
        """Yield the runs whose ids are from *first* to before *last*, newest first; ids begin with the start (UTC).

        They are read in pages, so that any number takes little memory.
        """
        while True:
            query = select(runs).where(runs.c.run >= first, runs.c.run < last).order_by(runs.c.run.desc())
            page = self._runs(query.limit(PAGE))
            yield from page
            if len(page) < PAGE:
                return
            last = page[-1].run

    def on_portal_since(self, portal: str, moment: str) -> Iterator[str]:
        """Yield the ids of the runs on *portal*, alone or with others, from the last one whose id is up to *moment* on.

        :param moment: the id of a run, or what it begins with (``20251205T101500Z``).
        """
        is_on = runs.c.portals.contains(json.dumps(portal), autoescape=True)
        ids = select(runs.c.run).where(is_on)
        with read_connection(self._engine) as connection:
            last = connection.scalar(ids.where(runs.c.run <= moment).order_by(runs.c.run.desc()).limit(1))
        after = ids.where(runs.c.run >= (last or ""))
        while True:
            with read_connection(self._engine) as connection:
                page = connection.scalars(after.order_by(runs.c.run).limit(PAGE)).all()
            yield from page
            if len(page) < PAGE:
                return
            after = ids.where(runs.c.run > page[-1])

    def finished_since(self, moment: str) -> Iterator[PastRun]:
        """Yield the runs that ended at *moment* (ISO 8601, UTC; "": ever) or later, in that order, read in pages."""
        last = (moment, "")
        while True:
            after = tuple_(runs.c.finished, runs.c.run) > last
            query = select(runs).where(runs.c.finished.is_not(None), runs.c.finished >= last[0], after)
            page = self._runs(query.order_by(runs.c.finished, runs.c.run).limit(PAGE))
            yield from page
            if len(page) < PAGE:
                return
            last = (page[-1].finished or "", page[-1].run)

    def first(self) -> PastRun | None:
        """Return the oldest run; None without one."""
        return next(iter(self._runs(select(runs).order_by(runs.c.run).limit(1))), None)

    def named(self, run: str) -> PastRun | None:
        """Return the run with this id; None without it."""
        return next(iter(self._runs(select(runs).where(runs.c.run == run))), None)

    def of_job(self, job: str) -> PastRun | None:
        """Return the last run that the job *job* of Scrapyd started; None without one."""
        query = select(runs).where(job_of_run == job).order_by(runs.c.run.desc()).limit(1)
        return next(iter(self._runs(query)), None)

    def value(self, key: str) -> str | None:
        """Return the value under *key*; None without one."""
        with read_connection(self._engine) as connection:
            return connection.scalar(select(meta.c.value).where(meta.c.key == key))

    def set_value(self, key: str, value: str | None) -> None:
        """Record *value* under *key*; None removes it."""
        with write_transaction(self._engine) as connection:
            if value is None:
                connection.execute(delete(meta).where(meta.c.key == key))
            else:
                upsert(connection, meta, [{"key": key, "value": value}])

    def _runs(self, query: Select[Any]) -> list[PastRun]:
        with read_connection(self._engine) as connection:
            return [_past_run(row) for row in connection.execute(query)]


def record_end(connection: Connection, manifest: Manifest) -> None:
    """Record how the run of *manifest* ended, in the transaction of *connection*."""
    verdict = manifest.verdict
    values = {"finished": manifest.finished, "finish_reason": manifest.finish_reason, "verdict": verdict.level}
    values |= {"reasons": json.dumps(verdict.reasons), "counts": json.dumps(manifest.counts)}
    connection.execute(runs.update().where(runs.c.run == manifest.run).values(values))
    for feed in manifest.feeds:
        connection.execute(feeds.update().where(feeds.c.file == feed.file).values(sha256=feed.sha256))
    connection.execute(delete(lines).where(lines.c.run == manifest.run))


def _row(run: PastRun) -> dict[str, Any]:
    """Return the row of the table ``runs`` for *run*."""
    as_json = {
        "portals": json.dumps(sorted(run.portals)),
        "arguments": json.dumps(dict(run.arguments)),
        "reasons": json.dumps(list(run.reasons)),
        "counts": json.dumps(dict(run.counts)),
    }
    return asdict(run) | as_json


def _mark_unwritten(connection: Connection, line: Row[Any]) -> None:
    """Record that the article or teaser of a lost line, a row of the table ``lines``, was not written."""
    if line.kind == "teasers":
        connection.execute(delete(teasers).where(teasers.c.key == teaser_key(line.id)))
    elif line.kind == "observations":
        take_back(connection, line.portal, line.id)
    elif line.kind == "articles" and line.revision is not None:
        # The hashes of the previous revision are lost, so the next fetched version is written in any case.
        values: dict[str, Any] = {"revision": line.revision - 1, "attempts": 0, "reason": None, "next_visit": 0.0}
        values |= {"content_hash": None, "field_hashes": None, "etag": None, "last_modified": None}
        if line.revision == 1:
            values |= {"status": "pending", "first_stored": None, "cluster_id": None}
        same = and_(articles.c.portal == line.portal, articles.c.id == line.id, articles.c.revision == line.revision)
        connection.execute(articles.update().where(same).values(values))


def _past_run(row: Row[Any]) -> PastRun:
    """Return the run in a row of the table ``runs``."""
    columns = dict(row._mapping)
    parsed = {
        "portals": tuple(json.loads(columns["portals"])),
        "arguments": json.loads(columns["arguments"]),
        "reasons": tuple(json.loads(columns["reasons"] or "[]")),
        "counts": json.loads(columns["counts"] or "{}"),
    }
    return PastRun(**columns | parsed)
