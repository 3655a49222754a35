"""The outbox: lines that are committed to the state and not published yet.

Each commit adds one compressed chunk per feed. A run that has ended adds its manifest, so that any process publishes
the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from time import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, delete, func, select

from portalcrawl.schema import FeedEntry, Manifest, parse_manifest
from portalcrawl.storage.database import read_connection, write_transaction
from portalcrawl.storage.leases import PortalLeases
from portalcrawl.storage.run_history import record_end
from portalcrawl.storage.tables import outbox, runs, unpublished

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd  # a dependency of Scrapy

if TYPE_CHECKING:
    from portalcrawl.storage.unit_of_work import UnitOfWork

LEVEL = 3
"""Compression level of zstd, which takes an eighth of the time of zlib and gives a smaller result."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in the outbox."""

    records: int
    size: int
    """Bytes of their lines."""
    compressed: int
    """Bytes that these take in the state."""
    runs: int
    """Runs that have ended and are not published."""
    oldest: float | None
    """When the first of these ended (Unix seconds); None without one."""


class OutboxFeed:
    """A feed that is being written; its lines go into the outbox in the transaction of the commit they belong to."""

    def __init__(self, run: str, kind: str, unit_of_work: UnitOfWork) -> None:
        self.bytes = 0
        self.records = 0
        self._run = run
        self._kind = kind
        self._lines: list[bytes] = []
        """Lines that no transaction has tried to write."""
        self._chunks: list[dict[str, Any]] = []
        """Chunks (rows) of transactions that have failed, or whose outcome is unknown."""
        self._number = 0
        unit_of_work.join(self)

    def append(self, line: bytes) -> None:
        """Keep *line* for the next commit."""
        self._lines.append(line)
        self.bytes += len(line)
        self.records += 1

    def sync(self) -> None:
        """Do nothing: all is written by the transaction."""

    def commit(self, connection: Connection) -> None:
        """Write the lines as one chunk, in the transaction of *connection*."""
        if self._lines:
            content = b"".join(self._lines)
            lengths = {"records": len(self._lines), "size": len(content)}
            chunk = {"number": self._number, **lengths, "compressed": zstd.compress(content, LEVEL)}
            self._chunks.append({"run": self._run, "kind": self._kind, **chunk})
            self._number += 1
            self._lines.clear()
        if self._chunks:
            connection.execute(outbox.insert(), self._chunks)

    def committed(self) -> None:
        """Forget the chunks that the last :meth:`commit` has written."""
        self._chunks.clear()


class Outbox:
    """The tables of lines and manifests that are not published yet.

    :raises StateBusyError: if the state can't be reached now.
    :raises DataFolderError: if it can't be used for another reason.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def backlog(self) -> Backlog:
        """Return how much waits."""
        stored = func.sum(func.length(outbox.c.compressed))
        lines = select(func.sum(outbox.c.records), func.sum(outbox.c.size), stored)
        with read_connection(self._engine) as connection:
            records, size, compressed = (int(value or 0) for value in connection.execute(lines).one())
            runs, oldest = connection.execute(select(func.count(), func.min(unpublished.c.since))).one()
        return Backlog(records, size, compressed, runs, oldest)

    def holds(self, run: str) -> bool:
        """Return whether lines of *run* are in the outbox."""
        with read_connection(self._engine) as connection:
            return connection.scalar(select(outbox.c.run).where(outbox.c.run == run).limit(1)) is not None

    def lines(self, run: str, kind: str) -> Iterator[bytes]:
        """Yield the lines of a feed in order, one chunk (many lines) at a time."""
        number = -1
        columns = (outbox.c.number, outbox.c.compressed)
        of_feed = (outbox.c.run == run, outbox.c.kind == kind)
        while True:
            # One row per query: a chunk may have megabytes, and drivers read a whole result at once.
            query = select(*columns).where(*of_feed, outbox.c.number > number).order_by(outbox.c.number).limit(1)
            with read_connection(self._engine) as connection:
                row = connection.execute(query).one_or_none()
            if row is None:
                return
            number = row.number
            yield zstd.decompress(row.compressed)

    def entries(self, run: str, names: Mapping[str, str]) -> list[FeedEntry]:
        """Return the feeds of *run* as its manifest will list them; *names* maps kinds to files."""
        found = []
        for kind, name in names.items():
            digest, size = hashlib.sha256(), 0
            for lines in self.lines(run, kind):
                digest.update(lines)
                size += len(lines)
            if size:
                found.append(FeedEntry(name, kind, self._records(run, kind), size, digest.hexdigest()))
        return found

    def _records(self, run: str, kind: str) -> int:
        query = select(func.sum(outbox.c.records)).where(outbox.c.run == run, outbox.c.kind == kind)
        with read_connection(self._engine) as connection:
            return int(connection.scalar(query) or 0)

    def end(self, manifest: Manifest, held: Collection[PortalLeases]) -> None:
        """Record how the run of *manifest* ended, and if it has feeds, that they are to be published.

        *held* are the leases of its portals, where there are any. A run that has ended already is left as it is.
        """
        run = manifest.run
        with write_transaction(self._engine) as connection:
            for leases in held:
                leases.check(connection)
            ended = runs.c.finished.is_not(None)
            if connection.scalar(select(runs.c.run).where(runs.c.run == run, ended)) is None:
                record_end(connection, manifest)
                if manifest.feeds:
                    row = {"run": run, "manifest": json.dumps(asdict(manifest), ensure_ascii=False), "since": time()}
                    connection.execute(unpublished.insert().values(row))
        for leases in held:
            leases.committed()

    def unpublished(self, run: str | None = None) -> list[str]:
        """Return the runs that have ended and are not published, oldest first; *run* alone, if it is given."""
        query = select(unpublished.c.run).order_by(unpublished.c.since, unpublished.c.run)
        if run is not None:
            query = query.where(unpublished.c.run == run)
        with read_connection(self._engine) as connection:
            return [row.run for row in connection.execute(query)]

    def manifest(self, run: str) -> Manifest | None:
        """Return the manifest of a run that is not published; None if it is, or has not ended."""
        with read_connection(self._engine) as connection:
            found = connection.scalar(select(unpublished.c.manifest).where(unpublished.c.run == run))
        return parse_manifest(json.loads(found)) if found else None

    def published(self, run: str) -> None:
        """Delete the lines and the manifest of a run that is published."""
        with write_transaction(self._engine) as connection:
            for table in (outbox, unpublished):
                connection.execute(delete(table).where(table.c.run == run))
