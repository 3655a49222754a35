"""Where the lines of a running crawl are written until they are published: to its own files, or to the state."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from portalcrawl.feeds.feed_files import FeedFile
from portalcrawl.runs.run_names import FEED_KINDS, feed_name
from portalcrawl.storage.outbox import Chunk, add_chunks, make_chunk
from portalcrawl.storage.unit_of_work import UnitOfWork


class PartFiles:
    """Lines in ``.part`` files, which get their names at the end of the run."""

    def __init__(self, folder: Path, run: str, unit_of_work: UnitOfWork) -> None:
        self.feeds = {kind: FeedFile(folder, feed_name(kind, run)) for kind in FEED_KINDS}
        self._run = run
        self._unit_of_work = unit_of_work

    def append(self, kind: str, line: bytes, record: Mapping[str, Any]) -> None:
        """Append *line* to its file."""
        feed = self.feeds[kind]
        feed.append(line)
        held = {"portal": record["portal"], "id": record["id"], "revision": record.get("revision")}
        self._unit_of_work.note_line({"run": self._run, "kind": kind, "stop": feed.bytes, **held})

    def sync(self) -> None:
        """Sync the files: lines first, then the state that knows of them."""
        for feed in self.feeds.values():
            feed.sync()

    def lengths(self) -> list[dict[str, Any]]:
        """Return a row of the table ``feeds`` for each feed that has lines."""
        return [_row(self._run, kind, feed.bytes, feed.records) for kind, feed in self.feeds.items() if feed.records]


class OutboxLines:
    """Lines that go into the outbox, in the transaction of the commit that they belong to."""

    def __init__(self, run: str, unit_of_work: UnitOfWork) -> None:
        self._run = run
        self._lines: dict[str, list[bytes]] = {}
        """Kind -> lines that no transaction has tried to write."""
        self._chunks: list[Chunk] = []
        """Chunks of transactions that have failed, or whose outcome is unknown."""
        self._numbers: dict[str, int] = {}
        self._lengths: dict[str, tuple[int, int]] = {}
        """Kind -> bytes and records."""
        unit_of_work.join(self)

    def append(self, kind: str, line: bytes, record: Mapping[str, Any]) -> None:
        """Keep *line* for the next commit."""
        self._lines.setdefault(kind, []).append(line)
        size, records = self._lengths.get(kind, (0, 0))
        self._lengths[kind] = size + len(line), records + 1

    def sync(self) -> None:
        """Do nothing: all is written by the transaction."""

    def lengths(self) -> list[dict[str, Any]]:
        """Return a row of the table ``feeds`` for each feed that has lines."""
        return [_row(self._run, kind, *length) for kind, length in self._lengths.items()]

    def commit(self, connection: Connection) -> None:
        """Write the lines, as one chunk per feed, in the transaction of *connection*."""
        for kind, lines in self._lines.items():
            number = self._numbers.get(kind, 0)
            self._chunks.append(make_chunk(kind, number, lines))
            self._numbers[kind] = number + 1
        self._lines.clear()
        add_chunks(connection, self._run, self._chunks)

    def committed(self) -> None:
        """Forget the chunks that the last :meth:`commit` has written."""
        self._chunks.clear()


def _row(run: str, kind: str, size: int, records: int) -> dict[str, Any]:
    return {"file": feed_name(kind, run), "run": run, "kind": kind, "bytes": size, "records": records}
