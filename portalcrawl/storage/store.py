"""Queries and writes on the tables of articles and teasers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from time import monotonic, sleep
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, and_, bindparam, or_, select
from sqlalchemy.exc import DBAPIError

from portalcrawl.storage import postgresql
from portalcrawl.storage.database import BUSY_TIMEOUT, WAIT_OPTION, database_errors_as, write_transaction
from portalcrawl.storage.packing import address_key, record_of, row_of, teaser_key
from portalcrawl.storage.records import Record
from portalcrawl.storage.tables import PREFIX, addresses, articles, content_prefix, feeds, lines, teasers
from portalcrawl.storage.upsert import upsert

T = TypeVar("T", str, int, bytes)
COLUMNS = tuple(articles.c[f.name] for f in fields(Record))

# Built once, since building a query takes as long as running it.
IDS_OF = select(addresses.c.key, addresses.c.id).where(addresses.c.key.in_(bindparam("keys", expanding=True)))
RECORDS = select(*COLUMNS).where(
    articles.c.portal == bindparam("portal"), articles.c.id.in_(bindparam("ids", expanding=True))
)
KNOWN_TEASERS = select(teasers.c.key).where(teasers.c.key.in_(bindparam("keys", expanding=True)))
WITH_CONTENT = (
    select(articles.c.id)
    .where(content_prefix == bindparam("prefix"), articles.c.content_hash == bindparam("content_hash"))
    .order_by(articles.c.first_stored, articles.c.id)
    .limit(10)
)

WAITING = ("gone", "moved")
CHUNK = 5_000
"""Values in one IN (...), far below SQLite's limit of 32,766 parameters."""
OUTAGE = 20.0
"""Seconds that a look-up waits for a database server that was restarted: reading a page may take as long."""
RETRY_INTERVAL = 0.25


@dataclass(slots=True)
class Batch:
    """What one commit writes."""

    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    addresses: dict[tuple[str, str], str] = field(default_factory=dict)
    """(portal, key of an address) -> id of the article."""
    teasers: set[str] = field(default_factory=set)
    lines: list[Mapping[str, Any]] = field(default_factory=list)
    """Rows of the table ``lines``."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which due articles a run wants; times are Unix seconds."""

    now: float
    max_depth: int | None = None
    since: float | None = None

    def includes(self, record: Record) -> bool:
        """Return whether *record* is due and wanted."""
        is_near = self.max_depth is None or record.depth <= self.max_depth
        return is_near and record.is_due(self.now) and (self.since is None or record.newest >= self.since)


class Store:
    """The tables of articles and teasers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader: Connection | None = None

    def close(self) -> None:
        """Close all connections."""
        self._close_reader()
        self._engine.dispose()

    def ids_of(self, portal: str, keys: Collection[str]) -> dict[str, str]:
        """Return key -> id of the article, for those *keys* of addresses that are known."""
        names = {address_key(portal, key): key for key in keys}
        found: dict[str, str] = {}
        for chunk in _chunks(names):
            found.update((names[key], article) for key, article in self.rows(IDS_OF, keys=chunk))
        return found

    def records(self, portal: str, ids: Collection[str]) -> dict[str, Record]:
        """Return id -> record, for those articles with *ids* that are known."""
        found: dict[str, Record] = {}
        for chunk in _chunks(ids):
            found.update((row.id, record_of(row)) for row in self.rows(RECORDS, portal=portal, ids=chunk))
        return found

    def known_teasers(self, ids: Collection[str]) -> set[str]:
        """Return those of *ids* that were written before."""
        names = {teaser_key(teaser): teaser for teaser in ids}
        known: set[str] = set()
        for chunk in _chunks(names):
            known.update(names[key] for (key,) in self.rows(KNOWN_TEASERS, keys=chunk))
        return known

    def with_content(self, content_hash: str) -> Iterator[str]:
        """Yield the ids of articles on all portals whose stored content has this hash, those stored first first."""
        whole = bytes.fromhex(content_hash)
        for row in self.rows(WITH_CONTENT, prefix=whole[:PREFIX], content_hash=whole):
            yield row.id

    def due(self, portal: str, wanted: Wanted, after: Record | None, limit: int) -> list[Record]:
        """Return up to *limit* articles of *portal* that are wanted, newest first.

        Articles that are gone or moved and were never stored are left out: they wait for a teaser.

        :param after: last article of the previous result; None for the first call.
        """
        query = select(*COLUMNS).where(articles.c.portal == portal, articles.c.next_visit <= wanted.now)
        query = query.where(or_(articles.c.status.not_in(WAITING), articles.c.revision > 0))
        if wanted.max_depth is not None:
            query = query.where(articles.c.depth <= wanted.max_depth)
        if wanted.since is not None:
            query = query.where(articles.c.newest >= wanted.since)
        if after is not None:
            older = articles.c.newest < after.newest
            # Implied by the second condition, but only with this one does a database start in the middle of the index.
            query = query.where(articles.c.newest <= after.newest)
            query = query.where(or_(older, and_(articles.c.newest == after.newest, articles.c.id > after.id)))
        rows = self.rows(query.order_by(articles.c.newest.desc(), articles.c.id).limit(limit))
        return [record_of(row) for row in rows]

    def commit(
        self,
        batch: Batch,
        lengths: Sequence[Mapping[str, Any]],
        more: Callable[[Connection], None] | None = None,
        wait: float = BUSY_TIMEOUT,
        first: Callable[[Connection], None] | None = None,
    ) -> None:
        """Write in one transaction *batch*, the rows *lengths* of the table ``feeds``, and what *more* writes.

        *first* is called before anything is written.

        :raises StateBusyError: if another process holds the write lock for *wait* seconds.
        """
        with write_transaction(self._engine.execution_options(**{WAIT_OPTION: wait})) as connection:
            if first:
                first(connection)
            rows = [row_of(record) for record in batch.records.values()]
            links = [
                {"portal": portal, "key": address_key(portal, key), "id": article}
                for (portal, key), article in batch.addresses.items()
            ]
            upsert(connection, articles, rows)
            upsert(connection, addresses, links)
            upsert(connection, teasers, [{"key": teaser_key(teaser)} for teaser in batch.teasers])
            upsert(connection, feeds, lengths)
            if batch.lines:
                connection.execute(lines.insert(), batch.lines)
            if more:
                more(connection)

    def rows(self, query: Any, **values: Any) -> Sequence[Any]:
        """Return all rows of *query*, run with the parameters *values*.

        A database server that can't be reached is waited for.

        :raises StateBusyError: after OUTAGE seconds.
        """
        try:
            return self._read(query, values)
        except DBAPIError as error:
            if not postgresql.is_passing(error):
                raise
        end = monotonic() + OUTAGE
        while True:
            self._close_reader()
            sleep(RETRY_INTERVAL)
            try:
                return self._read(query, values)
            except DBAPIError as error:
                if monotonic() >= end or not postgresql.is_passing(error):
                    with database_errors_as("the state can't be read"):
                        raise

    def _read(self, query: Any, values: Mapping[str, Any]) -> Sequence[Any]:
        if self._reader is None:
            # An open read transaction would keep SQLite from emptying its write-ahead log.
            self._reader = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return self._reader.execute(query, values).all()

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None


def _chunks(values: Collection[T]) -> Iterable[list[T]]:
    ordered = sorted(values)
    return (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))
