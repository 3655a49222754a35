"""Ends dead runs: their committed lines are published, from their files or from the outbox.

Files are cut to what is committed, renamed, and named in a manifest. The state may know less of a feed than they hold,
where it was rebuilt or replaced by a copy while the run lasted; the lines that it does not know are imported first.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from portalcrawl.errors import RunLockedError
from portalcrawl.feeds.feed_files import PART, sync_folder, write_whole
from portalcrawl.feeds.publishing import existing_file, manifest_bytes, publish_feed, whole_lines
from portalcrawl.plurals import counted
from portalcrawl.runs.feed_import import LINES_PER_COMMIT, FeedImporter, parse_record
from portalcrawl.runs.locks import PortalGuard
from portalcrawl.runs.run_names import FEED_KINDS, feed_name, manifest_name
from portalcrawl.schema import FeedEntry, Manifest, Verdict, parse_manifest
from portalcrawl.storage.leases import PortalLeases, abandoned_runs
from portalcrawl.storage.outbox import Outbox
from portalcrawl.storage.run_history import NOT_IMPORTED, PastFeed, PastRun, RunHistory
from portalcrawl.storage.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)

DIED = "the run died; a later run published what it had committed"
COUNTED = ("articles", "teasers")
"""Counts that are in the manifest of a dead run even if they are 0."""
BLOCK = 1_000_000
"""Bytes per read when copying."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """Ends dead runs on the portals that a run holds."""

    guard: PortalGuard
    """What the run holds: a run that held the same is dead."""
    importer: FeedImporter
    outbox: Outbox
    folder: Path
    """Where runs have left files."""
    uses_outbox: bool
    """Whether lines go to the outbox: then a run without lines in the state wrote none, and no file is searched for."""

    def run(self, portals: Collection[str]) -> None:
        """End all dead runs that worked on any of *portals*, which the guard holds.

        A run over several portals is dead if all of them can be taken; any other run is left alone.
        """
        for run in self.importer.history.unfinished(portals):
            others = self.guard.others(set(run.portals) - set(portals))
            with suppress(RunLockedError):
                others.acquire(wait=0)
                try:
                    self.end(run, others)
                finally:
                    others.release()
            self.guard.renew()

    def end(self, run: PastRun, others: PortalGuard) -> None:
        """End *run*, which is dead; *others* holds those of its portals that the guard does not."""
        history = self.importer.history
        if self.outbox.holds(run.run) or (self.uses_outbox and not any(f.bytes for f in history.feeds_of(run.run))):
            held = [each for each in (self.guard, others) if isinstance(each, PortalLeases)]
            self.outbox.end(self._from_outbox(run), held)
            return
        path = self.folder / manifest_name(run.run)
        if path.exists():  # the run died between writing it and recording its end in the state
            manifest = parse_manifest(json.loads(path.read_bytes()))
            _import_published(self.folder, self.importer, run, manifest)
        else:
            manifest = _publish(self.folder, path, self.importer, run)
        history.end(manifest)

    def _from_outbox(self, run: PastRun) -> Manifest:
        """Return the manifest of a dead run whose lines are in the outbox."""
        feeds = self.outbox.entries(run.run, {kind: feed_name(kind, run.run) for kind in FEED_KINDS})
        counts = dict.fromkeys(COUNTED, 0) | {feed.kind: feed.records for feed in feeds}
        logger.warning("Run %s died; its committed lines are published: %s", run.run, counts)
        return _recovered(run, feeds, counts, [DIED])


def end_abandoned_runs(engine: Engine, lease_seconds: float) -> list[str]:
    """End the dead runs on PostgreSQL whose portals no run crawls any more; return their ids.

    Their committed lines are then published like those of any run that has ended.

    :raises DataFolderError: if the state can't be used.
    """
    history, outbox = RunHistory(engine), Outbox(engine)
    ended = []
    for name in abandoned_runs(engine):
        run = history.named(name)
        if run is None or not (outbox.holds(name) or not any(feed.bytes for feed in history.feeds_of(name))):
            continue  # its lines are in files on one machine, and only that can end it
        leases = PortalLeases(engine, run.portals, lease_seconds)
        with suppress(RunLockedError):
            leases.acquire(wait=0)
            try:
                importer = FeedImporter(UnitOfWork(engine, leases), history, ())
                Recovery(leases, importer, outbox, Path(), uses_outbox=True).end(run, leases.others(()))
                ended.append(name)
            finally:
                leases.release()
    return ended


def _recovered(run: PastRun, feeds: list[FeedEntry], counts: dict[str, int], warnings: list[str]) -> Manifest:
    return Manifest(
        run=run.run,
        portal=" ".join(run.portals),
        arguments=dict(run.arguments),
        started=run.started,
        finished=datetime.now(UTC).replace(microsecond=0).isoformat(),
        finish_reason="recovered",
        feeds=feeds,
        counts=counts,
        verdict=Verdict("warning", warnings),
    )


def _import_published(folder: Path, importer: FeedImporter, run: PastRun, manifest: Manifest) -> None:
    """Import the published lines that the state does not know: it was copied before they were committed."""
    committed = {feed.file: feed.bytes for feed in importer.history.feeds_of(run.run)}
    for feed in manifest.feeds:
        size = max(0, committed.get(feed.file, 0))
        path = folder / feed.file
        if size < feed.bytes and path.exists():
            _import_lines(path, size, importer, feed_row=None)
            importer.commit()


def _publish(folder: Path, path: Path, importer: FeedImporter, run: PastRun) -> Manifest:
    committed = {feed.kind: feed for feed in importer.history.feeds_of(run.run)}
    for kind in FEED_KINDS:
        committed.setdefault(kind, PastFeed(feed_name(kind, run.run), kind, bytes=0, records=0))
    warnings = [DIED]
    found = [_checked(folder, importer, run, feed, warnings) for feed in committed.values()]
    entries = [publish_feed(folder, feed.file, feed.kind, feed.bytes, feed.records) for feed in found]
    counts = {feed.kind: feed.records for feed in found if feed.records or feed.kind in COUNTED}
    manifest = _recovered(run, [entry for entry in entries if entry], counts, warnings)
    if manifest.feeds:
        write_whole(path, manifest_bytes(manifest))
    (folder / (path.name + PART)).unlink(missing_ok=True)
    logger.warning("Published the feeds of run %s, which died: %s", run.run, counts)
    return manifest


def _checked(folder: Path, importer: FeedImporter, run: PastRun, feed: PastFeed, warnings: list[str]) -> PastFeed:
    """Return *feed* with the lines that its file holds, and record in the state which lines are missing."""
    if feed.bytes < 0:
        feed = _import_rest(folder, run.run, feed, importer)
    size, records = whole_lines(existing_file(folder, feed.file), feed.bytes)
    if records is None:
        return feed
    found = PastFeed(feed.file, feed.kind, size, records)
    number = importer.history.remove_lost_lines(run.run, found)
    warning = f"{feed.records - records} {feed.kind} that it had committed are missing from its file"
    warnings.append(
        f"{warning}: {'they' if number == feed.records - records else f'{number} of them'} will be written again"
    )
    logger.warning("Run %s: %s", run.run, warnings[-1])
    return found


def _import_rest(folder: Path, run: str, feed: PastFeed, importer: FeedImporter) -> PastFeed:
    """Import the lines of *feed* that the state does not know, and return the feed with its length.

    Lines that the state knows from another feed, and incomplete ones, are removed from the file. If this is killed, the
    next run continues where the last commit was.
    """
    path = existing_file(folder, feed.file)
    size, records = NOT_IMPORTED - feed.bytes, feed.records
    row = {"file": feed.file, "run": run, "kind": feed.kind, "records": records}
    if path is not None:
        path = _without_known_lines(path, folder / (feed.file + PART), size, importer)
        size, records = _import_lines(path, size, importer, row)
    importer.unit_of_work.commit([{**row, "bytes": size, "records": records}])
    return PastFeed(feed.file, feed.kind, size, records)


def _import_lines(path: Path, size: int, importer: FeedImporter, feed_row: dict[str, Any] | None) -> tuple[int, int]:
    """Import the lines that follow the first *size* bytes of a feed; return its length and its number of records.

    With *feed_row*, a row of the table ``feeds`` whose records are those of the first *size* bytes, the commits record
    how far the import is.
    """
    records = feed_row["records"] if feed_row else 0
    with path.open("rb") as lines:
        lines.seek(size)
        for line in lines:
            importer.add(line)
            size, records = size + len(line), records + 1
            if records % LINES_PER_COMMIT == 0:
                progress = [{**feed_row, "bytes": NOT_IMPORTED - size, "records": records}] if feed_row else []
                importer.unit_of_work.commit(progress)
    return size, records


def _without_known_lines(path: Path, part: Path, size: int, importer: FeedImporter) -> Path:
    """Write a copy of the feed at *path* to *part*, without known or damaged lines after the first *size* bytes."""
    copy = part.with_name(part.name + PART)
    left_out = 0
    with path.open("rb") as lines, copy.open("wb") as kept:
        while size and (block := lines.read(min(size, BLOCK))):
            kept.write(block)
            size -= len(block)
        for line in lines:
            record = parse_record(line)
            if record is None or importer.is_known(record):
                left_out += 1
            else:
                kept.write(line)
        kept.flush()
        os.fsync(kept.fileno())
    copy.replace(part)
    if path != part:
        path.unlink()
    sync_folder(part.parent)
    if left_out:
        were = counted(left_out, "line was", "lines were")
        logger.warning("%s: %s damaged, or already in other feeds: left out", path.name, were)
    return part
