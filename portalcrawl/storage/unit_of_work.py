"""The run's view of the state, including changes that are not committed yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection

from portalcrawl.storage.browser_needs import BrowserNeeds
from portalcrawl.storage.database import BUSY_TIMEOUT
from portalcrawl.storage.discovered import Discovered
from portalcrawl.storage.leases import PortalLeases
from portalcrawl.storage.near_copies import NearCopies
from portalcrawl.storage.page_pictures import PagePictures
from portalcrawl.storage.records import Record
from portalcrawl.storage.store import Batch, Store, Wanted
from portalcrawl.storage.tables import token_key
from portalcrawl.urls import url_key


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


class UnitOfWork:
    """One view of the state and of the batch that the next commit will add to it."""

    def __init__(self, store: Store, leases: PortalLeases | None = None) -> None:
        self._store = store
        self._leases = leases
        """Checked by each commit, where there are any."""
        self.near_copies = NearCopies(store)
        self.browser_needs = BrowserNeeds(store)
        self.page_pictures = PagePictures(store)
        self.discovered = Discovered(store)
        self._replacing: list[Participant] = [self.browser_needs, self.discovered, self.page_pictures]
        self._adding: list[Adding] = [self.near_copies]
        self._batch = Batch()
        self._claimed: set[str] = set()

    def close(self) -> None:
        """Close the state's connections."""
        self._store.close()

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
        known = self._store.ids_of(portal, keys)
        uncommitted = self._batch.addresses
        known.update((key, uncommitted[portal, key]) for key in keys if (portal, key) in uncommitted)
        return known

    def records(self, portal: str, ids: Collection[str]) -> dict[str, Record]:
        """Return the records of the known articles with *ids*, by id."""
        uncommitted = {i: self._batch.records[portal, i] for i in ids if (portal, i) in self._batch.records}
        return self._store.records(portal, [i for i in ids if i not in uncommitted]) | uncommitted

    def record(self, portal: str, article: str) -> Record | None:
        """Return the record of one article; None if it is unknown."""
        return self.records(portal, [article]).get(article)

    def known_teasers(self, ids: Collection[str]) -> set[str]:
        """Return those of *ids* that were written before, or in this run."""
        return self._store.known_teasers(ids) | (self._batch.teasers & set(ids))

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
        """Return the ids of articles stored with this content, those of earlier commits first."""
        fresh = [r for r in self._batch.records.values() if r.content_hash == content_hash and r.revision]
        return [*self._store.with_content(content_hash), *(r.id for r in fresh)]

    def due(self, portal: str, wanted: Wanted, after: Record | None, limit: int) -> list[Record]:
        """Return committed articles that are wanted, newest first; see Store.due."""
        return self._store.due(portal, wanted, after, limit)

    def note(self, record: Record) -> None:
        """Let the next commit record *record*."""
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
        """Record all that was noted, and the feeds' *lengths*, in one transaction.

        The batch is kept until the transaction is known to have succeeded. If the connection breaks while it is
        committed, the next commit finds out whether it was.

        :raises StateBusyError: if another process holds a lock of the state for *wait* seconds.
        :raises LeaseLostError: if another run has taken a portal over.
        """
        self._store.commit(self._batch, lengths, self._commit_others, wait, self._check_leases)
        if self._leases is not None:
            self._leases.committed()
        self._batch = Batch()
        for participant in (*self._replacing, *self._adding):
            participant.committed()

    def _check_leases(self, connection: Connection) -> None:
        if self._leases is not None and self._leases.check(connection):
            # Only participants that add rows must know. Everything else is written again, with the changes since the
            # connection broke: the rows of that commit are replaced by equal or newer ones.
            for participant in self._adding:
                participant.committed()

    def _commit_others(self, connection: Connection) -> None:
        for participant in (*self._replacing, *self._adding):
            participant.commit(connection)
