"""The feeds and sitemaps in the state, and their entries for articles."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, select

from portalcrawl.storage.state_reader import StateReader
from portalcrawl.storage.tables import documents, entries


@dataclass(slots=True)
class DocumentRecord:
    """A feed or sitemap."""

    portal: str
    url: str
    parent: str | None = None
    """The sitemap index that lists it."""
    lastmod: str | None = None
    """Time of its last change as written in the parent."""
    read_lastmod: str | None = None
    """``lastmod`` when it was last read."""
    read_at: float | None = None
    """When it was last read (Unix seconds); None: never."""
    etag: str | None = None
    last_modified: str | None = None
    """Validators of the response (RFC 9110, 8.8)."""
    links: int = 0
    """Articles of the portal and sitemaps that it listed when it was last read."""

    @property
    def is_due(self) -> bool:
        """Whether it must be requested: False only if its parent says that it is unchanged since it was read."""
        return self.read_at is None or self.lastmod is None or self.lastmod != self.read_lastmod


@dataclass(slots=True)
class EntryRecord:
    """The entry of an article in a feed or sitemap."""

    portal: str
    id: str
    via: str
    """``feed``, ``news_sitemap`` or ``sitemap``."""
    title: str | None = None
    published: str | None = None
    """ISO 8601, with offset."""
    precision: str | None = None
    updated: float | None = None
    """The last change that the article was visited for (Unix seconds)."""


Key = tuple[str, str]
"""Portal, and URL or id."""

DOCUMENT = select(*(documents.c[each.name] for each in fields(DocumentRecord))).where(
    documents.c.portal == bindparam("portal"), documents.c.url.in_(bindparam("keys", expanding=True))
)
CHILDREN = select(*(documents.c[each.name] for each in fields(DocumentRecord))).where(
    documents.c.portal == bindparam("portal"), documents.c.parent == bindparam("parent")
)
ENTRIES = select(*(entries.c[each.name] for each in fields(EntryRecord))).where(
    entries.c.portal == bindparam("portal"), entries.c.id.in_(bindparam("keys", expanding=True))
)
ANY_ENTRY = select(entries.c.id).limit(1)


class Discovered:
    """The documents and entries in the state, including changes of this run that are not committed yet."""

    def __init__(self, reader: StateReader) -> None:
        self._reader = reader
        self._documents: dict[Key, DocumentRecord] = {}
        self._entries: dict[Key, EntryRecord | None] = {}
        self._kept: set[Key] = set()
        self._has_entries: bool | None = None

    def documents(self, portal: str, urls: Collection[str]) -> dict[str, DocumentRecord]:
        """Return the records of those *urls* that are known feeds or sitemaps, by URL."""
        found = {row.url: DocumentRecord(*row) for row in self._reader.rows_with(DOCUMENT, urls, portal=portal)}
        found.update((url, self._documents[portal, url]) for url in urls if (portal, url) in self._documents)
        return found

    def children(self, portal: str, parent: str) -> list[DocumentRecord]:
        """Return the sitemaps that the index *parent* lists, by address."""
        rows = self._reader.rows(CHILDREN, portal=portal, parent=parent)
        found = {row.url: DocumentRecord(*row) for row in rows}
        found.update(
            (each.url, each) for each in self._documents.values() if (each.portal, each.parent) == (portal, parent)
        )
        return sorted(found.values(), key=lambda each: each.url)

    def note_document(self, record: DocumentRecord) -> None:
        """Let the next commit record *record*."""
        self._documents[record.portal, record.url] = record

    def entries(self, portal: str, ids: Collection[str]) -> dict[str, EntryRecord]:
        """Return the kept entries of articles with *ids*, by id."""
        if self._has_entries is None:
            self._has_entries = bool(self._reader.rows(ANY_ENTRY))
        rows = self._reader.rows_with(ENTRIES, ids, portal=portal) if self._has_entries else ()
        found = {row.id: EntryRecord(*row) for row in rows}
        for article in ids:
            if (portal, article) in self._entries:
                noted = self._entries[portal, article]
                found.pop(article, None)
                if noted is not None:
                    found[article] = noted
        return found

    def entry(self, portal: str, article: str) -> EntryRecord | None:
        """Return the entry of one article; None if none is kept."""
        return self.entries(portal, [article]).get(article)

    def note_entry(self, record: EntryRecord) -> None:
        """Let the next commit record *record*."""
        self._entries[record.portal, record.id] = record

    def keep(self, portal: str, article: str) -> None:
        """Keep the entry of an article, since its later revisions need it too."""
        self._kept.add((portal, article))

    def settle(self, portal: str, article: str) -> None:
        """Let the next commit delete the entry of a fetched article, or reduce it to the time of the last change."""
        record = self.entry(portal, article)
        if record is None or (portal, article) in self._kept:
            return
        keeps = record.updated is not None
        self._entries[portal, article] = (
            EntryRecord(portal, article, record.via, updated=record.updated) if keeps else None
        )

    def commit(self, connection: Connection) -> None:
        """Write what was noted, in the transaction of *connection*."""
        _replace(connection, documents, "url", self._documents)
        _replace(connection, entries, "id", self._entries)

    def committed(self) -> None:
        """Note that the transaction has succeeded."""
        self._has_entries = self._has_entries or bool(self._entries) or None
        self._documents.clear()
        self._entries.clear()


def _replace(connection: Connection, table: Table, key: str, records: Mapping[Key, Any]) -> None:
    """Put *records* in place of the rows of their keys; None only deletes the row."""
    if not records:
        return
    of_key = and_(table.c.portal == bindparam("of_portal"), table.c[key] == bindparam("of_key"))
    connection.execute(
        table.delete().where(of_key), [{"of_portal": portal, "of_key": name} for portal, name in records]
    )
    names = table.columns.keys()
    # Not asdict(), which copies every value.
    if rows := [{name: getattr(record, name) for name in names} for record in records.values() if record is not None]:
        connection.execute(table.insert(), rows)
