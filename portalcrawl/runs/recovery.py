"""Finishing what dead runs left: feeds cut to what is committed, published, and named in a manifest."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from portalcrawl.errors import RunLockedError
from portalcrawl.feeds.feed_files import PART
from portalcrawl.feeds.publishing import listed, publish_feed, where_is, whole_lines, write_manifest
from portalcrawl.runs.locks import PortalLocks
from portalcrawl.runs.rebuild import Known
from portalcrawl.runs.run_names import KINDS, feed_name, manifest_name
from portalcrawl.runs.takeover import note_beyond, take_over
from portalcrawl.schema import FeedEntry, Manifest, Verdict
from portalcrawl.storage.run_history import PastFeed, PastRun

logger = logging.getLogger(__name__)

DIED = "the run died; a later run published what it had committed"


def recover(feeds: Path, locks: Path, known: Known, portals: Collection[str]) -> None:
    """Publish the feeds of all dead runs that worked on one of *portals*, whose locks are held.

    A run over several portals is dead when the locks of all of them are free; else it is left alone.
    """
    for run in known.history.unfinished(portals):
        others = PortalLocks(locks, set(run.portals) - set(portals))
        with suppress(RunLockedError):
            others.acquire(wait=0)
            try:
                _finish(feeds, known, run)
            finally:
                others.release()


def _finish(folder: Path, known: Known, run: PastRun) -> None:
    path = folder / manifest_name(run.run)
    manifest = _published(path)
    if manifest:
        _catch_up(folder, known, run, manifest)
    else:
        manifest = _publish(folder, path, known, run)
    verdict, reason = manifest.verdict, manifest.finish_reason
    known.history.end(run.run, manifest.finished, reason, verdict.level, verdict.reasons, manifest.counts)


def _published(path: Path) -> Manifest | None:
    """Return the manifest of a run that died between writing it and saying so in the state."""
    if not path.exists():
        return None
    manifest = Manifest(**json.loads(path.read_bytes()))
    manifest.verdict = Verdict(**manifest.verdict)  # type: ignore[arg-type]
    manifest.feeds = [FeedEntry(**feed) for feed in manifest.feeds]  # type: ignore[arg-type]
    return manifest


def _catch_up(folder: Path, known: Known, run: PastRun, manifest: Manifest) -> None:
    """Let a state that was copied while the run lasted know what the run published after that."""
    committed = {feed.file: feed.bytes for feed in known.history.feeds_of(run.run)}
    for feed in manifest.feeds:
        size = max(0, committed.get(feed.file, 0))
        if size < feed.bytes and (folder / feed.file).exists():
            note_beyond(folder / feed.file, size, known)


def _publish(folder: Path, path: Path, known: Known, run: PastRun) -> Manifest:
    committed = {feed.kind: feed for feed in known.history.feeds_of(run.run)}
    for kind in KINDS:
        name = feed_name(kind, run.run)
        committed.setdefault(kind, PastFeed(file=name, kind=kind, bytes=0, records=0))
    warnings = [DIED]
    left = [_as_it_is(folder, known, run, feed, warnings) for feed in committed.values()]
    feeds = [publish_feed(folder, feed.file, feed.kind, feed.bytes, feed.records) for feed in left]
    counts = {feed.kind: feed.records for feed in left}
    manifest = Manifest(
        run=run.run,
        portal=" ".join(run.portals),
        arguments=dict(run.arguments),
        started=run.started,
        finished=datetime.now(UTC).replace(microsecond=0).isoformat(),
        finish_reason="recovered",
        feeds=listed(feeds),
        counts=counts,
        verdict=Verdict("warning", warnings),
    )
    if manifest.feeds:
        write_manifest(path, manifest)
    (folder / (path.name + PART)).unlink(missing_ok=True)
    logger.warning("Published the feeds of run %s, which had died: %s", run.run, counts)
    return manifest


def _as_it_is(folder: Path, known: Known, run: PastRun, feed: PastFeed, warnings: list[str]) -> PastFeed:
    """Return *feed* with the lines that are there, and let the state know of no others."""
    if feed.bytes < 0:
        feed = take_over(folder, run.run, feed, known)
    there, records = whole_lines(where_is(folder, feed.file), feed.bytes)
    if records is None:
        return feed
    found = PastFeed(feed.file, feed.kind, there, records)
    number = known.history.take_back(run.run, found)
    warning = f"{feed.records - records} {feed.kind} that it had committed are missing from its file"
    warnings.append(f"{warning}: {'they' if number == feed.records - records else f'{number} of them'} come again")
    logger.warning("Run %s: %s", run.run, warnings[-1])
    return found
