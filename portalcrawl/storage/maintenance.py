"""Counts of the state, and clean-up while crawls are running."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, takewhile
from time import monotonic, sleep
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)

from portalcrawl.storage.database import read_connection, write_transaction
from portalcrawl.storage.packing import day_of
from portalcrawl.storage.records import SUSPECT
from portalcrawl.storage.tables import addresses, articles, bands, entries, feeds, runs, signatures
from portalcrawl.text.fingerprints import bands_of

CHUNK = 500
"""Rows deleted in one transaction, which takes milliseconds."""
PAGE = 2_000
"""Rows read by one query."""
PAGES_FREED = 2_000
"""Pages by which the file shrinks in one transaction."""
PAUSE = 0.005
"""Least number of seconds between two transactions, in which a crawl can commit."""

NUMBERS = (
    select(articles.c.portal, articles.c.status, func.count().label("number"), func.min(articles.c.day).label("day"))
    .group_by(articles.c.portal, articles.c.status)
    .order_by(articles.c.portal, articles.c.status)
)
_GROUPS = NUMBERS.subquery()
# Reads only the articles of the first day, since the index is by day. With "=" the result would be the same, but SQLite
# would read all articles of the portal.
_OLDEST = select(func.min(articles.c.newest)).where(
    articles.c.portal == _GROUPS.c.portal, articles.c.status == _GROUPS.c.status, articles.c.day <= _GROUPS.c.day
)
COUNTS = select(_GROUPS.c.portal, _GROUPS.c.status, _GROUPS.c.number, _OLDEST.scalar_subquery()).order_by(
    _GROUPS.c.portal, _GROUPS.c.status
)
DELETE_BAND = delete(bands).where(bands.c.band == bindparam("of_band"), bands.c.text == bindparam("of_text"))


@dataclass(frozen=True, slots=True)
class StatusCount:
    """How many articles of one portal have one status."""

    portal: str
    status: str
    number: int
    oldest: float
    """The lowest ``newest`` of them (Unix seconds)."""


def unseen_articles(portal: str, status: str, before: float) -> ColumnElement[bool]:
    """Return the condition for articles of *portal* in *status* not seen since before *before* (Unix seconds)."""
    return and_(articles.c.portal == portal, articles.c.status == status, articles.c.seen < day_of(before))


class Maintenance:
    """Counts and clean-up.

    :raises DataFolderError: if the state can't be read or written.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def numbers(self) -> dict[tuple[str, ...], int]:
        """Return the number of articles by portal and status."""
        return {(row.portal, row.status): row.number for row in self._rows(NUMBERS)}

    def counts(self) -> list[StatusCount]:
        """Return the number of articles by portal and status, and how old they are."""
        return [StatusCount(*row) for row in self._rows(COUNTS)]

    def forget(self, before: float) -> int:
        """Delete all articles that are not pending and that no crawl has seen since *before*; return how many.

        *before* is in Unix seconds; the day (UTC) in which it lies still counts as since then. An article that a crawl
        still meets is kept, however old it is: it would be written again.

        Also deletes their addresses, fingerprints and entries, and the runs that ended before then, except the last run
        of each portal, and shrinks the file. States of teasers are kept, so that no teaser is written twice.
        """
        number = sum(
            self._forget_articles(portal, status, before) for portal, status in self.numbers() if status != "pending"
        )
        self._delete_orphaned_addresses()
        self._delete_orphaned_signatures()
        self._delete_orphaned_entries()
        self._forget_runs(datetime.fromtimestamp(before, UTC).isoformat(timespec="seconds"))
        self._shrink_file()
        return number

    def requeue(self, status: str) -> int:
        """Make the articles in *status* pending again; return how many. Unreadable ones become suspects."""
        reason = SUSPECT if status == "unreadable" else None
        values = {"status": "pending", "reason": reason, "attempts": 0, "next_visit": 0.0}
        with self._writing() as connection:
            return connection.execute(update(articles).where(articles.c.status == status).values(values)).rowcount

    def _forget_articles(self, portal: str, status: str, before: float) -> int:
        unseen = unseen_articles(portal, status, before)
        key = (articles.c.day, articles.c.seen, articles.c.id)  # the order of the index, which has all that is asked
        number = 0
        for page in self._pages(key, key, unseen):
            for found in _chunks([row.id for row in page]):
                with self._writing() as connection:
                    # Not by id alone: a crawl may have seen one of them since.
                    deleted = connection.execute(delete(articles).where(unseen, articles.c.id.in_(found))).rowcount
                number += deleted
        return number

    def _delete_orphaned_addresses(self) -> None:
        """Delete the addresses of articles that are no longer known."""
        is_known = exists().where(articles.c.portal == addresses.c.portal, articles.c.id == addresses.c.id)
        for page in self._pages((addresses.c.key,), (addresses.c.key, addresses.c.portal, addresses.c.id)):
            for _, keys in self._orphans((row.portal, row.id, row.key) for row in page):
                with self._writing() as connection:
                    connection.execute(delete(addresses).where(addresses.c.key.in_(keys), ~is_known))

    def _delete_orphaned_signatures(self) -> None:
        """Delete the fingerprints of articles that are no longer known."""
        columns = (signatures.c.text, signatures.c.portal, signatures.c.article, signatures.c.signature)
        for page in self._pages((signatures.c.text,), columns):
            signature = {row.text: row.signature for row in page}
            # A fingerprint from version 1 names no article if the first one of its group was deleted.
            for _, texts in self._orphans((row.portal or "", row.article or "", row.text) for row in page):
                self._delete_signatures({text: signature[text] for text in texts})

    def _delete_signatures(self, found: Mapping[int, bytes]) -> None:
        """Delete fingerprints, given as number of the text -> signature."""
        keys = [{"of_band": b, "of_text": text} for text, each in found.items() for b in sorted(set(bands_of(each)))]
        with self._writing() as connection:
            connection.execute(delete(signatures).where(signatures.c.text.in_(list(found))))
            connection.execute(DELETE_BAND, keys)

    def forget_near_copies(self, before: float, limit: int = 10 * CHUNK) -> int:
        """Delete up to *limit* fingerprints of texts added before *before* (Unix seconds); return how many."""
        columns = (signatures.c.text, signatures.c.signature, signatures.c.added)
        number = 0
        while number < limit:
            page = self._rows(select(*columns).order_by(signatures.c.text).limit(CHUNK))
            # Texts are numbered in the order of being added, so the search ends at the first one that is too young.
            old = list(takewhile(lambda row: (row.added or 0.0) < before, page))
            if old:
                self._delete_signatures({row.text: row.signature for row in old})
            number += len(old)
            if len(old) < CHUNK:
                break
        return number

    def _delete_orphaned_entries(self) -> None:
        """Delete the entries of feeds and sitemaps for articles that are no longer known."""
        key = (entries.c.portal, entries.c.id)
        for page in self._pages(key, key):
            for portal, ids in self._orphans((row.portal, row.id, row.id) for row in page):
                with self._writing() as connection:
                    connection.execute(delete(entries).where(entries.c.portal == portal, entries.c.id.in_(ids)))

    def _orphans(self, rows: Any) -> Iterator[tuple[str, Sequence[Any]]]:
        """Yield portal and up to CHUNK keys of those (portal, article, key) in *rows* whose article is not known."""
        for portal, group in groupby(sorted(rows, key=lambda row: row[0]), key=lambda row: row[0]):
            of_portal = list(group)
            known: set[str] = set()
            for chunk in _chunks(sorted({article for _, article, _ in of_portal})):
                query = select(articles.c.id).where(articles.c.portal == portal, articles.c.id.in_(chunk))
                known.update(row.id for row in self._rows(query))
            for chunk in _chunks([key for _, article, key in of_portal if article not in known]):
                yield portal, chunk

    def _pages(
        self, key: Sequence[Any], columns: Sequence[Any], *where: ColumnElement[bool]
    ) -> Iterator[Sequence[Any]]:
        """Yield the rows of a table for which *where* holds, PAGE rows at a time, in the order of *key*."""
        query = select(*columns).where(*where).order_by(*key).limit(PAGE)
        page = self._rows(query)
        while page:
            yield page
            last = tuple(page[-1]._mapping[column.name] for column in key)
            page = self._rows(query.where(tuple_(*key) > last if len(key) > 1 else key[0] > last[0]))

    def _forget_runs(self, before: str) -> None:
        last = select(func.max(runs.c.run)).group_by(runs.c.portals)
        kept = {row[0] for row in self._rows(last)}
        old, after = runs.c.finished < before, ("", "")
        while True:
            beyond = or_(runs.c.finished > after[0], and_(runs.c.finished == after[0], runs.c.run > after[1]))
            query = select(runs.c.finished, runs.c.run).where(old, runs.c.finished >= after[0], beyond)
            page = self._rows(query.order_by(runs.c.finished, runs.c.run).limit(CHUNK))
            if not page:
                return
            after = (page[-1].finished, page[-1].run)
            names = [row.run for row in page if row.run not in kept]
            with self._writing() as connection:
                for table in (feeds, runs):
                    connection.execute(delete(table).where(table.c.run.in_(names)))

    def _shrink_file(self) -> None:
        """Shrink the file of an SQLite state by the space that was freed."""
        if self._engine.dialect.name != "sqlite":
            return
        with read_connection(self._engine) as connection:
            if connection.exec_driver_sql("PRAGMA auto_vacuum").scalar() == 0:
                # A file of version 1 must be rewritten once before it can shrink by steps.
                connection.exec_driver_sql("PRAGMA auto_vacuum=INCREMENTAL")
                connection.exec_driver_sql("VACUUM")
            while connection.exec_driver_sql("PRAGMA freelist_count").scalar():
                began = monotonic()
                # Each step frees one page, and only executescript() runs all steps.
                driver: Any = connection.connection.driver_connection
                driver.executescript(f"PRAGMA incremental_vacuum({PAGES_FREED})")
                _pause(began)
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()

    def _rows(self, query: Any) -> Sequence[Any]:
        with read_connection(self._engine) as connection:
            return connection.execute(query).all()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        began = monotonic()
        with write_transaction(self._engine) as connection:
            yield connection
        _pause(began)


def _pause(began: float) -> None:
    """Leave the write lock to other processes for as long as it was held since *began*; they poll for it."""
    sleep(max(PAUSE, monotonic() - began))


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))
