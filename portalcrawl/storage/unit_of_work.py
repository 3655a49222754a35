"""The run's view of the state, including changes that are not committed yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Select, and_, bindparam, or_, select

from portalcrawl.storage.browser_needs import BrowserNeeds
from portalcrawl.storage.database import BUSY_TIMEOUT, WAIT_OPTION, write_transaction
from portalcrawl.storage.discovered import Discovered
from portalcrawl.storage.leases import PortalLeases
from portalcrawl.storage.near_copies import NearCopies
from portalcrawl.storage.packing import address_key, record_of, row_of, teaser_key, today
from portalcrawl.storage.page_pictures import PagePictures
from portalcrawl.storage.records import Record, Wanted
from portalcrawl.storage.state_reader import StateReader
from portalcrawl.storage.tables import PREFIX, addresses, articles, content_prefix, feeds, lines, teasers, token_key
from portalcrawl.storage.upsert import upsert
from portalcrawl.urls import url_key

COLUMNS = tuple(articles.c[each.name] for each in fields(Record))

# Built once, since building a query takes as long as running it.
IDS_OF = select(addresses.c.key, addresses.c.id).where(addresses.c.key.in_(bindparam("keys", expanding=True)))
RECORDS = select(*COLUMNS).where(
    articles.c.portal == bindparam("portal"), articles.c.id.in_(bindparam("keys", expanding=True))
)
KNOWN_TEASERS = select(teasers.c.key).where(teasers.c.key.in_(bindparam("keys", expanding=True)))
WITH_CONTENT = (
    select(articles.c.id)
    .where(content_prefix == bindparam("prefix"), articles.c.content_hash == bindparam("content_hash"))
    .order_by(articles.c.first_stored, articles.c.id)
    .limit(10)
)

WAITING = ("gone", "moved")


class Participant(Protocol):
    """An object that writes its own changes in each commit.

    Writing the same twice must change nothing, except where the participant is one that adds (see Adding).
    """

    def commit(self, connection: Connection) -> None:
        """Write what was noted, within the transaction of *connection*."""

    def committed(self) -> None:
        """Forget what was noted: the transaction of the last :meth:`commit` has just succeeded."""


class Adding(Participant, Protocol):
    """A participant that adds numbered rows, which must not be written twice."""

    def committed(self) -> None:
        """Forget what the last :meth:`commit` has written, but not what was noted since."""


@dataclass(slots=True)
class _Batch:
    """What the next commit writes."""

    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    addresses: dict[tuple[str, str], str] = field(default_factory=dict)
    """(portal, key of an address) -> id of the article."""
    teasers: set[str] = field(default_factory=set)
    lines: list[Mapping[str, Any]] = field(default_factory=list)
    """Rows of the table ``lines``."""


class UnitOfWork:
    """One view of the state and of the batch that the next commit will add to it."""

    def __init__(self, engine: Engine, leases: PortalLeases | None = None) -> None:
        self._engine = engine
        self._reader = reader = StateReader(engine)
        self._leases = leases
        """Checked by each commit, where there are any."""
        self.near_copies = NearCopies(reader)
        self.browser_needs = BrowserNeeds(reader)
        self.page_pictures = PagePictures(reader)
        self.discovered = Discovered(reader)
        self._replacing: list[Participant] = [self.browser_needs, self.discovered, self.page_pictures]
        self._adding: list[Adding] = [self.near_copies]
        self._batch = _Batch()
        self._claimed: set[str] = set()

    def close(self) -> None:
        """Close the state's connections."""
        self._reader.close()

    def ids_of(self, portal: str, urls: Collection[str]) -> dict[str, str]:
        """Return the article ids under which *urls* are known, however they are spelled."""
        keys = {url: url_key(url) for url in urls}
        known = self._ids(portal, set(keys.values()))
        return {url: known[key] for url, key in keys.items() if key in known}

    def ids_by_token(self, portal: str, tokens: Collection[str]) -> dict[str, str]:
        """Return the ids of stored articles by the *tokens* in their addresses (``urls.id_token``).

        "" stands for a token that several articles have.
        """
        known = self._ids(portal, {token_key(token) for token in tokens})
        return {token: known[token_key(token)] for token in tokens if token_key(token) in known}

    def _ids(self, portal: str, keys: Collection[str]) -> dict[str, str]:
        names = {address_key(portal, key): key for key in keys}
        known = {names[key]: article for key, article in self._reader.rows_with(IDS_OF, names)}
        uncommitted = self._batch.addresses
        known.update((key, uncommitted[portal, key]) for key in keys if (portal, key) in uncommitted)
        return known

    def records(self, portal: str, ids: Collection[str]) -> dict[str, Record]:
        """Return the records of the known articles with *ids*, by id."""
        uncommitted = {i: self._batch.records[portal, i] for i in ids if (portal, i) in self._batch.records}
        rows = self._reader.rows_with(RECORDS, [i for i in ids if i not in uncommitted], portal=portal)
        return {row.id: record_of(row) for row in rows} | uncommitted

    def record(self, portal: str, article: str) -> Record | None:
        """Return the record of one article; None if it is unknown."""
        return self.records(portal, [article]).get(article)

    def known_teasers(self, ids: Collection[str]) -> set[str]:
        """Return those of *ids* that were written before, or in this run."""
        names = {teaser_key(teaser): teaser for teaser in ids}
        stored = {names[key] for (key,) in self._reader.rows_with(KNOWN_TEASERS, names)}
        return stored | (self._batch.teasers & set(ids))

    def claim_teasers(self, ids: Mapping[str, Collection[str]]) -> set[str]:
        """Return which of *ids* were not written before, and claim them for the caller until they are written.

        *ids* maps a state's id to all ids that it may have been written under.
        """
        known = self.known_teasers({each for every in ids.values() for each in every})
        fresh = {teaser for teaser, every in ids.items() if known.isdisjoint(every) and teaser not in self._claimed}
        self._claimed |= fresh
        return fresh

    def is_claimed(self, teaser: str) -> bool:
        """Return whether *teaser* was claimed, and end the claim."""
        claimed = teaser in self._claimed
        self._claimed.discard(teaser)
        return claimed

    def with_content(self, content_hash: str) -> Iterable[str]:
        """Return the ids of articles on all portals stored with this content, those stored first first."""
        whole = bytes.fromhex(content_hash)
        stored = self._reader.rows(WITH_CONTENT, prefix=whole[:PREFIX], content_hash=whole)
        fresh = [r for r in self._batch.records.values() if r.content_hash == content_hash and r.revision]
        return [each.id for each in (*stored, *fresh)]

    def due(self, portal: str, wanted: Wanted, after: Record | None, limit: int) -> list[Record]:
        """Return up to *limit* committed articles of *portal* that are wanted, newest first.

        Articles that are gone or moved and were never stored are left out: they wait for a teaser.

        :param after: last article of the previous result; None for the first call.
        """
        return [record_of(row) for row in self._reader.rows(due_query(portal, wanted, after, limit))]

    def note(self, record: Record) -> None:
        """Let the next commit record *record*, which the crawl has fetched or met a link to."""
        record.seen = max(record.seen, today())
        self._batch.records[record.portal, record.id] = record

    def note_addresses(self, portal: str, urls: Iterable[str], article: str) -> None:
        """Let the next commit record that *urls* lead to *article*."""
        for url in urls:
            self._batch.addresses[portal, url_key(url)] = article

    def note_token(self, portal: str, token: str, article: str) -> None:
        """Let the next commit record the article that *token* identifies; "" if it is in URLs of several articles."""
        self._batch.addresses[portal, token_key(token)] = article

    def note_teaser(self, teaser: str) -> None:
        """Let the next commit record that *teaser* was written."""
        self._batch.teasers.add(teaser)

    def note_line(self, line: Mapping[str, Any]) -> None:
        """Let the next commit record which record a line of a feed holds (a row of the table ``lines``)."""
        self._batch.lines.append(line)

    def join(self, participant: Adding) -> None:
        """Let *participant* write in each commit, too."""
        self._adding.append(participant)

    def commit(self, lengths: Sequence[Mapping[str, Any]], wait: float = BUSY_TIMEOUT) -> None:
        """Record all that was noted, and the feeds' *lengths* (rows of the table ``feeds``), in one transaction.

        The batch is kept until the transaction is known to have succeeded. If the connection breaks while it is
        committed, the next commit finds out whether it was.

        :raises StateBusyError: if another process holds a lock of the state for *wait* seconds.
        :raises LeaseLostError: if another run has taken a portal over.
        """
        participants = (*self._replacing, *self._adding)
        batch = self._batch
        with write_transaction(self._engine.execution_options(**{WAIT_OPTION: wait})) as connection:
            self._check_leases(connection)
            links = [
                {"portal": portal, "key": address_key(portal, key), "id": article}
                for (portal, key), article in batch.addresses.items()
            ]
            upsert(connection, articles, [row_of(record) for record in batch.records.values()])
            upsert(connection, addresses, links)
            upsert(connection, teasers, [{"key": teaser_key(teaser)} for teaser in batch.teasers])
            if batch.lines:
                connection.execute(lines.insert(), batch.lines)
            upsert(connection, feeds, lengths)
            for participant in participants:
                participant.commit(connection)
        if self._leases is not None:
            self._leases.committed()
        self._batch = _Batch()
        for participant in participants:
            participant.committed()

    def _check_leases(self, connection: Connection) -> None:
        if self._leases is not None and self._leases.check(connection):
            # Only participants that add rows must know. Everything else is written again, with the changes since the
            # connection broke: the rows of that commit are replaced by equal or newer ones.
            for participant in self._adding:
                participant.committed()


def due_query(portal: str, wanted: Wanted, after: Record | None, limit: int) -> Select[Any]:
    """Return the query of :meth:`UnitOfWork.due`."""
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
    return query.order_by(articles.c.newest.desc(), articles.c.id).limit(limit)
