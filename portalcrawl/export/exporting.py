"""Runs an export: reads pending feeds one by one and stores them in batches, each batch atomically."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any, Protocol

from portalcrawl.errors import ExportError
from portalcrawl.export.columns import Column, checked, columns_of, time_column
from portalcrawl.export.cursor import Cursor, Pending, Selection
from portalcrawl.feeds.store.published import FeedDamagedError, PublishedFeeds

BATCH_BYTES = 256 * 1024 * 1024
"""Bytes of feeds per batch: the most that must be repeated after an export was killed."""
REPORT_EVERY = 1_000
"""Progress is reported each time this number of records was read."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record, ready to be stored."""

    kind: str
    values: Sequence[Any]
    """Values in the order of ``columns_of(kind)``; times are aware datetimes."""
    raw: dict[str, Any]
    """The record as it is in the feed."""
    seen: datetime
    """When the crawl saw it."""


class Batch(Protocol):
    """Rows that are stored together; if the batch is not committed, none of them is."""

    def write(self, row: Row) -> None:
        """Add a row."""

    def commit(self, cursor: Cursor) -> None:
        """Store all rows and *cursor* atomically."""


class Target(Protocol):
    """The destination of an export. Only one export can have it open at a time."""

    def cursor(self) -> Cursor:
        """Return the cursor with the runs and feeds that the target holds."""

    def lost(self) -> str | None:
        """Return a one-line message about data that was removed from the target; None if nothing is missing."""

    def batch(self) -> AbstractContextManager[Batch]:
        """Return a new batch; leaving the context discards what is not committed."""

    def tidy(self) -> None:
        """Do maintenance that keeps the target fast to read; raise ExportError if it fails."""


@dataclass(slots=True)
class Result:
    """Result of an export."""

    records: Counter[str] = field(default_factory=Counter)
    """Number of records stored, by kind."""
    feeds: int = 0
    problems: list[FeedDamagedError] = field(default_factory=list)
    """Damaged files that were skipped. The next export tries them again."""
    lost: str | None = None
    """One-line message about data that others removed from the target. It is not exported again."""
    untidy: str | None = None
    """One-line message why maintenance of the target failed; all records are stored nevertheless."""


def export(feeds: PublishedFeeds, target: Target, selection: Selection, progress: Callable[[int, int], None]) -> Result:
    """Store the records that match *selection* and are not yet in *target*; return the result.

    :param progress: called repeatedly with the bytes read so far and the bytes of all pending feeds.
    """
    result, cursor = Result(lost=target.lost()), target.cursor()
    pending = [run for run in cursor.pending(feeds, selection, result.problems) if run]
    total = sum(each.feed.bytes for run in pending for each in run)
    done = 0
    for batch in _batches(pending):
        while batch:
            try:
                with target.batch() as open_batch:
                    records = _fill(open_batch, feeds, batch, partial(_report, progress, done, total))
                    cursor.add(batch)
                    open_batch.commit(cursor)
            except FeedDamagedError as error:  # nothing of the batch is stored; try again without this feed
                result.problems.append(error)
                batch = [each for each in batch if each.feed.file != error.file]
                continue
            result.records += records
            result.feeds += len(batch)
            break
        done += sum(each.feed.bytes for each in batch)
        progress(done, total)
    try:
        target.tidy()
    except ExportError as error:
        result.untidy = str(error)
    return result


def _report(progress: Callable[[int, int], None], before: int, total: int, size: int) -> None:
    progress(before + size, total)


def _batches(runs: list[list[Pending]]) -> Iterator[list[Pending]]:
    """Yield the feeds of *runs* in groups of up to BATCH_BYTES; each group has at least one feed."""
    batch: list[Pending] = []
    size = 0
    for each in (feed for run in runs for feed in run):
        if batch and size + each.feed.bytes > BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += each.feed.bytes
    if batch:
        yield batch


def _fill(batch: Batch, feeds: PublishedFeeds, pending: list[Pending], progress: Callable[[int], None]) -> Counter[str]:
    """Write the records of *pending* to *batch*; return the number of records by kind."""
    numbers: Counter[str] = Counter()
    before = 0
    for each in pending:
        kind = each.feed.kind
        columns, time_name = columns_of(kind), time_column(kind)
        for number, record in zip(count(1), feeds.records(each.feed), strict=False):
            if each.portals is None or record.get("portal") in each.portals:
                batch.write(_row(each.feed.file, kind, columns, time_name, number, record))
                numbers[kind] += 1
            if number % REPORT_EVERY == 0:
                progress(before + each.feed.bytes * number // max(number, each.feed.records))
        before += each.feed.bytes
    return numbers


def _row(file: str, kind: str, columns: tuple[Column, ...], time_name: str, number: int, record: dict[str, Any]) -> Row:
    try:
        values = checked(columns, record)
        if not record.get(time_name) or not record.get("id"):
            raise ValueError(f"it has no {time_name} or no id")
    except ValueError as error:
        raise FeedDamagedError(file, f"line {number}: {error}") from None
    return Row(kind, values, record, datetime.fromisoformat(record[time_name]))
